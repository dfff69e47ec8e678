// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/tile_writer.h"

#include <algorithm>

#include "models/arch/memory_layout.h"
#include "models/numeric/bitpack.h"

namespace dcnsim {

TileWriter::TileWriter(const sc_core::sc_module_name& name, const AcceleratorConfig& config,
                       Dma& dma)
    : sc_module(name), config_(config), dma_(dma) {
  SC_HAS_PROCESS(TileWriter);
  SC_THREAD(run);
  process_ = sc_core::sc_get_current_process_handle();
}

void TileWriter::start(const LayerJob& job, LayerCounters& counters) {
  job_ = &job;
  counters_ = &counters;
  const BufferNeed need = buffer_need(job.descriptor, config_);
  outputs.reset(slots(config_.output_buffer, need.output_available));
}

void TileWriter::drain() {
  while (!outputs.idle()) sc_core::wait(outputs.freed());
}

void TileWriter::reset() {
  // First, because the restarted process looks for a tile at once.
  outputs.reset(1);
  process_.reset();
}

void TileWriter::run() {
  while (true) {
    const sc_core::sc_time done = store(outputs.front());
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    if (done > now) sc_core::wait(done - now);
    outputs.pop();
  }
}

sc_core::sc_time TileWriter::store(const OutputTile& tile) {
  const Descriptor& d = job_->descriptor;
  const Shape map = d.output_shape();
  const Format& format = d.requant.out;
  const int bus = config_.dma.bus_bytes;
  const std::int64_t pitch = row_pitch_bytes(map, format.bits, bus);
  const std::int64_t pixel_bits = std::int64_t{map.channels} * format.bits;
  const int channels = tile.codes.shape().channels;
  const bool whole_pixels = channels == map.channels;
  const int width = tile.pixels.x1 - tile.pixels.x0;
  sc_core::sc_time done = sc_core::sc_time_stamp();
  for (int y = tile.pixels.y0; y < tile.pixels.y1; ++y) {
    const std::uint64_t row = d.output_address + static_cast<std::uint64_t>(y * pitch);
    const auto at = [&](int x) {
      return tile.codes.data() + tile.codes.index(y - tile.pixels.y0, x - tile.pixels.x0, 0) *
                                     static_cast<std::size_t>(format.host_bytes());
    };
    if (whole_pixels) {
      done =
          std::max(done, write_run(row, tile.pixels.x0 * pixel_bits,
                                   static_cast<std::size_t>(width * channels), at(tile.pixels.x0)));
      continue;
    }
    for (int x = tile.pixels.x0; x < tile.pixels.x1; ++x) {
      done =
          std::max(done, write_run(row, x * pixel_bits + std::int64_t{tile.channel0} * format.bits,
                                   static_cast<std::size_t>(channels), at(x)));
    }
  }
  return done;
}

sc_core::sc_time TileWriter::write_run(std::uint64_t address, std::int64_t first_bit,
                                       std::size_t count, const std::uint8_t* codes) {
  const Format& format = job_->descriptor.requant.out;
  const auto bits = static_cast<std::int64_t>(count) * format.bits;
  const auto bytes =
      static_cast<std::size_t>(bus_bytes_of(first_bit, first_bit + bits, config_.dma.bus_bytes));
  staging_.assign(bytes, 0);
  pack_codes(codes, format, count, staging_.data(), 0);
  const int word_bits = config_.output_buffer.word_bits;
  counters_->output_buffer.reads += static_cast<std::uint64_t>((bits + word_bits - 1) / word_bits);
  return dma_.write(Stream::kOutput, address + static_cast<std::uint64_t>(first_bit / 8), bytes,
                    staging_.data());
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/job.h"

#include <fmt/format.h>

#include <limits>
#include <stdexcept>

#include "models/arch/accelerator_config.h"
#include "models/numeric/rounding.h"
#include "platform/compiler/move_descriptors.h"
#include "platform/compiler/program.h"
#include "workloads/pixel_table.h"

namespace dcnsim {
namespace {

void require_place(std::uint64_t base, std::uint64_t bytes) {
  if (base % kJobAlignment != 0) {
    throw std::invalid_argument(
        fmt::format("base {:#x}: expected a multiple of {}", base, kJobAlignment));
  }
  if (bytes > std::numeric_limits<std::uint64_t>::max() - base) {
    throw std::invalid_argument(
        fmt::format("base {:#x}: {} bytes go beyond addresses of 64 bits", base, bytes));
  }
}

/// What `producer` delivers.
JobMap map_at(std::uint64_t address, const MapLayout& layout, const FixedNetwork& network,
              int producer, int bus_bytes) {
  return {address,        layout.shape(), network.format_of(producer), layout.segment(),
          layout.strip(), bus_bytes,      network.scale_of(producer)};
}

std::vector<std::int32_t> pixel_codes(const FixedNetwork& network) {
  std::vector<std::int32_t> codes;
  for (const double value : pixel_table(network.convention, network.input.channels)) {
    codes.push_back(network.input_code(value));
  }
  return codes;
}

}  // namespace

NetworkJob make_job(const FixedNetwork& network, const AcceleratorConfig& config,
                    const Program& program, std::uint64_t base) {
  const int bus_bytes = config.dma.bus_bytes;
  const Descriptor& last = program.layers.back().descriptor;
  NetworkJob job;
  job.network = network.name;
  job.accelerator = config.name;
  job.image = program.image;
  job.bytes = program.memory_bytes;
  job.maps_address = program.input_address;
  job.descriptor_address = program.descriptor_address;
  job.descriptor_count = static_cast<std::uint32_t>(program.layers.size());
  for (const ProgramLayer& layer : program.layers) job.layers.push_back(layer.name);
  job.input = map_at(program.input_address, image_layout(program, bus_bytes), network,
                     kNetworkInput, bus_bytes);
  job.output = map_at(last.output_address, output_layout(last, bus_bytes), network,
                      static_cast<int>(network.layers.size()) - 1, bus_bytes);
  job.pixel_codes = pixel_codes(network);
  if (const auto& pixels = network.convention.pixels) {
    job.pixels = to_string(*pixels);
    job.pixels_are_assumed = false;
  }
  job.bgr = network.convention.bgr();
  return moved(job, base);
}

NetworkJob compile_job(const FixedNetwork& network, const AcceleratorConfig& config,
                       const DramSpec& dram, std::uint64_t base, const MapperOptions& options) {
  return make_job(network, config, compile(network, config, dram, options), base);
}

NetworkJob moved(const NetworkJob& job, std::uint64_t base) {
  require_place(base, job.bytes);
  NetworkJob result = job;
  const std::uint64_t by = base - job.base;
  result.base = base;
  result.maps_address += by;
  result.descriptor_address += by;
  result.input.address += by;
  result.output.address += by;
  move_descriptors(result.image.data(), job.descriptor_count, by, by);
  return result;
}

NetworkJob sharing_weights(const NetworkJob& job, std::uint64_t base) {
  const std::uint64_t map_bytes = job.end() - job.maps_address;
  NetworkJob result = job;
  result.image.resize(job.descriptor_count * kDescriptorBytes);  // a multiple of kJobAlignment
  result.bytes = result.image.size() + map_bytes;
  require_place(base, result.bytes);
  const std::uint64_t by = base + result.image.size() - job.maps_address;
  result.base = result.descriptor_address = base;
  result.maps_address += by;
  result.input.address += by;
  result.output.address += by;
  move_descriptors(result.image.data(), job.descriptor_count, 0, by);
  return result;
}

void require_address_bits(const NetworkJob& job, int bits) {
  if (bits >= 64 || job.end() <= std::uint64_t{1} << bits) return;
  throw std::invalid_argument(fmt::format("base {:#x}: {} bytes go beyond addresses of {} bits",
                                          job.base, job.bytes, bits));
}

std::vector<std::uint8_t> pack_input(const NetworkJob& job, const CodeTensor& codes) {
  const JobMap& map = job.input;
  if (codes.shape() != map.shape || codes.format() != map.format) {
    throw std::invalid_argument("image: shape or format differs from the network's input");
  }
  return pack_map(codes, map.bus_bytes, map.segment, map.strip);
}

std::vector<std::uint8_t> pack_pixels(const NetworkJob& job,
                                      const std::vector<std::uint8_t>& pixels) {
  const Shape& shape = job.input.shape;
  if (pixels.size() != shape.elements()) {
    throw std::invalid_argument(fmt::format("image: {} pixels, expected {} planes of {} x {}",
                                            pixels.size(), shape.channels, shape.height,
                                            shape.width));
  }
  CodeTensor codes(shape, job.input.format);
  const auto channels = static_cast<std::size_t>(shape.channels);
  const std::size_t plane = shape.elements() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    const std::uint8_t* const from = pixels.data() + (job.bgr ? channels - 1 - c : c) * plane;
    for (std::size_t i = 0; i < plane; ++i) {
      codes.set(i * channels + c, job.pixel_codes[c * kPixelValues + from[i]]);
    }
  }
  return pack_input(job, codes);
}

CodeTensor unpack(const JobMap& map, const std::uint8_t* bytes) {
  return unpack_map(bytes, map.shape, map.format, map.bus_bytes, map.segment, map.strip);
}

}  // namespace dcnsim

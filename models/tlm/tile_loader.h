// SPDX-License-Identifier: Apache-2.0
// Fills the input and weight buffers: walks the schedule, reads packed rows and weight blocks by
// DMA and unpacks them into tiles. Runs ahead of the array as far as the buffers have free slots.
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/perf/counters.h"
#include "models/perf/tile_compute.h"
#include "models/tlm/dma.h"
#include "models/tlm/layer_job.h"
#include "models/tlm/tile_queue.h"

namespace dcnsim {

class TileLoader : public sc_core::sc_module {
 public:
  TileQueue<InputTile> inputs;
  TileQueue<WeightTile> weights;

  TileLoader(const sc_core::sc_module_name& name, const AcceleratorConfig& config, Dma& dma);

  /// Starts loading the tiles of `job`, which must stay until they are all consumed. Buffer words
  /// written are added to `counters`.
  void start(const LayerJob& job, LayerCounters& counters);

  /// Abandons everything, wherever it is.
  void reset();

 private:
  void run();
  void load_weights(const Step& step);
  void load_input(const Step& step);
  /// Issues the reads of one operand's rows; returns when the last will be there.
  sc_core::sc_time load_map(const InputRegion& region, const Format& format,
                            std::uint64_t base_address, CodeTensor& tile);
  /// Reads bits [first_bit, last_bit) relative to a bus-aligned address as whole bus words into
  /// `bytes`, which grows as needed; returns the number of bits to skip there.
  std::size_t read_bits(Stream stream, std::uint64_t address, std::int64_t first_bit,
                        std::int64_t last_bit, std::vector<std::uint8_t>& bytes,
                        sc_core::sc_time& done);

  const AcceleratorConfig& config_;
  Dma& dma_;
  const LayerJob* job_ = nullptr;
  LayerCounters* counters_ = nullptr;
  std::vector<std::uint8_t> staging_;
  sc_core::sc_event start_;
  sc_core::sc_process_handle process_;
};

}  // namespace dcnsim

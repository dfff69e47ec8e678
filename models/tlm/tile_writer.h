// SPDX-License-Identifier: Apache-2.0
// Empties the output buffer: packs finished tiles and writes them to memory by DMA, row by row, or
// pixel by pixel where a tile has only some of the channels.
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

class TileWriter : public sc_core::sc_module {
 public:
  TileQueue<OutputTile> outputs;

  TileWriter(const sc_core::sc_module_name& name, const AcceleratorConfig& config, Dma& dma);

  /// Prepares for the tiles of `job`. Buffer words read are added to `counters`.
  void start(const LayerJob& job, LayerCounters& counters);

  /// Waits until every tile handed over has reached memory.
  void drain();

  /// Abandons everything, wherever it is.
  void reset();

 private:
  void run();
  sc_core::sc_time store(const OutputTile& tile);
  /// Packs `count` codes and writes them at `address` plus bits [first_bit, ...), zero-filled up to
  /// a bus word.
  sc_core::sc_time write_run(std::uint64_t address, std::int64_t first_bit, std::size_t count,
                             const std::uint8_t* codes);

  const AcceleratorConfig& config_;
  Dma& dma_;
  const LayerJob* job_ = nullptr;
  LayerCounters* counters_ = nullptr;
  std::vector<std::uint8_t> staging_;
  sc_core::sc_process_handle process_;
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// What a layer does that depends neither on time nor on data, from the few distinct shapes of its
// tiles instead of step by step: equal to what the simulation counts, and cheap enough to compare
// thousands of tilings.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/arch/descriptor.h"
#include "models/base/integer.h"
#include "models/perf/counters.h"
#include "models/perf/step_work.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {

struct AcceleratorConfig;
struct DmaConfig;

/// Everything but cycles, stalls, DRAM events, zeros and overflows.
LayerCounters predicted_counters(const Descriptor& descriptor, const AcceleratorConfig& config);

/// Requests of a run: no fewer naturally aligned powers of two make it up, wherever it begins.
std::uint64_t least_requests(std::uint64_t bytes, const DmaConfig& dma);

struct Prediction {
  LayerCounters counters;  ///< as predicted_counters()
  /// Bytes whose loading no computing can hide: the tiles of the first step, and all of a kind that
  /// has one place in its buffer.
  std::uint64_t lone_load_bytes = 0;
  std::uint64_t first_load_bytes = 0;  ///< of the tiles of the first step
  std::uint64_t last_store_bytes = 0;  ///< of the last output tile
  std::uint64_t stores = 0;            ///< output tiles, the first of which is none smaller
  std::uint64_t requests = 0;          ///< at least, of bursts: wherever the runs begin
  std::uint64_t last_step_cycles = 0;  ///< of the last step, without any waiting
  std::uint64_t steps = 0;
  /// Cycles the array loses to its own accesses (StepWork::conflicts).
  std::uint64_t kept_conflict_cycles = 0;
  /// What every step at least has of each buffer's bank cycles, and what a burst moves at most,
  /// the limit of the DMA aside.
  struct {
    double use = 1;
    std::uint64_t part_bytes = 0;
  } input, weight, output;
};

/// Predicts tilings of one layer. What two have in common is computed once.
class Predictor {
 public:
  class Work;

  /// The tiling of `layer` does not count. `config` stays. `work`: that of other predictors for
  /// the layer and the machine, wherever its maps lie; none: its own.
  Predictor(const Descriptor& layer, const AcceleratorConfig& config,
            std::shared_ptr<Work> work = nullptr);

  /// `tiling` is legal.
  const Prediction& predict(const Tiling& tiling);

  /// Its loads and stores alone, in a fraction of the time: nothing that is counted by steps, and
  /// none of their shares of the banks. `tiling` need not fit the buffers.
  const Prediction& predict_transfers(const Tiling& tiling);

  /// Bytes of all input tiles of this size, each loaded once, without what all pixels share.
  std::uint64_t input_bytes(int tile_h, int tile_w) {
    return rows(tile_h).input * columns(tile_w).bus_bytes;
  }

  /// Input pixels of the first tile; bytes that come with the weights of the first step.
  std::uint64_t first_inputs(int tile_h, int tile_w) {
    return u64(rows(tile_h).first.size()) * u64(columns(tile_w).first.size());
  }
  std::uint64_t first_weight_bytes(const Tiling& tiling) {
    use(tiling);
    return used_->weights.first_bytes;
  }

  /// Of the layer's steps.
  StepWorks& step_works();

 private:
  /// Tiles of one size along one axis, by how much of the input they need.
  struct TileClass {
    int first = 0, last = 0;  ///< outputs of one of them
    std::uint64_t count = 0;
  };
  struct Axis {
    std::vector<TileClass> classes;
    std::uint64_t input = 0;         ///< rows or columns of input of all tiles
    std::uint64_t bus_bytes = 0;     ///< columns: bytes on the bus of one row of all tiles
    std::uint64_t buffer_words = 0;  ///< likewise, words of the input buffer
    Extent first{0, 0};              ///< input of the first tile
    std::uint64_t most = 0;          ///< rows: most of one tile
    std::uint64_t part_bytes = 0;    ///< columns: most bytes of a run of one row
    std::uint64_t joined_bytes = 0;  ///< columns: most bytes of a row that is joined with others
    std::uint64_t requests = 0;      ///< columns: for one row of all tiles, unless it is joined
    std::uint64_t joined_bus_bytes = 0;  ///< columns: of bus_bytes, those of rows that are
  };
  /// All weight tiles of the layer, each loaded once.
  struct Weights {
    std::uint64_t bias_bytes = 0, parameter_bytes = 0, bytes = 0, buffer_words = 0;
    std::uint64_t first_bytes = 0;  ///< of the first tile, with biases and parameters
    std::uint64_t part_bytes = 0;   ///< most bytes of a block
    std::uint64_t requests = 0;     ///< at least
  };
  /// Steps of one pixel tile with all weights.
  struct PixelTileWork {
    LayerCounters counters;
    std::uint64_t last_step_cycles = 0, kept_conflict_cycles = 0;
    double input_use = 1, weight_use = 1, output_use = 1;
  };

  /// What tilings of the same weight tiles have in common.
  struct WeightTiles {
    Weights weights;
    std::unordered_map<std::uint64_t, PixelTileWork> work;
  };

  const Axis& rows(int tile_h);
  const Axis& columns(int tile_w);
  void use(const Tiling& tiling);
  void find_weights();
  const PixelTileWork& work(const TileClass& rows, const TileClass& columns);
  void add_transfers(const Axis& rows, const Axis& columns);
  void add_steps(const Axis& rows, const Axis& columns);
  void add_opening(const TileClass& rows, const TileClass& columns);
  std::uint64_t first_row_bytes(const Axis& columns) const;
  void add_loads(const Axis& rows, const Axis& columns);
  void add_shared();
  void add_lone_loads();
  void add_stores();
  void add_stored_rows(const MapLayout& map, int channels, std::uint64_t count);
  void add_stored_pixels(const MapLayout& map, int channels, std::uint64_t count);

  Descriptor layer_;
  const AcceleratorConfig& config_;
  std::shared_ptr<Work> work_;
  std::unordered_map<int, Axis> rows_, columns_;
  WeightTiles* used_ = nullptr;  ///< of the present tiling
  Prediction prediction_;
};

/// What does not depend on where a layer's maps lie, but for whether its outputs stay on chip: for
/// both.
class Predictor::Work {
 public:
  /// `config` stays.
  explicit Work(const AcceleratorConfig& config) : steps_(config) {}

 private:
  friend class Predictor;
  StepWorks steps_;
  /// By channels, inputs, chunk and whether outputs stay on chip.
  std::map<std::array<int, 4>, WeightTiles> weight_tiles_;
};

inline StepWorks& Predictor::step_works() { return work_->steps_; }

}  // namespace dcnsim

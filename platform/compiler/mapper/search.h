// SPDX-License-Identifier: Apache-2.0
// The mappings of one layer on one machine: what they take, what they take at least, and the best.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "models/perf/clock.h"
#include "models/perf/counters.h"
#include "models/perf/evaluate.h"
#include "platform/compiler/mapper/bounds.h"
#include "platform/compiler/mapper/choice.h"
#include "platform/compiler/mapper/mapping.h"
#include "platform/compiler/mapper/search_cache.h"
#include "platform/compiler/mapper/search_result.h"

namespace dcnsim {

class OpenSearch;
class Predictor;
struct AcceleratorConfig;
struct DramSpec;
class LayerWork;
struct LeastPixels;
struct Prediction;

/// Places the layer's data as if it were a program of its own: where they lie when it is judged.
Descriptor placed_alone(const Descriptor& layer, const AcceleratorConfig& config);

class MappingSearch {
 public:
  /// `config` is validated; the references stay.
  MappingSearch(const AcceleratorConfig& config, const DramSpec& dram, const EnergyModel& energy);

  using OnEvaluated = std::function<void(std::uint64_t evaluated)>;

  /// The `wanted` best mappings of a layer, which says what is on chip; its tiling and addresses do
  /// not count. None of those that are as `request` wants them is better, and equal ones come in
  /// the order of their bounds, then of Candidates. With a slack, best are those with the least
  /// second figure among all whose first is within the slack of the least. `on_evaluated` is told
  /// how many have been evaluated.
  SearchResult best(const Descriptor& layer, const MappingRequest& request, std::size_t wanted,
                    const OnEvaluated& on_evaluated = {});

  /// The same from where a search of the layer has got to.
  SearchResult finish(OpenSearch& open, const Descriptor& layer, const MappingRequest& request,
                      std::size_t wanted, const OnEvaluated& on_evaluated);

  /// The result of an earlier search for the same layer, evaluated again unless `work` knows what
  /// it takes; nothing if that cannot be: a tiling is illegal, or not better than the next.
  std::optional<SearchResult> again(const Descriptor& layer, const StoredSearch& stored,
                                    LayerWork& work);

  // What an OpenSearch asks.

  /// Whether a score may be that of one of the best.
  using MayWin = std::function<bool(const Score&)>;

  const AcceleratorConfig& config() const { return config_; }
  const Bounds& bounds() const { return bounds_; }
  Score score_of(const Descriptor& layer, const LayerCounters& counters) const;
  Score score_of(const Descriptor& layer, const LeastCounters& least) const;
  /// What no tiling with the weight tiles of `tiled` counts less of, by its work alone.
  LeastCounters least_of_weight_tile(const Descriptor& tiled, const LeastWork& work,
                                     const LeastPixels& pixels) const;
  /// What no tiling of a group counts less of, that of its fewest pixel tiles being `tiled`: by its
  /// work alone, or by its loads and stores as well.
  LeastCounters least_of_group(const Descriptor& tiled, const LeastWork& work,
                               const LeastPixels& pixels) const;
  LeastCounters least_of_group(const Descriptor& tiled, const LeastWork& work,
                               const LeastPixels& pixels, Predictor& predictor) const;
  /// Likewise of a tiling, by its loads and stores, or by all of its prediction and what
  /// TileTimes says.
  LeastCounters least_counters(const Descriptor& tiled, const LeastWork& work,
                               const Prediction& transfers) const;
  LayerCounters least_counters(const Prediction& prediction, std::uint64_t tile_cycles = 0) const;
  /// A mapping placed_alone(); given up, with nothing, as soon as no score it may have may win.
  /// What executions take is looked up in `work`, or kept there.
  std::optional<EvaluatedMapping> evaluate_while(const Descriptor& placed,
                                                 const Prediction& prediction,
                                                 const MayWin& may_win, LayerWork& work);

  /// Why `chosen`, which best() found for the layer, is what it is.
  Choice why(const Descriptor& layer, const Tiling& chosen);

  /// One mapping alone.
  EvaluatedMapping evaluate(const Descriptor& layer, const Tiling& tiling);

 private:
  EvaluatedMapping evaluate(const Descriptor& placed, LayerWork& work);
  LeastCounters behind_descriptor(LeastCounters least) const;
  BoundedTiling bounded(const Prediction& prediction, const Tiling& tiling) const;
  void set_cycles(LayerCounters& least, std::uint64_t cycles) const;
  std::optional<Deadline> deadline(const Descriptor& layer, const Prediction& prediction,
                                   const MayWin& may_win) const;

  const AcceleratorConfig& config_;
  const EnergyModel& energy_;
  const Clock clock_;
  Evaluator evaluator_;
  Bounds bounds_;
  std::uint64_t descriptor_cycles_ = 0;  ///< to fetch and decode one
};

}  // namespace dcnsim

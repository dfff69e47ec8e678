// SPDX-License-Identifier: Apache-2.0
// The best mappings of one layer: groups of tilings, and the tilings of the groups that are looked
// into, in the order of their bounds; evaluated until no bound is better than what has been found.
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

class Candidates;
class Predictor;
class Ranking;
struct AcceleratorConfig;
struct DramSpec;
struct Prediction;
struct TilingGroup;

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

  /// The result of an earlier search for the same layer, evaluated again; nothing if that cannot
  /// be: a tiling is illegal, or not better than the next.
  std::optional<SearchResult> again(const Descriptor& layer, const StoredSearch& stored);

  /// What no tiling of a group counts less of: what its bound is made of.
  LayerCounters least_counters(const Descriptor& layer, const TilingGroup& group,
                               Predictor& predictor) const;

  /// No mapping of a layer that is as `request` wants it has a better score; nothing only if there
  /// is none. By what tilings promise, or in less time and less sharply by what groups of them do.
  std::optional<Score> quick_bound(const Descriptor& layer, const MappingRequest& request) const;
  std::optional<Score> bound(const Descriptor& layer, const MappingRequest& request) const;

  /// Why `chosen`, which best() found for the layer, is what it is.
  Choice why(const Descriptor& layer, const Tiling& chosen) const;

  /// One mapping alone.
  EvaluatedMapping evaluate(const Descriptor& layer, const Tiling& tiling);

 private:
  using MayWin = std::function<bool(const Score&)>;

  SearchResult best(Descriptor layer, const Candidates& candidates, const Ranking& ranking,
                    std::size_t wanted, const OnEvaluated& on_evaluated);
  static void insert(std::vector<EvaluatedMapping>& best, const EvaluatedMapping& found,
                     const Ranking& ranking, std::size_t wanted);
  BoundedTiling bounded(const Prediction& prediction, const Tiling& tiling) const;
  struct Least {
    BoundedTiling tiling;
    Score score;
  };
  std::optional<Least> least_of(const Descriptor& layer, const Candidates& candidates,
                                const std::optional<LoopOrder>& order) const;
  Score score_of(const Descriptor& layer, const LayerCounters& counters) const;
  LayerCounters with_cycles(LayerCounters least, std::uint64_t cycles) const;
  std::uint64_t most_stall_cycles(const Descriptor& layer, const Prediction& prediction,
                                  const MayWin& may_win) const;

  const AcceleratorConfig& config_;
  const EnergyModel& energy_;
  const Clock clock_;
  Evaluator evaluator_;
  Bounds bounds_;
  std::uint64_t descriptor_cycles_ = 0;  ///< to fetch and decode one
};

}  // namespace dcnsim

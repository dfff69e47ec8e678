// SPDX-License-Identifier: Apache-2.0
// The search among the mappings of one layer, which goes on only as far as somebody needs it: first
// groups of tilings are known by what they take at least, then tilings, and in the end the best
// ones are evaluated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "models/perf/prediction.h"
#include "platform/compiler/mapper/candidates.h"
#include "platform/compiler/mapper/group_bounds.h"
#include "platform/compiler/mapper/layer_work.h"
#include "platform/compiler/mapper/ranking.h"
#include "platform/compiler/mapper/search_result.h"
#include "platform/compiler/mapper/tile_times.h"

namespace dcnsim {

class MappingSearch;

class OpenSearch {
 public:
  /// `search` stays. Tilings of other orders than `order`, if it is given, are left out. `work`:
  /// that of other searches for the layer; none: its own.
  OpenSearch(MappingSearch& search, const Descriptor& layer, const MappingRequest& request,
             const Ranking& ranking = {}, const std::optional<LoopOrder>& order = {},
             std::shared_ptr<LayerWork> work = nullptr);
  OpenSearch(const OpenSearch&) = delete;
  OpenSearch& operator=(const OpenSearch&) = delete;

  /// No mapping that counts comes before it by the ranking; nothing if none is left.
  std::optional<Score> bound();

  /// Goes on until bound() is that of a tiling, which it returns.
  std::optional<Tiling> sharpen();

  using OnEvaluated = std::function<void(std::uint64_t evaluated)>;
  /// Goes on until no bound is better than the `wanted` best.
  SearchResult finish(std::size_t wanted, const OnEvaluated& on_evaluated);

 private:
  /// What is known of an Open, in the order in which it becomes known.
  enum class Stage : std::uint8_t { kWeights, kWork, kGroup, kTransfers, kTiling, kTiles };

  /// A tiling, or a group or a weight tile of them, with what it takes at least.
  struct Open {
    Score least;
    std::uint64_t number;  ///< in the order of Candidates
    Stage stage;
    std::size_t first;  ///< of a group, whose fewest pixel tiles are those of `tiling`
    Tiling tiling;
  };
  static bool comes_later(const Open& a, const Open& b);

  template <typename Counters>
  void add(const Counters& least, Open open);
  bool has_open();
  void add_group(const TilingGroup& group, std::uint64_t number);
  void add_predicted(const Tiling& tiling, std::uint64_t number);
  Open take();
  void look_into(const Open& open);
  bool is_by_cycles() const;
  std::uint64_t evaluated_in_vain() const;
  bool may_win(const Score& bound, std::size_t wanted) const;
  void evaluate(const Tiling& tiling, std::size_t wanted);
  void add_neighbours(const Tiling& tiling);
  Score worst() const { return ranking_.rank(result_.best.back().score); }

  MappingSearch& search_;
  const Ranking ranking_;
  const std::optional<LoopOrder> order_;
  GroupBounds groups_;
  const Candidates& candidates_;
  Predictor& predictor_;
  Descriptor layer_;
  TileTimes tile_times_;
  std::vector<Open> open_;          ///< a heap
  std::vector<Tiling> neighbours_;  ///< that are open or were
  std::size_t next_tile_ = 0;       ///< of groups_.weight_tiles(), which is not open yet
  std::uint64_t next_number_;
  SearchResult result_;
};

/// Behind those that are as good, if it is among the best.
void insert(std::vector<EvaluatedMapping>& best, const EvaluatedMapping& found,
            const Ranking& ranking, std::size_t wanted);

}  // namespace dcnsim

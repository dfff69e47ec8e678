// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/open_search.h"

#include <algorithm>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "platform/compiler/mapper/search.h"

namespace dcnsim {
namespace {

/// What a bound must promise in cycles to be looked at: what executions hardly ever come nearer to
/// their bounds.
constexpr double kLeastGain = 0.00002;

/// Likewise once too many mappings have been evaluated, so many of them in vain: a share that grows
/// to less than anybody would miss. Hundreds of tilings of a layer that waits for the bus alone are
/// as good as each other.
double least_gain(std::uint64_t in_vain) {
  return std::min(0.004, 0.0002 * static_cast<double>(in_vain + 4));
}

/// What is so near the best in cycles has neighbours that may win.
Score near(const Score& best) { return {best.first * 1.01 + 100, best.second}; }

/// Numbers of a group: its own, then those of its tilings; of a weight tile: those of its groups.
/// Neighbours come behind all of them.
constexpr std::uint64_t kOfGroup = std::uint64_t{1} << 32;
constexpr std::uint64_t kOfWeightTile = kLoopOrders.size() * kOfGroup;

}  // namespace

OpenSearch::OpenSearch(MappingSearch& search, const Descriptor& layer,
                       const MappingRequest& request, const Ranking& ranking,
                       const std::optional<LoopOrder>& order, std::shared_ptr<LayerWork> work)
    : search_(search),
      ranking_(ranking),
      order_(order),
      groups_(search, layer, request, std::move(work)),
      candidates_(groups_.candidates()),
      predictor_(groups_.predictor()),
      layer_(groups_.layer()),
      tile_times_(layer_, search.config(), search.bounds(), predictor_.step_works()),
      next_number_(candidates_.weight_tiles().size() * kOfWeightTile) {}

/// Whether anything is; the first has what is no less than any weight tile that is not.
bool OpenSearch::has_open() {
  const std::vector<Tiling>& tiles = candidates_.weight_tiles();
  for (; next_tile_ < tiles.size(); ++next_tile_) {
    const PlacedWork::WeightTile& tile = groups_.weight_tiles()[next_tile_];
    const bool may_wait = is_by_cycles() && !open_.empty();
    if (may_wait && open_.front().least.first < static_cast<double>(tile.least.cycles)) break;
    layer_.tiling = tiles[tile.number];
    add(tile.least, {{}, tile.number * kOfWeightTile, Stage::kWeights, 0, tiles[tile.number]});
  }
  return !open_.empty();
}

/// For a heap whose top comes first.
bool OpenSearch::comes_later(const Open& a, const Open& b) {
  if (a.least < b.least || b.least < a.least) return b.least < a.least;
  return b.number < a.number;
}

template <typename Counters>
void OpenSearch::add(const Counters& least, Open open) {
  const Score score = search_.score_of(layer_, least);
  if (!ranking_.counts(score)) return;
  open.least = ranking_.rank(score);
  open_.push_back(open);
  std::push_heap(open_.begin(), open_.end(), comes_later);
}

/// By its work alone: mostly that tells enough to leave a group aside.
void OpenSearch::add_group(const TilingGroup& group, std::uint64_t number) {
  add(groups_.of_all(number / kOfWeightTile, group),
      {{}, number, Stage::kWork, group.first, group.fewest});
}

void OpenSearch::add_predicted(const Tiling& tiling, std::uint64_t number) {
  ++result_.legal;
  add(search_.least_counters(predictor_.predict(tiling)), {{}, number, Stage::kTiling, 0, tiling});
}

OpenSearch::Open OpenSearch::take() {
  std::pop_heap(open_.begin(), open_.end(), comes_later);
  const Open next = open_.back();
  open_.pop_back();
  return next;
}

std::optional<Score> OpenSearch::bound() {
  while (has_open() && open_.front().stage < Stage::kGroup) look_into(take());
  return open_.empty() ? std::nullopt : std::optional(open_.front().least);
}

std::optional<Tiling> OpenSearch::sharpen() {
  while (has_open() && open_.front().stage != Stage::kTiles) look_into(take());
  return open_.empty() ? std::nullopt : std::optional(open_.front().tiling);
}

void OpenSearch::look_into(const Open& open) {
  if (open.stage == Stage::kTransfers) {
    if (candidates_.is_legal(open.tiling)) add_predicted(open.tiling, open.number);
    return;
  }
  if (open.stage == Stage::kTiling) {
    add(search_.least_counters(predictor_.predict(open.tiling),
                               tile_times_.least_cycles(open.tiling)),
        {{}, open.number, Stage::kTiles, 0, open.tiling});
    return;
  }
  if (open.stage == Stage::kWeights) {
    std::uint64_t number = open.number;
    for (const TilingGroup& group : candidates_.groups(open.tiling)) {
      if (order_.value_or(group.fewest.order) == group.fewest.order) add_group(group, number);
      number += kOfGroup;
    }
    return;
  }
  const TilingGroup group{open.tiling, open.first};
  if (open.stage == Stage::kWork) {
    add(groups_.of_the_fewest(open.number / kOfWeightTile, group),
        {{}, open.number, Stage::kGroup, open.first, open.tiling});
    const auto rest = candidates_.rest(group);
    if (rest) add_group(*rest, open.number + rest->first - open.first);
    return;
  }
  const LeastWork& work = groups_.least_work(open.tiling);
  candidates_.for_the_fewest(group, [&](const Tiling& tiling, std::size_t n) {
    layer_.tiling = tiling;
    add(search_.least_counters(layer_, work, predictor_.predict_transfers(tiling)),
        {{}, open.number + 1 + n - open.first, Stage::kTransfers, 0, tiling});
  });
}

/// Whether cycles decide. Of energy and bytes bounds know enough, or less.
bool OpenSearch::is_by_cycles() const {
  return search_.config().mapping.objective == Objective::kLatency && !ranking_.is_by_second();
}

/// Mappings evaluated beyond what a layer of so many cycles is worth.
std::uint64_t OpenSearch::evaluated_in_vain() const {
  const std::uint64_t enough = 16 + 1'000'000 / (result_.best.front().counters.cycles + 1);
  const std::uint64_t evaluated = result_.evaluated + result_.given_up;
  return evaluated < enough ? 0 : evaluated - enough + 1;
}

/// Whether an evaluation could add to the `wanted` best.
bool OpenSearch::may_win(const Score& bound, std::size_t wanted) const {
  if (result_.best.size() < wanted) return true;
  const std::uint64_t in_vain = evaluated_in_vain();
  const double gain = in_vain > 0 ? least_gain(in_vain) : is_by_cycles() ? kLeastGain : 0;
  return bound * (1 + gain) < worst();
}

SearchResult OpenSearch::finish(std::size_t wanted, const OnEvaluated& on_evaluated) {
  while (has_open()) {
    const Open next = take();
    if (!may_win(next.least, wanted)) break;
    if (next.stage != Stage::kTiles) {
      look_into(next);
      continue;
    }
    evaluate(next.tiling, wanted);
    if (on_evaluated) on_evaluated(result_.evaluated + result_.given_up);
  }
  return std::move(result_);
}

void OpenSearch::evaluate(const Tiling& tiling, std::size_t wanted) {
  layer_.tiling = tiling;
  const bool full = result_.best.size() == wanted;
  // Those that are near are evaluated to the end for their neighbours.
  const bool by_cycles = is_by_cycles();
  const bool wants_near = full && by_cycles && evaluated_in_vain() == 0;
  const auto is_near = [&](const Score& score) {
    if (!ranking_.counts(score)) return false;
    return !full || ranking_.rank(score) < (wants_near ? near(worst()) : worst());
  };
  const Prediction& prediction = predictor_.predict(tiling);
  if (full) {
    // Sharper than what it was chosen by: mostly what an execution takes, to the cycle.
    const Score least = search_.score_of(
        layer_, search_.least_counters(prediction, tile_times_.least_cycles(tiling, true)));
    if (!ranking_.counts(least) || !(ranking_.rank(least) < worst())) {
      ++result_.given_up;
      if (wants_near && is_near(least)) add_neighbours(tiling);
      return;
    }
  }
  const auto found = search_.evaluate_while(layer_, prediction, is_near, groups_.work());
  if (!found) {
    ++result_.given_up;
    return;
  }
  ++result_.evaluated;
  if (!ranking_.counts(found->score)) return;
  insert(result_.best, *found, ranking_, wanted);
  if (by_cycles || result_.best.front().tiling == tiling) add_neighbours(tiling);
}

void OpenSearch::add_neighbours(const Tiling& tiling) {
  candidates_.for_each_neighbour(tiling, [&](const Tiling& neighbour) {
    if (std::find(neighbours_.begin(), neighbours_.end(), neighbour) != neighbours_.end()) return;
    neighbours_.push_back(neighbour);
    add_predicted(neighbour, ++next_number_);
  });
}

void insert(std::vector<EvaluatedMapping>& best, const EvaluatedMapping& found,
            const Ranking& ranking, std::size_t wanted) {
  const auto place = std::upper_bound(best.begin(), best.end(), found,
                                      [&](const EvaluatedMapping& a, const EvaluatedMapping& b) {
                                        return ranking.rank(a.score) < ranking.rank(b.score);
                                      });
  best.insert(place, found);
  if (best.size() > wanted) best.pop_back();
}

}  // namespace dcnsim

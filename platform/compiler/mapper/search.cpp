// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/search.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/arch/memory_layout.h"
#include "models/perf/buffer_need.h"
#include "models/perf/prediction.h"
#include "models/perf/weight_layout.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/mapper/candidates.h"
#include "platform/compiler/memory_regions.h"

namespace dcnsim {
namespace {

/// Longer than any layer waits in practice; keeps doubling from overflowing.
constexpr std::uint64_t kLongestStall = std::uint64_t{1} << 40;

/// A tiling, or a group of them, with what it takes at least.
struct Open {
  Score least;
  std::uint64_t number = 0;            ///< in the order of Candidates
  const TilingGroup* group = nullptr;  ///< null for a tiling
  Tiling tiling;
};

/// What a bound must promise to be looked at, once so many mappings that take so many cycles have
/// been evaluated: a share that grows from then on. Hundreds of tilings of a layer that waits for
/// the bus alone are as good as each other.
double least_gain(std::uint64_t evaluated, std::uint64_t cycles) {
  const std::uint64_t patience = 16 + 500'000 / (cycles + 1);
  return evaluated < patience ? 0 : 0.0002 * static_cast<double>(evaluated - patience + 5);
}

/// For a heap whose top comes first.
bool comes_later(const Open& a, const Open& b) {
  if (a.least < b.least || b.least < a.least) return b.least < a.least;
  return b.number < a.number;
}

}  // namespace

/// Which of two scores comes first, and whether one counts at all.
class Ranking {
 public:
  /// By the first figure, then the second.
  Ranking() = default;
  /// Of those whose first figure is at most `limit`: by the second, then the first.
  explicit Ranking(double limit) : limit_(limit), by_second_(true) {}

  bool counts(const Score& score) const { return !by_second_ || score.first <= limit_; }
  Score rank(const Score& score) const {
    return by_second_ ? Score{score.second, score.first} : score;
  }

 private:
  double limit_ = 0;
  bool by_second_ = false;
};

Descriptor placed_alone(const Descriptor& layer, const AcceleratorConfig& config) {
  Descriptor d = layer;
  const int bus = config.dma.bus_bytes;
  MemoryRegions regions;
  regions.place(kDescriptorBytes);
  if (d.kind == LayerKind::kConv) {
    // Whatever the tiling will be, it is about as long.
    Descriptor whole = layer;
    whole.tiling = one_tile(layer);
    d.weight_address = regions.place(WeightLayout(whole, config).bytes());
  }
  d.input_address = regions.place(input_layout(d, bus).bytes());
  if (d.kind == LayerKind::kAdd) {
    d.input2_address = regions.place(input2_layout(d, bus).bytes());
  }
  d.output_address = regions.place(output_layout(d, bus).bytes());
  return d;
}

MappingSearch::MappingSearch(const AcceleratorConfig& config, const DramSpec& dram,
                             const EnergyModel& energy)
    : config_(config),
      energy_(energy),
      clock_(config.clock_mhz),
      evaluator_(config, dram),
      bounds_(config, dram) {
  // What comes before a layer's first load does not depend on the layer.
  Descriptor least;
  least.kind = LayerKind::kPool;
  least.pool.in = {1, 1, 1};
  descriptor_cycles_ = evaluator_.run(least, 0)->stall_cycles[Stall::kDescriptor];
}

Score MappingSearch::score_of(const Descriptor& layer, const LayerCounters& counters) const {
  return score(config_.mapping, energy_, layer, counters);
}

EvaluatedMapping MappingSearch::evaluate(const Descriptor& layer, const Tiling& tiling) {
  Descriptor d = placed_alone(layer, config_);
  d.tiling = tiling;
  evaluator_.reset();
  const LayerCounters counters = *evaluator_.run(d, 0);
  return {tiling, counters, score_of(d, counters)};
}

std::optional<SearchResult> MappingSearch::again(const Descriptor& layer,
                                                 const StoredSearch& stored) {
  SearchResult result{{}, stored.legal, stored.evaluated, stored.given_up};
  for (const Tiling& tiling : stored.best) {
    Descriptor d = layer;
    d.tiling = tiling;
    try {
      validate(d);
    } catch (const std::invalid_argument&) {
      return std::nullopt;
    }
    if (!why_illegal(d, config_).empty()) return std::nullopt;
    result.best.push_back(evaluate(layer, tiling));
    const Ranking ranking =
        config_.mapping.slack > 0 ? Ranking(std::numeric_limits<double>::infinity()) : Ranking();
    const auto rank = [&](const EvaluatedMapping& mapping) { return ranking.rank(mapping.score); };
    if (result.best.size() > 1 && rank(result.best.back()) < rank(result.best.end()[-2])) {
      return std::nullopt;
    }
  }
  return result;
}

LayerCounters MappingSearch::least_counters(const Descriptor& layer, const TilingGroup& group,
                                            Predictor& predictor) const {
  Descriptor tiled = layer;
  tiled.tiling = group.fewest;
  const LayerCounters least =
      bounds_.least_counters(tiled, predictor.predict(with_one_pixel_tile(tiled).tiling));
  return with_cycles(least, descriptor_cycles_ + least.cycles);
}

BoundedTiling MappingSearch::bounded(const Prediction& prediction, const Tiling& tiling) const {
  const Bounds::LeastCycles least = bounds_.least_cycles(prediction);
  const auto greatest = std::max_element(least.begin(), least.end());
  return {tiling, static_cast<BoundKind>(greatest - least.begin()), descriptor_cycles_ + *greatest,
          prediction.counters.stream_bytes.total()};
}

/// The best bound of any tiling, or of those of one order.
std::optional<MappingSearch::Least> MappingSearch::least_of(
    const Descriptor& layer, const Candidates& candidates,
    const std::optional<LoopOrder>& order) const {
  Predictor predictor(layer, config_);
  std::vector<std::pair<Score, const TilingGroup*>> groups;
  for (const TilingGroup& group : candidates.groups()) {
    if (order.value_or(group.fewest.order) != group.fewest.order) continue;
    groups.emplace_back(score_of(layer, least_counters(layer, group, predictor)), &group);
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::optional<Least> best;
  for (const auto& [least, group] : groups) {
    if (best && !(least < best->score)) break;
    candidates.for_each(*group, [&](const Tiling& tiling) {
      const Prediction& prediction = predictor.predict(tiling);
      const BoundedTiling one = bounded(prediction, tiling);
      const Score score = score_of(layer, with_cycles(prediction.counters, one.cycles));
      if (!best || score < best->score) best = Least{one, score};
    });
  }
  return best;
}

std::optional<Score> MappingSearch::quick_bound(const Descriptor& layer,
                                                const MappingRequest& request) const {
  const Candidates candidates(layer, config_, request);
  Predictor predictor(layer, config_);
  std::optional<Score> best;
  for (const TilingGroup& group : candidates.groups()) {
    const Score score = score_of(layer, least_counters(layer, group, predictor));
    if (!best || score < *best) best = score;
  }
  return best;
}

std::optional<Score> MappingSearch::bound(const Descriptor& layer,
                                          const MappingRequest& request) const {
  const auto least = least_of(layer, Candidates(layer, config_, request), {});
  return least ? std::optional(least->score) : std::nullopt;
}

Choice MappingSearch::why(const Descriptor& layer, const Tiling& chosen) const {
  Predictor predictor(layer, config_);
  Choice choice{bounded(predictor.predict(chosen), chosen), {}};
  if (layer.kind != LayerKind::kConv) return choice;
  const Candidates candidates(layer, config_);
  for (const LoopOrder order : kLoopOrders) {
    if (order == chosen.order) continue;
    if (const auto least = least_of(layer, candidates, order)) {
      choice.other_orders.push_back(least->tiling);
    }
  }
  return choice;
}

/// What any execution counts that takes `cycles`, or more.
LayerCounters MappingSearch::with_cycles(LayerCounters least, std::uint64_t cycles) const {
  least.cycles = cycles;
  least.dram.write_bytes = least.stream_bytes[Stream::kOutput];
  least.dram.read_bytes = least.stream_bytes.total() - least.dram.write_bytes;
  least.dram.precharged_ps = clock_.ps(cycles);
  return least;
}

/// The array may wait for so long and `prediction` still win.
std::uint64_t MappingSearch::most_stall_cycles(const Descriptor& layer,
                                               const Prediction& prediction,
                                               const MayWin& may_win) const {
  const std::uint64_t computing = prediction.counters.compute_cycles;
  const auto is_good = [&](std::uint64_t stalls) {
    return may_win(score_of(layer, with_cycles(prediction.counters, computing + stalls)));
  };
  std::uint64_t good = 0, bad = 1;
  while (is_good(bad)) {
    if (bad > computing + kLongestStall) return Evaluator::kAnyStalls;
    bad *= 2;
  }
  while (bad - good > 1) {
    const std::uint64_t middle = good + (bad - good) / 2;
    (is_good(middle) ? good : bad) = middle;
  }
  return good;
}

/// Behind those that are as good, if it is among the best.
void MappingSearch::insert(std::vector<EvaluatedMapping>& best, const EvaluatedMapping& found,
                           const Ranking& ranking, std::size_t wanted) {
  const auto place = std::upper_bound(best.begin(), best.end(), found,
                                      [&](const EvaluatedMapping& a, const EvaluatedMapping& b) {
                                        return ranking.rank(a.score) < ranking.rank(b.score);
                                      });
  best.insert(place, found);
  if (best.size() > wanted) best.pop_back();
}

SearchResult MappingSearch::best(const Descriptor& layer, const MappingRequest& request,
                                 std::size_t wanted, const OnEvaluated& on_evaluated) {
  const Descriptor d = placed_alone(layer, config_);
  const Candidates candidates(d, config_, request);
  const bool has_slack = config_.mapping.slack > 0;
  SearchResult result = best(d, candidates, Ranking(), has_slack ? 1 : wanted, on_evaluated);
  if (!has_slack || result.best.empty()) return result;
  const double limit = result.best.front().score.first * (1 + config_.mapping.slack / 100);
  const auto told = [&, before = result.evaluated + result.given_up](std::uint64_t evaluated) {
    if (on_evaluated) on_evaluated(before + evaluated);
  };
  SearchResult within = best(d, candidates, Ranking(limit), wanted, told);
  within.evaluated += result.evaluated;
  within.given_up += result.given_up;
  // The first may be a neighbour of others than those that have been found now.
  const EvaluatedMapping& first = result.best.front();
  const auto is_first = [&](const EvaluatedMapping& found) { return found.tiling == first.tiling; };
  if (std::none_of(within.best.begin(), within.best.end(), is_first)) {
    insert(within.best, first, Ranking(limit), wanted);
  }
  return within;
}

SearchResult MappingSearch::best(Descriptor d, const Candidates& candidates, const Ranking& ranking,
                                 std::size_t wanted, const OnEvaluated& on_evaluated) {
  SearchResult result;
  Predictor predictor(d, config_);
  std::vector<Open> open;  // a heap
  const auto add = [&](const LayerCounters& least, std::uint64_t number, const TilingGroup* group,
                       const Tiling& tiling) {
    const Score score = score_of(d, least);
    if (!ranking.counts(score)) return;
    open.push_back({ranking.rank(score), number, group, tiling});
    std::push_heap(open.begin(), open.end(), comes_later);
  };
  const auto add_tiling = [&](const Tiling& tiling, std::uint64_t number) {
    const Prediction& prediction = predictor.predict(tiling);
    const std::uint64_t cycles = descriptor_cycles_ + prediction.counters.compute_cycles +
                                 bounds_.least_stall_cycles(prediction);
    add(with_cycles(prediction.counters, cycles), number, nullptr, tiling);
  };
  std::vector<Tiling> neighbours;  // that are open or were
  // In the order of Candidates: a group, its tilings, the next group, and neighbours at the end.
  constexpr std::uint64_t kOfGroup = std::uint64_t{1} << 32;
  std::uint64_t number = 0;
  for (const TilingGroup& group : candidates.groups()) {
    add(least_counters(d, group, predictor), number, &group, group.fewest);
    number += kOfGroup;
  }
  const auto worst = [&] { return ranking.rank(result.best.back().score); };
  while (!open.empty()) {
    std::pop_heap(open.begin(), open.end(), comes_later);
    const Open next = open.back();
    open.pop_back();
    const bool full = result.best.size() == wanted;
    if (full) {
      const double gain =
          least_gain(result.evaluated + result.given_up, result.best.front().counters.cycles);
      if (!(next.least * (1 + gain) < worst())) break;
    }
    if (next.group != nullptr) {
      std::uint64_t in_group = next.number;
      candidates.for_each(*next.group, [&](const Tiling& tiling) {
        ++result.legal;
        add_tiling(tiling, ++in_group);
      });
      continue;
    }
    d.tiling = next.tiling;
    const auto may_win = [&](const Score& score) {
      return ranking.counts(score) && (!full || ranking.rank(score) < worst());
    };
    evaluator_.reset();
    const auto counters =
        evaluator_.run(d, 0, most_stall_cycles(d, predictor.predict(d.tiling), may_win));
    if (on_evaluated) on_evaluated(result.evaluated + result.given_up + 1);
    if (!counters) {
      ++result.given_up;
      continue;
    }
    ++result.evaluated;
    const EvaluatedMapping found{d.tiling, *counters, score_of(d, *counters)};
    if (!ranking.counts(found.score)) continue;
    insert(result.best, found, ranking, wanted);
    const bool is_best = result.best.front().tiling == found.tiling;
    if (!is_best) continue;
    candidates.for_each_neighbour(found.tiling, [&](const Tiling& tiling) {
      if (std::find(neighbours.begin(), neighbours.end(), tiling) != neighbours.end()) return;
      neighbours.push_back(tiling);
      ++result.legal;
      add_tiling(tiling, ++number);
    });
  }
  return result;
}

}  // namespace dcnsim

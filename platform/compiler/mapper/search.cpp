// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/search.h"

#include <algorithm>
#include <stdexcept>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/arch/memory_layout.h"
#include "models/perf/buffer_need.h"
#include "models/perf/prediction.h"
#include "platform/compiler/mapper/candidates.h"
#include "platform/compiler/memory_regions.h"

namespace dcnsim {
namespace {

/// A candidate with what it takes at least.
struct Bounded {
  Score least;
  std::uint32_t number = 0;  ///< in the order of Candidates
  Tiling tiling;
};

/// Longer than any layer waits in practice; keeps doubling from overflowing.
constexpr std::uint64_t kLongestStall = std::uint64_t{1} << 40;

/// For a heap whose top comes first.
bool comes_later(const Bounded& a, const Bounded& b) {
  if (a.least < b.least || b.least < a.least) return b.least < a.least;
  return b.number < a.number;
}

}  // namespace

Descriptor placed_alone(const Descriptor& layer, const AcceleratorConfig& config) {
  Descriptor d = layer;
  const int bus = config.dma.bus_bytes;
  MemoryRegions regions;
  regions.place(kDescriptorBytes);
  if (d.kind == LayerKind::kConv) {
    d.weight_address = regions.place(weight_bytes(d, config));
  }
  d.input_address = regions.place(map_bytes(d.input_shape(), d.input.bits, bus));
  if (d.kind == LayerKind::kAdd) {
    d.input2_address = regions.place(map_bytes(d.input_shape(), d.input2.bits, bus));
  }
  d.output_address = regions.place(map_bytes(d.output_shape(), d.requant.out.bits, bus));
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
  return score(config_.mapping.objective, energy_, layer, counters);
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
    if (result.best.size() > 1 && result.best.back().score < result.best.end()[-2].score) {
      return std::nullopt;
    }
  }
  return result;
}

/// What any execution counts that takes `cycles`, or more.
LayerCounters MappingSearch::least_counters(const Prediction& prediction,
                                            std::uint64_t cycles) const {
  LayerCounters least = prediction.counters;
  least.cycles = cycles;
  least.dram.write_bytes = least.stream_bytes[Stream::kOutput];
  least.dram.read_bytes = least.stream_bytes.total() - least.dram.write_bytes;
  least.dram.precharged_ps = clock_.ps(cycles);
  return least;
}

/// The array may wait for so long and `prediction` still be better than `than`.
std::uint64_t MappingSearch::most_stall_cycles(const Descriptor& layer,
                                               const Prediction& prediction,
                                               const Score& than) const {
  const std::uint64_t computing = prediction.counters.compute_cycles;
  const auto is_better = [&](std::uint64_t stalls) {
    return score_of(layer, least_counters(prediction, computing + stalls)) < than;
  };
  std::uint64_t good = 0, bad = 1;
  while (is_better(bad)) {
    if (bad > computing + kLongestStall) return Evaluator::kAnyStalls;
    bad *= 2;
  }
  while (bad - good > 1) {
    const std::uint64_t middle = good + (bad - good) / 2;
    (is_better(middle) ? good : bad) = middle;
  }
  return good;
}

SearchResult MappingSearch::best(const Descriptor& layer, const MappingRequest& request,
                                 std::size_t wanted,
                                 const std::function<void(std::uint64_t)>& on_evaluated) {
  Descriptor d = placed_alone(layer, config_);
  SearchResult result;
  std::vector<Bounded> candidates;
  Predictor predictor(d, config_);
  Candidates(d, config_, request).for_each([&](const Tiling& tiling) {
    const Prediction& prediction = predictor.predict(tiling);
    const std::uint64_t cycles = descriptor_cycles_ + prediction.counters.compute_cycles +
                                 bounds_.least_stall_cycles(prediction);
    candidates.push_back({score_of(d, least_counters(prediction, cycles)),
                          static_cast<std::uint32_t>(candidates.size()), tiling});
  });
  result.legal = candidates.size();

  // A heap, because few of them are looked at.
  std::make_heap(candidates.begin(), candidates.end(), comes_later);
  while (!candidates.empty()) {
    std::pop_heap(candidates.begin(), candidates.end(), comes_later);
    const Bounded candidate = candidates.back();
    candidates.pop_back();
    const bool full = result.best.size() == wanted;
    if (full && !(candidate.least < result.best.back().score)) break;
    d.tiling = candidate.tiling;
    const std::uint64_t most_stalls =
        full ? most_stall_cycles(d, predictor.predict(d.tiling), result.best.back().score)
             : Evaluator::kAnyStalls;
    evaluator_.reset();
    const auto counters = evaluator_.run(d, 0, most_stalls);
    if (on_evaluated) on_evaluated(result.evaluated + result.given_up + 1);
    if (!counters) {
      ++result.given_up;
      continue;
    }
    ++result.evaluated;
    const EvaluatedMapping found{d.tiling, *counters, score_of(d, *counters)};
    const auto place = std::upper_bound(
        result.best.begin(), result.best.end(), found,
        [](const EvaluatedMapping& a, const EvaluatedMapping& b) { return a.score < b.score; });
    result.best.insert(place, found);
    if (result.best.size() > wanted) result.best.pop_back();
  }
  return result;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/search.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/arch/memory_layout.h"
#include "models/perf/buffer_need.h"
#include "models/perf/prediction.h"
#include "models/perf/weight_layout.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/mapper/layer_work.h"
#include "platform/compiler/mapper/open_search.h"
#include "platform/compiler/mapper/ranking.h"
#include "platform/compiler/memory_regions.h"

namespace dcnsim {
namespace {

/// Longer than any layer waits in practice; keeps doubling from overflowing.
constexpr std::uint64_t kLongestStall = std::uint64_t{1} << 40;

}  // namespace

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
  const std::int64_t maps = regions.bytes();
  d.input_address = regions.place(input_layout(d, bus).bytes());
  if (d.kind == LayerKind::kAdd) {
    d.input2_address = regions.place(input2_layout(d, bus).bytes());
  }
  d.output_address = regions.place(output_layout(d, bus).bytes());
  if (d.images() > 1) d.batch_stride = u64(regions.bytes() - maps);
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

Score MappingSearch::score_of(const Descriptor& layer, const LeastCounters& least) const {
  return score(config_.mapping, least.cycles, least.stream_bytes.total(), [&] {
    LayerCounters counters;
    counters.compute_cycles = least.compute_cycles;
    counters.macs = least.macs;
    counters.pe_cycles = least.pe_cycles;
    counters.stream_bytes = least.stream_bytes;
    set_cycles(counters, least.cycles);
    return energy_.of(layer, counters);
  });
}

EvaluatedMapping MappingSearch::evaluate(const Descriptor& layer, const Tiling& tiling) {
  Descriptor d = placed_alone(layer, config_);
  d.tiling = tiling;
  evaluator_.reset();
  const LayerCounters counters = *evaluator_.run(d, 0);
  return {tiling, counters, score_of(d, counters)};
}

EvaluatedMapping MappingSearch::evaluate(const Descriptor& placed, LayerWork& work) {
  std::optional<LayerCounters>& known = work.evaluated[execution_key(placed, config_)].counters;
  if (!known) {
    evaluator_.reset();
    known = evaluator_.run(placed, 0);
  }
  return {placed.tiling, *known, score_of(placed, *known)};
}

std::optional<SearchResult> MappingSearch::again(const Descriptor& layer,
                                                 const StoredSearch& stored, LayerWork& work) {
  SearchResult result{{}, stored.legal, stored.evaluated, stored.given_up};
  Descriptor d = placed_alone(layer, config_);
  for (const Tiling& tiling : stored.best) {
    d.tiling = tiling;
    try {
      validate(d);
    } catch (const std::invalid_argument&) {
      return std::nullopt;
    }
    if (!why_illegal(d, config_).empty()) return std::nullopt;
    result.best.push_back(evaluate(d, work));
    const Ranking ranking =
        config_.mapping.slack > 0 ? Ranking(std::numeric_limits<double>::infinity()) : Ranking();
    const auto rank = [&](const EvaluatedMapping& mapping) { return ranking.rank(mapping.score); };
    if (result.best.size() > 1 && rank(result.best.back()) < rank(result.best.end()[-2])) {
      return std::nullopt;
    }
  }
  return result;
}

LeastCounters MappingSearch::behind_descriptor(LeastCounters least) const {
  least.cycles += descriptor_cycles_;
  return least;
}

LeastCounters MappingSearch::least_of_weight_tile(const Descriptor& tiled, const LeastWork& work,
                                                  const LeastPixels& pixels) const {
  return behind_descriptor(bounds_.least_of_weight_tile(tiled, work, pixels));
}

LeastCounters MappingSearch::least_of_group(const Descriptor& tiled, const LeastWork& work,
                                            const LeastPixels& pixels) const {
  return behind_descriptor(bounds_.least_of_group(tiled, work, pixels));
}

LeastCounters MappingSearch::least_of_group(const Descriptor& tiled, const LeastWork& work,
                                            const LeastPixels& pixels, Predictor& predictor) const {
  return behind_descriptor(bounds_.least_of_group(
      tiled, work, pixels, predictor.predict_transfers(with_one_pixel_tile(tiled).tiling)));
}

LeastCounters MappingSearch::least_counters(const Descriptor& tiled, const LeastWork& work,
                                            const Prediction& transfers) const {
  return behind_descriptor(bounds_.least_counters(tiled, work, transfers));
}

LayerCounters MappingSearch::least_counters(const Prediction& prediction,
                                            std::uint64_t tile_cycles) const {
  const std::uint64_t cycles =
      prediction.counters.compute_cycles + bounds_.least_stall_cycles(prediction);
  LayerCounters least = prediction.counters;
  set_cycles(least, descriptor_cycles_ + std::max(cycles, tile_cycles));
  return least;
}

BoundedTiling MappingSearch::bounded(const Prediction& prediction, const Tiling& tiling) const {
  const Bounds::LeastCycles least = bounds_.least_cycles(prediction);
  const auto greatest = std::max_element(least.begin(), least.end());
  return {tiling, static_cast<BoundKind>(greatest - least.begin()), descriptor_cycles_ + *greatest,
          prediction.counters.stream_bytes.total()};
}

Choice MappingSearch::why(const Descriptor& layer, const Tiling& chosen) {
  Predictor predictor(layer, config_);
  Choice choice{bounded(predictor.predict(chosen), chosen), {}};
  if (layer.kind != LayerKind::kConv) return choice;
  for (const LoopOrder order : kLoopOrders) {
    if (order == chosen.order) continue;
    OpenSearch others(*this, layer, {}, {}, order);
    if (const auto least = others.sharpen()) {
      choice.other_orders.push_back(bounded(predictor.predict(*least), *least));
    }
  }
  return choice;
}

/// `least` becomes what any execution counts that takes `cycles`, or more.
void MappingSearch::set_cycles(LayerCounters& least, std::uint64_t cycles) const {
  least.cycles = cycles;
  least.dram.write_bytes = least.stream_bytes[Stream::kOutput];
  least.dram.read_bytes = least.stream_bytes.total() - least.dram.write_bytes;
  least.dram.precharged_ps = clock_.ps(cycles);
}

/// Until when `prediction` may still win; nothing if that is always.
std::optional<Deadline> MappingSearch::deadline(const Descriptor& layer,
                                                const Prediction& prediction,
                                                const MayWin& may_win) const {
  const std::uint64_t computing = prediction.counters.compute_cycles;
  LayerCounters counters = prediction.counters;
  const auto is_good = [&](std::uint64_t stalls) {
    set_cycles(counters, computing + stalls);
    return may_win(score_of(layer, counters));
  };
  std::uint64_t good = 0, bad = 1;
  while (is_good(bad)) {
    if (bad > computing + kLongestStall) return std::nullopt;
    bad *= 2;
  }
  while (bad - good > 1) {
    const std::uint64_t middle = good + (bad - good) / 2;
    (is_good(middle) ? good : bad) = middle;
  }
  const StreamBytes& bytes = prediction.counters.stream_bytes;
  const std::uint64_t written = bytes[Stream::kOutput];
  return Deadline{computing + good, computing, bytes.total() - written, written};
}

std::optional<EvaluatedMapping> MappingSearch::evaluate_while(const Descriptor& placed,
                                                              const Prediction& prediction,
                                                              const MayWin& may_win,
                                                              LayerWork& work) {
  Evaluated& known = work.evaluated[execution_key(placed, config_)];
  if (!known.counters) {
    const std::optional<Deadline> until = deadline(placed, prediction, may_win);
    if (until && until->cycles <= known.longer_than) return std::nullopt;
    evaluator_.reset();
    known.counters = evaluator_.run(placed, 0, until ? &*until : nullptr);
    if (!known.counters) {
      known.longer_than = until->cycles;
      return std::nullopt;
    }
  }
  const Score score = score_of(placed, *known.counters);
  if (!may_win(score)) return std::nullopt;
  return EvaluatedMapping{placed.tiling, *known.counters, score};
}

SearchResult MappingSearch::best(const Descriptor& layer, const MappingRequest& request,
                                 std::size_t wanted, const OnEvaluated& on_evaluated) {
  OpenSearch open(*this, layer, request);
  return finish(open, layer, request, wanted, on_evaluated);
}

SearchResult MappingSearch::finish(OpenSearch& open, const Descriptor& layer,
                                   const MappingRequest& request, std::size_t wanted,
                                   const OnEvaluated& on_evaluated) {
  const bool has_slack = config_.mapping.slack > 0;
  SearchResult result = open.finish(has_slack ? 1 : wanted, on_evaluated);
  if (!has_slack || result.best.empty()) return result;
  const EvaluatedMapping& first = result.best.front();
  const Ranking by_second(first.score.first * (1 + config_.mapping.slack / 100));
  const auto told = [&, before = result.evaluated + result.given_up](std::uint64_t evaluated) {
    if (on_evaluated) on_evaluated(before + evaluated);
  };
  SearchResult within = OpenSearch(*this, layer, request, by_second).finish(wanted, told);
  within.evaluated += result.evaluated;
  within.given_up += result.given_up;
  // The first may be a neighbour of others than those that have been found now.
  const auto is_first = [&](const EvaluatedMapping& found) { return found.tiling == first.tiling; };
  if (std::none_of(within.best.begin(), within.best.end(), is_first)) {
    insert(within.best, first, by_second, wanted);
  }
  return within;
}

}  // namespace dcnsim

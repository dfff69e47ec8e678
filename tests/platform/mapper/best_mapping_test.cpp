// SPDX-License-Identifier: Apache-2.0
// The mapping that is chosen for a layer of a known network against others of the same layer: all
// of balanced sizes where those are few, random legal ones, and its own neighbours.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/perf/prediction.h"
#include "platform/compiler/mapper/candidates.h"
#include "platform/compiler/mapper/layer_work.h"
#include "platform/compiler/mapper/search.h"
#include "platform/compiler/mapper/tile_times.h"
#include "tests/support/all_tilings.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/known_layers.h"
#include "tests/support/network_layers.h"
#include "tests/support/preset.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

/// Whether the layer before can have kept the input.
bool may_be_kept(const Descriptor& layer, const AcceleratorConfig& config) {
  Descriptor before;
  before.kind = LayerKind::kPool;
  before.pool.in = layer.input_shape();
  before.requant.out = layer.input;
  before.output_on_chip = true;
  return why_layer_illegal(before, config).empty();
}

/// Its maps packed, in planes of an array width or on chip.
std::vector<Descriptor> places_of(const Descriptor& layer, const AcceleratorConfig& config) {
  std::vector<Descriptor> placed;
  const auto segment = [&](int place, const Shape& map) {
    return place == 1 && map.channels > config.array.columns ? config.array.columns : 0;
  };
  for (const auto& [in, out] : {std::pair(0, 0), {1, 1}, {0, 2}, {2, 1}}) {
    Descriptor d = layer;
    d.input_on_chip = in == 2;
    d.output_on_chip = out == 2;
    d.input_segment = segment(in, d.input_shape());
    d.output_segment = segment(out, d.output_shape());
    if (d.kind == LayerKind::kAdd) d.input2_segment = segment(1, d.input_shape());
    if (d.input_on_chip && !may_be_kept(d, config)) continue;
    if (why_layer_illegal(d, config).empty()) placed.push_back(d);
  }
  return placed;
}

struct Rivals {
  int random = 0;    ///< to be drawn
  int balanced = 0;  ///< all, if they are no more
};

/// A layer's best mapping against its rivals: none takes 0.5 % less, and on layers of some thousand
/// cycles not two row misses of the DRAM less.
class Contest {
 public:
  Contest(const Descriptor& layer, const AcceleratorConfig& config)
      : layer_(layer),
        config_(config),
        search_(config, lpddr4_3200(), none_),
        work_(config),
        predictor_(layer, config),
        tile_times_(layer, config, search_.bounds(), predictor_.step_works()) {}

  void expect_no_better(const Rivals& rivals, std::mt19937& engine) {
    const SearchResult best = search_.best(layer_, {}, 1);
    if (best.best.empty()) return;
    const Tiling& chosen = best.best.front().tiling;
    constexpr double kTwoRowMisses = 23;  // tRP, tRCD, CL, tDQSCK: 57.5 ns each, at 200 MHz
    const double cycles = best.best.front().score.first;
    good_ = cycles - std::max(0.005 * cycles, kTwoRowMisses);
    for (int i = 0; i < rivals.random; ++i) {
      if (const auto tiling = random_legal_tiling(layer_, config_, engine)) {
        expect_no_better(*tiling, "random");
      }
    }
    for_each_neighbour(chosen,
                       [&](const Tiling& tiling) { expect_no_better(tiling, "neighbour"); });
    const std::vector<Tiling> balanced = balanced_tilings();
    if (static_cast<int>(balanced.size()) > rivals.balanced) return;
    for (const Tiling& tiling : balanced) expect_no_better(tiling, "balanced");
  }

 private:
  void expect_no_better(const Tiling& tiling, const char* what) {
    Descriptor d = placed_alone(layer_, config_);
    d.tiling = tiling;
    if (!tried_.insert(encode(d)).second) return;
    const auto is_better = [&](const Score& score) { return score.first < good_; };
    // Most are ruled out by their bounds, and others given up long before their end.
    const Prediction& prediction = predictor_.predict(tiling);
    const LayerCounters least =
        search_.least_counters(prediction, tile_times_.least_cycles(tiling));
    if (!is_better(search_.score_of(d, least))) return;
    const auto rival = search_.evaluate_while(d, prediction, is_better, work_);
    EXPECT_FALSE(rival && is_better(rival->score))
        << what << ' ' << tiling.tile_h << 'x' << tiling.tile_w << " c" << tiling.tile_channels
        << " in " << tiling.tile_in << " k" << tiling.chunk_k << ' ' << to_string(tiling.order)
        << " takes " << rival->score.first;
  }

  std::vector<Tiling> balanced_tilings() const {
    std::vector<Tiling> tilings;
    Candidates(layer_, config_).for_each([&](const Tiling& t) { tilings.push_back(t); });
    return tilings;
  }

  /// Those with the next legal value of one field, up and down.
  template <typename Visit>
  void for_each_neighbour(const Tiling& of, const Visit& visit) const {
    Descriptor d = layer_;
    const auto is_found = [&](int Tiling::*field, int value) {
      d.tiling = of;
      d.tiling.*field = value;
      if (!is_legal(d, config_)) return false;
      visit(d.tiling);
      return true;
    };
    const auto vary = [&](int Tiling::*field, int unit, int total, int whole) {
      const int now = of.*field == whole ? total : of.*field;
      for (int less = (now - 1) / unit * unit; less >= 1; less -= unit) {
        if (is_found(field, less)) break;
      }
      for (int more = now / unit * unit + unit; more < total + unit; more += unit) {
        if (is_found(field, more < total ? more : whole)) break;
      }
    };
    const Shape out = layer_.output_shape();
    const bool conv = layer_.kind == LayerKind::kConv;
    vary(&Tiling::tile_h, 1, out.height, out.height);
    vary(&Tiling::tile_w, 1, out.width, out.width);
    vary(&Tiling::tile_in, 1, conv ? group_inputs(layer_) : layer_.input_shape().channels, 0);
    if (!conv) return;
    vary(&Tiling::tile_channels, 1, out.channels, out.channels);
    d.tiling = of;
    vary(&Tiling::chunk_k, reduction_unit(d, config_.array),
         kernel_size(d) * tile_inputs_of_group(d), reduction(layer_));
  }

  const EnergyModel none_;
  const Descriptor layer_;
  const AcceleratorConfig& config_;
  MappingSearch search_;
  LayerWork work_;
  Predictor predictor_;
  TileTimes tile_times_;
  double good_ = 0;
  std::set<DescriptorBytes> tried_;
};

/// Those of all layers with their maps at all places, or at one of them by turns.
void expect_best(const std::vector<KnownLayer>& layers, const std::string& machine,
                 const Rivals& rivals, bool at_all_places, std::size_t every = 1) {
  const AcceleratorConfig config = preset(machine);
  std::mt19937 engine(2);
  for (std::size_t i = 0; i < layers.size(); i += every) {
    const std::vector<Descriptor> placed = places_of(layers[i].descriptor, config);
    for (std::size_t p = 0; p < placed.size(); ++p) {
      if (!at_all_places && p != i % placed.size()) continue;
      SCOPED_TRACE(layers[i].name + " on " + machine + ", place " + std::to_string(p));
      Contest(placed[p], config).expect_no_better(rivals, engine);
    }
  }
}

std::vector<KnownLayer> named_layers(const std::string& network) {
  if (network == "resnet50") return KnownNetwork::resnet50(8);
  if (network == "mobilenet_v2") return KnownNetwork::mobilenet_v2(8);
  return layers_of(
      std::string(DCNSIM_SOURCE_DIR) + "/workloads/networks/cifar10_" + network + ".onnx.gz", 8);
}

class MapperTest : public testing::TestWithParam<const char*> {};

TEST_P(MapperTest, finds_the_best) {
  expect_best(named_layers(GetParam()), "small_edge", {tries(40, 250), 300}, true);
}

INSTANTIATE_TEST_SUITE_P(Networks, MapperTest,
                         testing::Values("plain7_float", "res8_float", "compact_float",
                                         "wide_allocated"));

/// Of their layers in the suite a few, as they come.
TEST(MapperOfLargeNetworks, finds_the_best) {
  expect_best(named_layers("resnet50"), "large_edge", {10, 100}, false, 9);
  expect_best(named_layers("mobilenet_v2"), "small_edge", {10, 100}, false, 9);
}

/// All layers at all places: hours, so nobody runs it along.
class MapperOfAll
    : public testing::TestWithParam<std::tuple<const char* /*machine*/, const char* /*network*/>> {
};

TEST_P(MapperOfAll, DISABLED_finds_the_best) {
  const auto& [machine, network] = GetParam();
  expect_best(named_layers(network), machine, {1000, 20'000}, true);
}

INSTANTIATE_TEST_SUITE_P(Layers, MapperOfAll,
                         testing::Combine(testing::Values("small_edge", "large_edge"),
                                          testing::Values("plain7_float", "res8_float",
                                                          "compact_float", "wide_allocated",
                                                          "resnet50", "mobilenet_v2")),
                         [](const auto& at) {
                           return std::string(std::get<0>(at.param)) + "_" + std::get<1>(at.param);
                         });

}  // namespace
}  // namespace dcnsim

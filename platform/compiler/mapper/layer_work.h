// SPDX-License-Identifier: Apache-2.0
// What searches among the mappings of a layer have in common, wherever its maps lie and however
// much the buffers hold.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/base/enum_array.h"
#include "models/perf/counters.h"
#include "models/perf/prediction.h"
#include "platform/compiler/mapper/bounds.h"
#include "platform/compiler/mapper/candidate_sizes.h"
#include "platform/compiler/mapper/candidates.h"
#include "platform/compiler/mapper/least_pixels.h"

namespace dcnsim {

/// Where the maps of a layer lie: on chip, planes and strips.
using LayerPlaces = std::array<int, 8>;
LayerPlaces layer_places(const Descriptor& layer);

/// All that an execution's time depends on beyond what machines have in common that a LayerWorks is
/// of: the descriptor, and how many tiles each buffer has places for.
std::string execution_key(const Descriptor& placed, const AcceleratorConfig& config);

/// What is known of an execution: what it counts, or that it takes longer than so many cycles.
struct Evaluated {
  std::optional<LayerCounters> counters;
  std::uint64_t longer_than = 0;
};

/// Of one layer with its maps at certain places. The references stay.
struct PlacedWork {
  PlacedWork(const Descriptor& layer, const AcceleratorConfig& config,
             const MappingRequest& request, std::shared_ptr<Predictor::Work> predicted);

  struct WeightTile {
    std::uint64_t number;  ///< in the order of `sizes`
    const LeastWork* work;
    LeastCounters least;
  };

  /// Of a weight tile and an order, the pixel tiles behind one, and what they take at least.
  struct Rest {
    std::size_t first;
    LeastCounters of_all;                        ///< by their work alone
    std::optional<LeastCounters> of_the_fewest;  ///< by their loads and stores as well
  };
  /// Groups whose inputs, outputs and sums fit, of the weight tiles that have been looked at.
  struct Fitting {
    struct Group {
      std::uint64_t least_cycles;  ///< by its work alone
      std::size_t place;           ///< of its weight tile in `weight_tiles`
      TilingGroup group;
    };
    std::array<std::int64_t, 3> capacities;  ///< of what holds inputs, outputs and sums
    std::size_t tiles = 0;                   ///< looked at
    std::vector<Group> groups;               ///< in the order of their weight tiles
  };

  const std::shared_ptr<const CandidateSizes> sizes;
  Predictor predictor;
  LeastOfPixelTiles pixels;
  std::vector<WeightTile> weight_tiles;  ///< fewest cycles first, once a search has found them
  /// By the number of the weight tile.
  std::vector<EnumArray<LoopOrder, std::vector<Rest>, kLoopOrders.size()>> rests;
  static constexpr std::size_t kFittingKept = 8;
  std::vector<Fitting> fitting;  ///< of the latest capacities
};

/// Of one layer.
class LayerWork {
 public:
  /// `config` stays.
  explicit LayerWork(const AcceleratorConfig& config) : config_(config), predicted_(config) {}

  /// Where the maps of `layer` lie; of its own for a request. `self` owns it.
  static std::shared_ptr<PlacedWork> placed(const std::shared_ptr<LayerWork>& self,
                                            const Descriptor& layer, const MappingRequest& request);

  std::map<std::array<int, 3>, LeastWork> least;  ///< by channels, inputs and chunk
  /// By execution_key().
  std::unordered_map<std::string, Evaluated> evaluated;

 private:
  const AcceleratorConfig& config_;
  Predictor::Work predicted_;
  /// By whether sums are proved, and places.
  std::map<std::pair<bool, LayerPlaces>, std::unique_ptr<PlacedWork>> placed_;
};

/// Of all layers that are mapped on machines which differ in nothing but the capacities of their
/// buffers and accumulators, and what is not about time.
class LayerWorks {
 public:
  /// `config`: of any of them.
  explicit LayerWorks(const AcceleratorConfig& config) : config_(config) {}
  LayerWorks(const LayerWorks&) = delete;
  LayerWorks& operator=(const LayerWorks&) = delete;

  /// `key`: what tells layers apart wherever their maps lie.
  std::shared_ptr<LayerWork> of(const std::string& key) {
    std::shared_ptr<LayerWork>& work = works_[key];
    if (!work) work = std::make_shared<LayerWork>(config_);
    return work;
  }

 private:
  const AcceleratorConfig config_;
  std::map<std::string, std::shared_ptr<LayerWork>> works_;
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Chooses the tiling of one layer by exhaustive search. The candidates depend on the layer, the
// array and the bus only, never on the buffers: a larger buffer makes more of them legal and
// therefore never increases traffic.
#include <algorithm>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <tuple>

#include "models/arch/memory_layout.h"
#include "models/perf/schedule.h"
#include "platform/compiler/program.h"

namespace dcnsim {
namespace {

/// The tile sizes that cut `total` into 1, 2, 3, ... tiles as evenly as possible, largest first;
/// each a multiple of `unit` unless it is all of `total`.
std::vector<int> tile_sizes(int total, int unit) {
  std::vector<int> sizes{total};
  for (int tiles = 2; tiles <= total; ++tiles) {
    const int size = static_cast<int>(align_up(ceil_div(total, tiles), unit));
    if (size < sizes.back()) sizes.push_back(size);
  }
  return sizes;
}

/// Output columns whose packed size is a whole number of bus words.
int column_unit(const Descriptor& layer, int bus_bytes) {
  const int word_bits = 8 * bus_bytes;
  const int pixel_bits = layer.output_shape().channels * layer.requant.out.bits;
  return word_bits / std::gcd(word_bits, pixel_bits);
}

/// Reduction steps that fill whole array tiles and, in every block of weights, whole bus words.
int chunk_unit(const Descriptor& layer, const AcceleratorConfig& config) {
  const int word_bits = 8 * config.dma.bus_bytes;
  const int channels = layer.conv.out_channels / layer.conv.groups;
  int unit = reduction_unit(layer, config.array);
  for (const int block :
       {std::min(channels, config.array.columns), channels % config.array.columns}) {
    if (block == 0) continue;
    unit = std::lcm(unit, word_bits / std::gcd(word_bits, block * layer.weight.bits));
  }
  return unit;
}

struct Cost {
  std::uint64_t bytes = 0, cycles = 0;
  std::int64_t steps = 0;
  bool operator<(const Cost& o) const {
    return std::tie(bytes, cycles, steps) < std::tie(o.bytes, o.cycles, o.steps);
  }
};

std::uint64_t total_bytes(const Descriptor& layer, const AcceleratorConfig& config) {
  const auto streams = predicted_traffic(layer, config);
  return std::accumulate(streams.begin(), streams.end(), std::uint64_t{0});
}

class Search {
 public:
  Search(const Descriptor& layer, const AcceleratorConfig& config)
      : layer_(layer), config_(config), out_(layer.output_shape()) {}

  std::optional<Tiling> best() {
    std::vector<std::pair<int, int>> weights{{out_.channels, 1}};  // tile_channels, chunk_k
    std::vector<LoopOrder> orders{LoopOrder::kPixelOuter};
    if (layer_.kind == LayerKind::kConv) {
      orders.push_back(LoopOrder::kWeightOuter);
      weights = weight_tiles();
    }
    for (const int h : tile_sizes(out_.height, 1)) {
      for (const int w : tile_sizes(out_.width, column_unit(layer_, config_.dma.bus_bytes))) {
        for (const auto& [channels, chunk] : weights) {
          for (const LoopOrder order : orders) consider({h, w, channels, chunk, order});
        }
      }
    }
    return best_;
  }

 private:
  std::vector<std::pair<int, int>> weight_tiles() const {
    const int channels = layer_.conv.out_channels / layer_.conv.groups;
    const int reduction = layer_.conv.reduction();
    std::vector<std::pair<int, int>> tiles;
    for (const int c : tile_sizes(channels, config_.array.columns)) {
      tiles.emplace_back(c, reduction);
    }
    const int one_width = std::min(channels, config_.array.columns);
    for (const int k : tile_sizes(reduction, chunk_unit(layer_, config_))) {
      if (k < reduction) tiles.emplace_back(one_width, k);
    }
    return tiles;
  }

  void consider(const Tiling& tiling) {
    layer_.tiling = tiling;
    if (step_count(layer_) > kMaxSteps || !why_illegal(layer_, config_).empty()) return;
    Cost cost;
    cost.bytes = total_bytes(layer_, config_);
    if (best_ && cost.bytes > cost_.bytes) return;
    cost.cycles = predicted_compute_cycles(layer_, config_);
    cost.steps = step_count(layer_);
    if (best_ && !(cost < cost_)) return;
    best_ = tiling;
    cost_ = cost;
  }

  Descriptor layer_;
  const AcceleratorConfig& config_;
  const Shape out_;
  std::optional<Tiling> best_;
  Cost cost_;
};

/// Why even the smallest tile does not fit.
std::string why_nothing_fits(Descriptor layer, const AcceleratorConfig& config) {
  const Shape out = layer.output_shape();
  layer.tiling = {1, tile_sizes(out.width, column_unit(layer, config.dma.bus_bytes)).back(),
                  out.channels, 1, LoopOrder::kPixelOuter};
  if (layer.kind == LayerKind::kConv) {
    layer.tiling.tile_channels =
        std::min(layer.conv.out_channels / layer.conv.groups, config.array.columns);
    layer.tiling.chunk_k = std::min(layer.conv.reduction(), chunk_unit(layer, config));
  }
  const std::string reason = why_illegal(layer, config);
  return reason.empty() ? "no legal tiling" : reason + " (smallest tile)";
}

}  // namespace

Tiling choose_tiling(const std::string& name, const Descriptor& layer,
                     const AcceleratorConfig& config) {
  const std::optional<Tiling> best = Search(layer, config).best();
  if (!best) {
    throw std::runtime_error("layer \"" + name + "\" does not fit accelerator \"" + config.name +
                             "\": " + why_nothing_fits(layer, config));
  }
  return *best;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/bit_fusion_schedule.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "models/perf/datapath/datapath.h"

namespace dcnsim {
namespace {

enum Loop { kImages, kRows, kColumns, kInChannels, kOutChannels };
constexpr std::size_t kLoops = 5;
using Extents = std::array<std::int64_t, kLoops>;
using Order = std::array<Loop, kLoops>;  ///< innermost first

enum Operand { kWeights, kInputs, kOutputs };
constexpr std::size_t kOperands = 3;
using Bits = std::array<std::int64_t, kOperands>;

/// Whether another step of the loop means another tile of the operand.
constexpr bool kDepends[kOperands][kLoops] = {{false, false, false, true, true},
                                              {true, true, true, true, false},
                                              {true, true, true, false, true}};

/// Products of a layer; with it every count below stays within 63 bits.
constexpr double kMostProducts = std::int64_t{1} << 40;

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

void check(const char* path, int value, int high) {
  if (value >= 1 && value <= high) return;
  throw InvalidField(path,
                     std::to_string(value) + ", expected an integer 1.." + std::to_string(high));
}

void validate(const BitFusionLayer& layer, const BitFusionAssumptions& assumptions) {
  check("layer.in_channels", layer.in_channels, 65536);
  check("layer.out_channels", layer.out_channels, 65536);
  check("layer.out_height", layer.out_height, 65536);
  check("layer.out_width", layer.out_width, 65536);
  check("layer.kernel", layer.kernel, 16);
  check("layer.stride", layer.stride, 16);
  check("layer.activation_bits", layer.activation_bits, 16);
  check("layer.weight_bits", layer.weight_bits, 16);
  check("images", assumptions.images, 65536);
  check("interface_bits", assumptions.interface_bits, 65536);
  check("output_bits", assumptions.output_bits, 64);
  const double products = 1.0 * layer.in_channels * layer.out_channels * layer.out_height *
                          layer.out_width * layer.kernel * layer.kernel * assumptions.images;
  if (products > kMostProducts) {
    throw InvalidField("layer", "more than 2^40 products for the batch, expected fewer");
  }
}

/// first, 2 first, 4 first, ... up to n, and n itself.
std::vector<std::int64_t> doublings(std::int64_t first, std::int64_t n) {
  std::vector<std::int64_t> sizes;
  for (std::int64_t size = first; size < n; size *= 2) sizes.push_back(size);
  sizes.push_back(n);
  return sizes;
}

/// What of an operand crosses the interface.
struct Transfers {
  std::int64_t all = 0;    ///< bits, of the whole layer
  std::int64_t first = 0;  ///< bits its buffer holds at once: no computation hides them
};

/// A tile is kept across loops that do not change it, and grows by loops that do, until it exceeds
/// its buffer; from there on every loop repeats the transfers inside it.
Transfers transfers(const bool (&depends)[kLoops], std::int64_t tile_bits, std::int64_t buffer_bits,
                    const Extents& counts, const Order& order) {
  Transfers t{tile_bits, tile_bits};
  bool fits = true;
  for (const Loop loop : order) {
    if (fits && !depends[loop]) continue;
    t.all *= counts[loop];
    fits = fits && t.all <= buffer_bits;
    if (fits) t.first = t.all;
  }
  return t;
}

class Search {
 public:
  Search(const AcceleratorConfig& machine, const BitFusionLayer& layer,
         const BitFusionAssumptions& assumptions)
      : layer_(layer),
        interface_bits_(assumptions.interface_bits),
        output_bits_(assumptions.output_bits),
        columns_(machine.array.columns),
        sizes_{assumptions.images, layer.out_height, layer.out_width, layer.in_channels,
               layer.out_channels},
        buffer_bits_{tile_space(machine.weight_buffer), tile_space(machine.input_buffer),
                     tile_space(machine.output_buffer)} {
    const DatapathMode mode =
        datapath_mode(machine.array, layer.weight_bits, layer.activation_bits);
    lanes_ = std::int64_t{machine.array.rows} * mode.group;
    passes_ = mode.passes;
  }

  std::optional<BitFusionCounts> best() {
    for (const std::int64_t images : doublings(1, sizes_[kImages])) {
      for (const std::int64_t edge : doublings(1, std::max(sizes_[kRows], sizes_[kColumns]))) {
        for (const std::int64_t in_channels : doublings(1, sizes_[kInChannels])) {
          for (const std::int64_t out_channels : doublings(columns_, sizes_[kOutChannels])) {
            try_tile({images, std::min(edge, sizes_[kRows]), std::min(edge, sizes_[kColumns]),
                      in_channels, out_channels});
          }
        }
      }
    }
    return best_;
  }

 private:
  static std::int64_t tile_space(const BufferConfig& buffer) {
    return buffer.capacity_bytes * 8 / (buffer.double_buffered ? 2 : 1);
  }

  /// Output channels of a tile with those of the array's idle columns.
  std::int64_t padded_channels(const Extents& tile) const {
    return divide_up(tile[kOutChannels], columns_) * columns_;
  }

  Bits tile_bits(const Extents& tile) const {
    const std::int64_t window = std::int64_t{layer_.kernel} * layer_.kernel;
    const auto span = [&](Loop loop) { return (tile[loop] - 1) * layer_.stride + layer_.kernel; };
    const std::int64_t positions =
        layer_.unrolled ? tile[kRows] * tile[kColumns] * window : span(kRows) * span(kColumns);
    return {divide_up(window * tile[kInChannels], lanes_) * lanes_ * tile[kOutChannels] *
                layer_.weight_bits,
            positions * tile[kInChannels] * tile[kImages] * layer_.activation_bits,
            tile[kRows] * tile[kColumns] * padded_channels(tile) * tile[kImages] * output_bits_};
  }

  /// Of one tile: every step multiplies `lanes_` inputs by weights of `columns_` output channels.
  std::int64_t compute_cycles(const Extents& tile) const {
    const std::int64_t window = std::int64_t{layer_.kernel} * layer_.kernel;
    const std::int64_t steps = layer_.unrolled ? divide_up(window * tile[kInChannels], lanes_)
                                               : window * divide_up(tile[kInChannels], lanes_);
    return tile[kImages] * tile[kRows] * tile[kColumns] * (padded_channels(tile) / columns_) *
           steps * passes_;
  }

  void try_tile(const Extents& tile) {
    const Bits bits = tile_bits(tile);
    for (std::size_t i = 0; i < kOperands; ++i) {
      if (bits[i] > buffer_bits_[i]) return;
    }
    Extents counts;
    for (std::size_t i = 0; i < kLoops; ++i) counts[i] = divide_up(sizes_[i], tile[i]);
    const std::int64_t tiles =
        std::accumulate(counts.begin(), counts.end(), std::int64_t{1}, std::multiplies<>());
    const std::int64_t compute = tiles * compute_cycles(tile);
    Order order{kImages, kRows, kColumns, kInChannels, kOutChannels};
    do {
      try_order(bits, counts, order, compute);
    } while (std::next_permutation(order.begin(), order.end()));
  }

  /// The first tiles come before, the last outputs leave after the computation; all other traffic
  /// goes on beside it.
  void try_order(const Bits& bits, const Extents& counts, const Order& order,
                 std::int64_t compute) {
    std::array<Transfers, kOperands> t;
    for (std::size_t i = 0; i < kOperands; ++i) {
      t[i] = transfers(kDepends[i], bits[i], buffer_bits_[i], counts, order);
    }
    const std::int64_t fill = t[kWeights].first + t[kInputs].first + t[kOutputs].first;
    const std::int64_t drain = t[kOutputs].first;
    const std::int64_t beside =
        t[kWeights].all + t[kInputs].all + 2 * t[kOutputs].all - fill - drain;
    BitFusionCounts c;
    c.memory_wait_cycles = std::max<std::int64_t>(0, divide_up(beside, interface_bits_) - compute) +
                           divide_up(fill, interface_bits_) + divide_up(drain, interface_bits_);
    c.cycles = compute + c.memory_wait_cycles;
    c.weight_bits = t[kWeights].all;
    c.input_bits = t[kInputs].all;
    c.output_bits = t[kOutputs].all;
    const auto rank = [](const BitFusionCounts& counted) {
      return std::tuple(counted.cycles, counted.dram_read_bits() + counted.dram_write_bits());
    };
    if (!best_ || rank(c) < rank(*best_)) best_ = c;
  }

  BitFusionLayer layer_;
  std::int64_t interface_bits_, output_bits_;
  std::int64_t columns_;
  Extents sizes_;
  Bits buffer_bits_;
  std::int64_t lanes_ = 0;  ///< products of a column side by side
  int passes_ = 1;          ///< cycles they take
  std::optional<BitFusionCounts> best_;
};

}  // namespace

BitFusionCounts bit_fusion_counts(const AcceleratorConfig& machine, const BitFusionLayer& layer,
                                  const BitFusionAssumptions& assumptions) {
  validate(layer, assumptions);
  const std::optional<BitFusionCounts> best = Search(machine, layer, assumptions).best();
  if (!best) throw std::invalid_argument(machine.name + ": no tile of the layer fits the buffers");
  return *best;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// The least traffic of small layers against trying every legal tiling, whose bytes are counted by
// walking the loops: when a tile is not the one before, its bus words are loaded. Nothing of the
// prediction is used.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "models/arch/accelerator_config.h"
#include "platform/compiler/mapper/search.h"
#include "tests/support/all_tilings.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_layer.h"

namespace dcnsim {
namespace {

int up(int a, int b) { return (a + b - 1) / b; }

class Walk {
 public:
  Walk(const Descriptor& d, const AcceleratorConfig& config)
      : d_(d), t_(d.tiling), bus_bits_(8 * config.dma.bus_bytes), config_(config) {
    conv_ = d.kind == LayerKind::kConv;
    const Shape in = d.input_shape();
    groups_ = conv_ ? d.conv.groups : in.channels;
    in_group_ = conv_ ? in.channels / groups_ : 1;
    out_group_ = conv_ ? d.conv.out_channels / groups_ : 1;
    const int channels = conv_ ? t_.tile_channels : t_.tile_in == 0 ? in.channels : t_.tile_in;
    tile_groups_ = std::max(1, channels / out_group_);
    tile_out_ = std::min(channels, out_group_);
    tile_in_ = !conv_ || t_.tile_in == 0 ? in_group_ : t_.tile_in;
    by_group_ = !conv_ || tile_in_ < in_group_ ||
                (d.input_segment != 0 && tile_groups_ * in_group_ % d.input_segment == 0);
  }

  /// On the bus, descriptor included.
  std::int64_t bytes() {
    const Shape out = d_.output_shape();
    counts_ = {up(out.height, t_.tile_h) * up(out.width, t_.tile_w), up(groups_, tile_groups_),
               up(out_group_, tile_out_), up(in_group_, tile_in_), 0};
    // Loops by number: pixels, groups, output channels, input channels, chunks.
    constexpr std::array<std::array<int, 5>, 4> kNests{
        {{1, 2, 0, 3, 4}, {0, 1, 2, 3, 4}, {1, 2, 3, 4, 0}, {0, 1, 3, 4, 2}}};
    nest_ = kNests[conv_ ? static_cast<std::size_t>(t_.order) : 1];
    bits_ = 0;
    go_round(0);
    if (!d_.output_on_chip) {
      bits_ += region(out, d_.requant.out.bits, d_.output_segment, 0, out.channels, 0, out.height,
                      0, out.width);
    }
    return 256 + bits_ / 8;
  }

 private:
  int kernel() const { return conv_ ? d_.conv.kernel_h * d_.conv.kernel_w : 1; }
  int inputs_now() const { return std::min(tile_in_, in_group_ - at_[3] * tile_in_); }
  int chunk() const { return conv_ ? std::min(t_.chunk_k, kernel() * tile_in_) : 1; }

  void go_round(std::size_t loop) {
    if (loop == nest_.size()) return step();
    const auto number = static_cast<std::size_t>(nest_[loop]);
    const int count = number == 4 ? up(kernel() * inputs_now(), chunk()) : counts_[number];
    for (at_[number] = 0; at_[number] < count; ++at_[number]) go_round(loop + 1);
    at_[number] = 0;
  }

  void step() {
    const std::tuple input(at_[0], by_group_ ? at_[1] : 0, at_[3]);
    const std::tuple weights(at_[1], at_[2], at_[3], at_[4]);
    if (is_first_ || input != input_) load_input();
    if (conv_ && (is_first_ || weights != weights_)) load_weights();
    input_ = input;
    weights_ = weights;
    is_first_ = false;
  }

  /// First and one behind the last of what windows of outputs look at.
  static std::pair<int, int> span(int first, int last, int pool, int kernel, int stride, int pad,
                                  int extent) {
    const int from = std::clamp(first * pool * stride - pad, 0, extent);
    return {from, std::clamp((last * pool - 1) * stride - pad + kernel, from, extent)};
  }

  void load_input() {
    const Shape out = d_.output_shape(), in = d_.input_shape();
    const int across = up(out.width, t_.tile_w);
    const int y = at_[0] / across * t_.tile_h, x = at_[0] % across * t_.tile_w;
    std::pair<int, int> rows{y, std::min(out.height, y + t_.tile_h)};
    std::pair<int, int> columns{x, std::min(out.width, x + t_.tile_w)};
    if (d_.kind != LayerKind::kAdd) {
      const int pool = conv_ ? d_.fused_pool : 1;
      const auto window = [&](const auto& w) {
        rows = span(rows.first, rows.second, pool, w.kernel_h, w.stride_h, w.pad_top, in.height);
        columns =
            span(columns.first, columns.second, pool, w.kernel_w, w.stride_w, w.pad_left, in.width);
      };
      if (conv_) window(d_.conv);
      if (!conv_) window(d_.pool);
    }
    int from = 0, to = in.channels;
    if (by_group_) {
      from = at_[1] * tile_groups_ * in_group_ + at_[3] * tile_in_;
      to = tile_in_ < in_group_ ? from + inputs_now()
                                : std::min(in.channels, from + tile_groups_ * in_group_);
    }
    const auto load = [&](const Format& format, int segment) {
      bits_ += region(in, format.bits, segment, from, to, rows.first, rows.second, columns.first,
                      columns.second);
    };
    if (!d_.input_on_chip) load(d_.input, d_.input_segment);
    if (d_.kind == LayerKind::kAdd) load(d_.input2, d_.input2_segment);
  }

  /// Bits of the bus words that hold part of a map.
  std::int64_t region(const Shape& map, int bits, int segment, int channel0, int channel1, int y0,
                      int y1, int x0, int x1) const {
    if (x0 == x1) return 0;
    const int plane = segment == 0 ? map.channels : segment;
    std::int64_t sum = 0;
    for (int c = channel0 / plane * plane; c < channel1; c += plane) {
      const int pixel = std::min(plane, map.channels - c) * bits;
      const int first = x0 * pixel / bus_bits_, last = up(x1 * pixel, bus_bits_);
      sum += std::int64_t{y1 - y0} * (last - first) * bus_bits_;
    }
    return sum;
  }

  void load_weights() {
    const int groups = std::min(tile_groups_, groups_ - at_[1] * tile_groups_);
    const int channels = std::min(tile_out_, out_group_ - at_[2] * tile_out_);
    const int steps = std::min(chunk(), kernel() * inputs_now() - at_[4] * chunk());
    const bool has_biases = at_[3] == 0 && at_[4] == 0;
    const int bias_bits = config_.accumulator.bits > 32 ? 64 : 32;
    // A tile of several groups is one block.
    const int width = groups > 1 ? groups * channels : config_.array.columns;
    for (int c = 0; c < groups * channels; c += width) {
      const int block = std::min(width, groups * channels - c);
      if (has_biases) bits_ += std::int64_t{up(block * bias_bits, bus_bits_)} * bus_bits_;
      bits_ += std::int64_t{up(steps * block * d_.weight.bits, bus_bits_)} * bus_bits_;
    }
  }

  const Descriptor& d_;
  const Tiling& t_;
  const int bus_bits_;
  const AcceleratorConfig& config_;
  bool conv_ = false, by_group_ = true, is_first_ = true;
  int groups_ = 1, in_group_ = 1, out_group_ = 1, tile_groups_ = 1, tile_out_ = 1, tile_in_ = 1;
  std::array<int, 5> counts_{}, at_{}, nest_{};
  std::tuple<int, int, int> input_;
  std::tuple<int, int, int, int> weights_;
  std::int64_t bits_ = 0;
};

/// Small layers in all places; those of several input channels more often.
Descriptor small_layer(RandomLayer& random) {
  while (true) {
    Descriptor d = random.chance(4) ? random.layer() : random.conv();
    if (d.output_shape().elements() > 500 || reduction(d) > 100) continue;
    d.input_on_chip = random.chance(6);
    d.output_on_chip = random.chance(6);
    if (!d.input_on_chip && !random.chance(3)) {
      d.input_segment = random.pick(1, d.input_shape().channels);
    }
    if (!d.output_on_chip && !random.chance(3)) {
      d.output_segment = random.pick(1, d.output_shape().channels);
    }
    if (d.kind == LayerKind::kAdd) d.input2_segment = d.input_segment;
    d.proved = true;
    return d;
  }
}

TEST(Traffic, is_the_least_of_all_tilings) {
  RandomLayer random(1);
  const EnergyModel none;
  int layers = 0, cut_inputs = 0, unbalanced = 0;
  std::map<LoopOrder, int> orders;
  for (int i = 0; i < 400; ++i) {
    AcceleratorConfig config = random.machine();
    config.mapping.objective = Objective::kTraffic;
    Descriptor d = small_layer(random);
    MappingSearch search(config, lpddr4_3200(), none);
    const SearchResult found = search.best(d, {}, 1);
    if (found.best.empty()) continue;
    std::int64_t least = -1;
    for (const Tiling& tiling : all_legal_tilings(d, config)) {
      d.tiling = tiling;
      const std::int64_t bytes = Walk(d, config).bytes();
      if (least < 0 || bytes < least) least = bytes;
    }
    const EvaluatedMapping& best = found.best.front();
    d.tiling = best.tiling;
    EXPECT_EQ(static_cast<double>(Walk(d, config).bytes()), best.score.first) << i;
    // Where tiles of other sizes share fewer bus words, sizes that are not balanced save some.
    EXPECT_LE(best.score.first, 1.02 * static_cast<double>(least)) << i;
    unbalanced += best.score.first > static_cast<double>(least) ? 1 : 0;
    cut_inputs += best.tiling.tile_in != 0 ? 1 : 0;
    ++orders[best.tiling.order];
    ++layers;
  }
  EXPECT_GT(layers, 200);
  EXPECT_LT(unbalanced, layers / 20);
  EXPECT_GT(cut_inputs, 10);
  EXPECT_GE(orders.size(), 3u);
}

}  // namespace
}  // namespace dcnsim

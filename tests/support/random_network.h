// SPDX-License-Identifier: Apache-2.0
// Random small fixed-point networks: convolutions with odd widths, strides, paddings and groups,
// fused and stand-alone pools, residual adds, fully-connected ends.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>

#include "workloads/network.h"

namespace dcnsim {

class RandomNetwork {
 public:
  explicit RandomNetwork(unsigned seed) : engine_(seed) {}

  /// 2..5 layers on an input of at most 14 x 14 x 12; ends in a fully-connected layer.
  FixedNetwork make() {
    FixedNetwork n;
    n.name = "random";
    n.input_name = "image";
    n.input = {pick(5, 14), pick(5, 14), pick(1, 12)};
    n.input_format = format(pick(1, 16), chance(3));
    const int layers = pick(1, 4);
    for (int i = 0; i < layers; ++i) append(n);
    append_fc(n);
    return n;
  }

  /// Two or three convolutions that keep the map's shape, the last of which is added to the output
  /// of the first or to the image, and a fully-connected layer.
  FixedNetwork residual() {
    FixedNetwork n;
    n.name = "residual";
    n.input_name = "image";
    n.input = {pick(3, 7), pick(3, 7), pick(1, 12)};
    n.input_format = format(pick(1, 16), chance(2));
    const int convolutions = pick(2, 3);
    for (int i = 0; i < convolutions; ++i) append_conv(n, i - 1, same_shape(n.input), 1);
    append_add(n, convolutions - 1, chance(2) ? kNetworkInput : 0);
    append_fc(n);
    return n;
  }

  /// Two convolutions and maybe a pool that write one map, side by side; a convolution of a part of
  /// it, to which another part, with channels of zeros around, is added; a fully-connected layer.
  FixedNetwork joined() {
    FixedNetwork n;
    n.name = "joined";
    n.input_name = "image";
    n.input = {pick(3, 9), pick(3, 9), pick(1, 12)};
    n.input_format = format(pick(1, 16), chance(2));
    const Format common = format(pick(2, 16), true);
    for (int i = 0; i < 2; ++i) {
      const int from = chance(2) ? i - 1 : kNetworkInput;
      ConvShape c = same_shape(n.shape_of(from));
      c.out_channels = pick(1, 3) * (chance(2) ? 8 : pick(1, 5));
      append_conv(n, from, c, 1);
      deliver(n, common);
    }
    if (chance(2)) {
      append_pool(n, kNetworkInput);
      PoolShape& p = n.layers.back().node.pool;
      p = {};
      p.in = n.input;
      p.kernel_h = p.kernel_w = 3;
      p.pad_top = p.pad_bottom = p.pad_left = p.pad_right = 1;
      deliver(n, common);
    }
    join(n);
    const int last = static_cast<int>(n.layers.size()) - 1;
    const Shape map = n.shape_of(last);
    const auto [pixels, seen] = part_of(map);
    ConvShape c = same_shape({seen.height, seen.width, pick(1, map.channels)});
    c.out_channels = pick(1, 24);
    if (chance(2)) {
      c.gap_h = c.gap_w = 1;
      c.pad_top = c.pad_bottom = c.pad_left = c.pad_right = 2;
    }
    append_conv(n, last, c, 1);
    n.layers.back().node.view = channels_of(pixels, seen, map, c.in.channels);
    see_last_writer(n, n.layers.back().node.view, n.layers.back().node);
    const int sum = static_cast<int>(n.layers.size()) - 1;
    append_add(n, sum, sum);
    FixedLayer& add = n.layers.back();
    const int real = pick(1, std::min(map.channels, c.out_channels));
    MapView view = channels_of(pixels, seen, map, real);
    view.zeros_before = pick(0, c.out_channels - real);
    view.zeros_after = c.out_channels - real - view.zeros_before;
    LayerNode reader = add.node;
    reader.add.channels = real + view.zeros_before + view.zeros_after;
    see_last_writer(n, view, reader);
    (chance(2) ? add.node.input : add.node.input2) = reader.input;
    (add.node.input == reader.input ? add.node.view : add.node.view2) = view;
    const int frac = std::max(n.format_of(add.node.input).frac, n.format_of(add.node.input2).frac);
    add.requant.out.frac = frac - pick(0, 2);
    add.requant.shift = frac - add.requant.out.frac;
    append_fc(n);
    return n;
  }

  /// Bounds every second layer, on its grid, half-way between two codes or in quarters. Without
  /// max pools, whose bounds a file may as well say of the layer before.
  void bound(FixedNetwork& n, bool max_pools = true) {
    for (FixedLayer& l : n.layers) {
      if (chance(2)) continue;
      const bool is_max = l.node.kind == LayerKind::kPool && l.node.pool.kind == PoolKind::kMax;
      if (is_max && !max_pools) continue;
      const auto value = [&](int code) {
        return static_cast<float>(std::ldexp(code + pick(0, 3) * 0.25, -l.requant.out.frac));
      };
      const int low = code(l.requant.out), high = pick(low, l.requant.out.max_code());
      ClipBounds bounds;
      if (chance(2)) bounds.low = value(low);
      if (!chance(3)) bounds.high = std::max(value(high), bounds.low);
      l.node.clip(bounds);
      set_bounds(l.requant, l.node);
    }
  }

  /// Gives the layers from a random one on free scales, and a zero point to what they deliver; all
  /// layers and the input, where a map is joined. Multipliers have at most `multiplier_bits`.
  void make_affine(FixedNetwork& n, int multiplier_bits) {
    const FixedNetwork plain = n;
    const int last = static_cast<int>(n.layers.size()) - 1;
    const bool joins = std::any_of(n.layers.begin(), n.layers.end(),
                                   [](const FixedLayer& l) { return l.node.join.any(); });
    const int first = joins || chance(2) ? 0 : pick(0, last);
    if (first == 0) n.input_step = take_zero_point(n.input_format);
    const FixedLayer* joined = nullptr;
    for (int i = first; i <= last; ++i) {
      FixedLayer& l = n.layers[static_cast<std::size_t>(i)];
      if (!l.node.curve.any()) take_scales(plain, multiplier_bits, l);
      if (l.node.join.any() && joined != nullptr) {
        l.requant.out = joined->requant.out;
        l.step = joined->step;
      } else {
        l.step = take_zero_point(l.requant.out);
      }
      if (l.node.join.any()) joined = &l;
      set_bounds(l.requant, l.node, l.step);
    }
  }

  /// Lets what multiplies round twice, as far as it can; sums about as large as before. Draws
  /// nothing.
  static void round_twice(FixedNetwork& n, int multiplier_bits) {
    for (FixedLayer& l : n.layers) {
      const PoolShape& p = l.node.pool;
      const bool is_average = l.node.kind == LayerKind::kPool && p.kind == PoolKind::kAverage;
      if (!l.requant.multiplies) continue;
      if (is_average && p.pad_top + p.pad_left + p.pad_bottom + p.pad_right > 0) continue;
      l.requant.rounding = Rounding::kTwice;
      set_bounds(l.requant, l.node, l.step);
      if (l.node.kind != LayerKind::kAdd || multiplies(l.node.pair)) continue;
      l.requant.operand_shift = l.requant.operand2_shift = l.requant.shift;
      l.requant.sum_multiplier = std::uint32_t{1} << (multiplier_bits - 1) | 1U;
      l.requant.shift = multiplier_bits - 1 + kAddLeftShift;
    }
  }

  /// Lets convolutions count thresholds of random places, where codes of 1 to 4 bits are no matter
  /// to other layers; thresholds fit `accumulator_bits`.
  void count_thresholds(FixedNetwork& n, int accumulator_bits) {
    for (std::size_t i = 0; i < n.layers.size(); ++i) {
      FixedLayer& l = n.layers[i];
      const bool is_looked_up =
          std::any_of(n.layers.begin(), n.layers.end(), [&](const FixedLayer& reader) {
            return reader.node.curve.any() && reader.node.input == static_cast<int>(i);
          });
      if (l.node.kind != LayerKind::kConv || l.node.join.any() || l.requant.multiplies) continue;
      if (is_looked_up || chance(4)) continue;
      Requant& requant = l.requant;
      requant.rounding = Rounding::kHalfEven;
      requant.shift = 0;
      requant.counts = true;
      requant.out.bits = pick(1, 4);
      requant.out.narrow = requant.out.narrow && requant.out.bits > 1;
      l.node.bounds = {};
      l.node.relu = l.node.relu && requant.out.max_code() > 0;
      set_bounds(requant, l.node, l.step);
      const double reach = std::sqrt(l.node.conv.reduction()) *
                           std::ldexp(0.5, l.weight.bits + n.format_of(l.node.input).bits - 1);
      const int most =
          static_cast<int>(std::min({reach + 2, std::ldexp(1.0, accumulator_bits - 1) - 1, 1e9}));
      const int count = requant.thresholds_a_channel();
      for (int c = 0; c < l.node.conv.out_channels; ++c) {
        std::vector<std::int64_t> thresholds;
        const int middle = chance(3) ? static_cast<int>(l.bias[static_cast<std::size_t>(c)]) : 0;
        while (thresholds.size() < static_cast<std::size_t>(count)) {
          const bool repeats = !thresholds.empty() && chance(6);
          const int place = pick(-most, most);
          thresholds.push_back(repeats ? thresholds.back()
                                       : std::clamp(middle + place / pick(1, 4), -most, most));
        }
        std::sort(thresholds.begin(), thresholds.end());
        l.thresholds.insert(l.thresholds.end(), thresholds.begin(), thresholds.end());
      }
    }
  }

  CodeTensor image(const FixedNetwork& n) {
    CodeTensor t(n.input, n.input_format);
    for (std::size_t i = 0; i < t.size(); ++i) t.set(i, code(n.input_format));
    return t;
  }

  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }
  /// True once in `n` times.
  bool chance(int n) { return pick(1, n) == 1; }

 private:
  Format format(int bits, bool is_signed) { return {bits, pick(-2, 8), is_signed, false}; }
  std::int32_t code(const Format& f) {
    return f.is_sign() ? 2 * pick(0, 1) - 1 : pick(f.min_code(), f.max_code());
  }
  /// Multipliers about as large as the shifts that they replace, though not so large that all codes
  /// are one.
  void take_scales(const FixedNetwork& plain, int bits, FixedLayer& l) {
    const auto scale = [&](int shift) {
      return nearest_scale(std::min(std::ldexp(pick(500, 2000) * 1e-3, -shift), 100.0), bits);
    };
    l.requant.multiplies = true;
    if (l.node.kind == LayerKind::kConv) {
      l.requant.leaky = !l.requant.relu && chance(2);
      if (l.requant.leaky) l.node.slopes = {0.25F};
      for (int c = 0; c < l.node.conv.out_channels; ++c) {
        l.scales.push_back(scale(l.requant.shift));
        if (l.requant.leaky) l.scales.push_back(scale(l.requant.shift + pick(0, 4)));
      }
      l.weight.frac = l.requant.shift = 0;
      return;
    }
    const bool add = l.node.kind == LayerKind::kAdd;
    const int frac = plain.format_of(l.node.input).frac;
    const int other = add ? plain.format_of(l.node.input2).frac : frac;
    const Scale most = scale(std::min(frac, other) - l.requant.out.frac);
    const auto multiplier = [&](int n) {
      return std::max(most.multiplier >> (n - std::min(frac, other)), std::uint32_t{1});
    };
    l.requant.shift = most.shift;
    l.requant.multiplier = multiplier(frac);
    if (add && !multiplies(l.node.pair)) l.requant.multiplier2 = multiplier(other);
  }

  /// Returns a step about as large as that of the format, which gives up its own.
  double take_zero_point(Format& f) {
    const double step = std::ldexp(pick(700, 1300) * 1e-3, -f.frac);
    f.frac = 0;
    f.zero_point = chance(4) ? 0 : code(f);
    return step;
  }
  Rounding rounding() { return static_cast<Rounding>(pick(0, 4)); }

  /// Gives the last layer this output format.
  void deliver(FixedNetwork& n, const Format& format) {
    FixedLayer& l = n.layers.back();
    const int in = n.format_of(l.node.input).frac;
    if (l.node.kind == LayerKind::kConv) l.weight.frac = l.requant.shift + format.frac - in;
    l.requant.out = format;
    if (l.node.kind == LayerKind::kPool) l.requant.shift = in - format.frac;
  }

  /// Lays all outputs in one map, in any order.
  void join(FixedNetwork& n) {
    std::vector<FixedLayer*> order;
    int channels = 0;
    for (FixedLayer& l : n.layers) {
      order.insert(order.begin() + pick(0, static_cast<int>(order.size())), &l);
      channels += l.node.output_shape().channels;
    }
    // What read the only output before reads its channels now.
    int at = 0;
    for (FixedLayer* l : order) {
      l->node.join = {0, at, channels};
      at += l->node.output_shape().channels;
    }
    for (FixedLayer& l : n.layers) {
      if (l.node.input < 0) continue;
      l.node.view.channel = n.layers[static_cast<std::size_t>(l.node.input)].node.join.channel;
      l.node.view.is_part = true;
    }
  }

  struct Part {
    MapView view;
    Shape seen;
  };
  /// Of the rows and columns of a map.
  Part part_of(const Shape& map) {
    Part part{{}, map};
    if (chance(3)) return part;
    const auto axis = [&](int extent, int& first, int& stride, int& count) {
      first = pick(0, std::min(2, extent - 1));
      stride = pick(1, 2);
      count = pick(1, (extent - first - 1) / stride + 1);
    };
    axis(map.height, part.view.row, part.view.stride_h, part.seen.height);
    axis(map.width, part.view.column, part.view.stride_w, part.seen.width);
    return part;
  }
  MapView channels_of(MapView view, const Shape& seen, const Shape& map, int channels) {
    view.channel = chance(2) ? 0 : pick(0, map.channels - channels);
    view.is_part = Shape{seen.height, seen.width, channels} != map;
    return view;
  }
  /// The input of `node`, which sees `view`: the last layer that writes some of it.
  static void see_last_writer(const FixedNetwork& n, const MapView& view, LayerNode& node) {
    const int end = view.channel + view.real_channels(node.input_shape());
    for (std::size_t i = 0; i < n.layers.size(); ++i) {
      const LayerNode& writer = n.layers[i].node;
      const int first = writer.join.channel, last = first + writer.output_shape().channels;
      if (writer.join.any() && first < end && last > view.channel) node.input = static_cast<int>(i);
    }
  }

  void append_fc(FixedNetwork& n) {
    const int last = static_cast<int>(n.layers.size()) - 1;
    ConvShape fc;
    fc.in = n.shape_of(last);
    fc.kernel_h = fc.in.height;
    fc.kernel_w = fc.in.width;
    fc.out_channels = pick(1, 20);
    append_conv(n, last, fc, 1);
  }

  void append(FixedNetwork& n) {
    const int from = static_cast<int>(n.layers.size()) - 1;
    const Shape in = n.shape_of(from);
    const int kind = pick(0, 5);
    if (kind == 0 && n.format_of(from).bits <= kMaxTableBits && chance(2)) {
      return append_table(n, from);
    }
    if (kind == 0 && in.height >= 2 && in.width >= 2) return append_pool(n, from);
    if (kind == 1 && from >= 0 && chance(2)) return append_product(n, from);
    if (kind == 1 && from >= 0) return append_add(n, from);
    ConvShape c;
    c.in = in;
    c.kernel_h = pick(1, std::min(3, in.height));
    c.kernel_w = pick(1, std::min(3, in.width));
    c.stride_h = pick(1, 2);
    c.stride_w = pick(1, 2);
    c.pad_top = pick(0, c.kernel_h - 1);
    c.pad_bottom = pick(0, c.kernel_h - 1);
    c.pad_left = pick(0, c.kernel_w - 1);
    c.pad_right = pick(0, c.kernel_w - 1);
    c.out_channels = pick(1, 40);
    if (in.channels % 2 == 0 && chance(4)) {
      c.groups = chance(2) ? 2 : in.channels;
      c.out_channels = c.groups * pick(1, 3);
    }
    const int pool = c.out_h() >= 2 && c.out_w() >= 2 && chance(3) ? 2 : 1;
    append_conv(n, from, c, pool);
  }

  void append_conv(FixedNetwork& n, int from, const ConvShape& c, int pool) {
    FixedLayer l;
    l.node.name = "layer" + std::to_string(n.layers.size());
    l.node.kind = LayerKind::kConv;
    l.node.input = from;
    l.node.conv = c;
    l.node.fused_pool = pool;
    l.weight = format(pick(1, 16), true);
    l.weight.narrow = l.weight.bits == 1 && c.out_channels % 2 == 0;  // -1 and +1
    const int weights = c.out_channels * c.reduction();
    for (int i = 0; i < weights; ++i) l.weights.push_back(code(l.weight));
    for (int i = 0; i < c.out_channels; ++i) l.bias.push_back(pick(-500, 500));
    const Format in = n.format_of(from);
    // Shifts that leave something of the value: about the width of the sum less that of the output.
    const int out_bits = pick(1, 16);
    const bool is_signed = chance(2);
    Format out{out_bits, 0, is_signed, false};
    const int shift = std::max(0, in.bits + l.weight.bits - out_bits) + pick(-1, 3);
    l.weight.frac = shift + pick(-1, 1);
    out.frac = in.frac + l.weight.frac - shift;
    l.requant = {shift, rounding(), !is_signed || chance(2), out};
    l.node.relu = l.requant.relu;
    n.layers.push_back(std::move(l));
  }

  /// A table of any codes of a map of at most 8 bits.
  void append_table(FixedNetwork& n, int from) {
    FixedLayer l;
    l.node.name = "layer" + std::to_string(n.layers.size());
    l.node.kind = LayerKind::kPool;
    l.node.input = from;
    l.node.pool.kind = PoolKind::kTable;
    l.node.pool.in = n.shape_of(from);
    l.node.curve.kind = find_curve("Tanh");
    l.requant.out = format(pick(1, 16), chance(2));
    for (int i = 0; i < table_entries(n.format_of(from)); ++i) {
      l.table.push_back(code(l.requant.out));
    }
    n.layers.push_back(std::move(l));
  }

  void append_pool(FixedNetwork& n, int from) {
    FixedLayer l;
    const Shape in = n.shape_of(from);
    l.node.name = "layer" + std::to_string(n.layers.size());
    l.node.kind = LayerKind::kPool;
    l.node.input = from;
    PoolShape p;
    p.kind = chance(2) ? PoolKind::kMax : PoolKind::kAverage;
    p.in = in;
    p.kernel_h = pick(1, std::min(3, in.height));
    p.kernel_w = pick(1, std::min(3, in.width));
    p.stride_h = pick(1, 2);
    p.stride_w = pick(1, 2);
    p.pad_top = p.kernel_h > 1 ? pick(0, 1) : 0;
    p.pad_left = p.kernel_w > 1 ? pick(0, 1) : 0;
    p.count_include_pad = chance(2);
    l.node.pool = p;
    Format out = n.format_of(from);
    if (p.kind == PoolKind::kAverage) out.frac += pick(-1, 2);
    l.requant = {n.format_of(from).frac - out.frac, rounding(), false, out};
    n.layers.push_back(std::move(l));
  }

  /// Of two maps, or of a map and the means of its channels, as squeeze-and-excite has it.
  void append_product(FixedNetwork& n, int from) {
    const Shape in = n.shape_of(from);
    const bool squeezes = in.height * in.width > 1 && chance(2);
    if (squeezes) {
      append_pool(n, from);
      PoolShape& pool = n.layers.back().node.pool;
      pool = {};
      pool.kind = PoolKind::kAverage;
      pool.in = in;
      pool.kernel_h = in.height;
      pool.kernel_w = in.width;
    }
    append_add(n, from, squeezes ? from + 1 : from);
    FixedLayer& l = n.layers.back();
    l.node.pair = squeezes ? PairKind::kScaling : PairKind::kProduct;
    const Format &a = n.format_of(from), &b = n.format_of(l.node.input2);
    // About what it takes to leave something of the product.
    l.requant.shift = std::max(0, a.bits + b.bits - l.requant.out.bits) + pick(-2, 1);
    l.requant.out.frac = a.frac + b.frac - l.requant.shift;
  }

  static ConvShape same_shape(const Shape& map) {
    ConvShape c;
    c.in = map;
    c.out_channels = map.channels;
    c.kernel_h = c.kernel_w = 3;
    c.pad_top = c.pad_bottom = c.pad_left = c.pad_right = 1;
    return c;
  }

  void append_add(FixedNetwork& n, int from) {
    // The other operand: any earlier value of the same shape (often the same value).
    int other = from;
    for (int i = -1; i < from; ++i) {
      if (n.shape_of(i) == n.shape_of(from) && chance(2)) other = i;
    }
    append_add(n, from, other);
  }

  void append_add(FixedNetwork& n, int from, int other) {
    FixedLayer l;
    l.node.name = "layer" + std::to_string(n.layers.size());
    l.node.kind = LayerKind::kAdd;
    l.node.input = from;
    l.node.input2 = other;
    l.node.add = n.shape_of(from);
    const int frac = std::max(n.format_of(from).frac, n.format_of(other).frac);
    Format out{pick(1, 16), frac - pick(0, 2), chance(2), false};
    l.requant = {frac - out.frac, rounding(), !out.is_signed, out};
    l.node.relu = l.requant.relu;
    n.layers.push_back(std::move(l));
  }

  std::mt19937 engine_;
};

}  // namespace dcnsim

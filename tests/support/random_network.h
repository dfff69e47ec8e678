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
    const int last = static_cast<int>(n.layers.size()) - 1;
    const Shape in = n.shape_of(last);
    ConvShape fc;
    fc.in = in;
    fc.kernel_h = in.height;
    fc.kernel_w = in.width;
    fc.out_channels = pick(1, 20);
    append_conv(n, last, fc, 1);
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
    ConvShape fc;
    fc.in = n.input;
    fc.kernel_h = n.input.height;
    fc.kernel_w = n.input.width;
    fc.out_channels = pick(1, 20);
    append_conv(n, convolutions, fc, 1);
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
  Rounding rounding() { return static_cast<Rounding>(pick(0, 4)); }

  void append(FixedNetwork& n) {
    const int from = static_cast<int>(n.layers.size()) - 1;
    const Shape in = n.shape_of(from);
    const int kind = pick(0, 5);
    if (kind == 0 && in.height >= 2 && in.width >= 2) return append_pool(n, from);
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
    l.weights.resize(static_cast<std::size_t>(c.out_channels) *
                     static_cast<std::size_t>(c.reduction()));
    for (std::int32_t& w : l.weights) w = code(l.weight);
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

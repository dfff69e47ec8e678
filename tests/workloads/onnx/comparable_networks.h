// SPDX-License-Identifier: Apache-2.0
// Networks for tests of writing and reading back, and what makes two of them equal.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "workloads/network.h"

namespace dcnsim::test {

inline void expect_equal(const LayerNode& a, const LayerNode& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.input, b.input);
  EXPECT_EQ(a.input2, b.input2);
  EXPECT_EQ(a.view, b.view);
  EXPECT_EQ(a.view2, b.view2);
  EXPECT_EQ(a.join.map, b.join.map);
  EXPECT_EQ(a.join.channel, b.join.channel);
  EXPECT_EQ(a.join.channels, b.join.channels);
  EXPECT_EQ(a.relu, b.relu);
  EXPECT_EQ(a.slopes, b.slopes);
  EXPECT_TRUE(a.curve == b.curve);
  EXPECT_EQ(a.pair, b.pair);
  EXPECT_EQ(to_string(a.bounds), to_string(b.bounds));
  EXPECT_EQ(a.fused_pool, b.fused_pool);
  EXPECT_EQ(a.add, b.add);
  EXPECT_EQ(a.pool.kind, b.pool.kind);
  EXPECT_EQ(a.pool.count_include_pad, b.pool.count_include_pad);
  EXPECT_EQ(a.conv.out_channels, b.conv.out_channels);
  EXPECT_EQ(a.conv.groups, b.conv.groups);
  EXPECT_EQ(a.conv.gap_h, b.conv.gap_h);
  EXPECT_EQ(a.conv.gap_w, b.conv.gap_w);
  const auto window = [](const auto& w) {
    return std::vector<int>{w.in.height, w.in.width,   w.in.channels, w.kernel_h,
                            w.kernel_w,  w.stride_h,   w.stride_w,    w.pad_top,
                            w.pad_left,  w.pad_bottom, w.pad_right};
  };
  EXPECT_EQ(window(a.conv), window(b.conv));
  EXPECT_EQ(window(a.pool), window(b.pool));
}

inline void expect_equal(const FixedNetwork& a, const FixedNetwork& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.input_name, b.input_name);
  EXPECT_EQ(a.input, b.input);
  EXPECT_EQ(a.input_format, b.input_format);
  ASSERT_EQ(a.layers.size(), b.layers.size());
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    SCOPED_TRACE(i);
    const FixedLayer &x = a.layers[i], &y = b.layers[i];
    expect_equal(x.node, y.node);
    if (x.node.kind == LayerKind::kConv) {
      EXPECT_EQ(x.weight, y.weight);
    }
    EXPECT_EQ(x.weights, y.weights);
    EXPECT_EQ(x.bias, y.bias);
    EXPECT_EQ(x.requant.shift, y.requant.shift);
    EXPECT_EQ(x.requant.rounding, y.requant.rounding);
    EXPECT_EQ(x.requant.relu, y.requant.relu);
    EXPECT_EQ(x.requant.clamp_low, y.requant.clamp_low);
    EXPECT_EQ(x.requant.clamp_high, y.requant.clamp_high);
    EXPECT_EQ(x.requant.out, y.requant.out);
  }
}

inline std::vector<std::uint32_t> bit_patterns(const std::vector<float>& values) {
  std::vector<std::uint32_t> bits(values.size());
  if (!values.empty()) std::memcpy(bits.data(), values.data(), values.size() * sizeof(float));
  return bits;
}

inline void expect_equal(const FloatNetwork& a, const FloatNetwork& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.input_name, b.input_name);
  EXPECT_EQ(a.input, b.input);
  ASSERT_EQ(a.layers.size(), b.layers.size());
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    SCOPED_TRACE(i);
    expect_equal(a.layers[i].node, b.layers[i].node);
    EXPECT_EQ(bit_patterns(a.layers[i].weights), bit_patterns(b.layers[i].weights));
    EXPECT_EQ(bit_patterns(a.layers[i].bias), bit_patterns(b.layers[i].bias));
  }
}

/// Whether some value that `layer` rounds lies half-way between two codes, by trying them; of a
/// function any may.
inline bool meets_a_tie(const FixedLayer& layer) {
  if (layer.node.curve.any()) return true;
  const PoolShape& pool = layer.node.pool;
  const bool averages = layer.node.kind == LayerKind::kPool && pool.kind == PoolKind::kAverage;
  const int area = averages ? pool.kernel_h * pool.kernel_w : 1;
  const bool varies = averages && !pool.count_include_pad &&
                      pool.pad_top + pool.pad_left + pool.pad_bottom + pool.pad_right > 0;
  for (const float bound : {layer.node.bounds.low, layer.node.bounds.high}) {
    const double code = std::abs(std::ldexp(double{bound}, layer.requant.out.frac));
    if (code - std::floor(code) == 0.5) return true;
  }
  if (layer.requant.shift > 0) return true;
  for (std::int64_t count = varies ? 1 : area; count <= area; ++count) {
    for (std::int64_t sum = 0; sum < 2 * count; ++sum) {
      const std::int64_t twice = 2 * sum << std::min(-layer.requant.shift, 32);
      if (twice % count == 0 && twice / count % 2 == 1) return true;
    }
  }
  return false;
}

/// As load_network would have made it: pools fused where they can be, roundings ONNX can tell
/// apart, no bounds where nothing is beyond.
inline FixedNetwork canonical(FixedNetwork network) {
  std::vector<bool> positive;
  const auto is_positive = [&](int producer) {
    return producer == kNetworkInput ? !network.input_format.is_signed
                                     : positive[static_cast<std::size_t>(producer)];
  };
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    FixedLayer& layer = network.layers[i];
    const LayerKind kind = layer.node.kind;
    const bool of_positive = kind != LayerKind::kConv && is_positive(layer.node.input) &&
                             (kind == LayerKind::kPool || is_positive(layer.node.input2));
    if (of_positive && std::isinf(layer.node.bounds.high) && layer.node.bounds.low <= 0) {
      layer.node.relu = false;
      layer.node.bounds = {};
    }
    positive.push_back((of_positive && layer.node.bounds.high >= 0) ||
                       layer.node.is_non_negative() || !layer.requant.out.is_signed);
    const bool non_negative = layer.node.is_non_negative() || !layer.requant.out.is_signed;
    if (!non_negative && layer.requant.rounding == Rounding::kHalfUp) {
      layer.requant.rounding = Rounding::kHalfEven;
    }
    if (non_negative && layer.requant.rounding == Rounding::kHalfAway) {
      layer.requant.rounding = Rounding::kHalfUp;
    }
    const bool is_nearest = layer.requant.rounding == Rounding::kHalfUp ||
                            layer.requant.rounding == Rounding::kHalfAway;
    const bool is_any = is_nearest || layer.requant.rounding == Rounding::kHalfEven;
    if (is_any && !meets_a_tie(layer)) {
      layer.requant.rounding = non_negative ? Rounding::kHalfUp : Rounding::kHalfEven;
    }
    set_bounds(layer.requant, layer.node);
    PoolShape& pool = layer.node.pool;
    if (layer.node.kind == LayerKind::kPool && pool.kind == PoolKind::kMax) {
      pool.count_include_pad = false;
      pool.pad_left = pool.pad_top = std::min(pool.pad_left, pool.pad_top);
      // Never a tiling that would fuse: a 1 x 1 window does not, nor strides that differ.
      if (pool.kernel_h == pool.kernel_w && pool.stride_h == pool.stride_w) {
        pool.kernel_h = pool.kernel_w = pool.stride_h = pool.stride_w = 1;
        pool.pad_left = pool.pad_top = pool.pad_right = pool.pad_bottom = 0;
      }
    }
  }
  return network;
}

}  // namespace dcnsim::test

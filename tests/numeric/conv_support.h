// SPDX-License-Identifier: Apache-2.0
// Random layers for the convolution tests. Every value follows from the seed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "models/numeric/conv.h"
#include "models/numeric/kernels/kernel_set.h"

namespace dcnsim::test {

using Random = std::mt19937;

inline int pick(Random& random, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

/// Uniform over the codes, with the two extremes given extra weight.
inline std::int32_t random_code(Random& random, const Format& format) {
  if (format.is_sign()) return 2 * pick(random, 0, 1) - 1;
  switch (pick(random, 0, 5)) {
    case 0:
      return format.min_code();
    case 1:
      return format.max_code();
    default:
      return pick(random, format.min_code(), format.max_code());
  }
}

struct Layer {
  ConvShape shape;
  Format weight_format;
  CodeTensor input;
  std::vector<std::int32_t> weights;
  std::vector<std::int64_t> bias;
};

inline ConvShape random_shape(Random& random, int max_channels) {
  for (;;) {
    ConvShape s;
    s.groups = pick(random, 0, 3) == 0 ? pick(random, 2, 3) : 1;
    s.in = {pick(random, 1, 7), pick(random, 1, 7), s.groups * pick(random, 1, max_channels)};
    s.out_channels = s.groups * pick(random, 1, max_channels);
    s.kernel_h = pick(random, 1, 4);
    s.kernel_w = pick(random, 1, 4);
    s.stride_h = pick(random, 1, 3);
    s.stride_w = pick(random, 1, 3);
    s.pad_top = pick(random, 0, 2);
    s.pad_left = pick(random, 0, 2);
    s.pad_bottom = pick(random, 0, 2);
    s.pad_right = pick(random, 0, 2);
    if (pick(random, 0, 3) == 0) s.gap_h = pick(random, 0, 2);
    if (pick(random, 0, 3) == 0) s.gap_w = pick(random, 0, 2);
    if (s.span_h() <= s.in.height + s.pad_top + s.pad_bottom &&
        s.span_w() <= s.in.width + s.pad_left + s.pad_right) {
      return s;
    }
  }
}

inline Layer random_layer(Random& random, const ConvShape& shape, const Format& weight_format,
                          const Format& input_format, std::int64_t max_bias) {
  Layer layer{shape, weight_format, CodeTensor(shape.in, input_format), {}, {}};
  for (std::size_t i = 0; i < layer.input.size(); ++i) {
    layer.input.set(i, random_code(random, input_format));
  }
  layer.weights.resize(static_cast<std::size_t>(shape.out_channels) *
                       static_cast<std::size_t>(shape.reduction()));
  for (std::int32_t& w : layer.weights) w = random_code(random, weight_format);
  layer.bias.resize(static_cast<std::size_t>(shape.out_channels));
  for (std::int64_t& b : layer.bias) {
    b = std::uniform_int_distribution<std::int64_t>(-max_bias, max_bias)(random);
  }
  return layer;
}

/// Weights as from_k_major() takes them.
inline CodeTensor k_major(const Layer& layer) {
  CodeTensor codes({layer.shape.reduction(), 1, layer.shape.out_channels}, layer.weight_format);
  for (int oc = 0; oc < layer.shape.out_channels; ++oc) {
    for (int k = 0; k < layer.shape.reduction(); ++k) {
      codes.set_at(k, 0, oc,
                   layer.weights[static_cast<std::size_t>(oc * layer.shape.reduction() + k)]);
    }
  }
  return codes;
}

inline std::string describe(const Layer& layer, const Accumulator& accumulator) {
  const ConvShape& s = layer.shape;
  const auto number = [](int value) { return std::to_string(value) + " "; };
  return "weights " + to_string(layer.weight_format) + " input " + to_string(layer.input.format()) +
         " in " + number(s.in.height) + number(s.in.width) + number(s.in.channels) + "out " +
         number(s.out_channels) + "kernel " + number(s.kernel_h) + number(s.kernel_w) + "stride " +
         number(s.stride_h) + number(s.stride_w) + "pad " + number(s.pad_top) + number(s.pad_left) +
         number(s.pad_bottom) + number(s.pad_right) + "groups " + number(s.groups) +
         "accumulator " + number(accumulator.bits) +
         (accumulator.overflow == Overflow::kWrap ? "wrap" : "saturate");
}

inline bool same(const Accumulators& a, const Accumulators& b) {
  return a.narrow == b.narrow && a.wide == b.wide && a.overflowed == b.overflowed;
}

}  // namespace dcnsim::test

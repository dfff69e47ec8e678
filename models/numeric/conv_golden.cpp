// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <string>

#include "models/numeric/conv.h"
#include "models/numeric/rounding.h"

namespace dcnsim {
namespace {

/// Largest number of elements of any tensor of a layer: indices stay far inside 32 bits.
constexpr std::int64_t kMaxElements = std::int64_t{1} << 30;

void require(bool holds, const char* field, std::int64_t value, const char* expected) {
  if (holds) return;
  throw std::invalid_argument(std::string(field) + ": " + std::to_string(value) + " is not " +
                              expected);
}

void require_range(const char* field, int value, int min) {
  require(value >= min && value <= kMaxElements, field, value,
          min == 0 ? "0 or more (and at most 2^30)" : "positive (and at most 2^30)");
}

/// Product of positive values, or kMaxElements + 1 if that is exceeded.
std::int64_t bounded_product(std::initializer_list<std::int64_t> factors) {
  std::int64_t product = 1;
  for (const std::int64_t factor : factors) {
    product = factor > kMaxElements / product ? kMaxElements + 1 : product * factor;
    if (product > kMaxElements) break;
  }
  return product;
}

std::int64_t add(std::int64_t sum, std::int64_t product, const Accumulator& accumulator) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(sum, product, &result) &&
      accumulator.overflow == Overflow::kSaturate) {
    return sum > 0 ? accumulator.max_value() : accumulator.min_value();
  }
  return fit(result, accumulator);
}

struct Sum {
  std::int64_t accumulator;
  std::int64_t products;  ///< exact: fewer than 2^31 products of less than 2^32
};

Sum window_sum(const ConvShape& shape, const CodeTensor& input,
               const std::vector<std::int32_t>& weights, int y, int x, int oc, std::int64_t bias,
               const Accumulator& accumulator) {
  const int channels = shape.in.channels / shape.groups;
  const int first_channel = oc / (shape.out_channels / shape.groups) * channels;
  std::size_t w = static_cast<std::size_t>(oc) * static_cast<std::size_t>(shape.reduction());
  Sum sum{fit(bias, accumulator), 0};
  for (int ky = 0; ky < shape.kernel_h; ++ky) {
    for (int kx = 0; kx < shape.kernel_w; ++kx) {
      const int in_y = y * shape.stride_h - shape.pad_top + ky * shape.dilation_h();
      const int in_x = x * shape.stride_w - shape.pad_left + kx * shape.dilation_w();
      const bool inside = in_y >= 0 && in_y < shape.in.height && in_x >= 0 && in_x < shape.in.width;
      for (int c = 0; c < channels; ++c, ++w) {
        const std::int64_t code =
            inside ? input.at(in_y, in_x, first_channel + c) : input.format().zero_point;
        sum.accumulator = add(sum.accumulator, code * weights[w], accumulator);
        sum.products += code * weights[w];
      }
    }
  }
  return sum;
}

/// Whether none of the sums of any input codes leaves the accumulator.
template <class Code>
bool sums_fit(const std::vector<Code>& weights, std::size_t channels,
              const std::vector<std::int64_t>& bias, const Format& input,
              const Accumulator& accumulator) {
  const std::size_t reduction = weights.size() / channels;
  const std::int64_t min_code = input.min_code();
  const std::int64_t max_code = input.max_code();
  for (std::size_t oc = 0; oc < channels; ++oc) {
    if (fit(bias[oc], accumulator) != bias[oc]) return false;
    // The largest and the least sum of any subset of the terms, the bias being one of them.
    std::uint64_t positive = 0;
    std::uint64_t negative = 0;
    for (std::size_t k = 0; k < reduction; ++k) {
      const std::int64_t w = weights[oc * reduction + k];
      positive += static_cast<std::uint64_t>(w > 0 ? w * max_code : w * min_code);
      negative += static_cast<std::uint64_t>(w > 0 ? -w * min_code : -w * max_code);
    }
    const auto room_above =
        static_cast<std::uint64_t>(accumulator.max_value() - std::max<std::int64_t>(bias[oc], 0));
    const auto room_below = static_cast<std::uint64_t>(std::min<std::int64_t>(bias[oc], 0)) -
                            static_cast<std::uint64_t>(accumulator.min_value());
    if (positive > room_above || negative > room_below) return false;
  }
  return true;
}

}  // namespace

void validate(const ConvShape& shape) {
  require_range("in.height", shape.in.height, 1);
  require_range("in.width", shape.in.width, 1);
  require_range("in.channels", shape.in.channels, 1);
  require_range("out_channels", shape.out_channels, 1);
  require_range("kernel_h", shape.kernel_h, 1);
  require_range("kernel_w", shape.kernel_w, 1);
  require_range("stride_h", shape.stride_h, 1);
  require_range("stride_w", shape.stride_w, 1);
  require_range("gap_h", shape.gap_h, 0);
  require_range("gap_w", shape.gap_w, 0);
  require_range("pad_top", shape.pad_top, 0);
  require_range("pad_left", shape.pad_left, 0);
  require_range("pad_bottom", shape.pad_bottom, 0);
  require_range("pad_right", shape.pad_right, 0);
  require_range("groups", shape.groups, 1);
  require(shape.in.channels % shape.groups == 0, "groups", shape.groups,
          "a divisor of the input channels");
  require(shape.out_channels % shape.groups == 0, "groups", shape.groups,
          "a divisor of the output channels");

  const std::int64_t height = std::int64_t{shape.in.height} + shape.pad_top + shape.pad_bottom;
  const std::int64_t width = std::int64_t{shape.in.width} + shape.pad_left + shape.pad_right;
  const auto span = [](int kernel, int gap) { return kernel + (std::int64_t{kernel} - 1) * gap; };
  const std::int64_t span_h = span(shape.kernel_h, shape.gap_h);
  const std::int64_t span_w = span(shape.kernel_w, shape.gap_w);
  require(span_h <= height, "kernel_h", shape.kernel_h, "at most the height of the padded input");
  require(span_w <= width, "kernel_w", shape.kernel_w, "at most the width of the padded input");

  const std::int64_t in = bounded_product({height, width, shape.in.channels});
  require(in <= kMaxElements, "in.height", shape.in.height,
          "small enough for a padded input of at most 2^30 elements");
  const std::int64_t out =
      bounded_product({(height - span_h) / shape.stride_h + 1,
                       (width - span_w) / shape.stride_w + 1, shape.out_channels});
  const std::int64_t weights = bounded_product(
      {shape.kernel_h, shape.kernel_w, shape.in.channels / shape.groups, shape.out_channels});
  require(std::max(out, weights) <= kMaxElements, "out_channels", shape.out_channels,
          "small enough for at most 2^30 outputs and as many weights");
}

Accumulators conv_golden(const ConvShape& shape, const CodeTensor& input,
                         const std::vector<std::int32_t>& weights,
                         const std::vector<std::int64_t>& bias, const Accumulator& accumulator) {
  const bool narrow = accumulator.bits <= 32;
  Accumulators out;
  (narrow ? out.narrow.resize(shape.out().elements()) : out.wide.resize(shape.out().elements()));
  std::size_t i = 0;
  for (int y = 0; y < shape.out_h(); ++y) {
    for (int x = 0; x < shape.out_w(); ++x) {
      for (int oc = 0; oc < shape.out_channels; ++oc, ++i) {
        const std::int64_t b = bias[static_cast<std::size_t>(oc)];
        const Sum sum = window_sum(shape, input, weights, y, x, oc, b, accumulator);
        std::int64_t exact = 0;
        const bool fits_int64 = !__builtin_add_overflow(b, sum.products, &exact);
        if (!fits_int64 || exact != sum.accumulator) ++out.overflowed;
        if (narrow) {
          out.narrow[i] = static_cast<std::int32_t>(sum.accumulator);
        } else {
          out.wide[i] = sum.accumulator;
        }
      }
    }
  }
  return out;
}

bool cannot_overflow(const CodeList& weights, int out_channels,
                     const std::vector<std::int64_t>& bias, const Format& input,
                     const Accumulator& accumulator) {
  const auto channels = static_cast<std::size_t>(out_channels);
  return weights.visit(
      [&](const auto& codes) { return sums_fit(codes, channels, bias, input, accumulator); });
}

}  // namespace dcnsim

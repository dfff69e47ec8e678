// SPDX-License-Identifier: Apache-2.0
// ONNX operators straight from their definitions, in double and in ONNX's own order (channels,
// rows, columns), to compare the reader's networks with.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tests/support/network_images.h"
#include "workloads/float_executor.h"

namespace dcnsim::test {

struct Nchw {
  int c, h, w;
  std::vector<double> v;

  Nchw(int channels, int height, int width)
      : c(channels), h(height), w(width), v(static_cast<std::size_t>(channels * height * width)) {}
  double& at(int z, int y, int x) { return v[static_cast<std::size_t>((z * h + y) * w + x)]; }
  double at(int z, int y, int x) const { return v[static_cast<std::size_t>((z * h + y) * w + x)]; }
};

struct Pads {
  int top = 0, left = 0, bottom = 0, right = 0;
};

inline std::vector<float> random_floats(std::mt19937& random, int count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = std::uniform_real_distribution<float>(-1, 1)(random);
  return values;
}

/// `weights` is [out][in of group][kh][kw].
inline Nchw conv(const Nchw& in, const std::vector<float>& weights, const std::vector<float>& bias,
                 int out_channels, int kh, int kw, int sh, int sw, const Pads& pads, int groups) {
  Nchw out(out_channels, (in.h + pads.top + pads.bottom - kh) / sh + 1,
           (in.w + pads.left + pads.right - kw) / sw + 1);
  const int group_in = in.c / groups, group_out = out_channels / groups;
  for (int o = 0; o < out.c; ++o) {
    for (int y = 0; y < out.h; ++y) {
      for (int x = 0; x < out.w; ++x) {
        double sum = bias.empty() ? 0 : static_cast<double>(bias[static_cast<std::size_t>(o)]);
        for (int i = 0; i < group_in; ++i) {
          for (int ky = 0; ky < kh; ++ky) {
            for (int kx = 0; kx < kw; ++kx) {
              const int iy = y * sh + ky - pads.top, ix = x * sw + kx - pads.left;
              if (iy < 0 || ix < 0 || iy >= in.h || ix >= in.w) continue;
              const int index = ((o * group_in + i) * kh + ky) * kw + kx;
              sum += static_cast<double>(weights[static_cast<std::size_t>(index)]) *
                     in.at(o / group_out * group_in + i, iy, ix);
            }
          }
        }
        out.at(o, y, x) = sum;
      }
    }
  }
  return out;
}

inline Nchw relu(Nchw map) {
  for (double& value : map.v) value = std::max(value, 0.0);
  return map;
}

inline Nchw add(Nchw a, const Nchw& b) {
  for (std::size_t i = 0; i < a.v.size(); ++i) a.v[i] += b.v[i];
  return a;
}

inline Nchw pool(const Nchw& in, bool is_max, int k, int stride, const Pads& pads = {},
                 bool count_pad = false) {
  Nchw out(in.c, (in.h + pads.top + pads.bottom - k) / stride + 1,
           (in.w + pads.left + pads.right - k) / stride + 1);
  for (int c = 0; c < in.c; ++c) {
    for (int y = 0; y < out.h; ++y) {
      for (int x = 0; x < out.w; ++x) {
        double sum = 0, largest = -std::numeric_limits<double>::infinity();
        int count = 0;
        for (int ky = 0; ky < k; ++ky) {
          for (int kx = 0; kx < k; ++kx) {
            const int iy = y * stride + ky - pads.top, ix = x * stride + kx - pads.left;
            if (iy < 0 || ix < 0 || iy >= in.h || ix >= in.w) continue;
            sum += in.at(c, iy, ix);
            largest = std::max(largest, in.at(c, iy, ix));
            ++count;
          }
        }
        out.at(c, y, x) = is_max ? largest : sum / (count_pad ? k * k : count);
      }
    }
  }
  return out;
}

/// `matrix` is [out][in], the map flattened as ONNX does.
inline Nchw gemm(const Nchw& in, const std::vector<float>& matrix, const std::vector<float>& bias) {
  const auto inputs = in.v.size();
  const auto outputs = matrix.size() / inputs;
  Nchw out(static_cast<int>(outputs), 1, 1);
  for (std::size_t o = 0; o < outputs; ++o) {
    double sum = bias.empty() ? 0 : static_cast<double>(bias[o]);
    for (std::size_t i = 0; i < inputs; ++i) {
      sum += static_cast<double>(matrix[o * inputs + i]) * in.v[i];
    }
    out.v[o] = sum;
  }
  return out;
}

/// A random image as both sides take it.
struct Image {
  Image(const Shape& shape, std::mt19937& random)
      : codes(shape, {8, 0, false, false}), map(shape.channels, shape.height, shape.width) {
    for (int y = 0; y < shape.height; ++y) {
      for (int x = 0; x < shape.width; ++x) {
        for (int c = 0; c < shape.channels; ++c) {
          const int pixel = std::uniform_int_distribution<int>(0, 255)(random);
          codes.set_at(y, x, c, pixel);
          map.at(c, y, x) = pixel;
        }
      }
    }
  }
  CodeTensor codes;
  Nchw map;
};

/// The last layer's output of `network` against `expected`.
inline void expect_result(const FloatNetwork& network, const Image& image, const Nchw& expected) {
  FloatExecutor executor(network);
  const std::vector<float>& result = executor.run(numbers(image.codes)).back();
  ASSERT_EQ(network.layers.back().node.output_shape(), (Shape{expected.h, expected.w, expected.c}));
  for (int y = 0; y < expected.h; ++y) {
    for (int x = 0; x < expected.w; ++x) {
      for (int c = 0; c < expected.c; ++c) {
        const auto index = static_cast<std::size_t>((y * expected.w + x) * expected.c + c);
        ASSERT_NEAR(static_cast<double>(result[index]), expected.at(c, y, x),
                    1e-4 * (1 + std::abs(expected.at(c, y, x))))
            << "row " << y << " column " << x << " channel " << c;
      }
    }
  }
}

}  // namespace dcnsim::test

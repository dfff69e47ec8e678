// SPDX-License-Identifier: Apache-2.0
// Sums accumulated chunk by chunk, as a schedule has them, from nothing but the tiles that are
// there: what they come to, and that those which wait are told apart.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "models/numeric/conv.h"
#include "tests/support/classes.h"
#include "tests/support/random_steps.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

constexpr Accumulator kWrapping{32, Overflow::kWrap};

struct Operands {
  CodeTensor input;
  std::vector<std::int32_t> weights;
  std::vector<std::int64_t> bias;
};

Operands random_operands(RandomLayer& random, const Descriptor& d) {
  const auto code = [&](const Format& format) {
    return random.pick(static_cast<int>(format.min_code()), static_cast<int>(format.max_code()));
  };
  Operands o{CodeTensor(d.conv.in, d.input), {}, {}};
  for (std::size_t i = 0; i < o.input.size(); ++i) o.input.set(i, code(d.input));
  o.weights.resize(static_cast<std::size_t>(d.conv.out_channels * d.conv.reduction()));
  for (std::int32_t& weight : o.weights) weight = code(d.weight);
  o.bias.resize(static_cast<std::size_t>(d.conv.out_channels));
  for (std::int64_t& bias : o.bias) bias = random.pick(-1000, 1000);
  return o;
}

/// Sums of a pixel and channel tile that are not complete.
struct BegunSums {
  PixelTile pixels;
  int channel0 = 0;
  std::vector<std::uint32_t> values;  ///< modulo 2^32
};

/// Executes steps on a convolution: the sums of the whole map when they are complete.
class ChunkedSums {
 public:
  ChunkedSums(const Descriptor& d, const Operands& operands)
      : d_(d), operands_(operands), sums_(d.conv.out().elements()) {}

  void execute(const Step& step) {
    if (step.first_chunk) begin(step);
    BegunSums& begun = begun_.at(step.sums);
    ASSERT_EQ(begun.channel0, step.channel0);
    ASSERT_EQ(begun.pixels.y0, step.pixels.y0);
    ASSERT_EQ(begun.pixels.x0, step.pixels.x0);
    std::size_t i = 0;
    for_each_output(step,
                    [&](int y, int x, int c) { begun.values[i++] += products(step, y, x, c); });
    if (step.last_chunk) complete(step);
  }
  const std::vector<std::int32_t>& sums() const { return sums_; }
  bool any_begun() const { return !begun_.empty(); }
  std::size_t most_begun() const { return most_begun_; }

 private:
  /// Of the convolution, without the pool.
  template <typename Visit>
  void for_each_output(const Step& step, const Visit& visit) const {
    const int pool = d_.fused_pool;
    for (int y = step.pixels.y0 * pool; y < step.pixels.y1 * pool; ++y) {
      for (int x = step.pixels.x0 * pool; x < step.pixels.x1 * pool; ++x) {
        for (int c = step.channel0; c < step.channel1; ++c) visit(y, x, c);
      }
    }
  }

  void begin(const Step& step) {
    ASSERT_EQ(begun_.count(step.sums), 0u);
    BegunSums begun{step.pixels, step.channel0, {}};
    for_each_output(step, [&](int, int, int c) {
      begun.values.push_back(
          static_cast<std::uint32_t>(operands_.bias[static_cast<std::size_t>(c)]));
    });
    begun_[step.sums] = begun;
    most_begun_ = std::max(most_begun_, begun_.size());
  }

  std::uint32_t products(const Step& step, int y, int x, int c) const {
    const ConvShape& conv = d_.conv;
    const int of_group = conv.in.channels / conv.groups;
    const int group = c / (conv.out_channels / conv.groups);
    const bool in_tiles = d_.tiling.tile_in != 0 && d_.tiling.tile_in < of_group;
    const int first = in_tiles ? step.in0 : group * of_group;
    const int channels = in_tiles ? step.in1 - step.in0 : of_group;
    std::uint32_t sum = 0;
    for (int k = step.k0; k < step.k1; ++k) {
      const int row = k / channels / conv.kernel_w, column = k / channels % conv.kernel_w;
      const int channel = first + k % channels;
      EXPECT_GE(channel, step.in0);
      EXPECT_LT(channel, step.in1);
      const int in_y = y * conv.stride_h - conv.pad_top + row;
      const int in_x = x * conv.stride_w - conv.pad_left + column;
      if (in_y < 0 || in_y >= conv.in.height || in_x < 0 || in_x >= conv.in.width) continue;
      const int weight =
          (c * conv.kernel_h * conv.kernel_w + row * conv.kernel_w + column) * of_group + channel -
          group * of_group;
      sum += static_cast<std::uint32_t>(
                 operands_.input.get(operands_.input.index(in_y, in_x, channel))) *
             static_cast<std::uint32_t>(operands_.weights[static_cast<std::size_t>(weight)]);
    }
    return sum;
  }

  void complete(const Step& step) {
    const CodeTensor index(d_.conv.out(), Format{});
    std::size_t i = 0;
    for_each_output(step, [&](int y, int x, int c) {
      sums_[index.index(y, x, c)] = static_cast<std::int32_t>(begun_.at(step.sums).values[i++]);
    });
    begun_.erase(step.sums);
  }

  const Descriptor& d_;
  const Operands& operands_;
  std::map<int, BegunSums> begun_;
  std::size_t most_begun_ = 0;
  std::vector<std::int32_t> sums_;
};

std::vector<CaseClass<Descriptor>> chunk_classes() {
  std::vector<CaseClass<Descriptor>> classes;
  const auto inputs = [](const Descriptor& d) {
    return d.tiling.tile_in != 0 && d.tiling.tile_in < d.conv.in.channels / d.conv.groups;
  };
  const auto chunks = [](const Descriptor& d) {
    return d.tiling.chunk_k <
           d.conv.kernel_h * d.conv.kernel_w *
               (d.tiling.tile_in == 0 ? d.conv.in.channels / d.conv.groups : d.tiling.tile_in);
  };
  const auto groups = [](const Descriptor& d) {
    return d.tiling.tile_channels > d.conv.out_channels / d.conv.groups;
  };
  for (int order = 0; order < 4; ++order) {
    const std::string name = "order " + std::to_string(order);
    const auto is = [=](const Descriptor& d) { return static_cast<int>(d.tiling.order) == order; };
    classes.push_back(
        {name + ", input tiles", [=](const Descriptor& d) { return is(d) && inputs(d); }});
    classes.push_back({name + ", chunks", [=](const Descriptor& d) { return is(d) && chunks(d); }});
    classes.push_back({name + ", tiles of several groups",
                       [=](const Descriptor& d) { return is(d) && groups(d); }});
  }
  classes.push_back(
      {"chunks of input tiles", [=](const Descriptor& d) { return inputs(d) && chunks(d); }});
  classes.push_back(
      {"chunks of several groups", [=](const Descriptor& d) { return groups(d) && chunks(d); }});
  classes.push_back({"input tiles of groups",
                     [=](const Descriptor& d) { return d.conv.groups > 1 && inputs(d); }});
  return classes;
}

TEST(ChunkedSums, are_those_of_the_whole_reduction) {
  RandomLayer random(12);
  Census<Descriptor> census(chunk_classes());
  std::size_t most_begun = 0;
  for (int i = 0; i < tries(1000) && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("case " + std::to_string(i));
    const AcceleratorConfig config = random.machine();
    Descriptor d = random.conv();
    if (d.macs() > 200000) continue;
    d.tiling = random.tiling(d, config.array);
    const int of_group = d.conv.in.channels / d.conv.groups;
    if (random.chance(2) && d.tiling.tile_channels <= d.conv.out_channels / d.conv.groups) {
      d.tiling.tile_in = random.pick(1, of_group);
      d.input_segment = d.conv.groups == 1 && random.chance(2) ? d.tiling.tile_in : 1;
      if (d.tiling.order == LoopOrder::kWeightChunkOuter) d.tiling.chunk_k = d.conv.reduction();
    }
    census.count(d);
    const Operands operands = random_operands(random, d);
    ChunkedSums chunked(d, operands);
    for (const Step& step : steps_of(d)) ASSERT_NO_FATAL_FAILURE(chunked.execute(step));
    EXPECT_FALSE(chunked.any_begun());
    most_begun = std::max(most_begun, chunked.most_begun());
    const Accumulators whole =
        conv_golden(d.conv, operands.input, operands.weights, operands.bias, kWrapping);
    const CodeTensor index(d.conv.out(), Format{});
    const Shape out = d.output_shape();
    for (int y = 0; y < out.height * d.fused_pool; ++y) {
      for (int x = 0; x < out.width * d.fused_pool; ++x) {
        for (int c = 0; c < out.channels; ++c) {
          const std::size_t at = index.index(y, x, c);
          ASSERT_EQ(chunked.sums()[at], whole.narrow[at]) << y << ' ' << x << ' ' << c;
        }
      }
    }
  }
  EXPECT_GT(most_begun, 10u);
  if (!testing::Test::HasFailure() && !tries_few()) census.expect_each(8);
}

}  // namespace
}  // namespace dcnsim

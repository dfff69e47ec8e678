// SPDX-License-Identifier: Apache-2.0
// Schedules of random layers, tilings and machines against what brute force finds by walking them
// code by code.
#include "models/perf/schedule.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <vector>

#include "tests/support/random_steps.h"

namespace dcnsim {
namespace {

TEST(Schedule, computes_and_stores_every_output_exactly_once_in_order) {
  for_random_layers(1, 1500, [](const Descriptor& d, const AcceleratorConfig&) {
    const Shape out = d.output_shape();
    const bool conv = d.kind == LayerKind::kConv;
    const int reduction = conv ? d.conv.reduction() : 1;
    const int kernel = conv ? d.conv.kernel_h * d.conv.kernel_w : 1;
    std::vector<int> sums_of(out.elements(), -1), products(out.elements(), 0);
    std::vector<int> done(out.elements(), 0), stored(out.elements(), 0);
    // By output: the input tile its sum is at, and how far.
    std::vector<int> at_inputs(out.elements(), -1), at_k(out.elements(), 0);
    const CodeTensor index(out, Format{});
    for (const Step& step : steps_of(d)) {
      ASSERT_LE(step.store_channel0, step.channel0);
      ASSERT_GE(step.store_channel1, step.channel1);
      for (int y = step.pixels.y0; y < step.pixels.y1; ++y) {
        for (int x = step.pixels.x0; x < step.pixels.x1; ++x) {
          for (int c = step.channel0; c < step.channel1; ++c) {
            const std::size_t i = index.index(y, x, c);
            ASSERT_EQ(step.first_chunk, products[i] == 0);
            if (step.in0 != at_inputs[i]) {
              ASSERT_GT(step.in0, at_inputs[i]);
              ASSERT_EQ(at_k[i] % kernel, 0) << "the input tile before is used up";
              at_k[i] = 0;
            }
            at_inputs[i] = step.in0;
            ASSERT_EQ(at_k[i], step.k0);
            at_k[i] = step.k1;
            products[i] += step.k1 - step.k0;
            ASSERT_EQ(step.last_chunk, products[i] == reduction);
            ASSERT_TRUE(step.first_chunk || sums_of[i] == step.sums);
            sums_of[i] = step.sums;
            if (step.last_chunk) ++done[i];
          }
          if (!step.store) continue;
          for (int c = step.store_channel0; c < step.store_channel1; ++c) {
            const std::size_t i = index.index(y, x, c);
            ASSERT_EQ(done[i], 1) << "stored before it is computed";
            ++stored[i];
          }
        }
      }
    }
    EXPECT_EQ(products, std::vector<int>(out.elements(), reduction));
    EXPECT_EQ(done, std::vector<int>(out.elements(), 1));
    EXPECT_EQ(stored, std::vector<int>(out.elements(), 1));
  });
}

/// Sums that are not complete have places of their own.
TEST(Schedule, sums_that_wait_are_not_mixed_up) {
  int waiting = 0;
  for_random_layers(11, 1500, [&](const Descriptor& d, const AcceleratorConfig&) {
    using Tile = std::array<int, 3>;
    std::map<int, Tile> begun;
    const std::vector<Step> steps = steps_of(d);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Step& step = steps[i];
      const Tile tile{step.pixels.y0, step.pixels.x0, step.channel0};
      if (step.first_chunk) {
        ASSERT_EQ(begun.count(step.sums), 0u);
        begun[step.sums] = tile;
      }
      ASSERT_EQ(begun.at(step.sums), tile);
      if (step.last_chunk) {
        begun.erase(step.sums);
      } else {
        const Step& next = steps[i + 1];
        const Tile after{next.pixels.y0, next.pixels.x0, next.channel0};
        ASSERT_EQ(step.sums_wait, after != tile);
        waiting += step.sums_wait ? 1 : 0;
      }
    }
    EXPECT_TRUE(begun.empty());
  });
  EXPECT_GT(waiting, 1000);
}

TEST(Schedule, a_step_has_part_of_a_group_or_whole_groups) {
  for_random_layers(2, 1000, [](const Descriptor& d, const AcceleratorConfig&) {
    if (d.kind != LayerKind::kConv) return;
    const int group = d.conv.out_channels / d.conv.groups;
    for (const Step& step : steps_of(d)) {
      ASSERT_LT(step.channel0, step.channel1);
      if (step.groups == 1) {
        ASSERT_EQ(step.channel0 / group, (step.channel1 - 1) / group);
      } else {
        ASSERT_EQ(step.channel0 % group, 0);
        ASSERT_EQ(step.channel1 - step.channel0, step.groups * group);
      }
    }
  });
}

TEST(Schedule, loads_exactly_what_changes_and_says_when_it_is_done_with_it) {
  for_random_layers(3, 1500, [](const Descriptor& d, const AcceleratorConfig&) {
    const std::vector<Step> steps = steps_of(d);
    const auto same_input = [](const Step& a, const Step& b) {
      return a.pixels.y0 == b.pixels.y0 && a.pixels.x0 == b.pixels.x0 && a.in0 == b.in0;
    };
    const auto same_weights = [](const Step& a, const Step& b) {
      return a.channel0 == b.channel0 && a.in0 == b.in0 && a.k0 == b.k0;
    };
    const bool conv = d.kind == LayerKind::kConv;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const bool first = i == 0;
      const bool last = i + 1 == steps.size();
      EXPECT_EQ(steps[i].load_input, first || !same_input(steps[i - 1], steps[i]));
      EXPECT_EQ(steps[i].last_use_of_input, last || !same_input(steps[i], steps[i + 1]));
      EXPECT_EQ(steps[i].load_weights, conv && (first || !same_weights(steps[i - 1], steps[i])));
      EXPECT_EQ(steps[i].last_use_of_weights,
                conv && (last || !same_weights(steps[i], steps[i + 1])));
    }
  });
}

// Six rows; each PE takes so many products side by side: one, its lanes, or the bricks it fuses.
TEST(Schedule, chunks_are_whole_row_tiles_or_whole_groups_and_rows) {
  struct Case {
    DatapathFamily family;
    int lanes, bits, weight_stationary, output_stationary;
  };
  for (const Case& c : {Case{DatapathFamily::kBitParallel, 4, 8, 6, 6},
                        Case{DatapathFamily::kActivationSerial, 4, 8, 24, 12},
                        Case{DatapathFamily::kFullySerial, 16, 8, 96, 48},
                        Case{DatapathFamily::kFullySerial, 6, 8, 36, 6},
                        Case{DatapathFamily::kComposable, 4, 8, 6, 6},
                        Case{DatapathFamily::kComposable, 4, 4, 24, 12},
                        Case{DatapathFamily::kComposable, 4, 2, 96, 48}}) {
    ArrayConfig array;
    array.rows = 6;
    array.datapath = c.family;
    array.lanes = c.lanes;
    Descriptor d;
    d.weight.bits = d.input.bits = c.bits;
    array.dataflow = Dataflow::kWeightStationary;
    EXPECT_EQ(reduction_unit(d, array), c.weight_stationary) << to_string(c.family) << c.bits;
    array.dataflow = Dataflow::kOutputStationary;
    EXPECT_EQ(reduction_unit(d, array), c.output_stationary) << to_string(c.family) << c.bits;
  }
}

/// Real inputs along one axis that any of the outputs [out0, out1) reads.
std::set<int> inputs_read(int out0, int out1, int pool, int kernel, int stride, int pad, int size) {
  std::set<int> read;
  for (int conv = out0 * pool; conv < out1 * pool; ++conv) {
    for (int k = 0; k < kernel; ++k) {
      const int in = conv * stride - pad + k;
      if (in >= 0 && in < size) read.insert(in);
    }
  }
  return read;
}

TEST(Schedule, input_regions_hold_what_the_windows_read_and_no_padding) {
  for_random_layers(4, 1500, [](const Descriptor& d, const AcceleratorConfig&) {
    for (const Step& step : steps_of(d)) {
      const InputRegion r = input_region(d, step.pixels);
      std::set<int> rows, columns;
      const PixelTile& t = step.pixels;
      switch (d.kind) {
        case LayerKind::kConv:
          rows = inputs_read(t.y0, t.y1, d.fused_pool, d.conv.kernel_h, d.conv.stride_h,
                             d.conv.pad_top, d.conv.in.height);
          columns = inputs_read(t.x0, t.x1, d.fused_pool, d.conv.kernel_w, d.conv.stride_w,
                                d.conv.pad_left, d.conv.in.width);
          break;
        case LayerKind::kPool:
          rows = inputs_read(t.y0, t.y1, 1, d.pool.kernel_h, d.pool.stride_h, d.pool.pad_top,
                             d.pool.in.height);
          columns = inputs_read(t.x0, t.x1, 1, d.pool.kernel_w, d.pool.stride_w, d.pool.pad_left,
                                d.pool.in.width);
          break;
        case LayerKind::kAdd:
          rows = inputs_read(t.y0, t.y1, 1, 1, 1, 0, d.add.height);
          columns = inputs_read(t.x0, t.x1, 1, 1, 1, 0, d.add.width);
          break;
      }
      ASSERT_EQ(r.y0, *rows.begin());
      ASSERT_EQ(r.y1, *rows.rbegin() + 1);
      ASSERT_EQ(r.x0, *columns.begin());
      ASSERT_EQ(r.x1, *columns.rbegin() + 1);
    }
  });
}

TEST(Schedule, tiles_are_layers_of_their_own) {
  for_random_layers(5, 1500, [](const Descriptor& d, const AcceleratorConfig&) {
    for (const Step& step : steps_of(d)) {
      const int height = step.pixels.y1 - step.pixels.y0;
      const int width = step.pixels.x1 - step.pixels.x0;
      if (d.kind == LayerKind::kConv) {
        const ConvShape conv = tile_conv(d, step.pixels);
        ASSERT_NO_THROW(validate(conv));
        ASSERT_EQ(conv.out_h(), height * d.fused_pool);
        ASSERT_EQ(conv.out_w(), width * d.fused_pool);
      } else if (d.kind == LayerKind::kPool) {
        const PoolShape pool = tile_pool(d, step.pixels);
        ASSERT_NO_THROW(validate(pool));
        ASSERT_EQ(pool.out_h(), height);
        ASSERT_EQ(pool.out_w(), width);
      }
    }
  });
}

}  // namespace
}  // namespace dcnsim

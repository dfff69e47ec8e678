// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>
#include <set>

#include "models/arch/descriptor.h"
#include "platform/driver/dcn_descriptor.h"
#include "tests/platform/registers/c99_descriptor.h"
#include "tests/support/random_layer.h"

namespace dcnsim {
namespace {

/// Writes members through the header alone.
class Writer {
 public:
  explicit Writer(const Descriptor& d) : d_(d) { dcn_descriptor_clear(bytes_.data()); }

  DescriptorBytes bytes() {
    every_kind();
    switch (d_.kind) {
      case LayerKind::kConv:
        convolution();
        break;
      case LayerKind::kPool:
        pool();
        break;
      case LayerKind::kAdd:
        add();
        break;
    }
    return bytes_;
  }

 private:
#define SET(FIELD, member) \
  DCN_DESCRIPTOR_SET(bytes_.data(), FIELD, static_cast<std::uint64_t>(member))
#define SET_FORMAT(FORMAT, member)          \
  SET(FORMAT##_BITS, (member).bits);        \
  SET(FORMAT##_FRAC, (member).frac);        \
  SET(FORMAT##_SIGNED, (member).is_signed); \
  SET(FORMAT##_NARROW, (member).narrow)
#define SET_MAP_FORMAT(FORMAT, member) \
  SET_FORMAT(FORMAT, member);          \
  SET(FORMAT##_ZERO_POINT, (member).zero_point)
#define SET_WINDOW(window)              \
  SET(KERNEL_H, (window).kernel_h);     \
  SET(KERNEL_W, (window).kernel_w);     \
  SET(STRIDE_H, (window).stride_h);     \
  SET(STRIDE_W, (window).stride_w);     \
  SET(PAD_TOP, (window).pad_top);       \
  SET(PAD_LEFT, (window).pad_left);     \
  SET(PAD_BOTTOM, (window).pad_bottom); \
  SET(PAD_RIGHT, (window).pad_right);   \
  SET(IN_HEIGHT, (window).in.height);   \
  SET(IN_WIDTH, (window).in.width);     \
  SET(IN_CHANNELS, (window).in.channels)

#define SET_SLICE(SLICE, slice)                    \
  SET(SLICE##_ROW, (slice).row);                   \
  SET(SLICE##_COLUMN, (slice).column);             \
  SET(SLICE##_STRIDE_H, (slice).stride_h);         \
  SET(SLICE##_STRIDE_W, (slice).stride_w);         \
  SET(SLICE##_HEIGHT, (slice).height);             \
  SET(SLICE##_WIDTH, (slice).width);               \
  SET(SLICE##_ZEROS_BEFORE, (slice).zeros_before); \
  SET(SLICE##_ZEROS_AFTER, (slice).zeros_after)

  void every_kind() {
    SET(KIND, d_.kind);
    SET(ROUNDING, d_.requant.rounding);
    SET(RELU, d_.requant.relu);
    SET(SHIFT, d_.requant.shift);
    SET(CLAMP_LOW, d_.requant.clamp_low);
    SET(CLAMP_HIGH, d_.requant.clamp_high);
    SET(INPUT_ON_CHIP, d_.input_on_chip);
    SET(OUTPUT_ON_CHIP, d_.output_on_chip);
    SET(MULTIPLIES, d_.requant.multiplies);
    SET_MAP_FORMAT(INPUT, d_.input);
    SET_MAP_FORMAT(OUTPUT, d_.requant.out);
    SET(TILE_H, d_.tiling.tile_h);
    SET(TILE_W, d_.tiling.tile_w);
    SET(TILE_IN, d_.tiling.tile_in);
    SET(INPUT_ADDRESS, d_.input_address);
    SET(OUTPUT_ADDRESS, d_.output_address);
    SET(INPUT_SEGMENT, d_.input_segment);
    SET(OUTPUT_SEGMENT, d_.output_segment);
    SET(INPUT_STRIP, d_.input_strip);
    SET(OUTPUT_STRIP, d_.output_strip);
    SET_SLICE(SLICE, d_.input_slice);
  }
  void convolution() {
    SET_WINDOW(d_.conv);
    SET(ORDER, d_.tiling.order);
    SET(OUT_CHANNELS, d_.conv.out_channels);
    SET(GROUPS, d_.conv.groups);
    SET(FUSED_POOL, d_.fused_pool);
    SET(LEAKY, d_.requant.leaky);
    SET(PROVED, d_.proved);
    SET_FORMAT(WEIGHT, d_.weight);
    SET(TILE_CHANNELS, d_.tiling.tile_channels);
    SET(CHUNK_K, d_.tiling.chunk_k);
    SET(WEIGHT_ADDRESS, d_.weight_address);
    SET(GAP_H, d_.conv.gap_h);
    SET(GAP_W, d_.conv.gap_w);
    SET(COUNTS, d_.requant.counts);
  }
  void pool() {
    SET_WINDOW(d_.pool);
    SET(POOL_KIND, d_.pool.kind);
    SET(WEIGHT_ADDRESS, d_.weight_address);
    SET(COUNT_INCLUDE_PAD, d_.pool.count_include_pad);
    SET(MULTIPLIER, d_.requant.multiplier);
  }
  void add() {
    SET(IN_HEIGHT, d_.add.height);
    SET(IN_WIDTH, d_.add.width);
    SET(IN_CHANNELS, d_.add.channels);
    SET_MAP_FORMAT(INPUT2, d_.input2);
    SET(MULTIPLIER, d_.requant.multiplier);
    SET(MULTIPLIER2, d_.requant.multiplier2);
    SET(SUM_MULTIPLIER, d_.requant.sum_multiplier);
    SET(OPERAND_SHIFT, d_.requant.operand_shift);
    SET(OPERAND2_SHIFT, d_.requant.operand2_shift);
    SET(PAIR_KIND, d_.pair);
    SET(INPUT2_ADDRESS, d_.input2_address);
    SET(INPUT2_SEGMENT, d_.input2_segment);
    SET(INPUT2_STRIP, d_.input2_strip);
    SET_SLICE(SLICE2, d_.input2_slice);
  }

  const Descriptor& d_;
  DescriptorBytes bytes_{};
};

TEST(DescriptorCHeader, random_layers_written_through_it_are_as_encoded) {
  RandomLayer random(7);
  const auto address = [&] {
    return static_cast<std::uint64_t>(random.pick(0, INT32_MAX)) << 32 |
           static_cast<std::uint64_t>(random.pick(0, INT32_MAX));
  };
  std::set<LayerKind> kinds;
  std::set<Rounding> roundings;
  int negative_shifts = 0, negative_fractions = 0, affine = 0;
  for (int i = 0; i < 2000; ++i) {
    Descriptor d = random.layer();
    d.tiling = random.tiling(d, random.machine().array);
    d.requant.shift = random.pick(-192, 192);
    random.bound(d.requant);
    if (random.chance(3)) random.make_affine(d, 32);
    if (i % 2 == 0) random.round_twice(d);
    if (i % 6 == 1) random.count_thresholds(d);
    d.proved = random.chance(2);
    d.input_on_chip = random.chance(2);
    d.output_on_chip = random.chance(2);
    d.input_address = address();
    d.input2_address = address();
    d.weight_address = address();
    d.output_address = address();
    d.tiling.order = static_cast<LoopOrder>(d.kind == LayerKind::kConv ? random.pick(0, 3) : 0);
    d.tiling.tile_in = random.pick(0, 65535);
    d.input_segment = random.pick(0, 65535);
    d.input2_segment = random.pick(0, 65535);
    d.output_segment = random.pick(0, 65535);
    d.input_strip = random.pick(0, 65535);
    d.input2_strip = random.pick(0, 65535);
    d.output_strip = random.pick(0, 65535);
    random.slice_inputs(d);
    if (d.kind == LayerKind::kConv) random.dilate(d);
    ASSERT_EQ(Writer(d).bytes(), encode(d)) << i;
    kinds.insert(d.kind);
    roundings.insert(d.requant.rounding);
    if (d.requant.shift < 0) ++negative_shifts;
    if (d.requant.multiplies) ++affine;
    if (d.input.frac < 0) ++negative_fractions;
  }
  EXPECT_EQ(kinds.size(), 3u);
  EXPECT_EQ(roundings.size(), 6u);
  EXPECT_GT(negative_shifts, 20);
  EXPECT_GT(affine, 20);
  EXPECT_GT(negative_fractions, 20);
}

TEST(DescriptorCHeader, has_the_values_of_every_enumeration) {
  EXPECT_EQ(LayerKind{DCN_DESCRIPTOR_KIND_CONV}, LayerKind::kConv);
  EXPECT_EQ(LayerKind{DCN_DESCRIPTOR_KIND_POOL}, LayerKind::kPool);
  EXPECT_EQ(LayerKind{DCN_DESCRIPTOR_KIND_ADD}, LayerKind::kAdd);
  EXPECT_EQ(LoopOrder{DCN_DESCRIPTOR_ORDER_WEIGHT_OUTER}, LoopOrder::kWeightOuter);
  EXPECT_EQ(LoopOrder{DCN_DESCRIPTOR_ORDER_PIXEL_OUTER}, LoopOrder::kPixelOuter);
  EXPECT_EQ(LoopOrder{DCN_DESCRIPTOR_ORDER_WEIGHT_CHUNK_OUTER}, LoopOrder::kWeightChunkOuter);
  EXPECT_EQ(LoopOrder{DCN_DESCRIPTOR_ORDER_PIXEL_CHUNK_OUTER}, LoopOrder::kPixelChunkOuter);
  EXPECT_EQ(PoolKind{DCN_DESCRIPTOR_POOL_KIND_MAX}, PoolKind::kMax);
  EXPECT_EQ(PoolKind{DCN_DESCRIPTOR_POOL_KIND_AVERAGE}, PoolKind::kAverage);
  EXPECT_EQ(Rounding{DCN_DESCRIPTOR_ROUNDING_HALF_EVEN}, Rounding::kHalfEven);
  EXPECT_EQ(Rounding{DCN_DESCRIPTOR_ROUNDING_HALF_UP}, Rounding::kHalfUp);
  EXPECT_EQ(Rounding{DCN_DESCRIPTOR_ROUNDING_HALF_AWAY}, Rounding::kHalfAway);
  EXPECT_EQ(Rounding{DCN_DESCRIPTOR_ROUNDING_TOWARD_ZERO}, Rounding::kTowardZero);
  EXPECT_EQ(Rounding{DCN_DESCRIPTOR_ROUNDING_FLOOR}, Rounding::kFloor);
  EXPECT_EQ(Rounding{DCN_DESCRIPTOR_ROUNDING_TWICE}, Rounding::kTwice);
}

TEST(DescriptorCHeader, means_the_same_in_c99) {
  Descriptor d;
  d.kind = LayerKind::kPool;
  d.pool.kind = PoolKind::kAverage;
  d.pool.in = {8, 6, 16};
  d.pool.kernel_h = d.pool.kernel_w = d.pool.stride_h = d.pool.stride_w = 2;
  d.input = {8, 4, false, false};
  d.requant = {-3, Rounding::kHalfUp, false, {12, 7, true, false}};
  d.tiling.tile_h = 4;
  d.tiling.tile_w = 3;
  d.input_address = 0x123456789ABCDEF0;
  d.output_address = 0xFEDCBA9876543210;
  DescriptorBytes bytes;
  bytes.fill(0xA5);  // all of it is written
  c99_pool(bytes.data(), d.input_address, d.output_address);
  EXPECT_EQ(bytes, encode(d));
}

}  // namespace
}  // namespace dcnsim

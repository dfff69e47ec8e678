// SPDX-License-Identifier: Apache-2.0
// Runs of bus words worked by hand: a bus of 8 bytes, buffers with words of 32 bits.
#include "models/perf/transfers.h"

#include <gtest/gtest.h>

#include <tuple>

namespace dcnsim {
namespace {

AcceleratorConfig machine_of_two_columns() {
  AcceleratorConfig c;
  c.array.columns = 2;
  c.dma.bus_bytes = 8;
  c.input_buffer = c.weight_buffer = c.output_buffer = {4096, 32, 1, true};
  return c;
}

/// Stream, address, bytes, bits before the first code, codes, words on chip.
using Row =
    std::tuple<Stream, std::uint64_t, std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;
std::vector<Row> rows(const Parts& parts) {
  std::vector<Row> rows;
  for (const Part& p : parts) {
    rows.emplace_back(p.stream, p.address, p.bytes, p.skip_bits, p.codes, p.buffer_words);
  }
  return rows;
}

TEST(Transfers, weights_are_blocks_of_one_array_width_with_their_biases) {
  Descriptor d;
  d.conv.in.channels = 8;
  d.conv.groups = 2;
  d.conv.out_channels = 6;  // blocks of 2 and 1 channels, twice
  d.weight.bits = 5;
  d.weight_address = 0x1000;
  d.tiling.tile_channels = 3;
  d.tiling.chunk_k = 4;
  Step step;
  step.channel0 = 3;
  step.channel1 = 6;
  step.k1 = 4;
  Parts parts;
  weight_parts(d, machine_of_two_columns(), step, parts);
  // A block: 2 x 4 (4 in the smaller one) bytes of biases and 4 x 2 x 5 (4 x 5) bits, 8 bytes each.
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kBias, 0x1020, 8, 0, 2, 2},
                                           {Stream::kWeight, 0x1028, 8, 0, 8, 2},
                                           {Stream::kBias, 0x1030, 8, 0, 1, 1},
                                           {Stream::kWeight, 0x1038, 8, 0, 4, 1}}));
  EXPECT_EQ(total_bytes(parts), 32u);

  d.weight.bits = 16;  // 8 bytes of codes of a block of two in a chunk of two steps
  d.tiling.tile_channels = d.tiling.chunk_k = 2;
  step.channel0 = 0;
  step.channel1 = 2;
  step.k0 = 2;
  step.first_chunk = false;
  weight_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kWeight, 0x1010, 8, 0, 4, 2}}));

  AcceleratorConfig wide = machine_of_two_columns();
  wide.accumulator.bits = 33;  // biases of 8 bytes
  step.first_chunk = true;
  step.k0 = 0;
  weight_parts(d, wide, step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kBias, 0x1000, 16, 0, 2, 4},
                                           {Stream::kWeight, 0x1010, 16, 0, 8, 4}}));
}

TEST(Transfers, parameters_follow_the_codes_of_the_last_chunk) {
  Descriptor d;
  d.conv.in.channels = 4;
  d.conv.out_channels = 3;  // blocks of 2 and 1 channels
  d.weight.bits = 8;
  d.weight_address = 0x1000;
  d.tiling.tile_channels = 3;
  d.tiling.chunk_k = 2;
  d.requant.multiplies = true;
  AcceleratorConfig machine = machine_of_two_columns();
  machine.accumulator.multiplier_bits = 31;  // with the shift's 6 bits 5 bytes
  Step step;
  step.channel1 = 3;
  step.k1 = 2;
  step.last_chunk = false;
  Parts parts;
  weight_parts(d, machine, step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kBias, 0x1000, 8, 0, 2, 2},
                                           {Stream::kWeight, 0x1008, 8, 0, 4, 1},
                                           {Stream::kBias, 0x1010, 8, 0, 1, 1},
                                           {Stream::kWeight, 0x1018, 8, 0, 2, 1}}));
  step.k0 = 2;
  step.k1 = 4;
  step.first_chunk = false;
  step.last_chunk = true;
  weight_parts(d, machine, step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kWeight, 0x1020, 8, 0, 4, 1},
                                           {Stream::kParameter, 0x1028, 16, 0, 2, 3},
                                           {Stream::kWeight, 0x1038, 8, 0, 2, 1},
                                           {Stream::kParameter, 0x1040, 8, 0, 1, 2}}));
  machine.accumulator.multiplier_bits = 10;  // 2 bytes
  weight_parts(d, machine, step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kWeight, 0x1020, 8, 0, 4, 1},
                                           {Stream::kParameter, 0x1028, 8, 0, 2, 1},
                                           {Stream::kWeight, 0x1030, 8, 0, 2, 1},
                                           {Stream::kParameter, 0x1038, 8, 0, 1, 1}}));
  d.requant.leaky = true;  // twice as many, those of the codes where they were
  weight_parts(d, machine, step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kWeight, 0x1020, 8, 0, 4, 1},
                                           {Stream::kParameter, 0x1028, 8, 0, 2, 2},
                                           {Stream::kWeight, 0x1030, 8, 0, 2, 1},
                                           {Stream::kParameter, 0x1038, 8, 0, 1, 1}}));
}

TEST(Transfers, chunks_of_several_blocks_lie_one_behind_the_other) {
  Descriptor d;
  d.conv.in.channels = 5;
  d.conv.out_channels = 3;  // blocks of 2 and 1 channels
  d.weight.bits = 8;
  d.weight_address = 0x1000;
  d.tiling.tile_channels = 3;
  d.tiling.chunk_k = 3;
  Step step;
  step.channel1 = 3;
  step.k1 = 3;
  step.last_chunk = false;
  Parts parts;
  weight_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kBias, 0x1000, 8, 0, 2, 2},
                                           {Stream::kWeight, 0x1008, 8, 0, 6, 2},
                                           {Stream::kBias, 0x1010, 8, 0, 1, 1},
                                           {Stream::kWeight, 0x1018, 8, 0, 3, 1}}));
  step.k0 = 3;
  step.k1 = 5;
  step.first_chunk = false;
  weight_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kWeight, 0x1020, 8, 0, 4, 1},
                                           {Stream::kWeight, 0x1028, 8, 0, 2, 1}}));
}

TEST(Transfers, whole_groups_are_one_block) {
  Descriptor d;
  d.conv.in.channels = d.conv.out_channels = d.conv.groups = 5;
  d.conv.kernel_h = d.conv.kernel_w = 3;
  d.conv.in.height = d.conv.in.width = 3;
  d.weight.bits = 4;
  d.weight_address = 0x1000;
  d.tiling.tile_channels = 3;
  d.tiling.chunk_k = 9;
  Step step;
  step.groups = 2;
  step.channel0 = 3;
  step.channel1 = 5;
  step.k1 = 9;
  Parts parts;
  weight_parts(d, machine_of_two_columns(), step, parts);
  // Three biases and 27 codes of 4 bits lie before.
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kBias, 0x1020, 8, 0, 2, 2},
                                           {Stream::kWeight, 0x1028, 16, 0, 18, 3}}));
}

TEST(Transfers, inputs_are_rows_of_the_region) {
  Descriptor d;
  d.conv.in = {3, 12, 2};
  d.conv.kernel_h = d.conv.kernel_w = 2;
  d.conv.pad_top = 1;
  d.input.bits = 6;  // a row of 144 bits in 24 bytes
  d.input_address = 0x2000;
  Step step;
  step.in1 = 2;
  step.pixels = {0, 2, 4, 7};  // rows 0 and 1 of the map, columns 4 to 7
  Parts parts;
  input_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kInput, 0x2000, 16, 48, 8, 2},
                                           {Stream::kInput, 0x2018, 16, 48, 8, 2}}));
  step.pixels = {2, 3, 8, 11};
  input_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kInput, 0x2020, 16, 32, 8, 2},
                                           {Stream::kInput, 0x2038, 16, 32, 8, 2}}));
  d.input_on_chip = true;
  input_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_TRUE(parts.empty());
}

TEST(Transfers, an_addition_loads_one_operand_after_the_other) {
  Descriptor d;
  d.kind = LayerKind::kAdd;
  d.add = {2, 4, 4};
  d.input.bits = 4;   // a row of 8 bytes
  d.input2.bits = 8;  // of 16
  d.input_address = 0x3000;
  d.input2_address = 0x4000;
  Step step;
  step.in1 = 4;
  step.pixels = {0, 2, 2, 4};
  Parts parts;
  input_parts(d, machine_of_two_columns(), step, parts);
  const Row second[] = {{Stream::kInput, 0x4008, 8, 0, 8, 2}, {Stream::kInput, 0x4018, 8, 0, 8, 2}};
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kInput, 0x3000, 8, 32, 8, 1},
                                           {Stream::kInput, 0x3008, 8, 32, 8, 1},
                                           second[0],
                                           second[1]}));
  d.input_on_chip = true;
  input_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{second[0], second[1]}));
}

TEST(Transfers, planes_follow_one_another_and_join_their_whole_rows) {
  Descriptor d;
  d.conv.in = {3, 4, 5};
  d.conv.out_channels = 5;
  d.input.bits = d.requant.out.bits = 6;
  // Rows of 4 x 2 x 6 bits in 8 bytes, those of the last plane, of one channel, of 24 bits
  // likewise.
  d.input_segment = d.output_segment = 2;
  d.input_address = 0x1000;
  d.output_address = 0x2000;
  Step step;
  step.pixels = {1, 3, 0, 4};
  step.in1 = 5;
  Parts parts;
  input_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kInput, 0x1008, 16, 0, 16, 4},
                                           {Stream::kInput, 0x1020, 16, 0, 16, 4},
                                           {Stream::kInput, 0x1038, 16, 0, 8, 2}}));
  EXPECT_EQ(parts[0].rows, 2u);
  EXPECT_EQ(parts[0].channels, 2u);
  EXPECT_EQ(parts[2].channels, 1u);

  step.in0 = 2;  // a tile of the second plane, some columns: rows stay apart
  step.in1 = 4;
  step.pixels = {0, 2, 1, 3};
  input_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kInput, 0x1018, 8, 12, 4, 1},
                                           {Stream::kInput, 0x1020, 8, 12, 4, 1}}));
  EXPECT_EQ(parts[0].rows, 1u);

  step.pixels = {0, 3, 0, 4};
  step.store_channel0 = 2;
  step.store_channel1 = 5;
  output_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kOutput, 0x2018, 24, 0, 24, 6},
                                           {Stream::kOutput, 0x2030, 24, 0, 12, 3}}));
}

TEST(Transfers, outputs_are_rows_or_pixels_that_lack_channels) {
  Descriptor d;
  d.conv.in = {3, 4, 1};
  d.conv.out_channels = 8;
  d.requant.out.bits = 16;  // a pixel of 16 bytes, a row of 64
  d.output_address = 0x5000;
  Step step;
  step.pixels = {1, 3, 2, 4};
  step.store_channel1 = 8;
  Parts parts;
  output_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kOutput, 0x5060, 32, 0, 16, 8},
                                           {Stream::kOutput, 0x50A0, 32, 0, 16, 8}}));
  step.pixels = {1, 2, 2, 4};
  step.store_channel0 = 4;
  output_parts(d, machine_of_two_columns(), step, parts);
  EXPECT_EQ(rows(parts), (std::vector<Row>{{Stream::kOutput, 0x5068, 8, 0, 4, 2},
                                           {Stream::kOutput, 0x5078, 8, 0, 4, 2}}));
}

}  // namespace
}  // namespace dcnsim

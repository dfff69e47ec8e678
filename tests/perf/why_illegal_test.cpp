// SPDX-License-Identifier: Apache-2.0
// One broken rule at a time, and what the user is told.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "models/perf/buffer_need.h"
#include "tests/support/random_layer.h"

namespace dcnsim {
namespace {

/// A legal layer on a machine of 8 x 8 to break one rule at a time.
struct Example {
  Descriptor layer;
  AcceleratorConfig config;

  Example() {
    layer.conv.in = {8, 8, 16};
    layer.conv.out_channels = 32;
    layer.conv.kernel_h = layer.conv.kernel_w = 3;
    layer.tiling = {6, 6, 8, 144, LoopOrder::kPixelOuter};
    RandomLayer random(1);
    config = with_room(random.machine());
    config.array = {};
    config.array.rows = config.array.columns = 8;
    config.accumulator.bits = 32;
    config.dma.bus_bytes = 8;
    for (BufferConfig* b : {&config.input_buffer, &config.weight_buffer, &config.output_buffer}) {
      *b = {std::int64_t{1} << 20, 64, 1, true};
    }
  }

  std::string why() const { return why_illegal(layer, config); }
};

TEST(WhyIllegal, is_empty_for_a_legal_tiling) { EXPECT_EQ(Example().why(), ""); }

TEST(WhyIllegal, names_the_buffer_and_the_bytes_it_lacks) {
  const std::vector<std::pair<BufferConfig AcceleratorConfig::*, std::string>> buffers = {
      {&AcceleratorConfig::input_buffer, "input buffer"},
      {&AcceleratorConfig::weight_buffer, "weight buffer"},
      {&AcceleratorConfig::output_buffer, "output buffer"}};
  const std::int64_t needs[] = {8 * 8 * 16, 144 * 8 + 8 * 4, 6 * 6 * 32};
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    Example e;
    BufferConfig& buffer = e.config.*buffers[i].first;
    buffer.double_buffered = false;
    buffer.capacity_bytes = needs[i];
    EXPECT_EQ(e.why(), "");
    buffer.capacity_bytes = needs[i] - 8;
    EXPECT_NE(e.why().find(buffers[i].second + " lacks 8 bytes"), std::string::npos) << e.why();
  }
  Example e;
  e.config.accumulator_buffer_bytes = 36 * 8 * 4;
  EXPECT_EQ(e.why(), "");
  e.config.accumulator_buffer_bytes -= 1;
  EXPECT_NE(e.why().find("accumulator buffer lacks 1 bytes"), std::string::npos) << e.why();
}

TEST(WhyIllegal, gives_one_of_several_tiles_half_of_a_double_buffer) {
  Example e;
  e.config.weight_buffer.capacity_bytes = 2 * (144 * 8 + 8 * 4);
  EXPECT_EQ(e.why(), "");
  e.config.weight_buffer.capacity_bytes -= 16;
  EXPECT_NE(e.why().find("weight buffer lacks 8 bytes"), std::string::npos) << e.why();
  e.config.weight_buffer.double_buffered = false;
  EXPECT_EQ(e.why(), "");
}

TEST(WhyIllegal, adds_up_what_is_in_a_scratchpad_at_a_time) {
  Example e;
  const std::int64_t tiles = 8 * 8 * 16 + (144 * 8 + 8 * 4) + 6 * 6 * 32;
  for (const int slots : {1, 2}) {
    // A single pixel tile has one slot; of the outputs too.
    e.layer.tiling = {3, 6, 8, 144, LoopOrder::kPixelOuter};
    const std::int64_t need = slots * ((5 * 8 * 16) + (144 * 8 + 8 * 4) + (3 * 6 * 32));
    e.config.share({need, 64, 1, slots == 2});
    EXPECT_EQ(e.why(), "");
    e.config.share({need - 8, 64, 1, slots == 2});
    EXPECT_EQ(e.why(), "scratchpad lacks 8 bytes: tiles at a time need " + std::to_string(need) +
                           ", there is room for " + std::to_string(need - 8));
    // One of several kinds alone.
    e.config.share({slots * (144 * 8 + 8 * 4) - 8, 64, 1, slots == 2});
    EXPECT_NE(e.why().find("weight buffer lacks"), std::string::npos) << e.why();
  }
  e.layer.tiling = {6, 6, 32, 144, LoopOrder::kPixelOuter};
  e.config.share({tiles + 3 * (144 * 8 + 8 * 4), 64, 1, true});
  EXPECT_EQ(e.why(), "");
  e.layer.output_on_chip = true;  // as large as the output tile
  EXPECT_EQ(e.why(), "");
  e.layer.input_on_chip = true;
  EXPECT_EQ(e.why(), "");
  e.config.share({e.config.shared_buffer.capacity_bytes - 8, 64, 1, false});
  EXPECT_NE(e.why().find("scratchpad lacks 8 bytes"), std::string::npos) << e.why();
}

TEST(WhyIllegal, names_the_alignment_that_is_broken) {
  const auto why = [](void (*change)(Example&)) {
    Example e;
    change(e);
    return e.why();
  };
  const auto starts = [](const std::string& text, const std::string& with) {
    EXPECT_EQ(text.substr(0, with.size()), with) << text;
  };
  starts(why([](Example& e) { e.layer.tiling.tile_channels = 12; }), "tile_channels:");
  starts(why([](Example& e) {  // 5 x 32 x 1 bits
           e.layer.requant.out.bits = 1;
           e.layer.tiling.tile_w = 5;
         }),
         "tile_w:");
  starts(why([](Example& e) {  // 8 channels x 3 bits
           e.layer.requant.out.bits = 3;
           e.layer.tiling = {3, 6, 8, 144, LoopOrder::kWeightOuter};
         }),
         "tile_channels:");
  EXPECT_NE(why([](Example& e) { e.layer.output_address = 4; }).find("address"), std::string::npos);
}

TEST(WhyIllegal, chunked_sums_of_an_output_stationary_array_need_room) {
  Example e;
  e.config.array.dataflow = Dataflow::kOutputStationary;
  e.config.accumulator_buffer_bytes = 0;
  EXPECT_EQ(e.why(), "") << "one chunk: the PEs hold the sums";
  e.layer.tiling.chunk_k = 72;
  EXPECT_NE(e.why().find("accumulator buffer"), std::string::npos) << e.why();
  e.layer.tiling.tile_h = 1;
  EXPECT_EQ(e.why(), "") << "6 pixels in 8 rows";
}

TEST(WhyIllegal, chunks_are_of_any_length_and_of_several_array_widths) {
  for (const int chunk : {1, 12, 72, 143}) {
    Example e;
    e.config.dma.bus_bytes = 64;
    e.layer.weight.bits = 3;
    e.layer.tiling.chunk_k = chunk;
    e.layer.tiling.tile_channels = 16;
    EXPECT_EQ(e.why(), "") << chunk;
  }
}

TEST(WhyIllegal, input_channels_in_tiles_need_sums_that_do_not_depend_on_their_order) {
  Example e;
  e.layer.input_segment = e.layer.tiling.tile_in = 8;
  e.config.accumulator.overflow = Overflow::kSaturate;
  EXPECT_EQ(e.why().substr(0, 8), "tile_in:") << e.why();
  e.layer.proved = true;
  EXPECT_EQ(e.why(), "");
  e.layer.proved = false;
  e.config.accumulator.overflow = Overflow::kWrap;
  EXPECT_EQ(e.why(), "");
}

TEST(WhyIllegal, sums_that_wait_need_room_for_all_of_them) {
  Example e;  // 6 x 6 pixels in one tile of rows, 4 channel tiles
  e.layer.tiling = {3, 6, 8, 72, LoopOrder::kWeightOuter};
  e.config.accumulator_buffer_bytes = 18 * 8 * 4;
  EXPECT_EQ(e.why(), "");
  e.layer.tiling.order = LoopOrder::kWeightChunkOuter;
  EXPECT_NE(e.why().find("accumulator buffer lacks 576 bytes"), std::string::npos) << e.why();
  e.layer.tiling.order = LoopOrder::kPixelChunkOuter;
  EXPECT_NE(e.why().find("accumulator buffer lacks 1728 bytes"), std::string::npos) << e.why();
  e.layer.tiling.chunk_k = 144;
  EXPECT_EQ(e.why(), "") << "a single chunk";
}

TEST(WhyIllegal, maps_stay_in_a_half_of_the_input_buffer) {
  Example e;
  e.layer.output_on_chip = true;
  e.config.input_buffer.capacity_bytes = 2 * 6 * 6 * 32;
  EXPECT_EQ(e.why(), "");
  e.config.input_buffer.capacity_bytes -= 16;
  EXPECT_NE(e.why().find("input buffer lacks 8 bytes"), std::string::npos) << e.why();
  e.config.input_buffer.double_buffered = false;
  EXPECT_NE(e.why().find("not double-buffered"), std::string::npos) << e.why();

  Example in;
  in.layer.input_on_chip = true;
  in.config.input_buffer.capacity_bytes = 2 * 8 * 8 * 16;
  EXPECT_EQ(in.why(), "");
  in.config.input_buffer.capacity_bytes -= 16;
  EXPECT_NE(in.why().find("input buffer lacks 8 bytes"), std::string::npos) << in.why();
  in.config.input_buffer.capacity_bytes += 16;
  in.layer.tiling.tile_h = 3;
  EXPECT_EQ(in.why(), "") << "any part of it may be read";
}

TEST(WhyIllegal, an_addition_has_one_operand_in_each_half) {
  Example e;
  e.layer.kind = LayerKind::kAdd;
  e.layer.add = {8, 8, 16};
  e.layer.tiling = {8, 8, 1, 1, LoopOrder::kPixelOuter};
  e.layer.input2.bits = 16;
  e.config.input_buffer.capacity_bytes = 8 * 8 * 16 * (1 + 2);
  EXPECT_EQ(e.why(), "") << "both in a single tile";
  e.layer.output_on_chip = true;
  EXPECT_NE(e.why(), "");
  e.layer.output_on_chip = false;
  e.layer.input_on_chip = true;
  e.config.input_buffer.capacity_bytes = 2 * 8 * 8 * 16 * 2;
  EXPECT_EQ(e.why(), "") << "the second in its half";
  e.config.input_buffer.capacity_bytes -= 16;
  EXPECT_NE(e.why().find("input buffer lacks 8 bytes"), std::string::npos) << e.why();
  e.layer.output_on_chip = true;
  EXPECT_NE(e.why().find("both halves"), std::string::npos) << e.why();
}

}  // namespace
}  // namespace dcnsim

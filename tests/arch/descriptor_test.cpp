// SPDX-License-Identifier: Apache-2.0
#include "models/arch/descriptor.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/perf/buffer_need.h"
#include "models/perf/prediction.h"
#include "models/perf/schedule.h"
#include "tests/support/error_of.h"
#include "tests/support/random_layer.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

Descriptor example() {
  Descriptor d;
  d.conv.in = {30, 28, 48};
  d.conv.out_channels = 64;
  d.conv.kernel_h = d.conv.kernel_w = 3;
  d.conv.pad_top = d.conv.pad_right = 1;
  d.fused_pool = 2;
  d.input = {7, -2, false, true};
  d.weight = {5, 9, true, false};
  d.requant = {-7, Rounding::kFloor, true, {6, -3, true, true}};
  d.proved = true;
  d.tiling = {3, 4, 32, 48, LoopOrder::kPixelOuter};
  d.input_address = 0x1234567890ABCDE0;
  d.weight_address = 0x40;
  d.output_address = 0xFFFFFFFFFFFFFFC0;
  return d;
}

/// What decode() says about the example with `change` made to its bytes.
std::string refusal(const std::function<void(DescriptorBytes&)>& change) {
  DescriptorBytes bytes = encode(example());
  change(bytes);
  try {
    decode(bytes);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

void poke(DescriptorBytes& bytes, std::size_t offset, std::size_t size, std::uint64_t value) {
  for (std::size_t i = 0; i < size; ++i) {
    bytes[offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

TEST(Descriptor, bytes_are_little_endian_at_documented_places) {
  const DescriptorBytes bytes = encode(example());
  EXPECT_EQ(std::string(bytes.begin(), bytes.begin() + 4), "DNLD");
  EXPECT_EQ(bytes[4] | bytes[5] << 8, kDescriptorVersion);
  EXPECT_EQ(bytes[8] | bytes[9] << 8, 30);
  EXPECT_EQ(bytes[40], 0xF9);  // shift -7
  EXPECT_EQ(bytes[41], 0xFF);
  EXPECT_EQ(bytes[49], 0xFE);  // input.frac -2
  EXPECT_EQ(bytes[72], 48);
  EXPECT_EQ(bytes[80], 0xE0);
  EXPECT_EQ(bytes[87], 0x12);
}

TEST(Descriptor, decoding_gives_back_every_field) {
  Descriptor a = example();
  a.requant.clamp_low = 33;
  a.requant.clamp_high = 7;
  const Descriptor b = decode(encode(a));
  EXPECT_EQ(b.conv.in, a.conv.in);
  EXPECT_EQ(b.conv.out(), a.conv.out());
  EXPECT_EQ(b.fused_pool, a.fused_pool);
  EXPECT_EQ(b.input, a.input);
  EXPECT_EQ(b.weight, a.weight);
  EXPECT_EQ(b.requant.out, a.requant.out);
  EXPECT_EQ(b.requant.shift, a.requant.shift);
  EXPECT_EQ(b.requant.rounding, a.requant.rounding);
  EXPECT_EQ(b.requant.relu, a.requant.relu);
  EXPECT_EQ(b.requant.clamp_low, a.requant.clamp_low);
  EXPECT_EQ(b.requant.clamp_high, a.requant.clamp_high);
  EXPECT_EQ(b.proved, a.proved);
  EXPECT_EQ(b.tiling, a.tiling);
  EXPECT_EQ(b.input_address, a.input_address);
  EXPECT_EQ(b.weight_address, a.weight_address);
  EXPECT_EQ(b.output_address, a.output_address);
}

TEST(Descriptor, random_layers_encode_to_what_they_decode_from) {
  RandomLayer random(1);
  for (int i = 0; i < 2000; ++i) {
    Descriptor d = random.layer();
    if (i % 7 == 3 && d.kind == LayerKind::kPool) random.make_table(d);
    if (i % 2 == 1) random.slice_inputs(d);
    if (i % 3 == 1 && d.kind == LayerKind::kConv) random.dilate(d);
    d.tiling = random.tiling(d, random.machine().array);
    if (i % 2 == 0) random.bound(d.requant);
    if (i % 5 == 0) random.make_affine(d, 32);
    if (i % 10 == 0) RandomLayer::round_twice(d);
    if (i % 10 == 3) RandomLayer::count_thresholds(d);
    const DescriptorBytes bytes = encode(d);
    const Descriptor back = decode(bytes);
    EXPECT_EQ(back.requant.min_code(), d.requant.min_code());
    EXPECT_EQ(back.requant.max_code(), d.requant.max_code());
    EXPECT_EQ(encode(back), bytes);
    EXPECT_EQ(back.input_slice.map(back.input_shape()), d.input_slice.map(d.input_shape()));
    EXPECT_EQ(back.input_slice.row_of(5), d.input_slice.row_of(5));
    EXPECT_EQ(back.input_slice.column_of(5), d.input_slice.column_of(5));
    EXPECT_EQ(back.conv.span_h(), d.conv.span_h());
    EXPECT_EQ(back.conv.span_w(), d.conv.span_w());
    EXPECT_EQ(back.kind, d.kind);
    EXPECT_EQ(back.output_shape(), d.output_shape());
    EXPECT_EQ(back.input_shape(), d.input_shape());
    EXPECT_EQ(back.pool.count_include_pad, d.pool.count_include_pad);
    EXPECT_EQ(back.requant.multiplies, d.requant.multiplies);
    EXPECT_EQ(back.requant.leaky, d.requant.leaky);
    EXPECT_EQ(back.requant.multiplier, d.requant.multiplier);
    EXPECT_EQ(back.requant.multiplier2, d.requant.multiplier2);
    EXPECT_EQ(back.requant.rounding, d.requant.rounding);
    EXPECT_EQ(back.requant.sum_multiplier, d.requant.sum_multiplier);
    EXPECT_EQ(back.requant.operand_shift, d.requant.operand_shift);
    EXPECT_EQ(back.requant.operand2_shift, d.requant.operand2_shift);
    EXPECT_EQ(back.requant.counts, d.requant.counts);
    EXPECT_EQ(back.input.zero_point, d.input.zero_point);
    EXPECT_EQ(back.input2.zero_point, d.input2.zero_point);
    EXPECT_EQ(back.requant.out.zero_point, d.requant.out.zero_point);
  }
}

TEST(Descriptor, every_byte_change_is_seen) {
  const DescriptorBytes bytes = encode(example());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    DescriptorBytes changed = bytes;
    changed[i] = static_cast<std::uint8_t>(changed[i] ^ 1u);
    try {
      EXPECT_EQ(encode(decode(changed)), changed) << "byte " << i;
    } catch (const std::invalid_argument&) {
    }
  }
}

TEST(Descriptor, values_that_do_not_fit_their_place_are_refused) {
  Descriptor d = example();
  d.conv.in.height = 65536;
  EXPECT_THROW(encode(d), std::invalid_argument);
  d = example();
  d.requant.shift = 40000;
  EXPECT_THROW(encode(d), std::invalid_argument);
  d = example();
  d.conv.pad_top = -1;
  EXPECT_THROW(encode(d), std::invalid_argument);
  d = example();
  d.tiling.order = static_cast<LoopOrder>(4);
  EXPECT_THROW(encode(d), std::invalid_argument);
}

TEST(Descriptor, refusals_name_the_field) {
  const auto with = [](std::size_t offset, std::size_t size, std::uint64_t value) {
    return refusal([=](DescriptorBytes& bytes) { poke(bytes, offset, size, value); });
  };
  EXPECT_EQ(with(0, 4, 0), "magic: 0, expected 1145851460");
  EXPECT_EQ(with(4, 2, 0), "version: 0, expected 1..2");
  EXPECT_EQ(with(4, 2, 3), "version: 3, expected 1..2");
  EXPECT_EQ(with(6, 1, 3), "kind: 3, expected 0..2");
  EXPECT_EQ(with(7, 1, 4), "order: 4, expected 0..3");
  EXPECT_EQ(with(8, 2, 0), "in.height: 0, expected 1..65535");
  EXPECT_EQ(with(24, 2, 3), "pad_top: 3, expected 0..2");
  EXPECT_EQ(with(34, 2, 65535), "fused_pool: 65535, expected 1..27");
  EXPECT_EQ(with(36, 1, 1), "pool_kind: 1, expected 0 in a descriptor of kind conv");
  EXPECT_EQ(with(38, 1, 6), "rounding: 6, expected 0..5");
  EXPECT_EQ(with(39, 1, 2), "relu: 2, expected 0..1");
  EXPECT_EQ(with(40, 2, 193), "shift: 193, expected -192..192");
  EXPECT_EQ(with(43, 1, 2), "input_on_chip: 2, expected 0..1");
  EXPECT_EQ(with(45, 1, 2), "multiplies: 2, expected 0..1");
  EXPECT_EQ(with(45, 1, 1), "shift: -7, expected 0..0");
  EXPECT_EQ(with(47, 1, 1), "pair_kind: 1, expected 0 in a descriptor of kind conv");
  EXPECT_EQ(with(48, 1, 17).rfind("input.bits: 17", 0), 0u);
  EXPECT_EQ(with(56, 1, 0).rfind("weight.bits: 0", 0), 0u);
  EXPECT_EQ(with(61, 1, 0x80).rfind("output.frac: -128", 0), 0u);
  EXPECT_EQ(with(64, 2, 15), "tile_h: 15, expected 1..14");
  EXPECT_EQ(with(68, 2, 65), "tile_channels: 65, expected 1..64");
  EXPECT_EQ(with(72, 4, 0), "chunk_k: 0, expected 1..432");
  EXPECT_EQ(with(72, 4, 0xFFFFFFFF), "chunk_k: 4294967295, expected 0..2147483647");
  EXPECT_EQ(with(88, 8, 64), "input2_address: 64, expected 0 in a descriptor of kind conv");
  EXPECT_EQ(with(210, 1, 2), "counts: 2, expected 0..1");
  EXPECT_EQ(with(210, 1, 1), "shift: -7, expected 0..0");
  EXPECT_EQ(with(255, 1, 1), "reserved byte 255: 1, expected 0");
}

TEST(Descriptor, a_batch_has_no_more_codes_than_a_map_may_have) {
  Descriptor d;
  d.kind = LayerKind::kAdd;
  d.add = {1 << 10, 1 << 10, 1 << 4};
  d.input = d.input2 = d.requant.out = {8, 0, true, false};
  d.tiling.tile_h = d.tiling.tile_w = 1 << 10;
  const auto reason = [&](int batch) {
    d.batch = batch;
    return error_of([&] { validate(d); });
  };
  EXPECT_EQ(reason(0), "no error");
  EXPECT_EQ(reason(64), "no error");
  EXPECT_EQ(reason(65), "batch: 65, expected 0..64");
  d.tiling.tile_h = d.tiling.tile_w = 8;
  EXPECT_EQ(reason(64), "no error");
  d.tiling.tile_h = 7;
  EXPECT_EQ(reason(64), "tiling: too many steps, expected at most 1048576");
}

TEST(Descriptor, a_slice_lies_in_its_map) {
  const auto reason = [](const std::function<void(Descriptor&)>& change) {
    Descriptor d;
    d.kind = LayerKind::kAdd;
    d.add = {4, 5, 6};
    d.input = d.input2 = d.requant.out = {8, 0, true, false};
    d.input_slice.height = 10;
    d.input_slice.width = 7;
    change(d);
    return error_of([&] { validate(d); });
  };
  EXPECT_EQ(reason([](Descriptor& d) { d.input_slice.row = 6; }), "no error");
  EXPECT_EQ(reason([](Descriptor& d) { d.input_slice.row = 7; }), "slice.row: 7, expected 0..6");
  EXPECT_EQ(reason([](Descriptor& d) {
              d.input_slice.stride_h = 3;
              d.input_slice.row = 1;
            }),
            "slice.row: 1, expected 0..0");
  EXPECT_EQ(reason([](Descriptor& d) { d.input_slice.column = 3; }),
            "slice.column: 3, expected 0..2");
  EXPECT_EQ(reason([](Descriptor& d) { d.input2_slice.height = 3; }),
            "slice2.height: 3, expected 4..65535");
  EXPECT_EQ(reason([](Descriptor& d) { d.input2_slice.zeros_before = 5; }), "no error");
  EXPECT_EQ(reason([](Descriptor& d) { d.input2_slice.zeros_before = 6; }),
            "slice2.zeros_before: 6, expected 0..5");
  EXPECT_EQ(reason([](Descriptor& d) {
              d.input2_slice.zeros_before = 2;
              d.input2_slice.zeros_after = 4;
            }),
            "slice2.zeros_after: 4, expected 0..3");
  EXPECT_EQ(reason([](Descriptor& d) {
              d.input_slice.zeros_after = 2;
              d.input_segment = 5;
            }),
            "input_segment: 5, expected 0..4");
  EXPECT_EQ(reason([](Descriptor& d) {
              d.input_slice.zeros_after = 2;
              d.input_segment = d.input2_segment = d.output_segment = 2;
              d.tiling.tile_in = 2;
            }),
            "tile_in: 2, expected all channels, of which some are zeros");
}

TEST(Descriptor, version_1_has_nothing_that_2_added) {
  const auto of_version_1 = [](std::size_t offset, std::uint8_t value) {
    return refusal([=](DescriptorBytes& bytes) {
      bytes[4] = 1;
      bytes[offset] = value;
    });
  };
  EXPECT_EQ(of_version_1(5, 0), "accepted");
  EXPECT_EQ(of_version_1(7, 2), "order: 2, expected 0..1");
  EXPECT_EQ(of_version_1(7, 3), "order: 3, expected 0..1");
  EXPECT_EQ(of_version_1(70, 16), "tile_in: 16, expected 0 in version 1");
  EXPECT_EQ(of_version_1(112, 16), "input_segment: 16, expected 0 in version 1");
  EXPECT_EQ(of_version_1(114, 16), "input2_segment: 16, expected 0 in version 1");
  EXPECT_EQ(of_version_1(116, 16), "output_segment: 16, expected 0 in version 1");
  EXPECT_EQ(of_version_1(120, 1), "clamp_low: 1, expected 0 in version 1");
  EXPECT_EQ(of_version_1(124, 1), "clamp_high: 1, expected 0 in version 1");
  DescriptorBytes bytes = encode(example());
  EXPECT_EQ(bytes[4], 2);
  bytes[4] = 1;
  EXPECT_EQ(encode(decode(bytes)), encode(example()));
}

TEST(Descriptor, bounds_leave_a_code_or_more) {
  const auto reason = [](int low, int high, bool relu) {
    Descriptor d = example();
    d.requant = {0, Rounding::kFloor, relu, {4, 0, true, false}, low, high};  // -8..7
    return error_of([&] { validate(d); });
  };
  EXPECT_EQ(reason(15, 0, false), "no error");
  EXPECT_EQ(reason(0, 15, false), "no error");
  EXPECT_EQ(reason(7, 8, false), "no error");
  EXPECT_EQ(reason(0, 7, true), "no error");
  EXPECT_EQ(reason(-1, 0, false), "clamp_low: -1, expected 0..15");
  EXPECT_EQ(reason(16, 0, false), "clamp_low: 16, expected 0..15");
  EXPECT_EQ(reason(8, 8, false), "clamp_high: 8, expected 0..7");
  EXPECT_EQ(reason(0, 8, true), "clamp_high: 8, expected 0..7");
}

TEST(Descriptor, only_weights_are_plus_or_minus_one) {
  const Format sign{1, 0, true, true};
  Descriptor d = example();
  d.weight = sign;
  EXPECT_EQ(error_of([&] { validate(d); }), "no error");
  d = example();
  d.input = sign;
  EXPECT_EQ(error_of([&] { validate(d); }), "input.narrow: 1, expected 0 in a map of signed bits");
  d = example();
  d.requant.out = sign;
  EXPECT_EQ(error_of([&] { validate(d); }), "output.narrow: 1, expected 0 in a map of signed bits");
}

TEST(Descriptor, planes_and_strips_are_within_the_map_and_maps_on_chip_have_none) {
  const auto reason = [](LayerKind kind, const std::function<void(Descriptor&)>& change) {
    Descriptor d = example();
    d.kind = kind;
    d.conv.in.channels = 6;
    d.conv.out_channels = 10;
    d.conv.groups = 1;
    d.add = {4, 4, 7};
    d.input2 = d.input;
    d.tiling = {1, 1, 1, 1, LoopOrder::kWeightOuter};
    change(d);
    return error_of([&] { validate(d); });
  };
  const auto conv = [&](int input, int output) {
    return reason(LayerKind::kConv, [&](Descriptor& d) {
      d.input_segment = input;
      d.output_segment = output;
    });
  };
  EXPECT_EQ(conv(6, 10), "no error");
  EXPECT_EQ(conv(1, 1), "no error");
  EXPECT_EQ(conv(7, 0), "input_segment: 7, expected 0..6");
  EXPECT_EQ(conv(0, 11), "output_segment: 11, expected 0..10");
  EXPECT_EQ(reason(LayerKind::kAdd, [](Descriptor& d) { d.input2_segment = 7; }), "no error");
  EXPECT_EQ(reason(LayerKind::kAdd, [](Descriptor& d) { d.input2_segment = 8; }),
            "input2_segment: 8, expected 0..7");
  EXPECT_EQ(reason(LayerKind::kConv,
                   [](Descriptor& d) {
                     d.input_on_chip = true;
                     d.input_segment = 6;
                   }),
            "input_segment: 6, expected 0..0");
  EXPECT_EQ(reason(LayerKind::kConv,
                   [](Descriptor& d) {
                     d.output_on_chip = true;
                     d.output_segment = 10;
                   }),
            "output_segment: 10, expected 0..0");
  const auto strips = [&](int input, int output) {
    return reason(LayerKind::kConv, [&](Descriptor& d) {
      d.input_strip = input;
      d.output_strip = output;
    });
  };
  EXPECT_EQ(strips(28, 13), "no error");
  EXPECT_EQ(strips(29, 0), "input_strip: 29, expected 0..28");
  EXPECT_EQ(strips(0, 14), "output_strip: 14, expected 0..13");
  EXPECT_EQ(reason(LayerKind::kAdd, [](Descriptor& d) { d.input2_strip = 5; }),
            "input2_strip: 5, expected 0..4");
  EXPECT_EQ(reason(LayerKind::kConv,
                   [](Descriptor& d) {
                     d.output_on_chip = true;
                     d.output_strip = 1;
                   }),
            "output_strip: 1, expected 0..0");
}

TEST(Descriptor, impossible_geometry_is_refused) {
  const auto refused = [](const std::function<void(Descriptor&)>& change) {
    Descriptor d = example();
    change(d);
    EXPECT_THROW(validate(d), std::invalid_argument);
  };
  refused([](Descriptor& d) { d.conv.groups = 5; });
  refused([](Descriptor& d) { d.conv.stride_h = 0; });
  refused([](Descriptor& d) { d.conv.in = {65535, 65535, 65535}; });
  refused([](Descriptor& d) { d.conv.in.height = 1; });
  refused([](Descriptor& d) {
    d.kind = LayerKind::kPool;
    d.pool.in = {1, 1, 1};
    d.pool.kernel_h = d.pool.kernel_w = 65535;
    d.pool.pad_top = d.pool.pad_left = 65534;
    d.tiling = {};
  });
  refused([](Descriptor& d) {
    d.kind = LayerKind::kAdd;
    d.add = {65535, 65535, 65535};
  });
  refused([](Descriptor& d) {  // 2^24 tiles of one pixel
    d.conv.in = {4099, 4099, 1};
    d.conv.out_channels = 1;
    d.fused_pool = 1;
    d.tiling = {};
  });
}

/// One of each kind, all of whose fields have room to move.
Descriptor pool_example() {
  Descriptor d;
  d.kind = LayerKind::kPool;
  d.pool.in = {12, 16, 8};
  d.pool.kernel_h = 3;
  d.pool.kernel_w = 5;
  d.tiling = {2, 2, 1, 1, LoopOrder::kWeightOuter};
  return d;
}
Descriptor add_example() {
  Descriptor d;
  d.kind = LayerKind::kAdd;
  d.add = {4, 6, 8};
  d.tiling = {2, 2, 1, 1, LoopOrder::kWeightOuter};
  return d;
}

using Operand = std::pair<std::string, std::function<Format&(Descriptor&)>>;
const Operand kInput{"input", [](Descriptor& d) -> Format& { return d.input; }};
const Operand kInput2{"input2", [](Descriptor& d) -> Format& { return d.input2; }};
const Operand kWeight{"weight", [](Descriptor& d) -> Format& { return d.weight; }};
const Operand kOutput{"output", [](Descriptor& d) -> Format& { return d.requant.out; }};

TEST(Descriptor, formats_of_all_operands_are_checked_and_of_no_others) {
  const std::vector<Operand> all = {kInput, kInput2, kWeight, kOutput};
  struct Kind {
    Descriptor layer;
    std::set<std::string> operands;
  };
  for (const Kind& kind :
       {Kind{example(), {"input", "weight", "output"}}, Kind{pool_example(), {"input", "output"}},
        Kind{add_example(), {"input", "input2", "output"}}}) {
    for (const Operand& operand : all) {
      const std::string& name = operand.first;
      const auto said = [&](int bits, int frac) {
        Descriptor d = kind.layer;
        operand.second(d) = {bits, frac, true, false};
        return error_of([&] { validate(d); });
      };
      for (const auto& [bits, frac] : {std::pair(1, -48), {1, 48}, {16, -48}, {16, 48}}) {
        EXPECT_EQ(said(bits, frac), "no error") << name;
      }
      for (const auto& [bits, frac] : {std::pair(0, 0), {17, 0}, {8, -49}, {8, 49}}) {
        const std::string field = name + (frac == 0 ? ".bits: " : ".frac: ");
        const std::string error = said(bits, frac);
        const bool is_used = kind.operands.count(name) > 0;
        EXPECT_EQ(is_used ? error.substr(0, field.size()) : error, is_used ? field : "no error")
            << to_string(kind.layer.kind);
      }
    }
  }
}

TEST(Descriptor, limits_of_fields_are_those_of_the_page) {
  struct Limit {
    std::string field;
    std::function<int&(Descriptor&)> of;
    int low, high;
  };
  const auto expect_limits = [](const Descriptor& layer, const std::vector<Limit>& limits) {
    for (const Limit& limit : limits) {
      for (const int value : {limit.low - 1, limit.low, limit.high, limit.high + 1}) {
        Descriptor d = layer;
        limit.of(d) = value;
        const bool is_good = value >= limit.low && value <= limit.high;
        const std::string range = std::to_string(limit.low) + ".." + std::to_string(limit.high);
        EXPECT_EQ(error_of([&] { validate(d); }),
                  is_good ? "no error"
                          : limit.field + ": " + std::to_string(value) + ", expected " + range)
            << to_string(d.kind);
      }
    }
  };
  const Limit shift{"shift", [](Descriptor& d) -> int& { return d.requant.shift; }, -192, 192};
  // 30 x 28 in one pool tile of 14 x 13 pixels, 3 x 3 x 48 products.
  expect_limits(
      example(),
      {{"pad_top", [](Descriptor& d) -> int& { return d.conv.pad_top; }, 0, 2},
       {"pad_left", [](Descriptor& d) -> int& { return d.conv.pad_left; }, 0, 2},
       {"pad_bottom", [](Descriptor& d) -> int& { return d.conv.pad_bottom; }, 0, 2},
       {"pad_right", [](Descriptor& d) -> int& { return d.conv.pad_right; }, 0, 2},
       {"tile_h", [](Descriptor& d) -> int& { return d.tiling.tile_h; }, 1, 14},
       {"tile_w", [](Descriptor& d) -> int& { return d.tiling.tile_w; }, 1, 13},
       {"tile_channels", [](Descriptor& d) -> int& { return d.tiling.tile_channels; }, 1, 64},
       {"chunk_k", [](Descriptor& d) -> int& { return d.tiling.chunk_k; }, 1, 432},
       shift});
  expect_limits(pool_example(),
                {{"pad_top", [](Descriptor& d) -> int& { return d.pool.pad_top; }, 0, 2},
                 {"pad_left", [](Descriptor& d) -> int& { return d.pool.pad_left; }, 0, 4},
                 {"pad_bottom", [](Descriptor& d) -> int& { return d.pool.pad_bottom; }, 0, 2},
                 {"pad_right", [](Descriptor& d) -> int& { return d.pool.pad_right; }, 0, 4},
                 {"tile_h", [](Descriptor& d) -> int& { return d.tiling.tile_h; }, 1, 10},
                 {"tile_w", [](Descriptor& d) -> int& { return d.tiling.tile_w; }, 1, 12},
                 shift});
  expect_limits(add_example(),
                {{"tile_h", [](Descriptor& d) -> int& { return d.tiling.tile_h; }, 1, 4},
                 {"tile_w", [](Descriptor& d) -> int& { return d.tiling.tile_w; }, 1, 6},
                 shift});
}

TEST(Descriptor, products_are_rounded_twice_and_sums_then_multiplied_as_well) {
  const auto reason = [](auto change, Descriptor d) {
    change(d);
    return error_of([&] { validate(d); });
  };
  const auto twice = [](Descriptor& d) { d.requant.rounding = Rounding::kTwice; };
  EXPECT_EQ(reason(twice, example()),
            "rounding: twice, expected once, where nothing is multiplied");
  Descriptor conv = example();
  conv.requant.multiplies = true;
  conv.requant.shift = 0;
  EXPECT_EQ(reason(twice, conv), "no error");
  const auto multiplied = [](Descriptor& d) { d.requant.sum_multiplier = 1; };
  EXPECT_EQ(reason(multiplied, conv), "sum_multiplier: 1, expected 0..0");
  Descriptor add = add_example();
  add.requant.multiplies = true;
  add.requant.shift = 0;
  EXPECT_EQ(reason(multiplied, add), "sum_multiplier: 1, expected 0..0") << "rounded once";
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.operand_shift = 1; }, add),
            "operand_shift: 1, expected 0..0");
  twice(add);
  EXPECT_EQ(reason([](Descriptor&) {}, add), "sum_multiplier: 0, expected 1..4294967295");
  EXPECT_EQ(reason(multiplied, add), "no error");
  multiplied(add);
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.operand_shift = 64; }, add),
            "operand_shift: 64, expected 0..63");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.operand2_shift = 64; }, add),
            "operand2_shift: 64, expected 0..63");
}

TEST(Descriptor, pools_that_only_shift_by_0_keep_a_zero_point) {
  Descriptor pool = pool_example();
  pool.requant.shift = 0;
  pool.input.zero_point = pool.requant.out.zero_point = 1;
  EXPECT_EQ(error_of([&] { validate(pool); }), "no error");
  pool.input.zero_point = 2;
  EXPECT_EQ(error_of([&] { validate(pool); }), "input.zero_point: 2, expected 0..0");
}

TEST(Descriptor, zero_points_and_multipliers_belong_to_layers_that_multiply) {
  const auto reason = [](auto change, Descriptor d) {
    change(d);
    return error_of([&] { validate(d); });
  };
  const auto affine = [](Descriptor d) {
    d.requant.multiplies = true;
    d.requant.shift = 0;
    return d;
  };
  const auto input = [](Descriptor& d) { d.input.zero_point = 1; };
  const auto output = [](Descriptor& d) { d.requant.out.zero_point = 1; };
  EXPECT_EQ(reason(input, example()), "input.zero_point: 1, expected 0..0");
  EXPECT_EQ(reason(output, example()), "output.zero_point: 1, expected 0..0");
  EXPECT_EQ(reason(input, affine(example())), "no error");
  EXPECT_EQ(reason(output, affine(example())), "no error");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.shift = 1; }, affine(example())),
            "shift: 1, expected 0..0");
  EXPECT_EQ(reason([](Descriptor& d) { d.input.zero_point = 70000; }, affine(example())),
            "input.zero_point: 70000 is not a code of the format, " +
                std::to_string(example().input.min_code()) + " to " +
                std::to_string(example().input.max_code()));
  for (const int shift : {0, 63}) {
    EXPECT_EQ(reason([&](Descriptor& d) { d.requant.shift = shift; }, affine(pool_example())),
              "no error");
  }
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.shift = 64; }, affine(pool_example())),
            "shift: 64, expected 0..63");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.multiplier2 = 3; }, add_example()),
            "multiplier2: 3, expected 0..0");
  Descriptor product = affine(add_example());
  product.pair = PairKind::kProduct;
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.multiplier2 = 0; }, product), "no error");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.multiplier2 = 1; }, product),
            "multiplier2: 1, expected 0..0");
  product.requant.multiplier2 = 0;
  product.pair = PairKind::kScaling;
  EXPECT_EQ(reason([](Descriptor& d) { d.input2_segment = d.add.channels; }, product), "no error");
  EXPECT_EQ(reason([](Descriptor& d) { d.input2_strip = 2; }, product),
            "input2_strip: 2, expected 0..1");
  const auto table = [](Descriptor& d) {
    const Shape in = d.pool.in;
    d.pool = {};
    d.pool.in = in;
    d.pool.kind = PoolKind::kTable;
    d.input.zero_point = d.requant.out.zero_point = 1;
  };
  Descriptor looked_up = pool_example();
  table(looked_up);
  EXPECT_EQ(reason([](Descriptor&) {}, looked_up), "no error");
  EXPECT_EQ(reason([](Descriptor& d) { d.input.bits = 9; }, looked_up),
            "input.bits: 9, expected 1..8");
  EXPECT_EQ(reason([](Descriptor& d) { d.pool.kernel_w = 2; }, looked_up),
            "kernel_w: 2, expected 1..1");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.shift = 1; }, looked_up),
            "shift: 1, expected 0..0");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.multiplies = true; }, looked_up),
            "multiplies: 1, expected 0..0");
  const auto leaky = [](Descriptor& d) { d.requant.leaky = true; };
  EXPECT_EQ(reason(leaky, affine(example())), "no error");
  EXPECT_EQ(reason(leaky, example()), "leaky: 1, expected 0..0");
  EXPECT_EQ(reason(leaky, affine(pool_example())), "leaky: 1, expected 0..0");
}

TEST(Descriptor, counts_1_to_15_thresholds_and_does_nothing_else) {
  const auto reason = [](const std::function<void(Descriptor&)>& change) {
    Descriptor d = example();
    d.requant = {};
    d.requant.rounding = Rounding::kHalfEven;
    d.requant.counts = true;
    d.requant.out = {4, 0, false, false};
    change(d);
    return error_of([&] { validate(d); });
  };
  EXPECT_EQ(reason([](Descriptor&) {}), "no error");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.out.bits = 5; }),
            "counts: 31 thresholds between the bounds of the output, expected 1..15");
  EXPECT_EQ(reason([](Descriptor& d) {
              d.requant.out.bits = 5;
              d.requant.clamp_high = 16;
            }),
            "no error");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.clamp_low = 15; }),
            "counts: 0 thresholds between the bounds of the output, expected 1..15");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.shift = 1; }), "shift: 1, expected 0..0");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.multiplies = true; }),
            "multiplies: 1, expected 0..0");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.out.zero_point = 1; }),
            "output.zero_point: 1, expected 0..0");
  EXPECT_EQ(reason([](Descriptor& d) { d.requant.rounding = Rounding::kFloor; }),
            "rounding: floor, expected half-even, where nothing is rounded");
}

TEST(Descriptor, a_fused_pool_fits_the_narrower_side_of_the_map) {
  Descriptor d = example();  // a map of 29 x 27
  d.tiling.tile_h = d.tiling.tile_w = 1;
  d.fused_pool = 27;
  EXPECT_EQ(error_of([&] { validate(d); }), "no error");
  d.fused_pool = 28;
  EXPECT_EQ(error_of([&] { validate(d); }), "fused_pool: 28, expected 1..27");
  std::swap(d.conv.in.height, d.conv.in.width);
  std::swap(d.conv.pad_top, d.conv.pad_left);
  std::swap(d.conv.pad_bottom, d.conv.pad_right);
  EXPECT_EQ(error_of([&] { validate(d); }), "fused_pool: 28, expected 1..27");
}

TEST(Descriptor, a_million_steps_are_the_most) {
  Descriptor d = add_example();
  d.tiling = {1, 1, 1, 1, LoopOrder::kWeightOuter};
  d.add = {1 << 10, 1 << 10, 1};
  EXPECT_EQ(error_of([&] { validate(d); }), "no error");
  d.add.width += 1;
  EXPECT_EQ(error_of([&] { validate(d); }), "tiling: too many steps, expected at most 1048576");
}

TEST(Descriptor, input_tiles_are_whole_planes_of_one_group) {
  const auto said = [](Descriptor d, int segment, int tile_in) {
    d.input_segment = segment;
    d.tiling.tile_in = tile_in;
    return error_of([&] { validate(d); });
  };
  Descriptor d = example();  // 48 channels
  d.tiling.chunk_k = d.conv.reduction();
  EXPECT_EQ(said(d, 0, 48), "no error");
  EXPECT_EQ(said(d, 0, 49), "tile_in: 49, expected 0..48");
  EXPECT_EQ(said(d, 0, 16), "tile_in: 16, expected all channels or whole planes of the input");
  EXPECT_EQ(said(d, 8, 12), "tile_in: 12, expected all channels or whole planes of the input");
  EXPECT_EQ(said(d, 8, 16), "no error");
  d.tiling.chunk_k = 9 * 16;
  d.tiling.order = LoopOrder::kWeightChunkOuter;
  EXPECT_EQ(said(d, 8, 16), "no error");
  d.tiling.chunk_k -= 1;
  EXPECT_EQ(said(d, 8, 16), "chunk_k: 143, expected all of an input tile, in this order");
  EXPECT_EQ(said(d, 8, 0), "no error");

  d.conv.groups = 2;  // of 24 channels
  d.tiling.order = LoopOrder::kPixelOuter;
  EXPECT_EQ(said(d, 16, 16), "tile_in: 16, expected groups of whole planes of the input");
  EXPECT_EQ(said(d, 8, 16), "no error");
  d.tiling.tile_channels = 64;
  EXPECT_EQ(said(d, 8, 16), "tile_in: 16, expected all channels of several groups");
  EXPECT_EQ(said(d, 8, 0), "no error");
  d.tiling.tile_channels = 48;
  EXPECT_EQ(said(d, 8, 0), "tile_channels: 48, expected part of a group of 32 or whole groups");
}

TEST(Descriptor, pools_and_additions_are_cut_between_planes_of_all_their_maps) {
  Descriptor pool = pool_example();  // 8 channels
  pool.tiling.tile_in = 4;
  EXPECT_EQ(error_of([&] { validate(pool); }),
            "tile_in: 4, expected all channels or whole planes of the input");
  pool.input_segment = 2;
  EXPECT_EQ(error_of([&] { validate(pool); }),
            "tile_in: 4, expected all channels or whole planes of the output");
  pool.output_segment = 4;
  EXPECT_EQ(error_of([&] { validate(pool); }), "no error");
  EXPECT_EQ(step_count(pool), 5 * 6 * 2);

  Descriptor add = add_example();
  add.tiling.tile_in = 4;
  add.input_segment = add.output_segment = 4;
  EXPECT_EQ(error_of([&] { validate(add); }),
            "tile_in: 4, expected all channels or whole planes of the second operand");
  add.input2_segment = 1;
  EXPECT_EQ(error_of([&] { validate(add); }), "no error");
}

TEST(Descriptor, steps_are_counted_in_every_loop) {
  Descriptor d = example();  // 14 x 13 outputs in tiles of 3 x 4, 64 channels in tiles of 32
  d.input_segment = 8;
  d.tiling.tile_in = 32;   // and 16
  d.tiling.chunk_k = 200;  // 288 and 144 steps
  EXPECT_EQ(step_count(d), 5 * 4 * 2 * (2 + 1));
}

/// A number of its own in every field of a pool and an addition, which example() does not have.
TEST(Descriptor, fields_of_pools_and_additions_come_back_each_in_its_place) {
  Descriptor d = pool_example();
  d.pool.kind = PoolKind::kAverage;
  d.pool.stride_h = 2;
  d.pool.stride_w = 3;
  d.pool.pad_top = 1;
  d.pool.pad_left = 4;
  d.pool.pad_bottom = 2;
  d.pool.pad_right = 3;
  const PoolShape pool = decode(encode(d)).pool;
  EXPECT_EQ(pool.kind, PoolKind::kAverage);
  EXPECT_EQ(pool.in, (Shape{12, 16, 8}));
  EXPECT_EQ((std::array{pool.kernel_h, pool.kernel_w, pool.stride_h, pool.stride_w, pool.pad_top,
                        pool.pad_left, pool.pad_bottom, pool.pad_right}),
            (std::array{3, 5, 2, 3, 1, 4, 2, 3}));

  Descriptor sum = add_example();
  sum.input = {5, 1, true, false};
  sum.input2 = {6, 2, false, true};
  sum.requant.out = {7, 3, true, true};
  sum.input_address = 64;
  sum.input2_address = 128;
  sum.output_address = 192;
  const Descriptor back = decode(encode(sum));
  EXPECT_EQ(back.input, sum.input);
  EXPECT_EQ(back.input2, sum.input2);
  EXPECT_EQ(back.requant.out, sum.requant.out);
  EXPECT_EQ(back.input_address, 64u);
  EXPECT_EQ(back.input2_address, 128u);
  EXPECT_EQ(back.output_address, 192u);
}

/// Whatever decodes must be cheap and safe to analyse.
void analyse(const Descriptor& d, const AcceleratorConfig& config) {
  std::int64_t steps = 0;
  if (step_count(d) < 4096) {
    for_each_step(d, [&](const Step& step) {
      ++steps;
      const InputRegion region = input_region(d, step.pixels);
      ASSERT_LT(region.y0, region.y1);
      ASSERT_LE(region.y1, d.input_shape().height);
      ASSERT_LT(region.x0, region.x1);
      ASSERT_LE(region.x1, d.input_shape().width);
    });
    EXPECT_EQ(steps, step_count(d));
  }
  EXPECT_GT(input_room(d, config).needed, 0);
  EXPECT_GT(d.output_on_chip ? kept_room(d, config).needed : output_room(d, config).needed, 0);
  EXPECT_GE(weight_room(d, config).needed, 0);
  EXPECT_GE(accumulator_room(d, config).needed, 0);
  if (why_illegal(d, config).empty()) predicted_counters(d, config);
}

TEST(Descriptor, random_bytes_never_do_harm) {
  std::mt19937_64 engine(3);
  for (int i = 0; i < 20000; ++i) {
    DescriptorBytes bytes;
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(engine());
    if (i % 2 == 0) poke(bytes, 0, 6, std::uint64_t{kDescriptorVersion} << 32 | kDescriptorMagic);
    EXPECT_THROW(decode(bytes), std::invalid_argument);
  }
}

TEST(Descriptor, mutated_descriptors_are_refused_or_safe) {
  RandomLayer random(5);
  int accepted = 0;
  const int descriptors = tries(20000, 60000);
  for (int i = 0; i < descriptors; ++i) {
    const AcceleratorConfig config = random.machine();
    Descriptor d = random.layer();
    d.tiling = random.tiling(d, config.array);
    DescriptorBytes bytes = encode(d);
    for (int n = random.pick(1, 3); n > 0; --n) {
      const auto at = static_cast<std::size_t>(random.pick(6, 79));
      bytes[at] = static_cast<std::uint8_t>(random.chance(2) ? random.pick(0, 255)
                                                             : random.pick(0, 1) * 255);
    }
    try {
      d = decode(bytes);
    } catch (const std::invalid_argument&) {
      continue;
    }
    ++accepted;
    analyse(d, config);
  }
  EXPECT_GT(accepted, descriptors / 12);
}

TEST(Descriptor, reference_page_has_the_table_of_fields) {
  std::ifstream file(DCNSIM_DESCRIPTOR_PAGE);
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(page.find("\n\n" + descriptor_reference()), std::string::npos)
      << descriptor_reference();
}

}  // namespace
}  // namespace dcnsim

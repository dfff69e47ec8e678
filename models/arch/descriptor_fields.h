// SPDX-License-Identifier: Apache-2.0
// The one table of a descriptor's fields: name, place, which layers use it, meaning. Encoding,
// decoding, the reference page and the driver's C header all walk it, so that they cannot disagree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/arch/descriptor.h"
#include "models/arch/registers.h"

namespace dcnsim::descriptor_fields {

/// Sets of layer kinds, as bits.
enum Kinds : unsigned { kConv = 1, kPool = 2, kAdd = 4, kWindow = kConv | kPool, kAny = 7 };

constexpr bool used_by(unsigned kinds, LayerKind kind) {
  return (kinds >> static_cast<unsigned>(kind) & 1u) != 0;
}

enum class Sign : std::uint8_t { kUnsigned, kSigned };

struct Field {
  std::string_view name;
  std::size_t offset;
  std::size_t bytes;
  unsigned kinds;  ///< zero in descriptors of other kinds
  std::string_view meaning;
  Sign sign = Sign::kUnsigned;
  reg::List<reg::EnumeratedValue> values = {};
  unsigned since = 1;  ///< version of the format; zero in descriptors of those before
};

/// From this offset on: what only units read that a machine has for the networks that ask for them,
/// those that round twice or count thresholds.
inline constexpr std::size_t kFieldsOfUnitsOnRequest = 204;

/// A row of the second version.
constexpr Field added(Field field) {
  field.since = 2;
  return field;
}

template <typename Enum>
constexpr reg::EnumeratedValue value(Enum code, std::string_view name, std::string_view meaning) {
  return {static_cast<std::uint32_t>(code), name, meaning};
}

inline constexpr reg::EnumeratedValue kKindValues[] = {
    value(LayerKind::kConv, "CONV", "convolution or fully-connected"),
    value(LayerKind::kPool, "POOL", "pool"), value(LayerKind::kAdd, "ADD", "add")};
inline constexpr reg::EnumeratedValue kOrderValues[] = {
    value(LoopOrder::kWeightOuter, "WEIGHT_OUTER", "N P I"),
    value(LoopOrder::kPixelOuter, "PIXEL_OUTER", "P N I"),
    value(LoopOrder::kWeightChunkOuter, "WEIGHT_CHUNK_OUTER", "N I P"),
    value(LoopOrder::kPixelChunkOuter, "PIXEL_CHUNK_OUTER", "P I N")};
inline constexpr reg::EnumeratedValue kPoolKindValues[] = {
    value(PoolKind::kMax, "MAX", "maximum"), value(PoolKind::kAverage, "AVERAGE", "average"),
    value(PoolKind::kTable, "TABLE", "looked up")};
inline constexpr reg::EnumeratedValue kPairKindValues[] = {
    value(PairKind::kSum, "SUM", "sum"), value(PairKind::kProduct, "PRODUCT", "product"),
    value(PairKind::kScaling, "SCALING", "product with one pixel")};
inline constexpr reg::EnumeratedValue kRoundingValues[] = {
    value(Rounding::kHalfEven, "HALF_EVEN", "half to even"),
    value(Rounding::kHalfUp, "HALF_UP", "half up"),
    value(Rounding::kHalfAway, "HALF_AWAY", "half away from zero"),
    value(Rounding::kTowardZero, "TOWARD_ZERO", "towards zero"),
    value(Rounding::kFloor, "FLOOR", "floor"),
    value(Rounding::kTwice, "TWICE", "31 bits half up, the others half away from zero")};

struct FormatFields {
  Field bits, frac, is_signed, narrow;
};

struct SliceFields {
  Field row, column, stride_h, stride_w, height, width, zeros_before, zeros_after;
};

template <typename SliceType, typename Visitor>
void visit_slice(const SliceFields& fields, SliceType& slice, Visitor& visit) {
  visit(added(fields.row), slice.row);
  visit(added(fields.column), slice.column);
  visit(added(fields.stride_h), slice.stride_h);
  visit(added(fields.stride_w), slice.stride_w);
  visit(added(fields.height), slice.height);
  visit(added(fields.width), slice.width);
  visit(added(fields.zeros_before), slice.zeros_before);
  visit(added(fields.zeros_after), slice.zeros_after);
}

template <typename FormatType, typename Visitor>
void visit_format(const FormatFields& fields, FormatType& format, Visitor& visit) {
  visit(fields.bits, format.bits);
  visit(fields.frac, format.frac);
  visit(fields.is_signed, format.is_signed);
  visit(fields.narrow, format.narrow);
}

/// Calls visit(field, member) for every field in the order of offsets, visit.constant(field, value)
/// for those that never vary, and visit.version(field, value) for the one that says which version
/// it is. A visitor that writes members must set `kind` when it is visited: where later fields
/// belong depends on it.
template <typename DescriptorType, typename Visitor>
void visit_fields(DescriptorType& d, Visitor& visit) {
  visit.constant(Field{"magic", 0, 4, kAny, "0x444C4E44, the bytes \"DNLD\""}, kDescriptorMagic);
  visit.version(Field{"version", 4, 2, kAny, "2; in a descriptor of 1 all that 2 added is zero"},
                std::uint32_t{kDescriptorVersion});
  visit(Field{"kind", 6, 1, kAny, "", Sign::kUnsigned, kKindValues}, d.kind);
  visit(Field{"order", 7, 1, kConv, "loops over N, P and I, outermost first", Sign::kUnsigned,
              kOrderValues},
        d.tiling.order);

  const bool pool = d.kind == LayerKind::kPool;
  auto& in = pool ? d.pool.in : d.kind == LayerKind::kAdd ? d.add : d.conv.in;
  visit(Field{"in.height", 8, 2, kAny, "rows of the input map"}, in.height);
  visit(Field{"in.width", 10, 2, kAny, "columns of the input map"}, in.width);
  visit(Field{"in.channels", 12, 2, kAny, "channels of the input map"}, in.channels);
  visit(Field{"out_channels", 14, 2, kConv, "channels of the output map"}, d.conv.out_channels);
  const auto of_window = [&](auto conv_member, auto pool_member) -> auto& {
    return pool ? d.pool.*pool_member : d.conv.*conv_member;
  };
  visit(Field{"kernel_h", 16, 2, kWindow, "rows of the window"},
        of_window(&ConvShape::kernel_h, &PoolShape::kernel_h));
  visit(Field{"kernel_w", 18, 2, kWindow, "columns of the window"},
        of_window(&ConvShape::kernel_w, &PoolShape::kernel_w));
  visit(Field{"stride_h", 20, 2, kWindow, "rows from one window to the next"},
        of_window(&ConvShape::stride_h, &PoolShape::stride_h));
  visit(Field{"stride_w", 22, 2, kWindow, "columns from one window to the next"},
        of_window(&ConvShape::stride_w, &PoolShape::stride_w));
  visit(Field{"pad_top", 24, 2, kWindow, "rows of padding, fewer than kernel_h"},
        of_window(&ConvShape::pad_top, &PoolShape::pad_top));
  visit(Field{"pad_left", 26, 2, kWindow, "columns of padding, fewer than kernel_w"},
        of_window(&ConvShape::pad_left, &PoolShape::pad_left));
  visit(Field{"pad_bottom", 28, 2, kWindow, "rows of padding, fewer than kernel_h"},
        of_window(&ConvShape::pad_bottom, &PoolShape::pad_bottom));
  visit(Field{"pad_right", 30, 2, kWindow, "columns of padding, fewer than kernel_w"},
        of_window(&ConvShape::pad_right, &PoolShape::pad_right));
  visit(Field{"groups", 32, 2, kConv, "groups of channels"}, d.conv.groups);
  visit(Field{"fused_pool", 34, 2, kConv, "max pool window and stride on the output, 1 for none"},
        d.fused_pool);
  visit(Field{"pool_kind", 36, 1, kPool, "", Sign::kUnsigned, kPoolKindValues}, d.pool.kind);
  visit(Field{"count_include_pad", 37, 1, kPool, "1: an average divides by the window's size"},
        d.pool.count_include_pad);

  visit(Field{"rounding", 38, 1, kAny, "", Sign::kUnsigned, kRoundingValues}, d.requant.rounding);
  visit(Field{"relu", 39, 1, kAny, "1: negative results become 0"}, d.requant.relu);
  visit(Field{"shift", 40, 2, kAny,
              "right shift before rounding, -192..192; behind a multiplier 0..63, of channels 0",
              Sign::kSigned},
        d.requant.shift);
  visit(Field{"proved", 42, 1, kConv, "1: no accumulator can overflow"}, d.proved);

  visit(Field{"input_on_chip", 43, 1, kAny, "1: the input is what the descriptor before kept"},
        d.input_on_chip);
  visit(Field{"output_on_chip", 44, 1, kAny, "1: the output stays on chip for the next descriptor"},
        d.output_on_chip);

  visit(added({"multiplies", 45, 1, kAny,
               "1: by multipliers, those of each channel or of the operands"}),
        d.requant.multiplies);
  visit(added({"leaky", 46, 1, kConv, "1: negative sums have multipliers of their own"}),
        d.requant.leaky);
  visit(added({"pair_kind", 47, 1, kAdd, "", Sign::kUnsigned, kPairKindValues}), d.pair);

  visit_format({{"input.bits", 48, 1, kAny, "width of the input codes, 1..16"},
                {"input.frac", 49, 1, kAny, "their fractional bits, -48..48", Sign::kSigned},
                {"input.signed", 50, 1, kAny, "1: two's complement"},
                {"input.narrow", 51, 1, kAny, "1: symmetric range"}},
               d.input, visit);
  visit_format({{"input2.bits", 52, 1, kAdd, "second operand: as for the input"},
                {"input2.frac", 53, 1, kAdd, "as input.frac", Sign::kSigned},
                {"input2.signed", 54, 1, kAdd, "as input.signed"},
                {"input2.narrow", 55, 1, kAdd, "as input.narrow"}},
               d.input2, visit);
  visit_format(
      {{"weight.bits", 56, 1, kConv, "weights: as for the input"},
       {"weight.frac", 57, 1, kConv, "as input.frac", Sign::kSigned},
       {"weight.signed", 58, 1, kConv, "as input.signed"},
       {"weight.narrow", 59, 1, kConv, "as input.narrow; a signed bit is then +1 (0) or -1 (1)"}},
      d.weight, visit);
  visit_format({{"output.bits", 60, 1, kAny, "output: as for the input"},
                {"output.frac", 61, 1, kAny, "as input.frac", Sign::kSigned},
                {"output.signed", 62, 1, kAny, "as input.signed"},
                {"output.narrow", 63, 1, kAny, "as input.narrow"}},
               d.requant.out, visit);

  visit(Field{"tile_h", 64, 2, kAny, "output rows a tile, after the fused pool"}, d.tiling.tile_h);
  visit(Field{"tile_w", 66, 2, kAny, "output columns a tile"}, d.tiling.tile_w);
  visit(Field{"tile_channels", 68, 2, kConv, "output channels a weight tile"},
        d.tiling.tile_channels);
  visit(added({"tile_in", 70, 2, kAny, "input channels a tile, 0 for all (of a group)"}),
        d.tiling.tile_in);
  visit(Field{"chunk_k", 72, 4, kConv, "reduction steps a weight tile"}, d.tiling.chunk_k);
  visit(Field{"input_address", 80, 8, kAny, "input map; all addresses are multiples of the bus"},
        d.input_address);
  visit(Field{"input2_address", 88, 8, kAdd, "second operand"}, d.input2_address);
  visit(
      Field{"weight_address", 96, 8, kWindow, "blocks of biases, weights and parameters; a table"},
      d.weight_address);
  visit(Field{"output_address", 104, 8, kAny, "output map"}, d.output_address);
  visit(added({"input_segment", 112, 2, kAny, "channels a plane of the input map, 0 for all"}),
        d.input_segment);
  visit(added({"input2_segment", 114, 2, kAdd, "likewise of the second operand"}),
        d.input2_segment);
  visit(added({"output_segment", 116, 2, kAny, "likewise of the output map"}), d.output_segment);

  visit(
      added({"clamp_low", 120, 4, kAny, "codes at the lower end of output's that never come out"}),
      d.requant.clamp_low);
  visit(added({"clamp_high", 124, 4, kAny, "likewise at the upper end; both 0: no bounds"}),
        d.requant.clamp_high);

  visit(added({"gap_h", 128, 2, kConv, "rows left out between two of the window"}), d.conv.gap_h);
  visit(added({"gap_w", 130, 2, kConv, "columns left out likewise"}), d.conv.gap_w);
  visit_slice({{"slice.row", 132, 2, kAny, "row of the input map that is the input's first"},
               {"slice.column", 134, 2, kAny, "likewise of its columns"},
               {"slice.stride_h", 136, 2, kAny, "rows from one of the input to the next, 0 for 1"},
               {"slice.stride_w", 138, 2, kAny, "columns likewise"},
               {"slice.height", 140, 2, kAny, "rows of the input map, 0 for in.height"},
               {"slice.width", 142, 2, kAny, "its columns, 0 for in.width"},
               {"slice.zeros_before", 144, 2, kAny, "channels of zeros in front of the map's"},
               {"slice.zeros_after", 146, 2, kAny, "channels of zeros behind them"}},
              d.input_slice, visit);
  visit(added({"batch", 148, 2, kAny, "images with a map each, 0 for 1"}), d.batch);
  visit(added({"multiplier", 152, 4, kPool | kAdd, "factor of the (first) operand's codes"}),
        d.requant.multiplier);
  visit(added({"multiplier2", 156, 4, kAdd, "factor of the second operand's"}),
        d.requant.multiplier2);
  visit(added({"input_strip", 160, 2, kAny, "columns a strip of the input map, 0 for all"}),
        d.input_strip);
  visit(added({"input2_strip", 162, 2, kAdd, "likewise of the second operand"}), d.input2_strip);
  visit(added({"output_strip", 164, 2, kAny, "likewise of the output map"}), d.output_strip);
  visit_slice({{"slice2.row", 168, 2, kAdd, "second operand: as for the input"},
               {"slice2.column", 170, 2, kAdd, "as slice.column"},
               {"slice2.stride_h", 172, 2, kAdd, "as slice.stride_h"},
               {"slice2.stride_w", 174, 2, kAdd, "as slice.stride_w"},
               {"slice2.height", 176, 2, kAdd, "as slice.height"},
               {"slice2.width", 178, 2, kAdd, "as slice.width"},
               {"slice2.zeros_before", 180, 2, kAdd, "as slice.zeros_before"},
               {"slice2.zeros_after", 182, 2, kAdd, "as slice.zeros_after"}},
              d.input2_slice, visit);
  visit(added({"batch_stride", 184, 8, kAny, "bytes from the maps of an image to the next one's"}),
        d.batch_stride);
  const auto zero_point = [&](std::string_view name, std::size_t offset, unsigned kinds,
                              std::string_view meaning, auto& member) {
    visit(added({name, offset, 4, kinds, meaning, Sign::kSigned}), member);
  };
  zero_point("input.zero_point", 192, kAny, "the code that stands for 0, as padding does",
             d.input.zero_point);
  zero_point("input2.zero_point", 196, kAdd, "likewise of the second operand", d.input2.zero_point);
  zero_point("output.zero_point", 200, kAny, "likewise of the output", d.requant.out.zero_point);
  visit(added({"sum_multiplier", kFieldsOfUnitsOnRequest, 4, kAdd,
               "of a sum that is rounded twice: factor of it"}),
        d.requant.sum_multiplier);
  visit(added({"operand_shift", 208, 1, kAdd, "likewise: shift of the first operand's product"}),
        d.requant.operand_shift);
  visit(added({"operand2_shift", 209, 1, kAdd, "likewise of the second operand's"}),
        d.requant.operand2_shift);
  visit(added({"counts", 210, 1, kConv,
               "1: a sum becomes how many of its channel's thresholds it reaches"}),
        d.requant.counts);
}

}  // namespace dcnsim::descriptor_fields

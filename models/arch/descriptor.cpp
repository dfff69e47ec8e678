// SPDX-License-Identifier: Apache-2.0
#include "models/arch/descriptor.h"

#include <algorithm>
#include <bitset>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "models/arch/descriptor_fields.h"
#include "models/arch/memory_layout.h"

namespace dcnsim {
namespace {

using descriptor_fields::Field;
using descriptor_fields::Sign;
using descriptor_fields::used_by;
using descriptor_fields::visit_fields;

constexpr int kMaxSize = 65535;
constexpr int kMaxShift = 4 * kMaxFrac;
constexpr std::int64_t kMaxElements = std::int64_t{1} << 30;

[[noreturn]] void fail(std::string_view field, const std::string& value,
                       const std::string& expected) {
  throw std::invalid_argument(std::string(field) + ": " + value + ", expected " + expected);
}

void require_range(std::string_view field, std::int64_t value, std::int64_t low,
                   std::int64_t high) {
  if (value >= low && value <= high) return;
  fail(field, std::to_string(value), std::to_string(low) + ".." + std::to_string(high));
}

/// Largest value of a member's type where that is less than its place could hold.
template <typename T>
constexpr std::int64_t largest() {
  if constexpr (std::is_same_v<T, bool>) {
    return 1;
  } else if constexpr (std::is_same_v<T, PoolKind>) {
    return static_cast<std::int64_t>(PoolKind::kTable);
  } else if constexpr (std::is_same_v<T, PairKind>) {
    return static_cast<std::int64_t>(PairKind::kScaling);
  } else if constexpr (std::is_same_v<T, LoopOrder>) {
    return static_cast<std::int64_t>(LoopOrder::kPixelChunkOuter);
  } else if constexpr (std::is_same_v<T, LayerKind>) {
    return static_cast<std::int64_t>(LayerKind::kAdd);
  } else if constexpr (std::is_same_v<T, Rounding>) {
    return static_cast<std::int64_t>(Rounding::kTwice);
  } else if constexpr (std::is_same_v<T, std::uint32_t>) {
    return std::numeric_limits<std::uint32_t>::max();
  } else {
    static_assert(std::is_same_v<T, int>);
    return std::numeric_limits<int>::max();
  }
}

class FieldWriter {
 public:
  explicit FieldWriter(LayerKind kind) : kind_(kind) {}

  void constant(const Field& field, std::uint32_t value) { put(field, value); }
  void version(const Field& field, std::uint32_t value) { put(field, value); }
  void operator()(const Field& field, const std::uint64_t& value) {
    if (used_by(field.kinds, kind_)) put(field, value);
  }
  template <typename T>
  void operator()(const Field& field, const T& member) {
    if (!used_by(field.kinds, kind_)) return;
    const auto value = static_cast<std::int64_t>(member);
    const std::int64_t codes = std::int64_t{1} << (8 * field.bytes);
    const bool is_signed = field.sign == Sign::kSigned;
    require_range(field.name, value, is_signed ? -codes / 2 : 0,
                  std::min(largest<T>(), (is_signed ? codes / 2 : codes) - 1));
    put(field, static_cast<std::uint64_t>(value));
  }

  DescriptorBytes bytes{};

 private:
  void put(const Field& field, std::uint64_t value) {
    for (std::size_t i = 0; i < field.bytes; ++i) {
      bytes[field.offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  }

  LayerKind kind_;
};

class FieldReader {
 public:
  /// `kind` is that of the descriptor being read, known once its field has been visited.
  FieldReader(const DescriptorBytes& bytes, const LayerKind& kind) : bytes_(bytes), kind_(kind) {}

  void constant(const Field& field, std::uint32_t expected) {
    const std::uint64_t value = take(field);
    if (value != expected) fail(field.name, std::to_string(value), std::to_string(expected));
  }
  void version(const Field& field, std::uint32_t latest) {
    version_ = take(field);
    require_range(field.name, static_cast<std::int64_t>(version_), 1, latest);
  }
  void operator()(const Field& field, std::uint64_t& member) {
    const std::uint64_t value = take(field);
    if (is_used(field, value)) member = value;
  }
  template <typename T>
  void operator()(const Field& field, T& member) {
    const std::uint64_t raw = take(field);
    if (!is_used(field, raw)) return;
    auto value = static_cast<std::int64_t>(raw);
    const std::int64_t codes = std::int64_t{1} << (8 * field.bytes);
    if (field.sign == Sign::kSigned && value >= codes / 2) value -= codes;
    if (value > largest<T>()) require_range(field.name, value, 0, largest<T>());
    member = static_cast<T>(value);
  }

  std::uint64_t version() const { return version_; }

  void require_rest_zero() const {
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      if (!taken_[i] && bytes_[i] != 0) {
        fail("reserved byte " + std::to_string(i), std::to_string(bytes_[i]), "0");
      }
    }
  }

 private:
  std::uint64_t take(const Field& field) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < field.bytes; ++i) {
      value |= std::uint64_t{bytes_[field.offset + i]} << (8 * i);
      taken_.set(field.offset + i);
    }
    return value;
  }

  bool is_used(const Field& field, std::uint64_t value) const {
    if (field.since > version_) {
      if (value != 0) {
        fail(field.name, std::to_string(value), "0 in version " + std::to_string(version_));
      }
      return false;
    }
    if (used_by(field.kinds, kind_)) return true;
    if (value != 0) {
      fail(field.name, std::to_string(value),
           "0 in a descriptor of kind " + std::string(to_string(kind_)));
    }
    return false;
  }

  const DescriptorBytes& bytes_;
  const LayerKind& kind_;
  std::uint64_t version_ = kDescriptorVersion;
  std::bitset<kDescriptorBytes> taken_;
};

class ReferenceTable {
 public:
  void constant(const Field& field, std::uint32_t) { row(field); }
  void version(const Field& field, std::uint32_t) { row(field); }
  template <typename T>
  void operator()(const Field& field, const T&) {
    row(field);
  }

  std::string text =
      "| Offset | Bytes | Field | Layers | Meaning |\n| ---: | ---: | --- | --- | --- |\n";

 private:
  void row(const Field& field) {
    std::string layers;
    for (const LayerKind kind : {LayerKind::kConv, LayerKind::kPool, LayerKind::kAdd}) {
      if (!used_by(field.kinds, kind)) continue;
      if (!layers.empty()) layers += ", ";
      layers += to_string(kind);
    }
    if (field.kinds == descriptor_fields::kAny) layers = "all";
    text += "| " + std::to_string(field.offset) + " | " + std::to_string(field.bytes) + " | " +
            std::string(field.name) + " | " + layers + " | " + std::string(field.meaning);
    const char* separator = field.meaning.empty() ? "" : ": ";
    for (const reg::EnumeratedValue& v : field.values) {
      text += separator + std::to_string(v.value) + " " + std::string(v.description);
      separator = ", ";
    }
    text += field.sign == Sign::kSigned ? " (two's complement) |\n" : " |\n";
  }
};

void validate_format(const char* field, const Format& format) {
  try {
    validate(format);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(std::string(field) + '.' + error.what());
  }
}

/// A map has no codes that are signs: the zeros of its padding are none.
void validate_map_format(const char* field, const Format& format) {
  validate_format(field, format);
  if (format.is_sign()) fail(std::string(field) + ".narrow", "1", "0 in a map of signed bits");
}

void validate_sizes(std::initializer_list<std::pair<const char*, int>> sizes) {
  for (const auto& [field, value] : sizes) require_range(field, value, 1, kMaxSize);
}

/// Rows or columns from the first to the last of a window.
std::int64_t span(int kernel, int gap) { return kernel + (std::int64_t{kernel} - 1) * gap; }

/// Convolution and pool; every window then reaches into the map.
template <typename Window>
void validate_window(const Window& window, std::int64_t span_h, std::int64_t span_w) {
  validate_sizes({{"kernel_h", window.kernel_h},
                  {"kernel_w", window.kernel_w},
                  {"stride_h", window.stride_h},
                  {"stride_w", window.stride_w}});
  require_range("pad_top", window.pad_top, 0, span_h - 1);
  require_range("pad_left", window.pad_left, 0, span_w - 1);
  require_range("pad_bottom", window.pad_bottom, 0, span_h - 1);
  require_range("pad_right", window.pad_right, 0, span_w - 1);
  validate(window);
}

void validate_geometry(const Descriptor& d) {
  const Shape in = d.input_shape();
  validate_sizes({{"in.height", in.height}, {"in.width", in.width}, {"in.channels", in.channels}});
  switch (d.kind) {
    case LayerKind::kConv:
      validate_sizes({{"out_channels", d.conv.out_channels}, {"groups", d.conv.groups}});
      require_range("gap_h", d.conv.gap_h, 0, kMaxSize);
      require_range("gap_w", d.conv.gap_w, 0, kMaxSize);
      validate_window(d.conv, span(d.conv.kernel_h, d.conv.gap_h),
                      span(d.conv.kernel_w, d.conv.gap_w));
      require_range("fused_pool", d.fused_pool, 1, std::min(d.conv.out_h(), d.conv.out_w()));
      return;
    case LayerKind::kPool:
      validate_window(d.pool, d.pool.kernel_h, d.pool.kernel_w);
      require_range("kernel_w", d.pool.kernel_w, 1, kMaxElements / d.pool.kernel_h);
      return;
    case LayerKind::kAdd:
      require_range("in.channels", in.channels, 1,
                    kMaxElements / (std::int64_t{in.height} * in.width));
      return;
  }
}

/// A table is looked up pixel by pixel, and nothing else is done.
void validate_table(const Descriptor& d) {
  if (!d.has_table()) return;
  require_range("input.bits", d.input.bits, 1, kMaxTableBits);
  for (const auto& [field, value] : {std::pair("kernel_h", d.pool.kernel_h),
                                     {"kernel_w", d.pool.kernel_w},
                                     {"stride_h", d.pool.stride_h},
                                     {"stride_w", d.pool.stride_w}}) {
    require_range(field, value, 1, 1);
  }
  require_range("shift", d.requant.shift, 0, 0);
  require_range("multiplies", d.requant.multiplies, 0, 0);
}

/// Of an addition that rounds twice, and only of one, the sum is multiplied as well.
void validate_rounding(const Descriptor& d) {
  const Requant& requant = d.requant;
  const bool twice = requant.rounding == Rounding::kTwice;
  if (twice && !requant.multiplies) {
    fail("rounding", std::string(to_string(requant.rounding)), "once, where nothing is multiplied");
  }
  const bool adds = twice && d.kind == LayerKind::kAdd && !multiplies(d.pair);
  constexpr std::int64_t kAny = std::numeric_limits<std::uint32_t>::max();
  require_range("sum_multiplier", requant.sum_multiplier, adds ? 1 : 0, adds ? kAny : 0);
  require_range("operand_shift", requant.operand_shift, 0, adds ? kMaxScaleShift : 0);
  require_range("operand2_shift", requant.operand2_shift, 0, adds ? kMaxScaleShift : 0);
}

/// A pool that takes codes as they are: their zero point is the output's.
bool keeps_zero_point(const Descriptor& d) {
  return d.kind == LayerKind::kPool && !d.has_table() && d.requant.shift == 0 &&
         d.input.zero_point == d.requant.out.zero_point;
}

/// Counting thresholds is for sums of convolutions; nothing is shifted or rounded then.
void validate_thresholds(const Descriptor& d) {
  if (!d.requant.counts) return;
  require_range("multiplies", d.requant.multiplies, 0, 0);
  require_range("shift", d.requant.shift, 0, 0);
  if (d.requant.rounding != Rounding::kHalfEven) {
    fail("rounding", std::string(to_string(d.requant.rounding)),
         std::string(to_string(Rounding::kHalfEven)) + ", where nothing is rounded");
  }
  const int thresholds = d.requant.thresholds_a_channel();
  if (thresholds < 1 || thresholds > kMaxThresholds) {
    fail("counts", std::to_string(thresholds) + " thresholds between the bounds of the output",
         "1.." + std::to_string(kMaxThresholds));
  }
}

/// Zero points and multipliers are for requantizers that multiply. A table has zero points in it.
void validate_scale(const Descriptor& d) {
  const Requant& requant = d.requant;
  const bool may_leak = requant.multiplies && d.kind == LayerKind::kConv;
  require_range("leaky", requant.leaky, 0, may_leak ? 1 : 0);
  if (d.kind == LayerKind::kAdd && multiplies(d.pair)) {
    require_range("multiplier2", requant.multiplier2, 0, 0);
  }
  if (!requant.multiplies) {
    require_range("shift", requant.shift, -kMaxShift, kMaxShift);
    require_range("multiplier", requant.multiplier, 0, 0);
    require_range("multiplier2", requant.multiplier2, 0, 0);
    if (d.has_table() || keeps_zero_point(d)) return;
    require_range("input.zero_point", d.input.zero_point, 0, 0);
    require_range("input2.zero_point", d.input2.zero_point, 0, 0);
    require_range("output.zero_point", requant.out.zero_point, 0, 0);
    return;
  }
  require_range("shift", requant.shift, 0, d.kind == LayerKind::kConv ? 0 : kMaxScaleShift);
}

/// Some code is left.
void validate_bounds(const Requant& requant) {
  const std::int32_t greatest = requant.out.max_code();
  require_range("clamp_low", requant.clamp_low, 0, greatest - requant.out.min_code());
  require_range("clamp_high", requant.clamp_high, 0, greatest - requant.min_code());
}

/// Along one axis: the last row or column of the input lies in the map.
void validate_steps(const std::string& slice, const char* first_name, int first, int step,
                    int count, const char* extent_name, int extent) {
  require_range(slice + extent_name, extent, count, kMaxSize);
  require_range(slice + first_name, first, 0, extent - 1 - std::int64_t{count - 1} * step);
}

void validate_slice(const std::string& name, const InputSlice& slice, const Shape& in) {
  require_range(name + "stride_h", slice.stride_h, 0, kMaxSize);
  require_range(name + "stride_w", slice.stride_w, 0, kMaxSize);
  require_range(name + "zeros_before", slice.zeros_before, 0, in.channels - 1);
  require_range(name + "zeros_after", slice.zeros_after, 0, in.channels - 1 - slice.zeros_before);
  const Shape map = slice.map(in);
  validate_steps(name, "row", slice.row, slice.row_step(), in.height, "height", map.height);
  validate_steps(name, "column", slice.column, slice.column_step(), in.width, "width", map.width);
  require_range(name + "width", map.width, 1,
                kMaxElements / (std::int64_t{map.height} * map.channels));
}

void validate_slices(const Descriptor& d) {
  validate_slice("slice.", d.input_slice, d.input_shape());
  if (d.kind == LayerKind::kAdd) validate_slice("slice2.", d.input2_slice, d.input2_shape());
}

/// Maps on chip are not cut into planes and strips.
void validate_layouts(const Descriptor& d) {
  const Shape on_chip{0, 0, 0};
  const Shape in = d.input_on_chip ? on_chip : d.input_slice.map(d.input_shape());
  const Shape out = d.output_on_chip ? on_chip : d.output_shape();
  require_range("input_segment", d.input_segment, 0, in.channels);
  require_range("input_strip", d.input_strip, 0, in.width);
  if (d.kind == LayerKind::kAdd) {
    const Shape in2 = d.input2_slice.map(d.input2_shape());
    require_range("input2_segment", d.input2_segment, 0, in2.channels);
    require_range("input2_strip", d.input2_strip, 0, in2.width);
  }
  require_range("output_segment", d.output_segment, 0, out.channels);
  require_range("output_strip", d.output_strip, 0, out.width);
}

/// Channels [first, first + tile_in) of a map in planes of `segment` channels are to be whole ones.
void require_planes(const Descriptor& d, std::string_view map, int segment) {
  if (segment != 0 && d.tiling.tile_in % segment == 0) return;
  fail("tile_in", std::to_string(d.tiling.tile_in),
       "all channels or whole planes of the " + std::string(map));
}

void validate_tile_in(const Descriptor& d) {
  const Tiling& t = d.tiling;
  const bool conv = d.kind == LayerKind::kConv;
  const int channels = conv ? d.conv.in.channels / d.conv.groups : d.input_shape().channels;
  require_range("tile_in", t.tile_in, 0, channels);
  if (t.tile_in == 0 || t.tile_in == channels) return;
  if (d.input_slice.has_zeros() || d.input2_slice.has_zeros()) {
    fail("tile_in", std::to_string(t.tile_in), "all channels, of which some are zeros");
  }
  if (!d.input_on_chip) require_planes(d, "input", d.input_segment);
  if (d.kind == LayerKind::kAdd) require_planes(d, "second operand", d.input2_segment);
  if (!conv) {
    if (!d.output_on_chip) require_planes(d, "output", d.output_segment);
    return;
  }
  if (d.conv.groups > 1 && !d.input_on_chip && channels % d.input_segment != 0) {
    fail("tile_in", std::to_string(t.tile_in), "groups of whole planes of the input");
  }
  if (t.tile_channels > d.conv.out_channels / d.conv.groups) {
    fail("tile_in", std::to_string(t.tile_in), "all channels of several groups");
  }
  if (t.order == LoopOrder::kWeightChunkOuter &&
      t.chunk_k < d.conv.kernel_h * d.conv.kernel_w * t.tile_in) {
    fail("chunk_k", std::to_string(t.chunk_k), "all of an input tile, in this order");
  }
}

/// All maps together are no larger than one may be.
void validate_batch(const Descriptor& d) {
  const auto elements = [](const Shape& map) {
    return std::int64_t{map.height} * map.width * map.channels;
  };
  const std::int64_t largest =
      std::max({elements(d.input_shape()), elements(d.input_slice.map(d.input_shape())),
                elements(d.output_shape())});
  require_range("batch", d.batch, 0, std::max<std::int64_t>(1, kMaxElements / largest));
}

void validate_tiling(const Descriptor& d) {
  const Tiling& t = d.tiling;
  const Shape out = d.output_shape();
  require_range("tile_h", t.tile_h, 1, out.height);
  require_range("tile_w", t.tile_w, 1, out.width);
  if (d.kind == LayerKind::kConv) {
    const int of_group = d.conv.out_channels / d.conv.groups;
    require_range("tile_channels", t.tile_channels, 1, d.conv.out_channels);
    if (t.tile_channels > of_group && t.tile_channels % of_group != 0) {
      fail("tile_channels", std::to_string(t.tile_channels),
           "part of a group of " + std::to_string(of_group) + " or whole groups");
    }
    require_range("chunk_k", t.chunk_k, 1, d.conv.reduction());
  }
  validate_tile_in(d);
  if (step_count(d) > kMaxSteps) {
    fail("tiling", "too many steps", "at most " + std::to_string(kMaxSteps));
  }
}

}  // namespace

std::int64_t step_count(const Descriptor& d) {
  const Tiling& t = d.tiling;
  const Shape out = d.output_shape();
  std::int64_t steps =
      std::int64_t{d.images()} * ceil_div(out.height, t.tile_h) * ceil_div(out.width, t.tile_w);
  if (steps > kMaxSteps) return steps;
  if (d.kind != LayerKind::kConv) {
    return t.tile_in == 0 ? steps : steps * ceil_div(out.channels, t.tile_in);
  }
  // At most 2^16 channel tiles, then 2^30 chunks: no product overflows.
  const ConvShape& conv = d.conv;
  const int of_group = conv.out_channels / conv.groups, inputs = conv.in.channels / conv.groups;
  steps *= t.tile_channels > of_group
               ? ceil_div(conv.out_channels, t.tile_channels)
               : std::int64_t{conv.groups} * ceil_div(of_group, t.tile_channels);
  if (steps > kMaxSteps) return steps;
  const auto chunks = [&](int channels) {
    return ceil_div(conv.kernel_h * conv.kernel_w * channels, t.chunk_k);
  };
  const int tile_in = t.tile_in == 0 ? inputs : t.tile_in;
  const int whole = inputs / tile_in, rest = inputs % tile_in;
  return steps * (std::int64_t{whole} * chunks(tile_in) + chunks(rest));
}

void validate(const Descriptor& d) {
  validate_geometry(d);
  validate_map_format("input", d.input);
  if (d.kind == LayerKind::kAdd) validate_map_format("input2", d.input2);
  if (d.kind == LayerKind::kConv) validate_format("weight", d.weight);
  validate_map_format("output", d.requant.out);
  validate_table(d);
  validate_scale(d);
  validate_rounding(d);
  validate_bounds(d.requant);
  validate_thresholds(d);
  validate_slices(d);
  validate_batch(d);
  validate_layouts(d);
  validate_tiling(d);
}

DescriptorBytes encode(const Descriptor& descriptor) {
  FieldWriter writer(descriptor.kind);
  visit_fields(descriptor, writer);
  return writer.bytes;
}

Descriptor decode(const DescriptorBytes& bytes) {
  Descriptor descriptor;
  FieldReader reader(bytes, descriptor.kind);
  visit_fields(descriptor, reader);
  reader.require_rest_zero();
  if (reader.version() == 1) {
    require_range("order", static_cast<std::int64_t>(descriptor.tiling.order), 0, 1);
  }
  validate(descriptor);
  return descriptor;
}

std::string descriptor_reference() {
  const Descriptor any;
  ReferenceTable table;
  visit_fields(any, table);
  return table.text;
}

}  // namespace dcnsim

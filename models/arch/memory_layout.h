// SPDX-License-Identifier: Apache-2.0
// How tensors lie in memory: feature maps as planes of channels, bit-packed row by row, every row
// and every strip of it starting on a bus word; weights in blocks of one array width, in the order
// the array consumes them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/base/integer.h"
#include "models/numeric/tensor.h"

namespace dcnsim {

/// Bytes a DMA moves for the bits [first_bit, last_bit) behind a bus word: whole bus words.
constexpr std::int64_t bus_bytes_of(std::int64_t first_bit, std::int64_t last_bit, int bus_bytes) {
  const std::int64_t word_bits = std::int64_t{8} * bus_bytes;
  return (align_up(last_bit, word_bits) - align_down(first_bit, word_bits)) / 8;
}

/// Part of a feature map in memory: channels [channel0, channel1) of all pixels, packed, channels
/// innermost.
struct MapPlane {
  int channel0 = 0, channel1 = 0;
  std::int64_t offset = 0;       ///< bytes from the start of the map
  std::int64_t row_pitch = 0;    ///< bytes from one row to the next: whole bus words
  std::int64_t strip_pitch = 0;  ///< bytes from one strip of a row to the next: likewise
  constexpr int channels() const { return channel1 - channel0; }
};

/// A feature map in memory: planes of `segment` channels, the last of what is left, one behind the
/// other; their rows in strips of `strip` columns, the last of what is left, each on a bus word.
class MapLayout {
 public:
  /// A segment of 0 stands for all channels, a strip of 0 for all columns.
  constexpr MapLayout(const Shape& shape, int bits, int segment, int strip, int bus_bytes)
      : shape_(shape),
        bits_(bits),
        segment_(segment == 0 ? shape.channels : std::min(segment, shape.channels)),
        strip_(strip == 0 ? shape.width : std::min(strip, shape.width)),
        bus_bytes_(bus_bytes),
        joins_rows_(segment != 0 || strip != 0) {}

  constexpr const Shape& shape() const { return shape_; }
  constexpr int bits() const { return bits_; }
  constexpr int segment() const { return segment_; }
  constexpr int strip() const { return strip_; }
  /// Whether a tile's rows of full width, which lie one behind the other, are moved together. They
  /// are not in version 1 of descriptors, which knows neither segments nor strips.
  constexpr bool joins_rows() const { return joins_rows_; }

  /// The plane that has `channel`.
  constexpr MapPlane plane(int channel) const {
    const int channel0 = channel / segment_ * segment_;
    const int channel1 = std::min(channel0 + segment_, shape_.channels);
    return {channel0, channel1,
            std::int64_t{channel / segment_} * shape_.height * row_pitch(segment_),
            row_pitch(channel1 - channel0), strip_pitch(channel1 - channel0)};
  }
  constexpr std::int64_t bytes() const {
    const MapPlane last = plane(shape_.channels - 1);
    return last.offset + shape_.height * last.row_pitch;
  }

  /// Bits from the start of a row of a plane of `channels` to column x.
  constexpr std::int64_t column_bit(int channels, int x) const {
    return x / strip_ * 8 * strip_pitch(channels) + std::int64_t{x % strip_} * channels * bits_;
  }
  /// Bytes a DMA moves for columns [x0, x1) of such a row, what is between strips included.
  constexpr std::int64_t bus_bytes(int channels, int x0, int x1) const {
    if (x0 == x1) return 0;
    return bus_bytes_of(column_bit(channels, x0),
                        column_bit(channels, x1 - 1) + std::int64_t{channels} * bits_, bus_bytes_);
  }
  /// Tiles of a multiple of so many columns, and of all, share no bus word: they are whole strips
  /// or, where a row is one strip, whole bus words in every plane.
  constexpr int column_unit() const {
    if (strip_ < shape_.width) return strip_;
    const int last = plane(shape_.channels - 1).channels();
    // Never less, which clang's analyser cannot see.
    return std::max(1, std::lcm(whole_words(segment_), whole_words(last)));
  }

 private:
  constexpr std::int64_t strip_pitch(int channels) const {
    return align_up((std::int64_t{strip_} * channels * bits_ + 7) / 8, bus_bytes_);
  }
  /// Columns whose codes are whole bus words.
  constexpr int whole_words(int channels) const {
    const int word_bits = 8 * bus_bytes_;
    return word_bits / static_cast<int>(std::gcd(std::int64_t{channels} * bits_, word_bits));
  }
  constexpr std::int64_t row_pitch(int channels) const {
    return bus_bytes(channels, 0, shape_.width);
  }

  Shape shape_;
  int bits_, segment_, strip_, bus_bytes_;
  bool joins_rows_;
};

/// Of the map that the input is a part of.
inline MapLayout input_layout(const Descriptor& d, int bus_bytes) {
  return {d.input_slice.map(d.input_shape()), d.input.bits, d.input_segment, d.input_strip,
          bus_bytes};
}
/// Of kAdd.
inline MapLayout input2_layout(const Descriptor& d, int bus_bytes) {
  return {d.input2_slice.map(d.input2_shape()), d.input2.bits, d.input2_segment, d.input2_strip,
          bus_bytes};
}
inline MapLayout output_layout(const Descriptor& d, int bus_bytes) {
  return {d.output_shape(), d.requant.out.bits, d.output_segment, d.output_strip, bus_bytes};
}

/// Bytes of one bias value in memory: 4, or 8 for accumulators of more than 32 bits.
constexpr int bias_bytes(int accumulator_bits) { return accumulator_bits > 32 ? 8 : 4; }

/// Bytes of a channel's multiplier and shift in memory: multiplier * 2^6 + shift, little-endian.
constexpr int parameter_bytes(int multiplier_bits) {
  return (multiplier_bits + kScaleShiftBits + 7) / 8;
}

/// All of a channel's, one word behind the other: its multipliers and shifts, or its thresholds,
/// each as large as a bias; none if channels have neither.
inline int parameter_bytes(const Descriptor& d, const AcceleratorConfig& config) {
  if (d.requant.counts) {
    return d.requant.thresholds_a_channel() * bias_bytes(config.accumulator.bits);
  }
  const int words = d.kind == LayerKind::kConv ? d.requant.scales_a_channel() : 0;
  return words * parameter_bytes(config.accumulator.multiplier_bits);
}

/// Of a layer's table in memory, packed codes of its output; 0 without one.
inline std::int64_t table_bits(const Descriptor& d) {
  return d.has_table() ? std::int64_t{table_entries(d.input)} * d.requant.out.bits : 0;
}

/// A block of weights in memory (weight_layout.h), each part padded to a bus word: the biases of
/// its channels, if it begins their sums; reduction x channels codes, k-major (k = kernel row,
/// kernel column, input channel), packed; the parameters of its channels, if it ends their sums and
/// the layer has any.
struct WeightBlockLayout {
  std::int64_t bias_bytes = 0;
  std::int64_t weight_bytes = 0;
  std::int64_t parameter_bytes = 0;
};
constexpr WeightBlockLayout weight_block_layout(int reduction, int channels, int weight_bits,
                                                int accumulator_bits, int bus_bytes,
                                                int channel_parameter_bytes = 0) {
  return {align_up(std::int64_t{channels} * bias_bytes(accumulator_bits), bus_bytes),
          align_up((std::int64_t{reduction} * channels * weight_bits + 7) / 8, bus_bytes),
          align_up(std::int64_t{channels} * channel_parameter_bytes, bus_bytes)};
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Feature maps of codes in host memory: height x width x channels, channels innermost, one or two
// bytes a code. This is how models compute; simulated memory holds the bit-packed form (bitpack.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/numeric/format.h"

namespace dcnsim {

/// Extent of a feature map. A fully-connected layer's vector is 1 x 1 x channels.
struct Shape {
  int height = 1;
  int width = 1;
  int channels = 1;

  constexpr std::size_t elements() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
           static_cast<std::size_t>(channels);
  }
  friend constexpr bool operator==(const Shape& a, const Shape& b) {
    return a.height == b.height && a.width == b.width && a.channels == b.channels;
  }
  friend constexpr bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }
};

/// Codes of one format, in HWC order. Codes up to 8 bits take one byte, wider ones two
/// (little-endian host order), signed or unsigned as the format says.
class CodeTensor {
 public:
  CodeTensor() = default;
  /// All codes stand for zero.
  CodeTensor(Shape shape, Format format)
      : bytes_(shape.elements() * static_cast<std::size_t>(format.host_bytes())),
        shape_(shape),
        format_(format) {
    if (format.zero_point != 0) fill_with_zero_point();
  }

  const Shape& shape() const { return shape_; }
  const Format& format() const { return format_; }
  std::size_t size() const { return shape_.elements(); }

  std::int32_t get(std::size_t index) const {
    if (format_.host_bytes() == 1) {
      return format_.is_signed ? static_cast<std::int32_t>(static_cast<std::int8_t>(bytes_[index]))
                               : static_cast<std::int32_t>(bytes_[index]);
    }
    const auto raw = static_cast<std::uint16_t>(bytes_[2 * index] |
                                                static_cast<unsigned>(bytes_[2 * index + 1]) << 8);
    return format_.is_signed ? static_cast<std::int32_t>(static_cast<std::int16_t>(raw))
                             : static_cast<std::int32_t>(raw);
  }
  /// `code` must be in the format's range.
  void set(std::size_t index, std::int32_t code) {
    const auto code_bytes = static_cast<std::size_t>(format_.host_bytes());
    std::uint8_t* place = bytes_.data() + index * code_bytes;
    place[0] = static_cast<std::uint8_t>(code);
    if (code_bytes == 2)
      place[1] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(code) >> 8);
  }
  std::int32_t at(int y, int x, int c) const { return get(index(y, x, c)); }
  void set_at(int y, int x, int c, std::int32_t code) { set(index(y, x, c), code); }

  std::size_t index(int y, int x, int c) const {
    return (static_cast<std::size_t>(y) * static_cast<std::size_t>(shape_.width) +
            static_cast<std::size_t>(x)) *
               static_cast<std::size_t>(shape_.channels) +
           static_cast<std::size_t>(c);
  }

  std::uint8_t* data() { return bytes_.data(); }
  const std::uint8_t* data() const { return bytes_.data(); }
  std::size_t size_bytes() const { return bytes_.size(); }

  friend bool operator==(const CodeTensor& a, const CodeTensor& b) {
    return a.shape_ == b.shape_ && a.format_ == b.format_ && a.bytes_ == b.bytes_;
  }
  friend bool operator!=(const CodeTensor& a, const CodeTensor& b) { return !(a == b); }

 private:
  void fill_with_zero_point();

  std::vector<std::uint8_t> bytes_;
  Shape shape_;
  Format format_;
};

/// Channels [channel0, channel0 + channels) of `map`.
CodeTensor slice_channels(const CodeTensor& map, int channel0, int channels);
/// The inverse: writes `part` over channels [channel0, ...) of `map`.
void merge_channels(CodeTensor part, int channel0, CodeTensor& map);

/// Codes that are 0.
std::uint64_t count_zeros(const CodeTensor& tensor);

}  // namespace dcnsim

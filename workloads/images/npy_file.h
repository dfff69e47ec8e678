// SPDX-License-Identifier: Apache-2.0
// Arrays in NumPy's file format (.npy, versions 1 to 3), read strictly: numbers in little-endian
// and C order; nothing that a file says is believed before its size agrees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dcnsim {

/// Type of an array's elements, as NumPy writes it: "<f4", "|u1".
struct NpyType {
  enum class Kind : char { kUnsigned = 'u', kSigned = 'i', kFloat = 'f' };
  Kind kind = Kind::kUnsigned;
  std::size_t bytes = 1;
};

struct NpyArray {
  NpyType type;
  std::vector<std::size_t> dims;          ///< of what was read
  std::vector<std::size_t> dims_in_file;  ///< the same, but for rows that were left out
  std::vector<std::uint8_t> bytes;        ///< of all elements

  std::size_t size() const { return bytes.size() / type.bytes; }
  /// An element as a double, exact but for integers beyond 2^53.
  double at(std::size_t index) const;
};

/// More bytes of elements are not read.
inline constexpr std::size_t kMaxArrayBytes = std::size_t{1} << 32;

/// At most the first `rows` along the first dimension (0: all). Throws std::runtime_error naming
/// the file: no .npy file, elements that are no plain numbers, another byte or element order, a
/// size that does not agree with the dimensions, more than kMaxArrayBytes.
NpyArray read_npy(const std::string& path, std::size_t rows = 0);

/// The file with these elements.
std::string npy_bytes(const NpyType& type, const std::vector<std::size_t>& dims,
                      std::string_view elements);

}  // namespace dcnsim

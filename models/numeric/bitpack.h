// SPDX-License-Identifier: Apache-2.0
// Bit-packed codes as they lie in simulated memory: least significant bit first, no gaps between
// codes, little-endian bytes. Host form is that of CodeTensor (format.host_bytes() a code).
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/numeric/format.h"

namespace dcnsim {

/// Bytes that `count` codes of `bits` take when they start on a byte boundary.
constexpr std::size_t packed_bytes(std::size_t count, int bits) {
  return (count * static_cast<std::size_t>(bits) + 7) / 8;
}

/// Reads `count` codes starting `bit_offset` bits into `packed`; never reads a byte in which none
/// of these codes has a bit. Signed codes are sign-extended; a bit of Format::is_sign() is the
/// sign.
void unpack_codes(const std::uint8_t* packed, std::size_t bit_offset, const Format& format,
                  std::size_t count, std::uint8_t* host);

/// Writes `count` codes; bits of the first and last byte outside the codes keep their values.
void pack_codes(const std::uint8_t* host, const Format& format, std::size_t count,
                std::uint8_t* packed, std::size_t bit_offset);

}  // namespace dcnsim

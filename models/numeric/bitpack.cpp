// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/bitpack.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "models/numeric/kernels/bit_windows.h"
#include "models/numeric/kernels/kernel_set.h"

namespace dcnsim {
namespace {

// The window below is loaded as one little-endian word, as is a host code of two bytes.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

/// How many whole windows lie in `count` codes from `bit` so that eight bytes from the first one
/// of each end at or before `end_byte`.
std::size_t safe_windows(std::size_t bit, int bits, std::size_t count, std::size_t end_byte) {
  if (bit / 8 + 8 > end_byte) return 0;
  const std::size_t codes = kernels::codes_per_window(bits);
  const std::size_t last_bit = (end_byte - 8) * 8 + 7;
  return std::min(count / codes, (last_bit - bit) / (codes * static_cast<std::size_t>(bits)) + 1);
}

std::uint32_t load_code(const std::uint8_t* packed, std::size_t bit, int bits) {
  const std::size_t bytes = (bit % 8 + static_cast<std::size_t>(bits) + 7) / 8;
  std::uint32_t window = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    window |= static_cast<std::uint32_t>(packed[bit / 8 + i]) << (8 * i);
  }
  return window >> bit % 8 & ((1U << bits) - 1U);
}

void store_code(std::uint32_t code, std::uint8_t* packed, std::size_t bit, int bits) {
  const std::uint32_t mask = ((1U << bits) - 1U) << bit % 8;
  const std::uint32_t value = code << bit % 8 & mask;
  for (std::size_t i = 0; mask >> (8 * i) != 0; ++i) {
    std::uint8_t& byte = packed[bit / 8 + i];
    byte = static_cast<std::uint8_t>((byte & ~(mask >> (8 * i))) | value >> (8 * i));
  }
}

/// Signs as bits that are 1 for -1.
constexpr Format kSignBits{1, 0, false, false};

bool is_host_form(const Format& format, std::size_t bit_offset) {
  return bit_offset % 8 == 0 && format.bits == 8 * format.host_bytes();
}

}  // namespace

void unpack_codes(const std::uint8_t* packed, std::size_t bit_offset, const Format& format,
                  std::size_t count, std::uint8_t* host) {
  if (count == 0) return;
  if (format.is_sign()) {
    unpack_codes(packed, bit_offset, kSignBits, count, host);
    for (std::size_t i = 0; i < count; ++i) host[i] = static_cast<std::uint8_t>(1 - 2 * host[i]);
    return;
  }
  const auto bits = static_cast<std::size_t>(format.bits);
  const auto code_bytes = static_cast<std::size_t>(format.host_bytes());
  if (is_host_form(format, bit_offset)) {
    std::memcpy(host, packed + bit_offset / 8, count * code_bytes);
    return;
  }
  const std::size_t end_byte = (bit_offset + count * bits + 7) / 8;
  const std::size_t windows = safe_windows(bit_offset, format.bits, count, end_byte);
  kernels::selected().unpack_bits(
      {packed, bit_offset, format.bits, format.is_signed, windows, host});
  const std::uint32_t sign = format.is_signed ? 1U << (format.bits - 1) : 0U;
  for (std::size_t i = windows * kernels::codes_per_window(format.bits); i < count; ++i) {
    const std::uint32_t code = load_code(packed, bit_offset + i * bits, format.bits);
    const std::uint32_t extended = (code ^ sign) - sign;
    std::memcpy(host + i * code_bytes, &extended, code_bytes);
  }
}

void pack_codes(const std::uint8_t* host, const Format& format, std::size_t count,
                std::uint8_t* packed, std::size_t bit_offset) {
  if (count == 0) return;
  if (format.is_sign()) {
    std::vector<std::uint8_t> signs(host, host + count);
    for (std::uint8_t& code : signs) code = static_cast<std::uint8_t>(code >> 7);
    return pack_codes(signs.data(), kSignBits, count, packed, bit_offset);
  }
  const auto bits = static_cast<std::size_t>(format.bits);
  const auto code_bytes = static_cast<std::size_t>(format.host_bytes());
  if (is_host_form(format, bit_offset)) {
    std::memcpy(packed + bit_offset / 8, host, count * code_bytes);
    return;
  }
  // Only bytes that belong to these codes alone may be overwritten before they are complete.
  const std::size_t end_byte = (bit_offset + count * bits) / 8;
  const std::size_t windows = safe_windows(bit_offset, format.bits, count, end_byte);
  kernels::selected().pack_bits({host, bit_offset, format.bits, windows, packed});
  for (std::size_t i = windows * kernels::codes_per_window(format.bits); i < count; ++i) {
    std::uint32_t code = 0;
    std::memcpy(&code, host + i * code_bytes, code_bytes);
    store_code(code, packed, bit_offset + i * bits, format.bits);
  }
}

}  // namespace dcnsim

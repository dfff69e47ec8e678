// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/bitpack.h"

#include <cstring>
#include <type_traits>

namespace dcnsim {
namespace {

// The window below is loaded as one little-endian word, as is a host code of two bytes.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

/// Codes that one 64-bit window holds whatever bit of its first byte they start at.
constexpr std::size_t codes_per_window(int bits) {
  if (bits <= 7) return 8;
  return bits <= 14 ? 4 : 2;
}

constexpr std::uint64_t low_bits(int bits) { return (std::uint64_t{1} << bits) - 1; }

std::uint64_t load_window(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t window = 0;
  std::memcpy(&window, bytes, count);
  return window;
}

template <class Host>
Host load_host(const std::uint8_t* host, std::size_t index) {
  Host code;
  std::memcpy(&code, host + index * sizeof(Host), sizeof(Host));
  return code;
}

/// Sign extension is (code ^ sign) - sign; `sign` is 0 for unsigned codes.
template <int kBits, class Host>
void unpack_window(std::uint64_t window, std::uint64_t sign, std::size_t count,
                   std::uint8_t* host) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t code = window >> (i * kBits) & low_bits(kBits);
    const auto extended = static_cast<Host>((code ^ sign) - sign);
    std::memcpy(host + i * sizeof(Host), &extended, sizeof(Host));
  }
}

template <int kBits>
void unpack(const std::uint8_t* packed, std::size_t bit, bool is_signed, std::size_t count,
            std::uint8_t* host) {
  using Host = std::conditional_t<kBits <= 8, std::uint8_t, std::uint16_t>;
  constexpr std::size_t kCodes = codes_per_window(kBits);
  const std::uint64_t sign = is_signed ? std::uint64_t{1} << (kBits - 1) : 0;
  const std::size_t end_byte = (bit + count * kBits + 7) / 8;
  std::size_t done = 0;
  for (; done + kCodes <= count && bit / 8 + 8 <= end_byte; done += kCodes, bit += kCodes * kBits) {
    unpack_window<kBits, Host>(load_window(packed + bit / 8, 8) >> bit % 8, sign, kCodes,
                               host + done * sizeof(Host));
  }
  for (; done < count; ++done, bit += kBits) {
    const std::size_t bytes = (bit % 8 + kBits + 7) / 8;
    unpack_window<kBits, Host>(load_window(packed + bit / 8, bytes) >> bit % 8, sign, 1,
                               host + done * sizeof(Host));
  }
}

template <int kBits>
void pack(const std::uint8_t* host, std::size_t count, std::uint8_t* packed, std::size_t bit) {
  using Host = std::conditional_t<kBits <= 8, std::uint8_t, std::uint16_t>;
  constexpr std::size_t kCodes = codes_per_window(kBits);
  if (count == 0) return;
  const std::size_t end_bit = bit + count * kBits;
  // `pending` holds the bits already decided of the byte that `bit` lies in.
  std::uint64_t pending = packed[bit / 8] & low_bits(static_cast<int>(bit % 8));
  std::size_t done = 0;
  // Every store is of eight bytes that belong to these codes alone; later ones complete them.
  for (; done + kCodes <= count && bit / 8 + 8 <= end_bit / 8; done += kCodes) {
    std::uint64_t group = 0;
    for (std::size_t i = 0; i < kCodes; ++i) {
      group |= (load_host<Host>(host, done + i) & low_bits(kBits)) << (i * kBits);
    }
    pending |= group << bit % 8;
    std::memcpy(packed + bit / 8, &pending, 8);
    const std::size_t first_byte = bit / 8;
    bit += kCodes * kBits;
    pending >>= (bit / 8 - first_byte) * 8;
  }
  for (; done < count; ++done) {
    pending |= (load_host<Host>(host, done) & low_bits(kBits)) << bit % 8;
    const std::size_t next = bit + kBits;
    for (; bit / 8 < next / 8; bit = (bit / 8 + 1) * 8, pending >>= 8) {
      packed[bit / 8] = static_cast<std::uint8_t>(pending);
    }
    bit = next;
  }
  if (bit % 8 != 0) {
    const std::uint64_t kept = packed[bit / 8] & ~low_bits(static_cast<int>(bit % 8));
    packed[bit / 8] = static_cast<std::uint8_t>(pending | kept);
  }
}

/// Calls action(std::integral_constant<int, bits>).
template <class Action>
void with_width(int bits, const Action& action) {
  switch (bits) {
    case 1:
      return action(std::integral_constant<int, 1>());
    case 2:
      return action(std::integral_constant<int, 2>());
    case 3:
      return action(std::integral_constant<int, 3>());
    case 4:
      return action(std::integral_constant<int, 4>());
    case 5:
      return action(std::integral_constant<int, 5>());
    case 6:
      return action(std::integral_constant<int, 6>());
    case 7:
      return action(std::integral_constant<int, 7>());
    case 8:
      return action(std::integral_constant<int, 8>());
    case 9:
      return action(std::integral_constant<int, 9>());
    case 10:
      return action(std::integral_constant<int, 10>());
    case 11:
      return action(std::integral_constant<int, 11>());
    case 12:
      return action(std::integral_constant<int, 12>());
    case 13:
      return action(std::integral_constant<int, 13>());
    case 14:
      return action(std::integral_constant<int, 14>());
    case 15:
      return action(std::integral_constant<int, 15>());
    case 16:
      return action(std::integral_constant<int, 16>());
  }
}

bool is_host_form(const Format& format, std::size_t bit_offset) {
  return bit_offset % 8 == 0 && format.bits == 8 * format.host_bytes();
}

}  // namespace

void unpack_codes(const std::uint8_t* packed, std::size_t bit_offset, const Format& format,
                  std::size_t count, std::uint8_t* host) {
  if (count == 0) return;
  if (is_host_form(format, bit_offset)) {
    std::memcpy(host, packed + bit_offset / 8,
                count * static_cast<std::size_t>(format.host_bytes()));
    return;
  }
  with_width(format.bits, [&](auto bits) {
    unpack<decltype(bits)::value>(packed, bit_offset, format.is_signed, count, host);
  });
}

void pack_codes(const std::uint8_t* host, const Format& format, std::size_t count,
                std::uint8_t* packed, std::size_t bit_offset) {
  if (count == 0) return;
  if (is_host_form(format, bit_offset)) {
    std::memcpy(packed + bit_offset / 8, host,
                count * static_cast<std::size_t>(format.host_bytes()));
    return;
  }
  with_width(format.bits,
             [&](auto bits) { pack<decltype(bits)::value>(host, count, packed, bit_offset); });
}

}  // namespace dcnsim

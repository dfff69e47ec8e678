// SPDX-License-Identifier: Apache-2.0
// Bit-packed codes through 64-bit windows, in plain C++: the width is a template argument, so that
// every shift is a constant. Local to the including file, for the reason given in plain_loops.h.
#pragma once

#include "models/numeric/kernels/bit_windows.h"
#include "models/numeric/kernels/kernel_set.h"

namespace dcnsim::kernels {
namespace {

/// Sign extension is (code ^ sign) - sign; `sign` is 0 for unsigned codes.
template <int kBits, class Host>
void unpack_windows(const UnpackBitsArgs& args) {
  constexpr std::size_t kCodes = codes_per_window(kBits);
  const std::uint64_t sign = args.is_signed ? std::uint64_t{1} << (kBits - 1) : 0;
  const std::uint8_t* packed = args.packed;
  std::uint8_t* __restrict host = args.host;
  const std::size_t windows = args.windows;
  std::size_t bit = args.bit;
  for (std::size_t w = 0; w < windows; ++w, bit += kCodes * kBits, host += kCodes * sizeof(Host)) {
    const std::uint64_t window = load_window(packed + bit / 8) >> bit % 8;
    Host codes[kCodes];
    for (std::size_t i = 0; i < kCodes; ++i) {
      const std::uint64_t code = window >> (i * kBits) & low_bits(kBits);
      codes[i] = static_cast<Host>((code ^ sign) - sign);
    }
    __builtin_memcpy(host, codes, sizeof(codes));
  }
}

/// Every store is of eight bytes; the next one completes those that it leaves unfinished.
template <int kBits, class Host>
void pack_windows(const PackBitsArgs& args) {
  constexpr std::size_t kCodes = codes_per_window(kBits);
  const std::uint8_t* host = args.host;
  std::uint8_t* __restrict packed = args.packed;
  const std::size_t windows = args.windows;
  std::size_t bit = args.bit;
  std::uint64_t pending = packed[bit / 8] & low_bits(static_cast<int>(bit % 8));
  for (std::size_t w = 0; w < windows; ++w, host += kCodes * sizeof(Host)) {
    Host codes[kCodes];
    __builtin_memcpy(codes, host, sizeof(codes));
    std::uint64_t group = 0;
    for (std::size_t i = 0; i < kCodes; ++i) {
      group |= (codes[i] & low_bits(kBits)) << (i * kBits);
    }
    pending |= group << bit % 8;
    __builtin_memcpy(packed + bit / 8, &pending, 8);
    const std::size_t first_byte = bit / 8;
    bit += kCodes * kBits;
    pending >>= (bit / 8 - first_byte) * 8;
  }
}

void plain_unpack_bits(const UnpackBitsArgs& args) {
  using Byte = std::uint8_t;
  using Word = std::uint16_t;
  switch (args.bits) {
    case 1:
      return unpack_windows<1, Byte>(args);
    case 2:
      return unpack_windows<2, Byte>(args);
    case 3:
      return unpack_windows<3, Byte>(args);
    case 4:
      return unpack_windows<4, Byte>(args);
    case 5:
      return unpack_windows<5, Byte>(args);
    case 6:
      return unpack_windows<6, Byte>(args);
    case 7:
      return unpack_windows<7, Byte>(args);
    case 8:
      return unpack_windows<8, Byte>(args);
    case 9:
      return unpack_windows<9, Word>(args);
    case 10:
      return unpack_windows<10, Word>(args);
    case 11:
      return unpack_windows<11, Word>(args);
    case 12:
      return unpack_windows<12, Word>(args);
    case 13:
      return unpack_windows<13, Word>(args);
    case 14:
      return unpack_windows<14, Word>(args);
    case 15:
      return unpack_windows<15, Word>(args);
    case 16:
      return unpack_windows<16, Word>(args);
  }
}

void plain_pack_bits(const PackBitsArgs& args) {
  using Byte = std::uint8_t;
  using Word = std::uint16_t;
  switch (args.bits) {
    case 1:
      return pack_windows<1, Byte>(args);
    case 2:
      return pack_windows<2, Byte>(args);
    case 3:
      return pack_windows<3, Byte>(args);
    case 4:
      return pack_windows<4, Byte>(args);
    case 5:
      return pack_windows<5, Byte>(args);
    case 6:
      return pack_windows<6, Byte>(args);
    case 7:
      return pack_windows<7, Byte>(args);
    case 8:
      return pack_windows<8, Byte>(args);
    case 9:
      return pack_windows<9, Word>(args);
    case 10:
      return pack_windows<10, Word>(args);
    case 11:
      return pack_windows<11, Word>(args);
    case 12:
      return pack_windows<12, Word>(args);
    case 13:
      return pack_windows<13, Word>(args);
    case 14:
      return pack_windows<14, Word>(args);
    case 15:
      return pack_windows<15, Word>(args);
    case 16:
      return pack_windows<16, Word>(args);
  }
}

}  // namespace
}  // namespace dcnsim::kernels

// SPDX-License-Identifier: Apache-2.0
// How bit-packed codes are cut into 64-bit windows. Local to the including file, for the reason
// given in plain_loops.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dcnsim::kernels {
namespace {

/// Codes that one 64-bit window holds whatever bit of its first byte they start at.
constexpr std::size_t codes_per_window(int bits) {
  if (bits <= 7) return 8;
  return bits <= 14 ? 4 : 2;
}

constexpr std::uint64_t low_bits(int bits) { return (std::uint64_t{1} << bits) - 1; }

inline std::uint64_t load_window(const std::uint8_t* bytes) {
  std::uint64_t window;
  __builtin_memcpy(&window, bytes, 8);
  return window;
}

}  // namespace
}  // namespace dcnsim::kernels

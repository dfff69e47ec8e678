// SPDX-License-Identifier: Apache-2.0
// Whole numbers: rounding to multiples, and widths that do not narrow.
#pragma once

#include <cstdint>

namespace dcnsim {

/// Of what is not negative.
constexpr std::uint64_t u64(std::int64_t value) { return static_cast<std::uint64_t>(value); }

/// For value >= 0 and to > 0: the nearest multiple of `to` that is not below `value`.
constexpr std::int64_t align_up(std::int64_t value, std::int64_t to) {
  return (value + to - 1) / to * to;
}
/// Likewise: not above it.
constexpr std::int64_t align_down(std::int64_t value, std::int64_t to) { return value / to * to; }

/// a / b rounded up, for a >= 0 and b > 0.
constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Regions of the accelerator's memory, one behind the other.
#pragma once

#include <cstdint>

#include "models/base/integer.h"

namespace dcnsim {

class MemoryRegions {
 public:
  /// Regions start on cache-line boundaries, which are also multiples of every bus width.
  static constexpr std::int64_t kAlignment = 64;

  /// Address of a new region of `bytes`.
  std::uint64_t place(std::int64_t bytes) {
    const std::int64_t address = next_;
    next_ = align_up(next_ + bytes, kAlignment);
    return static_cast<std::uint64_t>(address);
  }
  std::int64_t bytes() const { return next_; }

 private:
  std::int64_t next_ = 0;
};

}  // namespace dcnsim

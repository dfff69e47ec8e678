// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

namespace dcnsim {

/// Equal on every machine, unlike the standard library's.
inline double uniform(std::mt19937_64& random, double low, double high) {
  return low + (high - low) * static_cast<double>(random() >> 11) * 0x1p-53;
}

}  // namespace dcnsim

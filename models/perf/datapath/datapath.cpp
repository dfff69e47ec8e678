// SPDX-License-Identifier: Apache-2.0
#include "models/perf/datapath/datapath.h"

#include <algorithm>

#include "models/numeric/format.h"

namespace dcnsim {

DatapathMode datapath_mode(const ArrayConfig& array, int weight_bits, int activation_bits) {
  switch (array.datapath) {
    case DatapathFamily::kBitParallel:
      return bit_parallel_mode(array, weight_bits, activation_bits);
    case DatapathFamily::kActivationSerial:
      return activation_serial_mode(array, weight_bits, activation_bits);
    case DatapathFamily::kFullySerial:
      return fully_serial_mode(array, weight_bits, activation_bits);
    case DatapathFamily::kComposable:
      return composable_mode(array, weight_bits, activation_bits);
  }
  return {};
}

int widest_step_bits(const ArrayConfig& array) {
  int widest = 0;
  for (int w = kMinBits; w <= kMaxBits; ++w) {
    for (int a = kMinBits; a <= kMaxBits; ++a) {
      widest = std::max(widest, datapath_mode(array, w, a).group * std::max(w, a));
    }
  }
  return widest;
}

}  // namespace dcnsim

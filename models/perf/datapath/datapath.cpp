// SPDX-License-Identifier: Apache-2.0
#include "models/perf/datapath/datapath.h"

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

}  // namespace dcnsim

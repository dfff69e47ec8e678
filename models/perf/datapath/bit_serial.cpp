// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/arch/memory_layout.h"
#include "models/perf/datapath/datapath.h"

namespace dcnsim {

DatapathMode activation_serial_mode(const ArrayConfig& array, int weight_bits,
                                    int activation_bits) {
  const int weight_passes = ceil_div(weight_bits, array.weight_bits);
  DatapathMode mode;
  mode.group = array.lanes;
  mode.passes = weight_passes * ceil_div(activation_bits, array.bits_per_cycle);
  mode.weight = {weight_passes, std::min(weight_bits, array.weight_bits)};
  mode.activation = {mode.passes, array.bits_per_cycle};
  mode.weight_register_bits = array.lanes * array.weight_bits;
  mode.activation_register_bits = array.lanes * array.bits_per_cycle;
  return mode;
}

DatapathMode fully_serial_mode(const ArrayConfig& array, int weight_bits, int activation_bits) {
  DatapathMode mode;
  mode.group = array.lanes;
  const int outer = ceil_div(activation_bits, array.bits_per_cycle);
  mode.passes = outer * weight_bits;
  mode.weight = {mode.passes, 1};
  mode.activation = {outer, array.bits_per_cycle};
  mode.weight_register_bits = array.lanes;
  mode.activation_register_bits = array.lanes * array.bits_per_cycle;
  return mode;
}

}  // namespace dcnsim

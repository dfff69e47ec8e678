// SPDX-License-Identifier: Apache-2.0
#include "models/arch/memory_layout.h"
#include "models/perf/datapath/datapath.h"

namespace dcnsim {

DatapathMode bit_parallel_mode(const ArrayConfig& array, int weight_bits, int activation_bits) {
  DatapathMode mode;
  mode.passes =
      ceil_div(weight_bits, array.weight_bits) * ceil_div(activation_bits, array.activation_bits);
  // The array selects the digits: every pass fetches the packed codes whole.
  mode.weight = {mode.passes, weight_bits};
  mode.activation = {mode.passes, activation_bits};
  mode.weight_register_bits = array.weight_bits;
  mode.activation_register_bits = array.activation_bits;
  return mode;
}

}  // namespace dcnsim

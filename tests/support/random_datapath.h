// SPDX-License-Identifier: Apache-2.0
// Random datapaths: any family, of any native widths it can have.
#pragma once

#include "models/arch/accelerator_config.h"

namespace dcnsim {

/// `random` has pick(low, high) and chance(n). Rows, columns and lanes are left to the caller.
template <class Random>
ArrayConfig random_datapath(Random& random) {
  ArrayConfig array;
  array.dataflow = random.chance(2) ? Dataflow::kWeightStationary : Dataflow::kOutputStationary;
  array.weight_bits = random.pick(2, 16);
  array.activation_bits = random.pick(2, 16);
  array.datapath = static_cast<DatapathFamily>(random.pick(0, 3));
  array.bits_per_cycle = 1 << random.pick(0, 2);
  if (array.datapath == DatapathFamily::kComposable) {
    array.weight_bits = array.activation_bits = kComposableBits;
  }
  return array;
}

}  // namespace dcnsim

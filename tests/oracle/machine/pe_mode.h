// SPDX-License-Identifier: Apache-2.0
// The table of datapath.md: what a PE does with operands of given widths.
#pragma once

#include "models/arch/accelerator_config.h"

namespace dcnsim::oracle {

struct PeMode {
  int group = 1;           ///< G
  int passes = 1;          ///< T
  int weight_fetches = 1;  ///< times_w
  int weight_bits = 1;     ///< bits_w, of a code in a fetch
  int activation_fetches = 1, activation_bits = 1;
  int registers = 0;                                           ///< P
  int weight_register_bits = 1, activation_register_bits = 1;  ///< d_w, d_a
};

PeMode pe_mode(const ArrayConfig& array, int weight_bits, int activation_bits);

}  // namespace dcnsim::oracle

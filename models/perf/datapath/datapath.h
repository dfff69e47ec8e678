// SPDX-License-Identifier: Apache-2.0
// What the PEs of each datapath family do with operands of given widths. The array around them, its
// dataflow, buffers and drain (array_cycles.h) are the same for all.
#pragma once

#include "models/arch/accelerator_config.h"

namespace dcnsim {

/// How one operand reaches the PEs during a step: `times` fetches of `bits` of every code. A fetch
/// takes a cycle or, if the buffer is narrower than the array, several.
struct OperandFetch {
  int times = 1;
  int bits = 8;
};

/// What a PE does at one pair of operand widths.
struct DatapathMode {
  int group = 1;   ///< steps of the reduction that a PE takes side by side: one step of the array
  int passes = 1;  ///< cycles a step takes, if its operands are there in time
  OperandFetch weight;  ///< output-stationary; weight-stationary PEs keep all bits of a weight
  OperandFetch activation;
  int pipeline = 0;  ///< further cycles from operands to accumulator than a bit-parallel PE takes
  int weight_register_bits = 8;  ///< of a PE: what it multiplies in a pass
  int activation_register_bits = 8;
};

/// For weights and activations of 1..16 bits on a validated array. Every family does every width;
/// datapath.md has the derivations.
DatapathMode datapath_mode(const ArrayConfig& array, int weight_bits, int activation_bits);

/// Most bits of one operand that a PE takes in a step, at any widths: what its share of the
/// registers at the array's edge and, weight-stationary, its weights are built for.
int widest_step_bits(const ArrayConfig& array);

// The families. A new one is a file with such a function, a name in DatapathFamily and a line in
// datapath_mode().

/// Bit-parallel: ceil(w / native) * ceil(a / native) passes, each feeding
/// both packed codes again.
DatapathMode bit_parallel_mode(const ArrayConfig& array, int weight_bits, int activation_bits);

/// Stripes (Judd et al., MICRO 2016): `lanes` weights are held while the activations' bits arrive,
/// bits_per_cycle a cycle, most significant first.
DatapathMode activation_serial_mode(const ArrayConfig& array, int weight_bits, int activation_bits);

/// Loom (Sharify et al., DAC 2018): `lanes` single weight bits a cycle against bits_per_cycle
/// activation bits.
DatapathMode fully_serial_mode(const ArrayConfig& array, int weight_bits, int activation_bits);

/// Bit Fusion (Sharma et al., ISCA 2018): widths rounded up to 2, 4 or 8 bits, floor(8 / w) *
/// floor(8 / a) products a cycle; operands of more than 8 bits as two 8-bit digits.
DatapathMode composable_mode(const ArrayConfig& array, int weight_bits, int activation_bits);

}  // namespace dcnsim

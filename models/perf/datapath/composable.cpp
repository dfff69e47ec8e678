// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/arch/memory_layout.h"
#include "models/perf/datapath/datapath.h"

namespace dcnsim {
namespace {

/// Width of one operand as the bricks are fused for it: 2, 4 or 8 bits.
int fused_bits(int bits, const ArrayConfig& array) {
  int fused = array.brick_bits;
  while (fused < std::min(bits, kComposableBits)) fused *= 2;
  return fused;
}

/// Registers after the bricks and after each of the two shift-add levels (fusion.v, PIPE = 1).
constexpr int kPipelineRegisters = 2;

}  // namespace

DatapathMode composable_mode(const ArrayConfig& array, int weight_bits, int activation_bits) {
  DatapathMode mode;
  mode.group = (kComposableBits / fused_bits(weight_bits, array)) *
               (kComposableBits / fused_bits(activation_bits, array));
  mode.passes = ceil_div(weight_bits, kComposableBits) * ceil_div(activation_bits, kComposableBits);
  mode.weight = {mode.passes, std::min(weight_bits, kComposableBits)};
  mode.activation = {mode.passes, std::min(activation_bits, kComposableBits)};
  mode.pipeline = kPipelineRegisters;
  return mode;
}

}  // namespace dcnsim

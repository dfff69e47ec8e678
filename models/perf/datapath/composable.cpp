// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/arch/memory_layout.h"
#include "models/perf/datapath/datapath.h"

namespace dcnsim {
namespace {

/// Registers after the bricks and after each of the two shift-add levels (fusion.v, PIPE = 1).
constexpr int kPipelineRegisters = 2;
/// A 2-bit digit for each of sixteen bricks.
constexpr int kOperandRegisterBits = 32;

}  // namespace

DatapathMode composable_mode(const ArrayConfig&, int weight_bits, int activation_bits) {
  DatapathMode mode;
  const int weight = std::min(weight_bits, kComposableBits);
  const int activation = std::min(activation_bits, kComposableBits);
  mode.group = (kComposableBits / fused_bits(weight)) * (kComposableBits / fused_bits(activation));
  mode.passes = ceil_div(weight_bits, kComposableBits) * ceil_div(activation_bits, kComposableBits);
  mode.weight = {mode.passes, weight};
  mode.activation = {mode.passes, activation};
  mode.pipeline = kPipelineRegisters;
  mode.weight_register_bits = mode.activation_register_bits = kOperandRegisterBits;
  return mode;
}

}  // namespace dcnsim

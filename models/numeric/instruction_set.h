// SPDX-License-Identifier: Apache-2.0
// Which instruction sets the fast loops, of integers here and of floats in workloads, may use. The
// choice is about time and about testing: every loop gives the same bits under all of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dcnsim {

/// Each includes those before it of its architecture: x86-64 kAvx2 and kAvx512 (F, BW, DQ and VL;
/// VNNI is used where it is there too), AArch64 kNeon, which all of its processors have, and kI8mm.
enum class InstructionSet { kScalar, kAvx2, kAvx512, kNeon, kI8mm };

/// "scalar", "avx2", "avx512", "neon", "i8mm".
std::string_view to_string(InstructionSet set);

/// What this processor has, kScalar first.
std::vector<InstructionSet> available_instruction_sets();

/// What the loops of this process may use: the last of the available ones, unless another was
/// selected.
InstructionSet instruction_set();

/// Holds this process, and those that it forks from then on, to the set with this name. At any
/// time and from any thread, since no result depends on it; a ConvWeights keeps the kernels that it
/// was made for. Throws std::invalid_argument with the name and what is available: no such set, or
/// not among `available`.
void select_instruction_set(const std::string& name, const std::vector<InstructionSet>& available =
                                                         available_instruction_sets());

}  // namespace dcnsim

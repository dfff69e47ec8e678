// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/kernels/kernel_set.h"

namespace dcnsim::kernels {

const KernelSet& set_for(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kScalar:
      return kScalar;
    case InstructionSet::kAvx2:
      return kAvx2;
    case InstructionSet::kAvx512:
      if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("bmi2"))
        return kAvx512Vnni;
      return kAvx2;
    case InstructionSet::kNeon:
    case InstructionSet::kI8mm:
      break;
  }
#elif defined(__aarch64__)
  switch (set) {
    case InstructionSet::kNeon:
      return kNeon;
    case InstructionSet::kI8mm:
      return kI8mm;
    case InstructionSet::kScalar:
    case InstructionSet::kAvx2:
    case InstructionSet::kAvx512:
      break;
  }
#endif
  return kScalar;
}

const KernelSet& selected() { return set_for(instruction_set()); }

}  // namespace dcnsim::kernels

// SPDX-License-Identifier: Apache-2.0
#include "workloads/float_kernels/float_conv.h"

namespace dcnsim::float_kernels {

ConvFunction kernel_for([[maybe_unused]] InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kScalar:
      return conv_baseline;
    case InstructionSet::kAvx2:
      return conv_avx2;
    case InstructionSet::kAvx512:
      return conv_avx512;
    case InstructionSet::kNeon:
    case InstructionSet::kI8mm:
      break;
  }
#endif
  return conv_baseline;
}

}  // namespace dcnsim::float_kernels

// SPDX-License-Identifier: Apache-2.0
#include "workloads/float_kernels/float_conv.h"

namespace dcnsim::float_kernels {

std::vector<ConvFunction> available() {
  std::vector<ConvFunction> kernels;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) kernels.push_back(conv_avx512);
  if (__builtin_cpu_supports("avx2")) kernels.push_back(conv_avx2);
#endif
  kernels.push_back(conv_baseline);
  return kernels;
}

}  // namespace dcnsim::float_kernels

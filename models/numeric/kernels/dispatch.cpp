// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/kernels/kernel_set.h"

namespace dcnsim::kernels {
namespace {

#if defined(__x86_64__)
bool has_avx512vnni() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("bmi2");
}
#endif

}  // namespace

std::vector<const KernelSet*> available() {
  std::vector<const KernelSet*> sets;
#if defined(__x86_64__)
  if (has_avx512vnni()) sets.push_back(&kAvx512Vnni);
  if (__builtin_cpu_supports("avx2")) sets.push_back(&kAvx2);
#endif
  sets.push_back(&kScalar);
  return sets;
}

const KernelSet& best() {
  static const KernelSet& set = *available().front();
  return set;
}

}  // namespace dcnsim::kernels

// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/instruction_set.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

#include <atomic>
#include <stdexcept>

namespace dcnsim {
namespace {

bool processor_has(InstructionSet set) {
#if defined(__x86_64__)
  switch (set) {
    case InstructionSet::kScalar:
      return true;
    case InstructionSet::kAvx2:
      return __builtin_cpu_supports("avx2");
    case InstructionSet::kAvx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    case InstructionSet::kNeon:
    case InstructionSet::kI8mm:
      return false;
  }
#elif defined(__aarch64__)
  switch (set) {
    case InstructionSet::kScalar:
    case InstructionSet::kNeon:
      return true;
    case InstructionSet::kI8mm:
      return (getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0;
    case InstructionSet::kAvx2:
    case InstructionSet::kAvx512:
      return false;
  }
#endif
  return set == InstructionSet::kScalar;
}

/// State of the whole process, the only one: kernels are chosen far below whoever knows a user.
std::atomic<InstructionSet>& selected() {
  static std::atomic<InstructionSet> set{available_instruction_sets().back()};
  return set;
}

}  // namespace

std::string_view to_string(InstructionSet set) {
  switch (set) {
    case InstructionSet::kScalar:
      return "scalar";
    case InstructionSet::kAvx2:
      return "avx2";
    case InstructionSet::kAvx512:
      return "avx512";
    case InstructionSet::kNeon:
      return "neon";
    case InstructionSet::kI8mm:
      return "i8mm";
  }
  return "";
}

std::vector<InstructionSet> available_instruction_sets() {
  std::vector<InstructionSet> available;
  for (const InstructionSet set :
       {InstructionSet::kScalar, InstructionSet::kAvx2, InstructionSet::kAvx512,
        InstructionSet::kNeon, InstructionSet::kI8mm}) {
    if (processor_has(set)) available.push_back(set);
  }
  return available;
}

InstructionSet instruction_set() { return selected().load(std::memory_order_relaxed); }

void select_instruction_set(const std::string& name, const std::vector<InstructionSet>& available) {
  std::string names;
  for (const InstructionSet set : available) {
    if (name == to_string(set)) {
      selected().store(set, std::memory_order_relaxed);
      return;
    }
    names.append(names.empty() ? "" : ", ").append(to_string(set));
  }
  throw std::invalid_argument(name + ", expected one of " + names + ", which this processor has");
}

}  // namespace dcnsim

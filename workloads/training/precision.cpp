// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/precision.h"

namespace dcnsim {
namespace {

bool processor_multiplies_bfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace

const char* to_string(Precision precision) {
  return precision == Precision::kBFloat16 ? "bfloat16" : "float32";
}

std::optional<Precision> precision_named(const std::string& word) {
  for (const Precision precision : {Precision::kFloat32, Precision::kBFloat16}) {
    if (word == to_string(precision)) return precision;
  }
  if (word != "auto") return std::nullopt;
  return processor_multiplies_bfloat16() ? Precision::kBFloat16 : Precision::kFloat32;
}

torch::ScalarType tensor_type(Precision precision) {
  return precision == Precision::kBFloat16 ? torch::kBFloat16 : torch::kFloat32;
}

}  // namespace dcnsim

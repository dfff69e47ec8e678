// SPDX-License-Identifier: Apache-2.0
// The built-in network at 8/8 bits, for benchmarks that know DCNSIM_SOURCE_DIR.
#pragma once

#include <string>
#include <variant>

#include "analysis/quantizer/quantize_network.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {

inline FixedNetwork builtin_network() {
  const std::string source = DCNSIM_SOURCE_DIR;
  const auto loaded = load_network(source + "/workloads/networks/cifar10_plain7_float.onnx.gz");
  return quantize_network(std::get<FloatNetwork>(loaded),
                          load_cifar10(source + "/workloads/cifar10/calibration_500.bin", 50), {})
      .network;
}

}  // namespace dcnsim

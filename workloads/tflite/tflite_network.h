// SPDX-License-Identifier: Apache-2.0
// Quantized networks from TFLite files: int8 codes, computed by the integers of TFLite's reference
// kernels, code by code.
#pragma once

#include <string>
#include <string_view>

#include "workloads/network.h"
#include "workloads/tflite/model.h"

namespace dcnsim::tflite {

/// The network in the bytes of a file (see is_tflite()), which are inflated already. README.md says
/// which operators are read, and what becomes of each; others throw std::runtime_error without the
/// file's name: the operator's number, kind and tensor. So do truncated and damaged files.
FixedNetwork network_of(std::string_view bytes);

}  // namespace dcnsim::tflite

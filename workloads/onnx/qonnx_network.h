// SPDX-License-Identifier: Apache-2.0
// A fixed-point network as QONNX says it: the numbers its codes stand for, and Quant nodes that
// leave these as they are.
#pragma once

#include "workloads/onnx/network_writer.h"

namespace dcnsim {

struct QonnxNetwork {
  FloatNetwork numbers;
  NetworkQuants quants;
};

/// Whether what `layer` rounds may lie half-way between two codes; if not, all ways of rounding to
/// nearest agree.
bool may_tie(const FixedLayer& layer);

/// Throws std::runtime_error naming the layer for what QONNX cannot say, see save_network.
QonnxNetwork to_qonnx(const FixedNetwork& network);

}  // namespace dcnsim

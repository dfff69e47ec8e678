// SPDX-License-Identifier: Apache-2.0
// A fixed-point network as QONNX or QDQ say it: the numbers its codes stand for, and nodes that
// quantize these as they are.
#pragma once

#include "workloads/onnx/network_writer.h"

namespace dcnsim {

struct SaidNetwork {
  FloatNetwork numbers;
  NetworkQuants quants;
};

/// Whether what `layer` rounds may lie half-way between two codes; if not, all ways of rounding to
/// nearest agree.
bool may_tie(const FixedLayer& layer);

/// Throws std::runtime_error naming the layer for what the form cannot say, see save_network.
SaidNetwork said_as(const FixedNetwork& network, QuantizedForm form);

}  // namespace dcnsim

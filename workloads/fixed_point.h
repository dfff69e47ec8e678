// SPDX-License-Identifier: Apache-2.0
// A float network in given fixed-point formats.
#pragma once

#include <string>
#include <vector>

#include "workloads/network.h"

namespace dcnsim {

/// Formats of one layer's tensors.
struct TensorFormats {
  Format weight;  ///< kConv
  Format output;
  Rounding rounding = Rounding::kHalfUp;  ///< of the output
};

struct NetworkFormats {
  Format input;
  std::vector<TensorFormats> layers;  ///< one a layer

  /// Format of what `producer` (a layer index or kNetworkInput) delivers.
  const Format& of(int producer) const {
    return producer == kNetworkInput ? input : layers[static_cast<std::size_t>(producer)].output;
  }
};

/// Tensors that are not quantized after all: for tables that compare with float. The network's
/// input and output have their formats always.
struct LeftInFloat {
  bool weights = false;
  bool outputs = false;  ///< of all layers but the last

  bool any() const { return weights || outputs; }
};

/// Weights quantized half to even; biases, half to even, on the accumulator's grid. Throws
/// std::invalid_argument: a bias too large for that grid, and what validate(FixedNetwork) throws.
FixedNetwork in_fixed_point(const FloatNetwork& network, const NetworkFormats& formats);

/// Throws std::invalid_argument naming a layer that is affine.
NetworkFormats formats_of(const FixedNetwork& network);

/// In what `fixed` is not `network` in fixed point, the first layer that differs, in words: another
/// number, name, kind, shape or producer. "" if it is.
std::string difference_between(const FloatNetwork& network, const FixedNetwork& fixed);

}  // namespace dcnsim

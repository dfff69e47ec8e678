// SPDX-License-Identifier: Apache-2.0
// The tensors whose widths an allocation chooses, and what of them costs something.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/quantizer/quantize_network.h"
#include "workloads/network.h"

namespace dcnsim {

struct Tensor {
  std::size_t layer = 0;
  bool is_weight = true;  ///< else the layer's output
  std::string name;       ///< layer name + ".weight" or ".output"
};

/// Which tensors take part.
enum class Scope { kWeights, kAll };

/// In layer order, a layer's weights before its output. Outputs: all but the network's output,
/// whose width no cost depends on, and those of max pools, which have their input's format.
std::vector<Tensor> tensors_of(const FloatNetwork& network, Scope scope);

/// What the tensor is at this width under `scales`, by itself.
const FormatChoice& choice(NetworkQuantizer& quantizer, const Tensor& tensor, int bits,
                           Scales scales);

/// `base` with these widths for these tensors.
QuantizeOptions with_widths(const FloatNetwork& network, const std::vector<Tensor>& tensors,
                            const std::vector<int>& widths, QuantizeOptions base);

/// Weights of the layer, or elements of its output map.
std::uint64_t elements(const FloatNetwork& network, const Tensor& tensor);

/// Multiply-accumulates of one image that read the tensor.
std::uint64_t macs(const FloatNetwork& network, const Tensor& tensor);

/// Bits of all weights at the widths of `options` (model size; biases are not counted).
std::uint64_t weight_bits(const FloatNetwork& network, const QuantizeOptions& options);

}  // namespace dcnsim

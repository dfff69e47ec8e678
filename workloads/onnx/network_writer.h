// SPDX-License-Identifier: Apache-2.0
// A network's layers as the nodes of an ONNX file.
#pragma once

#include <string>
#include <vector>

#include "workloads/network.h"
#include "workloads/onnx/onnx_network.h"
#include "workloads/onnx/quant_spec.h"

namespace dcnsim {

/// Key of an ONNX file's metadata under which dcnsim states what pixels are to the network, in the
/// words of PixelConvention.
inline constexpr char kPixelsMetadata[] = "dcnsim.pixels";

/// Of a constant, with one scale or one an output channel.
struct ConstantQuant {
  QuantSpec spec;
  std::vector<float> scales;
};

struct LayerQuants {
  ConstantQuant weights, bias;  ///< kConv
  QuantSpec output;
  /// Numbers that sums are compared with, as many of each channel, instead of being rounded: for
  /// none reached they become `least`, for each one step of `output` more.
  std::vector<float> thresholds;
  double least = 0;
};

/// The nodes that make a float network a fixed-point one.
struct NetworkQuants {
  QuantizedForm form = QuantizedForm::kQonnx;
  QuantSpec input;
  std::vector<LayerQuants> layers;
};

/// The file's bytes, equal for equal networks; a float network's without `quants`.
std::string onnx_bytes(const FloatNetwork& network, const NetworkQuants* quants = nullptr);

}  // namespace dcnsim

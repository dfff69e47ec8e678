// SPDX-License-Identifier: Apache-2.0
// Float network to fixed-point network: a format for every weight and activation tensor, chosen by
// signal-to-quantization-noise ratio (SQNR) on the tensor itself and on calibration images.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "workloads/cifar10/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

/// Widths of one layer; 0 keeps the default of the whole network.
struct LayerWidths {
  std::string layer;  ///< LayerNode::name
  int weight_bits = 0;
  int output_bits = 0;
};

struct QuantizeOptions {
  int weight_bits = 8;
  int activation_bits = 8;  ///< of every layer output but the last
  int logit_bits = 16;      ///< of the last layer's output
  int input_bits = 8;       ///< of the image; 8 keeps raw pixels
  std::vector<LayerWidths> layers;
  Rounding rounding = Rounding::kHalfUp;  ///< of unsigned outputs; signed ones use kHalfEven
};

/// What was chosen for one tensor and how good it is.
struct TensorReport {
  std::string tensor;  ///< layer name + ".weight" or ".output"
  Format format;
  double sqnr_db = 0;  ///< 10 log10(sum x^2 / sum (x - q(x))^2) over the tensor
};

struct QuantizedNetwork {
  FixedNetwork network;
  std::vector<TensorReport> tensors;
};

/// `progress(done, total)` is called now and then with calibration images done.
/// Throws std::invalid_argument: widths outside 1..16, an unknown layer name (with a suggestion),
/// no calibration images, images of another shape than the network's input, NaN or infinite
/// weights.
QuantizedNetwork quantize_network(
    const FloatNetwork& network, const Dataset& calibration, const QuantizeOptions& options,
    const std::function<void(std::size_t, std::size_t)>& progress = {});

/// Per-layer widths from YAML: `layers: {conv0: {weights: 5, output: 6}, ...}` and optional
/// `weights:`, `activations:`, `logits:`, `input:` defaults, into `options`. Throws
/// std::runtime_error: file, line, field, value, what was expected.
void load_widths(const std::string& path, QuantizeOptions& options);

}  // namespace dcnsim

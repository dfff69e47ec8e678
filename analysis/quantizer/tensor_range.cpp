// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/tensor_range.h"

#include <algorithm>
#include <utility>

#include "analysis/quantizer/quantize_network.h"

namespace dcnsim {
namespace {

TensorRange range_of(std::string name, const FormatChoice& choice, double scale,
                     const Histogram& values) {
  TensorRange tensor{std::move(name), choice, 0, value_range(choice.format, scale), {}};
  tensor.values = distribution(values, tensor.range);
  if (choice.noise != 0) {
    tensor.clipping = values.clipping(choice.format, choice.step) / choice.noise;
  }
  return tensor;
}

}  // namespace

TensorRange weight_range(const FloatLayer& layer, const LayerFormats& formats,
                         const Histogram& values) {
  const std::vector<double> scales = formats.scales_of_weights();
  return range_of(layer.node.name + ".weight", formats.weight,
                  *std::max_element(scales.begin(), scales.end()), values);
}

TensorRange output_range(const FloatLayer& layer, const LayerFormats& formats,
                         const Histogram& values) {
  return range_of(layer.node.name + ".output", formats.output, formats.output.scale(), values);
}

std::vector<TensorRange> tensor_ranges(const NetworkQuantizer& quantizer,
                                       const std::vector<LayerFormats>& formats) {
  std::vector<TensorRange> ranges;
  for (std::size_t i = 0; i < formats.size(); ++i) {
    const FloatLayer& layer = quantizer.network().layers[i];
    if (layer.node.kind == LayerKind::kConv) {
      Histogram weights;
      weights.add(layer.weights);
      ranges.push_back(weight_range(layer, formats[i], weights));
    }
    ranges.push_back(output_range(layer, formats[i], quantizer.calibration().outputs[i]));
  }
  return ranges;
}

}  // namespace dcnsim

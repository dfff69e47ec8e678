// SPDX-License-Identifier: Apache-2.0
// The values of a quantized network's tensors beside what their formats hold of them.
#pragma once

#include <string>
#include <vector>

#include "analysis/quantizer/distribution.h"
#include "analysis/quantizer/format_search.h"

namespace dcnsim {

struct FloatLayer;
struct LayerFormats;
class NetworkQuantizer;

struct TensorRange {
  std::string name;     ///< layer name + ".weight" or ".output"
  FormatChoice choice;  ///< the format it has
  double clipping = 0;  ///< part of the noise from values out of range, 0..1
  ValueRange range;     ///< of the format; of the channel with the largest steps
  Distribution values;
};

/// Of a layer's weights, whose histogram is `values`, or of its output.
TensorRange weight_range(const FloatLayer& layer, const LayerFormats& formats,
                         const Histogram& values);
TensorRange output_range(const FloatLayer& layer, const LayerFormats& formats,
                         const Histogram& values);

/// Of all layers in their order, a layer's weights before its output.
std::vector<TensorRange> tensor_ranges(const NetworkQuantizer& quantizer,
                                       const std::vector<LayerFormats>& formats);

}  // namespace dcnsim

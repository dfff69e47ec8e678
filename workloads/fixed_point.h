// SPDX-License-Identifier: Apache-2.0
// A float network in given fixed-point formats.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workloads/network.h"

namespace dcnsim {

/// Formats of one layer's tensors.
struct TensorFormats {
  Format weight;  ///< kConv
  Format output;
  Rounding rounding = Rounding::kHalfUp;  ///< of the output
  /// Scales that are no powers of two: of the weights one an output channel, instead of that of
  /// their format; of the output its format's times `output_step`.
  std::vector<double> weight_scales = {};
  double output_step = 1;

  double output_scale() const;
  /// One a channel, or that of the format.
  std::vector<double> scales_of_weights() const;
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

/// How the sums of `layer` become codes, from the scales of what it reads, of its weights
/// (`weight_steps`, one a channel, kConv) and of its output: by a shift if all are powers of two
/// and there are no zero points and slopes, `weight_steps` is empty then; else by multipliers of
/// kMultiplierBits. `factor`: with which an average is multiplied. Throws std::invalid_argument for
/// scales that lie too far apart.
void set_requantizer(const FixedNetwork& network, FixedLayer& layer, double factor = 1);

/// Of the multipliers of networks; machines with narrower ones round them.
inline constexpr int kMultiplierBits = 31;

/// e if all of `scales` are 2^-e.
std::optional<int> common_frac(const std::vector<double>& scales);

/// Throws std::invalid_argument, naming what has it: zero points, a free scale of the input.
NetworkFormats formats_of(const FixedNetwork& network);

/// In what `fixed` is not `network` in fixed point, the first layer that differs, in words: another
/// number, name, kind, shape or producer. "" if it is.
std::string difference_between(const FloatNetwork& network, const FixedNetwork& fixed);

}  // namespace dcnsim

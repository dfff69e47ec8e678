// SPDX-License-Identifier: Apache-2.0
// What there is to know about every tensor of a quantized network: its distribution, how its SQNR
// grows with width, and what the paper's closed form would lose against the format it has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/quantizer/density_fit.h"
#include "analysis/quantizer/noise_law.h"
#include "analysis/quantizer/quantize_network.h"
#include "analysis/quantizer/tensor_range.h"

namespace dcnsim {

/// Widths over which kappa is fitted: above the coarsest, where SQNR jumps with single codes, and
/// up to where every tensor's growth is 6 dB per bit.
inline constexpr int kKappaLowest = 3;
inline constexpr int kKappaHighest = 12;

struct TensorQuality : TensorRange {
  FormatChoice paper = {};             ///< FormatRule::kPaper at the same width
  std::optional<DensityFit> fit = {};  ///< nothing if all values are zero
  double kurtosis = 0;  ///< of the values other than zero; high: collapses at low widths
  std::optional<SqnrLine> kappa = {};  ///< nothing if the tensor is exact
};

/// A tensor whose clipping takes more than this part of its noise is clipped strongly: errors then
/// go with the values and the additive law does not hold.
inline constexpr double kStrongClipping = 0.5;

/// In layer order, a layer's weights before its output. `formats` were chosen under `scales`, as is
/// what each tensor would have at other widths.
std::vector<TensorQuality> tensor_qualities(NetworkQuantizer& quantizer,
                                            const std::vector<LayerFormats>& formats,
                                            Scales scales);

/// The noise-to-signal ratios of the tensors of a network, for predicted_noise(). Max pools hand
/// codes on and add none.
PerTensor tensor_noise(const FloatNetwork& network, const std::vector<LayerFormats>& formats);

}  // namespace dcnsim

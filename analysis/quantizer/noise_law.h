// SPDX-License-Identifier: Apache-2.0
// The additive noise law of Lin, Talathi and Annapureddy (2016), section 3: a product's
// noise-to-signal ratio is the sum of its operands', so that ratios add up from layer to layer:
// 1/SQNR_out = sum over layers of (1/SQNR_weights + 1/SQNR_activations). ReLU and pooling are taken
// to leave the ratio as it is. Residual additions, which the paper does not have: branches and
// their errors are taken for uncorrelated, so that each branch's ratio counts by its share of the
// power of both.
#pragma once

#include <utility>
#include <vector>

#include "analysis/quantizer/calibration.h"
#include "workloads/network.h"

namespace dcnsim {

/// Something for each tensor that quantization may touch, by layer: noise-to-signal ratios (1/SQNR
/// as a power ratio, not dB), or the factors with which these reach the network's output.
struct PerTensor {
  std::vector<double> weights;  ///< 0 for layers without weights
  std::vector<double> outputs;
};

/// Noise-to-signal ratio at every layer's output. The network's input counts as exact.
std::vector<double> predicted_noise(const FloatNetwork& network, const Calibration& calibration,
                                    const PerTensor& noise);

/// d(ratio at the network's output) / d(ratio of the tensor): 1 for all tensors of a plain chain, 0
/// for what the output does not depend on.
PerTensor output_gains(const FloatNetwork& network, const Calibration& calibration);

/// SQNR in dB as a line in the width: intercept + kappa * bits.
struct SqnrLine {
  double intercept_db = 0;
  double kappa_db = 0;     ///< dB per bit
  double residual_db = 0;  ///< root mean square of what the line leaves
};

/// Least squares over (bits, SQNR in dB); infinite values are left out. Throws
/// std::invalid_argument if fewer than two different widths remain.
SqnrLine fit_line(const std::vector<std::pair<int, double>>& sqnr_db);

/// How far predicted and measured output SQNR may differ before the law counts as broken, and the
/// SQNR of a tensor below which its errors are no longer small and independent, in dB.
/// Measured: analysis/experiments/results/sqnr_additivity.md.
inline constexpr double kLawMarginDb = 3;
inline constexpr double kLawLowestSqnrDb = 8;

/// 10 log10(1 / ratio); infinite for 0.
double to_db(double noise_to_signal);

}  // namespace dcnsim

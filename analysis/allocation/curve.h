// SPDX-License-Identifier: Apache-2.0
// The trade-off between what an allocation costs and what it classifies right, by the rule that
// made the allocation, and what one rule saves against another at equal accuracy.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/allocation/allocate.h"

namespace dcnsim {

/// Equal widths between which the curves run.
inline constexpr int kCurveLowest = 3;
inline constexpr int kCurveHighest = 9;

/// The rule that gives every tensor the same width.
inline constexpr const char* kEqualRule = "equal";

struct CurvePoint {
  std::string rule;
  std::vector<int> widths;  ///< of the space's tensors
  std::uint64_t weight_bits = 0;
  double predicted_sqnr_db = 0;  ///< of the network's output, by the rule's own noise model
  double energy_pj = 0;          ///< simulated, an image
  std::uint64_t cycles = 0;      ///< simulated, an image
  double top1 = 0;               ///< 0..1
};

/// Allocates for a noise limit.
using AllocateForNoise = std::function<std::vector<int>(double max_noise)>;

/// Distinct allocations for the noise of every equal width of the curve and for the steps midway
/// (in dB) between them.
std::vector<std::vector<int>> rule_allocations(const AllocationSpace& space,
                                               const NoiseTables& noise,
                                               const AllocateForNoise& allocate);

/// The least cost at which `accuracy` is reached: linear between the points of the frontier (those
/// that no cheaper point equals in accuracy). Points are (cost, accuracy). Nothing if no point
/// reaches it; the cheapest point's cost if that does already.
std::optional<double> cost_at_accuracy(std::vector<std::pair<double, double>> points,
                                       double accuracy);

/// What a rule costs against equal widths at one accuracy.
struct Saving {
  std::string rule;
  double accuracy = 0;                          ///< 0..1
  std::optional<double> equal_cost, rule_cost;  ///< nothing where the accuracy is not reached
};

/// For every rule but "equal" and every accuracy, by `cost` of a point.
std::vector<Saving> savings(const std::vector<CurvePoint>& curve,
                            const std::vector<double>& accuracies,
                            const std::function<double(const CurvePoint&)>& cost);

/// Rules in order of first appearance.
std::vector<std::string> rules_of(const std::vector<CurvePoint>& curve);

}  // namespace dcnsim

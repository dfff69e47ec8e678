// SPDX-License-Identifier: Apache-2.0
// Cross-layer bit-width allocation of a network: Lin, Talathi and Annapureddy (2016), section 4,
// with integer widths, noise that may be measured, and costs that may be simulated.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/allocation/costs.h"
#include "analysis/allocation/problem.h"
#include "analysis/allocation/sensitivity.h"
#include "analysis/allocation/tensors.h"
#include "analysis/quantizer/noise_law.h"

namespace dcnsim {

/// What each tensor is taken to add to the noise-to-signal ratio of the network's output.
enum class NoiseModel {
  kPaper,    ///< one line of SQNR over width for all tensors, the mean of their fits
  kTensor,   ///< each tensor's own ratio at each width, carried to the output by the additive law
  kMeasured  ///< measured at the output, one tensor at a time (Sensitivity)
};

/// Widths that one tensor may have.
struct WidthRange {
  int lowest = 2;
  int highest = 16;
};

/// Everything about a network from which allocations are made.
struct AllocationSpace {
  std::vector<Tensor> tensors;
  std::vector<WidthRange> ranges;  ///< one a tensor
  QuantizeOptions base;            ///< widths of what is not allocated, scales of all
  Sensitivity sensitivity;         ///< for NoiseModel::kMeasured; covers all ranges

  int lowest() const;  ///< of all ranges
  int highest() const;
};

/// Noise of every tensor by width - lowest, over lowest..highest of the space, and of the rest.
struct NoiseTables {
  std::vector<std::vector<double>> noise;
  double fixed = 0;
};
NoiseTables noise_tables(NoiseModel model, NetworkQuantizer& quantizer,
                         const AllocationSpace& space);

/// SQNR over width of one tensor at widths lowest..highest (at least two), as a line.
SqnrLine sqnr_line(NetworkQuantizer& quantizer, const Tensor& tensor, int lowest, int highest,
                   Scales scales = Scales::kPowerOfTwo);

/// The tables cut to every tensor's range.
Problem make_problem(const AllocationSpace& space, const NoiseTables& noise,
                     const CostTables& costs);

/// What is asked for: the least cost at a noise-to-signal ratio of at most `limit`, or the least
/// noise at a cost of at most `limit`.
struct Goal {
  enum class Kind { kNoise, kCost } kind = Kind::kNoise;
  double limit = 0;
};

/// The best integer widths, and how they came about.
struct Allocation {
  Solution solution;  ///< cost: of the whole network, fixed part included
  Problem problem;    ///< that it solves; costs linear around it where they are not separable
};

/// Solves for counted costs: exact. Throws Unreachable.
Allocation allocate(const AllocationSpace& space, const NoiseTables& noise, const CostTables& costs,
                    const Goal& goal);

/// Solves for simulated costs. With weights alone this is exact but for what layers share
/// (SimulatedCosts::layers). Where a layer's cost depends on several allocated widths, costs are
/// made linear around an allocation, which is solved, simulated and made the next one, until it
/// returns; the first one is the best of equal widths. The best allocation by simulated cost is
/// kept: it meets the goal and is never worse than equal widths. is_proven: no search was cut off.
/// Throws Unreachable; its `best` is then the least cost found.
Allocation allocate(const AllocationSpace& space, const NoiseTables& noise, SimulatedCosts& costs,
                    CostKind kind, const Goal& goal);

/// `bits` for every tensor, brought into its range.
std::vector<int> equal_widths(const AllocationSpace& space, int bits);

/// Noise-to-signal ratio at the network's output that the tables give for these widths.
double predicted_output_noise(const AllocationSpace& space, const NoiseTables& noise,
                              const std::vector<int>& widths);

/// Real-valued optimum for the goal of an allocation by the closed form, each tensor's noise and
/// cost as lines over its range; nothing if a tensor's SQNR does not grow with its width or the
/// goal is out of the lines' reach.
std::optional<std::vector<double>> closed_form_widths(const Problem& problem, const Goal& goal);

}  // namespace dcnsim

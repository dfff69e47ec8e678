// SPDX-License-Identifier: Apache-2.0
// The best integer widths: marginal analysis (widths are raised one step after the other, always
// where a unit of cost buys the most noise), then an exact search of what lies between its points.
// allocation.md says why both are needed. Every function throws what validate(Problem) throws.
#pragma once

#include <vector>

#include "analysis/allocation/problem.h"

namespace dcnsim {

/// A limit counts as met up to this fraction of its magnitude, so that a limit which is itself a
/// sum of table entries is met whatever order it was added in.
constexpr double kLimitTolerance = 1e-12;

/// The cheapest allocation whose noise is at most `max_noise`; of equally cheap ones the least
/// noisy, of these the first by widths in the order of the tensors. is_proven is false if the
/// search was cut off (two million partial allocations); the result is then the best that was
/// found. Throws Unreachable with the least noise possible, std::invalid_argument if max_noise is
/// NaN.
Solution minimise_cost(const Problem& problem, double max_noise);

/// The least noisy allocation whose cost is at most `max_cost`; of equally noisy ones the cheapest,
/// then as above. Throws Unreachable with the lowest cost possible.
Solution minimise_noise(const Problem& problem, double max_cost);

/// The allocations on the lower convex hull of (cost, noise), points on its edges that marginal
/// analysis passes included, from the cheapest allocation to the least noisy one: cost rises and
/// noise falls from each to the next. Each is the best for its own noise and for its own cost.
std::vector<Solution> trade_off(const Problem& problem);

}  // namespace dcnsim

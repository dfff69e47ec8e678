// SPDX-License-Identifier: Apache-2.0
// Cross-layer bit-width allocation as tables: what every tensor costs and how much noise it adds at
// every width it may have. Noise-to-signal ratios add up across the network (1/γ_out = Σ 1/γ_i,
// Lin, Talathi and Annapureddy 2016), costs do as well. Units: noise is a power ratio without
// dimension (not dB); cost is whatever the caller counts, the same unit throughout.
#pragma once

#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace dcnsim {

/// One tensor: noise[k] and cost[k] at width lowest + k. Noise is at least 0, infinite where the
/// width is forbidden; cost is finite and may fall, or be negative. Neither needs to be monotone.
struct Choices {
  std::string name;
  int lowest = 1;
  std::vector<double> noise;
  std::vector<double> cost;
};

/// The tensors, and what no choice changes.
struct Problem {
  std::vector<Choices> tensors;
  double fixed_noise = 0;
  double fixed_cost = 0;
};

/// One width for each tensor. Noise and cost are the problem's fixed part plus the tensors' in
/// their order, added in that order: the same bits on every machine.
struct Solution {
  std::vector<int> widths;
  double noise = std::numeric_limits<double>::infinity();
  double cost = 0;
  bool is_proven = false;  ///< nothing better exists
};

/// No allocation meets the limit; `best` is the least noise or cost that one can reach.
struct Unreachable : std::runtime_error {
  Unreachable(const std::string& what, double best_reachable)
      : std::runtime_error(what), best(best_reachable) {}
  double best;
};

/// Throws std::invalid_argument that names the tensor and what was expected of it: tables of one
/// size that are not empty, numbers in range, at least one width that is not forbidden.
void validate(const Problem& problem);

/// Noise and cost of given widths, is_proven false. Throws std::invalid_argument if the problem is
/// invalid, or the widths are not as many as the tensors or outside their tables.
Solution solution_of(const Problem& problem, const std::vector<int>& widths);

}  // namespace dcnsim

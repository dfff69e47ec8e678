// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/problem.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace dcnsim {
namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw std::invalid_argument(where + ": " + what);
}

std::string name_of(const Choices& tensor, std::size_t index) {
  return "tensor " + std::to_string(index) + " '" + tensor.name + "'";
}

void validate(const Choices& tensor, std::size_t index) {
  const std::string name = name_of(tensor, index);
  if (tensor.noise.empty()) refuse(name, "expected the noise of at least one width");
  if (tensor.noise.size() != tensor.cost.size()) {
    refuse(name, "expected a noise and a cost for every width, not " +
                     std::to_string(tensor.noise.size()) + " noises and " +
                     std::to_string(tensor.cost.size()) + " costs");
  }
  for (std::size_t k = 0; k < tensor.noise.size(); ++k) {
    const std::string at = name + ", width " + std::to_string(tensor.lowest + static_cast<int>(k));
    if (!(tensor.noise[k] >= 0)) {
      refuse(at, "expected a noise of at least 0, not " + std::to_string(tensor.noise[k]));
    }
    if (!std::isfinite(tensor.cost[k])) {
      refuse(at, "expected a finite cost, not " + std::to_string(tensor.cost[k]));
    }
  }
  if (std::none_of(tensor.noise.begin(), tensor.noise.end(),
                   [](double noise) { return std::isfinite(noise); })) {
    refuse(name, "expected a width of finite noise; all are forbidden");
  }
}

}  // namespace

void validate(const Problem& problem) {
  if (!(problem.fixed_noise >= 0) || !std::isfinite(problem.fixed_noise)) {
    refuse("fixed noise",
           "expected a finite number of at least 0, not " + std::to_string(problem.fixed_noise));
  }
  if (!std::isfinite(problem.fixed_cost)) {
    refuse("fixed cost", "expected a finite number, not " + std::to_string(problem.fixed_cost));
  }
  for (std::size_t i = 0; i < problem.tensors.size(); ++i) validate(problem.tensors[i], i);
}

Solution solution_of(const Problem& problem, const std::vector<int>& widths) {
  validate(problem);
  if (widths.size() != problem.tensors.size()) {
    refuse("widths", "expected one for each of " + std::to_string(problem.tensors.size()) +
                         " tensors, not " + std::to_string(widths.size()));
  }
  Solution solution{widths, problem.fixed_noise, problem.fixed_cost, false};
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const Choices& tensor = problem.tensors[i];
    const std::int64_t k = std::int64_t{widths[i]} - tensor.lowest;
    if (k < 0 || k >= static_cast<std::int64_t>(tensor.noise.size())) {
      const int highest = tensor.lowest + static_cast<int>(tensor.noise.size()) - 1;
      refuse(name_of(tensor, i), "expected a width from " + std::to_string(tensor.lowest) + " to " +
                                     std::to_string(highest) + ", not " +
                                     std::to_string(widths[i]));
    }
    solution.noise += tensor.noise[static_cast<std::size_t>(k)];
    solution.cost += tensor.cost[static_cast<std::size_t>(k)];
  }
  return solution;
}

}  // namespace dcnsim

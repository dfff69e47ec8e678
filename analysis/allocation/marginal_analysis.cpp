// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/marginal_analysis.h"

#include <cmath>
#include <cstddef>
#include <sstream>
#include <utility>

#include "analysis/allocation/choice_search.h"
#include "analysis/allocation/hull.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMaxStates = 2'000'000;

using Table = std::vector<double> Choices::*;

/// What is permitted and not dominated, tensor by tensor.
std::vector<std::vector<Item>> items_of(const Problem& problem, Table value, Table weight) {
  std::vector<std::vector<Item>> tensors;
  for (const Choices& tensor : problem.tensors) {
    std::vector<Item> items;
    for (std::size_t k = 0; k < tensor.noise.size(); ++k) {
      if (!std::isfinite(tensor.noise[k])) continue;
      items.push_back({static_cast<int>(k), (tensor.*value)[k], (tensor.*weight)[k]});
    }
    tensors.push_back(non_dominated(std::move(items)));
  }
  return tensors;
}

Solution solution_of(const Problem& problem, const std::vector<int>& choices, bool is_proven) {
  Solution solution{choices, problem.fixed_noise, problem.fixed_cost, is_proven};
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const Choices& tensor = problem.tensors[i];
    const auto k = static_cast<std::size_t>(choices[i]);
    solution.widths[i] += tensor.lowest;
    solution.noise += tensor.noise[k];
    solution.cost += tensor.cost[k];
  }
  return solution;
}

void require_reachable(const ChoiceProblem& choice, double limit, const std::string& what) {
  double least = choice.fixed_weight;
  for (const std::vector<Item>& items : choice.tensors) least += items.back().weight;
  if (least <= choice.limit) return;
  std::ostringstream message;
  message << "no allocation has a " << what << " of at most " << limit << "; the least is "
          << least;
  throw Unreachable(message.str(), least);
}

double with_tolerance(double limit) {
  return std::isfinite(limit) ? limit + kLimitTolerance * std::abs(limit) : limit;
}

Solution minimise(const Problem& problem, const ChoiceProblem& choice, double limit,
                  const std::string& what) {
  if (std::isnan(limit)) throw std::invalid_argument("limit of " + what + ": expected a number");
  require_reachable(choice, limit, what);
  const ChoiceResult result = search_choices(choice, kMaxStates);
  return solution_of(problem, result.choices, result.is_proven);
}

}  // namespace

Solution minimise_cost(const Problem& problem, double max_noise) {
  validate(problem);
  const ChoiceProblem choice{items_of(problem, &Choices::cost, &Choices::noise), problem.fixed_cost,
                             problem.fixed_noise, with_tolerance(max_noise)};
  return minimise(problem, choice, max_noise, "noise");
}

Solution minimise_noise(const Problem& problem, double max_cost) {
  validate(problem);
  const ChoiceProblem choice{items_of(problem, &Choices::noise, &Choices::cost),
                             problem.fixed_noise, problem.fixed_cost, with_tolerance(max_cost)};
  return minimise(problem, choice, max_cost, "cost");
}

std::vector<Solution> trade_off(const Problem& problem) {
  validate(problem);
  const std::vector<std::vector<Item>> tensors = items_of(problem, &Choices::cost, &Choices::noise);
  std::vector<int> choices;
  for (const std::vector<Item>& items : tensors) choices.push_back(items.front().choice);
  std::vector<Solution> points{solution_of(problem, choices, true)};
  for (const HullStep& step : hull_steps(tensors)) {
    choices[step.tensor] = step.to.choice;
    points.push_back(solution_of(problem, choices, true));
  }
  return points;
}

}  // namespace dcnsim

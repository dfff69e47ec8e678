// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/allocate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>
#include <utility>

#include "analysis/allocation/closed_form.h"
#include "analysis/allocation/marginal_analysis.h"
#include "analysis/quantizer/tensor_quality.h"

namespace dcnsim {
namespace {

/// By layer, the noise of all outputs that are not allocated.
PerTensor unallocated_noise(NetworkQuantizer& quantizer, const AllocationSpace& space) {
  PerTensor noise = tensor_noise(quantizer.network(), quantizer.formats(space.base));
  for (const Tensor& tensor : space.tensors) {
    if (!tensor.is_weight) noise.outputs[tensor.layer] = 0;
  }
  return noise;
}

/// SQNR of a tensor as a line, of slope 0 through a single width; nothing if it is exact at all but
/// one width, as constant tensors are.
std::optional<SqnrLine> line_of(NetworkQuantizer& quantizer, const Tensor& tensor, int lowest,
                                int highest, Scales scales) {
  if (lowest == highest) {
    const double db = choice(quantizer, tensor, lowest, scales).sqnr_db();
    return std::isfinite(db) ? std::optional(SqnrLine{db, 0, 0}) : std::nullopt;
  }
  try {
    return sqnr_line(quantizer, tensor, lowest, highest, scales);
  } catch (const std::invalid_argument&) {
    return {};
  }
}

Solution solve(const Problem& problem, const Goal& goal) {
  return goal.kind == Goal::Kind::kNoise ? minimise_cost(problem, goal.limit)
                                         : minimise_noise(problem, goal.limit);
}

bool meets(const Solution& solution, const Goal& goal) {
  const double reached = goal.kind == Goal::Kind::kNoise ? solution.noise : solution.cost;
  return reached <= goal.limit + kLimitTolerance * std::abs(goal.limit);
}

/// The solution for a goal; if its cost is out of reach, the cheapest, and false.
std::pair<Solution, bool> solve_or_approach(const Problem& problem, const Goal& goal) {
  try {
    return {solve(problem, goal), true};
  } catch (const Unreachable& error) {
    if (goal.kind == Goal::Kind::kNoise) throw;
    return {minimise_noise(problem, error.best), false};
  }
}

/// Whether `a` serves `goal` better than `b`; both meet it.
bool is_better(const Solution& a, const Solution& b, const Goal& goal) {
  const auto key = [&](const Solution& s) {
    return goal.kind == Goal::Kind::kNoise ? std::pair(s.cost, s.noise)
                                           : std::pair(s.noise, s.cost);
  };
  return key(a) < key(b);
}

/// The equal widths that serve the goal best, 8 bits if none meet it.
std::vector<int> best_equal_widths(const AllocationSpace& space, const NoiseTables& noise,
                                   SimulatedCosts& costs, CostKind kind, const Goal& goal) {
  std::vector<std::vector<int>> candidates;
  for (int bits = space.lowest(); bits <= space.highest(); ++bits) {
    candidates.push_back(equal_widths(space, bits));
  }
  const std::vector<LayerCost> simulated = costs.networks(candidates);
  Solution best{equal_widths(space, 8)};
  bool is_met = false;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Solution solution{candidates[i], predicted_output_noise(space, noise, candidates[i]),
                            cost_of(simulated[i], kind)};
    if (!meets(solution, goal) || (is_met && !is_better(solution, best, goal))) continue;
    best = solution;
    is_met = true;
  }
  return best.widths;
}

}  // namespace

int AllocationSpace::lowest() const {
  return std::min_element(ranges.begin(), ranges.end(),
                          [](auto& a, auto& b) { return a.lowest < b.lowest; })
      ->lowest;
}

int AllocationSpace::highest() const {
  return std::max_element(ranges.begin(), ranges.end(),
                          [](auto& a, auto& b) { return a.highest < b.highest; })
      ->highest;
}

SqnrLine sqnr_line(NetworkQuantizer& quantizer, const Tensor& tensor, int lowest, int highest,
                   Scales scales) {
  std::vector<std::pair<int, double>> points;
  for (int bits = lowest; bits <= highest; ++bits) {
    points.emplace_back(bits, choice(quantizer, tensor, bits, scales).sqnr_db());
  }
  return fit_line(points);
}

NoiseTables noise_tables(NoiseModel model, NetworkQuantizer& quantizer,
                         const AllocationSpace& space) {
  const int lowest = space.lowest(), highest = space.highest();
  const Scales scales = space.base.scales;
  if (model == NoiseModel::kMeasured) {
    const auto skip = static_cast<std::ptrdiff_t>(lowest - space.sensitivity.lowest);
    NoiseTables tables{{}, space.sensitivity.fixed};
    for (const std::vector<double>& noise : space.sensitivity.noise) {
      tables.noise.emplace_back(noise.begin() + skip, noise.begin() + skip + highest - lowest + 1);
    }
    return tables;
  }
  const PerTensor unallocated = unallocated_noise(quantizer, space);
  NoiseTables tables;
  if (model == NoiseModel::kPaper) {
    for (const double noise : unallocated.outputs) tables.fixed += noise;
    SqnrLine mean;
    double count = 0;
    for (const Tensor& tensor : space.tensors) {
      const std::optional<SqnrLine> line = line_of(quantizer, tensor, lowest, highest, scales);
      if (!line) continue;
      ++count;
      mean.kappa_db += (line->kappa_db - mean.kappa_db) / count;
      mean.intercept_db += (line->intercept_db - mean.intercept_db) / count;
    }
    if (count == 0) mean.intercept_db = std::numeric_limits<double>::infinity();
    std::vector<double> noise;
    for (int bits = lowest; bits <= highest; ++bits) {
      noise.push_back(std::pow(10, -(mean.intercept_db + mean.kappa_db * bits) / 10));
    }
    tables.noise.assign(space.tensors.size(), noise);
    return tables;
  }
  const PerTensor gains = output_gains(quantizer.network(), quantizer.calibration());
  for (std::size_t layer = 0; layer < gains.outputs.size(); ++layer) {
    tables.fixed += gains.outputs[layer] * unallocated.outputs[layer];
  }
  for (const Tensor& tensor : space.tensors) {
    const double gain = (tensor.is_weight ? gains.weights : gains.outputs)[tensor.layer];
    std::vector<double> noise;
    for (int bits = lowest; bits <= highest; ++bits) {
      noise.push_back(gain * choice(quantizer, tensor, bits, scales).noise_to_signal());
    }
    tables.noise.push_back(std::move(noise));
  }
  return tables;
}

Problem make_problem(const AllocationSpace& space, const NoiseTables& noise,
                     const CostTables& costs) {
  Problem problem;
  problem.fixed_noise = noise.fixed;
  problem.fixed_cost = costs.fixed;
  for (std::size_t i = 0; i < space.tensors.size(); ++i) {
    const WidthRange& range = space.ranges[i];
    const auto first = static_cast<std::ptrdiff_t>(range.lowest - space.lowest());
    const auto end = static_cast<std::ptrdiff_t>(range.highest - space.lowest() + 1);
    problem.tensors.push_back({space.tensors[i].name,
                               range.lowest,
                               {noise.noise[i].begin() + first, noise.noise[i].begin() + end},
                               {costs.cost[i].begin() + first, costs.cost[i].begin() + end}});
  }
  return problem;
}

Allocation allocate(const AllocationSpace& space, const NoiseTables& noise, const CostTables& costs,
                    const Goal& goal) {
  Allocation allocation{{}, make_problem(space, noise, costs)};
  allocation.solution = solve(allocation.problem, goal);
  return allocation;
}

Allocation allocate(const AllocationSpace& space, const NoiseTables& noise, SimulatedCosts& costs,
                    CostKind kind, const Goal& goal) {
  std::optional<Allocation> best;
  double least_cost = std::numeric_limits<double>::infinity();
  bool is_complete = true;
  /// Whether the solution, its cost simulated, meets the goal.
  const auto consider = [&](const Problem& problem, const Solution& solution) {
    least_cost = std::min(least_cost, solution.cost);
    if (!meets(solution, goal)) return false;
    if (!best || is_better(solution, best->solution, goal)) best = {solution, problem};
    return true;
  };
  const auto simulated = [&](const std::vector<int>& widths) {
    return cost_of(costs.networks({widths}).front(), kind);
  };

  std::vector<int> around = best_equal_widths(space, noise, costs, kind, goal);
  std::set<std::vector<int>> seen;
  while (seen.insert(around).second) {
    CostTables tables = costs.tables(kind, around, space.lowest(), space.highest());
    tables.fixed = simulated(around);
    const Problem problem = make_problem(space, noise, tables);
    consider(problem, solution_of(problem, around));
    Goal linear_goal = goal;
    for (;;) {
      auto [next, is_reachable] = solve_or_approach(problem, linear_goal);
      is_complete = is_complete && next.is_proven;
      const double linear_cost = next.cost;
      next.cost = simulated(next.widths);
      around = next.widths;
      if (consider(problem, next) || !is_reachable) break;
      if (best && !is_better(next, best->solution, goal)) break;
      linear_goal.limit = linear_cost - (next.cost - goal.limit);  // the linear costs were too low
    }
  }
  if (!best) {
    std::ostringstream message;
    message << "no allocation found with a cost of at most " << goal.limit
            << "; the least found is " << least_cost;
    throw Unreachable(message.str(), least_cost);
  }
  best->solution.is_proven = is_complete;
  return *best;
}

std::vector<int> equal_widths(const AllocationSpace& space, int bits) {
  std::vector<int> widths;
  for (const WidthRange& range : space.ranges) {
    widths.push_back(std::clamp(bits, range.lowest, range.highest));
  }
  return widths;
}

double predicted_output_noise(const AllocationSpace& space, const NoiseTables& noise,
                              const std::vector<int>& widths) {
  double sum = noise.fixed;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    sum += noise.noise[i][static_cast<std::size_t>(widths[i] - space.lowest())];
  }
  return sum;
}

std::optional<std::vector<double>> closed_form_widths(const Problem& problem, const Goal& goal) {
  std::vector<Line> lines;
  double fixed_cost = problem.fixed_cost;
  for (const Choices& tensor : problem.tensors) {
    const std::size_t steps = tensor.noise.size() - 1;
    Line line;
    line.lowest = tensor.lowest;
    line.highest = tensor.lowest + static_cast<double>(steps);
    std::vector<std::pair<int, double>> points;
    for (std::size_t k = 0; k <= steps; ++k) {
      points.emplace_back(tensor.lowest + static_cast<int>(k), to_db(tensor.noise[k]));
    }
    if (steps == 0) {
      // A pinned tensor: any slope through its one point.
      line.kappa_db = 6;
      line.intercept_db = points[0].second - line.kappa_db * line.lowest;
      if (!std::isfinite(line.intercept_db)) return {};
    } else {
      try {
        const SqnrLine fit = fit_line(points);
        line.kappa_db = fit.kappa_db;
        line.intercept_db = fit.intercept_db;
      } catch (const std::invalid_argument&) {
        return {};
      }
      line.cost_per_bit =
          std::max(0.0, (tensor.cost.back() - tensor.cost.front()) / static_cast<double>(steps));
    }
    if (!(line.kappa_db > 0)) return {};
    fixed_cost += tensor.cost.front() - line.cost_per_bit * line.lowest;
    lines.push_back(line);
  }
  try {
    return goal.kind == Goal::Kind::kNoise
               ? minimise_cost(lines, goal.limit - problem.fixed_noise).widths
               : minimise_noise(lines, goal.limit - fixed_cost).widths;
  } catch (const Unreachable&) {
    return {};
  }
}

}  // namespace dcnsim

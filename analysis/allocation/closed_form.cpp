// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/closed_form.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>

namespace dcnsim {
namespace {

constexpr double kTolerance = 1e-12;  ///< of a limit, relative

/// All widths follow from one number, the level u: a tensor's noise is 10^u * cost_per_bit / kappa
/// until its width meets a bound.
double share(const Line& line) { return line.cost_per_bit / line.kappa_db; }

double unbounded_width(const Line& line, double level) {
  return (-10 * (level + std::log10(share(line))) - line.intercept_db) / line.kappa_db;
}

double width_at(const Line& line, double level) {
  if (line.cost_per_bit == 0) return line.highest;
  return std::clamp(unbounded_width(line, level), line.lowest, line.highest);
}

/// The level above which the line's width is less than `width`.
double level_of(const Line& line, double width) {
  return -(line.intercept_db + line.kappa_db * width) / 10 - std::log10(share(line));
}

/// Where a line meets a bound: between two neighbours the same lines are free.
std::vector<double> bends(const std::vector<Line>& lines) {
  std::vector<double> levels;
  for (const Line& line : lines) {
    if (line.cost_per_bit == 0) continue;
    levels.push_back(level_of(line, line.lowest));
    levels.push_back(level_of(line, line.highest));
  }
  std::sort(levels.begin(), levels.end());
  levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  return levels;
}

RealSolution solution_at(const std::vector<Line>& lines, double level) {
  RealSolution solution;
  for (const Line& line : lines) {
    const double width = width_at(line, level);
    solution.widths.push_back(width);
    solution.noise += line.noise(width);
    solution.cost += line.cost_per_bit * width;
  }
  return solution;
}

/// The lines free between two neighbouring bends, and the sums over the others.
struct Segment {
  std::vector<Line> free;
  double fixed_noise = 0;
  double fixed_cost = 0;
};

Segment segment_between(const std::vector<Line>& lines, double low, double high) {
  Segment segment;
  for (const Line& line : lines) {
    if (line.cost_per_bit > 0 && level_of(line, line.highest) <= low &&
        level_of(line, line.lowest) >= high) {
      segment.free.push_back(line);
      continue;
    }
    const double width = width_at(line, high);
    segment.fixed_noise += line.noise(width);
    segment.fixed_cost += line.cost_per_bit * width;
  }
  return segment;
}

/// The solution at the level where `is_beyond` turns true, which `solve` finds within a segment.
RealSolution solve_between_bends(const std::vector<Line>& lines,
                                 const std::function<bool(const RealSolution&)>& is_beyond,
                                 const std::function<double(const Segment&)>& solve) {
  const std::vector<double> levels = bends(lines);
  const auto beyond = std::partition_point(levels.begin(), levels.end(), [&](double level) {
    return !is_beyond(solution_at(lines, level));
  });
  if (beyond == levels.end()) return solution_at(lines, std::numeric_limits<double>::infinity());
  if (beyond == levels.begin()) return solution_at(lines, *beyond);
  const double low = *(beyond - 1);
  const Segment segment = segment_between(lines, low, *beyond);
  if (segment.free.empty()) return solution_at(lines, low);
  return solution_at(lines, std::clamp(solve(segment), low, *beyond));
}

void validate(const std::vector<Line>& lines, double limit) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    const auto require = [i](bool is_met, const std::string& expected) {
      if (!is_met) throw std::invalid_argument("line " + std::to_string(i) + ": " + expected);
    };
    require(std::isfinite(line.intercept_db), "expected a finite intercept");
    require(std::isfinite(line.kappa_db) && line.kappa_db > 0,
            "expected more than 0 dB per bit, not " + std::to_string(line.kappa_db));
    require(std::isfinite(line.cost_per_bit) && line.cost_per_bit >= 0,
            "expected a cost per bit of at least 0, not " + std::to_string(line.cost_per_bit));
    require(
        std::isfinite(line.lowest) && std::isfinite(line.highest) && line.lowest <= line.highest,
        "expected a lowest width not above the highest, not " + std::to_string(line.lowest) +
            " and " + std::to_string(line.highest));
  }
  if (std::isnan(limit)) throw std::invalid_argument("limit: expected a number");
}

void require_reachable(double least, double limit, const std::string& what) {
  if (least <= limit + kTolerance * std::abs(limit)) return;
  std::ostringstream message;
  message << "no widths have a " << what << " of at most " << limit << "; the least is " << least;
  throw Unreachable(message.str(), least);
}

}  // namespace

double Line::noise(double width) const {
  return std::pow(10, -(intercept_db + kappa_db * width) / 10);
}

RealSolution minimise_cost(const std::vector<Line>& lines, double max_noise) {
  validate(lines, max_noise);
  const double infinity = std::numeric_limits<double>::infinity();
  require_reachable(solution_at(lines, -infinity).noise, max_noise, "noise");
  return solve_between_bends(
      lines, [&](const RealSolution& solution) { return solution.noise >= max_noise; },
      [&](const Segment& segment) {
        double shares = 0;
        for (const Line& line : segment.free) shares += share(line);
        return std::log10((max_noise - segment.fixed_noise) / shares);
      });
}

RealSolution minimise_noise(const std::vector<Line>& lines, double max_cost) {
  validate(lines, max_cost);
  const double infinity = std::numeric_limits<double>::infinity();
  require_reachable(solution_at(lines, infinity).cost, max_cost, "cost");
  return solve_between_bends(
      lines, [&](const RealSolution& solution) { return solution.cost <= max_cost; },
      [&](const Segment& segment) {
        double shares = 0;
        double cost_at_level_0 = segment.fixed_cost;
        for (const Line& line : segment.free) {
          shares += share(line);
          cost_at_level_0 += line.cost_per_bit * unbounded_width(line, 0);
        }
        return (cost_at_level_0 - max_cost) / (10 * shares);
      });
}

}  // namespace dcnsim

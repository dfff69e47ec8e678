// SPDX-License-Identifier: Apache-2.0
// Measured points over two integer axes. A query that is a point returns it unchanged; any other is
// interpolated between the corners of the smallest rectangle of points around it, or has no answer.
// Nothing is extrapolated.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace dcnsim {

/// Value and its weight in an interpolation; weights sum to 1.
template <typename Value>
struct Corner {
  const Value* value;
  double weight;
};

template <typename Value>
class Grid {
 public:
  enum class Axes { kLinear, kLogarithmic };

  explicit Grid(Axes axes = Axes::kLinear) : axes_(axes) {}

  /// False if there is a value at (x, y) already.
  bool add(int x, int y, const Value& value) {
    xs_.insert(x);
    ys_.insert(y);
    return points_.emplace(std::pair(x, y), value).second;
  }
  bool empty() const { return points_.empty(); }
  /// The value at a point; null if there is none.
  const Value* find(int x, int y) const {
    const auto point = points_.find({x, y});
    return point == points_.end() ? nullptr : &point->second;
  }
  const std::set<int>& xs() const { return xs_; }
  const std::set<int>& ys() const { return ys_; }

  /// One corner for a point, two on an edge, four inside a cell, none outside the measured range.
  std::vector<Corner<Value>> around(double x, double y) const {
    std::vector<Corner<Value>> best;
    double smallest = HUGE_VAL;
    for (const int x0 : xs_) {
      for (const int x1 : xs_) {
        if (x0 > x || x1 < x) continue;
        for (const int y0 : ys_) {
          for (const int y1 : ys_) {
            if (y0 > y || y1 < y) continue;
            const double size = scale(x1) - scale(x0) + scale(y1) - scale(y0);
            if (size >= smallest) continue;
            std::vector<Corner<Value>> corners = cell(x0, x1, y0, y1, x, y);
            if (corners.empty()) continue;
            smallest = size;
            best = std::move(corners);
          }
        }
      }
    }
    return best;
  }

 private:
  double scale(double v) const { return axes_ == Axes::kLinear ? v : std::log(v); }

  std::vector<Corner<Value>> cell(int x0, int x1, int y0, int y1, double x, double y) const {
    const double tx = x0 == x1 ? 0 : (scale(x) - scale(x0)) / (scale(x1) - scale(x0));
    const double ty = y0 == y1 ? 0 : (scale(y) - scale(y0)) / (scale(y1) - scale(y0));
    std::vector<Corner<Value>> corners;
    for (const auto& [cx, wx] : {std::pair(x0, 1 - tx), std::pair(x1, tx)}) {
      for (const auto& [cy, wy] : {std::pair(y0, 1 - ty), std::pair(y1, ty)}) {
        const Value* const point = find(cx, cy);
        if (point == nullptr) return {};
        if (wx * wy > 0) corners.push_back({point, wx * wy});
      }
    }
    return corners;
  }

  Axes axes_;
  std::set<int> xs_, ys_;
  std::map<std::pair<int, int>, Value> points_;
};

/// Weighted mean of one member; exact for a single corner.
template <typename Value>
double blend(const std::vector<Corner<Value>>& corners, double Value::*member) {
  double sum = 0;
  for (const auto& corner : corners) sum += corner.weight * corner.value->*member;
  return sum;
}

/// Weighted geometric mean; exact for a single corner. Zero if any value is zero.
template <typename Value>
double blend_logarithms(const std::vector<Corner<Value>>& corners, double Value::*member) {
  if (corners.size() == 1) return corners[0].value->*member;
  double sum = 0;
  for (const auto& corner : corners) sum += corner.weight * std::log(corner.value->*member);
  return std::exp(sum);
}

}  // namespace dcnsim

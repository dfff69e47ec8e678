// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/choice_search.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace dcnsim {
namespace {

/// Bounds are sums of thousands of numbers in another order than the solutions they are compared
/// with; this fraction of the numbers' magnitude is far above what that can amount to.
constexpr double kRounding = 1e-11;

/// The partial solution that ends with `choice`; `parent` is the node of what comes before.
struct Node {
  std::uint32_t parent = 0;
  int choice = 0;
};

struct State {
  double value = 0;
  double weight = 0;
  Node node;
};

/// The hull of the tensors from one position to the last: value[m] and weight[m] after the m most
/// efficient steps. Each is summed from its small end, which keeps the relative error small.
struct Hull {
  std::vector<const HullStep*> steps;
  std::vector<double> value;
  std::vector<double> weight;
};

class Search {
 public:
  Search(const ChoiceProblem& problem, std::size_t max_states)
      : problem_(problem), max_states_(max_states), steps_(hull_steps(problem.tensors)) {
    double max_weight = problem.fixed_weight;
    double weight_scale = std::abs(problem.fixed_weight);
    value_scale_ = std::abs(problem.fixed_value);
    for (const std::vector<Item>& items : problem.tensors) {
      max_weight += items.front().weight;
      weight_scale += std::abs(items.back().weight);
      value_scale_ += std::abs(items.front().value);
    }
    limit_ = std::min(problem.limit, max_weight);
    weight_margin_ = kRounding * (weight_scale + std::abs(limit_));
  }

  ChoiceResult run() {
    nodes_.push_back({});
    std::vector<State> states{{problem_.fixed_value, problem_.fixed_weight, {}}};
    take_least_weight();
    const Hull all = hull_from(0);
    complete(states.front(), 0, all, first_within(all, 0, limit_ - problem_.fixed_weight));

    std::uint32_t first_parent = 0;
    for (std::size_t i = 0; i < problem_.tensors.size(); ++i) {
      if (!extend(i, first_parent, states)) return {best_, false};
      first_parent = static_cast<std::uint32_t>(nodes_.size());
      for (const State& state : states) nodes_.push_back(state.node);
    }
    // Weight rises and value falls along the states; an optimum is never dropped.
    assert(!states.empty());
    return {path(states.back().node, problem_.tensors.size()), true};
  }

 private:
  Hull hull_from(std::size_t tensor) const {
    Hull hull;
    double value = 0;
    double weight = 0;
    for (std::size_t i = tensor; i < problem_.tensors.size(); ++i) {
      value += problem_.tensors[i].front().value;
      weight += problem_.tensors[i].back().weight;
    }
    for (const HullStep& step : steps_) {
      if (step.tensor >= tensor) hull.steps.push_back(&step);
    }
    hull.value.push_back(value);
    for (const HullStep* step : hull.steps) hull.value.push_back(value += step->value_rise);
    hull.weight.assign(hull.value.size(), weight);
    for (std::size_t m = hull.steps.size(); m-- > 0;) {
      hull.weight[m] = weight += hull.steps[m]->weight_fall;
    }
    return hull;
  }

  /// The first point of the hull, from `start` on, that weighs at most `room`; past the end if
  /// none.
  static std::size_t first_within(const Hull& hull, std::size_t start, double room) {
    while (start < hull.weight.size() && hull.weight[start] > room) ++start;
    return start;
  }

  /// The least value on the hull at a weight of `room`, for the m of first_within.
  static double bound(const Hull& hull, std::size_t m, double room) {
    if (m == 0) return hull.value[0];
    const double share = (room - hull.weight[m]) / (hull.weight[m - 1] - hull.weight[m]);
    return hull.value[m] - share * (hull.value[m] - hull.value[m - 1]);
  }

  /// Puts `item` of tensor `i` on every state. Rising weights leave less and less room, so that one
  /// walk along the hull of the remaining tensors serves them all.
  std::vector<State> shifted(const std::vector<State>& states, std::uint32_t first_parent,
                             std::size_t i, const Item& item, const Hull& rest) {
    std::vector<State> result;
    std::size_t m = 0;
    for (std::size_t s = 0; s < states.size(); ++s) {
      const State state{states[s].value + item.value,
                        states[s].weight + item.weight,
                        {first_parent + static_cast<std::uint32_t>(s), item.choice}};
      const double room = limit_ - state.weight + weight_margin_;
      m = first_within(rest, m, room);
      if (m == rest.weight.size()) break;
      if (state.value + bound(rest, m, room) > best_value_ + value_margin()) continue;
      result.push_back(state);
      const std::size_t sure = first_within(rest, m, room - 2 * weight_margin_);
      if (sure < rest.weight.size() && state.value + rest.value[sure] < best_value_) {
        complete(state, i + 1, rest, sure);
      }
    }
    return result;
  }

  /// Whether `a` comes first: less weight, then less value, then smaller choices from the first
  /// tensor on.
  bool precedes(const State& a, const State& b) const {
    if (a.weight != b.weight) return a.weight < b.weight;
    if (a.value != b.value) return a.value < b.value;
    bool is_smaller = a.node.choice < b.node.choice;
    std::uint32_t x = a.node.parent;
    std::uint32_t y = b.node.parent;
    while (x != y) {
      if (nodes_[x].choice != nodes_[y].choice) is_smaller = nodes_[x].choice < nodes_[y].choice;
      x = nodes_[x].parent;
      y = nodes_[y].parent;
    }
    return is_smaller;
  }

  std::vector<State> merged(const std::vector<State>& a, const std::vector<State>& b) const {
    std::vector<State> result;
    result.reserve(a.size() + b.size());
    std::size_t x = 0;
    std::size_t y = 0;
    while (x < a.size() || y < b.size()) {
      const bool takes_a = y == b.size() || (x < a.size() && precedes(a[x], b[y]));
      const State& next = takes_a ? a[x++] : b[y++];
      if (result.empty() || next.value < result.back().value) result.push_back(next);
    }
    return result;
  }

  /// Replaces the states before tensor `i` by those after it; false if there are too many.
  bool extend(std::size_t i, std::uint32_t first_parent, std::vector<State>& states) {
    const Hull rest = hull_from(i + 1);
    std::vector<State> next;
    for (const Item& item : problem_.tensors[i]) {
      next = merged(next, shifted(states, first_parent, i, item, rest));
      if (nodes_.size() + next.size() > max_states_) return false;
    }
    states = std::move(next);
    return true;
  }

  /// The choices of the first `count` tensors.
  std::vector<int> path(Node node, std::size_t count) const {
    std::vector<int> choices(count);
    for (std::size_t i = count; i-- > 0; node = nodes_[node.parent]) choices[i] = node.choice;
    return choices;
  }

  /// Takes `state` with the first m steps on the hull of the tensors from `tensor` on for the best
  /// solution if it is one.
  void complete(const State& state, std::size_t tensor, const Hull& rest, std::size_t m) {
    std::vector<Item> items;
    for (std::size_t i = tensor; i < problem_.tensors.size(); ++i) {
      items.push_back(problem_.tensors[i].front());
    }
    for (std::size_t s = 0; s < std::min(m, rest.steps.size()); ++s) {
      items[rest.steps[s]->tensor - tensor] = rest.steps[s]->to;
    }
    double value = state.value;
    double weight = state.weight;
    for (const Item& item : items) {
      value += item.value;
      weight += item.weight;
    }
    if (weight > limit_ || value >= best_value_) return;
    best_value_ = value;
    best_ = path(state.node, tensor);
    for (const Item& item : items) best_.push_back(item.choice);
  }

  void take_least_weight() {
    best_value_ = problem_.fixed_value;
    for (const std::vector<Item>& items : problem_.tensors) {
      best_value_ += items.back().value;
      best_.push_back(items.back().choice);
    }
  }

  double value_margin() const { return kRounding * (value_scale_ + std::abs(best_value_)); }

  const ChoiceProblem& problem_;
  std::size_t max_states_;
  std::vector<HullStep> steps_;
  double limit_ = 0;
  double weight_margin_ = 0;
  double value_scale_ = 0;
  std::vector<Node> nodes_;  ///< nodes_[0] is the empty solution
  double best_value_ = std::numeric_limits<double>::infinity();
  std::vector<int> best_;
};

}  // namespace

ChoiceResult search_choices(const ChoiceProblem& problem, std::size_t max_states) {
  return Search(problem, max_states).run();
}

}  // namespace dcnsim

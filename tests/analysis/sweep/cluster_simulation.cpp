// SPDX-License-Identifier: Apache-2.0
// How a sweep of a million points scales over a cluster: the shards that dcnsim would cut, on a
// simulated scheduler with nodes of unequal speed that fail. Prints the table of
// analysis/sweep/cluster.md; the argument is the number of runs behind each line.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <queue>
#include <random>
#include <vector>

#include "analysis/sweep/shard.h"

namespace {

using Random = std::mt19937_64;

constexpr std::uint64_t kSeed = 1;

// Times in seconds. Spreads are standard deviations of a logarithm.
constexpr double kPoint = 0.05;
constexpr double kMachineSpread = 0.4;  // of a point's time over the machines of the space
constexpr double kPointSpread = 0.3;    // on top, from point to point
constexpr double kAccuracySpread = 0.2;
constexpr double kNodeSpread = 0.1;
constexpr double kScheduling = 5;        // from a job being ready to its first task's start
constexpr double kStartsPerSecond = 50;  // of tasks, by the controller
constexpr double kTaskStart = 2;         // load dcnsim, networks and the sweep file
constexpr double kTimeToFailure = 1000 * 3600.0;  // mean, of a node
constexpr double kRepair = 3600;
constexpr double kNoticed = 300;  // Slurm's default SlurmdTimeout
constexpr double kRequeue = 120;  // Slurm's delay before a task starts again
constexpr double kMergeRow = 90e-6;
constexpr double kMergeStore = 0.02;

struct Space {
  std::size_t allocations, machines;
  double accuracy;  // s
};

/// What a sweep really takes; the shards are cut by the means.
class Truth {
 public:
  Truth(const Space& space, Random& random) : space_(space) {
    const std::vector<double> machine = draw(space.machines, kPoint, kMachineSpread, random);
    accuracies_ = draw(space.allocations, space.accuracy, kAccuracySpread, random);
    std::lognormal_distribution<double> spread = of_mean(1, kPointSpread);
    points_.push_back(0);
    points_.reserve(space.allocations * space.machines + 1);
    for (std::size_t a = 0; a < space.allocations; ++a) {
      for (std::size_t m = 0; m < space.machines; ++m) {
        points_.push_back(points_.back() + machine[m] * spread(random));
      }
    }
  }

  double seconds(const dcnsim::PointRange& range) const {
    double sum = points_[range.end] - points_[range.first];
    if (range.end == range.first) return sum;
    for (std::size_t a = range.first / space_.machines; a <= (range.end - 1) / space_.machines;
         ++a) {
      sum += accuracies_[a];
    }
    return sum;
  }

  static std::lognormal_distribution<double> of_mean(double mean, double spread) {
    return std::lognormal_distribution<double>(std::log(mean) - spread * spread / 2, spread);
  }
  static std::vector<double> draw(std::size_t count, double mean, double spread, Random& random) {
    std::lognormal_distribution<double> distribution = of_mean(mean, spread);
    std::vector<double> values(count);
    for (double& value : values) value = distribution(random);
    return values;
  }

 private:
  Space space_;
  std::vector<double> accuracies_;
  std::vector<double> points_;  // sums up to each point
};

/// What waits in the order of its time.
struct Entry {
  double time;
  std::size_t index;
  bool operator>(const Entry& other) const { return time > other.time; }
};
using Waiting = std::priority_queue<Entry, std::vector<Entry>, std::greater<>>;

/// Returns when the last task is done. A node that fails costs its task the point and the accuracy
/// in flight, and the time until the scheduler starts it elsewhere.
double run_tasks(std::vector<double> seconds, std::size_t node_count, double in_flight,
                 Random& random) {
  std::exponential_distribution<double> failure(1 / kTimeToFailure);
  const std::vector<double> slowness = Truth::draw(node_count, 1, kNodeSpread, random);
  std::vector<double> fails_at(node_count);
  Waiting nodes, tasks;
  for (std::size_t n = 0; n < node_count; ++n) {
    fails_at[n] = failure(random);
    nodes.push({0, n});
  }
  for (std::size_t t = 0; t < seconds.size(); ++t) tasks.push({kScheduling, t});
  double last_start = 0, done = 0;
  while (!tasks.empty()) {
    const Entry task = tasks.top();
    const Entry node = nodes.top();
    tasks.pop();
    nodes.pop();
    const double start = std::max({task.time, node.time, last_start + 1 / kStartsPerSecond});
    last_start = start;
    const double begin = start + kTaskStart;
    const double end = begin + seconds[task.index] * slowness[node.index];
    const double fails = fails_at[node.index];
    if (fails > end) {
      nodes.push({end, node.index});
      done = std::max(done, end);
      continue;
    }
    const double worked = std::max(0.0, fails - begin) / slowness[node.index];
    seconds[task.index] += std::min(worked, in_flight) - worked;
    tasks.push({std::max(fails, start) + kNoticed + kRequeue, task.index});
    nodes.push({fails + kRepair, node.index});
    fails_at[node.index] = fails + kRepair + failure(random);
  }
  return done;
}

double middle(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

struct Line {
  std::size_t nodes, shards;
  std::vector<double> last_task, balance, efficiency;
};

void simulate(const Space& space, std::size_t runs) {
  const auto us = [](double s) { return static_cast<std::uint64_t>(std::llround(s * 1e6)); };
  const std::vector<dcnsim::AllocationWork> work(space.allocations,
                                                 {space.machines, us(kPoint), us(space.accuracy)});
  const std::uint64_t once_us = dcnsim::shards(work, 1)[0].cost_us;
  std::vector<Line> lines;
  for (const std::size_t nodes : {10u, 100u, 1000u}) {
    for (const std::size_t shards_a_node : {1u, 4u}) {
      lines.push_back({nodes, nodes * shards_a_node, {}, {}, {}});
    }
  }
  Random random(kSeed);
  for (std::size_t run = 0; run < runs; ++run) {
    const Truth truth(space, random);
    const double once = truth.seconds({0, space.allocations * space.machines, 0});
    for (Line& line : lines) {
      std::vector<double> seconds;
      double sum = 0;
      for (const dcnsim::PointRange& range : dcnsim::shards(work, line.shards)) {
        seconds.push_back(truth.seconds(range));
        sum += seconds.back();
      }
      const double dearest = *std::max_element(seconds.begin(), seconds.end());
      line.balance.push_back(sum / static_cast<double>(line.shards) / dearest);
      const double last = run_tasks(seconds, line.nodes, space.accuracy + kPoint, random);
      line.last_task.push_back(last);
      line.efficiency.push_back(once / last / static_cast<double>(line.nodes));
    }
  }
  for (const Line& line : lines) {
    std::uint64_t shared_us = 0;
    for (const dcnsim::PointRange& range : dcnsim::shards(work, line.shards)) {
      shared_us += range.cost_us;
    }
    const double merge = kScheduling + kMergeStore * static_cast<double>(line.shards) +
                         kMergeRow * static_cast<double>(space.allocations * space.machines);
    fmt::print(
        "| {} x {}, {:.0f} s | {} | {} | {:.1f} | {:.0f} | {:.0f} | {:.0f} | {:.0f} | {:.0f} |\n",
        space.allocations, space.machines, space.accuracy, line.nodes, line.shards,
        100 * (static_cast<double>(shared_us) / static_cast<double>(once_us) - 1),
        100 * middle(line.balance, 0.5), middle(line.last_task, 0.5), middle(line.last_task, 0.95),
        100 * middle(line.efficiency, 0.5), middle(line.last_task, 0.5) + merge);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t runs = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100;
  fmt::print(
      "| allocations x machines, accuracy | nodes | shards | repeats % | balance % | last task s | "
      "in 95 of 100 runs s | efficiency % | merged s |\n"
      "| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n");
  simulate({1'000, 1'000, 2}, runs);
  simulate({10'000, 100, 20}, runs);
  simulate({100, 10'000, 20}, runs);
}

// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/plan.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "analysis/evaluation/accuracy.h"
#include "analysis/sweep/allocation_stage.h"
#include "analysis/sweep/allocations.h"
#include "analysis/sweep/point_worker.h"
#include "analysis/sweep/sweep_task.h"

namespace dcnsim {
namespace {

constexpr std::size_t kTrials = 4;        ///< points evaluated to see how long one takes
constexpr std::size_t kTrialImages = 16;  ///< classified to see how long an accuracy takes

using SteadyClock = std::chrono::steady_clock;

template <class Work>
double seconds_of(const Work& work) {
  const auto start = SteadyClock::now();
  work();
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

struct Durations {
  double allocation_s = 0, point_s = 0;
};

class Planner {
 public:
  Planner(const SweepSpec& spec, const SweepOptions& options)
      : options_(options),
        inputs_(load_inputs(spec, options.cost_tables)),
        space_(spec),
        cache_(options.cache_folder, EvaluationCache::Use::kFind),
        hardware_(survey_hardware(space_, options.cost_tables.path)) {
    if (std::filesystem::exists(options.store)) {
      store_.emplace(options.store, inputs_.facts(spec, options.version));
    }
    SweepStore* const store = store_ ? &*store_ : nullptr;
    stage_.emplace(spec, inputs_, hardware_.accumulators, store, cache_,
                   AllocationStage::How{options.jobs, options.cache_folder, {}, options.progress});
    task_ = find_task(space_, inputs_, options.shard, store);
  }

  SweepPlan plan() {
    SweepPlan plan;
    plan.warnings = inputs_.warnings;
    plan.points = task_.points();
    plan.found = task_.found();
    const std::set<std::size_t> pairs = pairs_of(task_.missing, space_, hardware_);
    plan.allocations = pairs.size();
    for (const std::size_t pair : pairs) plan.allocations_known += stage_->known(pair) ? 1 : 0;
    plan.timings = timings();
    const Durations costs = mean_costs();
    plan.seconds =
        (costs.point_s * static_cast<double>(plan.timings) +
         costs.allocation_s * static_cast<double>(plan.allocations - plan.allocations_known)) /
        static_cast<double>(std::max<std::size_t>(options_.jobs, 1));
    return plan;
  }

 private:
  bool is_possible(std::uint64_t id) const { return hardware_.is_possible(space_.at(id).hardware); }

  /// Allocations of equal widths have equal timing.
  std::uint64_t timings() {
    std::set<std::pair<std::size_t, std::string>> distinct;
    for (const std::uint64_t id : task_.missing) {
      if (!is_possible(id)) continue;
      const PointIndex index = space_.at(id);
      distinct.insert({hardware_.timing_class[index.hardware],
                       std::to_string(index.network) + stage_->allocation_key(space_.pair(id))});
    }
    return distinct.size();
  }

  Durations costs_of(std::uint64_t id) {
    const std::size_t pair = space_.pair(id);
    const Dataset few = first_images(inputs_.images, kTrialImages);
    Durations costs;
    AllocationResults results;
    costs.allocation_s =
        seconds_of([&] { results.records[pair] = stage_->record(pair, Dataset{}); });
    if (few.size() > 0) {
      const FixedNetwork network = stage_->network(pair);
      costs.allocation_s +=
          seconds_of([&] { count_correct(network, few, hardware_.accumulators.front()); }) *
          static_cast<double>(inputs_.images.size()) / static_cast<double>(few.size());
    }
    PointWorker worker({space_, inputs_, results, hardware_, options_.cost_tables.path, no_cache_});
    costs.point_s = seconds_of([&] { worker.evaluate({"", {id}}); });
    return costs;
  }

  Durations mean_costs() {
    Durations sum;
    double trials = 0;
    for (std::size_t i = 0; i < std::min(kTrials, task_.missing.size()); ++i) {
      const std::uint64_t id = task_.missing[i * task_.missing.size() / kTrials];
      if (!is_possible(id)) continue;
      try {
        const Durations costs = costs_of(id);
        sum.allocation_s += costs.allocation_s;
        sum.point_s += costs.point_s;
        ++trials;
      } catch (const std::exception&) {
        // A run would store the reason.
      }
    }
    return trials == 0 ? Durations{} : Durations{sum.allocation_s / trials, sum.point_s / trials};
  }

  const SweepOptions& options_;
  const std::string no_cache_;
  const SweepInputs inputs_;
  const DesignSpace space_;
  EvaluationCache cache_;
  const HardwareSurvey hardware_;
  std::optional<SweepStore> store_;
  std::optional<AllocationStage> stage_;
  SweepTask task_;
};

}  // namespace

SweepPlan plan_sweep(const SweepSpec& spec, const SweepOptions& options) {
  return Planner(spec, options).plan();
}

}  // namespace dcnsim

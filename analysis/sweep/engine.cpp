// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/engine.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "analysis/evaluation/accuracy.h"
#include "analysis/evaluation/work_pool.h"
#include "analysis/sweep/allocation_stage.h"
#include "analysis/sweep/allocations.h"
#include "analysis/sweep/design_space.h"
#include "analysis/sweep/evaluation_cache.h"
#include "analysis/sweep/hardware_survey.h"
#include "analysis/sweep/point_worker.h"
#include "analysis/sweep/store.h"
#include "models/cost/sha256.h"

namespace dcnsim {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// What shards are cut by: measured with cifar10_plain7 on one core (engine.md). Fixed, because all
/// machines of a cluster must cut alike; only their ratio matters.
constexpr std::uint64_t kPointUs = 40'000;
constexpr double kUsPerMac = 1.6e-5;

std::uint64_t macs(const FloatNetwork& network) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    if (network.layers[i].node.kind == LayerKind::kConv) sum += macs(network, {i, true, ""});
  }
  return sum;
}

/// The points of a run: which there are and which are not known yet.
struct Task {
  PointRange range;
  std::vector<std::uint64_t> missing;
};

Task find_task(const DesignSpace& space, const SweepInputs& inputs,
               const std::optional<Shard>& shard, SweepStore* store) {
  Task task;
  task.range = {0, space.size(), 0};
  if (shard) {
    std::vector<AllocationWork> work;
    const std::uint64_t pairs = space.size() / space.hardware_count();
    for (std::uint64_t pair = 0; pair < pairs; ++pair) {
      const std::size_t network = space.at(pair * space.hardware_count()).network;
      const double accuracy_us =
          kUsPerMac * static_cast<double>(macs(inputs.networks[network]) * inputs.images.size());
      work.push_back({space.hardware_count(), kPointUs, static_cast<std::uint64_t>(accuracy_us)});
    }
    task.range = shards(work, shard->count)[shard->number - 1];
  }
  std::vector<bool> known(task.range.end - task.range.first);
  if (store != nullptr) {
    store->for_each_id([&](std::uint64_t id) {
      if (id >= task.range.first && id < task.range.end) known[id - task.range.first] = true;
    });
  }
  for (std::uint64_t id = task.range.first; id < task.range.end; ++id) {
    if (!known[id - task.range.first]) task.missing.push_back(id);
  }
  return task;
}

/// Networks with their allocations that points need.
std::set<std::size_t> pairs_of(const std::vector<std::uint64_t>& points, const DesignSpace& space) {
  std::set<std::size_t> pairs;
  for (const std::uint64_t id : points) {
    pairs.insert(static_cast<std::size_t>(id / space.hardware_count()));
  }
  return pairs;
}

class Sweep {
 public:
  Sweep(const SweepSpec& spec, const SweepOptions& options)
      : options_(options),
        inputs_(load_inputs(spec, options.tables_dir)),
        space_(spec),
        store_(options.store, inputs_.facts(spec, options.version)),
        cache_(options.cache_folder, EvaluationCache::Use::kFindAndKeep),
        hardware_(survey_hardware(space_, options.tables_dir)),
        stage_(spec, inputs_, hardware_.accumulators, &store_, cache_,
               {options.jobs, options.cache_folder, options.stop, options.progress}) {}

  SweepOutcome run() {
    const auto start = SteadyClock::now();
    if (options_.retry_failed) store_.remove_failed();
    const Task task = find_task(space_, inputs_, options_.shard, &store_);
    outcome_.points = task.range.end - task.range.first;
    outcome_.found = outcome_.points - task.missing.size();
    const std::set<std::size_t> pairs = pairs_of(task.missing, space_);
    if (!pairs.empty()) allocations_ = stage_.evaluate(pairs);
    outcome_.allocations = pairs.size();
    outcome_.allocations_reused = allocations_.reused;
    if (!stopped()) evaluate_points(task.missing);
    store_.finish();
    outcome_.seconds = seconds_since(start);
    outcome_.interrupted = stopped();
    return outcome_;
  }

 private:
  bool stopped() const { return options_.stop && options_.stop(); }

  std::size_t pair_of(std::uint64_t id) const {
    return static_cast<std::size_t>(id / space_.hardware_count());
  }

  /// Why a point cannot be evaluated, as far as that is known without trying.
  std::string problem(std::uint64_t id) const {
    const PointIndex index = space_.at(id);
    if (const auto at = allocations_.problems.find(pair_of(id));
        at != allocations_.problems.end()) {
      return at->second;
    }
    if (const auto at = allocations_.network_problems.find(index.network);
        at != allocations_.network_problems.end()) {
      return "float accuracy: " + at->second;
    }
    return hardware_.problem[index.hardware];
  }

  void fail(const std::vector<StoredPoint>& points) {
    store_.add({{}, points});
    outcome_.failed += points.size();
  }

  /// Points that share their timing, by machine first, so that a worker keeps what it knows of one.
  std::vector<PointGroup> group(const std::vector<std::uint64_t>& points) {
    std::map<std::size_t, std::string> shape_of;  // of a pair: layers and widths
    for (const auto& [pair, record] : allocations_.records) {
      shape_of[pair] = sha256_hex(timing_identity(record));
    }
    std::map<std::pair<std::size_t, std::string>, std::vector<std::uint64_t>> groups;
    std::vector<StoredPoint> failures;
    for (const std::uint64_t id : points) {
      std::string reason = problem(id);
      if (!reason.empty()) {
        failures.push_back({id, std::move(reason), {}, {}});
        continue;
      }
      const std::size_t machine = hardware_.timing_class[space_.at(id).hardware];
      groups[{machine, shape_of.at(pair_of(id))}].push_back(id);
    }
    fail(failures);
    std::vector<PointGroup> result;
    for (auto& [classes, ids] : groups) {
      result.push_back({sha256_hex("timing 1 " + inputs_.program + ' ' +
                                   hardware_.class_keys[classes.first] + ' ' + classes.second),
                        std::move(ids)});
    }
    return result;
  }

  void evaluate_points(const std::vector<std::uint64_t>& missing) {
    const std::vector<PointGroup> groups = group(missing);
    outcome_.timings = groups.size();
    WorkPool pool;
    pool.items = groups.size();
    pool.jobs = options_.jobs;
    pool.stop = options_.stop;
    pool.prepare = [&]() -> Worker {
      auto worker = std::make_shared<PointWorker>(PointWorker::Context{
          space_, inputs_, allocations_, hardware_, options_.tables_dir, options_.cache_folder});
      return [&, worker](std::size_t index) { return to_bytes(worker->evaluate(groups[index])); };
    };
    const OnProgress listener = options_.progress && !groups.empty()
                                    ? options_.progress("points", missing.size())
                                    : OnProgress{};
    const auto tell = [&] {
      if (listener) listener(outcome_.done + outcome_.failed);
    };
    pool.on_result = [&](std::size_t index, const std::string& bytes) {
      const GroupResult result = group_result(bytes);
      store_.add(result.batch);
      if (!result.timing.empty()) cache_.keep(groups[index].key, result.timing);
      outcome_.timings_reused += result.from_cache ? 1 : 0;
      for (const StoredPoint& point : result.batch.points) {
        ++(point.failed() ? outcome_.failed : outcome_.done);
      }
      tell();
    };
    pool.on_failure = [&](std::size_t index, const std::string& reason) {
      std::vector<StoredPoint> failures;
      for (const std::uint64_t id : groups[index].points) failures.push_back({id, reason, {}, {}});
      fail(failures);
      tell();
    };
    for_each(pool);
  }

  const SweepOptions& options_;
  const SweepInputs inputs_;
  const DesignSpace space_;
  SweepStore store_;
  EvaluationCache cache_;
  const HardwareSurvey hardware_;
  AllocationStage stage_;
  AllocationResults allocations_;
  SweepOutcome outcome_;
};

}  // namespace

SweepOutcome run_sweep(const SweepSpec& spec, const SweepOptions& options) {
  return Sweep(spec, options).run();
}

SweepPlan plan_sweep(const SweepSpec& spec, const SweepOptions& options) {
  constexpr std::size_t kTrials = 4, kTrialImages = 16;
  const SweepInputs inputs = load_inputs(spec, options.tables_dir);
  const DesignSpace space(spec);
  std::optional<SweepStore> store;
  if (std::filesystem::exists(options.store)) {
    store.emplace(options.store, inputs.facts(spec, options.version));
  }
  EvaluationCache cache(options.cache_folder, EvaluationCache::Use::kFind);
  const HardwareSurvey hardware = survey_hardware(space, options.tables_dir);
  AllocationStage stage(spec, inputs, hardware.accumulators, store ? &*store : nullptr, cache,
                        {options.jobs, options.cache_folder, {}, options.progress});
  const Task task = find_task(space, inputs, options.shard, store ? &*store : nullptr);

  SweepPlan plan;
  plan.points = task.range.end - task.range.first;
  plan.found = plan.points - task.missing.size();
  const std::set<std::size_t> pairs = pairs_of(task.missing, space);
  plan.allocations = pairs.size();
  for (const std::size_t pair : pairs) plan.allocations_known += stage.known(pair) ? 1 : 0;
  std::set<std::pair<std::size_t, std::string>> timings;
  for (const std::uint64_t id : task.missing) {
    const PointIndex index = space.at(id);
    if (!hardware.problem[index.hardware].empty()) continue;
    const std::size_t pair = static_cast<std::size_t>(id / space.hardware_count());
    timings.insert({hardware.timing_class[index.hardware],
                    std::to_string(index.network) + allocations_to_json({{stage.widths(pair)}})});
  }
  plan.timings = timings.size();

  double point_s = 0, allocation_s = 0;
  std::size_t trials = 0;
  for (std::size_t i = 0; i < kTrials && i < task.missing.size(); ++i) {
    const std::uint64_t id = task.missing[i * task.missing.size() / kTrials];
    const PointIndex index = space.at(id);
    if (!hardware.problem[index.hardware].empty()) continue;
    const std::size_t pair = static_cast<std::size_t>(id / space.hardware_count());
    NetworkQuantizer& quantizer = stage.quantizer(index.network);
    try {
      auto start = SteadyClock::now();
      AllocationResults results;
      results.records[pair] =
          evaluate_allocation(quantizer, stage.widths(pair), hardware.accumulators, Dataset{});
      const double quantize_s = seconds_since(start);
      const Dataset few = first_images(inputs.images, kTrialImages);
      start = SteadyClock::now();
      if (few.size() > 0) {
        count_correct(quantizer.quantize(stage.widths(pair)).network, few,
                      hardware.accumulators.front());
      }
      const double few_s = std::max(0.0, seconds_since(start) - quantize_s);
      allocation_s += quantize_s + few_s / std::max<double>(1, static_cast<double>(few.size())) *
                                       static_cast<double>(inputs.images.size());
      start = SteadyClock::now();
      PointWorker worker({space, inputs, results, hardware, options.tables_dir, ""});
      worker.evaluate({"", {id}});
      point_s += seconds_since(start);
      ++trials;
    } catch (const std::exception&) {
      // A run would store the reason.
    }
  }
  if (trials > 0) {
    const double work =
        point_s * static_cast<double>(plan.timings) +
        allocation_s * static_cast<double>(plan.allocations - plan.allocations_known);
    plan.seconds = work / static_cast<double>(trials * std::max<std::size_t>(options.jobs, 1));
  }
  return plan;
}

}  // namespace dcnsim

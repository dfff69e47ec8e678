// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/engine.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/sweep/allocation_stage.h"
#include "analysis/sweep/design_space.h"
#include "analysis/sweep/evaluation_cache.h"
#include "analysis/sweep/hardware_survey.h"
#include "analysis/sweep/point_worker.h"
#include "analysis/sweep/store.h"
#include "analysis/sweep/sweep_task.h"
#include "models/base/file/sha256.h"
#include "models/base/process/work_pool.h"

namespace dcnsim {
namespace {

/// Points that a worker evaluates at a time, and that are stored at once.
constexpr std::size_t kSlice = 100;

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

class Sweep {
 public:
  Sweep(const SweepSpec& spec, const SweepOptions& options)
      : options_(options),
        inputs_(load_inputs(spec, options.cost_tables)),
        space_(spec),
        store_(options.store, inputs_.facts(spec, options.version)),
        cache_(options.cache_folder, EvaluationCache::Use::kFindAndKeep),
        hardware_(survey_hardware(space_, options.cost_tables.path)),
        stage_(spec, inputs_, hardware_.accumulators, &store_, cache_,
               {options.jobs, options.cache_folder, options.stop, options.progress}) {}

  SweepOutcome run() {
    const auto start = SteadyClock::now();
    if (options_.retry_failed) store_.remove_failed();
    const SweepTask task = find_task(space_, inputs_, options_.shard, &store_);
    outcome_.points = task.points();
    outcome_.found = task.found();
    const std::set<std::size_t> pairs = pairs_of(task.missing, space_, hardware_);
    if (!pairs.empty()) allocations_ = stage_.evaluate(pairs);
    outcome_.allocations = pairs.size();
    outcome_.allocations_reused = allocations_.reused;
    if (!stopped()) evaluate_points(task.missing);
    store_.finish();
    outcome_.seconds = seconds_since(start);
    outcome_.interrupted = stopped();
    outcome_.warnings = inputs_.warnings;
    return outcome_;
  }

 private:
  bool stopped() const { return options_.stop && options_.stop(); }

  /// Why a point cannot be evaluated, as far as that is known without trying.
  std::string problem(std::uint64_t id) const {
    const PointIndex index = space_.at(id);
    if (!hardware_.is_possible(index.hardware)) return hardware_.problem[index.hardware];
    if (const auto at = allocations_.problems.find(space_.pair(id));
        at != allocations_.problems.end()) {
      return at->second;
    }
    if (const auto at = allocations_.network_problems.find(index.network);
        at != allocations_.network_problems.end()) {
      return "float accuracy: " + at->second;
    }
    return "";
  }

  void fail(const std::vector<StoredPoint>& points) {
    store_.add({{}, points});
    outcome_.failed += points.size();
  }

  /// Points that share their timing: by machines that differ in their buffers alone, then by
  /// network, so that a worker keeps what these have in common; in slices, so that workers share
  /// them and little is lost when the sweep is killed.
  std::vector<PointGroup> group(const std::vector<std::uint64_t>& points) {
    std::map<std::size_t, std::string> shape_of;  // of a pair: network and widths
    for (const auto& [pair, record] : allocations_.records) {
      const std::size_t network = space_.at(pair * space_.hardware_count()).network;
      shape_of[pair] = sha256_hex(timing_identity(inputs_.networks[network], record));
    }
    using Key = std::tuple<std::size_t, std::string, std::size_t>;  // family, shape, timing class
    std::map<Key, std::vector<std::uint64_t>> groups;
    std::vector<StoredPoint> failures;
    for (const std::uint64_t id : points) {
      std::string reason = problem(id);
      if (!reason.empty()) {
        failures.push_back({id, std::move(reason), {}, {}});
        continue;
      }
      const std::size_t timing_class = hardware_.timing_class[space_.at(id).hardware];
      groups[{hardware_.family[timing_class], shape_of.at(space_.pair(id)), timing_class}]
          .push_back(id);
    }
    fail(failures);
    std::vector<PointGroup> result;
    const Key* before = nullptr;
    for (auto& [at, ids] : groups) {
      const auto& [family, shape, timing_class] = at;
      const bool continues =
          before != nullptr && std::get<0>(*before) == family && std::get<1>(*before) == shape;
      before = &at;
      const std::string key = sha256_hex("timing 1 " + inputs_.program + ' ' +
                                         hardware_.class_keys[timing_class] + ' ' + shape);
      for (std::size_t first = 0; first < ids.size(); first += kSlice) {
        const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(first);
        const std::size_t count = std::min(kSlice, ids.size() - first);
        result.push_back({key,
                          {begin, begin + static_cast<std::ptrdiff_t>(count)},
                          first == 0,
                          continues || first > 0});
      }
    }
    return result;
  }

  void evaluate_points(const std::vector<std::uint64_t>& missing) {
    const std::vector<PointGroup> groups = group(missing);
    outcome_.timings = static_cast<std::size_t>(std::count_if(
        groups.begin(), groups.end(), [](const PointGroup& slice) { return slice.is_first; }));
    WorkPool pool;
    pool.items = groups.size();
    pool.jobs = options_.jobs;
    pool.stop = options_.stop;
    pool.continues = [&](std::size_t index) { return groups[index].continues; };
    pool.prepare = [&]() -> Worker {
      auto worker = std::make_shared<PointWorker>(
          PointWorker::Context{space_, inputs_, allocations_, hardware_, options_.cost_tables.path,
                               options_.cache_folder});
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
      outcome_.timings_reused += result.from_cache && groups[index].is_first ? 1 : 0;
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

}  // namespace dcnsim

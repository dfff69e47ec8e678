// SPDX-License-Identifier: Apache-2.0
// What a worker process does: the points of one timing evaluation.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analysis/sweep/allocation_stage.h"
#include "analysis/sweep/design_space.h"
#include "analysis/sweep/evaluation.h"
#include "analysis/sweep/evaluation_cache.h"
#include "analysis/sweep/hardware_survey.h"
#include "analysis/sweep/store.h"
#include "analysis/sweep/sweep_inputs.h"
#include "platform/compiler/mapper/layer_work.h"

namespace dcnsim {

/// Points that share their timing, or a slice of them.
struct PointGroup {
  std::string key;  ///< of the evaluation
  std::vector<std::uint64_t> points;
  bool is_first = true;    ///< of the slices of its timing
  bool continues = false;  ///< the one before; what buffers hold differs at most
};

struct GroupResult {
  PointBatch batch;
  std::string timing;  ///< the record as bytes, "" unless it was evaluated now
  bool from_cache = false;
};
std::string to_bytes(const GroupResult& result);
GroupResult group_result(const std::string& bytes);

class PointWorker {
 public:
  /// All of it stays.
  struct Context {
    const DesignSpace& space;
    const SweepInputs& inputs;
    const AllocationResults& allocations;
    const HardwareSurvey& hardware;
    const std::string& tables_dir;
    const std::string& cache_folder;
  };

  explicit PointWorker(const Context& context);

  GroupResult evaluate(const PointGroup& group);

 private:
  /// A machine with what this worker knows of it.
  struct Known {
    std::size_t hardware;
    Machine machine;
    bool told = false;                 ///< its JSON has gone to the store
    std::set<std::string> provenance;  ///< that has gone to the store
  };
  Known& known(std::size_t hardware);
  const AllocationRecord& allocation(std::uint64_t id) const;
  StoredPoint point(std::uint64_t id, const TimingRecord& timing, PointBatch& batch);
  std::size_t family(std::size_t hardware) const;
  /// Searches that hold on machines of a family.
  std::shared_ptr<MappingCache> mappings_of(std::size_t family);
  /// What the machines of the point's family have in common for its network.
  LayerWorks& works_of(std::uint64_t id, const Machine& machine);
  /// One inference from an idle accelerator, with what the memory has of its waits. Machines of
  /// the family that `works_` is of execute a program alike.
  const TimingRecord& executed(const Machine& machine, const Program& program);
  TimingRecord timing(const PointGroup& group, GroupResult& result);
  /// The same, once for all slices of a timing that come here one after the other.
  const TimingRecord& timing_of(const PointGroup& group, GroupResult& result);

  const Context context_;
  const PriceTables tables_;  ///< the shipped ones
  EvaluationCache cache_;
  std::list<Known> machines_;  ///< the last used first
  std::shared_ptr<MappingCache> mappings_;
  std::size_t mappings_of_ = 0;  ///< whose they are: family
  std::unique_ptr<LayerWorks> works_;
  std::map<std::string, TimingRecord> executed_;  ///< by execution_key() of all layers
  std::pair<std::size_t, std::size_t> works_of_;  ///< whose both are: family and pair
  std::string timed_;                             ///< key of `timing_`
  TimingRecord timing_;
};

}  // namespace dcnsim

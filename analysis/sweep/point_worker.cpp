// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/point_worker.h"

#include <algorithm>
#include <stdexcept>

#include "analysis/sweep/priced_point.h"
#include "models/base/json/fields.h"
#include "models/base/process/work_pool.h"
#include "platform/compiler/mapper/mapping_memory.h"

namespace dcnsim {
namespace {

/// Machines that a worker keeps: they differ in prices, or in what their buffers hold.
constexpr std::size_t kMachinesKept = 32;

}  // namespace

PointWorker::PointWorker(const Context& context)
    : context_(context),
      tables_(context.tables_dir),
      cache_(context.cache_folder, EvaluationCache::Use::kFind) {}

PointWorker::Known& PointWorker::known(std::size_t hardware) {
  const auto found = std::find_if(machines_.begin(), machines_.end(),
                                  [&](const Known& k) { return k.hardware == hardware; });
  if (found != machines_.end()) {
    machines_.splice(machines_.begin(), machines_, found);
    return machines_.front();
  }
  Machine machine = make_machine(context_.space.machine(hardware), tables_);
  // Energies depend on what buffers hold.
  machine.mappings = machine.config.mapping.asks_for(Objective::kEnergy)
                         ? std::make_shared<MappingMemory>()
                         : mappings_of(family(hardware));
  machines_.push_front({hardware, std::move(machine), false, {}});
  if (machines_.size() > kMachinesKept) machines_.pop_back();
  return machines_.front();
}

const AllocationRecord& PointWorker::allocation(std::uint64_t id) const {
  return context_.allocations.records.at(context_.space.pair(id));
}

std::size_t PointWorker::family(std::size_t hardware) const {
  return context_.hardware.family[context_.hardware.timing_class[hardware]];
}

std::shared_ptr<MappingCache> PointWorker::mappings_of(std::size_t family) {
  if (!mappings_ || family != mappings_of_) {
    mappings_ = std::make_shared<MappingMemory>();
    mappings_of_ = family;
  }
  return mappings_;
}

LayerWorks& PointWorker::works_of(std::uint64_t id, const Machine& machine) {
  const std::pair of(family(context_.space.at(id).hardware), context_.space.pair(id));
  if (!works_ || of != works_of_) {
    works_ = std::make_unique<LayerWorks>(machine.config);
    executed_.clear();
    works_of_ = of;
  }
  return *works_;
}

const TimingRecord& PointWorker::executed(const Machine& machine, const Program& program) {
  std::string key = std::to_string(program.descriptor_address);
  for (const Descriptor& layer : descriptors(program)) key += execution_key(layer, machine.config);
  const auto [found, is_new] = executed_.try_emplace(key);
  TimingRecord& record = found->second;
  if (is_new) {
    record = evaluate_timing(machine, program);
    record.counters = with_memory_shares(std::move(record.counters), record.layers,
                                         record.descriptor_address, machine);
  }
  return record;
}

TimingRecord PointWorker::timing(const PointGroup& group, GroupResult& result) {
  if (const auto bytes = cache_.find(group.key)) {
    try {
      TimingRecord record = timing_record(*bytes);
      if (record.layers.size() == allocation(group.points.front()).layers.size()) {
        result.from_cache = true;
        return record;
      }
    } catch (const std::runtime_error&) {
      // As if it were not there.
    }
  }
  const std::uint64_t id = group.points.front();
  const PointIndex index = context_.space.at(id);
  const FixedNetwork nodes = topology(context_.inputs.networks[index.network], allocation(id));
  const Machine& machine = known(index.hardware).machine;
  LayerWorks& works = works_of(id, machine);
  TimingRecord record = executed(
      machine, mapped(machine, nodes, allocation(id).layers, machine.mappings.get(), &works));
  record.stream = evaluate_stream(machine, nodes, allocation(id).layers, record,
                                  machine.mappings.get(), &works);
  result.timing = to_bytes(record);
  return record;
}

const TimingRecord& PointWorker::timing_of(const PointGroup& group, GroupResult& result) {
  if (timed_ != group.key) {
    timing_ = timing(group, result);
    timed_ = group.key;
  }
  return timing_;
}

StoredPoint PointWorker::point(std::uint64_t id, const TimingRecord& timing, PointBatch& batch) {
  const PointIndex index = context_.space.at(id);
  const AllocationRecord& record = allocation(id);
  Known& known = this->known(index.hardware);
  StoredPoint point = priced_point(known.machine, record, timing);
  point.id = id;
  if (!record.correct.empty()) {
    point.figures.images = context_.inputs.images.size();
    point.figures.correct = record.correct.at(context_.hardware.accumulator[index.hardware]);
    const auto& in_float = context_.allocations.float_correct;
    point.figures.float_correct.reset();
    if (!context_.space.has_fixed_networks()) {
      point.figures.float_correct = in_float.at(index.network);
    }
  }
  StoredMachine& news = batch.machines[index.hardware];
  if (!known.told) news.json = machine_json(known.machine);
  known.told = true;
  for (const std::string& source : provenance_texts(known.machine, timing.layers)) {
    if (known.provenance.insert(source).second) news.provenance.insert(source);
  }
  return point;
}

GroupResult PointWorker::evaluate(const PointGroup& group) {
  GroupResult result;
  const TimingRecord* record = nullptr;
  try {
    record = &timing_of(group, result);
  } catch (const std::exception& e) {
    for (const std::uint64_t id : group.points) {
      result.batch.points.push_back({id, e.what(), {}, {}});
    }
    return result;
  }
  for (const std::uint64_t id : group.points) {
    try {
      result.batch.points.push_back(point(id, *record, result.batch));
    } catch (const std::exception& e) {
      result.batch.points.push_back({id, e.what(), {}, {}});
    }
  }
  return result;
}

std::string to_bytes(const GroupResult& result) {
  Json machines = Json::array(), points = Json::array();
  for (const auto& [id, machine] : result.batch.machines) {
    machines.push_back({id, machine.json, machine.provenance});
  }
  for (const StoredPoint& p : result.batch.points) {
    const std::string figures = to_bytes(std::vector<Figures>{p.figures});
    points.push_back({p.id, p.reason, Json::binary({figures.begin(), figures.end()}), p.layers});
  }
  const std::vector<std::uint8_t> bytes =
      Json::to_cbor({{"from_cache", result.from_cache},
                     {"machines", machines},
                     {"points", points},
                     {"timing", Json::binary({result.timing.begin(), result.timing.end()})}});
  return {bytes.begin(), bytes.end()};
}

GroupResult group_result(const std::string& bytes) {
  const std::string file = "a worker's points";
  return read_fields(parse_cbor(bytes, file), file, [](const Fields& f) {
    GroupResult result;
    for (const Fields& machine : f.list("/machines")) {
      const std::vector<std::string> provenance = machine.exact_texts("/2");
      result.batch.machines[machine.count("/0")] = {machine.exact_text("/1"),
                                                    {provenance.begin(), provenance.end()}};
    }
    for (const Fields& point : f.list("/points")) {
      const Json::binary_t& figures = point.bytes("/2");
      if (figures.size() != sizeof(Figures)) point.fail("/2", "expected the figures of a point");
      result.batch.points.push_back({point.count("/0"), point.exact_text("/1"),
                                     from_bytes<Figures>({figures.begin(), figures.end()}).front(),
                                     point.exact_text("/3")});
    }
    const Json::binary_t& timing = f.bytes("/timing");
    result.timing.assign(timing.begin(), timing.end());
    result.from_cache = f.flag("/from_cache");
    return result;
  });
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/sweep_task.h"

#include "analysis/allocation/tensors.h"

namespace dcnsim {
namespace {

/// What shards are cut by: measured with cifar10_plain7 on one core (engine.md). Fixed, because all
/// machines of a cluster must cut alike; only their ratio matters.
constexpr std::uint64_t kPointUs = 80'000;
constexpr double kUsPerMac = 1.6e-5;

std::uint64_t macs(const FloatNetwork& network) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    if (network.layers[i].node.kind == LayerKind::kConv) sum += macs(network, {i, true, ""});
  }
  return sum;
}

}  // namespace

SweepTask find_task(const DesignSpace& space, const SweepInputs& inputs,
                    const std::optional<Shard>& shard, SweepStore* store) {
  SweepTask task;
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

std::set<std::size_t> pairs_of(const std::vector<std::uint64_t>& points, const DesignSpace& space,
                               const HardwareSurvey& hardware) {
  std::set<std::size_t> pairs;
  for (const std::uint64_t id : points) {
    if (hardware.is_possible(space.at(id).hardware)) pairs.insert(space.pair(id));
  }
  return pairs;
}

}  // namespace dcnsim

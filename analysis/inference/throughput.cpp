// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/throughput.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include "analysis/evaluation/timing.h"
#include "analysis/inference/layer_mappings.h"
#include "models/base/process/work_pool.h"
#include "platform/standalone/simulation.h"
#include "workloads/executor.h"
#include "workloads/images/network_input.h"

namespace dcnsim {
namespace {

/// The first from an idle accelerator, the others behind another.
constexpr int kBatches = 3;

void check_outputs(const RunInputs& inputs, const BatchStream& stream) {
  Executor reference(inputs.network, inputs.machine.config.accumulator);
  const CodeInput input(inputs.network, inputs.images);
  std::vector<CodeTensor> expected;  // by image: with few of them, they come again
  std::size_t image = 0;
  for (const std::vector<CodeTensor>& batch : stream.outputs) {
    for (const CodeTensor& output : batch) {
      const std::size_t index = image++ % inputs.images.size();
      if (index == expected.size()) expected.push_back(reference.run(input(index)).layers.back());
      if (output != expected[index]) {
        throw std::runtime_error(fmt::format(
            "image {}, in a batch: the simulated codes differ from the reference executor's",
            index));
      }
    }
  }
}

/// The counters of all layers of all jobs, one after the other, as bytes.
std::string simulated(const RunInputs& inputs, const BatchProgram& batch, Transport transport) {
  const Machine& machine = inputs.machine;
  SimulationOptions options;
  options.transport = transport;
  Simulation simulation(machine.config, machine.dram, batch.program, options);
  const CodeInput input(inputs.network, inputs.images);
  std::vector<std::vector<CodeTensor>> jobs(static_cast<std::size_t>(kBatches * batch.jobs));
  std::size_t image = 0;
  for (std::vector<CodeTensor>& job : jobs) {
    for (int i = 0; i < batch.program.images; ++i) {
      job.push_back(input(image++ % inputs.images.size()));
    }
  }
  const BatchStream stream = simulation.run_queue(jobs);
  check_outputs(inputs, stream);
  std::vector<LayerCounters> all;
  std::uint64_t cycles = 0;
  for (const std::vector<LayerCounters>& job : stream.batches) {
    for (const LayerCounters& layer : job) cycles += layer.cycles;
    all.insert(all.end(), job.begin(), job.end());
  }
  if (cycles != stream.cycles) {
    throw std::logic_error(
        fmt::format("batches take {} cycles one by one, {} together", cycles, stream.cycles));
  }
  return to_bytes(all);
}

}  // namespace

BatchProgram batch_program(const RunRequest& request, const RunInputs& inputs, const Program& one,
                           const OnRunProgress& progress) {
  const Machine& machine = inputs.machine;
  const int batch = machine.config.mapping.batch;
  constexpr int kSets = 2;
  BatchProgram apart{assemble(inputs.network, machine.config, mappings_of(descriptors(one)), kSets),
                     batch};
  if (batch == 1) return apart;
  std::vector<InputFile> known;
  BatchProgram shared{
      assemble(inputs.network, machine.config,
               map_layers(machine, inputs.network, request.mapping_file, known, progress, 0, batch),
               kSets),
      1};
  machine.cost.require_energies(descriptors(shared.program));
  const bool shares =
      is_faster(evaluate_behind(machine, shared.program), evaluate_behind(machine, apart.program));
  return shares ? std::move(shared) : std::move(apart);
}

ThroughputReport throughput(const RunInputs& inputs, const BatchProgram& batch,
                            const std::vector<LayerCounters>& one, Transport transport) {
  WorkPool pool;
  pool.items = 1;
  pool.jobs = 1;
  pool.prepare = [&]() -> Worker {
    return [&](std::size_t) { return simulated(inputs, batch, transport); };
  };
  const auto counters = from_bytes<LayerCounters>(results_of(pool).at(0));
  const std::vector<Descriptor> layers = descriptors(batch.program);
  ThroughputReport report;
  report.batch = batch.jobs * batch.program.images;
  report.shares_weights = batch.program.images > 1;
  report.cycles.resize(kBatches);
  const std::size_t of_batch = counters.size() / kBatches;
  for (std::size_t i = 0; i < counters.size(); ++i) {
    const std::size_t layer = i % layers.size();
    report.cycles[i / of_batch] += counters[i].cycles;
    if (i < of_batch) continue;
    const LayerCounters priced = with_expected_zeros(counters[i], zero_fraction(one.at(layer)));
    report.energy_pj += inputs.machine.cost.layer_energy_pj(layers[layer], priced).total();
    report.traffic_bytes += static_cast<double>(priced.stream_bytes.total());
  }
  const double images = static_cast<double>(report.batch) * (kBatches - 1);
  report.energy_pj /= images;
  report.traffic_bytes /= images;
  return report;
}

}  // namespace dcnsim

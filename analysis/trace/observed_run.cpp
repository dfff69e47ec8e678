// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/observed_run.h"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "analysis/trace/dram_trace.h"
#include "analysis/trace/pipeline_trace.h"
#include "models/base/process/work_pool.h"
#include "platform/standalone/simulation.h"

namespace dcnsim {
namespace {

std::vector<TracedLayer> traced_layers(const Program& program) {
  std::vector<TracedLayer> layers;
  for (const ProgramLayer& layer : program.layers) {
    layers.push_back({layer.name, loads_input(layer.descriptor), !layer.descriptor.output_on_chip});
  }
  return layers;
}

/// SystemC writes waveforms under a name of its own choice; they get theirs when complete.
class Waveforms {
 public:
  explicit Waveforms(const std::optional<std::string>& path) : path_(path) {
    if (path_) stem_ = *path_ + ".partial-" + std::to_string(::getpid());
  }
  ~Waveforms() {
    std::error_code error;
    if (path_) std::filesystem::remove(stem_ + ".vcd", error);
  }
  Waveforms(const Waveforms&) = delete;
  Waveforms& operator=(const Waveforms&) = delete;

  const std::string& stem() const { return stem_; }
  void commit() const {
    std::error_code error;
    if (path_) std::filesystem::rename(stem_ + ".vcd", *path_, error);
    if (error) throw std::runtime_error(*path_ + ": cannot be written: " + error.message());
  }

 private:
  const std::optional<std::string> path_;
  std::string stem_;
};

std::vector<LayerCounters> observe(const AcceleratorConfig& config, const DramSpec& dram,
                                   const Program& program, const CodeTensor& image,
                                   const Observation& observation) {
  std::optional<TraceFile> file;
  std::optional<PipelineTrace> trace;
  std::optional<DramTrace> dram_trace;
  if (observation.trace) {
    file.emplace(*observation.trace);
    trace.emplace(*file, traced_layers(program), Clock(config.clock_mhz));
    dram_trace.emplace(*file, dram, config.dram);
  }
  const Waveforms waveforms(observation.vcd);
  SimulationOptions options;
  options.transport = observation.transport;
  options.quantum_ps = 0;
  if (trace) {
    options.observer = &*trace;
    options.dram_observer = [&](const DramCommand& command) { dram_trace->observe(command); };
  }
  options.vcd = waveforms.stem();
  std::vector<LayerCounters> counters;
  {
    Simulation simulation(config, dram, program, options);
    counters = simulation.run(image).layers;
  }
  waveforms.commit();
  if (trace) {
    dram_trace->finish(trace->finish());
    file->close();
  }
  return counters;
}

}  // namespace

std::vector<LayerCounters> observed_run(const AcceleratorConfig& config, const DramSpec& dram,
                                        const Program& program, const CodeTensor& image,
                                        const Observation& observation) {
  WorkPool pool;
  pool.items = 1;
  pool.prepare = [&]() -> Worker {
    return
        [&](std::size_t) { return to_bytes(observe(config, dram, program, image, observation)); };
  };
  return from_bytes<LayerCounters>(results_of(pool).at(0));
}

}  // namespace dcnsim

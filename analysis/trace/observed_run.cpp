// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/observed_run.h"

#include <memory>
#include <optional>

#include "analysis/trace/dram_trace.h"
#include "analysis/trace/waveform_file.h"
#include "models/base/process/work_pool.h"
#include "platform/standalone/simulation.h"

namespace dcnsim {
namespace {

std::vector<LayerCounters> observe(const AcceleratorConfig& config, const DramSpec& dram,
                                   const Program& program, const CodeTensor& image,
                                   const Observation& observation) {
  std::unique_ptr<TraceFile> file;
  std::optional<PipelineTrace> trace;
  std::optional<DramTrace> dram_trace;
  if (observation.trace) {
    file = make_trace_file(*observation.trace, observation.trace_format);
    trace.emplace(*file, traced_layers(program), Clock(config.clock_mhz), config.dma.bus_bytes);
    dram_trace.emplace(*file, dram, config.dram);
  }
  std::optional<WaveformFile> waveforms;
  if (observation.vcd) waveforms.emplace(*observation.vcd);
  SimulationOptions options;
  options.transport = observation.transport;
  options.quantum_ps = 0;
  if (trace) {
    options.observer = &*trace;
    options.dram_observer = [&](const DramCommand& command) { dram_trace->observe(command); };
  }
  if (waveforms) options.vcd = waveforms->stem();
  std::vector<LayerCounters> counters;
  {
    Simulation simulation(config, dram, program, options);
    counters = simulation.run(image).layers;
  }
  if (waveforms) waveforms->commit();
  if (trace) {
    dram_trace->finish(trace->finish());
    file->close();
  }
  return counters;
}

}  // namespace

std::vector<TracedLayer> traced_layers(const Program& program) {
  std::vector<TracedLayer> layers;
  for (const ProgramLayer& layer : program.layers) {
    layers.push_back({layer.name, loads_input(layer.descriptor), !layer.descriptor.output_on_chip});
  }
  return layers;
}

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

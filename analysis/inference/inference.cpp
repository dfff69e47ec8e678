// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/inference.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analysis/evaluation/multiplier_distance.h"
#include "analysis/evaluation/predictions.h"
#include "analysis/evaluation/timing.h"
#include "analysis/inference/layer_mappings.h"
#include "analysis/inference/run_inputs.h"
#include "analysis/inference/simulated_images.h"
#include "analysis/inference/throughput.h"
#include "analysis/trace/observed_run.h"
#include "analysis/whatif/what_if.h"
#include "models/arch/dram_spec.h"
#include "models/base/file/atomic_file.h"
#include "models/base/text/short_name.h"
#include "models/numeric/rounding.h"
#include "platform/compiler/program.h"

/// SystemC's library asks every program for one. A program that has a main of its own, and no need
/// of SystemC, gets it here.
extern "C" __attribute__((weak)) int sc_main(int, char**) { return 1; }

namespace dcnsim {
namespace {

/// Whose times are known, there being one's. Often enough to find times that depend on data, seldom
/// enough to cost little.
constexpr std::size_t kTimedEvery = 100;

Transport value_transport(RunTiming timing) {
  return timing == RunTiming::kApproximatelyTimed ? Transport::kApproximatelyTimed
                                                  : Transport::kLooselyTimed;
}

Transport time_transport(RunTiming timing) {
  return timing == RunTiming::kLooselyTimed ? Transport::kLooselyTimed
                                            : Transport::kApproximatelyTimed;
}

std::uint64_t total_cycles(const std::vector<LayerCounters>& layers) {
  std::uint64_t cycles = 0;
  for (const LayerCounters& layer : layers) cycles += layer.cycles;
  return cycles;
}

Program compiled(const RunRequest& request, RunInputs& inputs, const OnRunProgress& progress) {
  const Machine& machine = inputs.machine;
  Program program =
      assemble(inputs.network, machine.config,
               map_layers(machine, inputs.network, request.mapping_file, inputs.files, progress));
  machine.cost.require_energies(descriptors(program));
  return program;
}

/// One image by itself, if time is simulated otherwise than values or is to be looked at.
void observe(const RunRequest& request, const RunInputs& inputs, const Program& program,
             RunReport& report, std::vector<LayerCounters>& counters) {
  report.timing = time_transport(request.timing);
  const bool timed_apart = report.timing != value_transport(request.timing);
  if (timed_apart) report.loosely_timed_cycles = total_cycles(counters);
  if (!timed_apart && !request.trace && !request.vcd) return;
  const Machine& machine = inputs.machine;
  const TraceFormat format =
      request.trace_format.value_or(trace_format_of(request.trace.value_or("")));
  counters = with_times_of(
      std::move(counters),
      observed_run(machine.config, machine.dram, program, input_codes(inputs, request.trace_image),
                   {report.timing, request.trace, request.vcd, format}));
}

/// In place of the zeros of an image that means nothing.
void assume_zeros(double share, RunReport& report, std::vector<LayerCounters>& counters) {
  report.assumed_zeros = share;
  report.overflows = 0;
  for (LayerCounters& layer : counters) layer = with_expected_zeros(layer, share);
}

std::optional<WhatIfReport> what_ifs_of(const RunRequest& request, const RunInputs& inputs,
                                        const Program& program,
                                        const std::vector<LayerCounters>& counters) {
  if (request.what_if == RunWhatIf::kNone) return std::nullopt;
  const Machine& machine = inputs.machine;
  std::vector<LayerMapping> mappings;
  std::vector<double> zeros;
  for (std::size_t i = 0; i < program.layers.size(); ++i) {
    mappings.push_back({program.layers[i].descriptor, {}});
    zeros.push_back(zero_fraction(counters.at(i)));
  }
  MapperOptions options;
  options.energy = energy_model(machine.cost);
  return what_if(machine, inputs.network, mappings, zeros,
                 request.what_if == RunWhatIf::kNew ? WhatIfMapping::kNew : WhatIfMapping::kFixed,
                 options);
}

void price(const Machine& machine, const Program& program,
           const std::vector<LayerCounters>& counters, RunReport& report) {
  for (std::size_t i = 0; i < program.layers.size(); ++i) {
    const ProgramLayer& layer = program.layers[i];
    report.layers.push_back({layer.name, layer.descriptor, counters.at(i),
                             machine.cost.layer_energy_pj(layer.descriptor, counters.at(i))});
  }
  report.area_um2 = machine.cost.area_um2(descriptors(program));
  report.provenance = machine.cost.provenance(descriptors(program));
}

ImageSimulation simulation_of(const RunRequest& request, const RunInputs& inputs,
                              const Program& program) {
  ImageSimulation simulation{inputs,
                             program,
                             value_transport(request.timing),
                             request.check,
                             request.jobs,
                             request.predictions.has_value(),
                             {},
                             {},
                             request.timing == RunTiming::kApproximatelyTimed ? 1 : kTimedEvery};
  std::vector<std::string> names;
  for (const FixedLayer& layer : inputs.network.layers) names.push_back(layer.node.name);
  for (const DumpRequest& dump : request.dumps) {
    try {
      simulation.dumped_layers.push_back(index_of_name(dump.layer, names));
    } catch (const std::invalid_argument& e) {
      throw RequestError("dump",
                         std::string(e.what()) +
                             "; nodes merged into a layer, as ReLUs, have no codes of their own");
    }
  }
  if (!request.dumps.empty()) {
    std::set<std::size_t> images(request.dump_images.begin(), request.dump_images.end());
    simulation.dumped_images.assign(images.begin(), images.end());
  }
  return simulation;
}

/// Of the network's output.
std::vector<double> scores_of(const FixedNetwork& network, const CodeTensor& codes) {
  const int last = static_cast<int>(network.layers.size()) - 1;
  std::vector<double> values;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    values.push_back(network.number(last, codes.get(i)));
  }
  return values;
}

/// Predictions and dumps.
void write_values(const RunRequest& request, const ImageSimulation& how,
                  const SimulatedImages& simulated, RunReport& report) {
  const RunInputs& inputs = how.inputs;
  if (request.predictions) {
    PredictionTable table(inputs.network.layers.back().node.output_shape(), inputs.images);
    for (const CodeTensor& codes : simulated.outputs) {
      table.add(scores_of(inputs.network, codes));
    }
    write_file_atomically(*request.predictions, table.csv());
  }
  for (std::size_t i = 0; i < request.dumps.size(); ++i) {
    write_file_atomically(request.dumps[i].path, dump_bytes(simulated.dumps[i]));
    const std::size_t layer = how.dumped_layers[i];
    report.dumps.push_back({inputs.network.layers[layer].node.name, request.dumps[i].path,
                            simulated.dumps[i].front().format(), how.dumped_images});
  }
}

/// Calls in order wait for a bank where a controller serves others meanwhile; within its row cycle
/// so many bytes pass. models/perf/dram/README.md has what that comes to.
std::optional<std::string> too_few_bytes_a_row(const RunReport& report, const DramSpec& dram) {
  const DramEvents events = report.totals().dram;
  if (report.timing != Transport::kLooselyTimed || events.activates == 0) return std::nullopt;
  const double bytes = static_cast<double>(events.read_bytes + events.write_bytes) /
                       static_cast<double>(events.activates);
  const double enough = 1e-9 * dram.trc_ns * dram.channel_bytes_per_s();
  if (bytes >= enough) return std::nullopt;
  return fmt::format(
      "{:.0f} bytes a DRAM row that is opened, less than {:.0f}: loosely timed, this takes longer "
      "than with a controller that reorders; use --timing at",
      bytes, enough);
}

std::vector<std::string> warnings(const RunReport& report, const Machine& machine) {
  std::vector<std::string> texts;
  if (const auto components = extrapolated_components(report.provenance); !components.empty()) {
    texts.push_back(fmt::format("EXTRAPOLATED beyond the tables: {}", fmt::join(components, ", ")));
  }
  if (report.overflows > 0) {
    const Accumulator& accumulator = report.accelerator.accumulator;
    texts.push_back(fmt::format(
        "{} outputs over all images overflowed the {}-bit accumulator ({}): use narrower "
        "widths, or a wider accumulator where the energy tables have one",
        report.overflows, accumulator.bits,
        accumulator.overflow == Overflow::kWrap ? "wrapped" : "saturated"));
  }
  if (const CostModel& cost = machine.cost; cost.clock_share() > 1) {
    texts.push_back(fmt::format("clock of {} MHz, beyond what was measured: {}, at most {} MHz",
                                machine.config.clock_mhz, cost.critical_path().text(),
                                cost.critical_path().highest_mhz()));
  }
  if (auto text = too_few_bytes_a_row(report, machine.dram)) texts.push_back(*std::move(text));
  return texts;
}

}  // namespace

RequestError::RequestError(const std::string& of_field, const std::string& what)
    : std::invalid_argument(of_field + ": " + what), field(of_field), problem(what) {}

NoSuchImage::NoSuchImage(const std::string& of_field, std::size_t image, std::size_t count)
    : RequestError(of_field,
                   fmt::format("{}, expected one of the {} images, from 0 on", image, count)) {}

RunReport run(const RunRequest& request, const OnRunProgress& progress) {
  files_of(request).check();
  RunInputs inputs = run_inputs(request, progress);
  const Program program = compiled(request, inputs, progress);
  const ImageSimulation how = simulation_of(request, inputs, program);
  SimulatedImages simulated = simulate_images(how, progress);
  const Machine& machine = inputs.machine;

  RunReport report;
  report.version = DCNSIM_VERSION;
  report.inputs = inputs.files;
  report.network = inputs.network.name;
  report.accelerator = machine.config;
  report.pixels = inputs.pixels;
  report.tensors = std::move(inputs.tensors);
  report.images = inputs.has_images ? inputs.images.size() : 0;
  report.no_accuracy = inputs.no_accuracy;
  report.right = simulated.right;
  report.overflows = simulated.overflows;
  report.timed_images = simulated.timed;
  report.clock_period_s = machine.clock_period_s();
  report.dram_peak_bytes_per_s = machine.dram.channel_bytes_per_s() * machine.config.dram.channels;
  observe(request, inputs, program, report, simulated.counters);
  if (!inputs.has_images) assume_zeros(request.zeros, report, simulated.counters);
  simulated.counters = with_memory_shares(std::move(simulated.counters), descriptors(program),
                                          program.descriptor_address, machine);
  report.what_if = what_ifs_of(request, inputs, program, simulated.counters);
  price(machine, program, simulated.counters, report);
  if (machine.config.mapping.batch > 0) {
    report.throughput = throughput(inputs, batch_program(request, inputs, program, progress),
                                   simulated.counters, time_transport(request.timing));
  }
  report.warnings = inputs.warnings;
  if (inputs.has_images) {
    if (const auto distance =
            multiplier_distance(inputs.network, machine.config.accumulator, inputs.images)) {
      report.warnings.push_back(distance->text());
    }
  }
  for (std::string& text : warnings(report, machine)) report.warnings.push_back(std::move(text));
  write_values(request, how, simulated, report);
  return report;
}

}  // namespace dcnsim

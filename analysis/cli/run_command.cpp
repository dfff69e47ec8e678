// SPDX-License-Identifier: Apache-2.0
// dcnsim run: a network on an accelerator, image by image, inside the SystemC model.
#include <fmt/format.h>

#include <functional>
#include <memory>
#include <optional>

#include "analysis/cli/command.h"
#include "analysis/cli/mapping_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/trace/observed_run.h"
#include "models/arch/accelerator_yaml.h"
#include "models/base/file/atomic_file.h"
#include "models/base/process/work_pool.h"
#include "models/tlm/clocking.h"
#include "platform/standalone/simulation.h"
#include "workloads/executor.h"

namespace dcnsim::cli {
namespace {

struct RunOptions {
  std::string network = kBuiltInNetwork;
  std::string accelerator = "small_edge";
  std::string dataflow;
  std::string images;
  std::uint64_t limit = 0;
  WidthOptions widths;
  MappingOptions mapping;
  std::size_t jobs = default_jobs();
  std::optional<std::string> json;
  bool check = false;
  std::string timing = "auto";
  std::optional<std::string> trace, vcd;
  std::size_t trace_image = 0;

  Transport timing_transport() const {
    return timing == "lt" ? Transport::kLooselyTimed : Transport::kApproximatelyTimed;
  }
  Transport value_transport() const {
    return timing == "at" ? Transport::kApproximatelyTimed : Transport::kLooselyTimed;
  }
};

/// What a worker found out about one image.
struct ImageResult {
  std::int64_t predicted = -1;
  std::uint64_t overflows = 0;
  std::uint64_t signature = 0;  ///< of all that may not depend on the image
};

std::uint64_t signature(std::vector<LayerCounters> counters) {
  static_assert(std::has_unique_object_representations_v<LayerCounters>);
  for (LayerCounters& layer : counters) layer = without_data(layer);
  return std::hash<std::string>{}(to_bytes(counters));
}

ImageResult result_of(const std::string& bytes) {
  return from_bytes<ImageResult>(bytes.substr(0, sizeof(ImageResult))).at(0);
}

/// The counters of image 0, but for zeros, of which they have the mean over all images.
std::vector<LayerCounters> mean_counters(const std::vector<std::string>& results,
                                         std::size_t layers) {
  const std::size_t zeros_bytes = layers * sizeof(std::uint64_t);
  std::vector<std::uint64_t> zeros(layers);
  for (const std::string& result : results) {
    const auto of_image =
        from_bytes<std::uint64_t>(result.substr(sizeof(ImageResult), zeros_bytes));
    for (std::size_t i = 0; i < layers; ++i) zeros[i] += of_image[i];
  }
  auto counters = from_bytes<LayerCounters>(results[0].substr(sizeof(ImageResult) + zeros_bytes));
  for (std::size_t i = 0; i < layers; ++i) {
    counters.at(i).input_zeros = (zeros[i] + results.size() / 2) / results.size();
  }
  return counters;
}

std::uint64_t total_cycles(const std::vector<LayerCounters>& layers) {
  std::uint64_t cycles = 0;
  for (const LayerCounters& layer : layers) cycles += layer.cycles;
  return cycles;
}

/// One image on the system; with `reference`, every code of every layer is compared. An
/// ImageResult as bytes, followed by the zeros of all layers and, for image 0, their counters.
std::string infer(Simulation& simulation, const FixedNetwork& network, const Dataset& images,
                  std::size_t index, Executor* reference) {
  const CodeTensor image = convert_image(image_tensor(images, index), network.input_format);
  const Inference inference = simulation.run(image);
  if (reference != nullptr) {
    const Activations& expected = reference->run(image);
    for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
      if (simulation.layer_output(layer) != expected.layers[layer]) {
        throw std::runtime_error(fmt::format(
            "image {}: layer \"{}\": the simulated codes differ from the reference executor's",
            index, network.layers[layer].node.name));
      }
    }
  }
  ImageResult result;
  result.predicted = argmax(inference.output);
  result.signature = signature(inference.layers);
  for (const LayerCounters& layer : inference.layers) result.overflows += layer.overflows;
  std::vector<std::uint64_t> zeros;
  for (const LayerCounters& layer : inference.layers) zeros.push_back(layer.input_zeros);
  return to_bytes<ImageResult>({result}) + to_bytes(zeros) +
         (index == 0 ? to_bytes(inference.layers) : "");
}

void run_command(const RunOptions& options) {
  for (const auto& path : {options.json, options.trace, options.vcd}) {
    if (path) require_writable(*path);
  }
  RunReport report;
  report.version = DCNSIM_VERSION;
  const std::string network_path = network_file(options.network);
  const std::string accelerator_path = accelerator_file(options.accelerator);
  const std::string images_path = images_file(options.images);

  AcceleratorConfig config = load_accelerator(accelerator_path);
  if (!options.dataflow.empty()) {
    config.array.dataflow = options.dataflow == "weight-stationary" ? Dataflow::kWeightStationary
                                                                    : Dataflow::kOutputStationary;
  }
  options.mapping.apply(config);
  const std::string tables = tables_folder(data_file("models/cost/tables"), config);
  const CostModel cost(tables, config);
  const DramSpec dram = load_dram_spec(tables, config.dram.preset);
  const Dataset images = load_cifar10(images_path, options.limit);
  if (options.trace_image >= images.size()) {
    throw UsageError(fmt::format("--trace-image: {}, expected one of the {} images, from 0 on",
                                 options.trace_image, images.size()));
  }
  const FixedNetwork network = fixed_network(network_path, options.widths, report.inputs);
  std::vector<InputFile> files;
  for (const auto& [role, path] : {std::pair{"network", network_path},
                                   {"accelerator", accelerator_path},
                                   {"images", images_path},
                                   {"dram timing", tables + "/dram_timing.csv"}}) {
    files.push_back(describe_input(role, path));
  }
  report.inputs.insert(report.inputs.begin(), files.begin(), files.end());
  if (network.input != kCifarShape) {
    throw std::runtime_error(fmt::format(
        "{}: input: {} x {} x {}, expected 32 x 32 x 3 for CIFAR-10 images", network_path,
        network.input.height, network.input.width, network.input.channels));
  }
  const Program program =
      assemble(network, config, options.mapping.map(network, config, dram, cost, report.inputs));
  cost.require_energies(descriptors(program));

  WorkPool pool;
  pool.items = images.size();
  pool.jobs = options.jobs;
  pool.prepare = [&]() -> Worker {
    SimulationOptions how;
    how.transport = options.value_transport();
    auto simulation = std::make_shared<Simulation>(config, dram, program, how);
    auto reference =
        options.check ? std::make_shared<Executor>(network, config.accumulator) : nullptr;
    return [&, simulation, reference](std::size_t index) {
      return infer(*simulation, network, images, index, reference.get());
    };
  };
  {
    Progress progress("simulating", images.size());
    std::size_t done = 0, correct = 0;
    pool.on_result = [&](std::size_t index, const std::string& bytes) {
      correct += result_of(bytes).predicted == images.labels[index] ? 1 : 0;
      ++done;
      progress.update(done, fmt::format("{:.1f} % right", 100.0 * static_cast<double>(correct) /
                                                              static_cast<double>(done)));
    };
    const std::vector<std::string> results = results_of(pool);
    for (std::size_t i = 0; i < results.size(); ++i) {
      const ImageResult result = result_of(results[i]);
      report.correct += result.predicted == images.labels[i] ? 1 : 0;
      report.overflows += result.overflows;
      if (result.signature != result_of(results[0]).signature) {
        throw std::logic_error(
            fmt::format("image {}: its cycles, traffic or events differ from image 0's", i));
      }
    }
    std::vector<LayerCounters> counters = mean_counters(results, program.layers.size());
    report.timing = options.timing_transport();
    const bool timed_apart = report.timing != options.value_transport();
    if (timed_apart) report.loosely_timed_cycles = total_cycles(counters);
    if (timed_apart || options.trace || options.vcd) {
      const CodeTensor image =
          convert_image(image_tensor(images, options.trace_image), network.input_format);
      counters = with_times_of(
          std::move(counters),
          observed_run(config, dram, program, image, {report.timing, options.trace, options.vcd}));
    }
    for (std::size_t i = 0; i < program.layers.size(); ++i) {
      const ProgramLayer& layer = program.layers[i];
      report.layers.push_back({layer.name, layer.descriptor, counters.at(i),
                               cost.layer_energy_pj(layer.descriptor, counters.at(i))});
    }
  }
  report.images = images.size();
  report.accelerator = config;
  report.clock_period_s = static_cast<double>(Clocking(config.clock_mhz).period_ps()) * 1e-12;
  report.dram_peak_bytes_per_s = dram.channel_bytes_per_s() * config.dram.channels;
  report.area_um2 = cost.area_um2();
  report.provenance = cost.provenance(descriptors(program));
  if (const auto components = extrapolated_components(report.provenance); !components.empty()) {
    report.warnings.push_back(
        fmt::format("EXTRAPOLATED beyond the tables: {}", fmt::join(components, ", ")));
  }
  if (report.overflows > 0) {
    report.warnings.push_back(fmt::format(
        "{} outputs over all images overflowed the {}-bit accumulator ({}): use narrower "
        "widths, or a wider accumulator where the energy tables have one",
        report.overflows, config.accumulator.bits,
        config.accumulator.overflow == Overflow::kWrap ? "wrapped" : "saturated"));
  }

  if (options.json) write_file_atomically(*options.json, to_json(report));
  fmt::print("{} on {} ({} x {} PEs, {}, {} {} x {} bit), {}\n\n", network.name, config.name,
             config.array.rows, config.array.columns,
             config.array.dataflow == Dataflow::kWeightStationary ? "weight-stationary"
                                                                  : "output-stationary",
             to_string(config.array.datapath), config.array.weight_bits,
             config.array.activation_bits, options.check ? "every code checked" : images_path);
  fmt::print("{}", to_text(report));
  if (options.json) fmt::print("\nresults written to {}\n", *options.json);
  if (options.trace)
    fmt::print("\ntrace of image {} written to {}: open it in ui.perfetto.dev\n",
               options.trace_image, *options.trace);
  if (options.vcd)
    fmt::print("\nwaveforms of image {} written to {}\n", options.trace_image, *options.vcd);
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* run = app.add_subcommand("run", "Simulate a network on an accelerator");
  run->description(
      "Executes a network on CIFAR-10 images inside the SystemC model of an accelerator and "
      "reports\n"
      "accuracy, latency, memory traffic, energy and area, per layer and in total. Everything has\n"
      "a default: plain `dcnsim run` simulates the built-in network at 8/8 bits on 1,000 images.");
  run->add_option("network", options->network, kNetworkHelp)
      ->type_name("FILE|NAME")
      ->capture_default_str();
  run->add_option("--accelerator", options->accelerator, kAcceleratorHelp)
      ->type_name("FILE|PRESET")
      ->capture_default_str();
  run->add_option("--dataflow", options->dataflow, "Instead of the accelerator file's dataflow")
      ->check(CLI::IsMember({"weight-stationary", "output-stationary"}));
  run->add_option("--images", options->images,
                  "CIFAR-10 .bin file or a folder of them [the first 1,000 test images]")
      ->type_name("PATH");
  run->add_option("--limit", options->limit, "Use only the first N images")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  options->widths.add_to(*run);
  options->mapping.add_to(*run);
  run->add_option("-j,--jobs", options->jobs, "Worker processes; results do not depend on it")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  run->add_option("--json", options->json, "Write everything to FILE (schema dcnsim.run/1)")
      ->type_name("FILE");
  run->add_flag("--check", options->check,
                "Compare every code of every layer with the reference executor");
  run->add_option("--timing", options->timing,
                  "How time is simulated: loosely timed (lt), approximately timed (at: requests\n"
                  "compete in the memory), or auto: values of all images loosely timed, times of\n"
                  "one approximately, because they do not depend on the data")
      ->check(CLI::IsMember({"auto", "lt", "at"}))
      ->capture_default_str();
  run->add_option(
         "--trace", options->trace,
         "Write a timeline of one image to FILE, for ui.perfetto.dev and `dcnsim timeline`")
      ->type_name("FILE");
  run->add_option("--vcd", options->vcd, "Write waveforms of one image to FILE")->type_name("FILE");
  run->add_option("--trace-image", options->trace_image,
                  "The image of --trace and --vcd, from 0 on [0]")
      ->type_name("N");
  run->callback([options, &action] { action = [options] { run_command(*options); }; });
}

}  // namespace dcnsim::cli

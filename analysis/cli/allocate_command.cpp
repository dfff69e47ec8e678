// SPDX-License-Identifier: Apache-2.0
// dcnsim allocate: bit-widths for a target SQNR, or for a budget of size, energy or latency.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>

#include "analysis/allocation/study.h"
#include "analysis/cli/command.h"
#include "analysis/plot/plot.h"
#include "analysis/report/allocation_report.h"
#include "models/cost/sha256.h"
#include "workloads/atomic_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::cli {
namespace {

/// Equal widths whose SQNR is the goal if nothing else is asked for.
constexpr int kDefaultEqualBits = 8;

struct AllocateOptions {
  std::string network;
  std::string accelerator = "small_edge";
  std::optional<double> target_sqnr_db, max_size_kb, max_energy_uj, max_latency_ms;
  std::optional<int> equal_bits;
  std::string cost = "size";
  bool cost_given = false;
  std::string noise = "measured";
  std::string tensors = "weights";
  int activations = 8;
  int lowest = 2, highest = 16;
  std::vector<std::string> bounds;
  std::string calibration;
  std::uint64_t calibration_limit = 0;
  std::uint64_t sensitivity_images = 128;
  std::string cache;
  bool no_cache = false;
  std::string images;
  std::uint64_t limit = 0;
  std::size_t jobs = default_jobs();
  std::string output, widths, json, curve, plot;
};

const std::map<std::string, CostKind> kCosts = {{"size", CostKind::kSize},
                                                {"macs", CostKind::kMacs},
                                                {"energy", CostKind::kEnergy},
                                                {"cycles", CostKind::kCycles}};
const std::map<std::string, NoiseModel> kNoiseModels = {{"paper", NoiseModel::kPaper},
                                                        {"tensor", NoiseModel::kTensor},
                                                        {"measured", NoiseModel::kMeasured}};

/// What is asked for, in the units of the allocation.
struct Request {
  CostKind cost = CostKind::kSize;
  std::optional<Goal> goal;  ///< nothing: the noise of equal widths
  int equal_bits = kDefaultEqualBits;
  std::string words;
  const char* option = "";
  double unit = 1;  ///< of the budget, in units of the cost
};

Request read_request(const AllocateOptions& options, const Machine& machine) {
  Request request;
  request.cost = kCosts.at(options.cost);
  const auto budget = [&](const char* option, double value, double unit, const char* unit_name,
                          CostKind cost) {
    if (options.cost_given && request.cost != cost) {
      throw UsageError(fmt::format("{} is a budget of {}: --cost {} contradicts it", option,
                                   to_string(cost), options.cost));
    }
    request.cost = cost;
    request.goal = Goal{Goal::Kind::kCost, value * unit};
    request.words = fmt::format("the best SQNR within {:g} {} of {}", value, unit_name,
                                cost == CostKind::kCycles ? "latency" : to_string(cost));
    request.option = option;
    request.unit = unit;
  };
  if (options.target_sqnr_db) {
    request.goal = Goal{Goal::Kind::kNoise, std::pow(10, -*options.target_sqnr_db / 10)};
    request.words = fmt::format("the least {} at an output SQNR of {:g} dB", options.cost,
                                *options.target_sqnr_db);
    request.option = "--target-sqnr";
  } else if (options.max_size_kb) {
    budget("--max-size", *options.max_size_kb, 8e3, "kB", CostKind::kSize);
  } else if (options.max_energy_uj) {
    budget("--max-energy", *options.max_energy_uj, 1e6, "uJ", CostKind::kEnergy);
  } else if (options.max_latency_ms) {
    budget("--max-latency", *options.max_latency_ms, 1e-3 / machine.clock_period_s(), "ms",
           CostKind::kCycles);
  } else {
    request.equal_bits = options.equal_bits.value_or(kDefaultEqualBits);
    request.words = fmt::format("the least {} at the output SQNR of equal {}-bit widths",
                                options.cost, request.equal_bits);
  }
  return request;
}

/// "NAME=6" or "NAME=4..9".
std::pair<std::string, WidthRange> read_bound(const std::string& text) {
  const auto fail = [&]() {
    throw UsageError(fmt::format("--bounds {}: expected NAME=BITS or NAME=LOWEST..HIGHEST", text));
  };
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) fail();
  WidthRange range;
  const char* const end = text.data() + text.size();
  auto parsed = std::from_chars(text.data() + equals + 1, end, range.lowest);
  if (parsed.ec != std::errc()) fail();
  range.highest = range.lowest;
  if (parsed.ptr != end) {
    if (text.compare(static_cast<std::size_t>(parsed.ptr - text.data()), 2, "..") != 0) fail();
    parsed = std::from_chars(parsed.ptr + 2, end, range.highest);
    if (parsed.ec != std::errc() || parsed.ptr != end) fail();
  }
  return {text.substr(0, equals), range};
}

std::string cache_folder(const AllocateOptions& options) {
  if (options.no_cache) return "";
  if (!options.cache.empty()) return options.cache;
  if (const char* folder = std::getenv("XDG_CACHE_HOME"); folder != nullptr && *folder != '\0') {
    return std::string(folder) + "/dcnsim";
  }
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? "" : std::string(home) + "/.cache/dcnsim";
}

std::vector<TensorReport> tensor_reports(AllocationStudy& study, const Allocation& allocation,
                                         const Goal& goal) {
  const AllocationSpace& space = study.space();
  const Problem& problem = allocation.problem;
  const std::vector<int>& widths = allocation.solution.widths;
  const auto real = closed_form_widths(problem, goal);
  std::vector<TensorReport> reports;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const Tensor& tensor = space.tensors[i];
    TensorReport report;
    report.name = tensor.name;
    report.range = space.ranges[i];
    report.choice = tensor.is_weight ? study.quantizer().weight(tensor.layer, widths[i])
                                     : study.quantizer().output(tensor.layer, widths[i]);
    try {
      report.kappa_db =
          sqnr_line(study.quantizer(), tensor, space.lowest(), space.highest()).kappa_db;
    } catch (const std::invalid_argument&) {
      report.kappa_db = 0;
    }
    report.elements = elements(study.quantizer().network(), tensor);
    if (real) report.closed_form_bits = (*real)[i];
    const Choices& choices = problem.tensors[i];
    const auto at = static_cast<std::size_t>(widths[i] - choices.lowest);
    const double noise = allocation.solution.noise;
    report.noise_share = noise == 0 ? 0 : choices.noise[at] / noise;
    if (at > 0) {
      report.saved_cost = choices.cost[at] - choices.cost[at - 1];
      report.lost_db = to_db(noise) - to_db(noise - choices.noise[at] + choices.noise[at - 1]);
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

/// The allocation beside equal widths: the narrowest with at least its predicted SQNR, and 8 bits.
void compare(AllocationStudy& study, NoiseModel noise, const std::vector<int>& widths,
             const Dataset& images, AllocationReport& report) {
  report.allocation = study.figures("allocation", widths, noise, images);
  const AllocationSpace& space = study.space();
  const double reached = predicted_noise(space, study.noise(noise), widths);
  std::vector<int> equal{kDefaultEqualBits};
  for (int bits = space.lowest(); bits <= space.highest(); ++bits) {
    const double of_equal = predicted_noise(space, study.noise(noise), equal_widths(space, bits));
    if (of_equal > reached * (1 + 1e-9)) continue;
    if (bits != kDefaultEqualBits) equal.insert(equal.begin(), bits);
    break;
  }
  for (const int bits : equal) {
    report.equal.push_back(
        study.figures(fmt::format("equal {}", bits), equal_widths(space, bits), noise, images));
  }
}

void add_warnings(AllocationStudy& study, AllocationReport& report) {
  for (const std::string& name : study.exact_tensors()) {
    report.warnings.push_back(
        fmt::format("{}: constant, exact at its lowest width: its width is arbitrary", name));
  }
  for (const TensorReport& tensor : report.tensors) {
    const double db = tensor.choice.sqnr_db();
    if (db < kLawLowestSqnrDb) {
      report.warnings.push_back(
          fmt::format("{}: {:.1f} dB at {} bits is below the {:g} dB down to which noise adds up",
                      tensor.name, db, tensor.choice.format.bits, kLawLowestSqnrDb));
    }
  }
  const double predicted = report.allocation.predicted_sqnr_db;
  const double measured = report.allocation.measured_sqnr_db;
  if (std::abs(predicted - measured) > kLawMarginDb) {
    report.warnings.push_back(fmt::format(
        "the additive noise law does not hold here: predicted {:.1f} dB, measured {:.1f} dB "
        "(margin {:g} dB)",
        predicted, measured, kLawMarginDb));
  }
}

void draw_curve(const AllocationReport& report, const std::string& path) {
  Plot plot;
  plot.title = report.network + ": accuracy by allocation rule";
  plot.subtitle = fmt::format("{} images, float {:.2f} %", report.images, 100 * report.float_top1);
  const bool is_size = report.cost_kind == CostKind::kSize || report.cost_kind == CostKind::kMacs;
  const bool is_energy = report.cost_kind == CostKind::kEnergy;
  plot.x_label = is_size ? "model size, kB"
                         : fmt::format("simulated {} on {}",
                                       is_energy ? "energy, uJ an image," : "cycles an image",
                                       report.accelerator);
  plot.y_label = "top-1, %";
  for (const std::string& rule : rules_of(report.curve)) {
    Series series;
    series.name = rule;
    for (const CurvePoint& point : report.curve) {
      if (point.rule != rule) continue;
      const double cost = is_size     ? static_cast<double>(point.weight_bits) / 8e3
                          : is_energy ? point.energy_pj / 1e6
                                      : static_cast<double>(point.cycles);
      series.points.push_back({cost, 100 * point.top1});
    }
    std::sort(series.points.begin(), series.points.end(),
              [](const Point& a, const Point& b) { return a.x < b.x; });
    plot.series.push_back(std::move(series));
  }
  plot.y_min = std::max(0.0, 100 * report.float_top1 - 12);
  draw(plot, path);
}

std::vector<Rule> curve_rules(const Request& request) {
  std::vector<Rule> rules{{"paper", NoiseModel::kPaper, CostKind::kSize},
                          {"measured", NoiseModel::kMeasured, CostKind::kSize}};
  const CostKind hardware =
      request.cost == CostKind::kCycles ? CostKind::kCycles : CostKind::kEnergy;
  rules.push_back({"hardware " + to_string(hardware), NoiseModel::kMeasured, hardware});
  return rules;
}

void allocate_command(const AllocateOptions& options) {
  for (const std::string& path :
       {options.output, options.widths, options.json, options.curve, options.plot}) {
    if (!path.empty()) require_writable(path);
  }
  const std::string network_path = options.network.empty()
                                       ? data_file("workloads/networks/cifar10_plain7_float.onnx")
                                       : options.network;
  const std::string calibration_path = options.calibration.empty()
                                           ? data_file("workloads/cifar10/calibration_500.bin")
                                           : options.calibration;
  const std::string images_path =
      options.images.empty() ? data_file("workloads/cifar10/test_1000.bin") : options.images;
  const std::string accelerator_path = accelerator_file(options.accelerator);

  StudyOptions study_options;
  study_options.scope = options.tensors == "all" ? Scope::kAll : Scope::kWeights;
  study_options.base.activation_bits = options.activations;
  study_options.range = {options.lowest, options.highest};
  for (const std::string& bound : options.bounds) {
    study_options.ranges.push_back(read_bound(bound));
  }
  study_options.sensitivity_images = options.sensitivity_images;
  study_options.jobs = options.jobs;
  study_options.progress = on_terminal();

  const Machine machine = load_machine(accelerator_path, data_file("models/cost/tables"));
  const Request request = read_request(options, machine);
  const NoiseModel noise = kNoiseModels.at(options.noise);
  const auto loaded = load_network(network_path);
  const auto* network = std::get_if<FloatNetwork>(&loaded);
  if (network == nullptr) {
    throw std::runtime_error(network_path + ": is in fixed point already; expected float");
  }
  const Dataset calibration = load_cifar10(calibration_path, options.calibration_limit);
  const Dataset images = load_cifar10(images_path, options.limit);

  AllocationReport report;
  report.version = DCNSIM_VERSION;
  for (const auto& [role, path] : {std::pair{"network", network_path},
                                   {"accelerator", accelerator_path},
                                   {"calibration", calibration_path},
                                   {"images", images_path}}) {
    report.inputs.push_back(describe_input(role, path));
  }
  if (const std::string folder = cache_folder(options); !folder.empty()) {
    study_options.cache_key = fmt::format(
        "sensitivity 1: network {}, calibration {}, {} of {} images, {}, {} bits, activations {}",
        report.inputs[0].sha256, report.inputs[2].sha256, options.sensitivity_images,
        calibration.size(), options.tensors,
        fmt::format("{}..{} {}", options.lowest, options.highest, fmt::join(options.bounds, " ")),
        options.activations);
    study_options.cache_file =
        folder + "/sensitivity-" + sha256_hex(study_options.cache_key).substr(0, 16) + ".json";
  }

  AllocationStudy study(*network, calibration, machine, study_options);
  const Goal goal = request.goal.value_or(
      Goal{Goal::Kind::kNoise, predicted_noise(study.space(), study.noise(noise),
                                               equal_widths(study.space(), request.equal_bits))});
  std::optional<Allocation> allocation;
  try {
    allocation = study.allocate(noise, request.cost, goal);
  } catch (const Unreachable& e) {
    throw std::runtime_error(
        goal.kind == Goal::Kind::kNoise
            ? fmt::format("{}: not reachable, the best within the widths' bounds is {:.2f} dB",
                          request.option, to_db(e.best))
            : fmt::format("{}: {:g} is too little, the least within the widths' bounds is {:g}",
                          request.option, goal.limit / request.unit, e.best / request.unit));
  }

  report.network = network->name;
  report.accelerator = machine.config.name;
  report.clock_period_s = machine.clock_period_s();
  report.goal = request.words;
  report.noise_model = options.noise;
  report.cost_kind = request.cost;
  report.is_proven = allocation->solution.is_proven;
  for (const FloatLayer& layer : network->layers) report.weights += layer.weights.size();
  report.images = images.size();
  {
    const OnProgress progress = study_options.progress("float accuracy", images.size());
    report.float_top1 =
        static_cast<double>(count_correct(*network, images, options.jobs, progress)) /
        static_cast<double>(images.size());
  }
  report.tensors = tensor_reports(study, *allocation, goal);
  compare(study, noise, allocation->solution.widths, images, report);
  if (!options.curve.empty() || !options.plot.empty()) {
    KnownAccuracies known;
    report.curve = study.curve(curve_rules(request), images, known);
  }
  add_warnings(study, report);

  const QuantizeOptions chosen = study.widths(allocation->solution.widths);
  if (!options.output.empty()) {
    save_network(study.quantizer().quantize(chosen).network, options.output);
  }
  if (!options.widths.empty()) {
    write_file_atomically(options.widths, widths_yaml(chosen, "dcnsim allocate: " + report.goal));
  }
  if (!options.json.empty()) write_file_atomically(options.json, to_json(report));
  if (!options.curve.empty()) write_file_atomically(options.curve, curve_csv(report));
  if (!options.plot.empty()) draw_curve(report, options.plot);
  fmt::print("{}", to_text(report));
}

}  // namespace

void add_allocate(CLI::App& app, Action& action) {
  auto options = std::make_shared<AllocateOptions>();
  CLI::App* allocate =
      app.add_subcommand("allocate", "Bit-widths for a target SQNR, size, energy or latency");
  allocate->description(
      "Chooses a width for every layer: the cheapest widths that keep the network's output at a\n"
      "signal-to-quantization-noise ratio (SQNR), or the best SQNR within a budget. Integer "
      "widths\n"
      "are optimal under the noise model (marginal analysis and an exact search); see\n"
      "analysis/allocation/allocation.md.");
  allocate->add_option("network", options->network, "Float ONNX file [the built-in network]")
      ->type_name("FILE");

  auto* goal = allocate->add_option_group("goal", "At most one [--equal-bits 8]");
  goal->add_option("--equal-bits", options->equal_bits,
                   "Least cost at the SQNR of equal widths of this many bits")
      ->check(CLI::Range(1, 16));
  goal->add_option("--target-sqnr", options->target_sqnr_db,
                   "Least cost at this SQNR of the network's output, dB")
      ->check(CLI::Range(-20.0, 200.0))
      ->type_name("DB");
  goal->add_option("--max-size", options->max_size_kb,
                   "Best SQNR within this model size, kB (1000)")
      ->check(CLI::PositiveNumber)
      ->type_name("KB");
  goal->add_option("--max-energy", options->max_energy_uj,
                   "Best SQNR within this simulated energy an image, uJ")
      ->check(CLI::PositiveNumber)
      ->type_name("UJ");
  goal->add_option("--max-latency", options->max_latency_ms,
                   "Best SQNR within this simulated latency, ms")
      ->check(CLI::PositiveNumber)
      ->type_name("MS");
  goal->require_option(0, 1);

  CLI::Option* cost =
      allocate
          ->add_option("--cost", options->cost,
                       "What a bit costs: its weights (size), the MACs that read it (macs), or by\n"
                       "simulation on the accelerator (energy, cycles)")
          ->check(CLI::IsMember({"size", "macs", "energy", "cycles"}))
          ->capture_default_str();
  allocate
      ->add_option("--noise", options->noise,
                   "What each tensor adds to the output's noise: all alike (paper), by its own\n"
                   "SQNR (tensor), or measured one tensor at a time (measured)")
      ->check(CLI::IsMember({"paper", "tensor", "measured"}))
      ->capture_default_str();
  allocate
      ->add_option("--tensors", options->tensors,
                   "Allocate weights only, or weights and layer outputs (all)")
      ->check(CLI::IsMember({"weights", "all"}))
      ->capture_default_str();
  allocate
      ->add_option("-a,--activations", options->activations,
                   "Width of layer outputs with --tensors weights")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  allocate->add_option("--min-bits", options->lowest, "Lowest width of every tensor")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  allocate->add_option("--max-bits", options->highest, "Highest width of every tensor")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  allocate
      ->add_option("--bounds", options->bounds,
                   "Widths of one tensor, fixed or within bounds, any number of times:\n"
                   "conv0=8, conv3=4..9, conv0.output=6 (a layer's name means its weights)")
      ->type_name("NAME=BITS");
  allocate
      ->add_option("--accelerator", options->accelerator,
                   "Accelerator YAML file, or a preset: small_edge, large_edge")
      ->type_name("FILE|PRESET")
      ->capture_default_str();
  allocate
      ->add_option("--calibration", options->calibration,
                   "Images from which everything is chosen: a CIFAR-10 .bin file or a folder of\n"
                   "them [500 training images]")
      ->type_name("PATH");
  allocate
      ->add_option("--calibration-limit", options->calibration_limit,
                   "Use only the first N calibration images")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  allocate
      ->add_option("--sensitivity-images", options->sensitivity_images,
                   "Calibration images on which sensitivities are measured")
      ->check(CLI::PositiveNumber)
      ->type_name("N")
      ->capture_default_str();
  allocate
      ->add_option("--cache", options->cache, "Folder for measured sensitivities [~/.cache/dcnsim]")
      ->type_name("FOLDER");
  allocate->add_flag("--no-cache", options->no_cache, "Measure anew and keep nothing");
  allocate
      ->add_option("--images", options->images,
                   "Images on which accuracy is reported, never chosen from: .bin file or folder\n"
                   "[the first 1,000 test images]")
      ->type_name("PATH");
  allocate->add_option("--limit", options->limit, "Use only the first N of them")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  allocate->add_option("-j,--jobs", options->jobs, "Worker processes; results do not depend on it")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  allocate->add_option("-o,--output", options->output, "QONNX network to write")->type_name("FILE");
  allocate
      ->add_option("--write-widths", options->widths,
                   "YAML file of the widths to write, for quantize and run --widths")
      ->type_name("FILE");
  allocate
      ->add_option("--json", options->json, "Write everything to FILE (schema dcnsim.allocate/1)")
      ->type_name("FILE");
  allocate
      ->add_option("--curve", options->curve,
                   "CSV file of cost against accuracy to write: equal widths, the paper's rule,\n"
                   "measured sensitivities, hardware cost")
      ->type_name("FILE");
  allocate->add_option("--plot", options->plot, "The same as a picture, .svg or .png")
      ->type_name("FILE");
  allocate->callback([options, cost, &action] {
    options->cost_given = cost->count() > 0;
    action = [options] { allocate_command(*options); };
  });
}

}  // namespace dcnsim::cli

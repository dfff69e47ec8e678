// SPDX-License-Identifier: Apache-2.0
// dcnsim allocate: bit-widths for a target SQNR, or for a budget of size, energy or latency.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "analysis/cli/allocate_options.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/cli/words_of_options.h"
#include "analysis/evaluation/convention_check.h"
#include "analysis/evaluation/network_file.h"
#include "analysis/plot/plot.h"
#include "analysis/report/allocation_report.h"
#include "models/base/file/atomic_file.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/images/load_images.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::cli {
namespace {

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
    report.choice = choice(study.quantizer(), tensor, widths[i], space.base.scales);
    try {
      report.kappa_db =
          sqnr_line(study.quantizer(), tensor, space.lowest(), space.highest(), space.base.scales)
              .kappa_db;
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

/// Equal widths to compare with, where the bounds let there be such: those asked for, 8 bits, and
/// the narrowest with at least the allocation's predicted SQNR.
std::set<int> compared_widths(const AllocationSpace& space, const NoiseTables& noise,
                              const std::vector<int>& widths, const Request& request) {
  std::set<int> compared{kDefaultEqualBits, request.equal_bits};
  const double reached = predicted_output_noise(space, noise, widths);
  for (int bits = space.lowest(); bits <= space.highest(); ++bits) {
    if (predicted_output_noise(space, noise, equal_widths(space, bits)) > reached * (1 + 1e-9))
      continue;
    compared.insert(bits);
    break;
  }
  compared.erase(compared.begin(), compared.lower_bound(space.lowest()));
  compared.erase(compared.upper_bound(space.highest()), compared.end());
  return compared;
}

void compare(AllocationStudy& study, NoiseModel noise, const std::vector<int>& widths,
             const Request& request, const Dataset& images, AllocationReport& report) {
  report.allocation = study.figures("allocation", widths, noise, images);
  const AllocationSpace& space = study.space();
  for (const int bits : compared_widths(space, study.noise(noise), widths, request)) {
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

/// Images on which accuracy is reported; none for a network that takes other ones than the shipped.
/// Files are added to `inputs`.
Dataset evaluated_images(const AllocateOptions& options, const FloatNetwork& network,
                         std::vector<InputFile>& inputs) {
  if (options.images.empty() && network.input != kCifarShape) {
    Dataset none;
    none.shape = network.input;
    return none;
  }
  const InputPath file = shipped_data().images(options.images);
  const Dataset images = load_images({file.path, options.labels}, network.input, options.limit);
  note_limit(options.limit, images.size());
  inputs.push_back(describe_input("images", file));
  if (!options.labels.empty())
    inputs.push_back(describe_input("labels", user_file(options.labels)));
  const Shape output = network.layers.back().node.output_shape();
  if (const std::string reason = why_no_accuracy(output, images); !reason.empty()) {
    throw std::runtime_error(file.path + ": no accuracy: " + reason);
  }
  return images;
}

StudyOptions study_options(const AllocateOptions& options, const FloatNetwork& network,
                           const std::vector<InputFile>& inputs) {
  StudyOptions study;
  study.scope = options.tensors == "all" ? Scope::kAll : Scope::kWeights;
  study.base.activation_bits = options.activations;
  study.base.scales = *scales_named(options.scales);
  study.range = {options.lowest, options.highest};
  study.ranges = read_ranges(options, network);
  study.sensitivity_images = options.sensitivity_images;
  study.jobs = options.jobs;
  std::vector<std::string> stages{
      "calibrating", "trying --pixels", "measuring sensitivities, batches",
      "simulating",  "float",           "float outputs"};
  if (options.curve || options.plot) stages.push_back("accuracy along the curves, points");
  study.progress = on_terminal(stages);
  study.cache_folder = options.cache.folder();
  study.subject = allocation_subject(inputs[0].sha256, inputs[2].sha256);
  return study;
}

/// Throws std::runtime_error that says what can be reached.
Allocation solve(AllocationStudy& study, const Request& request, NoiseModel noise,
                 const Goal& goal) {
  try {
    return study.allocate(noise, request.cost, goal);
  } catch (const Unreachable& e) {
    throw std::runtime_error(
        goal.kind == Goal::Kind::kNoise
            ? fmt::format("{}: not reachable, the best within the widths' bounds is {:.2f} dB",
                          request.option, to_db(e.best))
            : fmt::format("{0}: {1:g} {3} is too little, the least within the widths' bounds is "
                          "{2:.6g} {3}",
                          request.option, goal.limit / request.unit, e.best / request.unit,
                          request.unit_name));
  }
}

void write_outputs(const AllocateOptions& options, AllocationStudy& study,
                   const std::vector<int>& widths, const AllocationReport& report) {
  const QuantizeOptions chosen = study.widths(widths);
  if (options.output) {
    save_network(study.quantizer().quantize(chosen).network, *options.output);
  }
  if (options.widths) {
    write_file_atomically(*options.widths, widths_yaml(chosen, "dcnsim allocate: " + report.goal));
  }
  if (options.json) write_file_atomically(*options.json, to_json(report));
  if (options.curve) write_file_atomically(*options.curve, curve_csv(report));
  if (options.plot) draw_curve(report, *options.plot);
}

FileClaims claims_of(const AllocateOptions& options, const InputPath& network,
                     const InputPath& accelerator) {
  FileClaims claims;
  claim_network(claims, "network", network.path);
  claim_machine(claims, accelerator.path, shipped_data().cost_tables().path);
  claims.reads_folder("calibration", shipped_data().calibration(options.calibration).path, ".bin");
  claims.reads("calibration labels", options.calibration_labels);
  claims.reads_folder("images", shipped_data().images(options.images).path, ".bin");
  claims.reads("labels", options.labels);
  claims.writes("--output", options.output);
  claims.writes("--write-widths", options.widths);
  claims.writes("--json", options.json);
  claims.writes("--curve", options.curve);
  claims.writes("--plot", options.plot);
  return claims;
}

AllocationStudy study_of(const FloatNetwork& network, const Dataset& calibration,
                         const Machine& machine, const StudyOptions& options) {
  try {
    return AllocationStudy(network, calibration, machine, options);
  } catch (const NoSuchTensor& e) {
    throw UsageError(std::string("--bounds: ") + e.what());
  }
}

void allocate_command(const AllocateOptions& options) {
  const InputPath network_path = network_file(options.network);
  const InputPath accelerator = accelerator_file(options.accelerator);
  claim(claims_of(options, network_path, accelerator));
  if (options.plot) require_picture("--plot", *options.plot);
  const Machine machine =
      load_machine(accelerator.path, shipped_data().cost_tables().path, options.cache.folder());
  const Request request = read_request(options, machine);
  const NoiseModel noise = noise_model(options);
  const StatedNetwork stated = load_stated_floats(network_path, options.pixels);
  const auto& network = std::get<FloatNetwork>(stated.network);
  AllocationReport report;
  report.version = DCNSIM_VERSION;
  report.inputs = {describe_network("network", network_path),
                   describe_input("accelerator", accelerator)};
  WidthRequest formats;
  formats.calibration = options.calibration;
  formats.calibration_labels = options.calibration_labels;
  Dataset calibration = calibration_images(network_path.path, network.input, formats,
                                           shipped_data(), false, report.inputs)
                            .images;
  if (options.calibration_limit != 0) {
    calibration = first_images(calibration, options.calibration_limit);
  }
  const Dataset images = evaluated_images(options, network, report.inputs);
  if (images.size() == 0 && (options.curve || options.plot)) {
    throw UsageError("--curve and --plot: of accuracy, which needs --images");
  }
  report.pixels = about(stated.pixels, calibration);
  add_note(images, report.pixels);
  const StudyOptions how = study_options(options, network, report.inputs);
  AllocationStudy study = study_of(network, calibration, machine, how);
  try_conventions(network, calibration, study.quantizer().calibration().top1, report.pixels,
                  how.progress("trying --pixels", named_conventions().size()));
  report.warnings = report.pixels.warnings;
  const Goal goal = request.goal.value_or(Goal{
      Goal::Kind::kNoise, predicted_output_noise(study.space(), study.noise(noise),
                                                 equal_widths(study.space(), request.equal_bits))});
  const Allocation allocation = solve(study, request, noise, goal);

  report.network = network.name;
  report.accelerator = machine.config.name;
  report.clock_period_s = machine.clock_period_s();
  report.goal = request.words;
  report.noise_model = options.noise;
  report.cost_kind = request.cost;
  report.is_proven = allocation.solution.is_proven;
  for (const FloatLayer& layer : network.layers) report.weights += layer.weights.size();
  report.images = images.size();
  if (report.images > 0) {
    const FloatOutputs outputs =
        kept_float_outputs({how.cache_folder, how.subject}, network, images, options.jobs,
                           how.progress("float", images.size()));
    const std::size_t correct = count_correct(network, outputs, images);
    report.float_top1 = static_cast<double>(correct) / static_cast<double>(images.size());
  }
  report.tensors = tensor_reports(study, allocation, goal);
  compare(study, noise, allocation.solution.widths, request, images, report);
  if (options.curve || options.plot) {
    KnownAccuracies known;
    report.curve = study.curve(curve_rules(request), images, known);
  }
  add_warnings(study, report);
  if (machine.config.cost.extrapolate) {
    report.warnings.push_back(
        "cost.extrapolate: energies may be EXTRAPOLATED; dcnsim run says which");
  }
  write_outputs(options, study, allocation.solution.widths, report);
  say_text(to_text(report, options.layout.layout()));
}

}  // namespace

void add_allocate(CLI::App& app, Action& action) {
  auto options = std::make_shared<AllocateOptions>();
  CLI::App* allocate = add_command(
      app, "allocate", "Bit-widths for a target SQNR, size, energy or latency",
      "Chooses a width for every layer: the cheapest widths that keep the network's output at a\n"
      "signal-to-quantization-noise ratio (SQNR), or the best SQNR within a budget. The integer\n"
      "widths are optimal under the noise model (analysis/allocation/allocation.md).",
      {{"dcnsim allocate --equal-bits 6", "as good as 6 bits everywhere, and smaller"},
       {"dcnsim allocate --max-energy 400 --accelerator large_edge -o allocated.onnx", ""},
       {"dcnsim allocate --plot curve.svg", "accuracy over size, by allocation rule"}});
  add_options(*allocate, *options);
  allocate->callback([options, &action] { action = [options] { allocate_command(*options); }; });
}

}  // namespace dcnsim::cli

// SPDX-License-Identifier: Apache-2.0
// dcnsim-finetune, which `dcnsim finetune` runs: a program of its own, so that the tensor library
// is loaded by those who train.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>

#include "analysis/cli/command.h"
#include "analysis/cli/console.h"
#include "analysis/cli/entry.h"
#include "analysis/cli/finetune_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/cli/training.h"
#include "analysis/cli/value_checks.h"
#include "analysis/evaluation/accuracy.h"
#include "analysis/evaluation/network_file.h"
#include "analysis/report/finetune_report.h"
#include "models/base/file/atomic_file.h"
#include "models/base/text/printable.h"
#include "workloads/fixed_point.h"
#include "workloads/images/load_images.h"
#include "workloads/onnx/onnx_network.h"
#include "workloads/training/fine_tuner.h"
#include "workloads/training/memory.h"

namespace dcnsim::cli {
namespace {

/// The formats of the QONNX file `path`. Throws std::runtime_error if it is not of `network`.
NetworkFormats allocated_formats(const std::string& path, const FloatNetwork& network) {
  const auto loaded = load_network(path, network.convention.pixels);
  const auto* fixed = std::get_if<FixedNetwork>(&loaded);
  if (fixed == nullptr) throw std::runtime_error(path + ": is a float network, expected QONNX");
  const std::string difference = difference_between(network, *fixed);
  if (!difference.empty()) {
    throw std::runtime_error(path + ": is an allocation of another network: " + difference);
  }
  try {
    return formats_of(*fixed);
  } catch (const std::invalid_argument& e) {
    throw std::runtime_error(path + ": " + e.what());
  }
}

/// Formats by width on calibration images.
class FormatChooser {
 public:
  /// The calibration images are added to `inputs`.
  FormatChooser(const FinetuneOptions& options, const std::string& path,
                const FloatNetwork& network, std::vector<InputFile>& inputs)
      : widths_(options.widths.options()),
        rule_(options.widths.format_rule()),
        images_(options.widths.calibration_images(path, network.input, inputs)) {
    widths_.scales = *scales_named(options.scales);
  }

  NetworkFormats operator()(const FloatNetwork& network) const {
    Progress progress("calibrating", images_.size());
    const auto update = [&](std::size_t done) { progress.update(done); };
    return NetworkQuantizer(network, calibrate(network, images_, update), rule_)
        .network_formats(widths_);
  }
  const Dataset& images() const { return images_; }

 private:
  QuantizeOptions widths_;
  FormatRule rule_;
  Dataset images_;
};

void check(const FinetuneOptions& options) {
  FileClaims claims;
  claim_network(claims, "network", network_file(options.network, {}).path);
  claim_widths(claims, options.widths.request(), shipped_data());
  claim_network(claims, "allocation", options.allocation);
  options.recipe.claim_inputs(claims);
  claims.reads_folder("test images", options.test, ".bin");
  claims.reads("test labels", options.test_labels);
  claim_training_outputs(claims, options.output);
  claims.writes("--json", options.json);
  claim(claims);
  const bool chooses = options.widths.given() || options.formats != "fixed" ||
                       *scales_named(options.scales) != Scales::kPowerOfTwo;
  if (!options.allocation.empty() && chooses) {
    throw UsageError(
        "--allocation: gives all formats; --weights, --activations, --widths, --calibration, "
        "--scales and --formats reestimate choose them anew");
  }
}

Accuracy measure(const std::string& what, const FloatNetwork& network,
                 const NetworkFormats& formats, LeftInFloat in_float, const Dataset& images,
                 const FinetuneOptions& options) {
  Progress progress(what, images.size());
  return {images.size(), count_correct(network, formats, in_float, images, options.jobs,
                                       [&](std::size_t done) { progress.update(done); },
                                       {options.accumulator_bits, Overflow::kWrap})};
}

void print(const std::string& what, const Accuracy& accuracy) {
  say("{:<18} {:.2f} % ({} of {} images)\n", what, 100 * accuracy.share(), accuracy.correct,
      accuracy.images);
}

/// As QONNX; what is left in float, as float ONNX on values held in their formats.
void save(const FloatNetwork& network, const NetworkFormats& formats, LeftInFloat in_float,
          const std::string& path) {
  if (!in_float.any()) return save_network(in_fixed_point(network, formats), path);
  save_network(held_weights(network, formats, in_float), path);
}

std::vector<InputFile> input_files(const FinetuneOptions& options,
                                   const std::vector<InputFile>& calibration) {
  std::vector<InputFile> inputs{describe_network("network", network_file(options.network, {})),
                                describe_input("data", user_file(options.recipe.data_path))};
  inputs.insert(inputs.end(), calibration.begin(), calibration.end());
  const auto add = [&](const char* role, const std::string& path) {
    if (!path.empty()) inputs.push_back(describe_input(role, user_file(path)));
  };
  add("labels", options.recipe.labels);
  add("widths", options.widths.asked.file);
  if (!options.allocation.empty()) {
    inputs.push_back(describe_network("allocation", user_file(options.allocation)));
  }
  add("test", options.test);
  add("test labels", options.test_labels);
  return inputs;
}

FinetuneReport describe(const FinetuneOptions& options, const Recipe& recipe,
                        const TrainingData& data, const FineTuneOptions& fine_tune,
                        const std::vector<InputFile>& calibration) {
  const LeftInFloat in_float = fine_tune.in_float;
  FinetuneReport report;
  report.version = DCNSIM_VERSION;
  report.inputs = input_files(options, calibration);
  report.recipe = {recipe.epochs,
                   recipe.batch,
                   fine_tune.rates.filters,
                   fine_tune.rates.others,
                   recipe.label_smoothing,
                   recipe.augmentation.shift,
                   recipe.augmentation.cutout,
                   recipe.seed,
                   data.training.size(),
                   data.validation.size(),
                   options.formats,
                   recipe.augmentation.flip,
                   options.scales};
  if (options.allocation.empty() && options.widths.asked.file.empty()) {
    const QuantizeOptions widths = options.widths.options();
    report.widths = {in_float.weights ? kFloat : widths.weight_bits,
                     in_float.outputs ? kFloat : widths.activation_bits};
  }
  report.accumulator_bits = options.accumulator_bits;
  return report;
}

void finetune(const FinetuneOptions& options) {
  check(options);
  const InputPath file = network_file(options.network, {});
  const std::string& network_path = file.path;
  const StatedNetwork stated = load_stated_floats(file, options.pixels);
  const auto& network = std::get<FloatNetwork>(stated.network);
  NetworkFormats formats;
  std::vector<InputFile> calibration;
  std::optional<FormatChooser> choose;
  if (options.allocation.empty()) {
    choose.emplace(options, network_path, network, calibration);
  } else {
    formats = allocated_formats(options.allocation, network);
  }
  const Recipe recipe = recipe_for(options.recipe, network.input);
  require_memory(network, recipe.batch);
  const TrainingData data =
      training_data(options.recipe, network.input, network.layers.back().node.output_shape());
  PixelStatement pixels = about(stated.pixels, data.training);
  if (choose) add_note(choose->images(), pixels);
  std::optional<Dataset> test;
  if (!options.test.empty()) {
    test = load_images({options.test, options.test_labels}, network.input);
    add_note(*test, pixels);
  }

  FineTuneOptions fine_tune;
  fine_tune.accumulator.bits = options.accumulator_bits;
  fine_tune.precision = *precision_named(options.recipe.precision);
  fine_tune.in_float = {options.in_float.count("weights") != 0,
                        options.in_float.count("activations") != 0};
  if (choose) {
    formats = (*choose)(network);
    if (options.formats == "reestimate") fine_tune.reestimate = *choose;
  }
  fine_tune.rates = rates_by_width(network, formats, fine_tune.in_float);
  fine_tune.rates.filters = options.filter_rate.value_or(fine_tune.rates.filters);
  fine_tune.rates.others = options.other_rate.value_or(fine_tune.rates.others);
  FinetuneReport report = describe(options, recipe, data, fine_tune, calibration);
  report.network = network.name;
  report.pixels = pixels;
  const torch::Device device = training_device(options.recipe);
  FineTuner tuner(network, formats, fine_tune, data.training, device);
  Trainer trainer(tuner, data, recipe, device);
  train_to_end(options.recipe, trainer, options.output);
  report.seconds = trainer.records().back().seconds;
  report.validation_accuracy = tuner.best_accuracy();

  save(tuner.best(), tuner.best_formats(), fine_tune.in_float, options.output);
  const auto& records = trainer.records();
  const bool is_better = std::any_of(records.begin(), records.end(), [&](const EpochRecord& epoch) {
    return epoch.validation_accuracy >= tuner.best_accuracy();
  });
  say("{:<18} {:.2f} %, {}\n", "validation", 100 * tuner.best_accuracy(),
      is_better ? "the best after an epoch"
                : fmt::format("as at the beginning: no epoch was better, try a "
                              "--filter-rate under {:.2g}",
                              fine_tune.rates.filters));
  if (test) {
    report.before = measure("test, before", network, formats, fine_tune.in_float, *test, options);
    print("test, before", *report.before);
    report.fine_tuned = measure("test, fine-tuned", tuner.best(), tuner.best_formats(),
                                fine_tune.in_float, *test, options);
    print("test, fine-tuned", *report.fine_tuned);
  }
  if (options.json) write_file_atomically(*options.json, to_json(report));
  say("{}: {}\n", elide(network.name, 48), pixels.text());
  for (const std::string& warning : pixels.warnings) say("warning: {}\n", warning);
  say("written to {}\n", output_name(options.output));
}

int run_command(int argc, char** argv) {
  FinetuneOptions options;
  CLI::App app;
  set_finetune_description(app);
  options.add_to(app);
  return parse_and_act(
      "dcnsim finetune", app, [&options] { finetune(options); }, argc, argv);
}

}  // namespace
}  // namespace dcnsim::cli

int main(int argc, char** argv) {
  dcnsim::prepare_processor(argv);
  return dcnsim::cli::run_command(argc, argv);
}

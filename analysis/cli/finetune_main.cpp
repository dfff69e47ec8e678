// SPDX-License-Identifier: Apache-2.0
// dcnsim-finetune, which `dcnsim finetune` runs: a program of its own, so that the tensor library
// is loaded by those who train.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "analysis/cli/command.h"
#include "analysis/cli/entry.h"
#include "analysis/cli/recipe_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/evaluation/accuracy.h"
#include "analysis/report/finetune_report.h"
#include "models/base/file/atomic_file.h"
#include "workloads/fixed_point.h"
#include "workloads/onnx/onnx_network.h"
#include "workloads/training/fine_tuner.h"
#include "workloads/training/memory.h"

namespace dcnsim::cli {
namespace {

struct FinetuneOptions {
  std::string network = kBuiltInNetwork;
  WidthOptions widths;
  std::string allocation;
  std::string output;
  std::string formats = "fixed";
  int accumulator_bits = Accumulator{}.bits;
  std::optional<double> filter_rate, other_rate;
  RecipeOptions recipe;
  std::set<std::string> in_float;
  std::string test, json;
  std::size_t jobs = default_jobs();
};

/// The formats of the QONNX file `path`. Throws std::runtime_error if it is not of `network`.
NetworkFormats allocated_formats(const std::string& path, const FloatNetwork& network) {
  const auto loaded = load_network(path);
  const auto* fixed = std::get_if<FixedNetwork>(&loaded);
  if (fixed == nullptr) throw std::runtime_error(path + ": is a float network, expected QONNX");
  const std::string difference = difference_between(network, *fixed);
  if (!difference.empty()) {
    throw std::runtime_error(path + ": is an allocation of another network: " + difference);
  }
  return formats_of(*fixed);
}

/// Formats by width on calibration images.
class FormatChooser {
 public:
  explicit FormatChooser(const WidthOptions& widths)
      : widths_(widths.options()),
        rule_(widths.format_rule()),
        images_(widths.calibration_images()) {}

  NetworkFormats operator()(const FloatNetwork& network) const {
    Progress progress("calibrating", images_.size());
    const auto update = [&](std::size_t done) { progress.update(done); };
    return NetworkQuantizer(network, calibrate(network, images_, update), rule_)
        .network_formats(widths_);
  }

 private:
  QuantizeOptions widths_;
  FormatRule rule_;
  Dataset images_;
};

void check(const FinetuneOptions& options) {
  require_writable(options.output);
  if (!options.json.empty()) require_writable(options.json);
  if (!options.allocation.empty() && (options.widths.given() || options.formats != "fixed")) {
    throw UsageError(
        "--allocation: gives all formats; --weights, --activations, --widths, --calibration and "
        "--formats reestimate choose them anew");
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
  fmt::print("{:<18} {:.2f} % ({} of {} images)\n", what, 100 * accuracy.share(), accuracy.correct,
             accuracy.images);
}

/// As QONNX; what is left in float, as float ONNX on values held in their formats.
void save(const FloatNetwork& network, const NetworkFormats& formats, LeftInFloat in_float,
          const std::string& path) {
  if (!in_float.any()) return save_network(in_fixed_point(network, formats), path);
  save_network(held_weights(network, formats, in_float), path);
}

std::vector<InputFile> input_files(const FinetuneOptions& options) {
  std::vector<InputFile> inputs{describe_input("network", options.network),
                                describe_input("data", options.recipe.data_path)};
  const auto add = [&](const char* role, const std::string& path) {
    if (!path.empty()) inputs.push_back(describe_input(role, path));
  };
  if (options.allocation.empty()) add("calibration", options.widths.calibration_path());
  add("widths", options.widths.asked.file);
  add("allocation", options.allocation);
  add("test", options.test);
  return inputs;
}

FinetuneReport describe(const FinetuneOptions& options, const TrainingData& data,
                        const FineTuneOptions& fine_tune) {
  const LeftInFloat in_float = fine_tune.in_float;
  const Recipe& recipe = options.recipe.recipe;
  FinetuneReport report;
  report.version = DCNSIM_VERSION;
  report.inputs = input_files(options);
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
                   options.formats};
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
  const FloatNetwork network = load_float_network(options.network);
  require_cifar_input(network.input, options.network);
  NetworkFormats formats;
  std::optional<FormatChooser> choose;
  if (options.allocation.empty()) {
    choose.emplace(options.widths);
  } else {
    formats = allocated_formats(options.allocation, network);
  }
  const Recipe& recipe = options.recipe.recipe;
  require_memory(network, recipe.batch);
  const TrainingData data = options.recipe.data();
  std::optional<Dataset> test;
  if (!options.test.empty()) test = load_cifar10(options.test);

  FineTuneOptions fine_tune;
  fine_tune.accumulator.bits = options.accumulator_bits;
  fine_tune.in_float = {options.in_float.count("weights") != 0,
                        options.in_float.count("activations") != 0};
  if (choose) {
    formats = (*choose)(network);
    if (options.formats == "reestimate") fine_tune.reestimate = *choose;
  }
  fine_tune.rates = rates_by_width(network, formats, fine_tune.in_float);
  fine_tune.rates.filters = options.filter_rate.value_or(fine_tune.rates.filters);
  fine_tune.rates.others = options.other_rate.value_or(fine_tune.rates.others);
  FinetuneReport report = describe(options, data, fine_tune);
  report.network = network.name;
  const torch::Device device = options.recipe.device();
  FineTuner tuner(network, formats, fine_tune, data.training, device);
  Trainer trainer(tuner, data, recipe, device);
  options.recipe.train(trainer, options.output);
  report.seconds = trainer.records().back().seconds;
  report.validation_accuracy = tuner.best_accuracy();

  save(tuner.best(), tuner.best_formats(), fine_tune.in_float, options.output);
  const auto& records = trainer.records();
  const bool is_better = std::any_of(records.begin(), records.end(), [&](const EpochRecord& epoch) {
    return epoch.validation_accuracy >= tuner.best_accuracy();
  });
  fmt::print("{:<18} {:.2f} %, {}\n", "validation", 100 * tuner.best_accuracy(),
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
  if (!options.json.empty()) write_file_atomically(options.json, to_json(report));
  fmt::print("written to {}\n", options.output);
}

int run_command(int argc, char** argv) {
  FinetuneOptions options;
  CLI::App app{
      "Trains a float network on in fixed point (Lin et al. 2016, section 5): every forward pass\n"
      "quantizes weights, biases and outputs as the accelerator does, gradients pass straight\n"
      "through. Writes QONNX: of the states after each epoch, and the beginning, the best on\n"
      "training images that were held out. The same command goes on after an interruption.\n"
      "Beside the network stay its checkpoint and a log of all epochs (.csv)."};
  app.name("dcnsim finetune");
  app.footer(
      "Examples:\n"
      "  workloads/cifar10/fetch cifar\n"
      "  dcnsim finetune -w 4 -a 4 --data cifar -o w4a4.onnx\n"
      "  dcnsim allocate --equal-bits 5 -o optimal.onnx\n"
      "  dcnsim finetune --allocation optimal.onnx --data cifar -o tuned.onnx\n"
      "  dcnsim run tuned.onnx");
  Recipe& recipe = options.recipe.recipe;
  recipe.epochs = 3;
  recipe.batch = 250;
  recipe.small_share = 0;
  app.add_option("network", options.network, kFloatNetworkHelp)
      ->type_name("FILE|NAME")
      ->capture_default_str();
  options.widths.add_to(app);
  app.add_option("--allocation", options.allocation,
                 "QONNX file of the same network whose formats to take")
      ->type_name("FILE");
  app.add_option("--formats", options.formats,
                 "Whether formats stay as they are chosen first or are chosen again after each "
                 "epoch")
      ->check(CLI::IsMember({"fixed", "reestimate"}))
      ->capture_default_str();
  app.add_option("--accumulator-bits", options.accumulator_bits,
                 "Accumulators of the machine that validation and test figures are for")
      ->check(CLI::Range(8, 64))
      ->capture_default_str();
  app.add_option("-o,--output", options.output, "QONNX file to write; NAME.gz compresses it")
      ->required()
      ->type_name("FILE");
  options.recipe.add_to(app);
  app.add_option(
      "--filter-rate", options.filter_rate,
      "First rate of filters (Muon), relative to their norm [0.005 at a mean of 4 bits a\n"
      "weight; 0.011 at 2; 0.001 from 8]");
  app.add_option("--other-rate", options.other_rate,
                 "First rate of biases and the last layer (Adam), relative to outputs and weights\n"
                 "[0.4 of the default --filter-rate]");
  app.add_option("--float", options.in_float,
                 "Leave all weights or all activations in float, to compare with; the output is\n"
                 "float ONNX then")
      ->check(CLI::IsMember({"weights", "activations"}))
      ->type_name("TENSORS");
  app.add_option("--json", options.json, "Write what was done to FILE (schema dcnsim.finetune/1)")
      ->type_name("FILE");
  app.add_option("--test", options.test,
                 "In the end, report top-1 before and after on these images, which decide nothing")
      ->type_name("PATH");
  app.add_option("-j,--jobs", options.jobs, "Worker processes for --test")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  return parse_and_act(
      "dcnsim finetune", app,
      [&options] {
        options.network = shipped_data().network(options.network);
        finetune(options);
      },
      argc, argv);
}

}  // namespace
}  // namespace dcnsim::cli

int main(int argc, char** argv) {
  dcnsim::prepare_processor(argv);
  return dcnsim::cli::run_command(argc, argv);
}

// SPDX-License-Identifier: Apache-2.0
// dcnsim-train: trains the built-in plain networks on CIFAR-10.
#include <fmt/format.h>

#include "analysis/cli/command.h"
#include "analysis/cli/entry.h"
#include "analysis/cli/recipe_options.h"
#include "models/base/file/atomic_file.h"
#include "workloads/onnx/onnx_network.h"
#include "workloads/training/memory.h"
#include "workloads/training/plain_learner.h"

namespace dcnsim::cli {
namespace {

struct TrainOptions {
  std::string network = "compact";
  std::string output;
  PlainRates rates;
  RecipeOptions recipe;
};

void train(const TrainOptions& options) {
  require_writable(options.output);
  const Recipe& recipe = options.recipe.recipe;
  const PlainArchitecture architecture = plain_architecture(options.network);
  require_memory(PlainNet(architecture, raw_pixels()).folded(), recipe.batch);
  const TrainingData data = options.recipe.data();
  const torch::Device device = options.recipe.device();
  PlainLearner learner(architecture, data.training, options.rates, recipe.seed, device);
  Trainer trainer(learner, data, recipe, device);
  options.recipe.train(trainer, options.output);
  save_network(learner.network(), options.output);
  fmt::print("written to {}\n", options.output);
}

int run_command(int argc, char** argv) {
  TrainOptions options;
  CLI::App app{
      "Trains a plain CIFAR-10 network, folds batch-norm and the normalisation of pixels in, and\n"
      "writes float ONNX. The same command goes on after an interruption. Beside the network stay\n"
      "its checkpoint and a log of all epochs (.csv)."};
  app.set_version_flag("--version", "dcnsim-train " DCNSIM_VERSION);
  app.footer(
      "Examples:\n"
      "  workloads/cifar10/fetch cifar\n"
      "  dcnsim-train --data cifar -o compact.onnx");
  app.add_option("--network", options.network,
                 "compact: 48-64-64-256-256-384-384 channels; wide: 128-128-256-256-512-512\n"
                 "channels, 1024 and 1024 neurons")
      ->check(CLI::IsMember({"compact", "wide"}))
      ->capture_default_str();
  app.add_option("-o,--output", options.output, "ONNX file to write; NAME.gz compresses it")
      ->required()
      ->type_name("FILE");
  options.recipe.add_to(app);
  app.add_option("--small-share", options.recipe.recipe.small_share,
                 "Share of the steps, the first, on images of 24 x 24 pixels")
      ->capture_default_str();
  app.add_option("--filter-rate", options.rates.filters, "First rate of filters (Muon)")
      ->capture_default_str();
  app.add_option("--other-rate", options.rates.others,
                 "First rate of biases and the last layer (Adam)")
      ->capture_default_str();
  return parse_and_act(
      "dcnsim-train", app, [&options] { train(options); }, argc, argv);
}

}  // namespace
}  // namespace dcnsim::cli

int main(int argc, char** argv) {
  dcnsim::prepare_processor(argv);
  return dcnsim::cli::run_command(argc, argv);
}

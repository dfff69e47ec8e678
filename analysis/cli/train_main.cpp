// SPDX-License-Identifier: Apache-2.0
// dcnsim-train: trains the built-in plain networks on CIFAR-10.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/entry.h"
#include "analysis/cli/training.h"
#include "analysis/cli/value_checks.h"
#include "models/base/file/output_place.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/onnx/onnx_network.h"
#include "workloads/training/memory.h"
#include "workloads/training/network_learner.h"

namespace dcnsim::cli {
namespace {

struct TrainOptions {
  std::string network = "compact";
  std::string output;
  LearnerOptions learning;
  RecipeOptions recipe;
};

void train(TrainOptions options) {
  FileClaims claims;
  options.recipe.claim_inputs(claims);
  claims.reads("--start", options.learning.start);
  claim_training_outputs(claims, options.output);
  claim(claims);
  const Recipe recipe = recipe_for(options.recipe, kCifarShape);
  const TrainedArchitecture architecture = trained_architecture(options.network);
  const FloatNetwork network = TrainedNet(architecture, raw_pixels()).folded();
  require_memory(network, recipe.batch);
  const TrainingData data =
      training_data(options.recipe, kCifarShape, network.layers.back().node.output_shape());
  const torch::Device device = training_device(options.recipe);
  options.learning.precision = *precision_named(options.recipe.precision);
  NetworkLearner learner(architecture, data.training, options.learning, recipe.seed, device);
  Trainer trainer(learner, data, recipe, device);
  train_to_end(options.recipe, trainer, options.output);
  save_network(learner.network(), options.output);
  say("written to {}\n", output_name(options.output));
}

int run_command(int argc, char** argv) {
  TrainOptions options;
  CLI::App app;
  set_description(
      app, "Trains a CIFAR-10 network",
      "Folds batch-norm and the normalisation of pixels in, and writes float ONNX. The same "
      "command\n"
      "goes on after an interruption. Beside the network stay its checkpoint and a log of all\n"
      "epochs (.csv).",
      {{"workloads/cifar10/fetch cifar", "the images"},
       {"dcnsim-train --data cifar -o compact.onnx", ""}});
  one_of(app.add_option(
             "--network", options.network,
             "compact: 48-64-64-256-256-384-384 channels; large: 48-128-128-384-384-384-384;\n"
             "deep: 48, and three stages of 128, 384 and 384 with a residual block each;\n"
             "wide: 128-128-256-256-512-512 channels, 1024 and 1024 neurons"),
         {"compact", "large", "deep", "wide"})
      ->capture_default_str();
  app.add_option("--start", options.learning.start,
                 "Checkpoint of an earlier training of the same network, whose weights this one\n"
                 "begins with; random ones if not given")
      ->type_name("FILE");
  app.add_option("-o,--output", options.output, "ONNX file to write; NAME.gz compresses it")
      ->required()
      ->type_name("FILE");
  options.recipe.add_to(app);
  real(app.add_option("--small-share", options.recipe.recipe.small_share,
                      "Share of the steps, the first, on images of 24 x 24 pixels"),
       {0, 1}, "SHARE")
      ->capture_default_str();
  real(app.add_option("--cutmix", options.recipe.recipe.augmentation.mixed_share,
                      "Share of the images that show part of another image in place of the blank\n"
                      "square (CutMix)"),
       {0, 1}, "SHARE")
      ->capture_default_str();
  real(
      app.add_option("--filter-rate", options.learning.filter_rate, "First rate of filters (Muon)"),
      {0, kNoBound, true}, "RATE")
      ->capture_default_str();
  real(app.add_option("--other-rate", options.learning.other_rate,
                      "First rate of biases and the last layer (Adam)"),
       {0, kNoBound, true}, "RATE")
      ->capture_default_str();
  whole(app.add_option("--average", options.learning.averaged_steps,
                       "Steps over which the network that is written is averaged; 1: none"),
        1, 1000000)
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

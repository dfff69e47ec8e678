// SPDX-License-Identifier: Apache-2.0
// What the commands that train ask for, and what they print while they do.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "workloads/training/session.h"
#include "workloads/training/trainer.h"

namespace dcnsim::cli {

struct RecipeOptions {
  Recipe recipe;
  std::string data_path;
  std::size_t validation = 2000;
  int threads = 0;
  double checkpoint_seconds = 120;
  bool cpu = false;

  void add_to(CLI::App& app);

  /// Throws what load_training_data() throws.
  TrainingData data() const;
  /// The GPU if libtorch has one and it is wanted; else the CPU, with the threads asked for.
  torch::Device device() const;
  /// Trains to the end, from OUTPUT.checkpoint if there is one: a line an epoch on standard output,
  /// on a terminal a progress line on standard error. Throws Interrupted, and std::runtime_error.
  void train(Trainer& trainer, const std::string& output) const;
};

}  // namespace dcnsim::cli

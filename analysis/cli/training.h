// SPDX-License-Identifier: Apache-2.0
// What the commands that train do with their options, and what they print while they do.
#pragma once

#include <string>

#include "analysis/cli/recipe_options.h"
#include "workloads/training/session.h"
#include "workloads/training/trainer.h"

namespace dcnsim::cli {

/// The network, which is one file, and what is kept beside it while training.
void claim_training_outputs(FileClaims& claims, const std::string& network);
/// The recipe for a network with this input.
Recipe recipe_for(const RecipeOptions& options, const Shape& input);
/// For a network with this input and output. Throws what load_training_data() throws, and
/// std::runtime_error: labels that are no classes of it.
TrainingData training_data(const RecipeOptions& options, const Shape& input, const Shape& output);
/// The GPU if libtorch has one and it is wanted; else the CPU, with the threads asked for.
torch::Device training_device(const RecipeOptions& options);
/// Trains to the end, from OUTPUT.checkpoint if there is one: a line an epoch on standard output,
/// on a terminal a progress line on standard error. Throws Interrupted, and std::runtime_error.
void train_to_end(const RecipeOptions& options, Trainer& trainer, const std::string& output);

}  // namespace dcnsim::cli

// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/training.h"

#include <fmt/format.h>
#include <unistd.h>

#include <stdexcept>

#include "analysis/cli/command.h"
#include "analysis/cli/console.h"
#include "analysis/cli/interruption.h"
#include "analysis/evaluation/accuracy.h"

namespace dcnsim::cli {
namespace {

void print_step(const Trainer& trainer) {
  const std::int64_t an_epoch = trainer.steps_an_epoch();
  show_progress(fmt::format("epoch {}: step {} of {}", (trainer.done() - 1) / an_epoch + 1,
                            (trainer.done() - 1) % an_epoch + 1, an_epoch));
}

void print_epoch(const Trainer& trainer) {
  const EpochRecord& record = trainer.records().back();
  say("epoch {:>3}: loss {:.4f}, training {:.2f} %, validation {:.2f} %, {:.0f} s\n",
      trainer.records().size(), record.loss, 100 * record.training_accuracy,
      100 * record.validation_accuracy, record.seconds);
  require_all_said();
}

}  // namespace

void claim_training_outputs(FileClaims& claims, const std::string& network) {
  claims.updates("--output", network);
  claims.updates("checkpoint", checkpoint_of(network));
  claims.updates("log", log_of(network));
}

Recipe recipe_for(const RecipeOptions& options, const Shape& input) {
  Recipe result = options.recipe;
  result.augmentation = scaled(options.recipe.augmentation, input);
  result.augmentation.shift = options.shift.value_or(result.augmentation.shift);
  result.augmentation.cutout = options.cutout.value_or(result.augmentation.cutout);
  result.augmentation.flip = !options.no_flip;
  return result;
}

TrainingData training_data(const RecipeOptions& options, const Shape& input, const Shape& output) {
  TrainingData data =
      load_training_data({options.data_path, options.labels}, input, options.validation);
  for (const Dataset* images : {&data.training, &data.validation}) {
    std::string problem;
    try {
      problem = why_no_accuracy(output, *images);
    } catch (const std::invalid_argument& e) {
      problem = e.what();
    }
    if (!problem.empty())
      throw std::runtime_error(options.data_path + ": cannot be trained on: " + problem);
  }
  return data;
}

torch::Device training_device(const RecipeOptions& options) {
  if (!options.cpu && torch::cuda::is_available()) return torch::kCUDA;
  use_threads(options.threads);
  return torch::kCPU;
}

void train_to_end(const RecipeOptions& options, Trainer& trainer, const std::string& output) {
  const bool on_terminal = isatty(STDERR_FILENO) != 0;
  SessionReports reports;
  reports.resumed = [&] { say("going on after step {} of {}\n", trainer.done(), trainer.steps()); };
  if (on_terminal) reports.stepped = [&] { print_step(trainer); };
  reports.epoch_ended = [&] { print_epoch(trainer); };
  const StopOnInterruption stop(
      "\n"
      "stopping after this step; the checkpoint keeps what was done, and the same command goes on\n"
      "from there. ^C again ends at once, with what was kept last\n");
  reports.stopped = stop_was_asked_for;
  bool finished = false;
  try {
    finished = dcnsim::train_to_end(trainer, output, options.checkpoint_seconds, reports);
  } catch (const c10::Error& error) {
    // Its what() has a backtrace.
    throw std::runtime_error(error.what_without_backtrace());
  }
  if (finished) return;
  end_progress();
  throw Interrupted(fmt::format("interrupted after step {} of {}; the same command goes on",
                                trainer.done(), trainer.steps()));
}

}  // namespace dcnsim::cli

// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/recipe_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

#include "analysis/cli/command.h"

namespace dcnsim::cli {
namespace {

void print_step(const Trainer& trainer) {
  const std::int64_t an_epoch = trainer.steps_an_epoch();
  fmt::print(stderr, "\repoch {}: step {} of {}\x1b[K", (trainer.done() - 1) / an_epoch + 1,
             (trainer.done() - 1) % an_epoch + 1, an_epoch);
}

void print_epoch(const Trainer& trainer, bool on_terminal) {
  if (on_terminal) fmt::print(stderr, "\r\x1b[K");
  const EpochRecord& record = trainer.records().back();
  fmt::print("epoch {:>3}: loss {:.4f}, training {:.2f} %, validation {:.2f} %, {:.0f} s\n",
             trainer.records().size(), record.loss, 100 * record.training_accuracy,
             100 * record.validation_accuracy, record.seconds);
  std::fflush(stdout);
}

}  // namespace

void RecipeOptions::add_to(CLI::App& app) {
  app.add_option("--data", data_path,
                 "Folder of the CIFAR-10 training batches (workloads/cifar10/fetch), or one file")
      ->required()
      ->type_name("PATH");
  app.add_option("--epochs", recipe.epochs, "Times each image is seen")->capture_default_str();
  app.add_option("--batch", recipe.batch, "Images a step")->capture_default_str();
  app.add_option("--label-smoothing", recipe.label_smoothing,
                 "Share of the target spread over all classes")
      ->capture_default_str();
  app.add_option("--shift", recipe.augmentation.shift, "Largest shift of an image, pixels")
      ->check(CLI::Range(0, 16))
      ->capture_default_str();
  app.add_option("--cutout", recipe.augmentation.cutout, "Side of the blank square, pixels")
      ->check(CLI::Range(0, 32))
      ->capture_default_str();
  app.add_option("--validation", validation,
                 "Training images held out, the last ones: they alone decide between networks")
      ->check(CLI::Range(1, 25000))
      ->capture_default_str();
  app.add_option("--seed", recipe.seed, "Of everything random")->capture_default_str();
  app.add_option("--threads", threads, "CPU threads; 0: one a core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--checkpoint-seconds", checkpoint_seconds,
                 "Work that a killed training loses at most")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
  app.add_flag("--cpu", cpu, "Stay on the CPU where libtorch has a GPU");
}

TrainingData RecipeOptions::data() const { return load_training_data(data_path, validation); }

torch::Device RecipeOptions::device() const {
  if (!cpu && torch::cuda::is_available()) return torch::kCUDA;
  use_threads(threads);
  return torch::kCPU;
}

void RecipeOptions::train(Trainer& trainer, const std::string& output) const {
  const bool on_terminal = isatty(STDERR_FILENO) != 0;
  SessionReports reports;
  reports.resumed = [&] {
    fmt::print("going on after step {} of {}\n", trainer.done(), trainer.steps());
  };
  if (on_terminal) reports.stepped = [&] { print_step(trainer); };
  reports.epoch_ended = [&] { print_epoch(trainer, on_terminal); };
  bool finished = false;
  try {
    finished = train_to_end(trainer, output, checkpoint_seconds, reports);
  } catch (const c10::Error& error) {
    // Its what() has a backtrace.
    throw std::runtime_error(error.what_without_backtrace());
  }
  if (finished) return;
  if (on_terminal) fmt::print(stderr, "\r\x1b[K");
  throw Interrupted(fmt::format("interrupted after step {} of {}; the same command goes on",
                                trainer.done(), trainer.steps()));
}

}  // namespace dcnsim::cli

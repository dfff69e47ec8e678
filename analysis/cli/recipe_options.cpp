// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/recipe_options.h"

#include <CLI/CLI.hpp>

#include "analysis/cli/pixel_options.h"
#include "analysis/cli/value_checks.h"

namespace dcnsim::cli {

void RecipeOptions::add_to(CLI::App& app) {
  file_of(app.add_option(
              "--data", data_path,
              "Images to train on: folder of the CIFAR-10 training batches\n"
              "(workloads/cifar10/fetch), one of its files, or .npy array as dcnsim run takes it"),
          {FileKind::kImages}, "PATH")
      ->required();
  app.add_option("--labels", labels, kLabelsHelp)->type_name("FILE");
  whole(app.add_option("--epochs", recipe.epochs, "Times each image is seen"), 1, 100000)
      ->capture_default_str();
  whole(app.add_option("--batch", recipe.batch, "Images a step"), 1, 1000000)
      ->capture_default_str();
  real(app.add_option("--label-smoothing", recipe.label_smoothing,
                      "Share of the target spread over all classes"),
       {0, 1}, "SHARE")
      ->capture_default_str();
  whole(app.add_option("--shift", shift,
                       "Largest shift of an image, pixels [4 of 32, fewer of smaller images]"),
        0, 16);
  whole(app.add_option("--cutout", cutout,
                       "Side of the blank square, pixels [12 of 32, fewer of smaller images]"),
        0, 32);
  app.add_flag("--no-flip", no_flip, "Never mirror images, as for digits");
  whole(
      app.add_option("--validation", validation,
                     "Training images held out, the last ones: they alone decide between networks"),
      1, 25000)
      ->capture_default_str();
  whole(app.add_option("--seed", recipe.seed, "Of everything random"), 0)->capture_default_str();
  whole(app.add_option("--threads", threads, "CPU threads; 0: one a core"), 0, 1024)
      ->capture_default_str();
  real(app.add_option("--checkpoint-seconds", checkpoint_seconds,
                      "Work that a killed training loses at most"),
       {0.0, 86400.0}, "SECONDS")
      ->capture_default_str();
  one_of(app.add_option("--precision", precision,
                        "In which convolutions are computed; auto: bfloat16 where the processor\n"
                        "multiplies it itself"),
         {"auto", "float32", "bfloat16"})
      ->capture_default_str();
  app.add_flag("--cpu", cpu, "Stay on the CPU where libtorch has a GPU");
}

void RecipeOptions::claim_inputs(FileClaims& claims) const {
  claims.reads_folder("data", data_path, ".bin");
  claims.reads("labels", labels);
}

}  // namespace dcnsim::cli

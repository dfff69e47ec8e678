// SPDX-License-Identifier: Apache-2.0
// A network and a recipe that train in a second, on the images that come with dcnsim.
#pragma once

#include "workloads/training/plain_learner.h"
#include "workloads/training/trainer.h"

namespace dcnsim {

inline PlainArchitecture tiny_architecture() {
  return {"tiny", {{16, 0, 2}, {16, 1, 2}, {24, 1, kWholeMap}}, {}};
}

inline TrainingData embedded_images() {
  return load_training_data(DCNSIM_SOURCE_DIR "/workloads/cifar10/calibration_500.bin", 100);
}

inline Recipe tiny_recipe() {
  Recipe recipe;
  recipe.epochs = 3;
  recipe.batch = 40;
  recipe.augmentation = {true, 2, 8};
  return recipe;
}

}  // namespace dcnsim

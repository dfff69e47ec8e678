// SPDX-License-Identifier: Apache-2.0
// A network and a recipe that train in a second, on the images that come with dcnsim or on ones
// that are easier to tell apart.
#pragma once

#include <cstdint>
#include <random>
#include <utility>

#include "workloads/images/cifar10_file.h"
#include "workloads/training/network_learner.h"
#include "workloads/training/trainer.h"

namespace dcnsim {

inline TrainedArchitecture tiny_architecture() {
  return {"tiny", {{16, 0, 2}, {16, 1, 2}, {24, 1, kWholeMap}}, {}};
}

inline TrainingData embedded_images() {
  return load_training_data({DCNSIM_SOURCE_DIR "/workloads/cifar10/calibration_500.bin", ""},
                            kCifarShape, 100);
}

/// Ten classes that a tiny network learns within seconds: stripes of five colours, upright or
/// lying, under as much noise.
inline TrainingData striped_images() {
  std::mt19937 random(1);
  const auto draw = [&](int count) {
    Dataset images;
    images.shape = kCifarShape;
    for (int i = 0; i < count; ++i) {
      const int label = i % 10, colour = label % 5 + 1;
      images.labels.push_back(label);
      for (int plane = 0; plane < 3; ++plane) {
        for (int y = 0; y < 32; ++y) {
          for (int x = 0; x < 32; ++x) {
            const bool bright = (colour >> plane & 1) != 0 && ((label < 5 ? x : y) / 4 & 1) != 0;
            images.pixels.push_back(static_cast<std::uint8_t>((bright ? 128 : 0) + random() % 128));
          }
        }
      }
    }
    return images;
  };
  Dataset training = draw(400), validation = draw(100);
  return {std::move(training), std::move(validation)};
}

inline Recipe tiny_recipe() {
  Recipe recipe;
  recipe.epochs = 3;
  recipe.batch = 40;
  recipe.augmentation = {true, 2, 8};
  return recipe;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Training images: what is trained on, what is held out, and how a batch is drawn and varied.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "workloads/images/load_images.h"
#include "workloads/recipe.h"

namespace dcnsim {

/// Mean and standard deviation of images' channels, in pixels or values as the images have.
struct PixelStatistics {
  std::vector<float> mean, deviation;
};

/// Images that are trained on, and those that decide about networks; none of them test images.
struct TrainingData {
  Dataset training, validation;
};

/// CIFAR-10's five training batches if `files` is a folder, else the one file, for a network whose
/// input is `input`; the last `validation` images are held out. Throws std::runtime_error: a batch
/// is missing (says how to get it), what load_images throws, no labels, nothing left to train on.
TrainingData load_training_data(const ImageFiles& files, const Shape& input,
                                std::size_t validation);

PixelStatistics pixel_statistics(const Dataset& images);

/// Under which normalised images are as they were.
PixelStatistics raw_pixels(int channels = 3);

/// For images of another size: shift and square in proportion to their smaller side.
Augmentation scaled(Augmentation augmentation, const Shape& input);

/// What a learner is shown at a step.
struct Batch {
  torch::Tensor images;  ///< N x C x H x W, normalised, channels innermost in memory
  torch::Tensor labels;  ///< N
  /// N each: labels of the images that some show in part, and the share of the area that is their
  /// own. Undefined where no images are mixed.
  torch::Tensor other_labels, own_shares;
};

/// Normalised batches, channels innermost in memory. What an epoch holds follows from seed and
/// epoch alone.
class Augmenter {
 public:
  /// `images` must outlive it. Throws std::invalid_argument: a shift as large as the image.
  Augmenter(const Dataset& images, PixelStatistics statistics, Augmentation augmentation,
            std::uint64_t seed);

  /// Draws the order of an epoch's images.
  void begin_epoch(std::int64_t epoch);

  /// Images [first, first + count) of the epoch. An image that is mixed shows the next of them, the
  /// last one the first.
  Batch batch(std::size_t first, std::size_t count) const;

 private:
  const Dataset& images_;
  PixelStatistics statistics_;
  Augmentation augmentation_;
  std::uint64_t seed_;
  std::int64_t epoch_ = 0;
  std::vector<std::size_t> order_;
};

/// Images [first, first + count) as they are, normalised, and their labels.
std::pair<torch::Tensor, torch::Tensor> plain_batch(const Dataset& images,
                                                    const PixelStatistics& statistics,
                                                    std::size_t first, std::size_t count);

}  // namespace dcnsim

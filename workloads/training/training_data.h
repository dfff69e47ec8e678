// SPDX-License-Identifier: Apache-2.0
// Training images: what is trained on, what is held out, and how a batch is drawn and varied.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "workloads/cifar10/dataset.h"

namespace dcnsim {

/// Mean and standard deviation of images' channels, in pixel values.
struct PixelStatistics {
  std::vector<float> mean, deviation;
};

/// Images that are trained on, and those that decide about networks; none of them test images.
struct TrainingData {
  Dataset training, validation;
};

/// The five training batches of the folder `path` (or the single file `path`), the last
/// `validation` images of which are held out. Throws std::runtime_error: a batch is missing (says
/// how to get it) or malformed, nothing left to train on.
TrainingData load_training_data(const std::string& path, std::size_t validation);

PixelStatistics pixel_statistics(const Dataset& images);

/// Under which normalised pixels are raw ones.
PixelStatistics raw_pixels();

/// How an image is varied each time it is seen.
struct Augmentation {
  bool flip = true;  ///< every other epoch, which ones is drawn by image
  int shift = 4;     ///< at most, pixels in both directions, borders reflected
  int cutout = 12;   ///< side of a square set to the mean colour, partly outside at times; 0: none
};

/// Normalised batches, channels innermost in memory. What an epoch holds follows from seed and
/// epoch alone.
class Augmenter {
 public:
  /// `images` must outlive it.
  Augmenter(const Dataset& images, PixelStatistics statistics, Augmentation augmentation,
            std::uint64_t seed);

  /// Draws the order of an epoch's images.
  void begin_epoch(std::int64_t epoch);

  /// Images [first, first + count) of the epoch, N x 3 x 32 x 32, and their labels.
  std::pair<torch::Tensor, torch::Tensor> batch(std::size_t first, std::size_t count) const;

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

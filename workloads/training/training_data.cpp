// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/training_data.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <random>
#include <stdexcept>

namespace dcnsim {
namespace {

constexpr int kSize = kCifarShape.height;
constexpr std::size_t kPlane = std::size_t{kSize} * kSize;
constexpr std::size_t kChannels = kCifarShape.channels;
constexpr int kBatches = 5;
/// In place of an epoch: what is drawn once for all of them.
constexpr std::uint64_t kEveryEpoch = UINT64_MAX;

/// A generator of its own for every purpose, epoch and image.
std::mt19937_64 generator(std::uint64_t seed, std::uint64_t epoch, std::uint64_t image) {
  std::seed_seq sequence{seed, seed >> 32, epoch, image};
  return std::mt19937_64(sequence);
}

int drawn(std::mt19937_64& random, int from, int to) {
  return from + static_cast<int>(random() % static_cast<std::uint64_t>(to - from + 1));
}

int reflected(int position) {
  if (position < 0) return -position;
  return position < kSize ? position : 2 * (kSize - 1) - position;
}

void append(Dataset& images, const Dataset& more) {
  images.labels.insert(images.labels.end(), more.labels.begin(), more.labels.end());
  images.pixels.insert(images.pixels.end(), more.pixels.begin(), more.pixels.end());
}

/// Where the pixels of an image come from and which are blank.
struct Variation {
  bool flip = false;
  int down = 0, right = 0;
  int blank_top = 0, blank_left = 0, blank_side = 0;

  bool blanks(int y, int x) const {
    return y >= blank_top && y < blank_top + blank_side && x >= blank_left &&
           x < blank_left + blank_side;
  }
};

/// Batches of images under construction.
class BatchWriter {
 public:
  BatchWriter(const Dataset& images, const PixelStatistics& statistics, std::size_t count)
      : images_(images),
        pixels_(torch::empty(
            {static_cast<std::int64_t>(count), static_cast<std::int64_t>(kChannels), kSize, kSize},
            torch::MemoryFormat::ChannelsLast)),
        labels_(torch::empty({static_cast<std::int64_t>(count)}, torch::kLong)) {
    for (std::size_t c = 0; c < kChannels; ++c) {
      for (std::size_t value = 0; value < 256; ++value) {
        normalised_[c][value] =
            (static_cast<float>(value) - statistics.mean[c]) / statistics.deviation[c];
      }
    }
  }

  void write(std::size_t position, std::size_t image, const Variation& variation) {
    const std::uint8_t* planes = images_.pixels.data() + image * kChannels * kPlane;
    float* to = pixels_.data_ptr<float>() + position * kChannels * kPlane;
    for (int y = 0; y < kSize; ++y) {
      const int from_y = reflected(y + variation.down);
      for (int x = 0; x < kSize; ++x) {
        const int straight = variation.flip ? kSize - 1 - x : x;
        const auto from =
            static_cast<std::size_t>(from_y * kSize + reflected(straight + variation.right));
        const bool blank = variation.blanks(y, x);
        for (std::size_t c = 0; c < kChannels; ++c) {
          *to++ = blank ? 0.0F : normalised_[c][planes[c * kPlane + from]];
        }
      }
    }
    labels_.data_ptr<std::int64_t>()[position] = images_.labels[image];
  }

  std::pair<torch::Tensor, torch::Tensor> finished() const { return {pixels_, labels_}; }

 private:
  const Dataset& images_;
  torch::Tensor pixels_, labels_;
  float normalised_[kChannels][256];
};

}  // namespace

TrainingData load_training_data(const std::string& path, std::size_t validation) {
  Dataset all;
  if (std::filesystem::is_directory(path)) {
    for (int number = 1; number <= kBatches; ++number) {
      const std::string file = path + "/data_batch_" + std::to_string(number) + ".bin";
      if (!std::filesystem::exists(file)) {
        throw std::runtime_error(file + ": is missing; workloads/cifar10/fetch " + path +
                                 " gets the CIFAR-10 batches");
      }
      append(all, load_cifar10(file));
    }
  } else {
    all = load_cifar10(path);
  }
  if (validation >= all.size()) {
    throw std::runtime_error(path + ": " + std::to_string(all.size()) +
                             " images, expected more than the " + std::to_string(validation) +
                             " that are held out for validation");
  }
  TrainingData data;
  data.training = first_images(all, all.size() - validation);
  data.validation.labels.assign(all.labels.end() - static_cast<std::ptrdiff_t>(validation),
                                all.labels.end());
  data.validation.pixels.assign(
      all.pixels.end() - static_cast<std::ptrdiff_t>(validation * kChannels * kPlane),
      all.pixels.end());
  return data;
}

PixelStatistics pixel_statistics(const Dataset& images) {
  PixelStatistics statistics;
  for (std::size_t c = 0; c < kChannels; ++c) {
    std::uint64_t sum = 0, squares = 0;
    for (std::size_t image = 0; image < images.size(); ++image) {
      const std::uint8_t* plane = images.pixels.data() + (image * kChannels + c) * kPlane;
      for (std::size_t i = 0; i < kPlane; ++i) {
        sum += plane[i];
        squares += std::uint64_t{plane[i]} * plane[i];
      }
    }
    const double count = static_cast<double>(images.size()) * static_cast<double>(kPlane);
    const double mean = static_cast<double>(sum) / count;
    const double variance = static_cast<double>(squares) / count - mean * mean;
    statistics.mean.push_back(static_cast<float>(mean));
    // Images of one colour have no deviation to divide by.
    statistics.deviation.push_back(static_cast<float>(std::max(1.0, std::sqrt(variance))));
  }
  return statistics;
}

PixelStatistics raw_pixels() {
  return {std::vector<float>(kChannels, 0.0F), std::vector<float>(kChannels, 1.0F)};
}

Augmenter::Augmenter(const Dataset& images, PixelStatistics statistics, Augmentation augmentation,
                     std::uint64_t seed)
    : images_(images),
      statistics_(std::move(statistics)),
      augmentation_(augmentation),
      seed_(seed),
      order_(images.size()) {
  begin_epoch(0);
}

void Augmenter::begin_epoch(std::int64_t epoch) {
  epoch_ = epoch;
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::mt19937_64 random = generator(seed_, static_cast<std::uint64_t>(epoch), images_.size());
  std::shuffle(order_.begin(), order_.end(), random);
}

std::pair<torch::Tensor, torch::Tensor> Augmenter::batch(std::size_t first,
                                                         std::size_t count) const {
  BatchWriter batch(images_, statistics_, count);
  const int shift = augmentation_.shift, cutout = augmentation_.cutout;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t image = order_[first + i];
    std::mt19937_64 random = generator(seed_, static_cast<std::uint64_t>(epoch_), image);
    Variation variation;
    const bool flips_first = (generator(seed_, kEveryEpoch, image)() & 1) != 0;
    variation.flip = augmentation_.flip && flips_first == (epoch_ % 2 == 0);
    variation.down = drawn(random, -shift, shift);
    variation.right = drawn(random, -shift, shift);
    variation.blank_side = cutout;
    variation.blank_top = drawn(random, -cutout / 2, kSize - 1 - cutout / 2);
    variation.blank_left = drawn(random, -cutout / 2, kSize - 1 - cutout / 2);
    batch.write(i, image, variation);
  }
  return batch.finished();
}

std::pair<torch::Tensor, torch::Tensor> plain_batch(const Dataset& images,
                                                    const PixelStatistics& statistics,
                                                    std::size_t first, std::size_t count) {
  BatchWriter batch(images, statistics, count);
  for (std::size_t i = 0; i < count; ++i) batch.write(i, first + i, {});
  return batch.finished();
}

}  // namespace dcnsim

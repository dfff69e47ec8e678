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

constexpr int kBatches = 5;
/// In place of an epoch: what is drawn once for all of them.
constexpr std::uint64_t kEveryEpoch = UINT64_MAX;
/// Of values, which may be of any magnitude.
constexpr double kLeastDeviation = 1e-6;

/// A generator of its own for every purpose, epoch and image.
std::mt19937_64 generator(std::uint64_t seed, std::uint64_t epoch, std::uint64_t image) {
  std::seed_seq sequence{seed, seed >> 32, epoch, image};
  return std::mt19937_64(sequence);
}

int drawn(std::mt19937_64& random, int from, int to) {
  return from + static_cast<int>(random() % static_cast<std::uint64_t>(to - from + 1));
}

int reflected(int position, int size) {
  if (position < 0) return -position;
  return position < size ? position : 2 * (size - 1) - position;
}

template <class Value>
void append(std::vector<Value>& to, const std::vector<Value>& from, std::size_t first = 0) {
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(std::min(first, from.size())),
            from.end());
}

/// The images of `from` but its first ones.
void append(Dataset& to, const Dataset& from, std::size_t first = 0) {
  to.shape = from.shape;
  append(to.labels, from.labels, first);
  append(to.pixels, from.pixels, first * from.shape.elements());
  append(to.values, from.values, first * from.shape.elements());
}

std::size_t size(int extent) { return static_cast<std::size_t>(extent); }

std::size_t plane_of(const Shape& shape) { return size(shape.height) * size(shape.width); }

/// Sum and sum of squares of a channel.
template <class Number>
std::pair<double, double> sums(const std::vector<Number>& numbers, const Shape& shape,
                               std::size_t channel) {
  const std::size_t plane = plane_of(shape), channels = size(shape.channels);
  double sum = 0, squares = 0;
  for (std::size_t at = channel * plane; at < numbers.size(); at += channels * plane) {
    for (std::size_t i = at; i < at + plane; ++i) {
      const auto number = static_cast<double>(numbers[i]);
      sum += number;
      squares += number * number;
    }
  }
  return {sum, squares};
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
        statistics_(statistics),
        pixels_(torch::empty({static_cast<std::int64_t>(count), images.shape.channels,
                              images.shape.height, images.shape.width},
                             torch::MemoryFormat::ChannelsLast)),
        labels_(torch::empty({static_cast<std::int64_t>(count)}, torch::kLong)) {}

  void write(std::size_t position, std::size_t image, const Variation& variation) {
    if (images_.has_pixels()) {
      write(images_.pixels, position, image, variation);
    } else {
      write(images_.values, position, image, variation);
    }
    labels_.data_ptr<std::int64_t>()[position] = images_.labels[image];
  }

  std::pair<torch::Tensor, torch::Tensor> finished() const { return {pixels_, labels_}; }

 private:
  template <class Number>
  void write(const std::vector<Number>& numbers, std::size_t position, std::size_t image,
             const Variation& variation) {
    const auto& [height, width, channels] = images_.shape;
    const std::size_t plane = plane_of(images_.shape);
    const Number* planes = numbers.data() + image * images_.shape.elements();
    float* to = pixels_.data_ptr<float>() + position * images_.shape.elements();
    for (int y = 0; y < height; ++y) {
      const int from_y = reflected(y + variation.down, height);
      for (int x = 0; x < width; ++x) {
        const int straight = variation.flip ? width - 1 - x : x;
        const auto from =
            static_cast<std::size_t>(from_y * width + reflected(straight + variation.right, width));
        const bool blank = variation.blanks(y, x);
        for (std::size_t c = 0; c < size(channels); ++c) {
          *to++ = blank ? 0.0F : normalised(static_cast<float>(planes[c * plane + from]), c);
        }
      }
    }
  }

  float normalised(float value, std::size_t channel) const {
    return (value - statistics_.mean[channel]) / statistics_.deviation[channel];
  }

  const Dataset& images_;
  const PixelStatistics& statistics_;
  torch::Tensor pixels_, labels_;
};

/// Of CIFAR-10, those to train on.
Dataset training_batches(const std::string& folder, const Shape& input) {
  Dataset all;
  for (int number = 1; number <= kBatches; ++number) {
    const std::string file = folder + "/data_batch_" + std::to_string(number) + ".bin";
    if (!std::filesystem::exists(file)) {
      throw std::runtime_error(file + ": is missing; workloads/cifar10/fetch " + folder +
                               " gets the CIFAR-10 batches");
    }
    append(all, load_images({file, ""}, input));
  }
  return all;
}

}  // namespace

TrainingData load_training_data(const ImageFiles& files, const Shape& input,
                                std::size_t validation) {
  const std::string& path = files.path;
  const Dataset all = std::filesystem::is_directory(path) ? training_batches(path, input)
                                                          : load_images(files, input);
  if (!all.has_labels()) throw std::runtime_error(path + ": training needs the images' labels");
  if (validation >= all.size()) {
    throw std::runtime_error(path + ": " + std::to_string(all.size()) +
                             " images, expected more than the " + std::to_string(validation) +
                             " that are held out for validation");
  }
  TrainingData data;
  data.training = first_images(all, all.size() - validation);
  append(data.validation, all, all.size() - validation);
  return data;
}

PixelStatistics pixel_statistics(const Dataset& images) {
  PixelStatistics statistics;
  const double count = static_cast<double>(images.size() * plane_of(images.shape));
  for (std::size_t c = 0; c < size(images.shape.channels); ++c) {
    const auto [sum, squares] = images.has_pixels() ? sums(images.pixels, images.shape, c)
                                                    : sums(images.values, images.shape, c);
    const double mean = sum / count;
    const double deviation = std::sqrt(std::max(squares / count - mean * mean, 0.0));
    statistics.mean.push_back(static_cast<float>(mean));
    // Images of one colour have no deviation to divide by.
    const double least = images.has_pixels() ? 1.0 : kLeastDeviation;
    statistics.deviation.push_back(static_cast<float>(std::max(least, deviation)));
  }
  return statistics;
}

PixelStatistics raw_pixels(int channels) {
  return {std::vector<float>(size(channels), 0.0F), std::vector<float>(size(channels), 1.0F)};
}

Augmentation scaled(Augmentation augmentation, const Shape& input) {
  constexpr int kDesigned = 32;
  const int side = std::min({input.height, input.width, kDesigned});
  augmentation.shift = augmentation.shift * side / kDesigned;
  augmentation.cutout = augmentation.cutout * side / kDesigned;
  return augmentation;
}

Augmenter::Augmenter(const Dataset& images, PixelStatistics statistics, Augmentation augmentation,
                     std::uint64_t seed)
    : images_(images),
      statistics_(std::move(statistics)),
      augmentation_(augmentation),
      seed_(seed),
      order_(images.size()) {
  const int side = std::min(images.shape.height, images.shape.width);
  if (augmentation.shift >= side) {
    throw std::invalid_argument("shift: " + std::to_string(augmentation.shift) +
                                ", expected less than the " + std::to_string(side) +
                                " pixels of the images' smaller side");
  }
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
    variation.blank_top = drawn(random, -cutout / 2, images_.shape.height - 1 - cutout / 2);
    variation.blank_left = drawn(random, -cutout / 2, images_.shape.width - 1 - cutout / 2);
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

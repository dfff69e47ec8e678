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

/// Where the pixels of an image come from.
struct Variation {
  bool flip = false;
  int down = 0, right = 0;
};

/// Rows and columns of an image, ends left out.
struct Window {
  int top = 0, left = 0, bottom = 0, right = 0;

  double share_of(const Shape& image) const {
    return static_cast<double>((bottom - top) * (right - left)) /
           static_cast<double>(plane_of(image));
  }
};

Window whole(const Shape& image) { return {0, 0, image.height, image.width}; }

/// A square whose centre is anywhere in the image; what lies outside is cut off.
Window drawn_square(std::mt19937_64& random, int side, const Shape& image) {
  const int top = drawn(random, -side / 2, image.height - 1 - side / 2);
  const int left = drawn(random, -side / 2, image.width - 1 - side / 2);
  return {std::max(top, 0), std::max(left, 0), std::min(top + side, image.height),
          std::min(left + side, image.width)};
}

/// In [0, 1).
double drawn_share(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

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
    write(position, image, variation, whole(images_.shape));
    labels_.data_ptr<std::int64_t>()[position] = images_.labels[image];
  }

  /// The window alone, without the label.
  void write(std::size_t position, std::size_t image, const Variation& variation,
             const Window& window) {
    if (images_.has_pixels()) {
      write(images_.pixels, position, image, variation, window);
    } else {
      write(images_.values, position, image, variation, window);
    }
  }

  /// Sets the window to the mean colour.
  void blank(std::size_t position, const Window& window) {
    for (int y = window.top; y < window.bottom; ++y) {
      std::fill(pixel(position, y, window.left), pixel(position, y, window.right), 0.0F);
    }
  }

  std::pair<torch::Tensor, torch::Tensor> finished() const { return {pixels_, labels_}; }

 private:
  template <class Number>
  void write(const std::vector<Number>& numbers, std::size_t position, std::size_t image,
             const Variation& variation, const Window& window) {
    const auto& [height, width, channels] = images_.shape;
    const std::size_t plane = plane_of(images_.shape);
    const Number* planes = numbers.data() + image * images_.shape.elements();
    for (int y = window.top; y < window.bottom; ++y) {
      float* to = pixel(position, y, window.left);
      const int from_y = reflected(y + variation.down, height);
      for (int x = window.left; x < window.right; ++x) {
        const int straight = variation.flip ? width - 1 - x : x;
        const auto from =
            static_cast<std::size_t>(from_y * width + reflected(straight + variation.right, width));
        for (std::size_t c = 0; c < size(channels); ++c) {
          *to++ = normalised(static_cast<float>(planes[c * plane + from]), c);
        }
      }
    }
  }

  float* pixel(std::size_t position, int y, int x) {
    const Shape& shape = images_.shape;
    return pixels_.data_ptr<float>() + position * shape.elements() +
           size(y * shape.width + x) * size(shape.channels);
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

Batch Augmenter::batch(std::size_t first, std::size_t count) const {
  const Shape& shape = images_.shape;
  BatchWriter writer(images_, statistics_, count);
  const bool mixes = augmentation_.mixed_share > 0;
  std::vector<float> own_shares(count, 1.0F);
  const auto generator_of = [&](std::size_t image) {
    return generator(seed_, static_cast<std::uint64_t>(epoch_), image);
  };
  const auto variation_of = [&](std::size_t image, std::mt19937_64& random) {
    const int shift = augmentation_.shift;
    const bool flips_first = (generator(seed_, kEveryEpoch, image)() & 1) != 0;
    Variation variation;
    variation.flip = augmentation_.flip && flips_first == (epoch_ % 2 == 0);
    variation.down = drawn(random, -shift, shift);
    variation.right = drawn(random, -shift, shift);
    return variation;
  };
  const auto next = [&](std::size_t i) { return order_[first + (i + 1) % count]; };
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t image = order_[first + i];
    std::mt19937_64 random = generator_of(image);
    writer.write(i, image, variation_of(image, random));
    const Window square = drawn_square(random, augmentation_.cutout, shape);
    if (!mixes || drawn_share(random) >= augmentation_.mixed_share) {
      writer.blank(i, square);
      continue;
    }
    const int whole_side = std::min(shape.height, shape.width);
    const auto side = static_cast<int>(std::lround(std::sqrt(drawn_share(random)) * whole_side));
    const Window shown = drawn_square(random, side, shape);
    std::mt19937_64 others = generator_of(next(i));
    writer.write(i, next(i), variation_of(next(i), others), shown);
    own_shares[i] = static_cast<float>(1 - shown.share_of(shape));
  }
  const auto [images, labels] = writer.finished();
  if (!mixes) return {images, labels, {}, {}};
  return {images, labels, labels.roll(-1), torch::tensor(own_shares)};
}

std::pair<torch::Tensor, torch::Tensor> plain_batch(const Dataset& images,
                                                    const PixelStatistics& statistics,
                                                    std::size_t first, std::size_t count) {
  BatchWriter batch(images, statistics, count);
  for (std::size_t i = 0; i < count; ++i) batch.write(i, first + i, {});
  return batch.finished();
}

}  // namespace dcnsim

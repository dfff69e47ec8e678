// SPDX-License-Identifier: Apache-2.0
#include "workloads/images/dataset.h"

#include <algorithm>
#include <random>

namespace dcnsim {
namespace {

template <class Value>
std::vector<Value> beginning(const std::vector<Value>& values, std::size_t count) {
  return {values.begin(),
          values.begin() + static_cast<std::ptrdiff_t>(std::min(count, values.size()))};
}

}  // namespace

Dataset first_images(const Dataset& images, std::size_t count) {
  const std::size_t numbers = std::min(count, images.size()) * images.shape.elements();
  return {images.shape, beginning(images.labels, count), beginning(images.pixels, numbers),
          beginning(images.values, numbers), images.note};
}

Dataset random_pixels(const Shape& shape, std::size_t count) {
  Dataset images;
  images.shape = shape;
  images.pixels.resize(count * shape.elements());
  std::mt19937 random(1);
  for (std::uint8_t& pixel : images.pixels) pixel = static_cast<std::uint8_t>(random() >> 24);
  return images;
}

std::string to_string(const Shape& shape) {
  return std::to_string(shape.height) + " x " + std::to_string(shape.width) + " x " +
         std::to_string(shape.channels);
}

}  // namespace dcnsim

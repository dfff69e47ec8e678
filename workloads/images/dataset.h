// SPDX-License-Identifier: Apache-2.0
// Images in memory, all of one shape, with labels or without: pixels of 8 bits, or values that are
// a network's inputs as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/numeric/tensor.h"

namespace dcnsim {

struct Dataset {
  Shape shape;
  std::vector<int> labels;           ///< one an image, from 0 on; or none at all
  std::vector<std::uint8_t> pixels;  ///< image by image a plane a channel, row by row
  std::vector<float> values;         ///< the same in place of pixels
  std::string note;                  ///< what reading them had to assume; "" for nothing

  std::size_t size() const { return (pixels.size() + values.size()) / shape.elements(); }
  bool has_labels() const { return !labels.empty(); }
  bool has_pixels() const { return values.empty(); }
};

/// The first `count` images, or all if there are fewer.
Dataset first_images(const Dataset& images, std::size_t count);

/// Uniform pixels, the same ones every time, without labels: where there are no images.
Dataset random_pixels(const Shape& shape, std::size_t count);

/// "28 x 28 x 1".
std::string to_string(const Shape& shape);

}  // namespace dcnsim

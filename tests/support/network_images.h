// SPDX-License-Identifier: Apache-2.0
// Raw pixels as networks read them, in plain loops.
#pragma once

#include <cstddef>
#include <vector>

#include "models/numeric/rounding.h"
#include "models/numeric/tensor.h"
#include "workloads/images/dataset.h"

namespace dcnsim {

/// Image `index` as HWC codes of an unsigned 8-bit format (n = 0).
inline CodeTensor image_tensor(const Dataset& images, std::size_t index) {
  const Shape shape = images.shape;
  CodeTensor image(shape, Format{8, 0, false, false});
  for (int c = 0; c < shape.channels; ++c) {
    for (int y = 0; y < shape.height; ++y) {
      for (int x = 0; x < shape.width; ++x) {
        const auto row =
            (index * static_cast<std::size_t>(shape.channels) + static_cast<std::size_t>(c)) *
                static_cast<std::size_t>(shape.height) +
            static_cast<std::size_t>(y);
        image.set_at(
            y, x, c,
            images
                .pixels[row * static_cast<std::size_t>(shape.width) + static_cast<std::size_t>(x)]);
      }
    }
  }
  return image;
}

/// The same in another format, values requantized half to even.
inline CodeTensor image_codes(const Dataset& images, std::size_t index, const Format& format) {
  const CodeTensor image = image_tensor(images, index);
  CodeTensor converted(image.shape(), format);
  for (std::size_t i = 0; i < image.size(); ++i) {
    converted.set(i, quantize(static_cast<double>(image.get(i)), format));
  }
  return converted;
}

/// Codes of a format without fractional bits as numbers.
inline std::vector<float> numbers(const CodeTensor& codes) {
  std::vector<float> values;
  for (std::size_t i = 0; i < codes.size(); ++i) values.push_back(static_cast<float>(codes.get(i)));
  return values;
}

/// Image `index` as a float network reads it.
inline std::vector<float> image_values(const Dataset& images, std::size_t index) {
  return numbers(image_tensor(images, index));
}

}  // namespace dcnsim

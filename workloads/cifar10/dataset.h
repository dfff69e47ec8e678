// SPDX-License-Identifier: Apache-2.0
// CIFAR-10 in the official binary format: records of one label byte and 3072 pixel bytes (32 x 32
// red plane, green plane, blue plane, row by row).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/numeric/tensor.h"

namespace dcnsim {

inline constexpr int kCifarRecordBytes = 3073;
inline constexpr Shape kCifarShape{32, 32, 3};

/// Labelled images, records as in the file.
struct Dataset {
  std::vector<std::uint8_t> labels;
  std::vector<std::uint8_t> pixels;  ///< 3072 bytes an image, planar as in the file
  std::size_t size() const { return labels.size(); }
};

/// Throws std::runtime_error unless `input`, that of the network `name` (or its file), is the shape
/// of an image.
void require_cifar_input(const Shape& input, const std::string& name);

/// The first `count` images, or all if there are fewer.
Dataset first_images(const Dataset& images, std::size_t count);

/// Reads `path`: one .bin file, or a folder whose *.bin files are read in name order. At most
/// `limit` images (0: all). Throws std::runtime_error naming the file: missing, not a multiple of
/// 3073 bytes, empty, or a label above 9 (with the record's number).
Dataset load_cifar10(const std::string& path, std::size_t limit = 0);

/// Image `index` as HWC codes of an unsigned 8-bit format (n = 0).
CodeTensor image_tensor(const Dataset& dataset, std::size_t index);

}  // namespace dcnsim

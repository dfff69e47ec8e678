// SPDX-License-Identifier: Apache-2.0
// Images for a network from the user's files: CIFAR-10 .bin files, or .npy arrays of any shape with
// labels beside them.
#pragma once

#include <cstddef>
#include <string>

#include "workloads/images/dataset.h"

namespace dcnsim {

/// Where images lie.
struct ImageFiles {
  std::string path;    ///< CIFAR-10 .bin file or folder of them; or .npy
  std::string labels;  ///< of a .npy: another .npy, or text with one number a line; "" for none
};

/// At most the first `limit` images (0: all), for a network whose input is `input`.
///
/// A .npy array has the dimensions N x C x H x W or N x H x W x C; where both are the network's
/// input it is taken as the first, and Dataset::note says so. One channel, and pixels of a vector,
/// need no dimension of their own. Elements of type uint8 are pixels, float32 and float64 are
/// values.
///
/// Throws std::runtime_error naming the file: what load_cifar10 and read_npy throw, another shape
/// than the input's, elements of another type, values that are not finite, as many labels as there
/// are no images, labels that are no whole numbers from 0 on, no images.
Dataset load_images(const ImageFiles& files, const Shape& input, std::size_t limit = 0);

}  // namespace dcnsim

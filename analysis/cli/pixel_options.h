// SPDX-License-Identifier: Apache-2.0
// The option that says what a pixel is.
#pragma once

#include <optional>
#include <string>

#include "workloads/pixel_convention.h"

namespace CLI {
class App;
}

namespace dcnsim::cli {

struct PixelOptions {
  std::string text;

  void add_to(CLI::App& app, const std::string& group = "");
  /// Throws UsageError if it is none.
  std::optional<PixelConvention> convention() const;
};

/// What options say of images and labels.
inline constexpr const char* kImagesHelp =
    "CIFAR-10 .bin file or a folder of them, or .npy array, N x C x H x W\n"
    "or N x H x W x C: uint8 pixels (see --pixels), or floats that are\n"
    "network inputs as they are";
inline constexpr const char* kLabelsHelp =
    "Labels of .npy images: .npy, or text with a number a line";

}  // namespace dcnsim::cli

// SPDX-License-Identifier: Apache-2.0
// Whether what is said of pixels can be true: a format that holds next to none of them, labelled
// images of which another convention has far more classified right.
#pragma once

#include <optional>

#include "analysis/evaluation/accuracy.h"
#include "analysis/evaluation/pixel_statement.h"

namespace dcnsim {

/// Throws std::invalid_argument, naming conventions that would do, if more than a quarter of the
/// 256 pixels of a channel lie more than a step beyond the network's input format.
void require_pixels_fit(const FixedNetwork& network, const PixelStatement& statement);

/// The same of images, where they are pixels; of floats what require_input_format throws.
void require_images_fit(const FixedNetwork& network, const Dataset& images,
                        const PixelStatement& statement);

/// Adds a warning to `statement`, unless it is backed, if another of the named
/// conventions has at least 10 points more of the first 200 `images` right. `top1` is the share
/// that the network has right as it is, if that is known; above 0.9 nothing is tried, nor where
/// images have no labels or no pixels.
void try_conventions(const FloatNetwork& network, const Dataset& images, std::optional<double> top1,
                     PixelStatement& statement, const OnProgress& progress = {});
void try_conventions(const FixedNetwork& network, const Dataset& images, std::optional<double> top1,
                     PixelStatement& statement, const OnProgress& progress = {});

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// What a training shows a network. Plain data, for programs without libtorch too.
#pragma once

#include <cstdint>

namespace dcnsim {

/// How an image is varied each time it is seen. The numbers suit 32 x 32 pixels.
struct Augmentation {
  bool flip = true;  ///< every other epoch, which ones is drawn by image
  int shift = 4;     ///< at most, pixels in both directions, borders reflected
  int cutout = 12;   ///< side of a square set to the mean colour, partly outside at times; 0: none
  /// Share of the images whose square shows another image instead; its size is drawn, and both
  /// labels count by area (CutMix: Yun et al. 2019, section 3).
  double mixed_share = 0;
};

/// What is shown, and how it is judged. The rate falls linearly to zero over all steps.
struct Recipe {
  std::int64_t epochs = 36;
  std::int64_t batch = 500;      ///< images a step
  double label_smoothing = 0.2;  ///< share of the target spread over all classes
  Augmentation augmentation;
  /// The first `small_share` of the steps see images of `small_side` pixels, which take less time.
  double small_share = 0.5;
  int small_side = 24;
  std::uint64_t seed = 1;
};

}  // namespace dcnsim

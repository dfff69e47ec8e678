// SPDX-License-Identifier: Apache-2.0
// Runs a float network on one image. Sums are taken in a fixed order without fused multiply-add, so
// that results, and every format chosen from them, are equal on every machine.
#pragma once

#include <memory>
#include <vector>

#include "workloads/network.h"

namespace dcnsim {

class FloatExecutor {
 public:
  using Outputs = std::vector<std::vector<float>>;  ///< of every layer (HWC)

  explicit FloatExecutor(const FloatNetwork& network);
  ~FloatExecutor();

  /// The result is valid until the next call. `image` holds values 0..255.
  const Outputs& run(const CodeTensor& image);

  /// Recomputes layers `first` to before `end` in `outputs`: what run(image) gave, other layers
  /// changed at will.
  void resume(const CodeTensor& image, std::size_t first, std::size_t end, Outputs& outputs) const;

  /// Gives a convolution other weights, as many as it has.
  void set_weights(std::size_t layer, const std::vector<float>& weights);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dcnsim

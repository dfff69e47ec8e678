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
  using Map = std::vector<float>;    ///< rows, columns, channels
  using Outputs = std::vector<Map>;  ///< of every layer

  explicit FloatExecutor(const FloatNetwork& network);
  ~FloatExecutor();

  /// `input` is what the first layer reads (FloatInput). The result is valid until the next call.
  const Outputs& run(const Map& input);

  /// Recomputes layers `first` to before `end` in `outputs`: what run(input) gave, other layers
  /// changed at will.
  void resume(const Map& input, std::size_t first, std::size_t end, Outputs& outputs) const;

  /// Gives a convolution other weights, as many as it has.
  void set_weights(std::size_t layer, const std::vector<float>& weights);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dcnsim

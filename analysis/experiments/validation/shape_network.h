// SPDX-License-Identifier: Apache-2.0
// Networks of which shapes are all that matters: 8 bits everywhere, weights of zero.
#pragma once

#include <cstdint>
#include <string>

#include "analysis/evaluation/machine.h"
#include "workloads/network.h"

namespace dcnsim {

class ShapeNetwork {
 public:
  ShapeNetwork(std::string name, const Shape& input);

  // Each adds a layer and gives back its index; `input` is that of another, or kNetworkInput.
  /// With padding so that `stride` alone makes the map smaller.
  int conv(int input, int channels, int kernel, int stride = 1);
  int max_pool(int input, int kernel, int stride);  ///< padded likewise
  int average_pool(int input);                      ///< over the whole map
  int add(int a, int b);

  const FixedNetwork& network() const { return network_; }

 private:
  int append(LayerNode node);

  FixedNetwork network_;
};

/// A product of a (rows x reduction) and a (reduction x columns) matrix as a 1 x 1 convolution of
/// `rows` pixels, on a map as near to a square as can be.
FixedNetwork matrix_product(int rows, int reduction, int columns);

/// The 50-layer residual network of He et al. (CVPR 2016) for 224 x 224 images: as published, with
/// the strides in the first 1 x 1 convolution of a block.
FixedNetwork resnet50();

/// Mapped and evaluated, loosely timed, from an idle machine. Throws what evaluate_timing throws.
std::uint64_t simulated_cycles(const Machine& machine, const FixedNetwork& network);

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// A network that is trained in fixed point: float weights and biases under training, which every
// forward pass quantizes as in_fixed_point() does, and layers that compute what Executor computes.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "workloads/fixed_point.h"
#include "workloads/network.h"
#include "workloads/training/precision.h"

namespace dcnsim {

class QuantizedNet : public torch::nn::Module {
 public:
  /// Images as CodeInput takes them.
  enum class Images { kPixels, kValues };

  /// Starts from `network`'s weights. Throws std::invalid_argument: another number of layers in
  /// `formats`.
  QuantizedNet(const FloatNetwork& network, NetworkFormats formats, LeftInFloat in_float = {},
               Images images = Images::kPixels, Precision precision = Precision::kFloat32);

  /// Values of every layer's output, N x C x H x W, from N x C x H x W pixels or values. In double
  /// precision these are the Executor's codes times 2^-n, to the last bit, where no accumulator
  /// overflows and scales are powers of two; free ones are exact here and multipliers of 31 bits
  /// there. In single precision sums are rounded, so that a code may differ by one now and
  /// then. While it trains in bfloat16, convolutions are computed in it that read and make codes of
  /// up to 8 bits at scales of powers of two: it holds their operands exactly, their sums to 8
  /// bits.
  std::vector<torch::Tensor> outputs(const torch::Tensor& pixels) const;

  /// N x classes.
  torch::Tensor forward(const torch::Tensor& pixels) const;

  /// What is trained, as a float network: in_fixed_point() of it is what forward() computes.
  FloatNetwork network() const;

  const NetworkFormats& formats() const { return formats_; }
  void set_formats(NetworkFormats formats);

  /// Brings weights that left the range of their format back to its edge.
  void clip();

  /// Weights and bias of a layer under training; undefined where it has none. Biases are in double
  /// precision; that of a layer that reads raw pixels is for centred ones, x - 128, which decouples
  /// it from the weights (and makes up for the mean of their rounding).
  struct Trained {
    torch::Tensor weight, bias;
  };
  const std::vector<Trained>& trained() const { return trained_; }

 private:
  void set_pixels();
  /// What the first layers read, quantized.
  torch::Tensor input(const torch::Tensor& pixels) const;
  torch::Tensor convolution(std::size_t index, const torch::Tensor& input) const;
  /// Of the operands of a convolution.
  torch::ScalarType type_of(std::size_t index, const torch::Tensor& input) const;
  torch::Tensor weight_of(std::size_t index) const;
  /// As they broadcast over weights, in double.
  torch::Tensor weight_scales(std::size_t index) const;
  torch::Tensor bias_of(std::size_t index, const torch::Tensor& weight) const;

  FloatNetwork network_;  ///< nodes; its numbers are where training began
  NetworkFormats formats_;
  LeftInFloat in_float_;
  Images images_;
  Precision precision_;
  double centre_ = 0;    ///< of the input's values
  torch::Tensor table_;  ///< C x 256: what pixels are to the network; undefined for raw ones
  std::vector<Trained> trained_;
};

}  // namespace dcnsim

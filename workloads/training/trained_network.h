// SPDX-License-Identifier: Apache-2.0
// Deep convolutional networks as they are trained: 3x3 convolutions with batch-norm, ReLU and max
// pools, residual additions where there are any, then fully-connected layers.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "workloads/network.h"
#include "workloads/training/precision.h"
#include "workloads/training/training_data.h"

namespace dcnsim {

/// TrainedConv::pool of a max pool over the whole map.
inline constexpr int kWholeMap = 0;
/// TrainedConv::added of a convolution without an addition.
inline constexpr int kNothing = -1;

/// A 3x3 convolution of stride 1, batch-norm and ReLU.
struct TrainedConv {
  int channels = 0;
  int padding = 1;  ///< pixels on every side
  int pool = 1;     ///< window and stride of the max pool before the batch-norm; 1: none
  /// Index of the convolution whose output is added between batch-norm and ReLU (a residual block's
  /// end: He et al., "Deep Residual Learning for Image Recognition", 2015). A pool comes behind.
  int added = kNothing;
};

struct TrainedArchitecture {
  std::string name;
  std::vector<TrainedConv> convs;
  std::vector<int> hidden;  ///< neurons of the fully-connected layers before the last
};

/// "compact": 48, 64, 64, 256, 256, 384, 384 channels, no hidden layer; "large": 48, 128, 128, 384,
/// 384, 384, 384, with two thirds of its products where maps are small; "deep": 48, then stages of
/// 128, 384 and 384, each a convolution and a residual block of two. "wide": the network of the
/// low-precision literature (Courbariaux et al., BinaryConnect, 2015, section 3.2): 128, 128, 256,
/// 256, 512, 512 channels, 1024 and 1024 neurons. Throws std::invalid_argument for another name.
TrainedArchitecture trained_architecture(const std::string& name);

class TrainedNet : public torch::nn::Module {
 public:
  /// For images of kCifarShape, normalised by `pixels`, and ten classes. Weights are drawn from
  /// torch's generator. Throws std::invalid_argument if a pool leaves nothing of the map, or what a
  /// convolution adds is no earlier one's output of its own shape.
  /// Training convolves in `precision`, everything else, evaluation too, is in float32.
  TrainedNet(const TrainedArchitecture& architecture, PixelStatistics pixels,
             Precision precision = Precision::kFloat32);

  /// N x 3 x H x W images, (pixel - mean) / deviation, to N x 10 logits. Of images smaller than
  /// kCifarShape, which still leave something after every pool, the last map is stretched to the
  /// size that the fully-connected layers know. Padding of the image is black, as an accelerator
  /// pads.
  torch::Tensor forward(torch::Tensor images);

  /// Filters that are followed by a batch-norm, so that their size does not matter.
  std::vector<torch::Tensor> filters() const;
  /// Everything else that is trained: biases, the last layer.
  std::vector<torch::Tensor> others() const;

  /// With batch-norm (running statistics) and the normalisation of pixels folded in: a network that
  /// takes raw pixels 0..255.
  FloatNetwork folded() const;

 private:
  /// A layer's tensors; no mean and variance of the last one, which has no batch-norm. Its scale
  /// is 1.
  struct Layer {
    torch::Tensor weight, bias, mean, variance;
    LayerNode node;  ///< its input is set when the network is written
  };

  void add_layer(const std::string& name, std::vector<std::int64_t> weight_shape, LayerNode node);
  /// Whether a convolution to come adds the output of this one.
  bool is_added(int conv) const;
  bool pads_image() const { return layers_.front().node.conv.pad_top > 0; }
  torch::Tensor normalised(const torch::Tensor& maps, const Layer& layer) const;

  TrainedArchitecture architecture_;
  PixelStatistics pixels_;
  Precision precision_;
  std::vector<Layer> layers_;  ///< convolutions, then fully-connected layers
};

}  // namespace dcnsim

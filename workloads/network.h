// SPDX-License-Identifier: Apache-2.0
// Networks as data: a list of layers in execution order, either with float weights (as trained) or
// in fixed point (as executed). Batch-norm is already folded, ReLU and non-overlapping max pools
// are fused into the convolution before them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/arch/layer.h"
#include "models/numeric/conv.h"
#include "models/numeric/post.h"

namespace dcnsim {

/// Limits that keep every product of sizes inside its type and memory within reason, whatever a
/// file says: a kernel's, map's or stride's extent, products summed for one output, elements of all
/// feature maps together, magnitude of a bias code.
inline constexpr int kMaxExtent = 65536;
inline constexpr std::int64_t kMaxReduction = std::int64_t{1} << 30;
inline constexpr std::size_t kMaxElements = std::size_t{1} << 28;
inline constexpr std::int64_t kMaxBiasCode = std::int64_t{1} << 62;

/// `LayerNode::input` of a layer that reads the network's input image.
inline constexpr int kNetworkInput = -1;

/// One layer without its numbers.
struct LayerNode {
  std::string name;  ///< of the ONNX node it came from
  LayerKind kind = LayerKind::kConv;
  int input = kNetworkInput;   ///< index of the producing layer
  int input2 = kNetworkInput;  ///< kAdd: second operand
  bool relu = false;           ///< kConv, kAdd
  ConvShape conv;              ///< kConv
  int fused_pool = 1;          ///< kConv: max pool window = stride, no padding; 1 for none
  PoolShape pool;              ///< kPool
  Shape add;                   ///< kAdd

  Shape output_shape() const {
    if (kind == LayerKind::kPool) return pool.out();
    if (kind == LayerKind::kAdd) return add;
    return {conv.out_h() / fused_pool, conv.out_w() / fused_pool, conv.out_channels};
  }
};

/// Weights are [out_channel][kernel row][kernel column][input channel of group] everywhere.
struct FloatLayer {
  LayerNode node;
  std::vector<float> weights;
  std::vector<float> bias;  ///< one an output channel (zeros if the model had none)
};

struct FloatNetwork {
  std::string name;        ///< ONNX graph name
  std::string input_name;  ///< ONNX graph input
  Shape input;             ///< pixels 0..255 as the file says
  std::vector<FloatLayer> layers;

  Shape shape_of(int producer) const {
    return producer == kNetworkInput
               ? input
               : layers[static_cast<std::size_t>(producer)].node.output_shape();
  }
};

struct FixedLayer {
  LayerNode node;
  Format weight;                      ///< kConv
  std::vector<std::int32_t> weights;  ///< codes
  std::vector<std::int64_t> bias;     ///< on the accumulator's grid: frac = n_w + n_x
  Requant requant;                    ///< output format, rounding, shift; relu as in the node
};

struct FixedNetwork {
  std::string name;
  std::string input_name;
  Shape input;
  Format input_format;
  std::vector<FixedLayer> layers;

  /// Format of what `producer` (a layer index or kNetworkInput) delivers.
  const Format& format_of(int producer) const {
    return producer == kNetworkInput ? input_format
                                     : layers[static_cast<std::size_t>(producer)].requant.out;
  }
  Shape shape_of(int producer) const {
    return producer == kNetworkInput
               ? input
               : layers[static_cast<std::size_t>(producer)].node.output_shape();
  }
};

/// Throws std::invalid_argument naming the layer: inputs that do not come earlier, shapes that do
/// not match their producers, weights or biases of the wrong count, codes or formats out of range,
/// shifts that do not follow from the formats.
void validate(const FixedNetwork& network);

/// The same for a float network, whose numbers must be finite.
void validate(const FloatNetwork& network);

/// `requant.shift` that follows from the formats of a layer of `network`, see post.h.
int required_shift(const FixedNetwork& network, const FixedLayer& layer);

}  // namespace dcnsim

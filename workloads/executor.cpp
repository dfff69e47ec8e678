// SPDX-License-Identifier: Apache-2.0
#include "workloads/executor.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <optional>

namespace dcnsim {

namespace {

/// `conv` without the outputs that a pool of `pool` x `pool` drops because they do not fill a
/// window: the hardware does not compute them either. Only the far ends of the input shrink.
ConvShape without_dropped_outputs(ConvShape conv, int pool) {
  const auto shrink = [&](int outputs, int kernel, int stride, int pad, int& extent, int& far_pad) {
    if (outputs % pool == 0) return;
    const int needed = (outputs / pool * pool - 1) * stride + kernel - pad;
    if (needed < 1) return;  // all within the near padding: there is no such smaller input
    far_pad = std::max(0, needed - extent);
    extent = std::min(extent, needed);
  };
  const int rows = conv.out_h();
  const int columns = conv.out_w();
  shrink(rows, conv.kernel_h, conv.stride_h, conv.pad_top, conv.in.height, conv.pad_bottom);
  shrink(columns, conv.kernel_w, conv.stride_w, conv.pad_left, conv.in.width, conv.pad_right);
  return conv;
}

/// The top left part of `map`.
CodeTensor crop(const CodeTensor& map, const Shape& shape) {
  CodeTensor part(shape, map.format());
  const auto unit = static_cast<std::size_t>(map.format().host_bytes());
  const std::size_t row_bytes =
      static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.channels) * unit;
  for (int y = 0; y < shape.height; ++y) {
    std::memcpy(part.data() + part.index(y, 0, 0) * unit, map.data() + map.index(y, 0, 0) * unit,
                row_bytes);
  }
  return part;
}

}  // namespace

struct Executor::Impl {
  FixedNetwork network;                          ///< without the weights of convolutions
  std::vector<std::optional<ConvWeights>> conv;  ///< one a layer, empty for pool and add
  Accumulators accumulators;                     ///< reused by every layer
  Activations activations;

  const CodeTensor& value(int producer, const CodeTensor& image) const {
    return producer == kNetworkInput ? image
                                     : activations.layers[static_cast<std::size_t>(producer)];
  }

  CodeTensor run_layer(std::size_t index, const CodeTensor& image) {
    const FixedLayer& layer = network.layers[index];
    const CodeTensor& input = value(layer.node.input, image);
    switch (layer.node.kind) {
      case LayerKind::kConv: {
        const ConvShape shape = without_dropped_outputs(layer.node.conv, layer.node.fused_pool);
        if (shape.in == input.shape()) {
          conv_fast(shape, input, *conv[index], accumulators);
        } else {
          conv_fast(shape, crop(input, shape.in), *conv[index], accumulators);
        }
        activations.overflows += accumulators.overflowed;
        return requantize_tensor(accumulators, shape.out(), layer.requant, layer.node.fused_pool);
      }
      case LayerKind::kPool:
        return pool_tensor(layer.node.pool, input, layer.requant);
      case LayerKind::kAdd:
        break;
    }
    return add_tensors(input, value(layer.node.input2, image), layer.requant);
  }
};

Executor::Executor(const FixedNetwork& network, const Accumulator& accumulator)
    : impl_(std::make_unique<Impl>()) {
  validate(network);
  impl_->network = network;
  impl_->conv.resize(network.layers.size());
  impl_->activations.layers.resize(network.layers.size());
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    FixedLayer& layer = impl_->network.layers[i];
    if (layer.node.kind != LayerKind::kConv) continue;
    impl_->conv[i].emplace(layer.node.conv, layer.weight, network.format_of(layer.node.input),
                           layer.weights, layer.bias, accumulator);
    layer.weights = {};
    layer.bias = {};
  }
}

Executor::~Executor() = default;
Executor::Executor(Executor&&) noexcept = default;

const Activations& Executor::run(const CodeTensor& image) {
  assert(image.shape() == impl_->network.input && image.format() == impl_->network.input_format);
  impl_->activations.overflows = 0;
  for (std::size_t i = 0; i < impl_->activations.layers.size(); ++i) {
    impl_->activations.layers[i] = impl_->run_layer(i, image);
  }
  return impl_->activations;
}

int argmax(const CodeTensor& logits) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < logits.size(); ++i) {
    if (logits.get(i) > logits.get(best)) best = i;
  }
  return static_cast<int>(best);
}

}  // namespace dcnsim

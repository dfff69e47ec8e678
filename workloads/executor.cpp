// SPDX-License-Identifier: Apache-2.0
#include "workloads/executor.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <optional>

#include "workloads/map_parts.h"

namespace dcnsim {

namespace {

/// `conv` without the outputs that a pool of `pool` x `pool` drops because they do not fill a
/// window: the hardware does not compute them either. Only the far ends of the input shrink.
ConvShape without_dropped_outputs(ConvShape conv, int pool) {
  const auto shrink = [&](int outputs, int span, int stride, int pad, int& extent, int& far_pad) {
    if (outputs % pool == 0) return;
    const int needed = (outputs / pool * pool - 1) * stride + span - pad;
    if (needed < 1) return;  // all within the near padding: there is no such smaller input
    far_pad = std::max(0, needed - extent);
    extent = std::min(extent, needed);
  };
  const int rows = conv.out_h();
  const int columns = conv.out_w();
  shrink(rows, conv.span_h(), conv.stride_h, conv.pad_top, conv.in.height, conv.pad_bottom);
  shrink(columns, conv.span_w(), conv.stride_w, conv.pad_left, conv.in.width, conv.pad_right);
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

/// An operand of a layer, and where it comes from.
struct Operand {
  std::vector<MapPart> parts;
  MapView view;
  Shape in;
};

struct Executor::Impl {
  FixedNetwork network;                          ///< without the weights of convolutions
  std::vector<std::optional<ConvWeights>> conv;  ///< one a layer, empty for pool and add
  std::vector<Operand> operands, operands2;      ///< one a layer, of kAdd a second one
  Accumulators accumulators;                     ///< reused by every layer
  Activations activations;
  CodeTensor seen, seen2;  ///< operands that are no layer's output as it is

  const CodeTensor& value(const Operand& operand, const CodeTensor& image, CodeTensor& room) const {
    const auto output_of = [&](const MapPart& part) -> const CodeTensor& {
      return part.producer == kNetworkInput
                 ? image
                 : activations.layers[static_cast<std::size_t>(part.producer)];
    };
    const CodeTensor& first = output_of(operand.parts.front());
    if (is_whole_output(operand.parts, operand.view, operand.in)) return first;
    room = CodeTensor(operand.in, first.format());
    const auto unit = static_cast<std::size_t>(first.format().host_bytes());
    for (const MapPart& part : operand.parts) {
      const std::uint8_t* codes = output_of(part).data();
      for_each_run(part, operand.view, operand.in,
                   [&](std::size_t from, std::size_t to, std::size_t count) {
                     std::memcpy(room.data() + to * unit, codes + from * unit, count * unit);
                   });
    }
    return room;
  }

  CodeTensor run_layer(std::size_t index, const CodeTensor& image) {
    const FixedLayer& layer = network.layers[index];
    const CodeTensor& input = value(operands[index], image, seen);
    switch (layer.node.kind) {
      case LayerKind::kConv: {
        const ConvShape shape = without_dropped_outputs(layer.node.conv, layer.node.fused_pool);
        if (shape.in == input.shape()) {
          conv_fast(shape, input, *conv[index], accumulators);
        } else {
          conv_fast(shape, crop(input, shape.in), *conv[index], accumulators);
        }
        activations.overflows += accumulators.overflowed;
        return requantize_tensor(accumulators, shape.out(), layer.requant, layer.node.fused_pool,
                                 layer.scales, layer.thresholds);
      }
      case LayerKind::kPool:
        if (layer.node.curve.any()) return look_up(input, table_of(layer));
        return pool_tensor(layer.node.pool, input, layer.requant);
      case LayerKind::kAdd:
        break;
    }
    return pair_tensors(layer.node.pair, input, value(operands2[index], image, seen2),
                        layer.requant);
  }
};

Executor::Executor(const FixedNetwork& network, const Accumulator& accumulator)
    : impl_(std::make_unique<Impl>()) {
  validate(network);
  impl_->network = with_multipliers_of(network, accumulator.multiplier_bits);
  impl_->conv.resize(network.layers.size());
  impl_->activations.layers.resize(network.layers.size());
  const MapParts<FixedNetwork> maps(network);
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    FixedLayer& layer = impl_->network.layers[i];
    const LayerNode& node = layer.node;
    const auto operand = [&](int producer, const MapView& view, const Shape& in) {
      return Operand{maps.seen(producer, view, in), view, in};
    };
    impl_->operands.push_back(operand(node.input, node.view, node.input_shape()));
    const bool is_add = node.kind == LayerKind::kAdd;
    impl_->operands2.push_back(is_add ? operand(node.input2, node.view2, node.input2_shape())
                                      : Operand{});
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

// SPDX-License-Identifier: Apache-2.0
#include "workloads/float_executor.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <limits>

#include "workloads/float_kernels/float_conv.h"
#include "workloads/map_parts.h"

namespace dcnsim {
namespace {

using Map = FloatExecutor::Map;

std::size_t size(int extent) { return static_cast<std::size_t>(extent); }

std::size_t at(const Shape& shape, int y, int x) {
  return (size(y) * size(shape.width) + size(x)) * size(shape.channels);
}

/// Weights of one layer as the kernels read them: [group][block][ky][kx][ic][kBlock].
struct PackedWeights {
  Map weights, bias;
  std::size_t group_weights = 0, group_bias = 0;  ///< values of one group
};

PackedWeights pack(const FloatLayer& layer) {
  using float_kernels::kBlock;
  const ConvShape& shape = layer.node.conv;
  const std::size_t groups = size(shape.groups);
  const std::size_t channels = size(shape.out_channels) / groups;
  const std::size_t reduction = size(shape.reduction());
  const std::size_t blocks = (channels + kBlock - 1) / kBlock;
  PackedWeights packed;
  packed.group_weights = blocks * reduction * kBlock;
  packed.group_bias = blocks * kBlock;
  packed.weights.resize(groups * packed.group_weights);
  packed.bias.resize(groups * packed.group_bias);
  for (std::size_t group = 0; group < groups; ++group) {
    for (std::size_t c = 0; c < channels; ++c) {
      const std::size_t channel = group * channels + c;
      packed.bias[group * packed.group_bias + c] = layer.bias[channel];
      for (std::size_t k = 0; k < reduction; ++k) {
        packed.weights[group * packed.group_weights + (c / kBlock * reduction + k) * kBlock +
                       c % kBlock] = layer.weights[channel * reduction + k];
      }
    }
  }
  return packed;
}

bool is_padded(const ConvShape& conv) {
  return conv.pad_top + conv.pad_left + conv.pad_bottom + conv.pad_right > 0;
}

/// The map with a border of zeros; `padded` is reused.
void pad(const ConvShape& conv, const Map& input, Map& padded) {
  const Shape out{conv.in.height + conv.pad_top + conv.pad_bottom,
                  conv.in.width + conv.pad_left + conv.pad_right, conv.in.channels};
  padded.assign(out.elements(), 0.0F);
  for (int y = 0; y < conv.in.height; ++y) {
    const auto row = input.begin() + static_cast<std::ptrdiff_t>(at(conv.in, y, 0));
    std::copy(
        row, row + static_cast<std::ptrdiff_t>(at(conv.in, 1, 0)),
        padded.begin() + static_cast<std::ptrdiff_t>(at(out, y + conv.pad_top, conv.pad_left)));
  }
}

void convolve(const ConvShape& shape, const Map& input, const PackedWeights& packed, Map& output) {
  const float_kernels::ConvFunction kernel = float_kernels::kernel_for(instruction_set());
  const std::size_t groups = size(shape.groups);
  output.resize(shape.out().elements());
  float_kernels::FloatConv conv{};
  conv.column_stride = size(shape.in.channels);
  conv.row_stride =
      size(shape.in.width + shape.pad_left + shape.pad_right) * size(shape.in.channels);
  conv.out_channels = size(shape.out_channels) / groups;
  conv.in_channels = size(shape.in.channels) / groups;
  conv.kernel_h = size(shape.kernel_h);
  conv.kernel_w = size(shape.kernel_w);
  conv.dilation_h = size(shape.dilation_h());
  conv.dilation_w = size(shape.dilation_w());
  conv.stride_h = size(shape.stride_h);
  conv.stride_w = size(shape.stride_w);
  conv.out_h = size(shape.out_h());
  conv.out_w = size(shape.out_w());
  conv.out_stride = size(shape.out_channels);
  for (std::size_t group = 0; group < groups; ++group) {
    conv.input = input.data() + group * conv.in_channels;
    conv.weights = packed.weights.data() + group * packed.group_weights;
    conv.bias = packed.bias.data() + group * packed.group_bias;
    conv.output = output.data() + group * conv.out_channels;
    kernel(conv);
  }
}

/// Padding neither wins a maximum nor counts in an average, unless the shape says so.
void pool(const PoolShape& shape, const Map& input, Map& output) {
  const std::size_t channels = size(shape.in.channels);
  output.resize(shape.out().elements());
  for (int y = 0; y < shape.out_h(); ++y) {
    for (int x = 0; x < shape.out_w(); ++x) {
      const int top = y * shape.stride_h - shape.pad_top;
      const int left = x * shape.stride_w - shape.pad_left;
      const int y0 = std::max(top, 0), y1 = std::min(top + shape.kernel_h, shape.in.height);
      const int x0 = std::max(left, 0), x1 = std::min(left + shape.kernel_w, shape.in.width);
      float* out = output.data() + at(shape.out(), y, x);
      const bool is_max = shape.kind == PoolKind::kMax;
      std::fill_n(out, channels, is_max ? -std::numeric_limits<float>::infinity() : 0.0F);
      for (int iy = y0; iy < y1; ++iy) {
        for (int ix = x0; ix < x1; ++ix) {
          const float* in = input.data() + at(shape.in, iy, ix);
          for (std::size_t c = 0; c < channels; ++c) {
            out[c] = is_max ? std::max(out[c], in[c]) : out[c] + in[c];
          }
        }
      }
      if (is_max) continue;
      const int count =
          shape.count_include_pad ? shape.kernel_h * shape.kernel_w : (y1 - y0) * (x1 - x0);
      for (std::size_t c = 0; c < channels; ++c) out[c] /= static_cast<float>(count);
    }
  }
}

void bound(const LayerNode& node, Map& map) {
  if (!node.slopes.empty()) {
    const std::size_t channels = size(node.conv.out_channels);
    for (std::size_t i = 0; i < map.size(); ++i) {
      if (map[i] < 0) map[i] *= node.slope(i % channels);
    }
  }
  if (node.relu) {
    for (float& x : map) x = std::max(x, 0.0F);
  }
  if (node.bounds.any()) {
    for (float& x : map) x = std::clamp(x, node.bounds.low, node.bounds.high);
  }
}

/// One image on its way through the layers.
class Pass {
 public:
  Pass(const FloatNetwork& network, const MapParts<FloatNetwork>& maps,
       const std::vector<PackedWeights>& packed, const Map& input, FloatExecutor::Outputs& outputs)
      : network_(network), maps_(maps), packed_(packed), input_(input), outputs_(outputs) {}

  void run_layer(std::size_t index) {
    const LayerNode& node = network_.layers[index].node;
    Map& output = outputs_[index];
    switch (node.kind) {
      case LayerKind::kConv:
        run_conv(index);
        break;
      case LayerKind::kPool:
        if (node.curve.any()) {
          output = first_operand(node);
          for (float& x : output) x = static_cast<float>(node.curve(double{x}));
        } else {
          pool(node.pool, first_operand(node), output);
        }
        break;
      case LayerKind::kAdd: {
        const Map& a = first_operand(node);
        const Map& b = operand(node.input2, node.view2, node.input2_shape(), seen2_);
        output.resize(a.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
          output[i] = multiplies(node.pair) ? a[i] * b[i % b.size()] : a[i] + b[i];
        }
        break;
      }
    }
    bound(node, output);
  }

 private:
  const Map& value(int producer) const {
    return producer == kNetworkInput ? input_ : outputs_[size(producer)];
  }
  const Map& first_operand(const LayerNode& node) {
    return operand(node.input, node.view, node.input_shape(), seen_);
  }
  /// What a layer sees: an output as it is, or put together in `room`.
  const Map& operand(int producer, const MapView& view, const Shape& in, Map& room) {
    const std::vector<MapPart> parts = maps_.seen(producer, view, in);
    if (is_whole_output(parts, view, in)) return value(parts.front().producer);
    room.assign(in.elements(), 0.0F);
    for (const MapPart& part : parts) {
      const Map& from_map = value(part.producer);
      for_each_run(part, view, in, [&](std::size_t from, std::size_t to, std::size_t count) {
        std::copy_n(from_map.begin() + static_cast<std::ptrdiff_t>(from), count,
                    room.begin() + static_cast<std::ptrdiff_t>(to));
      });
    }
    return room;
  }

  void run_conv(std::size_t index) {
    const LayerNode& node = network_.layers[index].node;
    const Map* input = &first_operand(node);
    if (is_padded(node.conv)) {
      pad(node.conv, *input, padded_);
      input = &padded_;
    }
    if (node.fused_pool == 1) return convolve(node.conv, *input, packed_[index], outputs_[index]);
    convolve(node.conv, *input, packed_[index], sums_);
    PoolShape window;
    window.in = node.conv.out();
    window.kernel_h = window.kernel_w = window.stride_h = window.stride_w = node.fused_pool;
    pool(window, sums_, outputs_[index]);
  }

  const FloatNetwork& network_;
  const MapParts<FloatNetwork>& maps_;
  const std::vector<PackedWeights>& packed_;
  const Map& input_;
  FloatExecutor::Outputs& outputs_;
  Map seen_, seen2_, padded_, sums_;
};

}  // namespace

struct FloatExecutor::Impl {
  FloatNetwork network;               ///< without the weights
  std::vector<PackedWeights> packed;  ///< one a layer, empty for pool and add
  Outputs outputs;
};

FloatExecutor::FloatExecutor(const FloatNetwork& network) : impl_(std::make_unique<Impl>()) {
  validate(network);
  impl_->network = network;
  impl_->outputs.resize(network.layers.size());
  for (FloatLayer& layer : impl_->network.layers) {
    const bool conv = layer.node.kind == LayerKind::kConv;
    impl_->packed.push_back(conv ? pack(layer) : PackedWeights{});
    layer.weights = std::vector<float>();  // braces alone would keep the memory
  }
}

FloatExecutor::~FloatExecutor() = default;

const FloatExecutor::Outputs& FloatExecutor::run(const Map& input) {
  resume(input, 0, impl_->outputs.size(), impl_->outputs);
  return impl_->outputs;
}

void FloatExecutor::resume(const Map& input, std::size_t first, std::size_t end,
                           Outputs& outputs) const {
  assert(input.size() == impl_->network.input.elements() && outputs.size() == impl_->packed.size());
  const MapParts<FloatNetwork> maps(impl_->network);
  Pass pass(impl_->network, maps, impl_->packed, input, outputs);
  for (std::size_t i = first; i < end; ++i) pass.run_layer(i);
}

void FloatExecutor::set_weights(std::size_t layer, const std::vector<float>& weights) {
  const FloatLayer& kept = impl_->network.layers.at(layer);
  assert(kept.node.kind == LayerKind::kConv);
  impl_->packed[layer] = pack({kept.node, weights, kept.bias});
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/describe.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>

#include "models/arch/memory_layout.h"
#include "models/perf/tile_cuts.h"
#include "workloads/map_parts.h"

namespace dcnsim {
namespace {

InputSlice slice_of(const MapView& view, const Shape& in, const Shape& map) {
  InputSlice slice;
  slice.zeros_before = view.zeros_before;
  slice.zeros_after = view.zeros_after;
  if (in.height == map.height && in.width == map.width) return slice;
  slice.row = view.row;
  slice.column = view.column;
  if (view.stride_h > 1) slice.stride_h = view.stride_h;
  if (view.stride_w > 1) slice.stride_w = view.stride_w;
  slice.height = map.height;
  slice.width = map.width;
  return slice;
}

/// Planes of maps of which layers write or read ranges of channels: as large as they can be so that
/// all these ranges are whole planes. 0 for other maps.
class CommonPlanes {
 public:
  explicit CommonPlanes(const FixedNetwork& network) : maps_(network) {
    for (const FixedLayer& layer : network.layers) {
      const LayerNode& node = layer.node;
      add(network, node.input, node.view, node.input_shape());
      if (node.kind == LayerKind::kAdd) add(network, node.input2, node.view2, node.input2_shape());
    }
    for (const auto& [map, parts] : maps_.joined()) {
      for (const MapPart& part : parts) begins(part.producer, part.channel);
    }
  }

  /// For a map or range of so many channels of what `producer` delivers.
  int of(int producer, int channels) const {
    const auto found = planes_.find(key(producer));
    return found == planes_.end() ? 0 : std::min(found->second, channels);
  }

 private:
  /// The same for all that write a map.
  int key(int producer) const { return maps_.of(producer).front().producer; }
  void begins(int producer, int channel) {
    if (channel > 0) planes_[key(producer)] = std::gcd(planes_[key(producer)], channel);
  }
  void add(const FixedNetwork& network, int producer, const MapView& view, const Shape& in) {
    const int end = view.channel + view.real_channels(in);
    begins(producer, view.channel);
    if (end < network.shape_of(producer).channels) begins(producer, end);
  }

  MapParts<FixedNetwork> maps_;
  std::map<int, int> planes_;
};

Descriptor describe(const FixedNetwork& network, const CommonPlanes& planes, std::size_t index,
                    const Accumulator& accumulator) {
  const FixedLayer& layer = network.layers[index];
  const LayerNode& node = layer.node;
  const Shape& in = node.input_shape();
  Descriptor d;
  d.kind = layer.node.kind;
  d.conv = layer.node.conv;
  d.fused_pool = layer.node.fused_pool;
  d.pool = layer.node.pool;
  d.add = layer.node.add;
  d.pair = layer.node.pair;
  d.input = network.format_of(layer.node.input);
  d.requant = layer.requant;
  d.input_slice = slice_of(node.view, in, network.shape_of(node.input));
  d.input_segment = planes.of(node.input, node.view.real_channels(in));
  d.output_segment = planes.of(static_cast<int>(index), node.output_shape().channels);
  if (node.kind == LayerKind::kAdd) {
    const Shape in2 = node.input2_shape();
    d.input2_slice = slice_of(node.view2, in2, network.shape_of(node.input2));
    d.input2_segment = planes.of(node.input2, node.view2.real_channels(in2));
  }
  if (layer.node.kind == LayerKind::kAdd) d.input2 = network.format_of(layer.node.input2);
  if (layer.node.kind == LayerKind::kConv) {
    d.weight = layer.weight;
    d.proved = cannot_overflow(layer.weights, layer.node.conv.out_channels, layer.bias, d.input,
                               accumulator);
  }
  return d;
}

/// What the descriptor format cannot hold is the layer's fault; `encode` and `validate` do not know
/// its name.
void check_layer(const std::string& name, Descriptor d) {
  d.tiling = one_tile(d);
  try {
    validate(d);
    encode(d);
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error("layer \"" + name + "\": " + error.what());
  }
}

/// Biases must survive their place in memory: 32 bits, or 64 for wide accumulators.
void check_biases(const FixedLayer& layer, const Accumulator& accumulator) {
  if (bias_bytes(accumulator.bits) == 8) return;
  for (const std::int64_t bias : layer.bias) {
    if (bias < INT32_MIN || bias > INT32_MAX) {
      throw std::runtime_error("layer \"" + layer.node.name + "\": bias code " +
                               std::to_string(bias) +
                               " does not fit 32 bits; use a wider accumulator or fewer "
                               "fractional bits");
    }
  }
}

/// A sum is compared with what an accumulator holds.
void check_thresholds(const FixedLayer& layer, const Accumulator& accumulator) {
  const std::int64_t most = std::int64_t{1} << (accumulator.bits - 1);
  for (const std::int64_t threshold : layer.thresholds) {
    if (threshold >= -most && threshold < most) continue;
    throw std::runtime_error("layer \"" + layer.node.name + "\": threshold " +
                             std::to_string(threshold) + " does not fit the accumulator's " +
                             std::to_string(accumulator.bits) + " bits; a wider one would do");
  }
}

/// Those in the descriptor, to what the requantizer has; those of channels need only be so that
/// they can be (program.cpp does it).
void narrow_multipliers(const FixedLayer& layer, int bits, Descriptor& d) {
  if (!layer.requant.multiplies) return;
  try {
    if (d.kind != LayerKind::kConv) narrow(d.requant, bits);
    for (const Scale& scale : layer.scales) narrowed(scale, bits);
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error("layer \"" + layer.node.name + "\": " + error.what());
  }
}

}  // namespace

Tiling one_tile(const Descriptor& layer) {
  const Shape out = layer.output_shape();
  if (layer.kind != LayerKind::kConv) {
    return {out.height, out.width, out.channels, 1, LoopOrder::kPixelOuter};
  }
  return {out.height, out.width, group_channels(layer), layer.conv.reduction(),
          LoopOrder::kPixelOuter};
}

std::vector<Descriptor> describe(const FixedNetwork& network, const Accumulator& accumulator) {
  validate(network);
  const CommonPlanes planes(network);
  std::vector<Descriptor> descriptors;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const FixedLayer& layer = network.layers[i];
    if (layer.node.kind == LayerKind::kConv) check_biases(layer, accumulator);
    check_thresholds(layer, accumulator);
    descriptors.push_back(describe(network, planes, i, accumulator));
    narrow_multipliers(layer, accumulator.multiplier_bits, descriptors.back());
    check_layer(layer.node.name, descriptors.back());
  }
  return descriptors;
}

}  // namespace dcnsim

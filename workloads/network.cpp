// SPDX-License-Identifier: Apache-2.0
#include "workloads/network.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <set>
#include <stdexcept>

#include "models/numeric/rounding.h"
#include "workloads/map_parts.h"

namespace dcnsim {
namespace {

[[noreturn]] void fail(const LayerNode& node, const std::string& message) {
  throw std::invalid_argument("layer '" + node.name + "': " + message);
}

std::string text(const Shape& shape) {
  return std::to_string(shape.height) + " x " + std::to_string(shape.width) + " x " +
         std::to_string(shape.channels);
}

void check_range(const LayerNode& node, const char* field, int value, int low) {
  if (value < low || value > kMaxExtent) {
    fail(node, std::string(field) + ": " + std::to_string(value) + " is not between " +
                   std::to_string(low) + " and " + std::to_string(kMaxExtent));
  }
}

/// Before any product is formed: these bounds keep all of them inside their types.
template <class Window>
void check_window(const LayerNode& node, const Window& window, int gap_h = 0, int gap_w = 0) {
  check_range(node, "kernel height", window.kernel_h, 1);
  check_range(node, "kernel width", window.kernel_w, 1);
  check_range(node, "stride height", window.stride_h, 1);
  check_range(node, "stride width", window.stride_w, 1);
  check_range(node, "top padding", window.pad_top, 0);
  check_range(node, "left padding", window.pad_left, 0);
  check_range(node, "bottom padding", window.pad_bottom, 0);
  check_range(node, "right padding", window.pad_right, 0);
  const auto exceeds = [](int kernel, int gap, int padded) {
    return kernel + (std::int64_t{kernel} - 1) * gap > padded;
  };
  if (exceeds(window.kernel_h, gap_h, window.in.height + window.pad_top + window.pad_bottom) ||
      exceeds(window.kernel_w, gap_w, window.in.width + window.pad_left + window.pad_right)) {
    fail(node, "kernel is larger than the padded input " + text(window.in));
  }
}

void check_conv(const LayerNode& node) {
  const ConvShape& conv = node.conv;
  check_range(node, "rows left out of the kernel", conv.gap_h, 0);
  check_range(node, "columns left out of the kernel", conv.gap_w, 0);
  check_window(node, conv, conv.gap_h, conv.gap_w);
  check_range(node, "output channels", conv.out_channels, 1);
  check_range(node, "groups", conv.groups, 1);
  const std::int64_t products = std::int64_t{conv.kernel_h} * conv.kernel_w * conv.in.channels;
  if (products > kMaxReduction) {
    fail(node, "sums " + std::to_string(products) + " products; at most " +
                   std::to_string(kMaxReduction) + " are supported");
  }
  try {
    validate(conv);
  } catch (const std::invalid_argument& error) {
    fail(node, error.what());
  }
  const int pool = node.fused_pool;
  if (pool < 1 || pool > conv.out_h() || pool > conv.out_w()) {
    fail(node, "fused pool " + std::to_string(pool) + " does not fit the map " + text(conv.out()));
  }
}

void check_pool(const LayerNode& node) {
  check_window(node, node.pool);
  const bool is_table = node.pool.kind == PoolKind::kTable;
  if (is_table != node.curve.any()) fail(node, "a function without a table, or the other way");
  if (is_table && node.pool.out() != node.pool.in) fail(node, "a table is looked up by pixels");
  try {
    validate(node.pool);
  } catch (const std::invalid_argument& error) {
    fail(node, error.what());
  }
}

/// Whether so many rows, columns or channels, each `step` behind the one before, lie in a map.
bool lies_within(int first, int step, int count, int extent) {
  return first >= 0 && step >= 1 && count >= 1 &&
         first + std::int64_t{count - 1} * step < std::int64_t{extent};
}

bool lies_within(const MapView& view, const Shape& in, const Shape& map) {
  if (!view.is_part && (in.height != map.height || in.width != map.width ||
                        view.real_channels(in) != map.channels)) {
    return false;
  }
  return view.zeros_before >= 0 && view.zeros_before <= kMaxExtent && view.zeros_after >= 0 &&
         view.zeros_after <= kMaxExtent &&
         lies_within(view.row, view.stride_h, in.height, map.height) &&
         lies_within(view.column, view.stride_w, in.width, map.width) &&
         lies_within(view.channel, 1, view.real_channels(in), map.channels);
}

template <class Network>
void check_operand(const Network& network, const MapParts<Network>& maps, std::size_t index,
                   int operand, const MapView& view, const Shape& in) {
  const LayerNode& node = network.layers[index].node;
  const auto check_order = [&](int producer) {
    if (producer >= kNetworkInput && producer < static_cast<int>(index)) return;
    fail(node, "input " + std::to_string(producer) + " does not come before the layer");
  };
  check_order(operand);
  if (!lies_within(view, in, network.shape_of(operand))) {
    fail(node, std::string("expects an input of ") + text(in) +
                   (view == MapView{} ? ", its producer delivers "
                                      : " that is part of its producer's map of ") +
                   text(network.shape_of(operand)));
  }
  const std::vector<MapPart> parts = maps.seen(operand, view, in);
  for (const MapPart& part : parts) check_order(part.producer);
}

/// The outputs that lie in one map fill it, and no channel twice.
template <class Network>
void check_joins(const Network& network, const MapParts<Network>& maps) {
  for (const auto& [map, parts] : maps.joined()) {
    int next = 0;
    for (const MapPart& part : parts) {
      const LayerNode& node = network.layers[static_cast<std::size_t>(part.producer)].node;
      check_range(node, "channels of the joined map", node.join.channels, 1);
      const Shape whole = network.shape_of(parts.front().producer);
      if (part.channel != next || node.map_shape() != whole) {
        fail(node, "its output does not follow the others in the joined map of " + text(whole));
      }
      next += part.shape.channels;
    }
    const MapPart& last = parts.back();
    if (next != network.shape_of(last.producer).channels) {
      fail(network.layers[static_cast<std::size_t>(last.producer)].node,
           "the joined map has channels that no layer writes");
    }
  }
  if (network.layers.back().node.join.any()) {
    fail(network.layers.back().node, "the network's output cannot lie in a joined map");
  }
}

void check_slopes(const LayerNode& node) {
  if (node.slopes.empty()) return;
  if (node.kind != LayerKind::kConv) fail(node, "only conv has slopes");
  const auto channels = static_cast<std::size_t>(node.conv.out_channels);
  if (node.slopes.size() != 1 && node.slopes.size() != channels) {
    fail(node, "has " + std::to_string(node.slopes.size()) + " slopes, expected 1 or " +
                   std::to_string(channels));
  }
  for (const float slope : node.slopes) {
    if (slope >= 0 && std::isfinite(slope)) continue;
    fail(node, "slope " + std::to_string(slope) + " is not 0 or more");
  }
}

template <class Network>
void check_geometry(const Network& network, const MapParts<Network>& maps, std::size_t index) {
  const LayerNode& node = network.layers[index].node;
  check_operand(network, maps, index, node.input, node.view, node.input_shape());
  switch (node.kind) {
    case LayerKind::kConv:
      check_conv(node);
      break;
    case LayerKind::kPool:
      check_pool(node);
      break;
    case LayerKind::kAdd:
      check_operand(network, maps, index, node.input2, node.view2, node.input2_shape());
      break;
  }
  if (node.kind != LayerKind::kConv && node.fused_pool != 1) fail(node, "only conv fuses a pool");
  if (node.kind != LayerKind::kAdd && multiplies(node.pair)) fail(node, "has one map to multiply");
  check_slopes(node);
  // Also refuses what is not a number.
  if (!(node.bounds.low <= node.bounds.high)) {
    fail(node, "bounds " + to_string(node.bounds) + " leave nothing between them");
  }
}

template <class Layer>
void check_counts(const Layer& layer) {
  const bool conv = layer.node.kind == LayerKind::kConv;
  const std::size_t biases = conv ? static_cast<std::size_t>(layer.node.conv.out_channels) : 0;
  const std::size_t weights =
      conv ? biases * static_cast<std::size_t>(layer.node.conv.reduction()) : 0;
  if (layer.weights.size() != weights) {
    fail(layer.node, "has " + std::to_string(layer.weights.size()) + " weights, expected " +
                         std::to_string(weights));
  }
  if (layer.bias.size() != biases) {
    fail(layer.node, "has " + std::to_string(layer.bias.size()) + " biases, expected " +
                         std::to_string(biases));
  }
}

/// What float and fixed networks have in common.
template <class Network>
void check_structure(const Network& network) {
  const Shape& input = network.input;
  for (const int extent : {input.height, input.width, input.channels}) {
    if (extent < 1 || extent > kMaxExtent) {
      throw std::invalid_argument("input: impossible shape " + text(input));
    }
  }
  if (network.layers.empty()) throw std::invalid_argument("the network has no layers");
  if (network.layers.size() > kMaxLayers) {
    throw std::invalid_argument("the network has " + std::to_string(network.layers.size()) +
                                " layers; at most " + std::to_string(kMaxLayers) +
                                " are supported");
  }
  std::set<std::string> names;
  std::size_t elements = input.elements();
  const MapParts<Network> maps(network);
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const LayerNode& node = network.layers[i].node;
    if (node.name.empty()) throw std::invalid_argument("layer " + std::to_string(i) + ": no name");
    if (!names.insert(node.name).second) fail(node, "the name is used twice");
    check_geometry(network, maps, i);
    check_counts(network.layers[i]);
    elements += node.output_shape().elements();
    if (node.kind == LayerKind::kConv) elements += node.conv.out().elements();
    if (elements > kMaxElements) {
      fail(node,
           "feature maps up to here have more than " + std::to_string(kMaxElements) + " elements");
    }
  }
  check_joins(network, maps);
}

void check_format(const LayerNode& node, const char* field, const Format& format) {
  try {
    validate(format);
  } catch (const std::invalid_argument& error) {
    fail(node, std::string(field) + " format: " + error.what());
  }
}

/// A map's codes include the 0 of padding.
void check_map_format(const LayerNode& node, const Format& format) {
  check_format(node, "output", format);
  if (format.is_sign()) fail(node, "output format: codes -1 and +1 are for weights only");
}

void check_codes(const FixedLayer& layer) {
  check_format(layer.node, "weight", layer.weight);
  if (layer.weight.zero_point != 0) {
    fail(layer.node, "weight format: zero point " + std::to_string(layer.weight.zero_point) +
                         ", expected 0: it is subtracted from the codes");
  }
  for (const std::int32_t code : layer.weights) {
    const bool is_no_sign = layer.weight.is_sign() && code == 0;
    if (is_no_sign || code < layer.weight.min_code() || code > layer.weight.max_code()) {
      fail(layer.node,
           "weight code " + std::to_string(code) + " is outside format " + to_string(layer.weight));
    }
  }
  for (const std::int64_t code : layer.bias) {
    if (code < -kMaxBiasCode || code > kMaxBiasCode) {
      fail(layer.node, "bias code " + std::to_string(code) + " is beyond 2^62");
    }
  }
}

void check_step(const LayerNode& node, const char* what, double step) {
  if (!std::isfinite(step) || step <= 0) fail(node, std::string(what) + " is not positive");
}

void check_scale(const LayerNode& node, const Scale& scale) {
  if (scale.shift >= 0 && scale.shift <= kMaxScaleShift) return;
  fail(node, "shift " + std::to_string(scale.shift) + " of a multiplier is not between 0 and " +
                 std::to_string(kMaxScaleShift));
}

void check_scales(const FixedLayer& layer) {
  const bool conv = layer.node.kind == LayerKind::kConv;
  if (layer.requant.leaky != !layer.node.slopes.empty()) {
    fail(layer.node, "slopes differ between node and requantizer");
  }
  if (layer.requant.leaky && !layer.requant.multiplies) {
    fail(layer.node, "has slopes, which take a multiplier");
  }
  const bool has_steps = conv && (layer.requant.multiplies || layer.requant.counts);
  const std::size_t channels =
      has_steps ? static_cast<std::size_t>(layer.node.conv.out_channels) : 0;
  const std::size_t scales = channels * static_cast<std::size_t>(layer.requant.scales_a_channel());
  if (layer.scales.size() != scales) {
    fail(layer.node, "has " + std::to_string(layer.scales.size()) + " scales, expected " +
                         std::to_string(scales));
  }
  if (!layer.weight_steps.empty() && layer.weight_steps.size() != channels) {
    fail(layer.node, "has " + std::to_string(layer.weight_steps.size()) +
                         " steps of weights, expected " + std::to_string(channels));
  }
  for (const Scale& scale : layer.scales) check_scale(layer.node, scale);
  for (const double step : layer.weight_steps) check_step(layer.node, "a step of weights", step);
  const Requant& requant = layer.requant;
  const bool first = requant.multiplies && !conv;
  if (!first && requant.multiplier != 0) fail(layer.node, "multiplier without use");
  const bool sums = layer.node.kind == LayerKind::kAdd && !multiplies(layer.node.pair);
  if (!(first && sums) && requant.multiplier2 != 0) {
    fail(layer.node, "second multiplier without use");
  }
}

/// What counts has sums to compare with thresholds, and does nothing else to them.
void check_thresholds(const FixedLayer& layer) {
  const LayerNode& node = layer.node;
  const Requant& requant = layer.requant;
  std::size_t expected = 0;
  if (requant.counts) {
    if (node.kind != LayerKind::kConv) fail(node, "counts thresholds, which a convolution does");
    if (requant.multiplies || requant.shift != 0 || requant.rounding != Rounding::kHalfEven) {
      fail(node, "counts thresholds, and multiplies, shifts or rounds");
    }
    const int of_channel = requant.thresholds_a_channel();
    if (of_channel < 1 || of_channel > kMaxThresholds) {
      fail(node, "has " + std::to_string(of_channel) + " thresholds a channel, expected 1 to " +
                     std::to_string(kMaxThresholds) +
                     ": one for each code of the output but the least");
    }
    expected =
        static_cast<std::size_t>(of_channel) * static_cast<std::size_t>(node.conv.out_channels);
  }
  if (layer.thresholds.size() != expected) {
    fail(node, "has " + std::to_string(layer.thresholds.size()) + " thresholds, expected " +
                   std::to_string(expected));
  }
  for (std::size_t i = 1; i < expected; ++i) {
    const bool is_first = i % static_cast<std::size_t>(requant.thresholds_a_channel()) == 0;
    if (!is_first && layer.thresholds[i] < layer.thresholds[i - 1]) {
      fail(node,
           "threshold " + std::to_string(layer.thresholds[i]) + " is less than the one before");
    }
  }
}

/// What rounds twice multiplies; additions then have multipliers of their own. An average then has
/// as many inputs in each window, by which its multiplier divides.
void check_rounding(const FixedLayer& layer) {
  const LayerNode& node = layer.node;
  const Requant& requant = layer.requant;
  const bool twice = requant.rounding == Rounding::kTwice;
  if (twice && !requant.multiplies) {
    fail(node, "rounds twice, which only a product with a multiplier is");
  }
  const PoolShape& pool = node.pool;
  const bool is_average = node.kind == LayerKind::kPool && pool.kind == PoolKind::kAverage;
  if (twice && is_average && pool.pad_top + pool.pad_left + pool.pad_bottom + pool.pad_right > 0) {
    fail(node, "has padding, and a count of inputs in its multiplier");
  }
  const bool adds = twice && node.kind == LayerKind::kAdd && !multiplies(node.pair);
  if (requant.adds_twice() != adds) {
    fail(node, "a multiplier of its sum, and no sum that is rounded twice, or the other way");
  }
  check_scale(node, {0, requant.operand_shift});
  check_scale(node, {0, requant.operand2_shift});
  if (!adds && (requant.operand_shift != 0 || requant.operand2_shift != 0)) {
    fail(node, "shift of an operand without use");
  }
}

/// Whether a layer's codes are among those that it reads, or between them, as they are.
bool keeps_codes(const FixedNetwork& network, const FixedLayer& layer) {
  const LayerNode& node = layer.node;
  return node.kind == LayerKind::kPool && !layer.requant.multiplies &&
         network.format_of(node.input).zero_point == layer.requant.out.zero_point &&
         network.format_of(node.input).frac == layer.requant.out.frac &&
         network.step_of(node.input) == layer.step;
}

void check_table(const FixedNetwork& network, const FixedLayer& layer) {
  const Format& in = network.format_of(layer.node.input);
  const Format& out = layer.requant.out;
  const bool has_table = layer.node.curve.any();
  if (has_table && in.bits > kMaxTableBits) fail(layer.node, why_no_table(in.bits));
  const std::size_t entries = has_table ? static_cast<std::size_t>(table_entries(in)) : 0;
  if (layer.table.size() != entries) {
    fail(layer.node, "has a table of " + std::to_string(layer.table.size()) +
                         " entries, expected " + std::to_string(entries));
  }
  for (const std::int32_t code : layer.table) {
    if (code >= out.min_code() && code <= out.max_code()) continue;
    fail(layer.node,
         "entry " + std::to_string(code) + " of its table is outside format " + to_string(out));
  }
}

/// What follows from the formats of a layer and of what it reads.
void check_requantizer(const FixedNetwork& network, const FixedLayer& layer) {
  const LayerNode& node = layer.node;
  check_scales(layer);
  check_rounding(layer);
  check_thresholds(layer);
  check_step(node, "the step of the output", layer.step);
  check_table(network, layer);
  if (node.curve.any()) {
    if (layer.requant.multiplies || layer.requant.shift != 0) fail(node, "a table does not shift");
    return;
  }
  if (layer.requant.multiplies) {
    const int shift = layer.requant.shift;
    if (node.kind != LayerKind::kConv) return check_scale(node, {0, shift});
    if (shift != 0) fail(node, "shift: " + std::to_string(shift) + ", expected 0 beside scales");
    return;
  }
  const auto plain = [&](const Format& format, double step) {
    if (format.zero_point == 0 && (step == 1 || layer.requant.counts)) return;
    fail(node, "reads or delivers codes of a zero point or free step, which takes a multiplier");
  };
  if (!keeps_codes(network, layer)) {
    plain(layer.requant.out, layer.step);
    plain(network.format_of(node.input), network.step_of(node.input));
  }
  if (node.kind == LayerKind::kAdd) {
    plain(network.format_of(node.input2), network.step_of(node.input2));
  }
  if (layer.requant.counts) return;
  const int shift = required_shift(network, layer);
  if (layer.requant.shift != shift) {
    fail(node, "shift: " + std::to_string(layer.requant.shift) +
                   " does not follow from the formats, expected " + std::to_string(shift));
  }
}

}  // namespace

std::string to_string(const ClipBounds& bounds) {
  const auto text = [](float bound) {
    if (std::isinf(bound)) return std::string();
    char buffer[32];
    return std::string(buffer, std::to_chars(buffer, std::end(buffer), bound).ptr);
  };
  return text(bounds.low) + ".." + text(bounds.high);
}

std::string why_no_table(int input_bits) {
  return "looks up codes of " + std::to_string(input_bits) + " bits, expected at most " +
         std::to_string(kMaxTableBits) + ": a table has " + std::to_string(1 << kMaxTableBits) +
         " entries";
}

CodeTensor table_of(const FixedLayer& layer) {
  CodeTensor table({1, 1, static_cast<int>(layer.table.size())}, layer.requant.out);
  for (std::size_t i = 0; i < layer.table.size(); ++i) table.set(i, layer.table[i]);
  return table;
}

void LayerNode::clip(const ClipBounds& next) {
  const float least = relu ? std::max(bounds.low, 0.0F) : bounds.low;
  bounds.low = std::clamp(least, next.low, next.high);
  bounds.high = std::clamp(bounds.high, next.low, next.high);
  relu = bounds.low == 0;
  if (relu) bounds.low = ClipBounds{}.low;
  if (is_non_negative()) slopes.clear();
}

void set_bounds(Requant& requant, const LayerNode& node, double step) {
  const auto code = [&](float bound) {
    return quantize(double{bound} / step, requant.out, requant.rounding);
  };
  requant.relu = node.relu;
  requant.clamp_low = code(node.bounds.low) - requant.out.min_code();
  requant.clamp_high = requant.out.max_code() - code(node.bounds.high);
}

void validate(const FloatNetwork& network) {
  check_structure(network);
  for (const FloatLayer& layer : network.layers) {
    const auto finite = [](float x) { return std::isfinite(x); };
    if (!std::all_of(layer.weights.begin(), layer.weights.end(), finite) ||
        !std::all_of(layer.bias.begin(), layer.bias.end(), finite)) {
      fail(layer.node, "a weight or bias is not a finite number");
    }
  }
}

int required_shift(const FixedNetwork& network, const FixedLayer& layer) {
  const int in = network.format_of(layer.node.input).frac;
  const int out = layer.requant.out.frac;
  switch (layer.node.kind) {
    case LayerKind::kConv:
      return layer.weight.frac + in - out;
    case LayerKind::kPool:
      return in - out;
    case LayerKind::kAdd:
      break;
  }
  const int in2 = network.format_of(layer.node.input2).frac;
  return (multiplies(layer.node.pair) ? in + in2 : std::max(in, in2)) - out;
}

void validate(const FixedNetwork& network) {
  check_structure(network);
  try {
    validate(network.input_format);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(std::string("input format: ") + error.what());
  }
  if (!std::isfinite(network.input_step) || network.input_step <= 0) {
    throw std::invalid_argument("the step of the input is not positive");
  }
  if (network.input_format.is_sign()) {
    throw std::invalid_argument("input format: codes -1 and +1 are for weights only");
  }
  const MapParts<FixedNetwork> maps(network);
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const FixedLayer& layer = network.layers[i];
    check_map_format(layer.node, layer.requant.out);
    if (layer.node.kind == LayerKind::kConv) check_codes(layer);
    Requant bounded = layer.requant;
    set_bounds(bounded, layer.node, layer.step);
    if (layer.requant.relu != bounded.relu) {
      fail(layer.node, "ReLU differs between node and requantizer");
    }
    if (layer.requant.min_code() != bounded.min_code() ||
        layer.requant.max_code() != bounded.max_code()) {
      fail(layer.node, "bounds differ between node and requantizer");
    }
    const int whole =
        layer.node.join.any() ? maps.of(static_cast<int>(i)).front().producer : static_cast<int>(i);
    if (layer.requant.out != network.format_of(whole) || layer.step != network.step_of(whole)) {
      fail(layer.node, "its format differs from that of others in the joined map");
    }
    check_requantizer(network, layer);
  }
}

FixedNetwork with_multipliers_of(FixedNetwork network, int multiplier_bits) {
  for (FixedLayer& layer : network.layers) {
    if (!layer.requant.multiplies) continue;
    try {
      for (Scale& scale : layer.scales) scale = narrowed(scale, multiplier_bits);
      if (layer.node.kind != LayerKind::kConv) narrow(layer.requant, multiplier_bits);
    } catch (const std::invalid_argument& error) {
      fail(layer.node, error.what());
    }
  }
  return network;
}

}  // namespace dcnsim

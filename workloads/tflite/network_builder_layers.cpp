// SPDX-License-Identifier: Apache-2.0
// Operators that make layers.
#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "models/base/text/printable.h"
#include "workloads/tflite/multipliers.h"
#include "workloads/tflite/network_builder.h"

namespace dcnsim::tflite {
namespace {

constexpr std::int32_t kLeast = -128, kGreatest = 127;

/// Rows or columns of padding that `same` padding puts in front of a map and behind it.
std::pair<int, int> same_padding(int extent, std::int64_t span, int stride) {
  const std::int64_t outputs = (extent + std::int64_t{stride} - 1) / stride;
  const std::int64_t all = std::max<std::int64_t>((outputs - 1) * stride + span - extent, 0);
  return {static_cast<int>(all / 2), static_cast<int>(all - all / 2)};
}

void require_within(const char* side, int padding, std::int64_t span) {
  if (padding < span) return;
  throw std::runtime_error(std::string(side) + " padding of " + std::to_string(padding) +
                           " holds a whole window of " + std::to_string(span));
}

}  // namespace

Window NetworkBuilder::window(std::uint16_t padding, std::uint16_t stride_w, std::uint16_t stride_h,
                              const Activation& in, Window window) const {
  const FlatTable& options = operation().options;
  if (!options.exists()) throw std::runtime_error("has no options");
  window.stride_h = option(stride_h, 0, "stride_h");
  window.stride_w = option(stride_w, 0, "stride_w");
  const Shape padded = in.pads.around(in.map);
  const auto kind = static_cast<Padding>(options.number<std::int8_t>(padding, 0));
  switch (kind) {
    case Padding::kSame:
      std::tie(window.pad_top, window.pad_bottom) =
          same_padding(padded.height, window.span_h(), window.stride_h);
      std::tie(window.pad_left, window.pad_right) =
          same_padding(padded.width, window.span_w(), window.stride_w);
      break;
    case Padding::kValid:
      break;
    default:
      throw std::runtime_error("padding " + std::to_string(static_cast<int>(kind)) +
                               ", expected 0 (SAME) or 1 (VALID)");
  }
  window.add(in.pads);
  require_within("top", window.pad_top, window.span_h());
  require_within("bottom", window.pad_bottom, window.span_h());
  require_within("left", window.pad_left, window.span_w());
  require_within("right", window.pad_right, window.span_w());
  if (window.span_h() > in.map.height + window.pad_top + window.pad_bottom ||
      window.span_w() > in.map.width + window.pad_left + window.pad_right) {
    throw std::runtime_error("its window is larger than the padded map");
  }
  return window;
}

void NetworkBuilder::set_activation(std::uint16_t field, FixedLayer& layer) const {
  const auto kind = static_cast<Fused>(operation().options.number<std::int8_t>(field, 0));
  const Codes made = codes(output());
  switch (kind) {
    case Fused::kNone:
      break;
    case Fused::kRelu6: {
      const std::int64_t greatest = bound_code(6.0F, made.scale, made.zero_point);
      if (greatest >= kGreatest) {
        layer.node.relu = true;
        break;
      }
      layer.node.bounds.high = 6.0F;
      layer.node.relu = true;
      set_bounds(layer.requant, layer.node, layer.step);
      // In single precision 6 may become another code than it is nearest to.
      if (layer.requant.max_code() != greatest) {
        layer.node.bounds.high = static_cast<float>(
            static_cast<double>(greatest - made.zero_point) * double{made.scale});
      }
      break;
    }
    case Fused::kRelu:
      layer.node.relu = true;
      break;
    default:
      throw std::runtime_error("fused activation " + std::to_string(static_cast<int>(kind)) +
                               ", expected none, RELU or RELU6");
  }
  set_bounds(layer.requant, layer.node, layer.step);
}

void NetworkBuilder::refuse_activation(std::uint16_t field) const {
  if (operation().options.number<std::int8_t>(field, 0) == 0) return;
  throw std::runtime_error("has a fused activation, expected none");
}

FixedLayer NetworkBuilder::begin(LayerKind kind, std::size_t operand) const {
  FixedLayer layer;
  layer.node.kind = kind;
  layer.node.name = tensor(output()).name;
  const Codes made = codes(output());
  layer.requant.out = made.format();
  layer.step = double{made.scale};
  codes(input(operand));
  return layer;
}

void NetworkBuilder::read(const Activation& from, LayerNode& node) const {
  node.input = from.producer;
  node.view.zeros_before = from.zeros_before;
  node.view.zeros_after = from.zeros_after;
}

void NetworkBuilder::read_second(const Activation& from, LayerNode& node) const {
  node.input2 = from.producer;
  node.view2.zeros_before = from.zeros_before;
  node.view2.zeros_after = from.zeros_after;
}

/// Adds the layer, whose output is the present operator's.
void NetworkBuilder::end(FixedLayer layer, const Activation& from, const Activation* second) {
  if (!has_input_codes_ && (from.producer == kNetworkInput ||
                            (second != nullptr && second->producer == kNetworkInput))) {
    throw std::runtime_error("reads the input before a QUANTIZE says its codes");
  }
  read(from, layer.node);
  if (second != nullptr) read_second(*second, layer.node);
  const bool joined = from.is_joined, joined2 = second != nullptr && second->is_joined;
  layer.node.name = unique(layer.node.name);
  const Shape made = layer.node.output_shape();
  const Tensor& as = tensor(output());
  const std::vector<std::int32_t>& dims = as.dims;
  std::int64_t elements = 1;
  for (const std::int32_t dim : dims)
    elements = std::min<std::int64_t>(elements * std::max(dim, 0), INT32_MAX);
  if (elements != static_cast<std::int64_t>(made.elements()) ||
      (!dims.empty() && dims.back() != made.channels)) {
    throw std::runtime_error("makes a map of " + text({made.height, made.width, made.channels}) +
                             ", the file says " + text(dims));
  }
  network_.layers.push_back(std::move(layer));
  reads_joined_.push_back(joined);
  reads_joined2_.push_back(joined2);
  activations_[output()] = {
      static_cast<int>(network_.layers.size()) - 1, false, made, 0, 0, {}, false};
}

int NetworkBuilder::copy(const Activation& from, const std::string& name) {
  FixedLayer layer;
  layer.node.kind = LayerKind::kPool;
  layer.node.name = unique(name);
  layer.node.pool.in = from.map;
  layer.requant.out = network_.format_of(from.producer);
  layer.step = network_.step_of(from.producer);
  read(from, layer.node);
  network_.layers.push_back(std::move(layer));
  reads_joined_.push_back(from.is_joined);
  reads_joined2_.push_back(false);
  return static_cast<int>(network_.layers.size()) - 1;
}

template <class At>
void NetworkBuilder::finish_conv(FixedLayer& layer, std::size_t axis, const At& at,
                                 bool scales_in_single) {
  const Tensor& weights = constant(1, Type::kInt8, "weights");
  const auto channels = static_cast<std::size_t>(layer.node.conv.out_channels);
  const std::string name = "weights '" + printable(weights.name) + "' ";
  const bool is_one = weights.scales.size() == 1;
  if (!is_one &&
      (weights.scales.size() != channels || weights.axis != static_cast<std::int32_t>(axis))) {
    throw std::runtime_error(name + "have " + std::to_string(weights.scales.size()) +
                             " scales along dimension " + std::to_string(weights.axis) +
                             ", expected one or one an output channel");
  }
  for (const std::int64_t zero_point : weights.zero_points) {
    if (zero_point == 0) continue;
    throw std::runtime_error(name + "have the zero point " + std::to_string(zero_point) +
                             ", expected 0");
  }
  layer.weight = {8, 0, true, false};
  layer.weights.assign(weights.data.size(), 0);
  for (std::size_t i = 0; i < weights.data.size(); ++i) {
    layer.weights.set(at(i), static_cast<std::int8_t>(weights.data[i]));
  }
  layer.requant.multiplies = true;
  layer.requant.rounding = Rounding::kTwice;
  const float in = codes(input(0)).scale, out = codes(output()).scale;
  for (std::size_t c = 0; c < channels; ++c) {
    const float scale = weights.scales[is_one ? 0 : c];
    if (!(scale > 0) || !std::isfinite(scale)) {
      throw std::runtime_error(name + "have the scale " + std::to_string(scale) +
                               ", expected a positive number");
    }
    const double product =
        scales_in_single && is_one ? double{in * scale} : double{in} * double{scale};
    layer.scales.push_back(multiplier_of(product / double{out}));
    layer.weight_steps.push_back(double{scale});
  }
  take_bias(layer);
}

/// With the input's zero point in it.
void NetworkBuilder::take_bias(FixedLayer& layer) const {
  const auto channels = static_cast<std::size_t>(layer.node.conv.out_channels);
  std::vector<std::int32_t> bias(channels);
  if (input(2) >= 0) bias = integers(2, "biases");
  if (bias.size() != channels) {
    throw std::runtime_error("has " + std::to_string(bias.size()) + " biases, expected " +
                             std::to_string(channels));
  }
  const std::size_t reduction = layer.weights.size() / channels;
  const std::int64_t zero_point = codes(input(0)).zero_point;
  for (std::size_t c = 0; c < channels; ++c) {
    std::int64_t sum = 0;
    for (std::size_t k = c * reduction; k < (c + 1) * reduction; ++k) sum += layer.weights[k];
    layer.bias.push_back(bias[c] - zero_point * sum);
  }
}

void NetworkBuilder::take_window(std::uint16_t padding, std::uint16_t stride_w,
                                 std::uint16_t stride_h, std::uint16_t dilation_w,
                                 std::uint16_t dilation_h, const std::vector<std::int32_t>& kernel,
                                 const Activation& in, ConvShape& conv) const {
  Window taken;
  taken.kernel_h = kernel[1];
  taken.kernel_w = kernel[2];
  taken.dilation_h = option(dilation_h, 1, "dilation_h_factor");
  taken.dilation_w = option(dilation_w, 1, "dilation_w_factor");
  taken = window(padding, stride_w, stride_h, in, taken);
  conv.in = in.map;
  taken.copy_to(conv);
  conv.gap_h = taken.dilation_h - 1;
  conv.gap_w = taken.dilation_w - 1;
}

void NetworkBuilder::conv_2d() {
  require_inputs(2, 3);
  const Activation operand = image(0);
  const std::vector<std::int32_t>& kernel = constant(1, Type::kInt8, "weights").dims;
  if (kernel.size() != 4 || operand.map.channels % kernel[3] != 0) {
    throw std::runtime_error("has weights of " + text(kernel) + " for " +
                             std::to_string(operand.map.channels) + " channels");
  }
  FixedLayer layer = begin(LayerKind::kConv, 0);
  ConvShape& conv = layer.node.conv;
  take_window(conv_options::kPadding, conv_options::kStrideW, conv_options::kStrideH,
              conv_options::kDilationW, conv_options::kDilationH, kernel, operand, conv);
  conv.out_channels = kernel[0];
  conv.groups = operand.map.channels / kernel[3];
  if (conv.out_channels % conv.groups != 0) {
    throw std::runtime_error("has " + std::to_string(kernel[0]) + " output channels in " +
                             std::to_string(conv.groups) + " groups");
  }
  finish_conv(
      layer, 0, [](std::size_t i) { return i; }, false);
  set_activation(conv_options::kActivation, layer);
  end(std::move(layer), operand);
}

void NetworkBuilder::depthwise_conv_2d() {
  require_inputs(2, 3);
  const Activation operand = image(0);
  const std::vector<std::int32_t>& kernel = constant(1, Type::kInt8, "weights").dims;
  if (kernel.size() != 4 || kernel[0] != 1 || kernel[3] % operand.map.channels != 0) {
    throw std::runtime_error("has weights of " + text(kernel) + " for " +
                             std::to_string(operand.map.channels) + " channels");
  }
  FixedLayer layer = begin(LayerKind::kConv, 0);
  ConvShape& conv = layer.node.conv;
  take_window(depthwise_options::kPadding, depthwise_options::kStrideW, depthwise_options::kStrideH,
              depthwise_options::kDilationW, depthwise_options::kDilationH, kernel, operand, conv);
  conv.out_channels = kernel[3];
  conv.groups = operand.map.channels;
  // From [position][channel] to [channel][position].
  const auto channels = static_cast<std::size_t>(kernel[3]);
  const std::size_t positions =
      static_cast<std::size_t>(kernel[1]) * static_cast<std::size_t>(kernel[2]);
  finish_conv(
      layer, 3, [=](std::size_t i) { return i % channels * positions + i / channels; }, false);
  set_activation(depthwise_options::kActivation, layer);
  end(std::move(layer), operand);
}

/// A convolution whose kernel covers its input: rows, columns and channels of the map lie in the
/// order in which a RESHAPE would lay them.
void NetworkBuilder::fully_connected() {
  require_inputs(2, 3);
  const Activation operand = map_without_pads(0);
  const std::vector<std::int32_t>& kernel = constant(1, Type::kInt8, "weights").dims;
  const auto elements = static_cast<std::int64_t>(operand.map.elements());
  if (kernel.size() != 2 || kernel[1] != elements || kernel[0] > kMaxExtent) {
    throw std::runtime_error("has weights of " + text(kernel) + " for one input of " +
                             std::to_string(elements) + " codes");
  }
  if (operation().options.number<std::int8_t>(fully_connected_options::kWeightsFormat, 0) != 0) {
    throw std::runtime_error("has weights in a shuffled format");
  }
  FixedLayer layer = begin(LayerKind::kConv, 0);
  ConvShape& conv = layer.node.conv;
  conv.in = operand.map;
  conv.kernel_h = operand.map.height;
  conv.kernel_w = operand.map.width;
  conv.out_channels = kernel[0];
  finish_conv(
      layer, 0, [](std::size_t i) { return i; }, true);
  set_activation(fully_connected_options::kActivation, layer);
  end(std::move(layer), operand);
}

void NetworkBuilder::pool(PoolKind kind) {
  require_inputs(1, 1);
  const Activation operand = image(0);
  require_same_codes(input(0), output());
  // What is in the padding wins no maximum if nothing is less.
  if (operand.pads.any() && (kind == PoolKind::kAverage || codes(input(0)).zero_point != kLeast)) {
    throw std::runtime_error("has zeros around its input, which are among what it pools");
  }
  FixedLayer layer = begin(LayerKind::kPool, 0);
  PoolShape& shape = layer.node.pool;
  Window taken;
  taken.kernel_h = option(pool_options::kFilterH, 0, "filter_height");
  taken.kernel_w = option(pool_options::kFilterW, 0, "filter_width");
  taken = window(pool_options::kPadding, pool_options::kStrideW, pool_options::kStrideH, operand,
                 taken);
  shape.kind = kind;
  shape.in = operand.map;
  taken.copy_to(shape);
  layer.requant.rounding = Rounding::kHalfAway;
  set_activation(pool_options::kActivation, layer);
  end(std::move(layer), operand);
}

/// A pool whose multiplier divides by the count.
void NetworkBuilder::mean() {
  require_inputs(2, 2);
  const Activation operand = image(0);
  if (operand.pads.any()) throw std::runtime_error("has zeros around its input");
  std::vector<std::int32_t> axes = integers(1, "axes");
  for (std::int32_t& axis : axes) axis = axis < 0 ? axis + 4 : axis;
  std::sort(axes.begin(), axes.end());
  if (axes != std::vector<std::int32_t>{1, 2}) {
    throw std::runtime_error("is along other axes than rows and columns");
  }
  FixedLayer layer = begin(LayerKind::kPool, 0);
  PoolShape& shape = layer.node.pool;
  shape.kind = PoolKind::kAverage;
  shape.in = operand.map;
  shape.kernel_h = operand.map.height;
  shape.kernel_w = operand.map.width;
  const double ratio = double{codes(input(0)).scale} / double{codes(output()).scale};
  const Scale scale =
      mean_multiplier(ratio, std::int64_t{operand.map.height} * std::int64_t{operand.map.width});
  layer.requant.multiplies = true;
  layer.requant.rounding = Rounding::kTwice;
  layer.requant.multiplier = scale.multiplier;
  layer.requant.shift = scale.shift;
  end(std::move(layer), operand);
}

void NetworkBuilder::add() {
  require_inputs(2, 2);
  const Activation first = map_without_pads(0), second = map_without_pads(1);
  if (first.map != second.map) {
    throw std::runtime_error(
        "adds " + text({first.map.height, first.map.width, first.map.channels}) + " and " +
        text({second.map.height, second.map.width, second.map.channels}) +
        ", expected maps of one shape");
  }
  FixedLayer layer = begin(LayerKind::kAdd, 0);
  layer.node.add = first.map;
  layer.requant.multiplies = true;
  layer.requant.rounding = Rounding::kTwice;
  set_add_multipliers(double{codes(input(0)).scale}, double{codes(input(1)).scale},
                      double{codes(output()).scale}, layer.requant);
  set_activation(add_options::kActivation, layer);
  end(std::move(layer), first, &second);
}

}  // namespace dcnsim::tflite

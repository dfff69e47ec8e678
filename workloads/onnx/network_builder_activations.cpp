// SPDX-License-Identifier: Apache-2.0
// The operators of NetworkBuilder that bound what a layer delivers.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "models/base/text/printable.h"
#include "models/numeric/rounding.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {
namespace {

/// What the bounds leave of the values of `output` are values of `output`.
bool are_on_grid(const ClipBounds& bounds, const QuantSpec& output) {
  const Format format = output.format();
  const double low = std::ldexp(double{bounds.low} / output.step, format.frac) + format.zero_point;
  const double high =
      std::ldexp(double{bounds.high} / output.step, format.frac) + format.zero_point;
  const auto is_code = [&](double code) {
    return std::trunc(code) == code && code >= format.min_code() && code <= format.max_code();
  };
  return (low <= format.min_code() || is_code(low)) && (high >= format.max_code() || is_code(high));
}

}  // namespace

void NetworkBuilder::clip() {
  constexpr double kNone = std::numeric_limits<float>::max();
  const auto bound_of = [&](const char* name, int index, double none) {
    double value = attributes_->real(name, none);
    if (has_input(index)) {
      const Constant& given = constants_.get(input(index));
      if (given.quant) throw std::runtime_error("its bounds have a Quant node of their own");
      value = scalar(given);
    }
    return std::abs(value) >= kNone ? std::copysign(ClipBounds{}.high, value) : value;
  };
  const ClipBounds bounds{static_cast<float>(bound_of("min", 1, -kNone)),
                          static_cast<float>(bound_of("max", 2, kNone))};
  if (!(bounds.low <= bounds.high)) {
    throw std::runtime_error("its bounds " + to_string(bounds) + " leave nothing between them");
  }
  bound(bounds);
}

void NetworkBuilder::leaky_relu() { leak({attributes_->real("alpha", 0.01)}); }

void NetworkBuilder::prelu() {
  const Activation from = activation(input(0));
  leak(channel_values(constants_.get(input(1)), from.view, shape_of(from.producer)));
}

/// A layer of its own, whose table has an entry for each code of what it reads.
void NetworkBuilder::curve() {
  const std::string mode = attributes_->text("approximate", "");
  const CurveKind* const kind = find_curve(node_->op_type(), mode == "none" ? "" : mode);
  if (kind == nullptr) {
    throw std::runtime_error("approximate: '" + printable(mode) + "', expected none or tanh");
  }
  Curve curve{kind, kind->defaults[0], kind->defaults[1]};
  for (double Curve::*value : {&Curve::a, &Curve::b}) {
    const std::string_view name = kind->attributes[value == &Curve::b ? 1 : 0];
    if (!name.empty()) curve.*value = attributes_->real(std::string(name).c_str(), curve.*value);
    if (!std::isfinite(curve.*value)) throw std::runtime_error("an attribute is not finite");
  }
  if (node_->op_type() == "Swish" && curve.a == 1) {
    curve = {find_curve("Sigmoid")};
    curve.times_input = true;
  }
  const Activation from = operand(input(0));
  Layer& layer = start_layer(LayerKind::kPool, name_of(*node_));
  layer.node.input = from.producer;
  layer.node.pool.kind = PoolKind::kTable;
  layer.node.pool.in = shape_of(from.producer);
  layer.node.curve = curve;
  layer.non_negative = curve.is_non_negative();
  deliver_layer(from.view);
}

bool NetworkBuilder::times_input() {
  for (const int factor : {0, 1}) {
    Layer* const layer = changeable(input(factor));
    const Activation from = activation(input(1 - factor));
    if (layer == nullptr || !layer->node.curve.any() || layer->node.curve.times_input ||
        layer->node.bounds.any() || layer->node.relu || layer->output ||
        layer->node.input != from.producer || activation(input(factor)).view != from.view ||
        from.pads.any()) {
      continue;
    }
    operand(input(1 - factor));
    layer->node.curve.times_input = true;
    layer->non_negative = false;
    deliver(activation(input(factor)));
    return true;
  }
  return false;
}

/// Taking the largest and multiplying may change places, as slopes are not negative: so a fused
/// pool may have come before.
void NetworkBuilder::leak(const std::vector<double>& slopes) {
  std::vector<float> values(slopes.begin(), slopes.end());
  for (const float slope : values) {
    if (slope >= 0 && std::isfinite(slope)) continue;
    throw std::runtime_error("its slope " + std::to_string(slope) +
                             " is not 0 or more, as the machine's multipliers are");
  }
  const auto all_are = [&](float value) {
    return std::count(values.begin(), values.end(), value) ==
           static_cast<std::ptrdiff_t>(values.size());
  };
  if (all_are(0)) return relu();
  const Activation from = activation(input(0));
  if (non_negative(from.producer) || all_are(1)) return deliver(from);
  if (all_are(values.front())) values.resize(1);
  spend(values.size());
  Layer* layer = changeable(input(0));
  if (layer != nullptr && layer->node.kind == LayerKind::kConv && !layer->node.relu &&
      !layer->node.bounds.any() && layer->node.slopes.empty() && !layer->output) {
    deliver(from);
  } else {
    layer = &copy_of(input(0));
    // The format was that of its input; a Quant must follow.
    layer->output.reset();
    layer->output_is_inherited = false;
    activations_[node_->output(0)].quantized = false;
  }
  layer->node.slopes = std::move(values);
}

void NetworkBuilder::bound(const ClipBounds& bounds) {
  const Activation from = activation(input(0));
  const bool keeps_zeros = bounds.low <= 0 && bounds.high >= 0;
  if (from.producer == kNetworkInput) {
    operand(input(0));
  } else if (!keeps_zeros) {
    require_no_padding(from);
  }
  const bool is_below_all =
      std::isinf(bounds.low) || (bounds.low <= 0 && non_negative(from.producer));
  if (is_below_all && std::isinf(bounds.high)) return deliver(from);
  std::vector<Layer*> pools;
  Layer* layer = layer_to_bound(bounds, pools);
  if (layer == nullptr) {
    layer = &copying_layer();
  } else {
    deliver(from);
  }
  if (layer->output && !are_on_grid(bounds, *layer->output)) {
    // The format was that of its input; a Quant must follow.
    layer->output.reset();
    layer->output_is_inherited = false;
    activations_[node_->output(0)].quantized = false;
  }
  layer->node.clip(bounds);
  layer->non_negative = layer->node.is_non_negative() || (layer->non_negative && bounds.high >= 0);
  for (Layer* pool : pools) pool->non_negative = layer->non_negative;
}

/// Taking the largest and bounding may change places: the layer in front of max pools does it.
NetworkBuilder::Layer* NetworkBuilder::layer_to_bound(const ClipBounds& bounds,
                                                      std::vector<Layer*>& pools) {
  const auto can_hold = [&](const Layer& layer) {
    // A layer that counts has as many codes as thresholds, and one.
    return layer.thresholds.empty() && (!layer.output || are_on_grid(bounds, *layer.output));
  };
  Layer* const nearest = changeable(input(0));
  if (nearest == nullptr) return nullptr;
  Layer* layer = nearest;
  const auto may_pass = [&](const Layer& pool) {
    const bool is_plain_max = pool.node.kind == LayerKind::kPool &&
                              pool.node.pool.kind == PoolKind::kMax && !pool.node.relu &&
                              !pool.node.bounds.any();
    return is_plain_max && pool.sole_reader && pool.node.input != kNetworkInput &&
           pool.output == layers_[static_cast<std::size_t>(pool.node.input)].output;
  };
  while (may_pass(*layer)) {
    pools.push_back(layer);
    layer = &layers_[static_cast<std::size_t>(layer->node.input)];
  }
  if (can_hold(*layer)) return layer;
  pools.clear();
  return can_hold(*nearest) || nearest->output_is_inherited ? nearest : nullptr;
}

NetworkBuilder::Layer& NetworkBuilder::copying_layer() {
  Activation from = activation(input(0));
  require_no_padding(from);
  PoolShape pixel;
  pixel.in = shape_of(from.producer);
  pool_layer(pixel, false, from.view);
  return layers_.back();
}

void NetworkBuilder::copying_layer(const QuantSpec& spec) {
  give_format(layers_, copying_layer(), spec);
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// The operators of NetworkBuilder that pool.
#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "workloads/onnx/dims.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {

void NetworkBuilder::max_pool() {
  if (attributes_->integer("storage_order", 0) != 0) {
    throw std::runtime_error("storage_order is not supported");
  }
  const Activation from = window_operand(input(0), false);
  PoolShape shape;
  shape.kind = PoolKind::kMax;
  shape.in = shape_of(from.producer);
  const Shape padded = from.pads.around(shape.in);
  Window window = read_window(*attributes_, padded, {});
  if (window.is_dilated()) throw std::runtime_error("dilations of a pool are not supported");
  if (attributes_->integer("ceil_mode", 0) != 0) round_up(window, padded);
  if (from.pads.any() && !non_negative(from.producer)) {
    throw std::runtime_error("zeros of a Pad before it would count among negative values");
  }
  window.add(from.pads);
  check_padding(window);
  window.copy_to(shape);
  const bool is_tiling = window.kernel_h == window.kernel_w && window.kernel_h == window.stride_h &&
                         window.kernel_w == window.stride_w && window.kernel_h > 1;
  pool_layer(shape, is_tiling && !window.is_padded(), map_view(shape.out()));
}

void NetworkBuilder::average_pool() {
  const Activation from = window_operand(input(0), true);
  PoolShape shape;
  shape.kind = PoolKind::kAverage;
  shape.in = shape_of(from.producer);
  const Shape padded = from.pads.around(shape.in);
  Window window = read_window(*attributes_, padded, {});
  if (window.is_dilated()) throw std::runtime_error("dilations of a pool are not supported");
  const bool has_own_pads = window.is_padded();
  shape.count_include_pad = attributes_->integer("count_include_pad", 0) != 0;
  const bool ceil = attributes_->integer("ceil_mode", 0) != 0 && round_up(window, padded);
  // What ceil_mode adds never counts.
  if (ceil && !has_own_pads) shape.count_include_pad = false;
  if (from.pads.any()) {
    // The zeros of the Pad count, whatever the pool says of its own.
    if (has_own_pads && !shape.count_include_pad) {
      throw std::runtime_error(
          "counts the zeros of the Pad node before it, but not those of its own pads: the machine "
          "counts all or none; count_include_pad=1 would do");
    }
    shape.count_include_pad = true;
  }
  if (ceil && shape.count_include_pad) {
    throw std::runtime_error(
        "counts its padding, but not what ceil_mode adds: the machine counts all or none; "
        "ceil_mode=0 would do, or count_include_pad=0 without a Pad node before it");
  }
  window.add(from.pads);
  check_padding(window);
  window.copy_to(shape);
  pool_layer(shape, false, map_view(shape.out()));
}

void NetworkBuilder::global_pool(PoolKind kind) {
  const Activation from = window_operand(input(0), true);
  require_no_padding(from);
  PoolShape shape;
  shape.kind = kind;
  shape.in = shape_of(from.producer);
  shape.kernel_h = shape.in.height;
  shape.kernel_w = shape.in.width;
  pool_layer(shape, false, map_view(shape.out()));
}

/// Over rows, columns or both.
void NetworkBuilder::reduce(PoolKind kind) {
  Activation from = operand(input(0));
  const std::optional<Dims> given = given_dims(1);
  std::vector<std::int64_t> axes = axes_of(*attributes_, given ? &*given : nullptr);
  const bool keeps = attributes_->integer("keepdims", 1) != 0;
  if (attributes_->integer("noop_with_empty_axes", 0) != 0 && axes.empty()) return deliver(from);
  if (axes.empty()) {
    axes.resize(from.view.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  PoolShape shape;
  shape.kind = kind;
  shape.in = shape_of(from.producer);
  std::vector<bool> reduced(from.view.size());
  for (const std::int64_t named : axes) {
    const std::size_t dimension = axis_of(named, from.view.size());
    reduced[dimension] = true;
    for (const MapAxis axis : from.view[dimension]) {
      if (axis == MapAxis::kChannel) throw std::runtime_error("over channels is not supported");
      (axis == MapAxis::kRow ? shape.kernel_h : shape.kernel_w) = extent(shape.in, axis);
    }
  }
  View view;
  for (std::size_t i = 0; i < from.view.size(); ++i) {
    if (!reduced[i]) view.push_back(from.view[i]);
    if (reduced[i] && keeps) view.emplace_back();
  }
  if (shape.kernel_h > 1 || shape.kernel_w > 1) return pool_layer(shape, false, view);
  from.view = view;
  deliver(from);
}

void NetworkBuilder::pool_layer(PoolShape shape, bool can_fuse, const View& view) {
  validate(shape);
  Activation from = activation(input(0));
  Layer* before = changeable(input(0));
  if (can_fuse && before != nullptr && before->node.kind == LayerKind::kConv &&
      before->node.fused_pool == 1) {
    before->node.fused_pool = shape.kernel_h;
    before->pooled_after_quant = before->output.has_value();
    before->pool_name = name_of(*node_);
    from.view = view;
    return deliver(from);
  }
  const bool is_max = shape.kind == PoolKind::kMax;
  // Quantizing and taking the largest may change places, so a Quant may follow here as well.
  const bool may_quantize_later = is_max && !from.quantized && before != nullptr;
  if (!may_quantize_later) require_format(from);
  const bool sole_reader = before != nullptr;
  Layer& layer = start_layer(LayerKind::kPool, name_of(*node_));
  layer.node.input = from.producer;
  layer.node.pool = shape;
  layer.sole_reader = sole_reader;
  layer.non_negative = non_negative(from.producer);
  const bool inherits = fixed_ && is_max && from.quantized;
  if (inherits) {
    layer.output = spec_of(from.producer);
    layer.output_is_inherited = true;
  }
  deliver_layer(view, inherits);
}

}  // namespace dcnsim

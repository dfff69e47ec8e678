// SPDX-License-Identifier: Apache-2.0
// How NetworkBuilder reads QONNX's Quant and Trunc nodes.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/base/text/printable.h"
#include "workloads/onnx/dims.h"
#include "workloads/onnx/fold_elements.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {

namespace {

/// What dcnsim wrote so before it knew that this is -1 and +1.
void refuse_minus_one_and_zero(const Constant& constant, const QuantSpec& spec) {
  const double scale = spec.scale();
  bool is_old = true, has_zeros = false;
  constant.values.for_each([&](double x) {
    is_old = is_old && (x == 0.0 || x == -scale);
    has_zeros = has_zeros || x == 0.0;
  });
  if (!is_old || !has_zeros) return;
  throw std::runtime_error(
      "its values are 0 and the scale's negative, but a signed bit is -1 or +1: a file that an "
      "earlier dcnsim wrote; quantize the float network again");
}

/// All values of `given` are values of codes of `trunc`, if these are enough.
bool is_on_grid_of(const QuantSpec& given, const QuantSpec& trunc) {
  return given.zero_point == 0 && given.step == trunc.step && given.frac <= trunc.frac;
}

/// The codes of numbers, with the scale and the zero point of each, which `less_zeros` takes off.
Numbers codes_of(const Numbers& numbers, QuantSpec spec, const Broadcast& scales,
                 const Broadcast& zeros, bool less_zeros) {
  Rounding rounding{};
  return Numbers::of_integers(numbers.size(), [&](std::size_t first, std::size_t count,
                                                  double* codes) {
    numbers.read(first, count, codes);
    for (std::size_t i = first; i < first + count;) {
      if (i == 0 || scales.numbers.size() > 1) spec.set_scale(scales[i]);
      if (i == 0 || zeros.numbers.size() > 1) {
        spec.set_zero_point(zeros[i]);
        rounding = spec.code_rounding();
      }
      const std::size_t end = std::min({scales.end_of_run(i), zeros.end_of_run(i), first + count});
      spec.put_codes(codes + (i - first), end - i, rounding);
      for (; i < end; ++i) codes[i - first] -= less_zeros ? spec.zero_point : 0;
    }
  });
}

/// Codes less the zero point of each.
Numbers without_zeros(const Numbers& codes, const Broadcast& zeros) {
  return Numbers::of_integers(codes.size(), [&](std::size_t first, std::size_t count, double* to) {
    codes.read(first, count, to);
    for (std::size_t i = 0; i < count; ++i) to[i] -= zeros[first + i];
  });
}

}  // namespace

void NetworkBuilder::quant() {
  QuantSpec spec = read_quant();
  if (constants_.has(input(0))) return quantize_constant(spec);
  if (spec.is_sign()) return signs();
  read_scale(spec);
  quantize_map(spec);
}

/// -1 below 0 and +1 from 0 on, times a scale.
void NetworkBuilder::signs() {
  const Activation from = activation(input(0));
  if (from.producer == kNetworkInput && !from.quantized) {
    throw std::runtime_error(
        "signed 1 bit is -1 and +1, which an image cannot be here: signed 2 bits would do, or "
        "unsigned 1 bit");
  }
  require_no_padding(from);
  const double scale = scalar(constants_.get(input(1)));
  compare({0.0}, 1, 2 * scale, -scale);
}

void NetworkBuilder::quantize_map(const QuantSpec& spec) {
  Activation from = activation(input(0));
  if (is_derived(from.producer)) return quantize_derived(spec);
  if (from.producer == kNetworkInput) {
    quantize_input(spec);
  } else {
    if (!quantize_layer(spec)) return;
    from.producer = activation(input(0)).producer;
  }
  from.quantized = true;
  deliver(from);
}

void NetworkBuilder::quantize_constant(QuantSpec spec) {
  Constant constant = constants_.take(input(0));
  if (constant.quant) throw std::runtime_error("quantizes a constant a second time");
  require_real_numbers(constant);
  const Broadcast scales = broadcast_values(constants_.get(input(1)), constant.dims);
  Broadcast zeros{{0}};
  if (node_->op_type() != "BipolarQuant") {
    zeros = broadcast_values(constants_.get(input(2)), constant.dims);
  }
  if (spec.is_sign() && !constant.values.empty() && scales.are_equal()) {
    spec.set_scale(scales.numbers.front());
    refuse_minus_one_and_zero(constant, spec);
  }
  constant.values = codes_of(constant.values, spec, scales, zeros, true);
  hold_codes(constant, spec, scales);
  constants_.put(node_->output(0), std::move(constant));
}

void NetworkBuilder::hold_codes(Constant& constant, QuantSpec spec, const Broadcast& scales) {
  constant.is_integer = false;
  constant.type = 0;
  constant.scales = {};
  if (!constant.values.empty()) {
    double least = constant.values[0], greatest = least;
    constant.values.for_each([&](double code) {
      least = std::min(least, code);
      greatest = std::max(greatest, code);
    });
    spec.hold(least, greatest);
    spec.set_scale(scales.numbers.front());
    if (!scales.are_equal()) constant.scales = scales;
  }
  constant.values.multiply(scales);
  constant.quant = spec;
}

QuantSpec NetworkBuilder::spec_of_type(int type) {
  QuantSpec spec;
  switch (type) {
    case onnx::TensorProto::INT8:
    case onnx::TensorProto::UINT8:
      spec.bits = 8;
      break;
    case onnx::TensorProto::INT16:
    case onnx::TensorProto::UINT16:
      spec.bits = 16;
      break;
    case onnx::TensorProto::INT32:
      spec.bits = 32;
      break;
    default:
      throw std::runtime_error("codes of element type " + std::to_string(type) +
                               " are not supported, expected int8, uint8, int16, uint16 or int32");
  }
  spec.is_signed = type != onnx::TensorProto::UINT8 && type != onnx::TensorProto::UINT16;
  return spec;
}

Broadcast NetworkBuilder::along_axis(int index, const Dims& dims) {
  Constant parameter = constants_.get(input(index));
  const std::int64_t axis = attributes_->integer("axis", 1);
  if (parameter.values.size() == 1) {
    parameter.dims.clear();
  } else {
    const std::size_t at = axis_of(axis, dims.size());
    if (parameter.dims.size() != 1 || parameter.dims[0] != dims[at]) {
      throw std::runtime_error("has a scale or zero point of " + text(parameter.dims) +
                               " for axis " + std::to_string(axis) + " of " + text(dims));
    }
    parameter.dims.assign(dims.size(), 1);
    parameter.dims[at] = dims[at];
  }
  return broadcast_values(parameter, dims);
}

void NetworkBuilder::quantize_linear() {
  attributes_->ignore("axis");
  attributes_->ignore("saturate");
  const std::int64_t named = attributes_->integer("output_dtype", 0);
  int type = named != 0 ? static_cast<int>(named) : onnx::TensorProto::UINT8;
  if (has_input(2)) type = constants_.get(input(2)).type;
  QuantSpec spec = spec_of_type(type);
  if (!constants_.has(input(0))) {
    read_scale(spec);
    quantize_map(spec);
    activations_[node_->output(0)].is_codes = true;
    return;
  }
  Constant constant = constants_.take(input(0));
  require_real_numbers(constant);
  const Broadcast scales = along_axis(1, constant.dims);
  const Broadcast zeros = has_input(2) ? along_axis(2, constant.dims) : Broadcast{{0}};
  constant.values = codes_of(constant.values, spec, scales, zeros, false);
  constant.is_integer = true;
  constant.type = type;
  constants_.put(node_->output(0), std::move(constant));
}

void NetworkBuilder::dequantize_linear() {
  attributes_->ignore("axis");
  if (constants_.has(input(0))) {
    Constant constant = constants_.take(input(0));
    const QuantSpec spec = spec_of_type(constant.type);
    if (has_input(2)) {
      constant.values = without_zeros(constant.values, along_axis(2, constant.dims));
    }
    hold_codes(constant, spec, along_axis(1, constant.dims));
    return constants_.put(node_->output(0), std::move(constant));
  }
  Activation from = seen(input(0));
  if (from.producer == kNetworkInput && !from.quantized && input_chain_.empty()) {
    QuantSpec spec = spec_of_type(graph_.input_type().tensor_type().elem_type());
    read_scale(spec);
    apply_chain(input(0), {{AffineStep::Kind::kAdd, {-static_cast<double>(spec.zero_point)}},
                           {AffineStep::Kind::kMultiply, {spec.scale()}}});
    quantize_input(spec);
    activations_[node_->output(0)].quantized = true;
    return;
  }
  if (!from.is_codes) throw std::runtime_error("reads a map that no QuantizeLinear has made");
  const auto check = [&](QuantSpec made) {
    QuantSpec read = made;
    read_scale(read);
    if (read == made) return;
    throw std::runtime_error("reads codes of " + made.text() + " as those of " + read.text() +
                             ": the scale and zero point of their QuantizeLinear would do");
  };
  for (const MapPiece& piece : pieces_of(from.producer)) {
    if (!piece.is_zeros) check(piece.spec ? *piece.spec : spec_of(piece.producer));
  }
  from.is_codes = false;
  deliver(std::move(from));
}

void NetworkBuilder::read_scale(QuantSpec& spec) {
  spec.set_scale(scalar(constants_.get(input(1))));
  spec.zero_point = 0;
  if (has_input(2)) spec.set_zero_point(scalar(constants_.get(input(2))));
}

void NetworkBuilder::require_no_zero_point() {
  if (scalar(constants_.get(input(2))) == 0.0) return;
  throw std::runtime_error("its zero point is not 0, which a Trunc here needs");
}

int NetworkBuilder::read_bits(int index) {
  const double bits = scalar(constants_.get(input(index)));
  if (!(bits >= 1.0 && bits <= kMaxQuantBits) || std::trunc(bits) != bits) {
    throw std::runtime_error("bit width " + std::to_string(bits) + " is not a number from 1 to " +
                             std::to_string(kMaxQuantBits));
  }
  return static_cast<int>(bits);
}

QuantSpec NetworkBuilder::read_quant() {
  QuantSpec spec;
  if (node_->op_type() == "BipolarQuant") return {1, 0, true, true, "ROUND"};
  spec.bits = read_bits(3);
  spec.is_signed = attributes_->integer("signed", 1) != 0;
  spec.narrow = attributes_->integer("narrow", 0) != 0;
  spec.adds_zero_first = true;
  const std::string mode = attributes_->text("rounding_mode", "ROUND");
  if (spec.bits == 1 && !spec.is_signed && !spec.narrow &&
      scalar(constants_.get(input(2))) == 1.0) {
    spec.is_signed = true;
    spec.mode = mode_one_lower(mode);
    return spec;
  }
  spec.mode = mode_of_name(mode);
  if (spec.bits == 1 && spec.is_signed) return {1, 0, true, true, "ROUND"};
  return spec;
}

void NetworkBuilder::quantize_input(const QuantSpec& spec) {
  spec.format();
  if (input_quant_ && !(*input_quant_ == spec)) {
    throw std::runtime_error("quantizes the image a second time, to another format");
  }
  input_quant_ = spec;
}

bool NetworkBuilder::quantize_layer(const QuantSpec& spec) {
  spec.format();
  const Activation from = activation(input(0));
  Layer& layer = layers_[static_cast<std::size_t>(from.producer)];
  if (!from.quantized && !layer.output) {
    if (from.shared) {
      throw std::runtime_error("something else reads '" + printable(input(0)) +
                               "' before it is quantized");
    }
  } else if (!(*layer.output == spec)) {
    if (!from.shared && layer.pooled_after_quant && !layer.output_is_inherited) {
      split_pool(spec);
      return true;
    }
    if (from.shared || !layer.output_is_inherited) {
      copying_layer(spec);
      return false;
    }
  }
  give_format(layers_, layer, spec);
  return true;
}

void NetworkBuilder::give_format(std::vector<Layer>& layers, Layer& layer, const QuantSpec& spec) {
  layer.output = spec;
  layer.output_is_inherited = false;
  layer.pooled_after_quant = false;
  if (spec.is_non_negative()) layer.non_negative = true;
  // What max pools before it read is quantized in front of them instead.
  for (const Layer* pool = &layer; pool->node.kind == LayerKind::kPool && pool->node.input >= 0;) {
    Layer& before = layers[static_cast<std::size_t>(pool->node.input)];
    if (before.output) break;
    before.output = spec;
    if (spec.is_non_negative()) before.non_negative = true;
    pool = &before;
  }
}

/// The pool that was fused delivers another format than the convolution: it is a layer of its own.
void NetworkBuilder::split_pool(const QuantSpec& spec) {
  Activation from = activation(input(0));
  Layer& conv = layers_[static_cast<std::size_t>(from.producer)];
  Layer pool;
  pool.node.name = conv.pool_name;
  pool.node.kind = LayerKind::kPool;
  pool.node.input = from.producer;
  pool.node.pool.in = conv.node.conv.out();
  pool.node.pool.kernel_h = pool.node.pool.kernel_w = conv.node.fused_pool;
  pool.node.pool.stride_h = pool.node.pool.stride_w = conv.node.fused_pool;
  pool.origin = node_;
  pool.output = spec;
  pool.non_negative = conv.non_negative || spec.is_non_negative();
  pool.sole_reader = true;
  conv.node.fused_pool = 1;
  conv.pooled_after_quant = false;
  layers_.push_back(std::move(pool));
  from.producer = static_cast<int>(layers_.size()) - 1;
  from.quantized = true;
  from.shared = false;
  activations_[input(0)] = std::move(from);
}

/// Drops the lowest bits of a code: what divides the sum of a pool by a power of two.
void NetworkBuilder::trunc() {
  if (node_->input_size() != 5) {
    throw std::runtime_error("has " + std::to_string(node_->input_size()) +
                             " inputs; only its first version, of 5, is supported");
  }
  QuantSpec spec;
  spec.set_scale(scalar(constants_.get(input(1))));
  require_no_zero_point();
  const int dropped_bits = read_bits(3) - read_bits(4);
  if (dropped_bits < 0) throw std::runtime_error("makes the width larger");
  spec.mode = mode_of_name(attributes_->text("rounding_mode", "FLOOR"));
  const Activation from = activation(input(0));
  Layer* layer = changeable(input(0));
  if (layer != nullptr && layer->node.kind == LayerKind::kPool && !layer->output) {
    trunc_pool(*layer, spec, dropped_bits);
    Activation pooled = from;
    pooled.quantized = true;
    return deliver(std::move(pooled));
  }
  operand(input(0));
  const QuantSpec given = spec_of(from.producer);
  if (!is_on_grid_of(given, spec)) {
    throw std::runtime_error("its scale " + std::to_string(spec.scale()) +
                             " is coarser than its input's, or on another grid, so that it "
                             "rounds twice");
  }
  if (dropped_bits == 0) return deliver(from);
  // A carry needs one bit more, where there is one.
  const bool may_carry = spec.mode != "FLOOR" && spec.mode != "DOWN";
  spec.bits =
      std::max(given.bits - dropped_bits + (spec.frac - given.frac) + (may_carry ? 1 : 0), 1);
  spec.is_signed = given.is_signed;
  spec.format();
  const bool non_negative_input = non_negative(from.producer);
  Layer& copy = copy_of(input(0));
  copy.weight_quant->frac = dropped_bits;
  copy.weights = std::vector<double>(copy.weights.size(), std::ldexp(1.0, -dropped_bits));
  copy.output = spec;
  copy.output_is_inherited = false;
  copy.non_negative = non_negative_input;
}

/// An average pool, multiplied by the number it divided by, then divided by that power of two.
void NetworkBuilder::trunc_pool(Layer& pool, QuantSpec spec, int dropped_bits) {
  const PoolShape& window = pool.node.pool;
  const std::int64_t count = std::int64_t{window.kernel_h} * window.kernel_w;
  const bool is_sum =
      pool.factor == static_cast<double>(count) &&
      (window.count_include_pad ||
       window.pad_top + window.pad_left + window.pad_bottom + window.pad_right == 0);
  const QuantSpec& given = spec_of(pool.node.input);
  if (!is_sum || !is_on_grid_of(given, spec)) {
    throw std::runtime_error("is no exact sum: before it must be an average pool and a Mul by " +
                             std::to_string(count) + ", on the grid of its scale");
  }
  if (dropped_bits > 30 || count != std::int64_t{1} << dropped_bits) {
    throw std::runtime_error("divides a sum of " + std::to_string(count) + " values by 2^" +
                             std::to_string(dropped_bits) + ", only their average is supported");
  }
  spec.bits = given.bits + spec.frac - given.frac;
  spec.is_signed = given.is_signed;
  spec.format();
  pool.factor = 1.0;
  pool.output = spec;
}

}  // namespace dcnsim

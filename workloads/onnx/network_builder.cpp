// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/network_builder.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

/// Already says which node it is about.
struct LabelledError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

bool is_quant(const onnx::NodeProto& node) {
  return node.op_type() == "Quant" &&
         (node.domain() == "qonnx.custom_op.general" || node.domain() == "finn.custom_op.general");
}

}  // namespace

NetworkBuilder::NetworkBuilder(const Graph& graph) : graph_(graph) {
  const auto& nodes = graph.nodes();
  fixed_ =
      std::any_of(nodes.begin(), nodes.end(), [](const auto* node) { return is_quant(*node); });
  activations_[graph.input()] = {};
  for (const onnx::NodeProto* node : nodes) add(*node);
}

void NetworkBuilder::add(const onnx::NodeProto& node) {
  try {
    node_ = &node;
    attributes_.emplace(node);
    const Operator run = find_operator(node);
    (this->*run)();
    attributes_->finish();
  } catch (const LabelledError&) {
    throw;
  } catch (const std::exception& error) {
    throw std::runtime_error(node_label(node) + ": " + error.what());
  }
}

NetworkBuilder::Operator NetworkBuilder::find_operator(const onnx::NodeProto& node) {
  static const std::map<std::string_view, Operator> operators{
      {"Add", &NetworkBuilder::add_operator},
      {"AveragePool", &NetworkBuilder::average_pool},
      {"BatchNormalization", &NetworkBuilder::batch_norm},
      {"Conv", &NetworkBuilder::conv},
      {"Dropout", &NetworkBuilder::identity},
      {"Flatten", &NetworkBuilder::flatten},
      {"Gemm", &NetworkBuilder::gemm},
      {"GlobalAveragePool", &NetworkBuilder::global_average_pool},
      {"GlobalMaxPool", &NetworkBuilder::global_max_pool},
      {"Identity", &NetworkBuilder::identity},
      {"MatMul", &NetworkBuilder::matmul},
      {"MaxPool", &NetworkBuilder::max_pool},
      {"Relu", &NetworkBuilder::relu},
      {"Reshape", &NetworkBuilder::reshape}};
  if (is_quant(node)) return &NetworkBuilder::quant;
  const auto found = operators.find(node.op_type());
  if (found == operators.end() || !(node.domain().empty() || node.domain() == "ai.onnx")) {
    const std::string domain =
        node.domain().empty() ? "" : " of domain " + printable(node.domain());
    throw std::runtime_error("operator " + printable(node.op_type()) + domain +
                             " is not supported");
  }
  return found->second;
}

bool NetworkBuilder::has_input(int index) const {
  return index < node_->input_size() && !node_->input(index).empty();
}

const std::string& NetworkBuilder::input(int index) const {
  if (!has_input(index)) throw std::runtime_error("has no input " + std::to_string(index));
  return node_->input(index);
}

bool NetworkBuilder::is_constant(const std::string& tensor) const {
  return quantized_.count(tensor) > 0 || graph_.constant(tensor) != nullptr;
}

Constant NetworkBuilder::constant(const std::string& tensor) const {
  const auto found = quantized_.find(tensor);
  if (found != quantized_.end()) return found->second;
  const onnx::TensorProto* proto = graph_.constant(tensor);
  if (proto == nullptr) {
    throw std::runtime_error("'" + printable(tensor) + "' is not a constant, as it must be");
  }
  try {
    return float_constant(*proto);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("tensor '" + printable(tensor) + "' " + error.what());
  }
}

NetworkBuilder::Activation NetworkBuilder::activation(const std::string& tensor) const {
  const auto found = activations_.find(tensor);
  if (found == activations_.end()) {
    throw std::runtime_error("'" + printable(tensor) + "' is not a feature map, as it must be");
  }
  Activation result = found->second;
  result.shared = result.shared || graph_.consumers(tensor) != 1;
  return result;
}

NetworkBuilder::Activation NetworkBuilder::operand(const std::string& tensor) const {
  const Activation from = activation(tensor);
  if (!fixed_ || from.quantized) return from;
  const std::string reason = "no Quant node follows; a fixed-point network needs one";
  if (from.producer == kNetworkInput) {
    throw LabelledError("input '" + printable(graph_.input()) + "': " + reason);
  }
  throw LabelledError(node_label(*layers_[static_cast<std::size_t>(from.producer)].origin) + ": " +
                      reason);
}

NetworkBuilder::Activation NetworkBuilder::map_operand(const std::string& tensor) const {
  const Activation from = operand(tensor);
  if (from.flat) throw std::runtime_error("needs N x C x H x W, gets a flattened vector");
  return from;
}

NetworkBuilder::Layer* NetworkBuilder::changeable(const std::string& tensor) {
  const Activation from = activation(tensor);
  if (from.producer == kNetworkInput || from.shared) return nullptr;
  return &layers_[static_cast<std::size_t>(from.producer)];
}

NetworkBuilder::Layer& NetworkBuilder::convolution_before(const std::string& tensor,
                                                          const char* what) {
  Layer* layer = changeable(tensor);
  if (layer == nullptr || layer->node.kind != LayerKind::kConv || layer->node.relu ||
      layer->node.fused_pool != 1 || layer->output) {
    throw std::runtime_error(std::string(what) +
                             " only directly after a convolution that nothing else reads");
  }
  return *layer;
}

NetworkBuilder::Layer& NetworkBuilder::start_layer(LayerKind kind) {
  Layer layer;
  layer.node.name = name_of(*node_);
  layer.node.kind = kind;
  layer.origin = node_;
  layers_.push_back(std::move(layer));
  return layers_.back();
}

void NetworkBuilder::deliver(Activation activation) { activations_[node_->output(0)] = activation; }

Shape NetworkBuilder::shape_of(int producer) const {
  return producer == kNetworkInput
             ? graph_.input_shape()
             : layers_[static_cast<std::size_t>(producer)].node.output_shape();
}

bool NetworkBuilder::non_negative(int producer) const {
  if (producer != kNetworkInput) return layers_[static_cast<std::size_t>(producer)].non_negative;
  return !fixed_ || !input_quant_->is_signed;
}

std::variant<FloatNetwork, FixedNetwork> NetworkBuilder::take() {
  // The output's Quant, or for want of it an error that names the layer.
  operand(graph_.output());
  if (fixed_) return fixed_network();
  return float_network();
}

FloatNetwork NetworkBuilder::float_network() {
  FloatNetwork network{graph_.name(), graph_.input(), graph_.input_shape(), {}};
  for (Layer& layer : layers_) {
    FloatLayer result{std::move(layer.node), std::move(layer.weights.values), {}};
    if (layer.bias) result.bias = std::move(layer.bias->values);
    if (result.node.kind == LayerKind::kConv) {
      result.bias.resize(static_cast<std::size_t>(result.node.conv.out_channels));
    }
    network.layers.push_back(std::move(result));
  }
  validate(network);
  return network;
}

FixedNetwork NetworkBuilder::fixed_network() {
  FixedNetwork network{
      graph_.name(), graph_.input(), graph_.input_shape(), input_quant_->format(), {}};
  for (Layer& layer : layers_) {
    try {
      network.layers.push_back(fixed_layer(network, layer));
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(node_label(*layer.origin) + ": " + error.what());
    }
  }
  validate(network);
  return network;
}

FixedLayer NetworkBuilder::fixed_layer(const FixedNetwork& network, Layer& layer) const {
  FixedLayer result;
  result.node = layer.node;
  result.requant.relu = layer.node.relu;
  result.requant.out = layer.output->format();
  result.requant.rounding = layer.output->rounding(layer.node.relu);
  if (layer.node.kind == LayerKind::kConv) {
    if (!layer.weights.quant) throw std::runtime_error("its weights have no Quant node");
    result.weight = layer.weights.quant->format();
    const std::vector<std::int64_t> weights = codes(layer.weights);
    result.weights.assign(weights.begin(), weights.end());
    result.bias.resize(static_cast<std::size_t>(layer.node.conv.out_channels));
    if (layer.bias) {
      if (!layer.bias->quant) throw std::runtime_error("its bias has no Quant node");
      const int grid = result.weight.frac + network.format_of(layer.node.input).frac;
      const int finer = grid - layer.bias->quant->frac;
      if (finer < 0) {
        throw std::runtime_error("its bias has scale 2^" +
                                 std::to_string(-layer.bias->quant->frac) +
                                 ", finer than the accumulator's 2^" + std::to_string(-grid));
      }
      result.bias = codes(*layer.bias);
      for (std::int64_t& code : result.bias) {
        if (code != 0 && (finer > 62 || std::abs(code) > kMaxBiasCode >> finer)) {
          throw std::runtime_error("its bias exceeds 2^62 on the accumulator's grid");
        }
        code *= std::int64_t{1} << std::min(finer, 62);
      }
    }
  }
  result.requant.shift = required_shift(network, result);
  return result;
}

}  // namespace dcnsim

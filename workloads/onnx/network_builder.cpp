// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/network_builder.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "models/base/text/printable.h"
#include "workloads/onnx/dims.h"
#include "workloads/onnx/fold.h"
#include "workloads/onnx/integer_annotation.h"
#include "workloads/pixel_table.h"

namespace dcnsim {
namespace {

/// Of an image without a Quant node, as the quantizer gives it.
constexpr int kPixelBits = 8;

/// Already says which node it is about.
struct LabelledError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

bool is_of_quantizers(const onnx::NodeProto& node) {
  const std::string& domain = node.domain();
  return domain == "qonnx.custom_op.general" || domain == "finn.custom_op.general" ||
         domain == "onnx.brevitas";
}

bool is_linear_quantization(const onnx::NodeProto& node) {
  const std::string& op = node.op_type();
  return (op == "QuantizeLinear" || op == "DequantizeLinear") &&
         (is_standard(node) || node.domain() == kMicrosoftDomain);
}

bool is_quantization(const onnx::NodeProto& node) {
  const std::string& op = node.op_type();
  const bool is_qonnx = op == "Quant" || op == "IntQuant" || op == "BipolarQuant" ||
                        op == "Trunc" || op == "MultiThreshold";
  return (is_qonnx && is_of_quantizers(node)) || is_linear_quantization(node);
}

/// What only moves codes, or takes the largest.
bool takes_codes(const onnx::NodeProto& node) {
  static const std::set<std::string_view> operators{
      "Concat", "DequantizeLinear", "Flatten",   "Identity", "MaxPool", "Reshape", "Shape", "Slice",
      "Split",  "Squeeze",          "Transpose", "Unsqueeze"};
  return operators.count(node.op_type()) > 0;
}

/// What would help with a network that has this operator, as the end of a sentence, or "".
std::string_view advice_on(const std::string& op) {
  constexpr std::string_view statistics =
      ": the machine computes no mean of an image to divide by; batch normalization would do";
  constexpr std::string_view dynamic =
      ": scales must be known before the image; static quantization would do";
  constexpr std::string_view control = ": an export without control flow would do";
  static const std::map<std::string_view, std::string_view> advice{
      {"ConvInteger", dynamic},
      {"DynamicQuantizeLinear", dynamic},
      {"GroupNormalization", statistics},
      {"If", control},
      {"InstanceNormalization", statistics},
      {"LRN", ": the machine divides by no sums of squares; batch normalization instead would do"},
      {"LayerNormalization", statistics},
      {"Loop", control},
      {"MatMulInteger", dynamic},
      {"ReduceSum", ": over rows and columns ReduceMean and a Mul by their number would do"}};
  const auto found = advice.find(op);
  return found == advice.end() ? std::string_view() : found->second;
}

}  // namespace

NetworkBuilder::NetworkBuilder(const Graph& graph, PixelConvention pixels)
    : graph_(graph),
      pixels_(std::move(pixels)),
      constants_(graph),
      input_layout_(input_layout(graph)) {
  const auto& nodes = graph.nodes();
  fixed_ = std::any_of(nodes.begin(), nodes.end(),
                       [](const auto* node) { return is_quantization(*node); });
  if (graph.outputs() > 1) {
    assumptions_.push_back("of " + std::to_string(graph.outputs()) + " outputs only the first, '" +
                           printable(graph.output()) + "', is computed");
  }
  activations_[graph.input()].view = input_layout_.view;
  const bool counts = std::any_of(nodes.begin(), nodes.end(), [](const auto* node) {
    return node->op_type() == "MultiThreshold" && is_of_quantizers(*node);
  });
  if (counts) read_annotations();
  for (const onnx::NodeProto* node : nodes) add(*node);
}

/// FINN says so, where QONNX has Quant nodes, which integers the image and the weights are.
void NetworkBuilder::read_annotations() {
  constants_.believe_annotations();
  const std::string* const datatype = graph_.annotation(graph_.input(), kIntegerAnnotation);
  if (datatype == nullptr) return;
  try {
    if (const auto integers = integers_of_annotation(*datatype)) {
      quantize_input(*integers);
      activations_[graph_.input()].quantized = true;
    }
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("input '" + printable(graph_.input()) + "' " + error.what());
  }
}

void NetworkBuilder::add(const onnx::NodeProto& node) {
  try {
    node_ = &node;
    attributes_.emplace(node);
    if (!fold_node(node)) {
      const Operator run = find_operator(node);
      const bool on_codes =
          std::any_of(node.input().begin(), node.input().end(), [&](const std::string& input) {
            const auto found = activations_.find(input);
            return found != activations_.end() && found->second.is_codes;
          });
      if (on_codes && !takes_codes(node)) {
        throw std::runtime_error("computes with codes: a DequantizeLinear must stand before it");
      }
      (this->*run)();
      const bool gives_codes = on_codes && node.op_type() != "DequantizeLinear";
      for (const std::string& output : node.output()) {
        if (gives_codes && activations_.count(output) > 0) activations_[output].is_codes = true;
      }
    }
    attributes_->finish();
  } catch (const LabelledError&) {
    throw;
  } catch (const std::exception& error) {
    throw std::runtime_error(node_label(node) + ": " + error.what());
  }
}

/// Returns whether the node was on constants alone.
bool NetworkBuilder::fold_node(const onnx::NodeProto& node) {
  if (!can_fold(node)) return false;
  for (const std::string& input : node.input()) {
    if (!input.empty() && !constants_.has(input)) return false;
  }
  std::vector<const Constant*> inputs;
  for (const std::string& input : node.input()) {
    inputs.push_back(input.empty() ? nullptr : &constants_.get(input));
  }
  constants_.put(node.output(0), fold(node, *attributes_, inputs, constants_.room()));
  return true;
}

NetworkBuilder::Operator NetworkBuilder::find_operator(const onnx::NodeProto& node) {
  static const std::map<std::string_view, Operator> operators{
      {"Add", &NetworkBuilder::add_operator},
      {"ArgMax", &NetworkBuilder::tail},
      {"AveragePool", &NetworkBuilder::average_pool},
      {"BatchNormalization", &NetworkBuilder::batch_norm},
      {"Cast", &NetworkBuilder::cast},
      {"Clip", &NetworkBuilder::clip},
      {"Concat", &NetworkBuilder::concat},
      {"Conv", &NetworkBuilder::conv},
      {"Div", &NetworkBuilder::div},
      {"Dropout", &NetworkBuilder::same_elements},
      {"Flatten", &NetworkBuilder::same_elements},
      {"Gemm", &NetworkBuilder::gemm},
      {"GlobalAveragePool", &NetworkBuilder::global_average_pool},
      {"GlobalMaxPool", &NetworkBuilder::global_max_pool},
      {"Identity", &NetworkBuilder::same_elements},
      {"LeakyRelu", &NetworkBuilder::leaky_relu},
      {"LogSoftmax", &NetworkBuilder::tail},
      {"MatMul", &NetworkBuilder::matmul},
      {"MaxPool", &NetworkBuilder::max_pool},
      {"Mul", &NetworkBuilder::mul},
      {"Neg", &NetworkBuilder::neg},
      {"PRelu", &NetworkBuilder::prelu},
      {"Pad", &NetworkBuilder::pad},
      {"ReduceMax", &NetworkBuilder::reduce_max},
      {"ReduceMean", &NetworkBuilder::reduce_mean},
      {"Relu", &NetworkBuilder::relu},
      {"Reshape", &NetworkBuilder::same_elements},
      {"Shape", &NetworkBuilder::shape},
      {"Slice", &NetworkBuilder::slice},
      {"Softmax", &NetworkBuilder::tail},
      {"Split", &NetworkBuilder::split},
      {"Squeeze", &NetworkBuilder::same_elements},
      {"Sub", &NetworkBuilder::sub},
      {"Sum", &NetworkBuilder::add_operator},
      {"TopK", &NetworkBuilder::tail},
      {"Transpose", &NetworkBuilder::transpose},
      {"Unsqueeze", &NetworkBuilder::same_elements}};
  if (is_linear_quantization(node)) {
    return node.op_type() == "QuantizeLinear" ? &NetworkBuilder::quantize_linear
                                              : &NetworkBuilder::dequantize_linear;
  }
  if (is_quantization(node)) {
    if (node.op_type() == "MultiThreshold") return &NetworkBuilder::multi_threshold;
    return node.op_type() == "Trunc" ? &NetworkBuilder::trunc : &NetworkBuilder::quant;
  }
  if (is_standard(node) && is_curve(node.op_type())) return &NetworkBuilder::curve;
  const auto found = operators.find(node.op_type());
  if (found == operators.end() || !is_standard(node)) {
    const std::string domain =
        node.domain().empty() ? "" : " of domain " + printable(node.domain());
    const bool is_known = is_standard(node) || is_of_quantizers(node);
    throw std::runtime_error("operator " + printable(node.op_type()) + domain +
                             " is not supported" +
                             std::string(is_known ? advice_on(node.op_type()) : ""));
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

std::optional<Dims> NetworkBuilder::given_dims(int index) {
  if (!has_input(index)) return std::nullopt;
  return integers(constants_.get(input(index)));
}

NetworkBuilder::Activation NetworkBuilder::seen(const std::string& tensor) const {
  const auto found = activations_.find(tensor);
  if (found == activations_.end()) {
    throw std::runtime_error("'" + printable(tensor) + "' is not a feature map, as it must be");
  }
  Activation result = found->second;
  result.shared = result.shared || graph_.readers(tensor) != 1;
  return result;
}

NetworkBuilder::Activation NetworkBuilder::activation(const std::string& tensor) const {
  Activation result = seen(tensor);
  if (result.groups != 0) {
    throw std::runtime_error(
        "reads channels that a Reshape has cut into groups: only a Transpose "
        "of the two and a Reshape back may follow");
  }
  if (result.tail == nullptr) return result;
  throw LabelledError(node_label(*result.tail) + ": is supported at the end of a network only");
}

void NetworkBuilder::require_no_padding(const Activation& from) const {
  if (!from.pads.any()) return;
  throw LabelledError(node_label(*from.padded_by) +
                      ": only a convolution or pool can take in its zeros, next is " +
                      node_label(*node_));
}

void NetworkBuilder::require_format(Activation& from) {
  if (!fixed_) return;
  if (is_derived(from.producer)) {
    require_common_format(from.producer);
    from.quantized = true;
  }
  if (from.quantized) return;
  if (from.producer != kNetworkInput) {
    throw LabelledError(node_label(*layers_[static_cast<std::size_t>(from.producer)].origin) +
                        ": no Quant node follows; a fixed-point network needs one");
  }
  const QuantSpec& pixels = pixel_spec();
  if (input_quant_ && !(*input_quant_ == pixels)) {
    throw LabelledError("input '" + printable(graph_.input()) +
                        "': no Quant node follows; a fixed-point network needs one");
  }
  if (!input_quant_) {
    assumptions_.push_back("input '" + printable(graph_.input()) +
                           "' has no Quant node: taken as pixels of " + pixels.text());
    input_is_assumed_ = true;
  }
  input_quant_ = pixels;
  from.quantized = true;
}

const QuantSpec& NetworkBuilder::pixel_spec() const {
  const auto found = pixel_specs_.find(input_chain_.size());
  if (found != pixel_specs_.end()) return found->second;
  const Format format = format_of_pixels(
      pixel_table({pixels_, input_chain_}, input_layout_.shape.channels), kPixelBits);
  return pixel_specs_[input_chain_.size()] = {format.bits, format.frac, format.is_signed,
                                              format.narrow, "ROUND"};
}

NetworkBuilder::Activation NetworkBuilder::operand(const std::string& tensor) {
  Activation from = activation(tensor);
  require_no_padding(from);
  require_format(from);
  return from;
}

NetworkBuilder::Activation NetworkBuilder::window_operand(const std::string& tensor,
                                                          bool needs_format) {
  Activation from = activation(tensor);
  const Shape padded = from.pads.around(shape_of(from.producer));
  if (from.view != map_view(padded)) {
    throw std::runtime_error("needs N x C x H x W, gets " +
                             (from.view.size() == 2 ? "a flattened vector" : text(from.view)));
  }
  if (needs_format) require_format(from);
  return from;
}

NetworkBuilder::Layer* NetworkBuilder::changeable(const std::string& tensor) {
  const Activation from = activation(tensor);
  if (from.producer < 0 || from.shared) return nullptr;
  return &layers_[static_cast<std::size_t>(from.producer)];
}

NetworkBuilder::Layer& NetworkBuilder::start_layer(LayerKind kind, const std::string& name) {
  Layer layer;
  layer.node.name = name;
  layer.node.kind = kind;
  layer.origin = node_;
  layers_.push_back(std::move(layer));
  return layers_.back();
}

void NetworkBuilder::deliver(Activation activation) {
  activations_[node_->output(0)] = std::move(activation);
}

std::string NetworkBuilder::fresh_name() {
  std::string name = name_of(*node_);
  while (graph_.has_node(name)) name = name_of(*node_) + "_" + std::to_string(++names_made_);
  return name;
}

void NetworkBuilder::spend(std::size_t elements) {
  spent_ += elements;
  if (spent_ <= kMaxElements) return;
  throw std::runtime_error("feature maps up to here have more than " +
                           std::to_string(kMaxElements) + " elements");
}

void NetworkBuilder::deliver_layer(const View& view, bool quantized) {
  spend(layers_.back().node.output_shape().elements());
  Activation made;
  made.producer = static_cast<int>(layers_.size()) - 1;
  made.view = view;
  made.quantized = quantized;
  deliver(std::move(made));
}

Shape NetworkBuilder::shape_of(int producer) const {
  if (is_derived(producer)) return derived(producer).shape;
  return producer == kNetworkInput
             ? input_layout_.shape
             : layers_[static_cast<std::size_t>(producer)].node.output_shape();
}

bool NetworkBuilder::non_negative(int producer) const {
  if (is_derived(producer)) {
    const std::vector<MapPiece>& pieces = derived(producer).pieces;
    return std::all_of(pieces.begin(), pieces.end(), [&](const MapPiece& piece) {
      return piece.is_zeros || non_negative(piece.producer);
    });
  }
  if (producer != kNetworkInput) return layers_[static_cast<std::size_t>(producer)].non_negative;
  // What a pixel is to a float network is stated elsewhere: it may well be negative.
  if (!fixed_) return false;
  return (input_quant_ ? *input_quant_ : pixel_spec()).is_non_negative();
}

const QuantSpec& NetworkBuilder::spec_of(int producer) const {
  if (is_derived(producer)) {
    for (const MapPiece& piece : derived(producer).pieces) {
      if (!piece.is_zeros) return piece.spec ? *piece.spec : spec_of(piece.producer);
    }
    throw std::runtime_error("reads nothing but zeros");
  }
  return producer == kNetworkInput ? *input_quant_
                                   : *layers_[static_cast<std::size_t>(producer)].output;
}

}  // namespace dcnsim

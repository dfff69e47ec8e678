// SPDX-License-Identifier: Apache-2.0
// The walk over the graph, its ends, and operators that only say how maps are seen.
#include "workloads/tflite/network_builder.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "models/base/text/printable.h"
#include "workloads/onnx/clean_names.h"
#include "workloads/tflite/multipliers.h"

namespace dcnsim::tflite {
namespace {

constexpr std::int32_t kLeastCode = -128, kGreatestCode = 127;

std::string text_of(const Shape& map) { return text({map.height, map.width, map.channels}); }

/// Elements of a tensor, or -1 where a dimension is less than 1 or there are more than a network
/// may have.
std::int64_t elements(const std::vector<std::int32_t>& dims) {
  std::int64_t count = 1;
  for (const std::int32_t dim : dims) {
    if (dim < 1) return -1;
    count *= dim;
    if (count > static_cast<std::int64_t>(kMaxElements)) return -1;
  }
  return count;
}

/// Of a tensor's dimensions, of which the first is the batch of 1: rows, columns, channels, of
/// which those that are missing are 1.
Shape map_of(const Tensor& tensor) {
  const std::vector<std::int32_t>& dims = tensor.dims;
  const std::int64_t count = elements(dims);
  const bool is_map = dims.size() >= 1 && dims.size() <= 4 && dims.front() == 1 && count > 0;
  if (!is_map) {
    throw std::runtime_error("'" + printable(tensor.name) + "' is " + text(dims) +
                             ", expected one map: 1 x rows x columns x channels");
  }
  const std::size_t rank = dims.size();
  const auto dim = [&](std::size_t from_end) {
    return rank > from_end + 1 ? dims[rank - 1 - from_end] : 1;
  };
  return {dim(2), dim(1), rank > 1 ? dims.back() : 1};
}

}  // namespace

const NetworkBuilder::Known* NetworkBuilder::known(std::int32_t code) {
  static constexpr Known kKnown[] = {
      {Builtin::kAdd, Options::kAdd, &NetworkBuilder::add},
      {Builtin::kAveragePool2d, Options::kPool2d, &NetworkBuilder::average_pool},
      {Builtin::kConcatenation, Options::kConcatenation, &NetworkBuilder::concatenation},
      {Builtin::kConv2d, Options::kConv2d, &NetworkBuilder::conv_2d},
      {Builtin::kDepthwiseConv2d, Options::kDepthwiseConv2d, &NetworkBuilder::depthwise_conv_2d},
      {Builtin::kDequantize, Options::kNone, &NetworkBuilder::dequantize},
      {Builtin::kFullyConnected, Options::kFullyConnected, &NetworkBuilder::fully_connected},
      {Builtin::kMaxPool2d, Options::kPool2d, &NetworkBuilder::max_pool},
      {Builtin::kMean, Options::kNone, &NetworkBuilder::mean},
      {Builtin::kPad, Options::kNone, &NetworkBuilder::pad},
      {Builtin::kQuantize, Options::kNone, &NetworkBuilder::quantize},
      {Builtin::kReshape, Options::kNone, &NetworkBuilder::reshape},
      {Builtin::kSoftmax, Options::kNone, &NetworkBuilder::softmax}};
  for (const Known& one : kKnown) {
    if (static_cast<std::int32_t>(one.code) == code) return &one;
  }
  return nullptr;
}

FixedNetwork NetworkBuilder::take() {
  network_.name = model_.name().empty() ? "main" : model_.name();
  take_input();
  const std::size_t operations = model_.operations().size();
  for (operation_ = 0; operation_ < operations; ++operation_) {
    const Known* const one = known(operation().code);
    try {
      if (one == nullptr) throw std::runtime_error("is not supported");
      const bool is_other = one->options != Options::kNone && operation().options.exists() &&
                            operation().options_type != one->options;
      if (is_other) throw std::runtime_error("has the options of another operator");
      (this->*one->build)();
    } catch (const std::exception& error) {
      throw std::runtime_error(label(model_, operation_) + ": " + error.what());
    }
  }
  take_output();
  see_parts();
  clean_names(network_);
  validate(network_);
  return std::move(network_);
}

/// Of float32 and uint8 a QUANTIZE says the codes.
void NetworkBuilder::take_input() {
  const std::int32_t index = model_.input();
  const Tensor& image = tensor(index);
  network_.input_name = image.name.empty() ? "input" : image.name;
  network_.input = map_of(image);
  network_.input_rounding = Rounding::kHalfAway;
  switch (image.type) {
    case Type::kInt8:
      set_input(codes(index));
      break;
    case Type::kFloat32:
    case Type::kUint8:
      break;
    default:
      throw std::runtime_error("input '" + printable(image.name) + "' is of " +
                               std::string(to_string(image.type)) +
                               ", expected int8, uint8 or float32");
  }
  activations_[index] = {kNetworkInput, false, network_.input, 0, 0, {}, false};
}

void NetworkBuilder::set_input(const Codes& codes) {
  if (has_input_codes_ && (network_.input_format.zero_point != codes.zero_point ||
                           network_.input_step != double{codes.scale})) {
    throw std::runtime_error("quantizes the network's input otherwise than another operator");
  }
  has_input_codes_ = true;
  network_.input_format = codes.format();
  network_.input_step = double{codes.scale};
}

/// The last layer makes the output; those behind it make nothing of it.
void NetworkBuilder::take_output() {
  const Tensor& scores = tensor(model_.output());
  const std::string name = "output '" + printable(scores.name) + "'";
  const auto found = activations_.find(model_.output());
  if (found == activations_.end()) {
    throw std::runtime_error(name + ": no operator makes it");
  }
  Activation made = found->second;
  if (made.producer == kNetworkInput) throw std::runtime_error(name + ": is the input itself");
  if (made.pads.any() || made.zeros_before + made.zeros_after > 0) {
    throw std::runtime_error(name + ": nothing reads the zeros that are put around it");
  }
  const auto last = static_cast<std::size_t>(made.producer);
  if (made.is_joined || network_.layers[last].node.join.any()) {
    made.producer = copy(made, scores.name);
  }
  const auto count = static_cast<std::ptrdiff_t>(made.producer) + 1;
  network_.layers.erase(network_.layers.begin() + count, network_.layers.end());
}

/// What reads a map that became part of another one sees that part.
void NetworkBuilder::see_parts() {
  const auto see = [&](int producer, bool is_joined, MapView& view) {
    if (producer == kNetworkInput || is_joined) return;
    const Join& join = network_.layers[static_cast<std::size_t>(producer)].node.join;
    if (!join.any()) return;
    view.channel += join.channel;
    view.is_part = true;
  };
  for (std::size_t i = 0; i < network_.layers.size(); ++i) {
    LayerNode& node = network_.layers[i].node;
    see(node.input, reads_joined_[i], node.view);
    if (node.kind == LayerKind::kAdd) see(node.input2, reads_joined2_[i], node.view2);
  }
}

std::int32_t NetworkBuilder::input(std::size_t index) const {
  const std::vector<std::int32_t>& inputs = operation().inputs;
  return index < inputs.size() ? inputs[index] : -1;
}

std::int32_t NetworkBuilder::output() const {
  if (operation().outputs.size() == 1) return operation().outputs.front();
  throw std::runtime_error("has " + std::to_string(operation().outputs.size()) +
                           " outputs, expected 1");
}

void NetworkBuilder::require_inputs(std::size_t least, std::size_t most) const {
  const std::size_t count = operation().inputs.size();
  if (count >= least && count <= most) return;
  throw std::runtime_error("has " + std::to_string(count) + " inputs, expected " +
                           std::to_string(least) +
                           (most == least ? "" : " to " + std::to_string(most)));
}

const NetworkBuilder::Activation& NetworkBuilder::map(std::size_t index) const {
  const std::int32_t read = input(index);
  const auto found = activations_.find(read);
  if (found == activations_.end()) {
    if (read < 0) throw std::runtime_error("input " + std::to_string(index) + " is left out");
    const Tensor& other = tensor(read);
    throw std::runtime_error(
        "input '" + printable(other.name) + "' is " +
        (other.data.empty() ? "made by no operator before it" : "a constant, expected a map"));
  }
  const Activation& from = found->second;
  const std::string name = "input '" + printable(tensor(read).name) + "' ";
  if (from.is_end) throw std::runtime_error(name + "is behind the network's scores");
  codes(read);
  return from;
}

const NetworkBuilder::Activation& NetworkBuilder::map_without_pads(std::size_t index) const {
  const Activation& from = map(index);
  if (!from.pads.any()) return from;
  throw std::runtime_error("input '" + printable(tensor(input(index)).name) +
                           "' has zeros around it, which convolutions and MAX_POOL_2D take in");
}

const NetworkBuilder::Activation& NetworkBuilder::image(std::size_t index) const {
  const Activation& from = map(index);
  const Tensor& of = tensor(input(index));
  if (of.dims.size() == 4 && map_of(of) == from.pads.around(from.map)) return from;
  throw std::runtime_error("input '" + printable(of.name) + "' is " + text(of.dims) +
                           ", made of a map of " + text_of(from.map) +
                           ": elements would change their places");
}

const Tensor& NetworkBuilder::constant(std::size_t index, Type type, const char* what) const {
  const std::int32_t read = input(index);
  if (read < 0) throw std::runtime_error(std::string(what) + " left out");
  const Tensor& found = tensor(read);
  const std::string name = std::string(what) + " '" + printable(found.name) + "'";
  if (activations_.count(read) > 0 || found.data.empty()) {
    throw std::runtime_error(name + " is no constant");
  }
  if (found.type != type) {
    throw std::runtime_error(name + " is of " + std::string(to_string(found.type)) + ", expected " +
                             std::string(to_string(type)));
  }
  const std::int64_t count = elements(found.dims);
  const std::size_t bytes = type == Type::kInt8 ? 1 : 4;
  if (count < 0 || static_cast<std::size_t>(count) * bytes != found.data.size()) {
    throw std::runtime_error(name + " of " + text(found.dims) + " has " +
                             std::to_string(found.data.size()) + " bytes");
  }
  model_.take(found.data.size());
  return found;
}

std::vector<std::int32_t> NetworkBuilder::integers(std::size_t index, const char* what) const {
  const Tensor& found = constant(index, Type::kInt32, what);
  std::vector<std::int32_t> numbers(found.data.size() / 4);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = flatbuffers::ReadScalar<std::int32_t>(found.data.data() + 4 * i);
  }
  return numbers;
}

NetworkBuilder::Codes NetworkBuilder::codes(std::int32_t index) const {
  const Tensor& of = tensor(index);
  const std::string name = "'" + printable(of.name) + "' ";
  const std::string expected = ", expected int8 codes with a scale and a zero point";
  const bool is_image = index == model_.input() && of.type == Type::kUint8;
  if (of.type != Type::kInt8 && !is_image) {
    throw std::runtime_error(name + "is of " + std::string(to_string(of.type)) + expected);
  }
  if (of.scales.size() != 1 || of.zero_points.size() > 1) {
    throw std::runtime_error(name + "has " + std::to_string(of.scales.size()) + " scales" +
                             expected);
  }
  const float scale = of.scales.front();
  const std::int64_t zero_point = of.zero_points.empty() ? 0 : of.zero_points.front();
  const std::int64_t shifted = is_image ? zero_point + kLeastCode : zero_point;
  if (!(scale > 0) || !std::isfinite(scale)) {
    throw std::runtime_error(name + "has the scale " + std::to_string(scale) +
                             ", expected a positive number");
  }
  if (shifted < kLeastCode || shifted > kGreatestCode) {
    throw std::runtime_error(name + "has the zero point " + std::to_string(zero_point) +
                             ", expected one of its codes");
  }
  return {scale, static_cast<std::int32_t>(shifted)};
}

void NetworkBuilder::require_same_codes(std::int32_t from, std::int32_t to) const {
  if (codes(from) == codes(to)) return;
  throw std::runtime_error("'" + printable(tensor(from).name) + "' and '" +
                           printable(tensor(to).name) +
                           "' have different scales or zero points, expected the same");
}

int NetworkBuilder::option(std::uint16_t field, std::int32_t absent, const char* what) const {
  const auto value = operation().options.number<std::int32_t>(field, absent);
  if (value >= 1 && value <= kMaxExtent) return value;
  throw std::runtime_error(std::string(what) + ' ' + std::to_string(value) +
                           " is not between 1 and " + std::to_string(kMaxExtent));
}

std::string NetworkBuilder::unique(const std::string& name) {
  std::string found = name.empty() ? "tensor" : name;
  for (int i = 2; !names_.insert(found).second; ++i) {
    found = (name.empty() ? "tensor" : name) + "_" + std::to_string(i);
  }
  return found;
}

/// The present operator's output is what it reads.
void NetworkBuilder::alias(const Activation& from) {
  const Activation same = from;
  activations_[output()] = same;
}

void NetworkBuilder::quantize() {
  require_inputs(1, 1);
  const std::int32_t from = input(0), to = output();
  const bool is_image = from == model_.input();
  if (is_image && tensor(from).type == Type::kFloat32) {
    set_input(codes(to));
    return alias(activations_.at(from));
  }
  if (is_image && tensor(from).type == Type::kUint8) {
    // Codes of uint8 are 128 more than the same ones of int8.
    require_same_codes(from, to);
    set_input(codes(to));
    return alias(activations_.at(from));
  }
  const auto found = activations_.find(from);
  const bool is_end = to == model_.output() && tensor(to).type == Type::kUint8;
  if (is_end && found != activations_.end()) {
    const Tensor &read = tensor(from), &made = tensor(to);
    const auto zero = [](const Tensor& of) {
      return of.zero_points.size() == 1 ? of.zero_points.front() : 0;
    };
    if (read.type != Type::kInt8 || read.scales != made.scales || zero(read) + 128 != zero(made)) {
      throw std::runtime_error("makes uint8 codes that are not 128 more than those it reads");
    }
    alias(found->second);
    activations_[to].is_end = true;
    return;
  }
  const Activation& operand = map_without_pads(0);
  const Codes read = codes(from), made = codes(to);
  if (read == made) return alias(operand);
  FixedLayer layer = begin(LayerKind::kPool, 0);
  layer.node.pool.in = operand.map;
  const Scale scale = multiplier_of(double{read.scale} / double{made.scale});
  layer.requant.multiplies = true;
  layer.requant.rounding = Rounding::kTwice;
  layer.requant.multiplier = scale.multiplier;
  layer.requant.shift = scale.shift;
  end(std::move(layer), operand);
}

/// Behind the scores: numbers instead of codes.
void NetworkBuilder::dequantize() {
  require_inputs(1, 1);
  const auto found = activations_.find(input(0));
  if (found == activations_.end()) throw std::runtime_error("reads no map");
  alias(found->second);
  activations_[output()].is_end = true;
}

/// The largest score stays the largest.
void NetworkBuilder::softmax() {
  require_inputs(1, 1);
  const auto found = activations_.find(input(0));
  if (found == activations_.end()) throw std::runtime_error("reads no map");
  const Shape& scores = found->second.map;
  if (scores.height * scores.width != 1) {
    throw std::runtime_error("is over the channels of " + text_of(scores) +
                             ", expected all scores at the end");
  }
  alias(found->second);
  activations_[output()].is_end = true;
}

void NetworkBuilder::reshape() {
  require_inputs(1, 2);
  const std::int32_t from = input(0), to = output();
  const auto found = activations_.find(from);
  if (found == activations_.end()) throw std::runtime_error("reads no map");
  if (found->second.pads.any()) throw std::runtime_error("reads zeros around a map");
  const Shape shape = map_of(tensor(to));
  const bool is_behind = found->second.is_end;
  if (!is_behind && tensor(from).type == Type::kInt8) require_same_codes(from, to);
  if (shape.elements() != found->second.map.elements()) {
    throw std::runtime_error("makes " + text(tensor(to).dims) + " of " + text(tensor(from).dims));
  }
  alias(found->second);
  // The image may come in any shape; nothing has read it in another.
  const bool is_only =
      std::none_of(network_.layers.begin(), network_.layers.end(), [](const FixedLayer& layer) {
        return layer.node.input == kNetworkInput ||
               (layer.node.kind == LayerKind::kAdd && layer.node.input2 == kNetworkInput);
      });
  Activation& made = activations_[to];
  if (made.producer != kNetworkInput || made.zeros_before + made.zeros_after > 0 || !is_only ||
      tensor(to).dims.size() != 4) {
    return;
  }
  network_.input = made.map = shape;
  for (auto& [tensor, other] : activations_) {
    if (other.producer == kNetworkInput) other.map = shape;
  }
}

void NetworkBuilder::pad() {
  require_inputs(2, 2);
  const Activation& operand = image(0);
  require_same_codes(input(0), output());
  const std::vector<std::int32_t> counts = integers(1, "paddings");
  if (counts.size() != 8) {
    throw std::runtime_error("has " + std::to_string(counts.size()) + " paddings, expected 4 x 2");
  }
  for (const std::int32_t count : counts) {
    if (count >= 0 && count <= kMaxExtent) continue;
    throw std::runtime_error("padding " + std::to_string(count) + " is not between 0 and " +
                             std::to_string(kMaxExtent));
  }
  if (counts[0] + counts[1] > 0) throw std::runtime_error("pads images, expected one");
  Activation padded = operand;
  padded.pads.top += counts[2];
  padded.pads.bottom += counts[3];
  padded.pads.left += counts[4];
  padded.pads.right += counts[5];
  padded.zeros_before += counts[6];
  padded.zeros_after += counts[7];
  padded.map.channels += counts[6] + counts[7];
  const Tensor& made = tensor(output());
  if (made.dims.size() != 4 || map_of(made) != padded.pads.around(padded.map)) {
    throw std::runtime_error("makes " + text(made.dims) + ", expected 1 x " +
                             text_of(padded.pads.around(padded.map)));
  }
  activations_[output()] = padded;
}

void NetworkBuilder::concatenation() {
  if (operation().inputs.empty()) throw std::runtime_error("has no inputs");
  refuse_activation(concatenation_options::kActivation);
  const Tensor& made = tensor(output());
  const auto rank = static_cast<std::int32_t>(made.dims.size());
  const auto axis = operation().options.number<std::int32_t>(concatenation_options::kAxis, 0);
  if (axis != -1 && axis != rank - 1) {
    throw std::runtime_error("is along axis " + std::to_string(axis) + " of " + text(made.dims) +
                             ", expected that of channels");
  }
  const Shape whole = map_of(made);
  int channels = 0, last = kNetworkInput;
  std::vector<int> parts;
  for (std::size_t i = 0; i < operation().inputs.size(); ++i) {
    const Activation from = map_without_pads(i);
    require_same_codes(input(i), output());
    if (from.map.height != whole.height || from.map.width != whole.width ||
        from.map.channels > whole.channels - channels) {
      throw std::runtime_error("makes " + text(made.dims) + ", of which " + text_of(from.map) +
                               " is no part");
    }
    // A layer's output lies in one map.
    const bool is_own = from.producer != kNetworkInput && !from.is_joined &&
                        from.zeros_before + from.zeros_after == 0 &&
                        !network_.layers[static_cast<std::size_t>(from.producer)].node.join.any();
    const int part = is_own ? from.producer : copy(from, tensor(input(i)).name + "_copy");
    network_.layers[static_cast<std::size_t>(part)].node.join = {joins_, channels, whole.channels};
    channels += from.map.channels;
    last = std::max(last, part);
  }
  if (channels != whole.channels) {
    throw std::runtime_error("makes " + text(made.dims) + " of " + std::to_string(channels) +
                             " channels");
  }
  ++joins_;
  activations_[output()] = {last, true, whole, 0, 0, {}, false};
}

}  // namespace dcnsim::tflite

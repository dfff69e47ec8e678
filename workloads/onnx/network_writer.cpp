// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/network_writer.h"

#include <cmath>
#include <functional>
#include <map>
#include <stdexcept>
#include <tuple>

#include "workloads/map_parts.h"
#include "workloads/onnx/graph_writer.h"

namespace dcnsim {
namespace {

template <class Window>
void add_window(onnx::NodeProto& node, const Window& window) {
  add_attribute(node, "kernel_shape", {window.kernel_h, window.kernel_w});
  add_attribute(node, "strides", {window.stride_h, window.stride_w});
  add_attribute(node, "pads",
                {window.pad_top, window.pad_left, window.pad_bottom, window.pad_right});
}

/// A convolution that reads better as Flatten + Gemm.
bool is_fully_connected(const LayerNode& node) {
  const ConvShape& conv = node.conv;
  return node.kind == LayerKind::kConv && node.fused_pool == 1 && conv.groups == 1 &&
         conv.kernel_h == conv.in.height && conv.kernel_w == conv.in.width && conv.stride_h == 1 &&
         conv.stride_w == 1 && conv.out_h() == 1 && conv.out_w() == 1;
}

/// In ONNX's order: channels before kernel rows and columns.
std::vector<float> channels_first(const FloatLayer& layer) {
  const ConvShape& conv = layer.node.conv;
  const auto area = static_cast<std::size_t>(conv.kernel_h * conv.kernel_w);
  const auto in = static_cast<std::size_t>(conv.in.channels / conv.groups);
  std::vector<float> values(layer.weights.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t out = i / (area * in), k = i / in % area, c = i % in;
    values[(out * in + c) * area + k] = layer.weights[i];
  }
  return values;
}

class Writer {
 public:
  Writer(const FloatNetwork& network, const NetworkQuants* quants)
      : network_(network), quants_(quants), maps_(network), graph_(network.name) {
    graph_.reserve(network.input_name);
    for (const FloatLayer& layer : network.layers) graph_.reserve(layer.node.name);
    choose_gemms();
    graph_.set_input(network.input_name, network.input);
    if (const auto& pixels = network.convention.pixels) {
      graph_.add_metadata(kPixelsMetadata, to_string(*pixels));
    }
    const std::string image = add_chain();
    tensors_.push_back(quants == nullptr ? image
                                         : quantized(image, network.input_name, quants->input));
    for (std::size_t i = 0; i < network.layers.size(); ++i) add_layer(i);
    graph_.set_output(tensors_.back(), network.layers.back().node.output_shape(),
                      is_gemm_.back() ? Rank::kVector : Rank::kMap);
  }

  std::string bytes() const { return graph_.bytes(); }

 private:
  /// Gemm delivers a vector, so only layers that take one may follow.
  void choose_gemms() {
    const auto& layers = network_.layers;
    is_gemm_.resize(layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i)
      is_gemm_[i] = is_fully_connected(layers[i].node);
    for (std::size_t i = layers.size(); i-- > 0;) {
      const LayerNode& node = layers[i].node;
      const auto read = [&](int producer, const MapView& view, const Shape& in) {
        const std::vector<MapPart> parts = maps_.seen(producer, view, in);
        if (is_gemm_[i] && is_whole_output(parts, view, in)) return;
        for (const MapPart& part : parts) {
          if (part.producer == kNetworkInput) continue;
          is_gemm_[static_cast<std::size_t>(part.producer)] = false;
        }
      };
      read(node.input, node.view, node.input_shape());
      if (node.kind == LayerKind::kAdd) read(node.input2, node.view2, node.input2_shape());
    }
  }

  /// The nodes in front of the first layer; returns what the last of them delivers.
  std::string add_chain() {
    std::string tensor = network_.input_name;
    for (const AffineStep& step : network_.convention.chain) {
      const std::vector<float> values(step.values.begin(), step.values.end());
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (double{values[i]} == step.values[i]) continue;
        throw std::runtime_error("a constant in front of the first layer is not a float32 number");
      }
      const char* const op = step.kind == AffineStep::Kind::kAdd        ? "Add"
                             : step.kind == AffineStep::Kind::kMultiply ? "Mul"
                                                                        : "Div";
      const std::string stem = network_.input_name + '.' + op;
      const std::string constant = graph_.add_initializer(
          stem + ".constant", {1, static_cast<int>(values.size()), 1, 1}, values);
      const std::string output = graph_.fresh(stem + ".out");
      graph_.add_node(graph_.fresh(stem), op, {tensor, constant}, output);
      tensor = output;
    }
    return tensor;
  }

  const std::string& tensor_of(int producer) const {
    return tensors_[static_cast<std::size_t>(producer + 1)];
  }

  /// What a layer sees of a map: a tensor of its own where that is no layer's output as it is.
  /// Those that see the same share it.
  std::string tensor_seen(const LayerNode& node, int producer, const MapView& view,
                          const Shape& in) {
    const std::vector<MapPart> parts = maps_.seen(producer, view, in);
    if (is_whole_output(parts, view, in)) return tensor_of(parts.front().producer);
    std::vector<std::string> tensors;
    Shape shape = parts.front().shape;
    shape.channels = 0;
    for (const MapPart& part : parts) {
      tensors.push_back(tensor_of(part.producer));
      shape.channels += part.shape.channels;
    }
    std::string tensor = tensors.front();
    if (tensors.size() > 1) {
      tensor = derived(node, "Concat", tensors, {}, [](onnx::NodeProto& concat) {
        add_attribute(concat, "axis", std::int64_t{1});
      });
    }
    const int channel = view.channel - parts.front().channel, channels = view.real_channels(in);
    std::vector<std::int64_t> starts, ends, axes, steps;
    const auto cut = [&](int axis, int first, int count, int step, int extent) {
      if (count == extent) return;
      starts.push_back(first);
      ends.push_back(first + std::int64_t{count - 1} * step + 1);
      axes.push_back(axis);
      steps.push_back(step);
    };
    cut(1, channel, channels, 1, shape.channels);
    cut(2, view.row, in.height, view.stride_h, shape.height);
    cut(3, view.column, in.width, view.stride_w, shape.width);
    if (!axes.empty()) tensor = derived(node, "Slice", {tensor}, {starts, ends, axes, steps});
    if (view.has_zeros()) {
      tensor =
          derived(node, "Pad", {tensor}, {{0, view.zeros_before, 0, 0, 0, view.zeros_after, 0, 0}});
    }
    return tensor;
  }

  std::string first_seen(const LayerNode& node) {
    return tensor_seen(node, node.input, node.view, node.input_shape());
  }

  std::string derived(
      const LayerNode& node, const char* op, std::vector<std::string> inputs,
      const std::vector<std::vector<std::int64_t>>& amounts,
      const std::function<void(onnx::NodeProto&)>& finish = [](onnx::NodeProto&) {}) {
    std::string& known = derived_[{op, inputs, amounts}];
    if (!known.empty()) return known;
    const std::string stem = node.name + '.' + op;
    for (const std::vector<std::int64_t>& values : amounts) {
      inputs.push_back(graph_.add_integers(stem + ".amounts", values));
    }
    known = graph_.fresh(stem + ".out");
    finish(graph_.add_node(graph_.fresh(stem), op, inputs, known));
    return known;
  }

  /// What the nodes that quantize it make of `tensor`.
  std::string quantized(const std::string& tensor, const std::string& stem, const QuantSpec& spec) {
    return quants_->form == QuantizedForm::kQdq ? graph_.add_pair(tensor, stem, spec)
                                                : graph_.add_quant(tensor, stem, spec);
  }

  void add_layer(std::size_t index) {
    const LayerNode& node = network_.layers[index].node;
    std::string tensor = graph_.fresh(node.name + ".out");
    switch (node.kind) {
      case LayerKind::kConv:
        add_conv(index, tensor);
        break;
      case LayerKind::kPool:
        add_pool(node, tensor);
        break;
      case LayerKind::kAdd:
        graph_.add_node(
            node.name, multiplies(node.pair) ? "Mul" : "Add",
            {first_seen(node), tensor_seen(node, node.input2, node.view2, node.input2_shape())},
            tensor);
        break;
    }
    const bool counts = quants_ != nullptr && !quants_->layers[index].thresholds.empty();
    if (counts) tensor = counted(index, tensor);
    if (node.fused_pool > 1) {
      const std::string pooled = graph_.fresh(node.name + ".pooled");
      PoolShape window;
      window.kernel_h = window.kernel_w = window.stride_h = window.stride_w = node.fused_pool;
      add_window(graph_.add_node(graph_.fresh(node.name + ".pool"), "MaxPool", {tensor}, pooled),
                 window);
      tensor = pooled;
    }
    if (counts) {
      tensors_.push_back(tensor);
      return;
    }
    if (!node.slopes.empty()) tensor = add_slopes(index, tensor);
    if (node.bounds.any()) {
      tensor = add_clip(node, tensor);
    } else if (node.relu) {
      const std::string rectified = graph_.fresh(node.name + ".rectified");
      graph_.add_node(graph_.fresh(node.name + ".relu"), "Relu", {tensor}, rectified);
      tensor = rectified;
    }
    tensors_.push_back(
        quants_ == nullptr ? tensor : quantized(tensor, node.name, quants_->layers[index].output));
  }

  /// What MultiThreshold makes of the sums of a convolution.
  std::string counted(std::size_t index, const std::string& tensor) {
    const LayerNode& node = network_.layers[index].node;
    const LayerQuants& quants = quants_->layers[index];
    const int channels = node.conv.out_channels;
    const std::string stem = node.name + ".thresholds";
    const std::string thresholds = graph_.add_initializer(
        stem + ".values", {channels, static_cast<int>(quants.thresholds.size()) / channels},
        quants.thresholds);
    std::string output = graph_.fresh(stem + ".out");
    graph_.add_multi_threshold(graph_.fresh(stem), {tensor, thresholds}, output,
                               quants.output.scale(), quants.least);
    return output;
  }

  /// Returns what their node delivers.
  std::string add_slopes(std::size_t index, const std::string& tensor) {
    const LayerNode& node = network_.layers[index].node;
    const std::string stem = node.name + ".leaky";
    std::string leaky = graph_.fresh(stem + ".out");
    if (node.slopes.size() == 1) {
      add_real_attribute(graph_.add_node(graph_.fresh(stem), "LeakyRelu", {tensor}, leaky), "alpha",
                         node.slopes.front());
      return leaky;
    }
    std::vector<int> dims{node.conv.out_channels};
    if (!is_gemm_[index]) dims.insert(dims.end(), 2, 1);
    graph_.add_node(graph_.fresh(stem), "PRelu",
                    {tensor, graph_.add_initializer(stem + ".slopes", dims, node.slopes)}, leaky);
    return leaky;
  }

  /// Bounds and ReLU as one node; returns what it delivers.
  std::string add_clip(const LayerNode& node, const std::string& tensor) {
    const std::string stem = node.name + ".clip";
    const auto bound = [&](const char* name, float value) {
      return std::isinf(value) ? "" : graph_.add_initializer(stem + name, {}, {value});
    };
    std::vector<std::string> inputs{tensor, bound(".min", node.relu ? 0.0F : node.bounds.low),
                                    bound(".max", node.bounds.high)};
    if (inputs.back().empty()) inputs.pop_back();
    const std::string clipped = graph_.fresh(node.name + ".clipped");
    graph_.add_node(graph_.fresh(stem), "Clip", inputs, clipped);
    return clipped;
  }

  void add_curve(const LayerNode& node, const std::string& output) {
    const CurveKind& kind = *node.curve.kind;
    const std::string input = first_seen(node);
    const bool multiplies = node.curve.times_input;
    const std::string value = multiplies ? graph_.fresh(node.name + ".factor") : output;
    graph_.require_opset(kind.opset);
    onnx::NodeProto& made =
        graph_.add_node(node.name, std::string(kind.op).c_str(), {input}, value);
    const double values[]{node.curve.a, node.curve.b};
    for (int i = 0; i < 2; ++i) {
      if (kind.attributes[i].empty()) continue;
      add_real_attribute(made, std::string(kind.attributes[i]).c_str(),
                         static_cast<float>(values[i]));
    }
    if (!kind.mode.empty()) add_attribute(made, "approximate", std::string(kind.mode));
    if (multiplies) {
      graph_.add_node(graph_.fresh(node.name + ".times_input"), "Mul", {input, value}, output);
    }
  }

  void add_pool(const LayerNode& node, const std::string& output) {
    if (node.curve.any()) return add_curve(node, output);
    const bool is_max = node.pool.kind == PoolKind::kMax;
    onnx::NodeProto& pool =
        graph_.add_node(node.name, is_max ? "MaxPool" : "AveragePool", {first_seen(node)}, output);
    add_window(pool, node.pool);
    if (!is_max) {
      add_attribute(pool, "count_include_pad", std::int64_t{node.pool.count_include_pad});
    }
  }

  void add_conv(std::size_t index, const std::string& output) {
    const FloatLayer& layer = network_.layers[index];
    const LayerNode& node = layer.node;
    const ConvShape& conv = node.conv;
    std::vector<int> dims{conv.out_channels, conv.in.channels / conv.groups, conv.kernel_h,
                          conv.kernel_w};
    if (is_gemm_[index]) dims = {conv.out_channels, conv.reduction()};
    const std::string weights = add_constant(node.name + ".weight", dims, channels_first(layer),
                                             index, &LayerQuants::weights);
    const std::string bias = add_constant(node.name + ".bias", {conv.out_channels}, layer.bias,
                                          index, &LayerQuants::bias);
    if (is_gemm_[index]) {
      add_attribute(graph_.add_node(node.name, "Gemm", {vector_for(node), weights, bias}, output),
                    "transB", 1);
      return;
    }
    onnx::NodeProto& proto =
        graph_.add_node(node.name, "Conv", {first_seen(node), weights, bias}, output);
    add_window(proto, conv);
    add_attribute(proto, "group", conv.groups);
    if (conv.dilation_h() > 1 || conv.dilation_w() > 1) {
      add_attribute(proto, "dilations", {conv.dilation_h(), conv.dilation_w()});
    }
  }

  std::string add_constant(const std::string& name, const std::vector<int>& dims,
                           const std::vector<float>& values, std::size_t index,
                           ConstantQuant LayerQuants::*quant) {
    if (quants_ == nullptr) return graph_.add_initializer(name, dims, values);
    const ConstantQuant& how = quants_->layers[index].*quant;
    if (quants_->form == QuantizedForm::kQonnx) {
      return graph_.add_quant(graph_.add_initializer(name, dims, values), name, how.spec,
                              how.scales, dims.size());
    }
    std::vector<float> scales = how.scales;
    if (scales.empty()) scales.push_back(static_cast<float>(how.spec.scale()));
    std::vector<std::int64_t> codes;
    for (std::size_t i = 0; i < values.size(); ++i) {
      QuantSpec spec = how.spec;
      spec.set_scale(double{scales[i * scales.size() / values.size()]});
      codes.push_back(spec.code(double{values[i]}));
    }
    return graph_.add_codes(name, dims, how.spec, codes, scales);
  }

  /// What a Gemm reads.
  std::string vector_for(const LayerNode& node) {
    const std::string input = first_seen(node);
    if (node.input != kNetworkInput && is_gemm_[static_cast<std::size_t>(node.input)]) return input;
    const std::string flat = graph_.fresh(node.name + ".flat");
    graph_.add_node(graph_.fresh(node.name + ".flatten"), "Flatten", {input}, flat);
    return flat;
  }

  const FloatNetwork& network_;
  const NetworkQuants* const quants_;
  const MapParts<FloatNetwork> maps_;
  GraphWriter graph_;
  std::vector<bool> is_gemm_;
  std::vector<std::string> tensors_;  ///< of the input, then of each layer
  /// What Concat, Slice and Pad nodes deliver, by what they are.
  std::map<
      std::tuple<std::string, std::vector<std::string>, std::vector<std::vector<std::int64_t>>>,
      std::string>
      derived_;
};

}  // namespace

std::string onnx_bytes(const FloatNetwork& network, const NetworkQuants* quants) {
  return Writer(network, quants).bytes();
}

}  // namespace dcnsim

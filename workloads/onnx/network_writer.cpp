// SPDX-License-Identifier: Apache-2.0
// save_network: a fixed-point network as QONNX.
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

#include "workloads/atomic_file.h"
#include "workloads/onnx/onnx_network.h"
#include "workloads/onnx/proto.h"
#include "workloads/onnx/quant_spec.h"

namespace dcnsim {
namespace {

constexpr char kQuantDomain[] = "qonnx.custom_op.general";
constexpr int kBiasBits = 32;

void add_integers(onnx::NodeProto& node, const char* name, const std::vector<int>& values) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const int value : values) attribute.add_ints(value);
}

void add_integer(onnx::NodeProto& node, const char* name, std::int64_t value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void add_text(onnx::NodeProto& node, const char* name, const std::string& value) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::STRING);
  attribute.set_s(value);
}

template <class Window>
void add_window(onnx::NodeProto& node, const Window& window) {
  add_integers(node, "kernel_shape", {window.kernel_h, window.kernel_w});
  add_integers(node, "strides", {window.stride_h, window.stride_w});
  add_integers(node, "pads",
               {window.pad_top, window.pad_left, window.pad_bottom, window.pad_right});
}

/// A convolution that reads better as Flatten + Gemm.
bool is_fully_connected(const LayerNode& node) {
  const ConvShape& conv = node.conv;
  return node.kind == LayerKind::kConv && node.fused_pool == 1 && conv.groups == 1 &&
         conv.kernel_h == conv.in.height && conv.kernel_w == conv.in.width && conv.stride_h == 1 &&
         conv.stride_w == 1 && conv.out_h() == 1 && conv.out_w() == 1;
}

int bits_for(const std::vector<std::int64_t>& codes) {
  int bits = kBiasBits;
  for (const std::int64_t code : codes) {
    while (bits < kMaxQuantBits && (code < -(std::int64_t{1} << (bits - 1)) ||
                                    code > (std::int64_t{1} << (bits - 1)) - 1)) {
      ++bits;
    }
  }
  return bits;
}

class Writer {
 public:
  explicit Writer(const FixedNetwork& network)
      : network_(network), graph_(*model_.mutable_graph()) {
    model_.set_ir_version(7);
    model_.set_producer_name("dcnsim");
    graph_.set_name(network.name);
    used_.insert(network.input_name);
    for (const FixedLayer& layer : network.layers) used_.insert(layer.node.name);
    choose_gemms();
    add_value(*graph_.add_input(), network.input_name, network.input, false);
    tensors_.push_back(add_quant(network.input_name, network.input_name, network.input_format,
                                 Rounding::kHalfEven, true));
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
      try {
        add_layer(i);
      } catch (const std::runtime_error& error) {
        throw std::runtime_error("layer '" + network.layers[i].node.name + "': " + error.what());
      }
    }
    add_value(*graph_.add_output(), tensors_.back(), network.layers.back().node.output_shape(),
              is_gemm_.back());
    add_opset("", 13);
    add_opset(kQuantDomain, 1);
  }

  std::string bytes() const { return model_.SerializeAsString(); }

 private:
  /// Gemm delivers a vector, so only layers that take one may follow.
  void choose_gemms() {
    const auto& layers = network_.layers;
    is_gemm_.resize(layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i)
      is_gemm_[i] = is_fully_connected(layers[i].node);
    for (std::size_t i = layers.size(); i-- > 0;) {
      const LayerNode& node = layers[i].node;
      if (is_gemm_[i]) continue;
      if (node.input != kNetworkInput) is_gemm_[static_cast<std::size_t>(node.input)] = false;
      if (node.kind == LayerKind::kAdd && node.input2 != kNetworkInput) {
        is_gemm_[static_cast<std::size_t>(node.input2)] = false;
      }
    }
  }

  std::string fresh(const std::string& name) {
    std::string unused = name;
    while (!used_.insert(unused).second) unused += "_";
    return unused;
  }

  const std::string& tensor_of(int producer) const {
    return tensors_[static_cast<std::size_t>(producer + 1)];
  }

  void add_opset(const char* domain, int version) {
    onnx::OperatorSetIdProto& opset = *model_.add_opset_import();
    opset.set_domain(domain);
    opset.set_version(version);
  }

  static void add_value(onnx::ValueInfoProto& value, const std::string& name, const Shape& shape,
                        bool flat) {
    value.set_name(name);
    onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    for (const int dim : {1, shape.channels, shape.height, shape.width}) {
      if (flat && type.shape().dim_size() == 2) break;
      type.mutable_shape()->add_dim()->set_dim_value(dim);
    }
  }

  std::string add_initializer(const std::string& name, const std::vector<int>& dims,
                              const std::vector<float>& values) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(fresh(name));
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const int dim : dims) tensor.add_dims(dim);
    tensor.set_raw_data(values.data(), values.size() * sizeof(float));
    return tensor.name();
  }

  /// Scalars of Quant nodes, each value once.
  std::string scalar(const std::string& name, float value) {
    const auto known = scalars_.find(name);
    if (known != scalars_.end()) return known->second;
    return scalars_[name] = add_initializer(name, {}, {value});
  }

  onnx::NodeProto& add_node(const std::string& name, const char* op,
                            const std::vector<std::string>& inputs, const std::string& output) {
    onnx::NodeProto& node = *graph_.add_node();
    node.set_name(name);
    node.set_op_type(op);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return node;
  }

  std::string add_quant(const std::string& input, const std::string& stem, const QuantSpec& spec) {
    const std::string scale =
        scalar("scale.2^" + std::to_string(-spec.frac), std::ldexp(1.0F, -spec.frac));
    const std::string zero = scalar("zero_point", 0.0F);
    const std::string bits =
        scalar("bits." + std::to_string(spec.bits), static_cast<float>(spec.bits));
    const std::string output = fresh(stem + ".quantized");
    onnx::NodeProto& node =
        add_node(fresh(stem + ".quant"), "Quant", {input, scale, zero, bits}, output);
    node.set_domain(kQuantDomain);
    add_integer(node, "signed", spec.is_signed ? 1 : 0);
    add_integer(node, "narrow", spec.narrow ? 1 : 0);
    add_text(node, "rounding_mode", spec.mode);
    return output;
  }

  std::string add_quant(const std::string& input, const std::string& stem, const Format& format,
                        Rounding rounding, bool non_negative) {
    return add_quant(input, stem,
                     {format.bits, format.frac, format.is_signed, format.narrow,
                      mode_of_rounding(rounding, non_negative || !format.is_signed)});
  }

  void add_layer(std::size_t index) {
    const FixedLayer& layer = network_.layers[index];
    const LayerNode& node = layer.node;
    std::string tensor = fresh(node.name + ".out");
    switch (node.kind) {
      case LayerKind::kConv:
        add_conv(index, tensor);
        break;
      case LayerKind::kPool:
        add_pool(node, tensor);
        break;
      case LayerKind::kAdd:
        add_node(node.name, "Add", {tensor_of(node.input), tensor_of(node.input2)}, tensor);
        break;
    }
    if (node.fused_pool > 1) {
      const std::string pooled = fresh(node.name + ".pooled");
      PoolShape window;
      window.kernel_h = window.kernel_w = window.stride_h = window.stride_w = node.fused_pool;
      add_window(add_node(fresh(node.name + ".pool"), "MaxPool", {tensor}, pooled), window);
      tensor = pooled;
    }
    if (node.relu) {
      const std::string rectified = fresh(node.name + ".rectified");
      add_node(fresh(node.name + ".relu"), "Relu", {tensor}, rectified);
      tensor = rectified;
    }
    tensors_.push_back(
        add_quant(tensor, node.name, layer.requant.out, layer.requant.rounding, node.relu));
  }

  void add_pool(const LayerNode& node, const std::string& output) {
    const bool is_max = node.pool.kind == PoolKind::kMax;
    onnx::NodeProto& pool =
        add_node(node.name, is_max ? "MaxPool" : "AveragePool", {tensor_of(node.input)}, output);
    add_window(pool, node.pool);
    if (!is_max) add_integer(pool, "count_include_pad", node.pool.count_include_pad ? 1 : 0);
  }

  void add_conv(std::size_t index, const std::string& output) {
    const FixedLayer& layer = network_.layers[index];
    const ConvShape& conv = layer.node.conv;
    const int grid = layer.weight.frac + network_.format_of(layer.node.input).frac;
    const std::string weight =
        add_quant(add_weights(layer, is_gemm_[index]), layer.node.name + ".weight", layer.weight,
                  Rounding::kHalfEven, true);
    const std::string bias = add_quant(add_bias(layer, grid), layer.node.name + ".bias",
                                       QuantSpec{bits_for(layer.bias), grid, true, false, "ROUND"});
    std::string input = tensor_of(layer.node.input);
    if (!is_gemm_[index]) {
      onnx::NodeProto& node = add_node(layer.node.name, "Conv", {input, weight, bias}, output);
      add_window(node, conv);
      add_integer(node, "group", conv.groups);
      return;
    }
    const bool is_vector =
        layer.node.input != kNetworkInput && is_gemm_[static_cast<std::size_t>(layer.node.input)];
    if (!is_vector) {
      const std::string flat = fresh(layer.node.name + ".flat");
      add_node(fresh(layer.node.name + ".flatten"), "Flatten", {input}, flat);
      input = flat;
    }
    add_integer(add_node(layer.node.name, "Gemm", {input, weight, bias}, output), "transB", 1);
  }

  /// Codes times scale, in ONNX's order: channels before kernel rows and columns.
  std::string add_weights(const FixedLayer& layer, bool gemm) {
    const ConvShape& conv = layer.node.conv;
    const int channels = conv.in.channels / conv.groups;
    const auto area = static_cast<std::size_t>(conv.kernel_h * conv.kernel_w);
    const auto in = static_cast<std::size_t>(channels);
    std::vector<float> values(layer.weights.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t out = i / (area * in), k = i / in % area, c = i % in;
      values[(out * in + c) * area + k] =
          static_cast<float>(dequantize(layer.weights[i], layer.weight));
    }
    std::vector<int> dims{conv.out_channels, channels, conv.kernel_h, conv.kernel_w};
    if (gemm) dims = {conv.out_channels, conv.reduction()};
    return add_initializer(layer.node.name + ".weight", dims, values);
  }

  std::string add_bias(const FixedLayer& layer, int grid) {
    std::vector<float> values;
    for (const std::int64_t code : layer.bias) {
      const auto value = static_cast<float>(std::ldexp(static_cast<double>(code), -grid));
      if (std::ldexp(double{value}, grid) != static_cast<double>(code) ||
          static_cast<std::int64_t>(static_cast<double>(code)) != code) {
        throw std::runtime_error("bias code " + std::to_string(code) +
                                 " is not a float32 number, which is all ONNX holds");
      }
      values.push_back(value);
    }
    return add_initializer(layer.node.name + ".bias", {layer.node.conv.out_channels}, values);
  }

  const FixedNetwork& network_;
  onnx::ModelProto model_;
  onnx::GraphProto& graph_;
  std::set<std::string> used_;
  std::map<std::string, std::string> scalars_;
  std::vector<bool> is_gemm_;
  std::vector<std::string> tensors_;  ///< of the input, then of each layer
};

}  // namespace

void save_network(const FixedNetwork& network, const std::string& path) {
  std::string bytes;
  try {
    validate(network);
    bytes = Writer(network).bytes();
  } catch (const std::exception& error) {
    throw std::runtime_error(path + ": cannot be written: " + error.what());
  }
  write_file_atomically(path, bytes);
}

}  // namespace dcnsim

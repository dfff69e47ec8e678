// SPDX-License-Identifier: Apache-2.0
// Turns the nodes of an ONNX graph into layers, one node at a time: convolutions, pools and adds
// start a layer; batch-norm, bias, ReLU, fusible max pools and Quant nodes become part of one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "workloads/network.h"
#include "workloads/onnx/attributes.h"
#include "workloads/onnx/constant.h"
#include "workloads/onnx/graph.h"
#include "workloads/onnx/quant_spec.h"
#include "workloads/onnx/window.h"

namespace dcnsim {

class NetworkBuilder {
 public:
  /// Throws std::runtime_error, without the file's name, for whatever cannot be a network.
  explicit NetworkBuilder(const Graph& graph);

  std::variant<FloatNetwork, FixedNetwork> take();

 private:
  struct Layer {
    LayerNode node;
    const onnx::NodeProto* origin = nullptr;  ///< node that errors about the layer name
    Constant weights;                         ///< [out_channel][ky][kx][input channel of group]
    std::optional<Constant> bias;             ///< one an output channel
    std::optional<QuantSpec> output;          ///< format of what the layer delivers
    bool output_is_inherited = false;         ///< max pool: format of its input, until a Quant
    bool pooled_after_quant = false;          ///< the fused pool stood after `output`'s Quant
    std::string pool_name;                    ///< node of the fused pool
    bool non_negative = false;                ///< outputs are known to be >= 0
    bool sole_reader = false;                 ///< nothing else reads the layer's (first) input
  };
  /// What a tensor of the graph is: some layer's output, by itself or through nodes that became
  /// part of the layer or do nothing.
  struct Activation {
    int producer = kNetworkInput;
    bool flat = false;  ///< seen as a vector (rank 2)
    bool quantized = false;
    bool shared = false;  ///< something else reads it too, here or on the way
  };
  using Operator = void (NetworkBuilder::*)();

  void add(const onnx::NodeProto& node);
  static Operator find_operator(const onnx::NodeProto& node);

  // One an operator, on node_ and attributes_.
  void conv();
  void batch_norm();
  void relu();
  void max_pool();
  void average_pool();
  void global_average_pool() { global_pool(PoolKind::kAverage); }
  void global_max_pool() { global_pool(PoolKind::kMax); }
  void gemm();
  void matmul();
  void flatten();
  void reshape();
  void add_operator();
  void identity();
  void quant();

  void fully_connected(const std::string& input, const Constant& matrix, bool transposed);
  void attach_bias(Layer& layer, const Constant& bias);
  void pool_layer(PoolShape shape, bool can_fuse);
  void global_pool(PoolKind kind);
  void residual_add();
  void add_bias(const std::string& input, const std::string& constant);
  void quantize_input(const QuantSpec& spec);
  void quantize_layer(const QuantSpec& spec);
  void split_pool(const QuantSpec& spec);
  QuantSpec read_quant();

  // The current node's operands; all throw if there is no such operand.
  const std::string& input(int index) const;
  bool has_input(int index) const;
  bool is_constant(const std::string& tensor) const;
  Constant constant(const std::string& tensor) const;
  Activation activation(const std::string& tensor) const;
  /// As the input of a new layer: in a fixed-point network its format must be known.
  Activation operand(const std::string& tensor) const;
  Activation map_operand(const std::string& tensor) const;
  /// The conv or add layer behind `tensor`, if the current node may change it: nothing else reads
  /// it.
  Layer* changeable(const std::string& tensor);
  Layer& convolution_before(const std::string& tensor, const char* what);
  Layer& start_layer(LayerKind kind);
  void deliver(Activation activation);
  Shape shape_of(int producer) const;
  bool non_negative(int producer) const;

  FloatNetwork float_network();
  FixedNetwork fixed_network();
  FixedLayer fixed_layer(const FixedNetwork& network, Layer& layer) const;

  const Graph& graph_;
  bool fixed_ = false;
  const onnx::NodeProto* node_ = nullptr;
  std::optional<Attributes> attributes_;
  std::vector<Layer> layers_;
  std::optional<QuantSpec> input_quant_;
  std::map<std::string, Activation> activations_;
  std::map<std::string, Constant> quantized_;  ///< constants behind Quant or Identity nodes
};

}  // namespace dcnsim

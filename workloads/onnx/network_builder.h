// SPDX-License-Identifier: Apache-2.0
// Turns the nodes of an ONNX graph into layers, one node at a time. Nodes on constants are computed
// away (fold.h); those that only move elements change the view of a map (view.h); zeros of a Pad
// wait for the window that takes them in; what follows the scores (Softmax, ArgMax) is left out. Of
// the others convolutions, pools and adds start a layer, and batch normalization, constants, ReLU,
// fusible max pools and Quant nodes become part of one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "workloads/affine.h"
#include "workloads/network.h"
#include "workloads/onnx/attributes.h"
#include "workloads/onnx/constant_store.h"
#include "workloads/onnx/derived_map.h"
#include "workloads/onnx/dims.h"
#include "workloads/onnx/graph.h"
#include "workloads/onnx/input_layout.h"
#include "workloads/onnx/quant_spec.h"
#include "workloads/onnx/view.h"
#include "workloads/onnx/window.h"

namespace dcnsim {

class NetworkBuilder {
 public:
  /// Throws std::runtime_error, without the file's name, for whatever cannot be a network.
  /// `pixels`: from which an image without a Quant node gets its format.
  NetworkBuilder(const Graph& graph, PixelConvention pixels);

  std::variant<FloatNetwork, FixedNetwork> take();

 private:
  struct Layer {
    LayerNode node;
    const onnx::NodeProto* origin = nullptr;  ///< node that errors about the layer name
    Numbers weights;  ///< [out_channel][ky][kx][input channel of group]; see read_weights()
    std::optional<QuantSpec> weight_quant;
    std::vector<double> weight_scales;  ///< one an output channel, where `weight_quant` has not one
    std::vector<double> scale;  ///< with which the weights are multiplied, likewise; none is 1
    std::vector<double> bias;   ///< one an output channel; none is 0
    std::optional<QuantSpec> bias_quant;
    /// On the sums, those of each channel: `output` has a code for each and one; none: it is
    /// rounded.
    std::vector<std::int64_t> thresholds;
    std::optional<QuantSpec> output;   ///< format of what the layer delivers
    bool output_is_inherited = false;  ///< its input's format, until a Quant
    bool output_is_open = false;       ///< of the scores: chosen when the sums' range is known
    bool pooled_after_quant = false;   ///< the fused pool stood after `output`'s Quant
    std::string pool_name;             ///< node of the fused pool
    double factor = 1.0;               ///< with which an average pool is multiplied
    bool non_negative = false;         ///< outputs are known to be >= 0
    bool sole_reader = false;          ///< nothing else reads the layer's (first) input
  };
  /// What a tensor of the graph is: some layer's output, by itself or through nodes that became
  /// part of the layer or do nothing.
  struct Activation {
    int producer = kNetworkInput;
    View view;
    Pads pads;  ///< zeros around it, of Pad node `padded_by`
    const onnx::NodeProto* padded_by = nullptr;
    const onnx::NodeProto* tail = nullptr;  ///< node after the scores that is left out
    int groups = 0;       ///< into which a Reshape has cut its channels; 0: they are not cut
    bool turned = false;  ///< a Transpose has put the channels of a group outside
    bool quantized = false;
    bool is_codes = false;  ///< a DequantizeLinear makes numbers of it
    bool shared = false;    ///< something else reads it too, here or on the way
  };
  using Operator = void (NetworkBuilder::*)();

  void read_annotations();
  void add(const onnx::NodeProto& node);
  bool fold_node(const onnx::NodeProto& node);
  static Operator find_operator(const onnx::NodeProto& node);

  // One an operator, on node_ and attributes_.
  void conv();
  void gemm();
  void matmul();
  void batch_norm();
  void add_operator();
  void sub();
  void mul();
  void div();
  void neg();
  void clip();
  void concat();
  void relu() { bound({0.0F, ClipBounds{}.high}); }
  void leaky_relu();
  void prelu();
  void curve();
  /// Whether the current node multiplies a function of a map with that map; then the layer that
  /// looks the function up looks the product up.
  bool times_input();
  void max_pool();
  void average_pool();
  void global_average_pool() { global_pool(PoolKind::kAverage); }
  void global_max_pool() { global_pool(PoolKind::kMax); }
  void reduce_mean() { reduce(PoolKind::kAverage); }
  void reduce_max() { reduce(PoolKind::kMax); }
  void cast();
  void pad();
  void same_elements();
  bool cut_into_groups(const Activation& from, const Dims& dims);
  void join_groups(Activation from, const Dims* target);
  void shape();
  void slice();
  void split();
  void tail();
  void transpose();
  void quant();
  void quantize_linear();
  void dequantize_linear();
  void trunc();
  void multi_threshold();

  Layer& fully_connected(const std::string& input, bool transposed, double factor);
  void add_constant(const std::string& input, const std::string& constant);
  void residual_add(const std::string& a, const std::string& b, const std::string& name);
  /// Of two maps of one shape, or of a map and one pixel, on either side.
  void product_of_maps();
  void pair_layer(PairKind pair, const Activation& a, const Activation& b, const std::string& name);
  /// Folds `chain` into the convolution behind `input`, or makes it one of its own; in front of the
  /// first layer it becomes part of the network's input.
  void apply_chain(const std::string& input, const AffineChain& chain);
  void bound(const ClipBounds& bounds);
  /// One slope, or one a channel.
  void leak(const std::vector<double>& slopes);
  /// The layer that can bound what the current node reads, nothing if it takes one of its own;
  /// `pools`: the max pools behind it.
  Layer* layer_to_bound(const ClipBounds& bounds, std::vector<Layer*>& pools);
  /// A max pool of single pixels of what the current node reads, which it delivers; with `spec` to
  /// that.
  Layer& copying_layer();
  void copying_layer(const QuantSpec& spec);
  void global_pool(PoolKind kind);
  void reduce(PoolKind kind);
  void pool_layer(PoolShape shape, bool can_fuse, const View& view);
  void quantize_constant(QuantSpec spec);
  void signs();
  void quantize_map(const QuantSpec& spec);
  void quantize_input(const QuantSpec& spec);
  /// Returns whether the layer behind the node's input delivers `spec` now; else it is one of its
  /// own, and delivered.
  bool quantize_layer(const QuantSpec& spec);
  void split_pool(const QuantSpec& spec);
  void trunc_pool(Layer& pool, QuantSpec spec, int dropped_bits);
  static void give_format(std::vector<Layer>& layers, Layer& layer, const QuantSpec& spec);
  /// What a Quant node says but scale and zero point.
  QuantSpec read_quant();
  void read_scale(QuantSpec& spec);
  /// Of codes of an ONNX element type.
  static QuantSpec spec_of_type(int type);
  /// The scales or zero points of QuantizeLinear or DequantizeLinear for the elements of a
  /// constant.
  Broadcast along_axis(int index, const Dims& dims);
  /// Gives `constant`, which holds codes less their zero points, their values, and what holds them.
  static void hold_codes(Constant& constant, QuantSpec spec, const Broadcast& scales);
  void require_threshold_channels(std::int64_t channels, const std::string& layout,
                                  const Activation& from) const;
  /// The current node's input becomes `out_scale` * (thresholds that it reaches) + `out_bias`;
  /// `thresholds`: `count` a channel, or for all.
  void compare(const std::vector<double>& thresholds, std::size_t count, double out_scale,
               double out_bias);
  /// Of each channel of a convolution: the least sums that reach its thresholds, and from which
  /// negative to which positive one its sums are.
  struct SumThresholds {
    std::vector<std::vector<std::int64_t>> sums;
    std::vector<std::int64_t> reaches;
  };
  /// `thresholds`: `count` a channel of `layer`, or for all.
  SumThresholds thresholds_of_sums(const Layer& layer, const std::vector<double>& thresholds,
                                   std::size_t count);
  /// `low`: the code, of `unit` each, of sums that reach no threshold.
  bool shift_as_thresholds(Layer& layer, const SumThresholds& of, double unit, std::int64_t low);
  /// Lets `layer` compare its sums with thresholds, each of which is worth `per_count` codes.
  static void count_thresholds(Layer& layer, const SumThresholds& of, std::int64_t per_count);
  void require_no_zero_point();
  int read_bits(int index);

  // The current node's operands; all throw if there is no such operand.
  const std::string& input(int index) const;
  bool has_input(int index) const;
  std::optional<Dims> given_dims(int index);
  /// A constant with one number, or one a channel of `view`.
  std::vector<double> channel_values(const Constant& constant, const View& view,
                                     const Shape& shape) const;
  /// `seen` also behind the scores.
  Activation seen(const std::string& tensor) const;
  Activation activation(const std::string& tensor) const;
  /// As the input of a new layer: in a fixed-point network its format must be known.
  Activation operand(const std::string& tensor);
  /// An N x C x H x W map for a window, which takes in its padding.
  Activation window_operand(const std::string& tensor, bool needs_format);
  /// An N x C x H x W map without padding.
  Activation map_operand(const std::string& tensor) const;
  void require_no_padding(const Activation& from) const;
  void require_format(Activation& from);
  /// The format of an image that has no Quant node, for pixels.
  const QuantSpec& pixel_spec() const;
  /// The layer behind `tensor`, if the current node may change it: nothing else reads it.
  Layer* changeable(const std::string& tensor);
  /// The same for a convolution on whose sums nothing was done yet.
  Layer* open_convolution(const std::string& tensor);
  /// A depthwise convolution that delivers `tensor` as it is, for a node to change.
  Layer& copy_of(const std::string& tensor);
  Layer& start_layer(LayerKind kind, const std::string& name);
  /// The current node's name, or one that no node has.
  std::string fresh_name();
  /// Throws std::runtime_error if the nodes so far handle more than kMaxElements elements, weights
  /// shared between layers and constants folded into them included.
  void spend(std::size_t elements);
  void deliver(Activation activation);
  /// A convolution that delivers the channels of `from` in another order: channel c is order[c].
  void reorder_channels(const Activation& from, const std::vector<int>& order);
  /// The layer made last, seen as `view`.
  void deliver_layer(const View& view, bool quantized = false);
  Shape shape_of(int producer) const;
  bool non_negative(int producer) const;
  const QuantSpec& spec_of(int producer) const;

  // Maps that no layer makes (derived_map.h) are producers as well, of numbers below the image's,
  // until the layers are done.
  bool is_derived(int producer) const;
  const DerivedMap& derived(int producer) const;
  std::vector<MapPiece> pieces_of(int producer) const;
  int derive(const Shape& shape, const std::vector<MapPiece>& pieces);
  Activation cut(Activation from, const std::vector<AxisSteps>& cuts);
  void pad_channels(Activation& from, int before, int after);
  void require_common_format(int producer);
  void quantize_derived(const QuantSpec& spec);
  /// A layer that makes the map `producer`, which no layer makes otherwise; its number.
  int copy_map(int producer);
  /// Gives each of them a place in what layers write, and layers their views of it.
  class Placement;
  void place_maps();

  void finish_output();
  /// The weights of an output channel as float32 numbers.
  static void read_weights(const Layer& layer, std::size_t channel, std::vector<double>& to);
  /// The weights with their scale, and the bias.
  static std::vector<float> finished_weights(Layer& layer);
  static std::vector<float> finished_bias(const Layer& layer);
  /// What networks of both kinds have beside their layers, before and after these are made.
  template <class Network>
  Network without_layers() const;
  template <class Network>
  void complete(Network& network) const;
  FloatNetwork float_network();
  FixedNetwork fixed_network();
  static void let_count(const Layer& layer, FixedLayer& result);
  FixedLayer fixed_layer(const FixedNetwork& network, Layer& layer);
  void fix_weights(const Layer& layer, FixedLayer& result);
  void fix_bias(const FixedNetwork& network, const Layer& layer, FixedLayer& result);
  static void check_halves(const Layer& layer, const FixedLayer& result);

  const Graph& graph_;
  PixelConvention pixels_;
  ConstantStore constants_;
  InputLayout input_layout_;
  bool fixed_ = false;
  const onnx::NodeProto* node_ = nullptr;
  std::optional<Attributes> attributes_;
  std::vector<Layer> layers_;
  std::vector<DerivedMap> derived_;
  AffineChain input_chain_;
  std::optional<QuantSpec> input_quant_;
  bool input_is_assumed_ = false;
  /// By the steps of the chain, which only grows: every reader of the image asks for it.
  mutable std::map<std::size_t, QuantSpec> pixel_specs_;
  std::map<std::string, Activation> activations_;
  std::vector<std::string> assumptions_;
  std::size_t spent_ = 0;
  int names_made_ = 1;
};

}  // namespace dcnsim

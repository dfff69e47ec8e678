// SPDX-License-Identifier: Apache-2.0
// Turns the operators of a TFLite graph into layers, one at a time, in the order of the file.
// Convolutions, fully-connected layers, pools, means and additions make a layer each; what moves no
// element, and what is at the ends of the graph for its users, makes none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "workloads/network.h"
#include "workloads/onnx/window.h"
#include "workloads/tflite/model.h"

namespace dcnsim::tflite {

class NetworkBuilder {
 public:
  explicit NetworkBuilder(const Model& model) : model_(model) {}

  /// Throws std::runtime_error, without the file's name, for whatever cannot be a network, by the
  /// operator's number, kind and tensor.
  FixedNetwork take();

 private:
  /// What a tensor of the graph is: a layer's output or the image, by itself or through operators
  /// that make no layer.
  struct Activation {
    int producer = kNetworkInput;
    bool is_joined = false;  ///< all of the map that `producer` is the last to write some of
    Shape map;               ///< rows, columns and channels, zeros around the channels included
    int zeros_before = 0, zeros_after = 0;
    Pads pads;            ///< zeros around its rows and columns
    bool is_end = false;  ///< nothing but the graph's users may read it
  };
  /// The step and zero point of a tensor of int8 codes.
  struct Codes {
    float scale = 1;
    std::int32_t zero_point = 0;

    Format format() const { return {8, 0, true, false, zero_point}; }
    friend bool operator==(const Codes& a, const Codes& b) {
      return a.scale == b.scale && a.zero_point == b.zero_point;
    }
  };
  using Operator = void (NetworkBuilder::*)();
  /// What an operator is to this reader, and the options that it must have.
  struct Known {
    Builtin code;
    Options options;
    Operator build;
  };
  static const Known* known(std::int32_t code);

  // One an operator, on operation_.
  void conv_2d();
  void depthwise_conv_2d();
  void fully_connected();
  void add();
  void average_pool() { pool(PoolKind::kAverage); }
  void max_pool() { pool(PoolKind::kMax); }
  void mean();
  void concatenation();
  void pad();
  void reshape();
  void softmax();
  void quantize();
  void dequantize();

  void pool(PoolKind kind);
  /// Weights, multipliers and biases of a convolution whose shape is known. `at` says where the
  /// layer has the file's i-th weight, `axis` along which dimension output channels lie there;
  /// `scales_in_single`: a single scale is multiplied with the input's in single precision.
  template <class At>
  void finish_conv(FixedLayer& layer, std::size_t axis, const At& at, bool scales_in_single);
  void take_bias(FixedLayer& layer) const;

  // The graph as it is seen from the present operator.
  const Tensor& tensor(std::int32_t index) const {
    return model_.tensors()[static_cast<std::size_t>(index)];
  }
  const Operation& operation() const { return model_.operations()[operation_]; }
  std::int32_t input(std::size_t index) const;
  std::int32_t output() const;
  void require_inputs(std::size_t least, std::size_t most) const;
  /// Of the operand: a map of codes, with zeros around it only where the operator takes them in.
  const Activation& map(std::size_t index) const;
  const Activation& map_without_pads(std::size_t index) const;
  /// Also that it has dimensions 1 x rows x columns x channels.
  const Activation& image(std::size_t index) const;
  const Tensor& constant(std::size_t index, Type type, const char* what) const;
  std::vector<std::int32_t> integers(std::size_t index, const char* what) const;
  Codes codes(std::int32_t tensor) const;
  void require_same_codes(std::int32_t from, std::int32_t to) const;
  int option(std::uint16_t field, std::int32_t absent, const char* what) const;
  Window window(std::uint16_t padding, std::uint16_t stride_w, std::uint16_t stride_h,
                const Activation& in, Window window) const;
  /// The same of a convolution with these weights, and the map that it reads.
  void take_window(std::uint16_t padding, std::uint16_t stride_w, std::uint16_t stride_h,
                   std::uint16_t dilation_w, std::uint16_t dilation_h,
                   const std::vector<std::int32_t>& kernel, const Activation& in,
                   ConvShape& conv) const;
  /// A ReLU that the operator's `field` fuses, as bounds of the layer.
  void set_activation(std::uint16_t field, FixedLayer& layer) const;
  void refuse_activation(std::uint16_t field) const;

  /// A layer that makes the present operator's output of its operand.
  FixedLayer begin(LayerKind kind, std::size_t operand) const;
  void read(const Activation& from, LayerNode& node) const;
  void read_second(const Activation& from, LayerNode& node) const;
  void end(FixedLayer layer, const Activation& from, const Activation* second = nullptr);
  /// A 1 x 1 max pool that makes the same codes as another map.
  int copy(const Activation& from, const std::string& name);
  std::string unique(const std::string& name);
  void alias(const Activation& from);

  void take_input();
  void set_input(const Codes& codes);
  void take_output();
  void see_parts();

  const Model& model_;
  std::size_t operation_ = 0;
  FixedNetwork network_;
  bool has_input_codes_ = false;
  std::map<std::int32_t, Activation> activations_;
  /// Of each layer, whether its operands are all of a joined map.
  std::vector<bool> reads_joined_, reads_joined2_;
  std::set<std::string> names_;
  int joins_ = 0;
};

}  // namespace dcnsim::tflite

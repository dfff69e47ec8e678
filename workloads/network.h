// SPDX-License-Identifier: Apache-2.0
// Networks as data: a list of layers in execution order, either with float weights (as trained) or
// in fixed point (as executed). Batch-norm is already folded; ReLU, bounds and non-overlapping max
// pools are fused into the layer before them.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "models/arch/layer.h"
#include "models/numeric/code_list.h"
#include "models/numeric/conv.h"
#include "models/numeric/post.h"
#include "models/numeric/rounding.h"
#include "workloads/affine.h"
#include "workloads/curve.h"
#include "workloads/pixel_convention.h"

namespace dcnsim {

/// Limits that keep every product of sizes inside its type and memory within reason, whatever a
/// file says: a kernel's, map's or stride's extent, products summed for one output, elements of all
/// feature maps together, magnitude of a bias code.
inline constexpr int kMaxExtent = 65536;
inline constexpr std::int64_t kMaxReduction = std::int64_t{1} << 30;
inline constexpr std::size_t kMaxElements = std::size_t{1} << 28;
inline constexpr std::int64_t kMaxBiasCode = std::int64_t{1} << 62;

/// Layers of a network, and characters (code points) of its names: files that have a line a layer
/// can be read whatever the network.
inline constexpr std::size_t kMaxLayers = 16384;
inline constexpr std::size_t kMaxNameLength = 200;

/// `LayerNode::input` of a layer that reads the network's input image.
inline constexpr int kNetworkInput = -1;

/// Least and greatest value that a layer delivers, as a Clip sets them; infinite: none. 0 as the
/// least is the layer's ReLU instead.
struct ClipBounds {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();

  bool any() const { return *this != ClipBounds{}; }
  friend bool operator==(const ClipBounds& a, const ClipBounds& b) {
    return a.low == b.low && a.high == b.high;
  }
  friend bool operator!=(const ClipBounds& a, const ClipBounds& b) { return !(a == b); }
};

/// "-1..1", "..6", "2.."
std::string to_string(const ClipBounds& bounds);

/// What a layer sees of the map that it reads: rows and columns from a first one on, each `stride`
/// behind the one before, channels from a first one on, and channels of zeros around them. How many
/// they are the layer's own shape says.
struct MapView {
  bool is_part = false;  ///< the map has rows, columns or channels that the layer does not see
  int row = 0, column = 0;
  int stride_h = 1, stride_w = 1;
  int channel = 0;
  int zeros_before = 0, zeros_after = 0;

  bool has_zeros() const { return zeros_before > 0 || zeros_after > 0; }
  /// Channels that an input of shape `in` has of the map.
  int real_channels(const Shape& in) const { return in.channels - zeros_before - zeros_after; }
  friend bool operator==(const MapView& a, const MapView& b) {
    return a.is_part == b.is_part && a.row == b.row && a.column == b.column &&
           a.stride_h == b.stride_h && a.stride_w == b.stride_w && a.channel == b.channel &&
           a.zeros_before == b.zeros_before && a.zeros_after == b.zeros_after;
  }
  friend bool operator!=(const MapView& a, const MapView& b) { return !(a == b); }
};

/// Where a layer's output lies in a map that several layers write, each some of its channels.
struct Join {
  int map = -1;      ///< which of the network's joined maps; -1: the output is a map of its own
  int channel = 0;   ///< of that map, the output's first
  int channels = 0;  ///< of that map

  bool any() const { return map >= 0; }
};

/// One layer without its numbers.
struct LayerNode {
  std::string name;  ///< of the ONNX node it came from
  LayerKind kind = LayerKind::kConv;
  /// Index of the layer whose map is read: of those that write what is read the last.
  int input = kNetworkInput;
  int input2 = kNetworkInput;  ///< kAdd: second operand
  MapView view, view2;         ///< of these maps
  Join join;
  bool relu = false;  ///< behind the pool, as are slopes and bounds
  ClipBounds bounds = {};
  /// kConv: with which negative values are multiplied in front of the bounds, 0 or more, so that
  /// this is monotone: one a channel or one for all; none: they stay as they are.
  std::vector<float> slopes = {};
  ConvShape conv;                  ///< kConv
  int fused_pool = 1;              ///< kConv: max pool window = stride, no padding; 1 for none
  PoolShape pool;                  ///< kPool
  Shape add;                       ///< kAdd
  PairKind pair = PairKind::kSum;  ///< kAdd
  Curve curve = {};                ///< kPool of PoolKind::kTable: what is looked up

  /// Of each operand, as the layer sees it.
  const Shape& input_shape() const {
    return kind == LayerKind::kPool ? pool.in : kind == LayerKind::kAdd ? add : conv.in;
  }
  /// kAdd
  Shape input2_shape() const {
    return pair == PairKind::kScaling ? Shape{1, 1, add.channels} : add;
  }
  Shape output_shape() const {
    if (kind == LayerKind::kPool) return pool.out();
    if (kind == LayerKind::kAdd) return add;
    return {conv.out_h() / fused_pool, conv.out_w() / fused_pool, conv.out_channels};
  }
  bool is_non_negative() const {
    return relu || bounds.low >= 0 || (curve.is_non_negative() && bounds.high >= 0);
  }
  float slope(std::size_t channel) const {
    return slopes.size() == 1 ? slopes.front() : slopes[channel];
  }
  /// Bounds what the layer delivers once more: behind its ReLU and the bounds it has.
  void clip(const ClipBounds& next);
  /// The map in which the output lies.
  Shape map_shape() const {
    const Shape out = output_shape();
    return join.any() ? Shape{out.height, out.width, join.channels} : out;
  }
};

/// Weights are [out_channel][kernel row][kernel column][input channel of group] everywhere.
struct FloatLayer {
  LayerNode node;
  std::vector<float> weights;
  std::vector<float> bias;  ///< one an output channel (zeros if the model had none)
};

/// What is done to pixels before the first layer reads them.
struct InputConvention {
  std::optional<PixelConvention> pixels;  ///< outside of the graph; nothing: not stated, so raw
  AffineChain chain;                      ///< then by nodes of the graph

  bool bgr() const { return pixels && pixels->bgr; }
  /// The first layer reads the pixels themselves.
  bool is_raw() const { return chain.empty() && (!pixels || pixels->is_raw()); }
};

struct FloatNetwork {
  std::string name;        ///< ONNX graph name
  std::string input_name;  ///< ONNX graph input
  Shape input;
  std::vector<FloatLayer> layers;
  InputConvention convention = {};
  std::vector<std::string> assumptions = {};  ///< what the file left open, and what was taken

  /// The map that readers of `producer` read.
  Shape shape_of(int producer) const {
    return producer == kNetworkInput ? input
                                     : layers[static_cast<std::size_t>(producer)].node.map_shape();
  }
};

/// A layer in fixed point. An affine one (`requant.multiplies`) has free steps between its codes,
/// and zero points: its integers alone say what it computes, and `step` what its codes stand for.
/// Its formats have a frac of 0.
struct FixedLayer {
  LayerNode node;
  Format weight;     ///< kConv
  CodeList weights;  ///< codes
  /// What accumulators start from, on their grid: frac = n_w + n_x, or of an affine layer the step
  /// of the weights (of the channel) times that of the input. An input's zero point is folded in:
  /// minus zero point times the sum of the channel's weights.
  std::vector<std::int64_t> bias;
  Requant requant;  ///< output format, rounding, shift; else as set_bounds()
  /// kConv, affine: of each output channel, steps of the accumulator over steps of the output;
  /// with slopes also this times the slope, behind it.
  std::vector<Scale> scales;
  double step = 1;  ///< of the output's codes, times 2^-frac; other than 1 if the layer is affine
  /// Of a table: output codes, one for each code that the input's bits have, from the least on.
  std::vector<std::int32_t> table;
  /// kConv, if it counts (`requant.counts`): of each output channel, on the accumulator's grid;
  /// none less than the one before. Its inputs and outputs may have free steps.
  std::vector<std::int64_t> thresholds;
  /// kConv, affine or with thresholds: of the weights' codes, of each output channel; for who
  /// writes the network.
  std::vector<double> weight_steps;
};

struct FixedNetwork {
  std::string name;
  std::string input_name;
  Shape input;
  Format input_format;
  std::vector<FixedLayer> layers;
  InputConvention convention = {};
  Rounding input_rounding = Rounding::kHalfEven;  ///< of what the convention gives to input_format
  std::vector<std::string> assumptions = {};      ///< what the file left open, and what was taken
  bool input_is_assumed = false;  ///< input_format is the file's only for pixels: it states none
  double input_step = 1;          ///< of the input's codes, times 2^-frac

  /// Format of what `producer` (a layer index or kNetworkInput) delivers.
  const Format& format_of(int producer) const {
    return producer == kNetworkInput ? input_format
                                     : layers[static_cast<std::size_t>(producer)].requant.out;
  }
  /// Of the codes of what `producer` delivers: what one more stands for, times 2^-frac.
  double step_of(int producer) const {
    return producer == kNetworkInput ? input_step : layers[static_cast<std::size_t>(producer)].step;
  }
  /// The same as a number.
  double scale_of(int producer) const {
    return std::ldexp(step_of(producer), -format_of(producer).frac);
  }
  /// The number that a code of what `producer` delivers stands for.
  double number(int producer, std::int32_t code) const {
    return dequantize(code, format_of(producer)) * step_of(producer);
  }
  /// The code of a number of the image.
  std::int32_t input_code(double number) const {
    return quantize(number / input_step, input_format, input_rounding);
  }
  /// The map that readers of `producer` read.
  Shape shape_of(int producer) const {
    return producer == kNetworkInput ? input
                                     : layers[static_cast<std::size_t>(producer)].node.map_shape();
  }
};

/// The table of a layer that has one.
CodeTensor table_of(const FixedLayer& layer);

/// That a table cannot be for codes of so many bits, in words.
std::string why_no_table(int input_bits);

/// Throws std::invalid_argument naming the layer: more than kMaxLayers, inputs that do not come
/// earlier, shapes and views that do not match their producers, joined maps with gaps or of several
/// formats, weights or biases of the wrong count, codes or formats out of range, shifts that do not
/// follow from the formats; of affine layers scales of the wrong count or out of range; zero points
/// and free steps next to a layer that is not affine.
void validate(const FixedNetwork& network);

/// The same for a float network, whose numbers must be finite.
void validate(const FloatNetwork& network);

/// ReLU and bounds of `node` as codes of `requant`'s output, whose step is `step` * 2^-frac. A
/// bound becomes the code that Quant rounds it to, so that requantizing is Quant(Clip(x)) exactly:
/// rounding is monotone.
void set_bounds(Requant& requant, const LayerNode& node, double step = 1);

/// `requant.shift` that follows from the formats of a layer of `network` that is not affine, see
/// post.h.
int required_shift(const FixedNetwork& network, const FixedLayer& layer);

/// The network as a requantizer of `multiplier_bits` executes it: multipliers that have more bits
/// are rounded to them (narrowed()). Throws std::invalid_argument naming the layer if one has no
/// such form.
FixedNetwork with_multipliers_of(FixedNetwork network, int multiplier_bits);

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Float network to fixed-point network: a format for every weight and activation tensor, chosen by
// signal-to-quantization-noise ratio (SQNR) on the tensor itself and on calibration images.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/quantizer/calibration.h"
#include "analysis/quantizer/calibration_cache.h"
#include "analysis/quantizer/format_rule.h"
#include "workloads/fixed_point.h"
#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

/// Widths of one layer; 0 keeps the default of the whole network.
struct LayerWidths {
  std::string layer;  ///< LayerNode::name
  int weight_bits = 0;
  int output_bits = 0;
  std::string place = {};  ///< "widths.yaml:3: ", for messages; "" if it is from no file
};

/// Which scales tensors may have.
enum class Scales {
  kPowerOfTwo,  ///< what a shift requantizes
  kPerTensor,   ///< any, the image's excepted: by a multiplier
  kPerChannel   ///< likewise, and of weights one an output channel
};

/// What options and files call them, in their order.
inline constexpr std::array<const char*, 3> kScalesNames{"power-of-two", "per-tensor",
                                                         "per-channel"};
/// One of these.
inline const char* to_string(Scales scales) {
  return kScalesNames.at(static_cast<std::size_t>(scales));
}
/// Nothing for what is none of them.
std::optional<Scales> scales_named(const std::string& name);

struct QuantizeOptions {
  int weight_bits = 8;
  int activation_bits = 8;  ///< of every layer output but the last
  int logit_bits = 16;      ///< of the last layer's output
  int input_bits = 8;       ///< of the input; 8 keeps raw pixels
  std::vector<LayerWidths> layers;
  Rounding rounding = Rounding::kHalfUp;  ///< of unsigned outputs; signed ones use kHalfEven
  Scales scales = Scales::kPowerOfTwo;
};

/// What was chosen for one layer's tensors, and how good it is: FormatChoice::sqnr_db().
struct LayerFormats {
  FormatChoice weight;  ///< kConv; with a scale a channel its `step` is 1, its noise that of all
  FormatChoice output;
  std::vector<double> weight_scales = {};  ///< if they are free, one a channel

  /// These, or that of the format.
  std::vector<double> scales_of_weights() const {
    return weight_scales.empty() ? std::vector<double>{weight.scale()} : weight_scales;
  }
};

struct QuantizedNetwork {
  FixedNetwork network;
  std::vector<LayerFormats> formats;                      ///< by layer
  std::optional<double> calibration_top1 = std::nullopt;  ///< Calibration::top1
};

/// Quantizes one network at any number of allocations: the format of a tensor at a width is chosen
/// once and kept.
class NetworkQuantizer {
 public:
  /// `network` must outlive it; `calibration` is of that network. Throws std::invalid_argument: NaN
  /// or infinite weights.
  NetworkQuantizer(const FloatNetwork& network, Calibration calibration,
                   FormatRule rule = FormatRule::kMinimumError);

  /// Weights are given fewer fractional bits than the rule says where a bias would not fit 32 bits
  /// on the accumulator's grid otherwise, and operands of an addition where its sum would not fit
  /// 48 bits, the widest adder that is priced. Throws std::invalid_argument: widths outside 1..16,
  /// an unknown layer name (with a suggestion), a bias beyond any grid.
  QuantizedNetwork quantize(const QuantizeOptions& options);

  /// The formats that quantize() would give the layers, without quantizing a number.
  std::vector<LayerFormats> formats(const QuantizeOptions& options);
  /// The same with those of the image, as in_fixed_point() takes them.
  NetworkFormats network_formats(const QuantizeOptions& options);

  /// Of the network's input: of raw pixels the upper bits, else by the rule.
  Format input_format(const QuantizeOptions& options);

  /// The formats of single tensors by the rule, of power-of-two scales; outputs that lie in one map
  /// have that of all of them. `layer` must have weights for `weight`.
  const FormatChoice& weight(std::size_t layer, int bits);
  const FormatChoice& output(std::size_t layer, int bits);
  /// The same under `scales`, by themselves: what biases ask of weights is left out. Of the result
  /// `weight` and `weight_scales`, or `output`.
  const LayerFormats& weight(std::size_t layer, int bits, Scales scales);
  const LayerFormats& output(std::size_t layer, int bits, Scales scales);

  const FloatNetwork& network() const { return network_; }
  const Calibration& calibration() const { return calibration_; }

 private:
  NetworkFormats network_formats(const QuantizeOptions& options,
                                 const std::vector<LayerFormats>& chosen);
  /// `input_frac`: of the inputs beside which biases are to fit, if they are.
  void free_weights(std::size_t layer, Scales scales, std::optional<int> input_frac,
                    LayerFormats& formats) const;
  FormatChoice free_output(std::size_t layer, const FormatChoice& choice) const;
  Histogram written_with(std::size_t layer) const;

  const FloatNetwork& network_;
  Calibration calibration_;
  FormatRule rule_;
  std::vector<bool> non_negative_;
  std::map<int, Format> inputs_;                                           ///< by width
  std::map<std::pair<std::size_t, int>, FormatChoice> weights_, outputs_;  ///< by layer and width
  std::map<std::tuple<std::size_t, int, Scales>, LayerFormats> weights_alone_, outputs_alone_;
};

/// A quantizer of `network`, which must outlive it, calibrated on these images; throws what
/// calibrate() and NetworkQuantizer throw, and refuses the widths of `options` before that long
/// work. `progress(done)` is called after each image, unless they are known from `kept`.
NetworkQuantizer calibrated_quantizer(const FloatNetwork& network, const Dataset& calibration,
                                      const QuantizeOptions& options,
                                      const std::function<void(std::size_t)>& progress = {},
                                      FormatRule rule = FormatRule::kMinimumError,
                                      const CachePlace& kept = {});

/// The same, and quantizes in one go.
QuantizedNetwork quantize_network(const FloatNetwork& network, const Dataset& calibration,
                                  const QuantizeOptions& options,
                                  const std::function<void(std::size_t)>& progress = {},
                                  FormatRule rule = FormatRule::kMinimumError,
                                  const CachePlace& kept = {});

/// Per-layer widths from YAML: `layers: {conv0: {weights: 5, output: 6}, ...}` and optional
/// `weights:`, `activations:`, `logits:`, `input:` defaults, into `options`. Throws
/// std::runtime_error: file, line, field, value, what was expected.
void load_widths(const std::string& path, QuantizeOptions& options);

/// The widths of `options` as load_widths reads them, `comment` (one line) above.
std::string widths_yaml(const QuantizeOptions& options, const std::string& comment);

}  // namespace dcnsim

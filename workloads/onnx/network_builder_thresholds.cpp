// SPDX-License-Identifier: Apache-2.0
// How NetworkBuilder reads MultiThreshold (github.com/fastmachinelearning/qonnx,
// docs/qonnx-custom-ops): a value becomes out_scale * (number of thresholds T with value >= T) +
// out_bias. Sums are integers, so that T is the least sum that reaches it. Thresholds 2^s sums
// apart count as floor((sum - first) / 2^s) + 1 does, clamped: a bias, a shift and a clamp. Others
// are compared with.
#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>

#include "models/base/text/printable.h"
#include "models/numeric/post.h"
#include "workloads/onnx/dims.h"
#include "workloads/onnx/network_builder.h"

namespace dcnsim {
namespace {

constexpr int kMaxThresholdShift = 30;

/// The least sum that is `threshold` or more, where one more of a sum is `unit`; sums lie from
/// -reach to reach, reach + 1 is none.
std::int64_t least_sum(double threshold, double unit, std::int64_t reach) {
  const auto end = static_cast<double>(reach);
  const double quotient = std::ceil(threshold / unit);
  auto sum = static_cast<std::int64_t>(std::clamp(quotient, -end, end + 1));
  // The quotient is rounded, the sign of a fused multiply-add is not.
  while (sum <= reach && std::fma(static_cast<double>(sum), unit, -threshold) < 0) ++sum;
  while (sum > -reach && std::fma(static_cast<double>(sum - 1), unit, -threshold) >= 0) --sum;
  return sum;
}

/// The first of thresholds 2^shift apart that count as those at `sums` do; nothing if none do.
/// Where no sum lies, one threshold is as good as another.
std::optional<std::int64_t> first_of_even(const std::vector<std::int64_t>& sums, int shift,
                                          std::int64_t reach) {
  const std::int64_t step = std::int64_t{1} << shift;
  const auto inside = std::find_if(sums.begin(), sums.end(),
                                   [&](std::int64_t sum) { return sum > -reach && sum <= reach; });
  const std::int64_t always = std::count(sums.begin(), sums.end(), -reach);
  std::int64_t first = always == 0 ? reach + 1 : -reach - (always - 1) * step;
  if (inside != sums.end()) first = *inside - (inside - sums.begin()) * step;
  std::int64_t next = first;
  for (const std::int64_t sum : sums) {
    if (std::clamp(next, -reach, reach + 1) != sum) return std::nullopt;
    next += step;
  }
  return first;
}

/// The least sum that is `threshold` or more once it is multiplied by `unit` and `bias` is added,
/// which are rounded to doubles.
std::int64_t least_sum(double threshold, double unit, double bias, std::int64_t reach) {
  const double left = std::isinf(threshold) ? threshold : threshold - bias;
  if (unit == 0) return left <= 0 ? -reach : reach + 1;
  return least_sum(left, unit, reach);
}

/// What a MultiThreshold gives, in codes: `per_count` * count + `low`, of values `unit` apart.
struct CountCodes {
  double unit;
  std::int64_t per_count;
  std::int64_t low;
};

/// Attributes are float32: their quotient may be off an integer by that much.
constexpr double kQuotientTolerance = 0x1p-20;

CountCodes count_codes(double out_scale, double out_bias, std::size_t thresholds) {
  if (!(out_scale > 0) || !std::isfinite(out_scale)) {
    throw std::runtime_error("out_scale: " + std::to_string(out_scale) +
                             ", expected a positive number");
  }
  const double quotient = out_bias / out_scale, low = std::rint(quotient);
  if (thresholds == 1 && quotient == -0.5) return {out_scale / 2, 2, -1};
  if (!(std::abs(quotient - low) <= kQuotientTolerance * std::abs(low)) ||
      std::abs(low) > 1 << 16) {
    throw std::runtime_error("out_bias: " + std::to_string(out_bias) +
                             ", expected a multiple of out_scale " + std::to_string(out_scale) +
                             ", or minus its half for one threshold");
  }
  return {out_scale, 1, static_cast<std::int64_t>(low)};
}

/// The least format of codes from `low` to `high`.
QuantSpec spec_of_codes(std::int64_t low, std::int64_t high, double unit) {
  QuantSpec spec;
  spec.bits = 1;
  spec.is_signed = false;
  spec.mode = "FLOOR";
  spec.set_scale(unit);
  spec.hold(static_cast<double>(low), static_cast<double>(high));
  spec.narrow = spec.is_signed && spec.bits > 1 && low > spec.min_code();
  spec.format();
  return spec;
}

}  // namespace

void NetworkBuilder::multi_threshold() {
  attributes_->ignore("out_dtype");  // names what out_scale and out_bias give
  const std::string layout = attributes_->text("data_layout", "NCHW");
  const double out_scale = attributes_->real("out_scale", 1.0);
  const double out_bias = attributes_->real("out_bias", 0.0);
  const Constant thresholds = constants_.get(input(1));
  if (thresholds.dims.size() != 2 || thresholds.values.empty()) {
    throw std::runtime_error("has thresholds of " + text(thresholds.dims) +
                             ", expected channels (or 1) x thresholds");
  }
  const Activation from = activation(input(0));
  require_no_padding(from);
  require_threshold_channels(thresholds.dims[0], layout, from);
  compare(thresholds.values.to_vector(), static_cast<std::size_t>(thresholds.dims[1]), out_scale,
          out_bias);
}

void NetworkBuilder::compare(const std::vector<double>& thresholds, std::size_t count,
                             double out_scale, double out_bias) {
  Activation from = activation(input(0));
  const CountCodes codes = count_codes(out_scale, out_bias, count);
  const auto high = codes.low + codes.per_count * static_cast<std::int64_t>(count);
  const QuantSpec spec = spec_of_codes(codes.low, high, codes.unit);

  Layer* open = open_convolution(input(0));
  Layer& layer = open != nullptr ? *open : copy_of(input(0));
  if (open == nullptr) from = activations_[node_->output(0)];
  const SumThresholds of = thresholds_of_sums(layer, thresholds, count);
  const bool shifts = codes.per_count == 1 && shift_as_thresholds(layer, of, codes.unit, codes.low);
  if (!shifts) count_thresholds(layer, of, codes.per_count);
  if (codes.low > spec.min_code() || high < spec.max_code()) {
    layer.node.clip({static_cast<float>(static_cast<double>(codes.low) * codes.unit),
                     static_cast<float>(static_cast<double>(high) * codes.unit)});
  }
  give_format(layers_, layer, spec);
  from.quantized = true;
  deliver(std::move(from));
}

void NetworkBuilder::require_threshold_channels(std::int64_t channels, const std::string& layout,
                                                const Activation& from) const {
  const bool is_last = layout == "NHWC";
  if (!is_last && layout != "NCHW" && layout != "NC" && layout != "NWC" && layout != "NCW") {
    throw std::runtime_error("data_layout: '" + printable(layout) + "', expected NCHW, NHWC or NC");
  }
  if (channels == 1) return;
  const int wanted = shape_of(from.producer).channels;
  if (channels != wanted) {
    throw std::runtime_error("has thresholds of " + std::to_string(channels) +
                             " channels, expected 1 or " + std::to_string(wanted));
  }
  const std::size_t at = is_last ? from.view.size() - 1 : 1;
  if (from.view.size() < 2 || from.view[at] != std::vector<MapAxis>{MapAxis::kChannel}) {
    throw std::runtime_error("data_layout: '" + layout + "', but the channels of " +
                             text(from.view) + " are not there");
  }
}

/// The thresholds of each channel as sums, and between which sums those of a channel lie.
NetworkBuilder::SumThresholds NetworkBuilder::thresholds_of_sums(
    const Layer& layer, const std::vector<double>& thresholds, std::size_t count) {
  if (!layer.weight_quant) {
    throw std::runtime_error(
        "the weights before it have no Quant: whether its thresholds are met "
        "depends on their codes");
  }
  const QuantSpec in = spec_of(layer.node.input);
  if (in.zero_point != 0) {
    throw std::runtime_error("behind a layer that reads " + in.text() + ": no zero point would do");
  }
  QuantSpec weights = *layer.weight_quant;
  const Rounding rounding = weights.code_rounding();
  const auto channels = static_cast<std::size_t>(layer.node.conv.out_channels);
  const auto largest =
      static_cast<double>(std::max(std::abs(in.min_code()), std::abs(in.max_code())));
  spend(2 * channels * count);
  SumThresholds result;
  result.sums.resize(channels);
  std::vector<double> codes;
  for (std::size_t c = 0; c < channels; ++c) {
    if (!layer.weight_scales.empty()) weights.set_scale(layer.weight_scales[c]);
    double reach = 0;
    read_weights(layer, c, codes);
    weights.put_codes(codes.data(), codes.size(), rounding);
    for (const double code : codes) reach += std::abs(code) * largest;
    if (reach > std::ldexp(1.0, 48)) throw std::runtime_error("sums exceed 2^48");
    result.reaches.push_back(static_cast<std::int64_t>(reach));
    // A negative factor turns the signs of the weights, see fix_weights().
    const double unit =
        weights.scale() * in.scale() * (layer.scale.empty() ? 1.0 : std::abs(layer.scale[c]));
    const double bias = layer.bias.empty() ? 0.0 : layer.bias[c];
    const std::size_t row = thresholds.size() == count ? 0 : c;
    for (std::size_t i = row * count; i < (row + 1) * count; ++i) {
      if (std::isnan(thresholds[i]) || (i > row * count && thresholds[i] < thresholds[i - 1])) {
        throw std::runtime_error("the thresholds of channel " + std::to_string(row) +
                                 " do not rise");
      }
      result.sums[c].push_back(least_sum(thresholds[i], unit, bias, result.reaches[c]));
    }
  }
  return result;
}

/// Gives `layer` a bias from which a shift makes the codes, one more for each of its thresholds;
/// false if there is none, or not the same shift in all channels.
bool NetworkBuilder::shift_as_thresholds(Layer& layer, const SumThresholds& of, double unit,
                                         std::int64_t low) {
  int exponent = 0;
  const QuantSpec in = spec_of(layer.node.input);
  if (in.is_affine() || std::frexp(unit, &exponent) != 0.5) return false;
  const std::size_t channels = of.sums.size();
  const auto first_of_all = [&](int shift) {
    std::vector<std::int64_t> firsts;
    for (std::size_t c = 0; c < channels; ++c) {
      const auto first = first_of_even(of.sums[c], shift, of.reaches[c]);
      if (!first) break;
      firsts.push_back(*first);
    }
    return firsts;
  };
  int shift = 0;
  std::vector<std::int64_t> firsts = first_of_all(shift);
  while (firsts.size() < channels && ++shift <= kMaxThresholdShift) firsts = first_of_all(shift);
  if (firsts.size() < channels) return false;
  // Codes at scale 1 from here on, whose sums are multiplied to the grid of the bias.
  QuantSpec weights = *layer.weight_quant;
  const Rounding rounding = weights.code_rounding();
  std::vector<double> codes, of_channel;
  for (std::size_t c = 0; c < channels; ++c) {
    if (!layer.weight_scales.empty()) weights.set_scale(layer.weight_scales[c]);
    read_weights(layer, c, of_channel);
    weights.put_codes(of_channel.data(), of_channel.size(), rounding);
    codes.insert(codes.end(), of_channel.begin(), of_channel.end());
  }
  layer.weights =
      Numbers::of_integers(codes.size(), [&](std::size_t first, std::size_t count, double* to) {
        std::copy_n(codes.data() + first, count, to);
      });
  layer.weight_scales.clear();
  weights.set_scale(1);
  layer.weight_quant = weights;
  const double grid = std::ldexp(unit, -shift);
  layer.scale.resize(channels, 1.0);
  for (double& factor : layer.scale) factor = std::copysign(grid / in.scale(), factor);
  layer.bias.clear();
  for (const std::int64_t first : firsts) {
    // The code of the first sum that reaches the first threshold is low + 1.
    const std::int64_t code = (low + 1) * (std::int64_t{1} << shift) - first;
    layer.bias.push_back(static_cast<double>(code) * grid);
  }
  layer.bias_quant = QuantSpec{kMaxQuantBits, 0, true, false, "ROUND"};
  layer.bias_quant->set_scale(grid);
  return true;
}

void NetworkBuilder::count_thresholds(Layer& layer, const SumThresholds& of,
                                      std::int64_t per_count) {
  const std::int64_t count = per_count * static_cast<std::int64_t>(of.sums.front().size());
  if (count > kMaxThresholds) {
    throw std::runtime_error(
        "has " + std::to_string(count) +
        " thresholds that are not 2^n sums apart, the same in all channels, which is what a shift "
        "can count: others are compared with, at most " +
        std::to_string(kMaxThresholds) + " a channel");
  }
  for (const std::vector<std::int64_t>& sums : of.sums) {
    for (const std::int64_t sum : sums) {
      layer.thresholds.insert(layer.thresholds.end(), static_cast<std::size_t>(per_count), sum);
    }
  }
  layer.bias.clear();
  layer.bias_quant.reset();
}

}  // namespace dcnsim

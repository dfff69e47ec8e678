// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/fixed_network.h"

#include <utility>
#include <variant>

#include "analysis/evaluation/convention_check.h"
#include "analysis/evaluation/network_file.h"
#include "analysis/quantizer/quantize_network.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/images/load_images.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

constexpr std::size_t kRandomImages = 2;

}  // namespace

QuantizeOptions WidthRequest::options() const {
  QuantizeOptions options;
  if (!file.empty()) load_widths(file, options);
  if (weight_bits) options.weight_bits = *weight_bits;
  if (activation_bits) options.activation_bits = *activation_bits;
  return options;
}

FixedPointAlready::FixedPointAlready(const std::string& of)
    : std::invalid_argument(of + ": is in fixed point already; widths are for float networks"),
      network(of) {}

void claim_widths(FileClaims& claims, const WidthRequest& widths, const ShippedData& data) {
  claims.reads("widths", widths.file);
  claims.reads_folder("calibration", data.calibration(widths.calibration).path, ".bin");
  claims.reads("calibration labels", widths.calibration_labels);
}

const Shape& StatedNetwork::input() const {
  return std::visit([](const auto& any) -> const Shape& { return any.input; }, network);
}

StatedNetwork load_stated(const std::string& path, const std::optional<PixelConvention>& pixels,
                          const ShippedData& data) {
  StatedNetwork stated{path, load_network(path, pixels), {}};
  const bool has_card = data.is_network(path);
  stated.pixels = std::visit(
      [&](auto& any) {
        if (has_card && !any.convention.pixels) any.convention.pixels = PixelConvention{};
        return state_pixels(any, pixels);
      },
      stated.network);
  return stated;
}

CalibrationImages calibration_images(const std::string& network, const Shape& input,
                                     const WidthRequest& widths, const ShippedData& data,
                                     bool random_will_do, std::vector<InputFile>& inputs) {
  const bool is_given = !widths.calibration.empty();
  if (!is_given && input != kCifarShape) {
    if (random_will_do) return {random_pixels(input, kRandomImages), true};
    throw std::runtime_error(network + ": its input is " + to_string(input) +
                             ": formats need images of that shape to be chosen from "
                             "(--calibration)");
  }
  const InputPath file = data.calibration(widths.calibration);
  CalibrationImages calibration;
  calibration.images = load_images({file.path, widths.calibration_labels}, input);
  inputs.push_back(describe_input("calibration", file));
  if (!widths.calibration_labels.empty()) {
    inputs.push_back(describe_input("calibration labels", user_file(widths.calibration_labels)));
  }
  return calibration;
}

FixedPoint fixed_network(StatedNetwork stated, const WidthRequest& widths, const ShippedData& data,
                         bool values_matter, std::vector<InputFile>& inputs,
                         const OnRunProgress& progress) {
  const auto trying = [&](std::size_t done) {
    if (progress) progress({RunStage::kTryingPixels, done, named_conventions().size(), "", 0});
  };
  if (auto* fixed = std::get_if<FixedNetwork>(&stated.network)) {
    if (widths.given()) throw FixedPointAlready(stated.path);
    if (values_matter && fixed->input == kCifarShape && !stated.pixels.is_backed()) {
      try_conventions(*fixed, load_cifar10(data.calibration().path), {}, stated.pixels, trying);
    }
    return {std::move(*fixed), std::move(stated.pixels), false};
  }
  const auto& floats = std::get<FloatNetwork>(stated.network);
  const QuantizeOptions options = widths.options();
  const CalibrationImages calibration =
      calibration_images(stated.path, floats.input, widths, data, !values_matter, inputs);
  add_note(calibration.images, stated.pixels);
  if (!widths.file.empty()) inputs.push_back(describe_input("widths", user_file(widths.file)));
  const auto calibrated = [&](std::size_t done) {
    if (progress) progress({RunStage::kCalibrating, done, calibration.images.size(), "", 0});
  };
  calibrated(0);
  CachePlace kept{widths.cache, ""};
  if (!kept.folder.empty()) {
    kept.network = describe_network("network", user_file(stated.path)).sha256;
  }
  NetworkQuantizer quantizer =
      calibrated_quantizer(floats, calibration.images, options, calibrated, widths.rule, kept);
  QuantizedNetwork quantized = quantizer.quantize(options);
  FixedPoint fixed{std::move(quantized.network), {}, calibration.are_random};
  if (values_matter) {
    try_conventions(floats, calibration.images, quantized.calibration_top1, stated.pixels, trying);
    fixed.tensors = tensor_ranges(quantizer, quantized.formats);
  }
  fixed.pixels = std::move(stated.pixels);
  return fixed;
}

}  // namespace dcnsim

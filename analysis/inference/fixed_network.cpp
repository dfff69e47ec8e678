// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/fixed_network.h"

#include <utility>
#include <variant>

#include "analysis/quantizer/quantize_network.h"
#include "workloads/cifar10/dataset.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {

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

FixedNetwork fixed_network(const std::string& path, const WidthRequest& widths,
                           const ShippedData& data, std::vector<InputFile>& inputs,
                           const OnRunProgress& progress) {
  auto loaded = load_network(path);
  if (auto* fixed = std::get_if<FixedNetwork>(&loaded)) {
    if (widths.given()) throw FixedPointAlready(path);
    return std::move(*fixed);
  }
  const QuantizeOptions options = widths.options();
  const std::string calibration = data.calibration(widths.calibration);
  const Dataset images = load_cifar10(calibration);
  inputs.push_back(describe_input("calibration", calibration));
  if (!widths.file.empty()) inputs.push_back(describe_input("widths", widths.file));
  const auto calibrated = [&](std::size_t done) {
    if (progress) progress({RunStage::kCalibrating, done, images.size(), "", 0});
  };
  calibrated(0);
  return quantize_network(std::get<FloatNetwork>(loaded), images, options, calibrated, widths.rule)
      .network;
}

}  // namespace dcnsim

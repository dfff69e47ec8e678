// SPDX-License-Identifier: Apache-2.0
// From a network's file to what is executed: in fixed point as it is, or quantized now.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/evaluation/input_file.h"
#include "analysis/inference/run_progress.h"
#include "analysis/inference/shipped_data.h"
#include "analysis/quantizer/format_rule.h"
#include "workloads/network.h"

namespace dcnsim {

struct QuantizeOptions;

/// How a float network is quantized.
struct WidthRequest {
  std::optional<int> weight_bits;      ///< of every layer [8]
  std::optional<int> activation_bits;  ///< of every layer's output but the last [8]
  std::string file;                    ///< widths by layer (load_widths), changed by the above
  std::string calibration;  ///< images that formats are chosen from; "": the shipped ones
  FormatRule rule = FormatRule::kMinimumError;

  bool given() const {
    return weight_bits || activation_bits || !file.empty() || !calibration.empty();
  }
  /// Throws what load_widths throws.
  QuantizeOptions options() const;
};

/// Widths are given for a network that has its own.
struct FixedPointAlready : std::invalid_argument {
  explicit FixedPointAlready(const std::string& network);
  std::string network;  ///< path or name
};

/// The network in the file `path`; a float network is quantized, and the files that its formats
/// come from are added to `inputs`. Throws FixedPointAlready, std::runtime_error and
/// std::invalid_argument: what load_network, load_widths, load_cifar10 and quantize_network throw.
FixedNetwork fixed_network(const std::string& path, const WidthRequest& widths,
                           const ShippedData& data, std::vector<InputFile>& inputs,
                           const OnRunProgress& progress = {});

}  // namespace dcnsim

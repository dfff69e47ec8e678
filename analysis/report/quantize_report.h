// SPDX-License-Identifier: Apache-2.0
// What `dcnsim quantize` chose and measured, as plain data: the source of its tables and JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/evaluation/input_file.h"
#include "analysis/evaluation/pixel_statement.h"
#include "analysis/quantizer/tensor_quality.h"
#include "models/base/text/text_layout.h"

namespace dcnsim {

/// SQNR of one layer's output against the float network, in dB; infinite if it is exact.
struct LayerSqnr {
  std::string name;
  double predicted_db = 0;  ///< by the additive law
  double measured_db = 0;   ///< on the calibration images
};

struct QuantizeReport {
  std::string version;
  std::vector<InputFile> inputs;
  std::string network;
  PixelStatement pixels;
  std::string rule;  ///< of the formats
  std::vector<TensorQuality> tensors;
  std::vector<LayerSqnr> layers;
  std::vector<std::string> warnings;
};

inline constexpr const char* kQuantizeSchema = "dcnsim.quantize/1";

/// Where the additive law cannot be relied on: tensors whose SQNR is too low, clipping that takes
/// most of the noise, layers whose measured SQNR is out of the margin (noise_law.h).
std::vector<std::string> law_warnings(const std::vector<TensorQuality>& tensors,
                                      const std::vector<LayerSqnr>& layers);

/// Both tables for a terminal.
std::string to_text(const QuantizeReport& report, const TextLayout& layout = {});

/// Schema dcnsim.quantize/1 (quantize_schema.md).
std::string to_json(const QuantizeReport& report);

}  // namespace dcnsim

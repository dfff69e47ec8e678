// SPDX-License-Identifier: Apache-2.0
// From a network's file to what is executed: in fixed point as it is, or quantized now.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "analysis/evaluation/input_file.h"
#include "analysis/evaluation/pixel_statement.h"
#include "analysis/inference/run_progress.h"
#include "analysis/inference/shipped_data.h"
#include "analysis/quantizer/format_rule.h"
#include "analysis/quantizer/tensor_range.h"
#include "models/base/file/file_claims.h"
#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

struct QuantizeOptions;

/// How a float network is quantized.
struct WidthRequest {
  std::optional<int> weight_bits;      ///< of every layer [8]
  std::optional<int> activation_bits;  ///< of every layer's output but the last [8]
  std::string file;                    ///< widths by layer (load_widths), changed by the above
  std::string calibration;         ///< images that formats are chosen from; "": the shipped ones
  std::string calibration_labels;  ///< of a .npy
  FormatRule rule = FormatRule::kMinimumError;
  std::string cache;  ///< folder where calibrations are kept; "" for nowhere

  bool given() const {
    return weight_bits || activation_bits || !file.empty() || !calibration.empty();
  }
  /// Throws what load_widths throws.
  QuantizeOptions options() const;
};

/// The files a float network's formats come from.
void claim_widths(FileClaims& claims, const WidthRequest& widths, const ShippedData& data);

/// Widths are given for a network that has its own.
struct FixedPointAlready : std::invalid_argument {
  explicit FixedPointAlready(const std::string& network);
  std::string network;  ///< path or name
};

/// A network as its file has it, and what pixels are to it.
struct StatedNetwork {
  std::string path;  ///< or the network's name
  std::variant<FloatNetwork, FixedNetwork> network;
  PixelStatement pixels;

  const Shape& input() const;
};

/// Networks that come with dcnsim take raw pixels, as their cards state. Throws std::runtime_error
/// and std::invalid_argument: what load_network and state_pixels throw.
StatedNetwork load_stated(const std::string& path, const std::optional<PixelConvention>& pixels,
                          const ShippedData& data);

/// What formats are chosen from.
struct CalibrationImages {
  Dataset images;
  bool are_random = false;  ///< in want of images: formats then say nothing about values
};

/// For a network with this input (of `network`, for messages): the images asked for, else the
/// shipped ones where they have its shape, else, where that will do, random pixels. Files are added
/// to `inputs`. Throws std::runtime_error: what load_images throws, or that images must be given.
CalibrationImages calibration_images(const std::string& network, const Shape& input,
                                     const WidthRequest& widths, const ShippedData& data,
                                     bool random_will_do, std::vector<InputFile>& inputs);

/// A network to execute.
struct FixedPoint {
  FixedNetwork network;
  PixelStatement pixels;
  bool has_random_formats = false;  ///< CalibrationImages::are_random
  /// If it was quantized now where `values_matter`.
  std::vector<TensorRange> tensors = {};
};

/// `stated` as it is in fixed point, or quantized; the files that its formats come from are added
/// to `inputs`. Where `values_matter`, formats come from images, and the statement warns if another
/// convention is far better (try_conventions). Throws FixedPointAlready, std::runtime_error and
/// std::invalid_argument: what calibration_images, load_widths and quantize_network throw.
FixedPoint fixed_network(StatedNetwork stated, const WidthRequest& widths, const ShippedData& data,
                         bool values_matter, std::vector<InputFile>& inputs,
                         const OnRunProgress& progress = {});

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// A sweep file as data: the space to explore and what to look for in it (sweep.md has the format).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/evaluation/input_file.h"
#include "analysis/quantizer/format_rule.h"
#include "analysis/quantizer/quantize_network.h"
#include "analysis/sweep/metric.h"
#include "workloads/pixel_convention.h"

namespace dcnsim {

/// What varies together: one value for each setting at each position. Settings are fields of the
/// accelerator ("array.rows"), or "accelerator", the file that the others change.
struct Axis {
  std::string name;
  std::vector<std::string> settings;
  /// values[position][setting] as YAML text; nothing where a point leaves the setting as it is.
  std::vector<std::vector<std::optional<std::string>>> values;
};

/// One allocation of bit-widths, as it is asked for.
struct AllocationRequest {
  enum class Kind : std::uint8_t {
    kEqual,
    kPerLayer,
    kFile,
    kOptimal,
    kNetwork,
    kOwn  ///< of networks in fixed point: as they are
  } kind = Kind::kEqual;
  std::string label;
  std::vector<int> weights;      ///< kEqual: one; kPerLayer: one a layer with weights
  std::vector<int> activations;  ///< one, or kPerLayer: one a layer's output but the last
  std::string file;  ///< kFile: widths as `dcnsim quantize --widths` reads them; kNetwork: QONNX

  /// kOptimal: as the options of `dcnsim allocate`.
  enum class Target : std::uint8_t { kEqualBits, kSqnr, kSize, kEnergy, kLatency };
  Target target = Target::kEqualBits;
  double goal = 0;  ///< bits, dB, kB, uJ or ms
  std::string cost = "size", noise = "measured", tensors = "weights";
  Scales scales = Scales::kPowerOfTwo;
};

struct Constraint {
  Metric metric = Metric::kArea;
  std::optional<double> at_most, at_least;  ///< in the metric's unit
};

/// What names in a sweep file stand for.
struct SweepFiles {
  /// A network or accelerator that comes with dcnsim; throws std::runtime_error if none has that
  /// name.
  std::function<InputPath(const std::string&name)> network, accelerator;
  InputPath calibration, images;  ///< where the sweep file names none
  /// Whether a network is in fixed point; not called where it is empty: then none is.
  std::function<bool(const InputPath&)> is_fixed_point = {};
};

/// Files are named as the sweep file has them: a name that comes with dcnsim, or a path seen from
/// the sweep file's folder.
struct SweepSpec {
  std::string file, text;
  std::string name;
  std::vector<std::string> networks{"cifar10_plain7"};  ///< ONNX files
  bool networks_are_fixed = false;  ///< QONNX all of them, with widths of their own; else float
  std::string accelerator = "small_edge";  ///< what axes change
  std::string calibration, images;         ///< "": where SweepFiles says
  std::string labels;                      ///< of .npy images; "": none
  std::optional<PixelConvention> pixels;   ///< instead of what networks' files state
  bool has_accuracy = true;
  bool has_stream = false;  ///< an axis sets mapping.batch
  /// Of networks in fixed point, which need none: that energy may count zeros on images.
  bool has_calibration = true;
  double zeros = 0;  ///< share among the input codes of convolutions, without images to count on
  std::uint64_t calibration_limit = 0, image_limit = 0;  ///< the first so many; 0: all
  FormatRule rule = FormatRule::kMinimumError;
  std::vector<Axis> axes;
  std::vector<AllocationRequest> allocations;  ///< under each of the file's `scales`
  std::vector<Constraint> constraints;
  std::vector<Metric> objectives;
  SweepFiles files;

  InputPath network_path(const std::string& which) const;
  InputPath accelerator_path(const std::string& which) const;
  InputPath calibration_path() const;
  InputPath images_path() const;
  /// Why no point has the metric; "" if points do.
  std::string why_unknown(Metric metric) const;
  /// As seen from the sweep file's folder; called what it is called there.
  InputPath path(const std::string& relative) const;
};

/// Expands lists and ranges; opens no file but through `files`. Throws std::runtime_error with one
/// line: file, line, field, problem.
SweepSpec parse_sweep(const std::string& text, const std::string& file, const SweepFiles& files);

inline constexpr std::uint64_t kMostPoints = 10'000'000;

}  // namespace dcnsim

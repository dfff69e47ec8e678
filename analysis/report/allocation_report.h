// SPDX-License-Identifier: Apache-2.0
// What `dcnsim allocate` chose and why, as plain data: the source of its JSON, CSV, YAML and
// tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/allocation/curve.h"
#include "analysis/allocation/study.h"
#include "analysis/evaluation/input_file.h"
#include "analysis/evaluation/pixel_statement.h"
#include "models/base/text/text_layout.h"
#include "models/numeric/format.h"

namespace dcnsim {

/// One allocated tensor.
struct TensorReport {
  std::string name;
  WidthRange range;
  FormatChoice choice;
  double kappa_db = 0;  ///< dB per bit over the widths of the search, 0 for an exact tensor
  std::uint64_t elements = 0;
  std::optional<double> closed_form_bits;  ///< the real-valued optimum
  double noise_share = 0;                  ///< of the predicted output noise, 0..1
  /// One bit less: cost saved (in the unit of the cost) and output SQNR lost; nothing at the lowest
  /// width.
  std::optional<double> saved_cost, lost_db;
};

struct AllocationReport {
  std::string version;
  std::vector<InputFile> inputs;
  std::string network;
  PixelStatement pixels;
  std::string accelerator;
  double clock_period_s = 0;
  std::string goal;         ///< in words
  std::string noise_model;  ///< "paper", "tensor", "measured"
  CostKind cost_kind = CostKind::kSize;
  bool is_proven = false;     ///< no integer allocation is better, by the model
  std::uint64_t weights = 0;  ///< number of them
  std::uint64_t images = 0;   ///< evaluated; 0: there is no accuracy
  double float_top1 = 0;
  std::vector<TensorReport> tensors;
  AllocationFigures allocation;
  std::vector<AllocationFigures> equal;  ///< for comparison
  std::vector<CurvePoint> curve;
  std::vector<std::string> warnings;
};

inline constexpr const char* kAllocationSchema = "dcnsim.allocate/1";

/// Accuracy below the float network's at which rules are compared, as fractions.
inline constexpr double kAccuracyLosses[] = {0.001, 0.005, 0.010};

/// "size", "macs", "energy", "cycles", and the unit a cost is counted in ("bit", "MAC bit", "pJ",
/// "cycles").
std::string to_string(CostKind kind);
std::string unit_of(CostKind kind);

/// The report as JSON text, schema dcnsim.allocate/1 (allocation_schema.md).
std::string to_json(const AllocationReport& report);
/// Reads what to_json() wrote, but for the clock period and the widths of the curve's points.
/// Throws std::runtime_error: file, field, what was expected.
AllocationReport load_allocation_report(const std::string& path);
/// The curve, one row a point, with a header row.
std::string curve_csv(const AllocationReport& report);
/// For a terminal.
std::string to_text(const AllocationReport& report, const TextLayout& layout = {});

/// The accuracies at which rules are compared: float less kAccuracyLosses.
std::vector<double> compared_accuracies(const AllocationReport& report);

}  // namespace dcnsim

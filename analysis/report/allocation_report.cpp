// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/allocation_report.h"

#include <fmt/format.h>

namespace dcnsim {

std::string to_string(CostKind kind) {
  switch (kind) {
    case CostKind::kSize:
      return "size";
    case CostKind::kMacs:
      return "macs";
    case CostKind::kEnergy:
      return "energy";
    case CostKind::kCycles:
      return "cycles";
  }
  return "";
}

std::string unit_of(CostKind kind) {
  switch (kind) {
    case CostKind::kSize:
      return "bit";
    case CostKind::kMacs:
      return "MAC bit";
    case CostKind::kEnergy:
      return "pJ";
    case CostKind::kCycles:
      return "cycles";
  }
  return "";
}

std::vector<double> compared_accuracies(const AllocationReport& report) {
  std::vector<double> accuracies;
  for (const double loss : kAccuracyLosses) accuracies.push_back(report.float_top1 - loss);
  return accuracies;
}

std::string curve_csv(const AllocationReport& report) {
  std::string csv = "rule";
  for (const TensorReport& tensor : report.tensors) {
    std::string name = tensor.name;
    for (char& c : name) {
      if (c == ',' || c == '"' || (c >= '\0' && c < ' ') || c == '\x7f') c = '_';
    }
    csv += "," + name;
  }
  csv += ",weight_bytes,energy_uj,cycles,predicted_sqnr_db,top1\n";
  for (const CurvePoint& point : report.curve) {
    csv += point.rule;
    for (const int bits : point.widths) csv += fmt::format(",{}", bits);
    csv += fmt::format(",{},{},{},{},{}\n", static_cast<double>(point.weight_bits) / 8,
                       point.energy_pj / 1e6, point.cycles, point.predicted_sqnr_db, point.top1);
  }
  return csv;
}

}  // namespace dcnsim

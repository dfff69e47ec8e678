// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/allocation_report.h"

#include <fmt/format.h>

#include "models/base/table/csv_writer.h"

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
  std::vector<std::string> fields{"rule"};
  for (const TensorReport& tensor : report.tensors) fields.push_back(tensor.name);
  for (const char* figure : {"weight_bytes", "energy_uj", "cycles", "predicted_sqnr_db", "top1"}) {
    fields.emplace_back(figure);
  }
  std::string csv = csv_line(fields);
  for (const CurvePoint& point : report.curve) {
    fields = {point.rule};
    for (const int bits : point.widths) fields.push_back(std::to_string(bits));
    fields.push_back(fmt::format("{}", static_cast<double>(point.weight_bits) / 8));
    fields.push_back(fmt::format("{}", point.energy_pj / 1e6));
    fields.push_back(std::to_string(point.cycles));
    fields.push_back(fmt::format("{}", point.predicted_sqnr_db));
    fields.push_back(fmt::format("{}", point.top1));
    csv += csv_line(fields);
  }
  return csv;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "models/cost/post_cost.h"

#include <algorithm>
#include <stdexcept>

#include "models/cost/csv.h"
#include "models/cost/technology.h"

namespace dcnsim {

PostCost::PostCost(const std::string& tables_dir, const AcceleratorConfig& config)
    : technology_(config.cost.technology) {
  const std::string path = tables_dir + "/requant_etc.csv";
  const CsvTable table = CsvTable::load(path);
  require_technology(table, technology_);
  const std::size_t library = table.column("library"), unit = table.column("unit"),
                    mode = table.column("mode"), data = table.column("data"),
                    in_bits = table.column("in_bits"), out_bits = table.column("out_bits"),
                    area = table.column("area_um2"), leakage = table.column("leakage_nw"),
                    energy = table.column("energy_fj_per_op");

  struct Wanted {
    Units& units;
    const char *unit, *mode, *data;
    int in_bits;  ///< 0: any
  };
  const int accumulator_bits = config.accumulator.bits;
  const Wanted all[] = {{half_even_, "requant_var_shift", "half_even", "cnn", accumulator_bits},
                        {half_up_, "requant_var_shift", "half_up", "cnn", accumulator_bits},
                        {maximum_, "maxpool2", "", "cnn", 0},
                        {adder_, "adder", "", "uniform", 0}};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.text(row, library) != technology_) continue;
    for (const Wanted& wanted : all) {
      if (table.text(row, unit) != wanted.unit || table.text(row, mode) != wanted.mode ||
          table.text(row, data) != wanted.data ||
          (wanted.in_bits != 0 && table.integer(row, in_bits) != wanted.in_bits)) {
        continue;
      }
      const PostUnit point{table.number(row, energy), table.number(row, area),
                           table.number(row, leakage)};
      if (!wanted.units.add(table.integer(row, out_bits), 0, point)) {
        table.fail(row, out_bits, "a second row for this width");
      }
      conditions_ = logic_conditions(table, row);
    }
  }
  for (const Wanted& wanted : all) {
    if (!wanted.units.empty()) continue;
    throw std::runtime_error(
        path + ": no rows " + wanted.unit + (*wanted.mode == '\0' ? "" : " ") + wanted.mode +
        (wanted.in_bits == 0 ? ""
                             : " for " + std::to_string(wanted.in_bits) + "-bit accumulators") +
        " in " + technology_);
  }
  table_ = table.file_name();
  sha256_ = table.sha256();
}

PostUnit PostCost::look_up(const Units& units, int bits, const char* what) const {
  const auto corners = units.around(std::max(bits, 2), 0);
  if (corners.empty()) {
    throw std::runtime_error(table_ + ": no " + what + " of " + std::to_string(bits) + " bits in " +
                             technology_ + " (" + std::to_string(*units.xs().begin()) + ".." +
                             std::to_string(*units.xs().rbegin()) + ")");
  }
  return {blend(corners, &PostUnit::energy_fj), blend(corners, &PostUnit::area_um2),
          blend(corners, &PostUnit::leakage_nw)};
}

PostUnit PostCost::requantizer(int out_bits, Rounding rounding) const {
  const bool half_even = rounding == Rounding::kHalfEven;
  return look_up(half_even ? half_even_ : half_up_, out_bits, "requantizer");
}

PostUnit PostCost::maximum(int bits) const { return look_up(maximum_, bits, "maximum unit"); }

PostUnit PostCost::adder(int sum_bits) const {
  return look_up(adder_, std::max(sum_bits, 16), "adder");
}

}  // namespace dcnsim

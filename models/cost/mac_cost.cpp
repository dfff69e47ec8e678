// SPDX-License-Identifier: Apache-2.0
#include "models/cost/mac_cost.h"

#include <algorithm>
#include <stdexcept>

#include "models/cost/csv.h"
#include "models/cost/technology.h"

namespace dcnsim {
namespace {

std::string pair_name(int weight_bits, int activation_bits) {
  return std::to_string(weight_bits) + " x " + std::to_string(activation_bits) + " bit";
}

/// Rows of one technology, CNN-like signed operands, the given accumulator.
class MacRows {
 public:
  MacRows(const CsvTable& table, const AcceleratorConfig& config)
      : table_(table),
        technology_(config.cost.technology),
        library_(table.column("library")),
        data_(table.column("data")),
        accumulator_(table.column("acc_bits")),
        accumulator_bits_(config.accumulator.bits),
        multiply_(table.column("energy_mul_fj")),
        accumulate_(table.column("energy_acc_fj")),
        registers_(table.column("energy_reg_fj")),
        operands_(table.column("energy_opreg_fj")),
        inputs_(table.column("energy_input_net_fj")) {}

  bool matches(std::size_t row) const {
    return table_.text(row, library_) == technology_ && table_.text(row, data_) == "cnn" &&
           table_.integer(row, accumulator_) == accumulator_bits_;
  }
  MacEnergy energy(std::size_t row) const {
    const double registers = table_.number(row, registers_);
    const double operands = table_.number(row, operands_);
    if (operands > registers) table_.fail(row, operands_, "more than energy_reg_fj");
    return {table_.number(row, multiply_), table_.number(row, accumulate_),
            operands + table_.number(row, inputs_), registers - operands};
  }

 private:
  const CsvTable& table_;
  const std::string& technology_;
  std::size_t library_, data_, accumulator_;
  int accumulator_bits_;
  std::size_t multiply_, accumulate_, registers_, operands_, inputs_;
};

MacEnergy blend_energy(const std::vector<Corner<MacEnergy>>& corners) {
  return {blend(corners, &MacEnergy::multiply), blend(corners, &MacEnergy::accumulate),
          blend(corners, &MacEnergy::operands), blend(corners, &MacEnergy::accumulators)};
}

}  // namespace

MacCost::MacCost(const std::string& tables_dir, const AcceleratorConfig& config)
    : technology_(config.cost.technology),
      weight_bits_(config.array.weight_bits),
      activation_bits_(config.array.activation_bits) {
  read_native(tables_dir + "/mac_energy_area.csv", config);
  read_narrow(tables_dir + "/mac_subword.csv", config);
}

void MacCost::read_native(const std::string& path, const AcceleratorConfig& config) {
  struct Point {
    MacEnergy energy;
    MacUnit unit;
    std::size_t row;
  };
  const CsvTable table = CsvTable::load(path);
  require_technology(table, technology_);
  const MacRows rows(table, config);
  const std::size_t weight = table.column("weight_bits"), activation = table.column("act_bits"),
                    area = table.column("area_um2"), leakage = table.column("leakage_nw"),
                    critical = table.column("critical_path_ps");
  Grid<Point> grid;
  std::size_t any_row = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!rows.matches(row)) continue;
    const Point point{
        rows.energy(row),
        {table.number(row, area), table.number(row, leakage), table.number(row, critical)},
        row};
    any_row = row;
    if (!grid.add(table.integer(row, weight), table.integer(row, activation), point)) {
      table.fail(row, weight, "a second row for this width pair");
    }
  }
  if (grid.empty()) {
    throw std::runtime_error(path + ": no data for a " + std::to_string(config.accumulator.bits) +
                             "-bit accumulator in " + technology_ + " (accumulator.bits)");
  }
  const auto corners = grid.around(weight_bits_, activation_bits_);
  if (corners.empty()) {
    throw std::runtime_error(path + ": no data for a " + pair_name(weight_bits_, activation_bits_) +
                             " MAC in " + technology_ +
                             " (array.weight_bits, array.activation_bits)");
  }
  std::vector<Corner<MacEnergy>> energies;
  std::vector<Corner<MacUnit>> units;
  for (const auto& corner : corners) {
    energies.push_back({&corner.value->energy, corner.weight});
    units.push_back({&corner.value->unit, corner.weight});
  }
  native_ = blend_energy(energies);
  unit_ = {blend(units, &MacUnit::area_um2), blend(units, &MacUnit::leakage_nw),
           blend(units, &MacUnit::critical_path_ps)};
  native_interpolated_ = corners.size() > 1;
  node_nm_ = table.number(any_row, table.column("node_nm"));
  conditions_ = logic_conditions(table, any_row);
  unit_table_ = energy_table_ = table.file_name();
  unit_sha256_ = energy_sha256_ = table.sha256();
}

void MacCost::read_narrow(const std::string& path, const AcceleratorConfig& config) {
  const CsvTable table = CsvTable::load(path);
  const MacRows rows(table, config);
  const std::size_t hw_weight = table.column("hw_weight_bits"),
                    hw_activation = table.column("hw_act_bits"),
                    weight = table.column("weight_bits"), activation = table.column("act_bits"),
                    alignment = table.column("alignment");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!rows.matches(row) || table.text(row, alignment) != "lsb_sign_extended" ||
        table.integer(row, hw_weight) != weight_bits_ ||
        table.integer(row, hw_activation) != activation_bits_) {
      continue;
    }
    if (!narrow_.add(table.integer(row, weight), table.integer(row, activation),
                     rows.energy(row))) {
      table.fail(row, weight, "a second row for this width pair");
    }
  }
  if (narrow_.empty()) return;
  energy_table_ = table.file_name();
  energy_sha256_ = table.sha256();
}

MacEnergy MacCost::per_pass(int weight_bits, int activation_bits) const {
  const int w = std::clamp(weight_bits, 2, weight_bits_);
  const int a = std::clamp(activation_bits, 2, activation_bits_);
  const auto corners = narrow_.around(w, a);
  if (!corners.empty()) return blend_energy(corners);
  if (w == weight_bits_ && a == activation_bits_) return native_;
  throw std::runtime_error(
      "mac_subword.csv: no data for " + pair_name(w, a) + " operands on a " +
      pair_name(weight_bits_, activation_bits_) + " datapath in " + technology_ +
      (narrow_.empty() ? "; give the array the operands' widths or take another native width"
                       : ""));
}

}  // namespace dcnsim

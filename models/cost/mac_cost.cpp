// SPDX-License-Identifier: Apache-2.0
#include "models/cost/mac_cost.h"

#include <algorithm>
#include <stdexcept>

#include "models/cost/csv.h"
#include "models/cost/pe_rows.h"
#include "models/cost/technology.h"

namespace dcnsim {
MacCost::MacCost(const std::string& tables_dir, const AcceleratorConfig& config)
    : technology_(config.cost.technology),
      weight_bits_(config.array.weight_bits),
      activation_bits_(config.array.activation_bits),
      passes_sums_on_(config.array.dataflow == Dataflow::kWeightStationary),
      zeros_(tables_dir, technology_, passes_sums_on_) {
  data_ = "CNN-like operands";
  read_native(tables_dir + "/mac_energy_area.csv", config);
  read_narrow(tables_dir + "/mac_subword.csv", config);
  corrections_.push_back(zeros_.source());
  if (!passes_sums_on_) return;
  cell_ = systolic_cell(tables_dir, technology_, config.accumulator.bits,
                        (weight_bits_ + activation_bits_) / 2.0);
  if (!cell_) return;
  unit_ = {unit_.area_um2 * cell_->unit.area_um2, unit_.leakage_nw * cell_->unit.leakage_nw,
           unit_.critical_path_ps * cell_->unit.critical_path_ps};
  Correction source = cell_->source;
  source.note = "ratios to units that accumulate in place, at the native widths";
  if (cell_->is_interpolated) source.note += "; linear in their mean";
  corrections_.push_back(source);
}

void MacCost::read_native(const std::string& path, const AcceleratorConfig& config) {
  struct Point {
    PeEnergy energy;
    PeUnit unit;
  };
  const CsvTable table = CsvTable::load(path);
  require_technology(table, technology_);
  const PeRows rows(table, technology_, "cnn");
  const std::size_t weight = table.column("weight_bits"), activation = table.column("act_bits");
  Grid<Point> grid;
  std::size_t any_row = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!rows.matches(row) || rows.accumulator_bits(row) != config.accumulator.bits) continue;
    const Point point{rows.energy(row), rows.unit(row)};
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
  std::vector<Corner<PeEnergy>> energies;
  std::vector<Corner<PeUnit>> units;
  for (const auto& corner : corners) {
    energies.push_back({&corner.value->energy, corner.weight});
    units.push_back({&corner.value->unit, corner.weight});
  }
  native_ = blend_energy(energies);
  unit_ = blend_unit(units);
  native_interpolated_ = corners.size() > 1;
  node_nm_ = table.number(any_row, table.column("node_nm"));
  conditions_ = logic_conditions(table, any_row);
  unit_table_ = energy_table_ = {table.file_name(), table.sha256()};
}

void MacCost::read_narrow(const std::string& path, const AcceleratorConfig& config) {
  const CsvTable table = CsvTable::load(path);
  const PeRows rows(table, technology_, "cnn");
  const std::size_t hw_weight = table.column("hw_weight_bits"),
                    hw_activation = table.column("hw_act_bits"),
                    weight = table.column("weight_bits"), activation = table.column("act_bits"),
                    alignment = table.column("alignment");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!rows.matches(row) || rows.accumulator_bits(row) != config.accumulator.bits ||
        table.text(row, alignment) != "lsb_sign_extended" ||
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
  energy_table_ = {table.file_name(), table.sha256()};
}

PeEnergy MacCost::per_cycle(int weight_bits, int activation_bits, double zero_fraction) const {
  PeEnergy energy = in_place(weight_bits, activation_bits);
  if (cell_) energy = scaled(energy, cell_->energy);
  const double bits =
      (std::min(weight_bits, weight_bits_) + std::min(activation_bits, activation_bits_)) / 2.0;
  return scaled(energy, zeros_.ratio(bits, zero_fraction));
}

PeEnergy MacCost::in_place(int weight_bits, int activation_bits) const {
  const int w = std::clamp(weight_bits, 2, weight_bits_);
  const int a = std::clamp(activation_bits, 2, activation_bits_);
  const bool is_native = w == weight_bits_ && a == activation_bits_;
  // Systolic cells are exact at native widths; 8 x 8 and 16 x 16 were measured again for narrow_.
  if (is_native && cell_) return native_;
  const auto corners = narrow_.around(w, a);
  if (!corners.empty()) return blend_energy(corners);
  if (is_native) return native_;
  throw std::runtime_error(
      "mac_subword.csv: no data for " + pair_name(w, a) + " operands on a " +
      pair_name(weight_bits_, activation_bits_) + " datapath in " + technology_ +
      (narrow_.empty() ? "; give the array the operands' widths or take another native width"
                       : ""));
}

double MacCost::operands_fj(const PeEnergy& energy, const LayerCounters& counters) const {
  if (cell_) return energy.operands * static_cast<double>(counters.pe_cycles);
  const double w = weight_bits_, a = activation_bits_;
  return energy.operands / (w + a) *
         (w * static_cast<double>(counters.weight_loads) +
          a * static_cast<double>(counters.activation_loads));
}

std::vector<std::string> MacCost::energy_remarks() const {
  std::vector<std::string> remarks;
  if (!narrow_.empty()) {
    remarks.push_back(
        "data narrower than the hardware: sign-extended operands, linear between measured widths");
  }
  if (native_interpolated_) remarks.push_back("native widths linear between measured ones");
  remarks.push_back("1-bit operands charged as 2-bit");
  remarks.push_back("unsigned activations charged as signed ones");
  if (cell_) {
    remarks.push_back("corrected for partial sums that are passed on (systolic_cell)");
  } else {
    if (passes_sums_on_) {
      remarks.push_back("charged as accumulating in place: no data for passing partial sums on");
    }
    remarks.push_back("operand registers split over operands by native width");
  }
  remarks.push_back("corrected for zero activations");
  return remarks;
}

std::vector<std::string> MacCost::unit_remarks() const {
  if (native_interpolated_) return {"linear between measured widths"};
  return {};
}

}  // namespace dcnsim

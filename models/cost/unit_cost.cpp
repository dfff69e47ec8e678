// SPDX-License-Identifier: Apache-2.0
#include "models/cost/unit_cost.h"

#include <algorithm>
#include <stdexcept>

#include "models/arch/accelerator_config.h"
#include "models/base/table/csv.h"
#include "models/cost/pe_rows.h"
#include "models/cost/technology.h"
#include "models/perf/counters.h"

namespace dcnsim {
namespace {

/// Where a family's units are in the tables.
struct UnitRows {
  const char* file;
  const char* unit;
  int weight_register_bits;  ///< column hw_weight_bits; 0 if the table has none
  bool has_lanes;
};

UnitRows unit_rows(const ArrayConfig& array) {
  switch (array.datapath) {
    case DatapathFamily::kActivationSerial:
      return {"serial.csv", "serial_act_parallel_weight", array.weight_bits, true};
    case DatapathFamily::kFullySerial:
      return {"serial.csv", "serial_both", 1, true};
    default:
      return {"fusion.csv", "fusion_16_bricks_pipe1", 0, false};
  }
}

}  // namespace

UnitCost::UnitCost(const PriceTables& tables, const AcceleratorConfig& config)
    : technology_(config.cost.technology),
      fused_(config.array.datapath == DatapathFamily::kComposable) {
  const UnitRows wanted = unit_rows(config.array);
  name_ = wanted.unit;
  data_ = config.array.dataflow == Dataflow::kWeightStationary ? "CNN-like operands, weights held"
                                                               : "CNN-like operands";
  const CsvTable& table = tables(wanted.file);
  energy_table_ = unit_table_ = {table.file_name(), table.sha256()};
  if (wanted.has_lanes && config.array.bits_per_cycle != 1) {
    throw std::runtime_error(table.path() + ": array.bits_per_cycle: no data for lanes that take " +
                             std::to_string(config.array.bits_per_cycle) +
                             " activation bits a cycle, expected 1");
  }
  if (!read(table, config, technology_, {})) {
    const LibraryRatio ratio = library_ratio(tables, technology_);
    const std::string refusal =
        table.path() + ": no data in " + technology_ + " for " + wanted.unit +
        (wanted.has_lanes ? " of " + std::to_string(config.array.lanes) + " lanes" : "") +
        (wanted.weight_register_bits > 1
             ? " with " + std::to_string(wanted.weight_register_bits) + "-bit weights"
             : "") +
        " and an accumulator of at least " + std::to_string(config.accumulator.bits) +
        " bits, operands " + data_ +
        " (array.lanes, array.weight_bits, accumulator.bits, array.dataflow)";
    if (!read(table, config, kFullLibrary, ratio)) throw std::runtime_error(refusal);
    require_extrapolation(config.cost, refusal, ratio.unit_rule());
    extrapolations_.push_back(ratio.unit_rule());
    node_nm_ = ratio.node_nm;
    conditions_ = ratio.conditions;
    temperature_c_ = ratio.temperature_c;
  }
  widest_weight_ = *energies_.xs().rbegin();
  widest_activation_ = *energies_.ys().rbegin();

  remarks_.push_back(fused_ ? "data charged at the width they are fused to"
                            : "linear between measured data widths");
  remarks_.push_back("1-bit operands charged as 2-bit");
  remarks_.push_back("unsigned activations charged as signed ones");
  remarks_.push_back("lanes without data charged as busy");
  remarks_.push_back("50 % zero activations: not measured for other data");
  if (accumulator_bits_ != config.accumulator.bits) {
    remarks_.push_back("measured with a " + std::to_string(accumulator_bits_) + "-bit accumulator");
  }
}

bool UnitCost::read(const CsvTable& table, const AcceleratorConfig& config,
                    const std::string& library, const LibraryRatio& ratio) {
  const UnitRows wanted = unit_rows(config.array);
  const bool weights_stay = config.array.dataflow == Dataflow::kWeightStationary;
  const PeRows rows(table, library, weights_stay ? "cnn_wstat" : "cnn");
  const std::size_t unit = table.column("unit"), weight = table.column("weight_bits"),
                    activation = table.column("act_bits"), node = table.column("node_nm"),
                    temperature = table.column("temp_c"),
                    registers = wanted.has_lanes ? table.column("hw_weight_bits") : 0,
                    lanes = wanted.has_lanes ? table.column("lanes") : 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!rows.matches(row) || table.text(row, unit) != wanted.unit) continue;
    if (wanted.has_lanes && (table.integer(row, registers) != wanted.weight_register_bits ||
                             table.integer(row, lanes) != config.array.lanes)) {
      continue;
    }
    if (rows.accumulator_bits(row) < config.accumulator.bits) continue;
    if (!energies_.add(table.integer(row, weight), table.integer(row, activation),
                       scaled(rows.energy(row), ratio.parts.energy))) {
      table.fail(row, weight, "a second row for this width pair");
    }
    unit_ = scaled(rows.unit(row), ratio.parts.unit);
    accumulator_bits_ = rows.accumulator_bits(row);
    node_nm_ = table.number(row, node);
    conditions_ = logic_conditions(table, row);
    temperature_c_ = table.text(row, temperature);
    error_bars_.add(table, row);
  }
  return !energies_.empty();
}

PeEnergy UnitCost::per_cycle(int weight_bits, int activation_bits, double) const {
  int w = std::clamp(weight_bits, 2, widest_weight_);
  int a = std::clamp(activation_bits, 2, widest_activation_);
  if (fused_) {
    w = fused_bits(w);
    a = fused_bits(a);
  }
  const auto corners = energies_.around(w, a);
  if (!corners.empty()) return blend_energy(corners);
  throw std::runtime_error(energy_table_.file + ": no data for " + pair_name(w, a) +
                           " operands on " + name_ + " in " + technology_);
}

double UnitCost::operands_fj(const PeEnergy& energy, const LayerCounters& counters) const {
  return energy.operands * static_cast<double>(counters.pe_cycles);
}

std::vector<std::string> UnitCost::energy_remarks() const { return remarks_; }

std::vector<std::string> UnitCost::unit_remarks() const { return {name_}; }

}  // namespace dcnsim

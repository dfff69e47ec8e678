// SPDX-License-Identifier: Apache-2.0
#include "models/cost/pe_rows.h"

namespace dcnsim {

PeRows::PeRows(const CsvTable& table, const std::string& technology, const std::string& data)
    : table_(table),
      technology_(technology),
      wanted_data_(data),
      library_(table.column("library")),
      data_(table.column("data")),
      accumulator_(table.column("acc_bits")),
      multiply_(table.column("energy_mul_fj")),
      accumulate_(table.column("energy_acc_fj")),
      registers_(table.column("energy_reg_fj")),
      operands_(table.column("energy_opreg_fj")),
      inputs_(table.column("energy_input_net_fj")),
      area_(table.column("area_um2")),
      leakage_(table.column("leakage_nw")),
      critical_(table.column("critical_path_ps")) {}

PeEnergy PeRows::energy(std::size_t row) const {
  const double registers = table_.number(row, registers_);
  const double operands = table_.number(row, operands_);
  if (operands > registers) table_.fail(row, operands_, "more than energy_reg_fj");
  return {table_.number(row, multiply_), table_.number(row, accumulate_),
          operands + table_.number(row, inputs_), registers - operands};
}

PeEnergy PeRows::systolic_energy(std::size_t row) const {
  const double nets = table_.number(row, inputs_);
  PeEnergy parts = energy(row);
  parts.operands -= nets;
  parts.accumulators += nets;
  return parts;
}

PeUnit PeRows::unit(std::size_t row) const {
  return {table_.number(row, area_), table_.number(row, leakage_), table_.number(row, critical_)};
}

PeEnergy blend_energy(const std::vector<Corner<PeEnergy>>& corners) {
  return {blend(corners, &PeEnergy::multiply), blend(corners, &PeEnergy::accumulate),
          blend(corners, &PeEnergy::operands), blend(corners, &PeEnergy::accumulators)};
}

PeUnit blend_unit(const std::vector<Corner<PeUnit>>& corners) {
  return {blend(corners, &PeUnit::area_um2), blend(corners, &PeUnit::leakage_nw),
          blend(corners, &PeUnit::critical_path_ps)};
}

std::string pair_name(int weight_bits, int activation_bits) {
  return std::to_string(weight_bits) + " x " + std::to_string(activation_bits) + " bit";
}

}  // namespace dcnsim

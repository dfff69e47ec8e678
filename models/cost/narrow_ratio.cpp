// SPDX-License-Identifier: Apache-2.0
#include "models/cost/narrow_ratio.h"

#include <map>
#include <stdexcept>

#include "models/base/table/csv.h"
#include "models/cost/library_ratio.h"
#include "models/cost/pe_rows.h"

namespace dcnsim {
namespace {

PeEnergy between(const PeEnergy& a, const PeEnergy& b, double share) {
  return blend_energy({{&a, 1 - share}, {&b, share}});
}

/// The hardware that every width of data was measured on.
const NarrowRows& on_square(const PriceTables& tables, int bits) {
  return narrow_rows(tables, kFullLibrary, bits, bits, kTableAccumulatorBits);
}

NarrowRows read_rows(const PriceTables& tables, const std::string& library, int weight_bits,
                     int activation_bits, int accumulator_bits) {
  const CsvTable& table = tables("mac_subword.csv");
  const PeRows rows(table, library, "cnn");
  const std::size_t hw_weight = table.column("hw_weight_bits"),
                    hw_activation = table.column("hw_act_bits"),
                    weight = table.column("weight_bits"), activation = table.column("act_bits"),
                    alignment = table.column("alignment");
  NarrowRows narrow;
  narrow.table = {table.file_name(), table.sha256()};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!rows.matches(row) || rows.accumulator_bits(row) != accumulator_bits ||
        table.text(row, alignment) != "lsb_sign_extended" ||
        table.integer(row, hw_weight) != weight_bits ||
        table.integer(row, hw_activation) != activation_bits) {
      continue;
    }
    if (!narrow.energies.add(table.integer(row, weight), table.integer(row, activation),
                             rows.energy(row))) {
      table.fail(row, weight, "a second row for this width pair");
    }
    narrow.error_bars.add(table, row);
  }
  return narrow;
}

}  // namespace

const NarrowRows& narrow_rows(const PriceTables& tables, const std::string& library,
                              int weight_bits, int activation_bits, int accumulator_bits) {
  return tables.once(
      "NarrowRows " + std::to_string(weight_bits) + 'x' + std::to_string(activation_bits) + ' ' +
          std::to_string(accumulator_bits) + ' ' + library,
      [&] { return read_rows(tables, library, weight_bits, activation_bits, accumulator_bits); });
}

NarrowRatio::NarrowRatio(const PriceTables& tables, int weight_bits, int activation_bits)
    : weight_bits_(weight_bits),
      activation_bits_(activation_bits),
      own_(MacTable::of(tables, kFullLibrary)),
      on_8x8_(on_square(tables, 8).energies),
      on_16x16_(on_square(tables, 16).energies) {}

Extrapolation NarrowRatio::rule(const PriceTables& tables) {
  ErrorBar error_bar;
  for (const int bits : {8, 16}) error_bar += on_square(tables, bits).error_bars.rule;
  return {
      "the saving of narrow data at 45 nm, linear in the hardware's width between MACs of the "
      "data's own width, 8 x 8 and 16 x 16",
      error_bar.text()};
}

PeEnergy NarrowRatio::energy(int weight_bits, int activation_bits) const {
  std::map<int, PeEnergy> by_hardware;  // both operands' bits together
  const auto add = [&](int bits, const std::vector<Corner<PeEnergy>>& corners) {
    if (!corners.empty()) by_hardware.emplace(bits, blend_energy(corners));
  };
  add(8 + 8, on_8x8_.around(weight_bits, activation_bits));
  add(16 + 16, on_16x16_.around(weight_bits, activation_bits));
  if (const auto own = own_.at(weight_bits, activation_bits)) {
    by_hardware.emplace(weight_bits + activation_bits, own->energy);
  }
  const int hardware = weight_bits_ + activation_bits_;
  const auto above = by_hardware.lower_bound(hardware);
  if (above != by_hardware.end() && above->first == hardware) return above->second;
  if (above == by_hardware.end() || above == by_hardware.begin()) {
    throw std::runtime_error("mac_subword.csv: no rule for " +
                             pair_name(weight_bits, activation_bits) + " operands on a " +
                             pair_name(weight_bits_, activation_bits_) + " datapath");
  }
  const auto below = std::prev(above);
  return between(below->second, above->second,
                 static_cast<double>(hardware - below->first) / (above->first - below->first));
}

PeEnergy NarrowRatio::at(int weight_bits, int activation_bits) const {
  if (weight_bits == weight_bits_ && activation_bits == activation_bits_) return {1, 1, 1, 1};
  return ratio_of(energy(weight_bits, activation_bits), energy(weight_bits_, activation_bits_));
}

}  // namespace dcnsim

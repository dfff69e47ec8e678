// SPDX-License-Identifier: Apache-2.0
#include "models/cost/register_cost.h"

#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "models/cost/technology.h"

namespace dcnsim {
namespace {

constexpr std::string_view kRatePrefix = "toggle_rate_";

}  // namespace

RegisterCost::RegisterCost(const PriceTables& tables, const CostConfig& config) {
  const CsvTable& table = tables("requant_etc.csv");
  table_ = {table.file_name(), table.sha256()};
  if (read(table, config.technology, {})) return;
  const LibraryRatio ratio = library_ratio(tables, config.technology);
  const std::string refusal = table.path() + ": no registers in " + config.technology;
  if (!read(table, kFullLibrary, ratio)) throw std::runtime_error(refusal);
  require_extrapolation(config, refusal, ratio.unit_rule());
  by_.push_back(ratio.unit_rule());
  conditions_ = ratio.conditions;
}

bool RegisterCost::read(const CsvTable& table, const std::string& library,
                        const LibraryRatio& ratio) {
  const std::size_t libraries = table.column("library"), unit = table.column("unit"),
                    mode = table.column("mode"), bits = table.column("out_bits"),
                    area = table.column("area_um2"), leakage = table.column("leakage_nw"),
                    energy = table.column("energy_fj_per_op");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.text(row, libraries) != library || table.text(row, unit) != "register32") continue;
    const std::string_view text = table.text(row, mode);
    double rate = -1;
    if (text.rfind(kRatePrefix, 0) == 0) {
      const std::string_view digits = text.substr(kRatePrefix.size());
      std::from_chars(digits.data(), digits.data() + digits.size(), rate);
    }
    if (!(rate >= 0 && rate <= 1)) table.fail(row, mode, "expected toggle_rate_0..1");
    const double width = table.integer(row, bits);
    if (width == 0) table.fail(row, bits, "expected a positive width");
    // Registers have the ratio of a MAC's registers.
    if (!by_percent_.add(static_cast<int>(std::lround(100 * rate)), 0,
                         {table.number(row, energy) / width * ratio.parts.energy.accumulators})) {
      table.fail(row, mode, "a second row for this rate");
    }
    area_um2_ = table.number(row, area) / width * ratio.parts.unit.area_um2;
    leakage_nw_ = table.number(row, leakage) / width * ratio.parts.unit.leakage_nw;
    conditions_ = logic_conditions(table, row);
    error_bars_.add(table, row);
  }
  if (by_percent_.empty()) return false;
  if (by_percent_.find(0, 0) == nullptr || by_percent_.find(100, 0) == nullptr) {
    throw std::runtime_error(table.path() + ": registers in " + library +
                             ": expected toggle rates from 0 to 1");
  }
  return true;
}

double RegisterCost::clocked_fj(double toggle_rate) const {
  return blend(by_percent_.around(100 * toggle_rate, 0), &Point::energy_fj);
}

}  // namespace dcnsim

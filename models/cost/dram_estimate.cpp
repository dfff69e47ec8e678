// SPDX-License-Identifier: Apache-2.0
#include "models/cost/dram_estimate.h"

#include <cmath>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "models/arch/dram_fields.h"
#include "models/cost/cost_model.h"
#include "models/cost/error_bars.h"

namespace dcnsim {
namespace {

struct MeanPower {
  double mw_per_gbit;
  ErrorBar error_bar;  ///< of the rule, as the presets behind it state it
};

/// Over all presets that have it: capacity, not pins, is what is refreshed.
template <typename Power>
std::optional<MeanPower> mean_power(const PriceTables& tables, const Power& power) {
  double logarithms = 0;
  int count = 0;
  ErrorBar error_bar;
  for (const std::string& preset : dram_presets(tables)) {
    const DramSpec other = load_dram_spec(tables, preset);
    const std::optional<double> mw = power(other);
    if (!mw || *mw <= 0) continue;
    logarithms += std::log(*mw / other.density_gbit);
    ++count;
    error_bar.add(other.rule_error_bar);
  }
  if (count == 0) return std::nullopt;
  return MeanPower{std::exp(logarithms / count), error_bar};
}

Extrapolation rule(const ErrorBar& error_bar) {
  return {"refresh and standby power a Gbit as other presets have it on average", error_bar.text()};
}

std::string refusal(const DramSpec& dram, std::string_view column) {
  return "dram.csv: dram.preset " + dram.preset + ": no " + std::string(column) +
         "; its energy cannot be computed";
}

}  // namespace

Extrapolations complete_energies(DramSpec& dram, const PriceTables& tables,
                                 const CostConfig& config) {
  ErrorBar error_bar;
  const auto complete = [&](const char* column, std::optional<double>& value, double per_mw,
                            const auto& power) {
    if (value) return;
    const auto mean = mean_power(tables, power);
    if (!mean) throw std::runtime_error(refusal(dram, column));
    require_extrapolation(config, refusal(dram, column), rule(mean->error_bar));
    value = per_mw * mean->mw_per_gbit * dram.density_gbit;
    error_bar += mean->error_bar;
  };
  // A milliwatt for a nanosecond is a picojoule.
  complete("refresh_energy_pj_per_ref", dram.refresh_pj, dram.trefi_ns, [](const DramSpec& other) {
    return other.refresh_pj ? std::optional(*other.refresh_pj / other.trefi_ns) : std::nullopt;
  });
  complete("standby_precharged_mw", dram.standby_precharged_mw, 1,
           [](const DramSpec& other) { return other.standby_precharged_mw; });
  complete("standby_active_mw", dram.standby_active_mw, 1,
           [](const DramSpec& other) { return other.standby_active_mw; });
  dram_fields::visit_fields(dram, [&](const dram_fields::Column& field, const auto& member) {
    if constexpr (std::is_same_v<decltype(member), const std::optional<double>&>) {
      if (!member) throw std::runtime_error(refusal(dram, field.name));
    }
  });
  return error_bar.has_rows() ? Extrapolations{rule(error_bar)} : Extrapolations{};
}

}  // namespace dcnsim

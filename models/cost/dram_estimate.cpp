// SPDX-License-Identifier: Apache-2.0
#include "models/cost/dram_estimate.h"

#include <cmath>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "models/arch/dram_fields.h"
#include "models/cost/cost_model.h"

namespace dcnsim {
namespace {

/// Worst of the presets that have them: refresh of DDR4, 2.2 times the mean of the others.
constexpr const char* kBar = "/2.5 .. x2.5";

/// Over all presets that have it.
template <typename Power>
std::optional<double> mean_power_mw(const std::string& tables_dir, const Power& power) {
  double logarithms = 0;
  int count = 0;
  for (const std::string& preset : dram_presets(tables_dir)) {
    const std::optional<double> mw = power(load_dram_spec(tables_dir, preset));
    if (!mw || *mw <= 0) continue;
    logarithms += std::log(*mw);
    ++count;
  }
  if (count == 0) return std::nullopt;
  return std::exp(logarithms / count);
}

std::string refusal(const DramSpec& dram, std::string_view column) {
  return "dram.csv: dram.preset " + dram.preset + ": no " + std::string(column) +
         "; its energy cannot be computed";
}

}  // namespace

Extrapolations complete_energies(DramSpec& dram, const std::string& tables_dir,
                                 const CostConfig& config) {
  const Extrapolation rule{"refresh and standby power as other presets have it on average", kBar};
  bool used = false;
  const auto complete = [&](const char* column, std::optional<double>& value, double per_mw,
                            const auto& power) {
    if (value) return;
    const auto mean = mean_power_mw(tables_dir, power);
    if (!mean) throw std::runtime_error(refusal(dram, column));
    require_extrapolation(config, refusal(dram, column), rule);
    value = per_mw * *mean;
    used = true;
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
  return used ? Extrapolations{rule} : Extrapolations{};
}

}  // namespace dcnsim

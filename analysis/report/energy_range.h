// SPDX-License-Identifier: Apache-2.0
// What the error bars of the tables make of a sum of energies.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/cost/breakdown.h"
#include "models/cost/cost_model.h"

namespace dcnsim {

/// The true figure lies between `low` and `high` times the one that is stated.
struct ErrorFactors {
  double low = 1, high = 1;
};

/// Of an error bar as the tables have it: "/2.5 .. x1.3", "x1 .. x4", "+-20 %"; of several with
/// " or " between them all of them; of rules "beside" figures the product. Nothing if it says
/// nothing of this form.
std::optional<ErrorFactors> error_factors(const std::string& error_bar);

struct EnergyRange {
  double low_pj = 0, high_pj = 0;
  double unstated_share = 0;  ///< of the energy, 0..1: of parts without an error bar, as they are
};

/// All parts at the low or at the high end of their error bars at once: figures of one library err
/// alike. Ratios that correct others (zero activations, systolic cells) add nothing.
EnergyRange energy_range(const EnergyBreakdown& energy, const std::vector<Provenance>& provenance);

}  // namespace dcnsim

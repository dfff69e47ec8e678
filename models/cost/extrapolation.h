// SPDX-License-Identifier: Apache-2.0
// Figures that no table covers, made by a rule. They are refused unless the accelerator file has
// cost.extrapolate: true; then the rule and its error go wherever the figure goes.
#pragma once

#include <string>
#include <vector>

namespace dcnsim {

struct CostConfig;

struct Extrapolation {
  std::string rule;       ///< what is taken instead of a measured figure
  std::string error_bar;  ///< of the rule, beside that of the figures it starts from

  /// "RULE (ERROR_BAR)"
  std::string text() const { return rule + " (" + error_bar + ')'; }
};
using Extrapolations = std::vector<Extrapolation>;

/// Throws std::runtime_error with `refusal`, followed by what cost.extrapolate: true would do,
/// unless the accelerator has that.
void require_extrapolation(const CostConfig& config, const std::string& refusal,
                           const Extrapolation& by);

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Which of many candidates nothing beats in every respect.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace dcnsim {

/// ObjectiveValues, lower is better; those not asked for are equal in all candidates.
using ObjectiveValues = std::array<double, 3>;

/// `a` is nowhere worse and somewhere better.
bool dominates(const ObjectiveValues& a, const ObjectiveValues& b);

/// For each candidate the one on the front that dominates it and is nearest to it (the sum of the
/// differences, each relative to the dominated candidate's cost; the first of equals), or nothing
/// if it is on the front itself. Equal candidates do not dominate each other.
std::vector<std::optional<std::size_t>> dominators(const std::vector<ObjectiveValues>& candidates);

}  // namespace dcnsim

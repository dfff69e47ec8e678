// SPDX-License-Identifier: Apache-2.0
// What came of what_if(): for each change, layer by layer and for the network.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/whatif/limits.h"

namespace dcnsim {

/// Whether a changed machine keeps how layers are executed.
enum class WhatIfMapping : std::uint8_t {
  kFixed,  ///< what it cannot execute so, it cannot execute
  kNew,    ///< mapped anew
};

/// What came of trying a change.
enum class Outcome : std::uint8_t {
  kEvaluated,
  kTooLittle,      ///< not evaluated: it cannot save 1 % of the layer
  kNotExecutable,  ///< the changed machine cannot execute the layer so
  kNoMachine,      ///< the change leaves the range of machines, or changes nothing
};

constexpr std::string_view to_string(Outcome outcome) {
  constexpr std::string_view names[] = {"evaluated", "too little", "not executable", "no machine"};
  return names[static_cast<int>(outcome)];
}

/// Whether a saving is one: 0.05 % of the cycles.
constexpr bool makes_difference(std::int64_t saved_cycles, std::uint64_t cycles) {
  constexpr std::int64_t kParts = 2000;
  return (saved_cycles < 0 ? -saved_cycles : saved_cycles) * kParts >=
             static_cast<std::int64_t>(cycles) &&
         saved_cycles != 0;
}

/// Why there is no such machine, of changes to a buffer that this one has not: the three or a
/// scratchpad. Lists of names leave them out.
inline constexpr const char* kNoSuchBuffer = "no such buffer";

struct WhatIfRow {
  Outcome outcome = Outcome::kEvaluated;
  std::string why_not;              ///< of kNotExecutable and kNoMachine
  std::int64_t saved_cycles = 0;    ///< below 0: it takes longer
  std::optional<double> energy_pj;  ///< with the change; none without a price or a difference
};

/// Of a layer, or of the network: the sum over its layers.
struct WhatIfTable {
  std::uint64_t cycles = 0;     ///< as it is, evaluated by itself from an idle machine
  double energy_pj = 0;         ///< likewise
  std::vector<WhatIfRow> rows;  ///< one for each of what_ifs()
  std::vector<Limit> limits;
};

struct WhatIfReport {
  WhatIfMapping mapping = WhatIfMapping::kFixed;
  std::vector<WhatIfTable> layers;
  WhatIfTable total;
  double area_um2 = 0;                           ///< as it is
  std::vector<std::optional<double>> areas_um2;  ///< one for each of what_ifs(), likewise
};

}  // namespace dcnsim

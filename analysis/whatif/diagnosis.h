// SPDX-License-Identifier: Apache-2.0
// What limits a layer or a network, in words: what takes its cycles, and the changes that would
// save most of them.
#pragma once

#include <string>

#include "analysis/whatif/what_if_report.h"
#include "models/arch/accelerator_config.h"
#include "models/perf/attribution.h"

namespace dcnsim {

struct Diagnosis {
  /// What takes most: of computing, filling and draining, requantizing, bank conflicts and waits
  /// the largest; of waits, what is waited for most. A wait too if the first limit is against it.
  Cause cause = Cause::kCompute;
  double share = 0;            ///< of all cycles, 0..1: of the cause
  Bound bound = Bound::kNone;  ///< what the first limit is against
  std::string limit;           ///< for a column: the first limit, or else the cause
  std::string advice;          ///< one sentence: the figures, and what would save how much
};

/// A cause as a word in tables.
std::string words_of(Cause cause);
/// "bus -46 %", "bus or requests -12 %".
std::string words_of(const Limit& limit, std::uint64_t cycles);

/// Of one layer, or of several with their sums. `table` is that of the layer or of the network;
/// null where nobody asked.
Diagnosis diagnose(const Attribution& cycles, const LayerCounters& counters,
                   const ArrayConfig& array, const WhatIfTable* table, WhatIfMapping mapping);

}  // namespace dcnsim

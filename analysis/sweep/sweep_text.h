// SPDX-License-Identifier: Apache-2.0
// What a sweep found, for a terminal.
#pragma once

#include <cstdint>
#include <string>

#include "analysis/sweep/results.h"
#include "models/base/text/text_layout.h"

namespace dcnsim {

/// How many points there are, and how many of each state, in a line.
std::string sweep_heading(const SweepResults& results);

/// That line, the front as a table, the best point, what each axis does to the first objective, the
/// most frequent reasons of failures.
std::string to_text(const SweepResults& results, const TextLayout& layout = {});

/// One point: settings, metrics, constraints it violates, what dominates it and by how much. Throws
/// std::runtime_error: no such point.
std::string point_text(const SweepResults& results, std::uint64_t id,
                       const TextLayout& layout = {});

}  // namespace dcnsim

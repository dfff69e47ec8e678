// SPDX-License-Identifier: Apache-2.0
// A sweep's results for programs: a pure function of the store's contents, point by point, so that
// a million points need little memory.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "analysis/sweep/results.h"
#include "analysis/sweep/store.h"

namespace dcnsim {

/// Takes the text piece by piece.
using Sink = std::function<void(std::string_view)>;

inline constexpr const char* kSweepSchema = "dcnsim.sweep/1";

/// Schema dcnsim.sweep/1 (sweep_schema.md).
void export_json(SweepStore& store, const SweepResults& results, const Sink& sink);
/// All of it.
std::string export_json(SweepStore& store, const SweepResults& results);

/// One line a point (RFC 4180): id, settings, status, reason, metrics, feasible, front.
void export_csv(const SweepResults& results, const Sink& sink);

}  // namespace dcnsim

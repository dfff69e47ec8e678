// SPDX-License-Identifier: Apache-2.0
// What PerfettoTraceFile has written, read again.
#pragma once

#include <string>
#include <vector>

#include "analysis/trace/trace_reader.h"

namespace dcnsim {

/// In the order in which they end. Throws std::runtime_error, kNoTrace.
std::vector<DrawnSlice> read_perfetto_trace(const std::string& bytes);

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/trace_file.h"

#include "analysis/trace/json_trace_file.h"
#include "analysis/trace/perfetto_trace_file.h"

namespace dcnsim {

std::unique_ptr<TraceFile> make_trace_file(const std::string& path, TraceFormat format) {
  if (format == TraceFormat::kJson) return std::make_unique<JsonTraceFile>(path);
  return std::make_unique<PerfettoTraceFile>(path);
}

}  // namespace dcnsim

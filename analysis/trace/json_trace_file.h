// SPDX-License-Identifier: Apache-2.0
// A timeline in Chrome's JSON trace event format ("Trace Event Format", Google, 2016): complete
// events, counters and metadata. Groups are processes, rows threads.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "analysis/trace/trace_bytes.h"
#include "analysis/trace/trace_file.h"

namespace dcnsim {

class JsonTraceFile : public TraceFile {
 public:
  /// Throws what AtomicFile throws.
  explicit JsonTraceFile(const std::string& path);

  void name(const Track& track, std::string_view group, std::string_view row) override;
  void name_counter(const Track& track, std::string_view group, std::string_view row,
                    TraceUnit unit) override;
  void slice(const TraceSlice& slice) override;
  void count(const Track& track, std::uint64_t at_ps, std::uint64_t value) override;
  void close() override;

 private:
  void metadata(const char* what, const Track& track, std::string_view name, int order);
  void event(const std::string& fields);

  TraceBytes bytes_;
  bool first_ = true;
  std::map<std::pair<int, int>, std::string> counters_;  ///< how an event of each begins
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// A timeline in Perfetto's own format: TrackEvents in protobuf (perfetto.proto). One root, a track
// under it for each group, rows under these.
//
// Perfetto counts whole nanoseconds. Each time is rounded to the nearest, by itself, so that none
// is ever off by more than half a nanosecond; a slice one of whose times is not whole has both,
// exact, among its figures: begin_ps and end_ps.
//
// Strings are replaced by numbers, which a reader is told with their first use. When there are
// many, all are forgotten and told anew, so that neither writer nor reader holds more than some.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "analysis/trace/trace_bytes.h"
#include "analysis/trace/trace_file.h"

namespace dcnsim {

namespace perfetto {
class Trace;
class TracePacket;
}  // namespace perfetto

class PerfettoTraceFile : public TraceFile {
 public:
  /// Throws what AtomicFile throws.
  explicit PerfettoTraceFile(const std::string& path);
  ~PerfettoTraceFile() override;

  void name(const Track& track, std::string_view group, std::string_view row) override;
  void name_counter(const Track& track, std::string_view group, std::string_view row,
                    TraceUnit unit) override;
  void slice(const TraceSlice& slice) override;
  void count(const Track& track, std::uint64_t at_ps, std::uint64_t value) override;
  void close() override;

 private:
  using Numbers = std::unordered_map<std::string, std::uint64_t>;

  /// The packet under construction, new.
  perfetto::TracePacket& packet();
  /// Writes it.
  void put();
  void name_group(int group, std::string_view name);
  template <class Entries>
  static std::uint64_t number(Numbers& numbers, std::string_view text, Entries* entries);
  void forget_if_many();

  TraceBytes bytes_;
  std::unique_ptr<perfetto::Trace> trace_;  ///< of one packet: traces behind one another are one
  std::string scratch_;
  std::uint32_t named_groups_ = 0;  ///< a bit each
  bool forgotten_ = true;           ///< all strings, and the reader has not been told
  Numbers names_, figures_, colours_;
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// A timeline as a file for ui.perfetto.dev: tracks of slices and of counters, written as they come.
// trace.md lists them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/trace/trace_format.h"

namespace dcnsim {

/// A row of the timeline, from 1 on; rows of one group, 1..6, stand together. Slices of a track do
/// not overlap.
struct Track {
  int group = 0, row = 0;
};

/// Figures shown with a slice.
using TraceArguments = std::vector<std::pair<std::string_view, std::int64_t>>;

/// What a slice has its colour for, as far as the format has colours (trace_colours.h).
enum class TraceColour : std::uint8_t {
  kOfName,
  kComputing,
  kDescriptor,
  kWeights,
  kInputs,
  kOutputs,
  kDramData,
  kRefresh
};
inline constexpr std::size_t kTraceColours = 8;

struct TraceSlice {
  Track track;
  std::string_view name;
  std::uint64_t from_ps = 0, to_ps = 0;
  TraceColour colour = TraceColour::kOfName;
  TraceArguments arguments = {};
};

enum class TraceUnit : std::uint8_t { kCount, kBytes, kMegabytesPerSecond };

class TraceFile {
 public:
  virtual ~TraceFile() = default;

  /// Before the track's first slice or count. Names may hold anything.
  virtual void name(const Track& track, std::string_view group, std::string_view row) = 0;
  virtual void name_counter(const Track& track, std::string_view group, std::string_view row,
                            TraceUnit unit) = 0;

  virtual void slice(const TraceSlice& slice) = 0;
  /// The counter is `value` from `at_ps` on.
  virtual void count(const Track& track, std::uint64_t at_ps, std::uint64_t value) = 0;

  /// The file appears, complete. Throws what AtomicFile throws, of what was written before too;
  /// nothing else does.
  virtual void close() = 0;
};

/// Throws what AtomicFile throws.
std::unique_ptr<TraceFile> make_trace_file(const std::string& path, TraceFormat format);

}  // namespace dcnsim

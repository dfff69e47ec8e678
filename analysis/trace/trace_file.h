// SPDX-License-Identifier: Apache-2.0
// A timeline as a file for ui.perfetto.dev or chrome://tracing: Chrome's JSON trace events, written
// as they come. trace.md lists tracks and events.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/base/file/atomic_file.h"

namespace dcnsim {

/// A row of the timeline; rows of one group stand together. Slices of a track do not overlap.
struct Track {
  int group = 0, row = 0;
};

/// Figures shown with a slice.
using TraceArguments = std::vector<std::pair<std::string_view, std::int64_t>>;

class TraceFile {
 public:
  /// Throws what AtomicFile throws.
  explicit TraceFile(const std::string& path);

  /// Before the track's first slice. Names may hold anything.
  void name(const Track& track, std::string_view group, std::string_view row);
  void slice(const Track& track, std::string_view name, std::uint64_t from_ps, std::uint64_t to_ps,
             const TraceArguments& arguments = {});

  /// The file appears, complete. Throws what AtomicFile throws, of what was written before too.
  void close();

 private:
  void metadata(const char* what, const Track& track, std::string_view name, int order);
  void event(const std::string& fields);
  void flush();

  AtomicFile file_;
  std::string buffer_;
  bool first_ = true;
  std::exception_ptr problem_;  ///< of the first write that failed
};

}  // namespace dcnsim

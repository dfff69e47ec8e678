// SPDX-License-Identifier: Apache-2.0
// The two forms a trace is written in.
#pragma once

#include <string_view>

namespace dcnsim {

enum class TraceFormat {
  kPerfetto,  ///< Perfetto's own: TrackEvent in protobuf
  kJson       ///< Chrome's trace events, which chrome://tracing opens too
};

/// That of a file of this name: kJson if it ends in .json.
constexpr TraceFormat trace_format_of(std::string_view path) {
  constexpr std::string_view kEnd = ".json";
  const bool is_json = path.size() > kEnd.size() && path.substr(path.size() - kEnd.size()) == kEnd;
  return is_json ? TraceFormat::kJson : TraceFormat::kPerfetto;
}

/// Whether a file that begins so is one of ours in kPerfetto: a packet, its length, then sequence
/// 1, whose state begins, and a track descriptor.
constexpr bool begins_as_perfetto_trace(std::string_view beginning) {
  return beginning.substr(0, 1) == "\x0a" && beginning.size() >= 8 &&
         beginning.substr(2, 6) == "\x50\x01\x68\x01\xe2\x03";
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/json_trace_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/trace/trace_colours.h"

namespace dcnsim {
namespace {

std::string quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

/// The format counts in microseconds; the digits behind the point keep every picosecond.
std::string microseconds(std::uint64_t ps) {
  std::string text = fmt::format("{}.{:06}", ps / 1'000'000, ps % 1'000'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// A counter's only series; the viewer shows its name.
const char* series(TraceUnit unit) {
  switch (unit) {
    case TraceUnit::kCount:
      return "count";
    case TraceUnit::kBytes:
      return "bytes";
    case TraceUnit::kMegabytesPerSecond:
      return "MB/s";
  }
  return "";
}

}  // namespace

JsonTraceFile::JsonTraceFile(const std::string& path) : bytes_(path) {
  bytes_.append("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
}

void JsonTraceFile::name(const Track& track, std::string_view group, std::string_view row) {
  metadata("process_name", track, group, track.group);
  metadata("thread_name", track, row, track.row);
}

void JsonTraceFile::name_counter(const Track& track, std::string_view group, std::string_view row,
                                 TraceUnit unit) {
  metadata("process_name", track, group, track.group);
  counters_[{track.group, track.row}] =
      fmt::format(R"("ph":"C","pid":{},"tid":{},"name":{},"args":{{"{}":)", track.group, track.row,
                  quoted(row), series(unit));
}

void JsonTraceFile::metadata(const char* what, const Track& track, std::string_view name,
                             int order) {
  const auto add = [&](const std::string& kind, const std::string& arguments) {
    event(fmt::format(R"("ph":"M","ts":0,"pid":{},"tid":{},"name":"{}","args":{{{}}})", track.group,
                      track.row, kind, arguments));
  };
  const std::string kind = what;
  add(kind, "\"name\":" + quoted(name));
  add(kind.substr(0, kind.find('_')) + "_sort_index", fmt::format("\"sort_index\":{}", order));
}

void JsonTraceFile::slice(const TraceSlice& slice) {
  std::string list;
  for (const auto& [key, value] : slice.arguments) {
    list += fmt::format("{}\"{}\":{}", list.empty() ? "" : ",", key, value);
  }
  std::string fields =
      fmt::format(R"("ph":"X","ts":{},"dur":{},"pid":{},"tid":{},"name":{},"args":{{{}}})",
                  microseconds(slice.from_ps), microseconds(slice.to_ps - slice.from_ps),
                  slice.track.group, slice.track.row, quoted(slice.name), list);
  if (slice.colour != TraceColour::kOfName) {
    fields += fmt::format(R"(,"cname":"{}")", names_of(slice.colour).cname);
  }
  event(fields);
}

void JsonTraceFile::count(const Track& track, std::uint64_t at_ps, std::uint64_t value) {
  event(fmt::format("{}{}}},\"ts\":{}", counters_.at({track.group, track.row}), value,
                    microseconds(at_ps)));
}

void JsonTraceFile::close() {
  bytes_.append("\n]}\n");
  bytes_.close();
}

void JsonTraceFile::event(const std::string& fields) {
  bytes_.append((first_ ? "\n{" : ",\n{") + fields + "}");
  first_ = false;
}

}  // namespace dcnsim

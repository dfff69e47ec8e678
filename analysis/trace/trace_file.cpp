// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/trace_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace dcnsim {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;

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

}  // namespace

TraceFile::TraceFile(const std::string& path) : file_(path) {
  buffer_ = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
}

void TraceFile::name(const Track& track, std::string_view group, std::string_view row) {
  metadata("process_name", track, group, track.group);
  metadata("thread_name", track, row, track.row);
}

void TraceFile::metadata(const char* what, const Track& track, std::string_view name, int order) {
  const auto add = [&](const std::string& kind, const std::string& arguments) {
    event(fmt::format(R"("ph":"M","ts":0,"pid":{},"tid":{},"name":"{}","args":{{{}}})", track.group,
                      track.row, kind, arguments));
  };
  const std::string kind = what;
  add(kind, "\"name\":" + quoted(name));
  add(kind.substr(0, kind.find('_')) + "_sort_index", fmt::format("\"sort_index\":{}", order));
}

void TraceFile::slice(const Track& track, std::string_view name, std::uint64_t from_ps,
                      std::uint64_t to_ps, const TraceArguments& arguments) {
  std::string list;
  for (const auto& [key, value] : arguments) {
    list += fmt::format("{}\"{}\":{}", list.empty() ? "" : ",", key, value);
  }
  event(fmt::format(R"("ph":"X","ts":{},"dur":{},"pid":{},"tid":{},"name":{},"args":{{{}}})",
                    microseconds(from_ps), microseconds(to_ps - from_ps), track.group, track.row,
                    quoted(name), list));
}

void TraceFile::close() {
  buffer_ += "\n]}\n";
  flush();
  if (problem_) std::rethrow_exception(problem_);
  file_.commit();
}

void TraceFile::event(const std::string& fields) {
  buffer_ += (first_ ? "\n{" : ",\n{") + fields + "}";
  first_ = false;
  if (buffer_.size() >= kBufferBytes) flush();
}

// Events come out of SystemC's processes, through which no exception gets as it is.
void TraceFile::flush() {
  try {
    if (!problem_) file_.write(buffer_);
  } catch (const std::runtime_error&) {
    problem_ = std::current_exception();
  }
  buffer_.clear();
}

}  // namespace dcnsim

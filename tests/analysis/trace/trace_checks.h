// SPDX-License-Identifier: Apache-2.0
// Chrome's trace event format ("Trace Event Format", Google, 2016) as far as dcnsim writes it, as a
// check: complete slices, counters and metadata, on tracks whose slices nest or stand apart.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace dcnsim {

using TraceTrack = std::pair<int, int>;

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// In picoseconds, from the format's microseconds.
inline std::uint64_t picoseconds(const nlohmann::json& time) {
  return static_cast<std::uint64_t>(std::llround(time.get<double>() * 1e6));
}

/// A file's problems; none if it is a trace.
inline std::vector<std::string> trace_problems(const nlohmann::json& trace) {
  std::vector<std::string> problems;
  const auto require = [&](bool good, const nlohmann::json& event, const char* what) {
    if (!good) problems.push_back(std::string(what) + ": " + event.dump());
    return good;
  };
  if (!require(trace.is_object() && trace.contains("traceEvents"), trace, "traceEvents") ||
      !require(trace["traceEvents"].is_array(), trace, "traceEvents")) {
    return problems;
  }
  std::map<TraceTrack, std::vector<std::pair<std::uint64_t, std::uint64_t>>> tracks;
  for (const nlohmann::json& event : trace["traceEvents"]) {
    if (!require(event.is_object(), event, "an event is an object")) continue;
    const auto whole = [&](const char* key) {
      return event.contains(key) && event[key].is_number_integer() && event[key] >= 0;
    };
    const auto time = [&](const char* key) {
      return event.contains(key) && event[key].is_number() && event[key] >= 0;
    };
    bool good = require(event.contains("ph") && event["ph"].is_string(), event, "ph");
    good = require(event.contains("name") && event["name"].is_string(), event, "name") && good;
    good = require(whole("pid") && whole("tid") && time("ts"), event, "pid, tid, ts") && good;
    good = require(event.contains("args") && event["args"].is_object(), event, "args") && good;
    if (!good) continue;
    if (event["ph"] == "M") {
      const std::string name = event["name"];
      require(name == "process_name" || name == "thread_name"
                  ? event["args"].contains("name") && event["args"]["name"].is_string()
              : name == "process_sort_index" || name == "thread_sort_index"
                  ? event["args"].contains("sort_index")
                  : false,
              event, "metadata");
      continue;
    }
    if (event["ph"] == "C") {
      require(event["args"].size() == 1 && event["args"].begin()->is_number(), event, "a count");
      continue;
    }
    if (!require(event["ph"] == "X" && time("dur"), event, "a complete slice")) continue;
    const std::uint64_t from = picoseconds(event["ts"]);
    tracks[{event["pid"], event["tid"]}].push_back({from, from + picoseconds(event["dur"])});
  }
  for (auto& [track, slices] : tracks) {
    std::sort(slices.begin(), slices.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    std::vector<std::uint64_t> open;  // ends of the slices around the present one
    for (const auto& [from, to] : slices) {
      while (!open.empty() && open.back() <= from) open.pop_back();
      if (!open.empty() && to > open.back()) {
        problems.push_back("slices overlap on track " + std::to_string(track.first) + "/" +
                           std::to_string(track.second) + " at " + std::to_string(from) + " ps");
      }
      open.push_back(to);
    }
  }
  return problems;
}

}  // namespace dcnsim

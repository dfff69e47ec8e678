// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/trace_reader.h"

#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "analysis/trace/perfetto_trace_reader.h"
#include "analysis/trace/trace_format.h"
#include "models/base/json/document.h"

namespace dcnsim {
namespace {

/// No larger than whole numbers in JSON are exact.
double number(const Json& value) {
  constexpr double kMost = 9007199254740992;
  const double result = value.get<double>();
  if (!(std::abs(result) <= kMost)) throw std::runtime_error(kNoTrace);
  return result;
}

int id(const Json& object, const char* name) {
  const double value = number(object.at(name));
  if (!(value >= 0 && value <= std::numeric_limits<int>::max())) {
    throw std::runtime_error(kNoTrace);
  }
  return static_cast<int>(value);
}

/// "group/row" by process and thread.
std::map<std::pair<int, int>, std::string> track_names(const Json& events) {
  std::map<int, std::string> groups;
  std::map<std::pair<int, int>, std::string> rows;
  for (const Json& event : events) {
    if (event.at("ph") != "M") continue;
    const int group = id(event, "pid"), row = id(event, "tid");
    if (event.at("name") == "process_name") groups[group] = event.at("args").at("name");
    if (event.at("name") == "thread_name") rows[{group, row}] = event.at("args").at("name");
  }
  for (auto& [key, name] : rows) name = groups[key.first] + "/" + name;
  return rows;
}

std::vector<DrawnSlice> slices_of(const Json& events) {
  const auto tracks = track_names(events);
  std::vector<DrawnSlice> slices;
  for (const Json& event : events) {
    if (event.at("ph") != "X") continue;
    const auto track = tracks.find({id(event, "pid"), id(event, "tid")});
    if (track == tracks.end()) continue;
    // Whole picoseconds, so that sums are exact.
    const double from_ps = std::round(number(event.at("ts")) * 1e6);
    const double to_ps = from_ps + std::round(number(event.at("dur")) * 1e6);
    DrawnSlice slice{
        track->second, event.at("name").get<std::string>(), from_ps / 1e6, to_ps / 1e6, {}};
    for (const auto& [figure, value] : event.at("args").items()) {
      slice.figures[figure] = number(value);
    }
    slices.push_back(std::move(slice));
  }
  return slices;
}

}  // namespace

double DrawnSlice::figure(const std::string& what) const {
  const auto found = figures.find(what);
  if (found == figures.end()) throw std::runtime_error(kNoTrace);
  return found->second;
}

std::vector<DrawnSlice> read_trace(const std::string& bytes) {
  if (begins_as_perfetto_trace(bytes)) return read_perfetto_trace(bytes);
  const std::optional<Json> json = json_if_valid(bytes);
  if (!json) throw std::runtime_error(kNoTrace);
  try {
    return slices_of(json->at("traceEvents"));
  } catch (const Json::exception&) {
    throw std::runtime_error(kNoTrace);
  }
}

}  // namespace dcnsim

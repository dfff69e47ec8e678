// SPDX-License-Identifier: Apache-2.0
// The schema page and the JSON have what the tables of counters and parts have.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "analysis/report/run_report.h"
#include "models/perf/counter_fields.h"

namespace dcnsim {
namespace {

std::vector<std::string> schema_lines() {
  std::ifstream page(DCNSIM_SOURCE_DIR "/analysis/report/run_schema.md");
  std::vector<std::string> lines;
  for (std::string line; std::getline(page, line);) lines.push_back(line);
  return lines;
}

/// The row that begins with this, or nothing.
std::string row(const std::string& beginning) {
  for (const std::string& line : schema_lines()) {
    if (line.rfind("| " + beginning, 0) == 0) return line;
  }
  return "";
}

template <class Array>
std::string joined(const std::string& open, const std::string& between, const std::string& close) {
  std::string text = open;
  for (const auto key : Array::keys()) {
    text += (text == open ? "" : between) + std::string(to_string(key));
  }
  return text + close;
}

TEST(RunSchema, lists_every_counter_of_the_events) {
  std::vector<std::string> expected;
  const LayerCounters counters;
  visit_counters(
      [&](const CounterField& f, const std::uint64_t&) {
        if (f.group != CounterGroup::kEvents) return;
        expected.push_back("| `" + f.full_name() + "` | " + std::string(to_string(f.unit)) + " | " +
                           std::string(f.meaning) + " |");
      },
      counters);
  std::vector<std::string> listed;
  bool inside = false;
  for (const std::string& line : schema_lines()) {
    if (line.rfind("## ", 0) == 0) inside = line == "## `layers[].events`";
    if (inside && line.rfind("| `", 0) == 0) listed.push_back(line);
  }
  EXPECT_EQ(listed, expected);
}

TEST(RunSchema, names_stalls_causes_streams_and_parts) {
  for (const std::string& beginning : {joined<StallCycles>("`stall_cycles.{", ",", "}`"),
                                       joined<Attribution>("`attribution.{", ",", "}`"),
                                       joined<StreamBytes>("`traffic.by_stream.{", ",", "}`")}) {
    EXPECT_NE(row(beginning), "") << beginning;
  }
  const std::string energy = row("`energy.total_pj`"), area = row("`area.total_um2`");
  EXPECT_NE(energy.find(joined<EnergyBreakdown>("`", "`, `", "`")), std::string::npos) << energy;
  EXPECT_NE(area.find(joined<AreaBreakdown>("`", "`, `", "`")), std::string::npos) << area;
}

RunReport report_of(const LayerCounters& counters) {
  RunReport report;
  report.clock_period_s = 1e-9;
  LayerReport& layer = report.layers.emplace_back();
  layer.descriptor.kind = LayerKind::kConv;
  layer.counters = counters;
  return report;
}

TEST(RunSchema, json_shows_every_counter) {
  // Of all images, in a field of its own; and no memory is waited for in a conflict.
  const std::set<std::string> elsewhere = {"overflows", "refresh_cycles.conflict",
                                           "memory_busy_cycles.conflict"};
  LayerCounters counters;
  std::uint64_t next = 1000;
  visit_counters([&](const CounterField&, std::uint64_t& count) { count = next++; }, counters);
  const std::string before = to_json(report_of(counters));
  const auto events = nlohmann::json::parse(before).at("layers").at(0).at("events");
  visit_counters(
      [&](const CounterField& f, std::uint64_t& count) {
        if (f.group == CounterGroup::kEvents) {
          const auto& entry = events.at(std::string(f.name));
          EXPECT_EQ(f.part.empty() ? entry : entry.at(std::string(f.part)), count) << f.full_name();
        }
        ++count;
        EXPECT_EQ(to_json(report_of(counters)) == before, elsewhere.count(f.full_name()) == 1)
            << f.full_name();
        --count;
      },
      counters);
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/run_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace dcnsim {
namespace {

/// Two layers with round numbers.
RunReport example() {
  RunReport r;
  r.version = "test";
  r.inputs = {{"network", "net.onnx", std::string(64, 'a')}};
  r.accelerator.array.rows = 4;
  r.accelerator.array.columns = 5;
  r.images = 8;
  r.correct = 6;
  r.clock_period_s = 2e-9;
  for (const std::uint64_t scale : {1u, 3u}) {
    LayerReport layer;
    layer.name = "layer" + std::to_string(scale);
    layer.descriptor.weight.bits = 3;
    layer.descriptor.input.bits = 5;
    layer.descriptor.requant.out.bits = 7;
    layer.counters.cycles = 100 * scale;
    layer.counters.compute_cycles = 60 * scale;
    layer.counters.stall_cycles = {10 * scale, 20 * scale, 5 * scale, 5 * scale};
    layer.counters.macs = 500 * scale;
    layer.counters.mac_passes = 1000 * scale;
    layer.counters.stream_bytes = {256, 1000 * scale, 16, 64 * scale, 32 * scale};
    layer.energy_pj = {{"multiply", 10.0 * static_cast<double>(scale)}, {"leakage", 1.0}};
    r.layers.push_back(layer);
  }
  r.area_um2 = {{"pe_array", 1e6}, {"input_buffer", 5e5}};
  r.provenance = {{"multiply", "t.csv", "00", "45 nm, 1.1 V", "/2.5 .. x1.3", ""}};
  r.warnings = {"something to know"};
  return r;
}

TEST(RunReport, totals_are_sums_over_the_layers) {
  const RunReport r = example();
  EXPECT_EQ(r.totals().cycles, 400u);
  EXPECT_EQ(r.totals().stall_cycles[1], 80u);
  EXPECT_EQ(dram_write_bytes(r.totals()), 128u);
  EXPECT_EQ(dram_read_bytes(r.totals()), 512u + 4000 + 32 + 256);
  EXPECT_DOUBLE_EQ(total(r.energy_pj()), 42);
  EXPECT_DOUBLE_EQ(r.top1(), 0.75);
  EXPECT_DOUBLE_EQ(utilization(r.totals(), r.accelerator.array), 4000.0 / (400 * 20));
}

TEST(RunReport, an_empty_report_divides_by_nothing) {
  const RunReport r;
  EXPECT_EQ(r.top1(), 0);
  EXPECT_EQ(utilization(r.totals(), r.accelerator.array), 0);
  EXPECT_FALSE(to_text(r).empty());
}

TEST(RunReport, json_holds_the_schema_fields) {
  const auto j = nlohmann::json::parse(to_json(example()));
  EXPECT_EQ(j.at("schema"), "dcnsim.run/1");
  EXPECT_EQ(j.at("latency").at("cycles"), 400);
  EXPECT_DOUBLE_EQ(j.at("latency").at("seconds").get<double>(), 8e-7);
  EXPECT_EQ(j.at("traffic").at("by_stream").at("weight"), 4000);
  EXPECT_EQ(j.at("area").at("total_um2"), 1.5e6);
  EXPECT_EQ(j.at("layers").at(1).at("weight_bits"), 3);
  EXPECT_EQ(j.at("layers").at(1).at("stall_cycles").at("weight"), 60);
  EXPECT_EQ(j.at("warnings").at(0), "something to know");
}

TEST(RunReport, json_survives_names_that_are_no_utf8) {
  RunReport r = example();
  r.layers[0].name = "bad\xff\"name\n";
  EXPECT_NO_THROW(nlohmann::json::parse(to_json(r)));
}

TEST(RunReport, text_fits_the_terminal_and_names_sources) {
  const std::string text = to_text(example());
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 150u) << line;
  for (const char* part : {"layer1", "3/5/7", "75.00 %", "t.csv: 45 nm, 1.1 V", "something to know",
                           "1.500 mm2", "400 cycles"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

}  // namespace
}  // namespace dcnsim

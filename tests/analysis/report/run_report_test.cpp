// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/run_report.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/report/result_summary.h"

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
    layer.counters.pe_cycles = 1000 * scale;
    layer.counters.stream_bytes = {256, 1000 * scale, 16, 64 * scale, 32 * scale};
    layer.energy_pj[EnergyPart::kMultiply] = 10.0 * static_cast<double>(scale);
    layer.energy_pj[EnergyPart::kLeakage] = 1;
    r.layers.push_back(layer);
  }
  r.area_um2[AreaPart::kPeArray] = 1e6;
  r.area_um2[AreaPart::kInputBuffer] = 5e5;
  r.provenance = {{"multiply", "t.csv", "00", "45 nm, 1.1 V", "/2.5 .. x1.3", "", false}};
  r.warnings = {"something to know"};
  return r;
}

TEST(RunReport, totals_are_sums_over_the_layers) {
  const RunReport r = example();
  EXPECT_EQ(r.totals().cycles, 400u);
  EXPECT_EQ(r.totals().stall_cycles[Stall::kWeight], 80u);
  EXPECT_EQ(dram_write_bytes(r.totals()), 128u);
  EXPECT_EQ(dram_read_bytes(r.totals()), 512u + 4000 + 32 + 256);
  EXPECT_DOUBLE_EQ(r.energy_pj().total(), 42);
  EXPECT_DOUBLE_EQ(r.top1(), 0.75);
  EXPECT_DOUBLE_EQ(utilization(r.totals(), r.accelerator.array), 4000.0 / (400 * 20));
}

TEST(RunReport, the_heading_names_network_and_machine) {
  RunReport r = example();
  r.network = "net";
  r.accelerator.name = "chip";
  EXPECT_EQ(heading(r), "net on chip (4 x 5 PEs, weight-stationary, bit-parallel 8 x 8 bit)");
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
  EXPECT_EQ(j.at("attribution").at("compute"), 240);
  EXPECT_EQ(j.at("attribution").at("weight"), 80);
  EXPECT_EQ(j.at("limited_by").at("cause"), "compute");
  EXPECT_TRUE(j.at("limited_by").at("bound").is_null());
  EXPECT_EQ(j.at("timing").at("transport"), "loosely timed");
  EXPECT_TRUE(j.at("timing").at("loosely_timed_cycles").is_null());
  EXPECT_EQ(j.at("warnings").at(0), "something to know");
}

TEST(RunReport, json_flags_figures_beyond_the_tables) {
  RunReport r = example();
  auto j = nlohmann::json::parse(to_json(r));
  EXPECT_EQ(j.at("extrapolated"), false);
  EXPECT_EQ(j.at("provenance").at(0).at("extrapolated"), false);
  r.provenance[0].extrapolated = true;
  j = nlohmann::json::parse(to_json(r));
  EXPECT_EQ(j.at("extrapolated"), true);
  EXPECT_EQ(j.at("provenance").at(0).at("extrapolated"), true);
  EXPECT_EQ(extrapolated_components(r.provenance), (std::vector<std::string>{"multiply"}));
}

TEST(RunReport, the_attribution_of_layers_and_total_adds_up_and_names_a_culprit) {
  RunReport r = example();
  r.layers[1].counters.stall_cycles[Stall::kWeight] += 3000;
  r.layers[1].counters.cycles += 3000;
  EXPECT_EQ(r.attribution().total(), r.totals().cycles);
  const auto j = nlohmann::json::parse(to_json(r));
  for (const auto& part : {j, j.at("layers").at(0), j.at("layers").at(1)}) {
    std::uint64_t sum = 0;
    for (const auto& cycles : part.at("attribution")) sum += cycles.get<std::uint64_t>();
    EXPECT_EQ(sum, part.at("latency").at("cycles"));
  }
  EXPECT_EQ(j.at("layers").at(0).at("limited_by").at("cause"), "weight");
  EXPECT_EQ(j.at("layers").at(0).at("limited_by").at("bound"), "bus");
  EXPECT_EQ(j.at("layers").at(1).at("limited_by").at("cause"), "weight");
  EXPECT_EQ(j.at("layers").at(1).at("limited_by").at("bound"), "latency");
  EXPECT_NE(to_text(r).find("weight, latency"), std::string::npos) << to_text(r);
}

TEST(RunReport, two_timings_are_compared) {
  RunReport r = example();
  r.timing = Transport::kApproximatelyTimed;
  r.loosely_timed_cycles = 404;
  const std::string text = to_text(r);
  EXPECT_NE(text.find("approximately timed, from one image"), std::string::npos) << text;
  EXPECT_NE(text.find("404 cycles (+1.00 %)"), std::string::npos) << text;
}

TEST(RunReport, json_survives_names_that_are_no_utf8) {
  RunReport r = example();
  r.layers[0].name = "bad\xff\"name\n";
  EXPECT_FALSE(nlohmann::json::parse(to_json(r), nullptr, false).is_discarded());
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

TEST(RunReport, long_names_keep_their_ends_and_lose_escape_sequences) {
  EXPECT_EQ(elide("conv0", 11), "conv0");
  EXPECT_EQ(elide("/features/layer1/conv2", 11), "..er1/conv2");
  EXPECT_EQ(elide("a\x1b[2J", 11), "a?[2J");
  RunReport r = example();
  r.layers[0].name = std::string(500, 'x') + "\n\x1b[2J";
  r.warnings = {"w" + std::string(60, '.') + " " + std::string(80, '.')};
  std::istringstream lines(to_text(r));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 150u) << line;
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
  }
}

class RunSummaryTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = testing::TempDir() + "dcnsim_" + info->name() + ".json";
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::string summary(const std::string& json) const {
    std::ofstream(path_, std::ios::binary) << json;
    return summarize_result(path_);
  }
  std::string error(const std::string& json) const {
    try {
      summary(json);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "no error";
  }

  std::string path_;
};

TEST_F(RunSummaryTest, shows_what_was_written) {
  const std::string text = summary(to_json(example()));
  for (const char* part :
       {"net.onnx", "layer3", "3/5/7", "400 cycles", "1.500 mm2", "something to know"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_NE(text.find("75.00 % top-1, 6 of 8 images"), std::string::npos) << text;
}

TEST_F(RunSummaryTest, every_cut_file_is_refused) {
  const std::string json = to_json(example());
  for (std::size_t size = 0; size + 2 < json.size(); size += 7) {
    EXPECT_EQ(error(json.substr(0, size)), path_ + ": not a JSON file, or cut short") << size;
  }
}

TEST_F(RunSummaryTest, a_missing_or_mistyped_field_is_named) {
  const auto json = nlohmann::json::parse(to_json(example()));
  const auto without = [&](const char* pointer, const char* last) {
    auto copy = json;
    copy.at(nlohmann::json::json_pointer(pointer)).erase(last);
    return error(copy.dump());
  };
  const auto with = [&](const char* pointer, const nlohmann::json& value) {
    auto copy = json;
    copy[nlohmann::json::json_pointer(pointer)] = value;
    return error(copy.dump());
  };
  EXPECT_EQ(without("/latency", "cycles"), path_ + ": /latency/cycles: missing");
  EXPECT_EQ(without("/layers/1", "macs"), path_ + ": /layers/1/macs: missing");
  EXPECT_EQ(with("/layers/0/input_bits", "8"), path_ + ": /layers/0/input_bits: expected a number");
  EXPECT_EQ(with("/layers", 3), path_ + ": /layers: expected a list");
  EXPECT_EQ(with("/layers/0", 3), path_ + ": /layers/0/name: missing");
  EXPECT_EQ(with("/warnings/0", 3), path_ + ": /warnings/0: expected a string");
  EXPECT_EQ(with("/schema", "dcnsim.run/2"),
            path_ + ": /schema: dcnsim.run/2, expected dcnsim.run/1 or dcnsim.allocate/1");
  EXPECT_EQ(error("[]"), path_ + ": /schema: missing");
}

}  // namespace
}  // namespace dcnsim

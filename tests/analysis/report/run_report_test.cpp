// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/run_report.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/report/result_summary.h"
#include "models/base/text/printable.h"
#include "tests/support/json_mutations.h"

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
  r.right = "11011011";
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
    layer.counters.stream_bytes = {256, 1000 * scale, 16, 0, 64 * scale, 32 * scale};
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
  EXPECT_EQ(heading(r),
            "net on chip (4 x 5 PEs, weight-stationary, bit-parallel 8 x 8 bit), "
            "pixels raw (assumed)");
}

TEST(RunReport, an_empty_report_divides_by_nothing) {
  const RunReport r;
  EXPECT_EQ(r.top1(), 0);
  EXPECT_EQ(utilization(r.totals(), r.accelerator.array), 0);
  EXPECT_FALSE(to_text(r).empty());
}

TEST(RunReport, energy_has_the_range_of_its_error_bars) {
  RunReport r = example();
  // 40 pJ at /2.5 .. x1.3, and 2 pJ of leakage of which nothing is known.
  EXPECT_DOUBLE_EQ(r.energy_range().low_pj, 40 / 2.5 + 2);
  EXPECT_DOUBLE_EQ(r.energy_range().high_pj, 40 * 1.3 + 2);
  EXPECT_DOUBLE_EQ(r.energy_range().unstated_share, 2.0 / 42);
  r.provenance.push_back({"leakage", "t.csv", "00", "", "x1 .. x4", "", false});
  EXPECT_DOUBLE_EQ(r.energy_range().high_pj, 40 * 1.3 + 2 * 4);
  EXPECT_EQ(r.energy_range().unstated_share, 0);
  EXPECT_NE(to_text(r).find(" by the error bars)"), std::string::npos) << to_text(r);
}

TEST(RunReport, error_bars_are_read_as_the_tables_write_them) {
  const auto expect = [](const std::string& text, double low, double high) {
    const auto factors = error_factors(text);
    ASSERT_TRUE(factors) << text;
    EXPECT_DOUBLE_EQ(factors->low, low) << text;
    EXPECT_DOUBLE_EQ(factors->high, high) << text;
  };
  expect("/2.5 .. x1.3", 1 / 2.5, 1.3);
  expect("x1 .. x4", 1, 4);
  expect("+-20 %", 0.8, 1.2);
  expect("+-20 % or /3 .. x1.1", 1.0 / 3, 1.2);
  expect("+-50 % beside /2 .. x1.5", 0.25, 2.25);
  for (const char* none : {"", "not stated", "high", "+-x %"})
    EXPECT_FALSE(error_factors(none)) << none;
}

TEST(RunReport, an_accuracy_has_its_interval_and_names_the_images) {
  const auto json = nlohmann::json::parse(to_json(example())).at("accuracy");
  EXPECT_EQ(json.at("correct"), 6);
  EXPECT_EQ(json.at("right"), "11011011");
  EXPECT_NEAR(json.at("interval").at(0).get<double>(), 0.4093, 1e-4);
  EXPECT_NEAR(json.at("interval").at(1).get<double>(), 0.9285, 1e-4);
  EXPECT_EQ(accuracy_words(6, 8), "75.00 % top-1, 6 of 8 images (95 % interval 40.9 .. 92.9 %)");
}

TEST(RunReport, a_stream_has_an_interval_beside_the_latency_of_one) {
  RunReport r = example();
  EXPECT_TRUE(nlohmann::json::parse(to_json(r)).at("throughput").is_null());
  EXPECT_EQ(to_text(r).find("throughput"), std::string::npos);
  r.throughput = ThroughputReport{4, true, {1000, 800, 700}, 40e6, 2000};
  const auto j = nlohmann::json::parse(to_json(r)).at("throughput");
  EXPECT_EQ(j.at("batch"), 4);
  EXPECT_EQ(j.at("cycles"), (std::vector<int>{1000, 800, 700}));
  EXPECT_DOUBLE_EQ(j.at("interval").at("cycles").get<double>(), 750);
  EXPECT_DOUBLE_EQ(j.at("interval").at("seconds").get<double>(), 1.5e-6);
  EXPECT_NEAR(j.at("images_per_s").get<double>(), 4 / 1.5e-6, 1e-3);
  EXPECT_EQ(j.at("energy_pj_an_image"), 40e6);
  EXPECT_NE(to_text(r).find("throughput   2.667e+06 images/s in batches of 4 that share weights"),
            std::string::npos)
      << to_text(r);
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
  EXPECT_EQ(j.at("layers").at(0).at("limited_by").at("cause"), "compute");
  EXPECT_EQ(j.at("layers").at(1).at("limited_by").at("cause"), "weight");
  EXPECT_TRUE(j.at("layers").at(1).at("limited_by").at("bound").is_null());
  EXPECT_TRUE(j.at("what_if").is_null()) << "nobody asked";
}

/// A table in which a bus twice as wide saves `saved` of `cycles`, and columns cannot be executed.
WhatIfTable table_of(std::uint64_t cycles, std::int64_t saved) {
  WhatIfTable table;
  table.cycles = cycles;
  table.energy_pj = 21e6;
  for (std::size_t i = 0; i < what_ifs().size(); ++i) {
    WhatIfRow row;
    if (what_ifs()[i].name == "bus") {
      row.saved_cycles = saved;
      row.energy_pj = 20e6;
      table.limits = {{{i}, saved, false}};
    }
    if (what_ifs()[i].name == "input banks") row.saved_cycles = -saved / 10;
    if (what_ifs()[i].name == "columns") {
      row.outcome = Outcome::kNotExecutable;
      row.why_not = "too wide";
    }
    table.rows.push_back(row);
  }
  return table;
}

RunReport with_what_if() {
  RunReport r = example();
  WhatIfReport what_if;
  what_if.layers = {table_of(100, 40), table_of(300, 10)};
  what_if.total = table_of(400, 50);
  what_if.area_um2 = 1.5e6;
  what_if.areas_um2.assign(what_ifs().size(), 1.75e6);
  r.what_if = what_if;
  return r;
}

TEST(RunReport, says_what_changes_would_save_and_cost) {
  const std::string text = to_text(with_what_if());
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  for (const char* part :
       {"bus -40 %", "bus -3.3 %", "as it is", "-12.5", "layer1 -40 %", "+1.2", "20.00", "21.00",
        "1.750", "1.500", "not executable so: columns", "a bus twice as wide would save 12 %"}) {
    std::istringstream words(text);
    std::string flat;
    for (std::string word; words >> word;) flat += word + ' ';
    EXPECT_NE(flat.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(RunReport, json_has_what_changes_would_save_and_cost) {
  const auto j = nlohmann::json::parse(to_json(with_what_if()));
  EXPECT_EQ(j.at("what_if").at("mapping"), "fixed");
  EXPECT_EQ(j.at("what_if").at("area_um2"), 1.5e6);
  ASSERT_EQ(j.at("what_if").at("changes").size(), what_ifs().size());
  for (const auto& change : j.at("what_if").at("changes")) {
    EXPECT_EQ(change.at("area_um2"), 1.75e6);
    if (change.at("name") == "bus") {
      EXPECT_EQ(change.at("kind"), "twice");
      EXPECT_EQ(change.at("saves_cycles"), 50);
      EXPECT_DOUBLE_EQ(change.at("saves_share").get<double>(), 0.125);
      EXPECT_EQ(change.at("energy_pj"), 20e6);
      EXPECT_EQ(change.at("keys"), "dma.bus_bytes x 2");
    }
    if (change.at("name") == "columns") {
      EXPECT_EQ(change.at("outcome"), "not executable");
      EXPECT_TRUE(change.at("saves_cycles").is_null()) << "never 0";
      EXPECT_EQ(change.at("why_not"), "too wide");
    }
  }
  const auto& limited = j.at("layers").at(0).at("limited_by");
  EXPECT_EQ(limited.at("bound"), "bus");
  EXPECT_EQ(limited.at("limits").at(0).at("changes").at(0), "bus");
  EXPECT_DOUBLE_EQ(limited.at("limits").at(0).at("saves_share").get<double>(), 0.4);
}

TEST(RunReport, computing_times_PEs_at_work_is_the_utilization) {
  RunReport r = example();
  r.layers[1].counters.fill_drain_cycles = 30;
  const auto j = nlohmann::json::parse(to_json(r));
  for (const auto& part : {j, j.at("layers").at(0), j.at("layers").at(1)}) {
    const double cycles = part.at("latency").at("cycles");
    EXPECT_EQ(part.at("computing_cycles"), part.at("attribution").at("compute"));
    EXPECT_EQ(part.at("filling_draining_cycles"), part.at("attribution").at("fill_drain"));
    EXPECT_NEAR(
        part.at("computing_cycles").get<double>() / cycles * part.at("pes_at_work").get<double>(),
        part.at("utilization").get<double>(), 1e-12);
  }
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
  TextLayout layout;
  layout.verbose = true;
  const std::string text = to_text(example(), layout);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  for (const char* part : {"layer1", "3/5/7", "75.00 %", "t.csv: 45 nm, 1.1 V", "something to know",
                           "1.500 mm2", "400 cycles"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

/// One layer with a number of its own in every column.
RunReport one_of_each() {
  RunReport r = example();
  r.layers.resize(1);
  r.accelerator.dma.bus_bytes = 64;  // a third of the cycles move a word
  LayerReport& layer = r.layers[0];
  layer.name = "only";
  LayerCounters& c = layer.counters;
  c = {};
  c.cycles = 3000;
  c.compute_cycles = 1800;
  c.fill_drain_cycles = 200;
  c.stall_cycles[Stall::kDescriptor] = 100;
  c.stall_cycles[Stall::kWeight] = 400;
  c.stall_cycles[Stall::kInput] = 300;
  c.stall_cycles[Stall::kOutput] = 150;
  c.stall_cycles[Stall::kConflict] = 250;
  c.refresh_cycles[Stall::kWeight] = 40;
  c.memory_busy_cycles[Stall::kWeight] = 60;
  c.memory_busy_cycles[Stall::kInput] = 30;
  c.macs = 12'340'000;
  c.pe_cycles = 24'000;  // of 3,000 * 4 * 5
  c.input_codes = 1000;
  c.input_zeros = 125;
  c.stream_bytes = {256, 40'000, 1600, 0, 20'000, 8000};
  EnergyBreakdown& pj = layer.energy_pj;
  pj = {};
  pj[EnergyPart::kMultiply] = 1e6;
  pj[EnergyPart::kAccumulate] = 2e6;
  pj[EnergyPart::kShadowRegisters] = 3e6;
  pj[EnergyPart::kPoolAdd] = 4e6;
  pj[EnergyPart::kInputBuffer] = 5e6;
  pj[EnergyPart::kAccumulatorBuffer] = 6e6;
  pj[EnergyPart::kDramActivate] = 7e6;
  pj[EnergyPart::kDramWrite] = 8e6;
  pj[EnergyPart::kDramRefresh] = 9e6;
  pj[EnergyPart::kDramBackground] = 10e6;
  pj[EnergyPart::kLeakage] = 11e6;
  return r;
}

/// The words of each line that begins with `name`, rules between columns left out.
std::vector<std::string> rows(const std::string& text, const std::string& name) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string row;
    for (std::string word; words >> word;) {
      if (word != "|") row += (row.empty() ? "" : " ") + word;
    }
    if (row.rfind(name + " ", 0) == 0) found.push_back(row);
  }
  return found;
}

TextLayout everything() {
  TextLayout layout;
  layout.wide = layout.verbose = true;
  return layout;
}

TEST(RunReport, every_column_of_the_tables_has_its_own_figure) {
  RunReport report = one_of_each();
  report.layers[0].counters.fill_drain_cycles = 150;
  report.layers[0].counters.overhead_cycles = 50;
  const std::string text = to_text(report, everything());
  const std::string cycles =
      "12.34 3000 40.0 1600 150 50 0 75.0 250 100 300 270 150 90 40 720 weight 10 % 66.00 "
      "computing";
  const std::string costs = "40.0 1.6 20.0 8.0 69.9 10.00 11.00 34.00 11.00 66.00";
  EXPECT_EQ(rows(text, "only"),
            (std::vector<std::string>{"only 3/5/7 " + cycles, "only " + costs}));
  EXPECT_EQ(rows(text, "total"), (std::vector<std::string>{"total " + cycles, "total " + costs}));
  std::istringstream words(text);
  std::string flat;
  for (std::string word; words >> word;) flat += word + ' ';
  for (const char* line :
       {"latency 3000 cycles = 6 us an image at 500 MHz", "zeros among input codes: only 12.5 %",
        "traffic 61.86 kB read, 8 kB written an image",
        "energy 66 uJ an image (65 uJ .. 66 uJ by the error bars), 11 W average: leakage 11 uJ "
        "(16.7 "
        "%), dram_background 10 uJ (15.2 "
        "%)",
        "accumulate 2 uJ (3.0 %), multiply 1 uJ (1.5 %)"}) {
    EXPECT_NE(flat.find(line), std::string::npos) << line << '\n' << text;
  }
}

TEST(RunReport, layers_of_the_vector_unit_requantize) {
  RunReport r = one_of_each();
  r.layers[0].descriptor.kind = LayerKind::kPool;
  r.layers[0].counters.fill_drain_cycles = 0;
  const std::vector<std::string> found = rows(to_text(r, everything()), "only");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(
      found[0],
      "only -/5/7 12.34 3000 40.0 0 0 0 1800 0.0 250 100 300 270 150 90 40 720 weight 10 % 66.00 "
      "requantizing");
}

TEST(RunReport, by_default_it_fits_80_columns_and_says_what_matters_most) {
  RunReport r = one_of_each();
  EXPECT_EQ(rows(to_text(r), "only").front(),
            "only 3/5/7 12.34 3000 40.0 weight 10 % 66.00 computing");
  // The largest figures there may be.
  r.layers[0].name = std::string(60, 'n');
  LayerCounters& c = r.layers[0].counters;
  c.cycles = 9'999'999'999;
  c.stall_cycles[Stall::kDescriptor] = 9'000'000'000;
  c.macs = 999'999'000'000;
  r.layers[0].energy_pj[EnergyPart::kMultiply] = 999'999e6;
  r.layers[0].descriptor.weight.bits = 16;
  std::istringstream lines(to_text(r));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST(RunReport, provenance_is_a_pointer_unless_asked_for) {
  EXPECT_EQ(to_text(example()).find("t.csv"), std::string::npos);
  EXPECT_NE(to_text(example()).find("--verbose"), std::string::npos);
}

TEST(RunReport, json_has_every_figure_of_a_layer) {
  const auto j = nlohmann::json::parse(to_json(one_of_each()));
  for (const auto& part : {j, j.at("layers").at(0)}) {
    EXPECT_EQ(part.at("macs"), 12'340'000);
    EXPECT_EQ(part.at("compute_cycles"), 1800);
    EXPECT_DOUBLE_EQ(part.at("utilization").get<double>(), 0.4);
    EXPECT_DOUBLE_EQ(part.at("latency").at("seconds").get<double>(), 6e-6);
    EXPECT_EQ(part.at("traffic").at("dram_read_bytes"), 61'856);
    EXPECT_EQ(part.at("traffic").at("dram_write_bytes"), 8000);
    EXPECT_EQ(part.at("energy").at("total_pj"), 66e6);
    EXPECT_EQ(part.at("energy").at("by_component").at("dram_refresh"), 9e6);
    EXPECT_EQ(part.at("attribution").at("dram_busy"), 90);
    EXPECT_EQ(part.at("attribution").at("refresh"), 40);
    EXPECT_EQ(part.at("attribution").at("fill_drain"), 200);
  }
  EXPECT_DOUBLE_EQ(j.at("layers").at(0).at("zero_activations").get<double>(), 0.125);
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
    EXPECT_LE(line.size(), 101u) << line;  // a word that is longer than a line
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

TEST_F(RunSummaryTest, has_the_figures_of_the_run) {
  const std::string text = summary(to_json(one_of_each()));
  const std::string figures = "12.34 3000 40.0 61.9 8.0 66.00";
  EXPECT_EQ(rows(text, "only"), std::vector<std::string>{"only 3/5/7 " + figures});
  EXPECT_EQ(rows(text, "total"), std::vector<std::string>{"total " + figures});
  EXPECT_EQ(rows(text, "latency"),
            std::vector<std::string>{"latency 3000 cycles = 0.006 ms an image"});
  EXPECT_EQ(rows(text, "energy"), std::vector<std::string>{"energy 66 uJ an image"});
  EXPECT_EQ(rows(text, "area"), std::vector<std::string>{"area 1.500 mm2 of cells and SRAM"});
}

TEST_F(RunSummaryTest, says_which_inputs_come_with_dcnsim) {
  auto json = nlohmann::json::parse(to_json(example()));
  json["inputs"][0]["shipped"] = true;
  EXPECT_NE(summary(json.dump()).find("net.onnx (comes with dcnsim)\n"), std::string::npos);
  for (const bool is_marked : {true, false}) {
    if (is_marked) {
      json["inputs"][0]["shipped"] = false;
    } else {
      json["inputs"][0].erase("shipped");
    }
    EXPECT_NE(summary(json.dump()).find("net.onnx\n"), std::string::npos) << is_marked;
  }
}

TEST_F(RunSummaryTest, every_field_is_checked) {
  expect_clean_refusals(nlohmann::ordered_json::parse(to_json(example())), path_ + ": ",
                        [&](const std::string& text) { summary(text); });
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

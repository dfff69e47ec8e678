// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/allocation_report.h"

#include <fnmatch.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/report/result_summary.h"
#include "models/base/table/csv.h"
#include "tests/support/json_mutations.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

using Json = nlohmann::json;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TensorReport tensor(const std::string& name, int bits) {
  TensorReport t;
  t.name = name;
  t.range = {2, 16};
  t.choice = {{bits, bits - 1, true, false}, 1000, 10};  // 20 dB
  t.kappa_db = 5.5;
  t.elements = 4000;
  t.closed_form_bits = bits + 0.25;
  t.noise_share = 0.5;
  t.saved_cost = 4000;
  t.lost_db = 1.5;
  return t;
}

AllocationFigures figures(const std::string& name, std::uint64_t weight_bits) {
  AllocationFigures f;
  f.name = name;
  f.predicted_sqnr_db = 21.5;
  f.measured_sqnr_db = 21.25;
  f.weight_bits = weight_bits;
  f.energy_pj = 2.5e6;
  f.cycles = 300;
  f.correct = 9;
  return f;
}

CurvePoint point(const std::string& rule, std::vector<int> widths, std::uint64_t weight_bits,
                 double top1) {
  CurvePoint p;
  p.rule = rule;
  p.widths = std::move(widths);
  p.weight_bits = weight_bits;
  p.predicted_sqnr_db = 21.5;
  p.energy_pj = static_cast<double>(weight_bits) * 100;
  p.cycles = 300;
  p.top1 = top1;
  return p;
}

/// Two tensors of 4000 elements; the second is exact and at its lowest width.
AllocationReport report() {
  AllocationReport r;
  r.version = "1";
  r.inputs = {{"network", "net.onnx", "ab"}};
  r.network = "net";
  r.accelerator = "edge";
  r.clock_period_s = 2e-9;
  r.goal = "the least size at an output SQNR of 21 dB";
  r.noise_model = "measured";
  r.is_proven = true;
  r.weights = 8000;
  r.images = 10;
  r.float_top1 = 0.9;
  r.tensors = {tensor("conv.weight", 5), tensor("fc.weight", 2)};
  r.tensors[1].choice.noise = 0;
  r.tensors[1].closed_form_bits.reset();
  r.tensors[1].saved_cost.reset();
  r.tensors[1].lost_db.reset();
  r.allocation = figures("allocation", 28000);
  r.equal = {figures("equal 8", 64000)};
  r.equal[0].predicted_sqnr_db = kInfinity;
  r.curve = {point("equal", {4, 4}, 32000, 0.8), point("equal", {8, 8}, 64000, 0.9),
             point("measured", {3, 3}, 24000, 0.8), point("measured", {6, 5}, 44000, 0.9)};
  r.warnings = {"fc.weight: constant"};
  return r;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(AllocationReport, json_has_the_tensors_and_why_they_are_so_wide) {
  const Json json = Json::parse(to_json(report()));
  EXPECT_EQ(json["schema"], "dcnsim.allocate/1");
  EXPECT_EQ(json["version"], "1");
  EXPECT_EQ(json["inputs"][0]["sha256"], "ab");
  EXPECT_EQ(json["cost"]["kind"], "size");
  EXPECT_EQ(json["cost"]["unit"], "bit");
  EXPECT_EQ(json["proven"], true);
  ASSERT_EQ(json["tensors"].size(), 2u);
  const Json& t = json["tensors"][0];
  EXPECT_EQ(t["name"], "conv.weight");
  EXPECT_EQ(t["bits"], 5);
  EXPECT_EQ(t["format"], "s5.4");
  EXPECT_EQ(t["lowest_bits"], 2);
  EXPECT_EQ(t["highest_bits"], 16);
  EXPECT_EQ(t["elements"], 4000);
  EXPECT_DOUBLE_EQ(t["sqnr_db"], 20);
  EXPECT_EQ(t["kappa_db_per_bit"], 5.5);
  EXPECT_EQ(t["closed_form_bits"], 5.25);
  EXPECT_EQ(t["noise_share"], 0.5);
  EXPECT_EQ(t["one_bit_less"]["saved_cost"], 4000);
  EXPECT_EQ(t["one_bit_less"]["lost_db"], 1.5);
  EXPECT_EQ(json["warnings"], Json::parse(R"(["fc.weight: constant"])"));
}

TEST(AllocationReport, json_has_figures_in_bytes_and_seconds) {
  const Json json = Json::parse(to_json(report()));
  const Json& f = json["allocation"];
  EXPECT_EQ(f["predicted_sqnr_db"], 21.5);
  EXPECT_EQ(f["measured_sqnr_db"], 21.25);
  EXPECT_EQ(f["weight_bytes"], 3500);
  EXPECT_EQ(f["bits_per_weight"], 3.5);
  EXPECT_EQ(f["energy_pj"], 2.5e6);
  EXPECT_EQ(f["latency"]["cycles"], 300);
  EXPECT_DOUBLE_EQ(f["latency"]["seconds"], 600e-9);
  EXPECT_EQ(f["correct"], 9);
  EXPECT_EQ(json["images"], 10);
  EXPECT_EQ(json["equal_widths"][0]["name"], "equal 8");
}

TEST(AllocationReport, json_has_the_curve_and_the_savings_at_equal_accuracy) {
  const Json json = Json::parse(to_json(report()));
  ASSERT_EQ(json["curve"].size(), 4u);
  EXPECT_EQ(json["curve"][3]["bits"], Json::parse("[6, 5]"));
  EXPECT_EQ(json["curve"][3]["weight_bytes"], 5500);
  ASSERT_EQ(json["savings"]["weight_bytes"].size(), std::size(kAccuracyLosses));
  // One percent below float on lines of ten percent: a tenth of the way back.
  const Json& saving = json["savings"]["weight_bytes"].back();
  EXPECT_EQ(saving["rule"], "measured");
  EXPECT_NEAR(saving["top1"], 0.89, 1e-12);
  EXPECT_NEAR(saving["equal"], 7600, 1e-6);
  EXPECT_NEAR(saving["with_rule"], 5250, 1e-6);
  EXPECT_NEAR(json["savings"]["energy_pj"].back()["with_rule"], 4.2e6, 1e-3);
}

TEST(AllocationReport, json_is_null_where_a_figure_is_infinite_or_missing) {
  AllocationReport r = report();
  for (CurvePoint& p : r.curve) p.top1 /= 2;  // never near float
  r.curve[0].predicted_sqnr_db = kInfinity;
  const Json json = Json::parse(to_json(r));
  const Json& exact = json["tensors"][1];
  EXPECT_TRUE(exact["sqnr_db"].is_null());
  EXPECT_TRUE(exact["closed_form_bits"].is_null());
  EXPECT_TRUE(exact["one_bit_less"]["saved_cost"].is_null());
  EXPECT_TRUE(exact["one_bit_less"]["lost_db"].is_null());
  EXPECT_TRUE(json["equal_widths"][0]["predicted_sqnr_db"].is_null());
  EXPECT_TRUE(json["curve"][0]["predicted_sqnr_db"].is_null());
  EXPECT_TRUE(json["savings"]["weight_bytes"][0]["equal"].is_null());
  EXPECT_TRUE(json["savings"]["weight_bytes"][0]["with_rule"].is_null());
}

TEST(AllocationReport, json_without_a_curve_has_empty_lists) {
  AllocationReport r = report();
  r.curve.clear();
  const Json json = Json::parse(to_json(r));
  EXPECT_EQ(json["curve"], Json::array());
  EXPECT_EQ(json["savings"]["weight_bytes"], Json::array());
}

TEST(AllocationReport, is_read_back_but_for_clock_and_widths_of_the_curve) {
  const TemporaryFolder folder;
  AllocationReport expected = report();
  for (CurvePoint& p : expected.curve) p.widths.clear();
  const AllocationReport read = load_allocation_report(folder.write("r.json", to_json(report())));
  expected.clock_period_s = read.clock_period_s;
  EXPECT_EQ(to_json(read), to_json(expected));
  EXPECT_THROW(load_allocation_report(folder.path("none.json")), std::runtime_error);
}

TEST(AllocationReport, json_stays_valid_whatever_things_are_called) {
  AllocationReport r = report();
  const std::string odd = "\xff\"\n\x1b\xc3";
  r.network = r.accelerator = r.tensors[0].name = r.inputs[0].path = r.warnings[0] = odd;
  EXPECT_FALSE(Json::parse(to_json(r), nullptr, false).is_discarded());
}

TEST(AllocationReport, csv_has_a_header_and_one_row_a_point) {
  const std::vector<std::string> lines = lines_of(curve_csv(report()));
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0],
            "rule,conv.weight,fc.weight,weight_bytes,energy_uj,cycles,predicted_sqnr_db,top1");
  EXPECT_EQ(lines[1], "equal,4,4,4000,3.2,300,21.5,0.8");
  EXPECT_EQ(lines[4], "measured,6,5,5500,4.4,300,21.5,0.9");
}

TEST(AllocationReport, csv_keeps_its_columns_whatever_a_layer_is_called) {
  AllocationReport r = report();
  r.tensors[0].name = "=a,b\"c\nd\re\x1b";
  const std::string csv = curve_csv(r);
  ASSERT_EQ(lines_of(csv).size(), 5u);
  EXPECT_EQ(lines_of(csv)[0].rfind("rule,\"'=a,b\"\"c d e \",fc.weight,", 0), 0u) << csv;
  const CsvTable table = CsvTable::parse(csv, "curve.csv");
  EXPECT_EQ(table.rows(), 4u);
  EXPECT_EQ(table.column("weight_bytes"), 3u);
}

TEST(AllocationReport, text_has_tensors_figures_savings_and_warnings) {
  const std::string text = to_text(report());
  for (const char* part :
       {"conv.weight", "s5.4", "5.25", "20.00", "50.0", "allocation", "21.25 dB", "3.500",
        "equal 8", "90.00", "inf", "warning: fc.weight: constant", "31.2"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(text.find("not proven"), std::string::npos);
}

TEST(AllocationReport, text_says_when_the_search_was_cut_off) {
  AllocationReport r = report();
  r.is_proven = false;
  EXPECT_NE(to_text(r).find("not proven optimal"), std::string::npos);
}

TEST(AllocationReport, text_marks_a_width_that_was_given) {
  AllocationReport r = report();
  r.tensors[0].range = {5, 5};
  EXPECT_NE(to_text(r).find(" 5* "), std::string::npos) << to_text(r);
  EXPECT_EQ(to_text(report()).find('*'), std::string::npos);
}

TEST(AllocationReport, text_keeps_to_80_columns_and_printable_characters) {
  AllocationReport r = report();
  const std::string odd = std::string(300, 'x') + "\x1b[31m\n";
  r.network = r.accelerator = r.tensors[0].name = odd;
  r.warnings = {odd + " is odd", "short"};
  const std::string text = to_text(r);
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << int{c};
  for (const std::string& line : lines_of(text)) {
    const bool is_one_word = line.find(' ') == std::string::npos;
    EXPECT_TRUE(is_one_word || line.size() <= 80) << line;
  }
  EXPECT_NE(text.find("is odd"), std::string::npos) << text;
  EXPECT_NE(text.find("warning: short"), std::string::npos);
}

TEST(AllocationReport, text_has_its_columns_in_line_for_every_kind_of_cost) {
  for (const CostKind kind :
       {CostKind::kSize, CostKind::kMacs, CostKind::kEnergy, CostKind::kCycles}) {
    AllocationReport r = report();
    r.cost_kind = kind;
    const std::vector<std::string> lines = lines_of(to_text(r));
    const auto header = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
      return line.rfind("tensor", 0) == 0;
    });
    ASSERT_NE(header, lines.end());
    EXPECT_EQ(header->size(), (header + 1)->size()) << *header << "\n" << *(header + 1);
    EXPECT_EQ(header->rfind('|'), (header + 1)->rfind('|')) << *header << "\n" << *(header + 1);
  }
}

TEST(AllocationReport, text_has_the_savings_in_line_whatever_the_rule) {
  AllocationReport r = report();
  r.curve.push_back(point("hardware energy", {6, 5}, 44000, 0.9));
  const std::vector<std::string> lines = lines_of(to_text(r));
  const auto header = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("saved %") != std::string::npos;
  });
  ASSERT_NE(header, lines.end());
  for (auto row = header + 1; row != header + 7; ++row) {
    EXPECT_EQ(row->size(), header->size()) << *header << "\n" << *row;
  }
}

TEST(AllocationReport, accuracies_compared_are_losses_against_float) {
  const std::vector<double> accuracies = compared_accuracies(report());
  ASSERT_EQ(accuracies.size(), std::size(kAccuracyLosses));
  EXPECT_DOUBLE_EQ(accuracies.front(), 0.899);
  EXPECT_DOUBLE_EQ(accuracies.back(), 0.89);
}

class AllocationSummaryTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "allocation_summary_" + std::to_string(::getpid()) + ".json";
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::string summary(const std::string& json) const {
    std::ofstream(path_, std::ios::binary) << json;
    return summarize_result(path_);
  }
  /// The message about the example with one field replaced.
  std::string error(const char* pointer, const Json& value) const {
    Json json = Json::parse(to_json(report()));
    json[Json::json_pointer(pointer)] = value;
    try {
      summary(json.dump());
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "no error";
  }

  std::string path_;
};

TEST_F(AllocationSummaryTest, shows_the_tables_that_the_command_printed) {
  AllocationReport r = report();
  r.tensors[0].name = std::string(300, 'x') + ".weight";
  r.tensors[1].choice.format = {2, -3, false, true};
  for (const CostKind kind :
       {CostKind::kSize, CostKind::kMacs, CostKind::kEnergy, CostKind::kCycles}) {
    r.cost_kind = kind;
    const std::string text = summary(to_json(r));
    EXPECT_NE(text.find("net.onnx"), std::string::npos) << text;
    EXPECT_NE(text.find("dcnsim.allocate/1"), std::string::npos) << text;
    const std::string tables = to_text(r);
    ASSERT_GE(text.size(), tables.size());
    EXPECT_EQ(text.substr(text.size() - tables.size()), tables);
  }
}

TEST_F(AllocationSummaryTest, every_field_is_checked) {
  expect_clean_refusals(nlohmann::ordered_json::parse(to_json(report())), path_ + ": ",
                        [&](const std::string& text) { summary(text); });
}

TEST_F(AllocationSummaryTest, a_field_of_another_type_or_out_of_bounds_is_named) {
  EXPECT_EQ(error("/proven", 1), path_ + ": /proven: expected true or false");
  EXPECT_EQ(error("/tensors/0/format", "q8"),
            path_ + ": /tensors/0/format: expected a format such as s8.5");
  EXPECT_EQ(error("/tensors/1/lowest_bits", 0),
            path_ + ": /tensors/1/lowest_bits: expected a whole number from 1 to 16");
  EXPECT_EQ(error("/tensors/1/elements", -1),
            path_ + ": /tensors/1/elements: expected a whole number, not negative");
  EXPECT_EQ(error("/allocation", 1), path_ + ": /allocation/weight_bytes: missing");
  EXPECT_EQ(error("/allocation/correct", 1e300),
            path_ + ": /allocation/correct: expected a whole number, not negative");
  EXPECT_EQ(error("/allocation/bits_per_weight", 0),
            path_ + ": /allocation/bits_per_weight: expected bits");
  EXPECT_EQ(error("/equal_widths/0/weight_bytes", -8),
            path_ + ": /equal_widths/0/weight_bytes: expected a number of bytes");
  EXPECT_EQ(error("/cost/kind", "area"),
            path_ + ": /cost/kind: area, expected size, macs, energy or cycles");
  EXPECT_EQ(error("/curve", nullptr), path_ + ": /curve: expected a list");
}

TEST_F(AllocationSummaryTest, a_field_that_is_missing_anywhere_is_an_error) {
  // What the tables do without: the format has the bits, the savings are made from the curve.
  const auto unused = [](const std::string& pointer) {
    const std::vector<const char*> patterns = {"/cost/unit", "/tensors/*/bits",
                                               "*/seconds",  "/equal_widths/*/bits_per_weight",
                                               "/savings*",  "/inputs/*/shipped"};
    return std::any_of(patterns.begin(), patterns.end(), [&](const char* pattern) {
      return fnmatch(pattern, pointer.c_str(), 0) == 0;
    });
  };
  const Json whole = Json::parse(to_json(report())).flatten();
  for (const auto& [pointer, value] : whole.items()) {
    Json json = whole.unflatten();
    const Json::json_pointer at(pointer);
    if (json[at.parent_pointer()].is_array() || unused(pointer)) continue;
    json[at.parent_pointer()].erase(at.back());
    try {
      summary(json.dump());
      ADD_FAILURE() << pointer << " is not missed";
    } catch (const std::runtime_error& e) {
      EXPECT_EQ(std::string(e.what()), path_ + ": " + pointer + ": missing");
    }
  }
}

}  // namespace
}  // namespace dcnsim

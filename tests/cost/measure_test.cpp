// SPDX-License-Identifier: Apache-2.0
// Tables measured with a real library by tools/measure. The build's fixture has measured the
// points of 2 and 4 bits in a test of its own.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/accelerator_yaml.h"
#include "models/arch/descriptor.h"
#include "models/base/file/text_file.h"
#include "models/base/table/csv.h"
#include "models/cost/cost_model.h"
#include "models/cost/pe_cost.h"
#include "models/cost/post_cost.h"
#include "models/perf/counters.h"
#include "tests/cost/table_rows.h"
#include "tests/cost/tables_copy.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

const std::string kMeasured = DCNSIM_MEASURED_DIR;
const std::string kLiberty = DCNSIM_LIBERTY;
const std::string kLibrary = "osu035";
constexpr std::size_t kMostBytes = std::size_t{1} << 22;

/// Rows of a table that the fixture measured: text and numbers by column name.
class Measured {
 public:
  explicit Measured(const std::string& file) : table_(CsvTable::load(kMeasured + '/' + file)) {
    const std::size_t library = table_.column("library");
    while (first_ < table_.rows() && table_.text(first_, library) != kLibrary) ++first_;
  }

  std::size_t rows() const { return table_.rows() - first_; }
  std::string text(std::size_t row, const std::string& column) const {
    return table_.text(first_ + row, table_.column(column));
  }
  double number(std::size_t row, const std::string& column) const {
    return table_.number(first_ + row, table_.column(column));
  }
  /// The one row whose columns have these values.
  std::size_t row(const std::map<std::string, std::string>& wanted) const {
    for (std::size_t row = 0; row < rows(); ++row) {
      bool fits = true;
      for (const auto& [column, value] : wanted) fits = fits && text(row, column) == value;
      if (fits) return row;
    }
    throw std::runtime_error("no such row in " + table_.path());
  }
  double cycle_fj(const std::map<std::string, std::string>& wanted) const {
    return number(row(wanted), "energy_fj_per_cycle");
  }

 private:
  CsvTable table_;
  std::size_t first_ = 0;
};

struct Outcome {
  int status;
  std::string text;
};

/// Runs measure.py in a shell with these arguments; `environment` stands before the command.
Outcome measure(const std::string& arguments, const std::string& environment = "") {
  const std::string command =
      environment + " /usr/bin/python3 " + DCNSIM_MEASURE + ' ' + arguments + " 2>&1";
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no shell");
  std::string text;
  for (int c; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

/// The error of a Liberty file with `text`, without the file's name.
std::string error_with(const std::string& text) {
  const std::string folder = ::testing::TempDir() + "dcnsim_measure_" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  const std::string liberty = folder + "/broken.lib";
  std::ofstream(liberty) << text;
  const Outcome outcome =
      measure(liberty + " --library broken --node 350 --out " + folder + "/out");
  std::filesystem::remove_all(folder);
  EXPECT_EQ(outcome.status, 1) << outcome.text;
  const std::string front = "error: " + liberty + ": ";
  return outcome.text.rfind(front, 0) == 0 ? outcome.text.substr(front.size()) : outcome.text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string liberty_text() { return read_text_file(kLiberty, kMostBytes); }

AcceleratorConfig machine() {
  AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  config.clock_mhz = 100;  // what a PE of 350 nm makes
  config.array.weight_bits = config.array.activation_bits = 4;
  config.cost.tables = kMeasured;
  config.cost.technology = kLibrary;
  config.cost.sram_node_nm = 45;
  return config;
}

std::string table_of(const CostModel& cost, const std::string& component) {
  for (const Provenance& entry : cost.provenance()) {
    if (entry.component == component) return entry.table;
  }
  return "no such component";
}

TEST(measure, rows_are_added_to_a_copy_of_the_shipped_tables) {
  for (const auto& entry : std::filesystem::directory_iterator(kTables)) {
    if (entry.path().extension() != ".csv") continue;
    const std::string shipped = read_text_file(entry.path().string(), kMostBytes);
    const std::string file = entry.path().filename().string();
    EXPECT_EQ(read_text_file(kMeasured + '/' + file, kMostBytes).substr(0, shipped.size()), shipped)
        << file;
  }
}

TEST(measure, outputs_equal_the_integer_model_and_parts_add_up) {
  for (const char* file :
       {"mac_energy_area.csv", "mac_weight_stationary.csv", "serial.csv", "fusion.csv"}) {
    const Measured table(file);
    EXPECT_GT(table.rows(), 0u) << file;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      EXPECT_EQ(table.text(row, "functional_errors"), "0");
      double parts = 0;
      for (const char* part : {"energy_mul_fj", "energy_acc_fj", "energy_reg_fj"}) {
        EXPECT_GT(table.number(row, part), 0) << file << ", row " << row << ", " << part;
        parts += table.number(row, part);
      }
      parts += table.number(row, "energy_input_net_fj");
      EXPECT_NEAR(parts / table.number(row, "energy_fj_per_cycle"), 1, 1e-4) << file;
      EXPECT_GT(table.number(row, "leakage_nw"), 0);
      EXPECT_GE(table.number(row, "glitch_toggle_ratio"), 1);
    }
  }
}

TEST(measure, wider_operands_cost_more_energy_and_area) {
  const auto point = [](const char* bits) {
    return std::map<std::string, std::string>{
        {"weight_bits", bits}, {"act_bits", bits}, {"data", "cnn"}};
  };
  const Measured mac("mac_energy_area.csv");
  EXPECT_GT(mac.cycle_fj(point("4")), mac.cycle_fj(point("2")));
  EXPECT_GT(mac.number(mac.row(point("4")), "area_um2"),
            mac.number(mac.row(point("2")), "area_um2"));
  EXPECT_LT(mac.number(mac.row(point("4")), "energy_nowire_fj_per_mac"), mac.cycle_fj(point("4")));
  const Measured fusion("fusion.csv");
  const auto per_mac = [&](const char* bits) {
    auto wanted = point(bits);
    wanted["unit"] = "fusion_16_bricks_pipe1";
    return fusion.number(fusion.row(wanted), "energy_fj_per_mac");
  };
  EXPECT_GT(per_mac("4"), per_mac("2"));
}

bool is_control(const std::string& unit) { return unit == "fifo2" || unit == "address_generator"; }

/// Of units that no shipped library was measured with.
bool is_transferred(const std::string& unit) {
  return unit == "feeder" || unit == "product" || unit == "threshold_tree" || is_control(unit) ||
         unit.rfind("requant_mul", 0) == 0;
}

/// Whether it is measured in short runs, or in all (measure_usual.py).
bool is_tried(const std::string& unit, int in_bits, int bits) {
  const bool all = tries(1, 2) == 2;
  if (unit == "threshold_tree") return in_bits == 32 || all;
  if (is_control(unit)) return bits == 64 || (unit != "fifo2" && bits == 16) || all;
  if (unit == "feeder") return bits <= 64 || all;
  if (unit == "product") return bits <= 2 * 4 + 2;
  return bits <= 4 && (unit == "requant_mul8" || all);
}

/// Geometric mean over the other units, each kind counting once, of what a library's rows
/// have of a column over what was measured.
double mean_ratio(const Measured& measured, const std::string& library, const std::string& column) {
  std::map<std::string, std::vector<double>> by_unit;
  for (const auto& row :
       rows_of("requant_etc.csv", {"library", "unit", "in_bits", "out_bits", "mode", column})) {
    if (row.at("library") != library || is_transferred(row.at("unit"))) continue;
    std::map<std::string, std::string> wanted = row;
    wanted.erase("library");
    wanted.erase(column);
    try {
      const double here = measured.number(measured.row(wanted), column);
      by_unit[row.at("unit")].push_back(std::log(std::stod(row.at(column)) / here));
    } catch (const std::runtime_error&) {  // of other widths
    }
  }
  EXPECT_EQ(by_unit.size(), 6u);
  double sum = 0;
  for (const auto& [unit, logarithms] : by_unit) {
    sum += std::accumulate(logarithms.begin(), logarithms.end(), 0.0) /
           static_cast<double>(logarithms.size());
  }
  return std::exp(sum / static_cast<double>(by_unit.size()));
}

// The shipped feeders, multiplying requantizers, products, comparison trees and units of control
// were measured with this library and all widths.
TEST(measure, shipped_units_of_this_library_are_those_times_what_other_units_differ_by) {
  const Measured measured("requant_etc.csv");
  int compared = 0;
  for (const char* library : {"nangate45", "asap7"}) {
    for (const char* column : {"energy_fj_per_op", "area_um2", "leakage_nw"}) {
      const double ratio = mean_ratio(measured, library, column);
      for (const auto& row :
           rows_of("requant_etc.csv", {"library", "unit", "in_bits", "out_bits", "mode", column})) {
        const std::string unit = row.at("unit");
        if (row.at("library") != library || !is_transferred(unit)) continue;
        const int in_bits = row.at("in_bits").empty() ? 0 : std::stoi(row.at("in_bits"));
        if (!is_tried(unit, in_bits, std::stoi(row.at("out_bits")))) continue;
        std::map<std::string, std::string> wanted = row;
        wanted.erase("library");
        wanted.erase(column);
        const double here = measured.number(measured.row(wanted), column);
        EXPECT_NEAR(std::stod(row.at(column)) / (here * ratio), 1, 0.12)
            << library << ' ' << unit << ' ' << in_bits << ' ' << row.at("out_bits") << ' '
            << column;
        ++compared;
      }
    }
  }
  EXPECT_EQ(compared, 2 * 3 * (2 + tries(5 + 2 + 5 + 4, 7 + 6 + 9 + 12)));
}

TEST(measure, choosing_between_two_multipliers_costs_as_much_as_is_charged) {
  const Measured measured("requant_etc.csv");
  const auto fj = [&](const char* unit) {
    return measured.number(measured.row({{"unit", unit}, {"out_bits", "4"}}), "energy_fj_per_op");
  };
  EXPECT_NEAR(fj("requant_leaky8") / fj("requant_mul8"), PostCost::kWithSlopes, 0.08);
}

TEST(measure, rounding_twice_costs_as_much_as_is_charged) {
  if (tries(1, 2) == 1) GTEST_SKIP() << "without the widest multipliers";
  const Measured measured("requant_etc.csv");
  const auto of = [&](const char* unit, const char* column) {
    return measured.number(measured.row({{"unit", unit}, {"out_bits", "4"}}), column);
  };
  const auto ratio = [&](const char* column) {
    return of("requant_twice31", column) / of("requant_mul31", column);
  };
  EXPECT_NEAR(ratio("energy_fj_per_op"), PostCost::kRoundingTwice, 0.05);
  EXPECT_NEAR(ratio("area_um2"), PostCost::kRoundingTwiceArea, 0.05);
}

TEST(measure, held_weights_and_zeros_save_energy) {
  const Measured mac("mac_energy_area.csv");
  std::map<std::string, std::string> point = {{"weight_bits", "4"}, {"act_bits", "4"}};
  const auto of = [&](const char* data) {
    point["data"] = data;
    return mac.cycle_fj(point);
  };
  EXPECT_LT(of("cnn_wstat"), of("cnn"));
  EXPECT_LT(of("cnn"), of("uniform"));
  const Measured zeros("mac_zero_activity.csv");
  EXPECT_LT(zeros.cycle_fj({{"zero_fraction", "0.9"}, {"data", "cnn"}}),
            zeros.cycle_fj({{"zero_fraction", "0"}, {"data", "cnn"}}));
}

TEST(measure, the_cost_model_takes_an_own_library) {
  const CostModel cost(kTables, machine());
  const Measured mac("mac_weight_stationary.csv");
  EXPECT_NEAR(cost.area_um2()[AreaPart::kPeArray] / 256,
              mac.number(mac.row({{"weight_bits", "4"}}), "area_um2"), 0.01);
  EXPECT_EQ(table_of(cost, "multiply"), kMeasured + "/mac_energy_area.csv");
  EXPECT_EQ(table_of(cost, "systolic_cell"), kMeasured + "/mac_weight_stationary.csv");
  EXPECT_EQ(table_of(cost, "zero_activations"), kMeasured + "/mac_zero_activity.csv");
  EXPECT_EQ(table_of(cost, "requantize"), kMeasured + "/requant_etc.csv");
  EXPECT_EQ(table_of(cost, "input_buffer"), kMeasured + "/sram.csv");
}

// What the figures are worth is not measured; the rows of shipped libraries keep their error bars.
TEST(measure, an_own_library_states_no_error_bars_but_its_conditions) {
  for (const Provenance& p : CostModel(kTables, machine()).provenance()) {
    const bool is_shipped =
        p.component == "dram" || p.component.find("_buffer") != std::string::npos;
    EXPECT_EQ(p.error_bar == "not stated", !is_shipped) << p.component << ": " << p.error_bar;
    if (is_shipped) continue;
    EXPECT_EQ(p.conditions.rfind("350 nm, osu035, ", 0), 0u) << p.component << ": " << p.conditions;
  }
}

TEST(measure, the_cost_model_takes_own_serial_and_composable_units) {
  AcceleratorConfig config = machine();
  config.array.datapath = DatapathFamily::kActivationSerial;
  const std::map<std::string, std::string> point = {
      {"weight_bits", "4"}, {"act_bits", "4"}, {"data", "cnn_wstat"}};
  const auto expect_energy = [&](const char* file, const char* unit) {
    auto row = point;
    row["unit"] = unit;
    EXPECT_NEAR(
        total_fj(make_pe_cost(kMeasured, config)->per_cycle(4, 4)) / Measured(file).cycle_fj(row),
        1, 1e-4);
  };
  expect_energy("serial.csv", "serial_act_parallel_weight");
  config.array.datapath = DatapathFamily::kComposable;
  expect_energy("fusion.csv", "fusion_16_bricks_pipe1");
}

TEST(measure, a_second_run_measures_nothing_again) {
  const std::string before = read_text_file(kMeasured + "/fusion.csv", kMostBytes);
  const std::string arguments =
      kLiberty + " --library osu035 --node 350 --tables fusion --widths 2,4 --out " + kMeasured;
  const Outcome again = measure(arguments + " --cycles " DCNSIM_MEASURED_CYCLES);
  EXPECT_EQ(again.status, 0) << again.text;
  EXPECT_NE(again.text.find("24 of 24 points are in"), std::string::npos) << again.text;
  EXPECT_EQ(read_text_file(kMeasured + "/fusion.csv", kMostBytes), before);
  const Outcome otherwise = measure(arguments + " --cycles 500");
  EXPECT_EQ(otherwise.status, 1);
  EXPECT_NE(otherwise.text.find("fusion.csv: rows of osu035 were measured otherwise"),
            std::string::npos)
      << otherwise.text;
}

TEST(measure, an_unusable_liberty_file_is_an_error_of_one_line) {
  EXPECT_EQ(error_with("cell (X) {}"), "not a Liberty file, expected library (NAME) {\n");
  EXPECT_EQ(error_with(liberty_text().substr(0, 100000)), "a brace is not closed\n");
  EXPECT_EQ(error_with(replaced(liberty_text(), "internal_power", "internal_energy")),
            "no internal_power tables, energy cannot be measured\n");
  EXPECT_EQ(error_with(replaced(liberty_text(), "((A^B)^C)", "(A^B)")),
            "no full adder (one cell with carry and sum of three inputs) that has internal_power "
            "tables; --compressors gates does without\n");
  EXPECT_EQ(error_with(replaced(liberty_text(), "clocked_on : \"CLK\"", "clocked_on : \"!CLK\"")),
            "no rising-edge D flip-flop without set and reset that has internal_power tables\n");
  EXPECT_EQ(error_with(replaced(liberty_text(), "(1,pf)", "(1,nf)")),
            "no capacitive_load_unit in ff or pf\n");
}

TEST(measure, what_is_missing_is_named) {
  const std::string rest = " --library x --node 350 --out " + ::testing::TempDir() + "dcnsim_none";
  const TemporaryFolder empty;
  const std::string missing = empty.path("missing.lib");
  EXPECT_EQ(measure(missing + rest).text, "error: " + missing + ": No such file or directory\n");
  EXPECT_EQ(measure(kLiberty + rest, "PATH=" + empty.path()).text,
            "error: yosys: not found, install the Debian package yosys\n");
  EXPECT_EQ(measure(kLiberty + rest + " --tables mac --widths 9").text,
            "error: --widths: no point of these tables has only these widths\n");
  EXPECT_EQ(measure(kLiberty + rest + " --tables macs").status, 2);
}

}  // namespace
}  // namespace dcnsim

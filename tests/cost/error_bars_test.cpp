// SPDX-License-Identifier: Apache-2.0
// Error bars and conditions belong to the rows of the tables: a user's own tables state theirs, or
// none.
#include "models/cost/error_bars.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/accelerator_yaml.h"
#include "models/arch/descriptor.h"
#include "models/cost/cost_model.h"
#include "models/perf/counters.h"
#include "tests/cost/tables_copy.h"

namespace dcnsim {
namespace {

const char* const kBars[] = {"energy_error_bar",     "area_error_bar",      "rule_error_bar",
                             "accumulate_error_bar", "unit_rule_error_bar", "error_bar_against"};
const char* const kFiles[] = {"mac_energy_area.csv",
                              "mac_subword.csv",
                              "mac_weight_stationary.csv",
                              "mac_zero_activity.csv",
                              "mac_variants.csv",
                              "serial.csv",
                              "fusion.csv",
                              "requant_etc.csv",
                              "sram.csv",
                              "dram.csv"};

AcceleratorConfig preset(const std::string& name) {
  return load_accelerator(kPresets + '/' + name + ".yaml");
}

/// By component.
std::map<std::string, Provenance> provenance(const std::string& tables,
                                             const AcceleratorConfig& config, int bits = 8) {
  Descriptor layer;
  layer.kind = LayerKind::kConv;
  layer.weight.bits = layer.input.bits = layer.requant.out.bits = bits;
  std::map<std::string, Provenance> all;
  for (const Provenance& p : CostModel(tables, config).provenance({layer})) all[p.component] = p;
  return all;
}

/// Where a rule of DRAMs starts.
void take_refresh_from_hbm2(const TablesCopy& tables) {
  tables.edit("dram.csv", [](Sheet& sheet) {
    for (std::size_t row = 0; row < sheet.rows(); ++row) {
      if (sheet.at(row, "preset") != "hbm2_2000_pc64") continue;
      sheet.at(row, "refresh_energy_pj_per_ref").clear();
    }
  });
}

/// A machine of every family, and machines that need every rule (of DRAMs: if HBM2's refresh is
/// missing).
std::vector<AcceleratorConfig> machines() {
  std::vector<AcceleratorConfig> all;
  for (const char* name :
       {"small_edge", "small_edge_serial", "small_edge_fully_serial", "small_edge_composable"}) {
    all.push_back(preset(name));
  }
  AcceleratorConfig config = preset("small_edge");
  config.cost.extrapolate = true;
  config.accumulator.bits = 40;
  config.dram.preset = "hbm2_2000_pc64";
  all.push_back(config);
  config.cost.technology = "sky130hd";
  config.cost.sram_node_nm = 45;
  config.clock_mhz = 50;
  config.array.weight_bits = config.array.activation_bits = 7;
  config.input_buffer.capacity_bytes = 2048;
  all.push_back(config);
  return all;
}

TEST(error_bars, of_the_shipped_tables_are_those_of_their_page) {
  auto all = provenance(kTables, preset("small_edge"));
  for (const char* logic :
       {"multiply", "operand_registers", "accumulator_registers", "edge_registers",
        "shadow_registers", "requantize", "pool_add", "zero_activations", "systolic_cell"}) {
    EXPECT_EQ(all[logic].error_bar, "/2.5 .. x1.3") << logic;
  }
  EXPECT_EQ(all["accumulate"].error_bar, "/5.5 .. x1.3");
  for (const char* buffer : {"input_buffer", "weight_buffer", "output_buffer"}) {
    EXPECT_EQ(all[buffer].error_bar, "x1 .. x4") << buffer;
  }
  for (const char* control : {"dma", "sequencer"}) {
    EXPECT_EQ(all[control].error_bar, "/1.5 .. x4");
    EXPECT_NE(all[control].note.find("error bar of area /1.5 .. x4"), std::string::npos);
  }
  EXPECT_EQ(all["pe_array"].error_bar, "/1.8 .. x1.4");
  EXPECT_EQ(all["requantizers"].error_bar, "+-30 %");
  EXPECT_EQ(all["leakage"].error_bar, "not stated");
  EXPECT_NE(all["leakage"].note.find("; five to ten times higher at 85 C;"), std::string::npos);
  const std::map<std::string, std::string> drams = {
      {"ddr4_2400_x16_8gb", "+-30 %"},   {"lpddr4_3200_x16_6gb", "+-20 %"},
      {"lpddr3_1600_x32_4gb", "+-40 %"}, {"hbm2_2000_pc64", "+-50 %"},
      {"lpddr5_6400_x16_8gb", "+-50 %"}, {"ddr5_4800_4x8_16gb", "+-40 %"}};
  EXPECT_EQ(drams.size(), dram_presets(kTables).size());
  for (const auto& [name, bar] : drams) {
    AcceleratorConfig config = preset("small_edge");
    config.dram.preset = name;
    const Provenance dram = provenance(kTables, config)["dram"];
    EXPECT_EQ(dram.error_bar, bar) << name;
    const std::string from = dram.conditions.substr(0, name.size() + 13);
    EXPECT_EQ(from, name + ", 1 channel, ") << name;
    const bool from_currents = dram.conditions == from + "data-sheet currents";
    EXPECT_EQ(from_currents, name != "hbm2_2000_pc64" && name != "lpddr5_6400_x16_8gb") << name;
  }
  const TablesCopy tables;
  take_refresh_from_hbm2(tables);
  AcceleratorConfig config = preset("small_edge");
  config.cost.extrapolate = true;
  config.dram.preset = "hbm2_2000_pc64";
  EXPECT_EQ(provenance(tables.dir(), config)["dram"].error_bar, "/3 .. x3 beside +-50 %");
}

TEST(error_bars, of_tables_that_state_none_are_not_stated) {
  const TablesCopy tables;
  for (const char* file : kFiles) {
    tables.edit(file, [&](Sheet& sheet) {
      bool has_any = false;
      for (const char* bar : kBars) has_any |= sheet.drop(bar);
      EXPECT_TRUE(has_any) << file;
      sheet.drop("conditions");
    });
  }
  take_refresh_from_hbm2(tables);
  int rules = 0;
  for (const AcceleratorConfig& config : machines()) {
    for (const auto& [component, p] : provenance(tables.dir(), config, 6)) {
      EXPECT_EQ(p.error_bar.rfind("not stated", 0), 0u) << component << ": " << p.error_bar;
      for (const char* shipped : {"+-", "/2.5", "x1 "}) {
        EXPECT_EQ(p.error_bar.find(shipped), std::string::npos) << component << ": " << p.error_bar;
        EXPECT_EQ(p.note.find(shipped), std::string::npos) << component << ": " << p.note;
      }
      if (p.extrapolated) {
        EXPECT_NE(p.note.find(" (not stated)"), std::string::npos) << component << ": " << p.note;
        ++rules;
      }
    }
    const Provenance dram = provenance(tables.dir(), config)["dram"];
    EXPECT_NE(dram.conditions.find(", conditions not stated"), std::string::npos);
    if (!dram.extrapolated) {
      EXPECT_EQ(dram.error_bar, "not stated, confidence medium-high");
    }
  }
  EXPECT_GE(rules, 15);
}

TEST(error_bars, of_own_tables_are_their_own) {
  const TablesCopy tables;
  const auto state = [&](const char* file, const char* column, const std::string& bar) {
    tables.edit(file, [&](Sheet& sheet) {
      for (std::size_t row = 0; row < sheet.rows(); ++row) sheet.at(row, column) = bar;
    });
  };
  state("sram.csv", "energy_error_bar", "+-3 %");
  state("mac_energy_area.csv", "energy_error_bar", "+-7 %");
  state("mac_energy_area.csv", "area_error_bar", "+-1 %");
  state("requant_etc.csv", "area_error_bar", "");
  state("mac_zero_activity.csv", "energy_error_bar", "a\tb");
  auto all = provenance(tables.dir(), preset("small_edge"));
  EXPECT_EQ(all["input_buffer"].error_bar, "+-3 %");
  EXPECT_EQ(all["pe_array"].error_bar, "+-1 %");
  EXPECT_EQ(all["requantizers"].error_bar, "not stated");
  EXPECT_EQ(all["requantize"].error_bar, "/2.5 .. x1.3");
  EXPECT_EQ(all["zero_activations"].error_bar, "a b");
  // Native widths from one table, narrower data from another.
  EXPECT_EQ(all["multiply"].error_bar, "+-7 % or /2.5 .. x1.3");
  EXPECT_EQ(provenance(tables.dir(), preset("small_edge_serial"))["multiply"].error_bar,
            "/4.5 .. x1.3");
}

// One wide bar for all would say nothing of fixed multipliers, one narrow bar too much of bricks.
TEST(error_bars, are_those_of_a_family_and_say_against_what_they_were_drawn) {
  const auto bit_fusion = provenance(kTables, preset("bit_fusion"));
  for (const char* part : {"multiply", "accumulate", "operand_registers"}) {
    const Provenance& p = bit_fusion.at(part);
    EXPECT_EQ(p.error_bar, "/8.5 .. x1.3") << part;
    EXPECT_NE(p.note.find("459 fJ a cycle, 1735 um2"), std::string::npos) << p.note;
  }
  EXPECT_EQ(bit_fusion.at("pe_array").error_bar, "/2 .. x1.3");
  const auto serial = provenance(kTables, preset("small_edge_serial"));
  EXPECT_EQ(serial.at("accumulate").error_bar, "/4.5 .. x1.3");
  EXPECT_NE(serial.at("multiply").note.find("against UNPU"), std::string::npos);
  const auto macs = provenance(kTables, preset("small_edge"));
  EXPECT_NE(macs.at("accumulate").note.find("against Horowitz, Aladdin, UNPU"), std::string::npos);
  EXPECT_NE(macs.at("input_buffer").note.find("error bar of area x1 .. x2.5"), std::string::npos);
  EXPECT_NE(macs.at("dram").note.find("against Accelergy's 8 pJ/bit"), std::string::npos);
}

TEST(error_bars, what_no_area_holds_is_listed) {
  const std::string note = provenance(kTables, preset("small_edge"))["pe_array"].note;
  for (const char* part : {"host registers", "interconnect", "clock tree"}) {
    EXPECT_NE(note.find(part), std::string::npos) << part << ": " << note;
  }
  for (const char* priced : {"sequencer", "DMA"}) {
    EXPECT_EQ(note.find(priced), std::string::npos) << priced << ": " << note;
  }
}

TEST(error_bars, of_a_unit_are_those_of_its_rows) {
  const TablesCopy tables;
  tables.edit("requant_etc.csv", [&](Sheet& sheet) {
    for (std::size_t row = 0; row < sheet.rows(); ++row) {
      if (sheet.at(row, "library") != "nangate45") continue;
      const std::string unit = sheet.at(row, "unit");
      if (unit == "maxpool2") sheet.at(row, "energy_error_bar") = "+-11 %";
      if (unit == "adder") sheet.at(row, "energy_error_bar") = "";
      if (unit == "register32") sheet.at(row, "energy_error_bar") = "+-12 %";
    }
  });
  auto all = provenance(tables.dir(), preset("small_edge"));
  EXPECT_EQ(all["requantize"].error_bar, "/2.5 .. x1.3");
  EXPECT_EQ(all["pool_add"].error_bar, "+-11 % or not stated");
  EXPECT_EQ(all["edge_registers"].error_bar, "+-12 %");
}

TEST(error_bars, of_leakage_say_nothing_about_a_library_that_is_not_at_25_C) {
  const TablesCopy tables;
  tables.edit("mac_energy_area.csv", [&](Sheet& sheet) {
    for (std::size_t row = 0; row < sheet.rows(); ++row) sheet.at(row, "temp_c") = "85";
  });
  const Provenance leakage = provenance(tables.dir(), preset("small_edge"))["leakage"];
  EXPECT_NE(leakage.conditions.find("85 C"), std::string::npos);
  EXPECT_EQ(leakage.note.find("five to ten"), std::string::npos) << leakage.note;
}

TEST(error_bars, that_differ_are_all_stated) {
  ErrorBar bar;
  EXPECT_FALSE(bar.has_rows());
  EXPECT_EQ(bar.text(), "not stated");
  bar.add("+-5 %");
  bar.add("+-5 %");
  EXPECT_EQ(bar.text(), "+-5 %");
  ErrorBar other;
  other.add("");
  other.add("+-5 %");
  bar += other;
  EXPECT_EQ(bar.text(), "+-5 % or not stated");
}

}  // namespace
}  // namespace dcnsim

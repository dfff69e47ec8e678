// SPDX-License-Identifier: Apache-2.0
#include "models/cost/feeder_cost.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "models/arch/accelerator_yaml.h"
#include "models/arch/descriptor.h"
#include "models/cost/cost_model.h"
#include "models/perf/counters.h"
#include "tests/cost/table_rows.h"
#include "tests/cost/tables_copy.h"

namespace dcnsim {
namespace {

AcceleratorConfig preset(const std::string& name) {
  return load_accelerator(std::string(DCNSIM_PRESETS_DIR) + '/' + name + ".yaml");
}

/// A weight-stationary bit-parallel array: as many lanes as rows.
AcceleratorConfig with_rows(int rows, const std::string& technology = "nangate45") {
  AcceleratorConfig config = preset("small_edge");
  config.array.rows = rows;
  config.cost.technology = technology;
  return config;
}

TEST(feeder_cost, every_row_is_returned_exactly) {
  int checked = 0;
  for (const auto& row : rows_of("requant_etc.csv", {"library", "unit", "out_bits", "area_um2",
                                                     "leakage_nw", "energy_fj_per_op"})) {
    if (row.at("unit") != "feeder" || row.at("out_bits") == "512") continue;
    const int lanes = std::stoi(row.at("out_bits"));
    const FeederCost cost(kTables, with_rows(lanes, row.at("library")));
    EXPECT_DOUBLE_EQ(lanes * cost.bit().energy_fj, std::stod(row.at("energy_fj_per_op")));
    EXPECT_DOUBLE_EQ(lanes * cost.bit().area_um2, std::stod(row.at("area_um2")));
    EXPECT_DOUBLE_EQ(lanes * cost.bit().leakage_nw, std::stod(row.at("leakage_nw")));
    EXPECT_TRUE(cost.by().empty());
    ++checked;
  }
  EXPECT_EQ(checked, 12);
}

TEST(feeder_cost, a_bit_costs_more_the_more_lanes_it_may_go_to) {
  for (const char* library : {"nangate45", "asap7"}) {
    double energy = 0, area = 0;
    for (int rows = 2; rows <= 256; rows += 2) {
      const FeederBit bit = FeederCost(kTables, with_rows(rows, library)).bit();
      EXPECT_GT(bit.energy_fj, energy) << rows;
      EXPECT_GT(bit.area_um2, area) << rows;
      energy = bit.energy_fj;
      area = bit.area_um2;
    }
  }
}

// Requantizers that shift by a constant lack the multiplexers of those that shift: measured in the
// library itself, not in another one.
TEST(feeder_cost, multiplexers_are_those_of_the_shifter_of_a_requantizer) {
  double variable_um2 = 0, fixed_um2 = 0;
  for (const auto& row : rows_of("requant_etc.csv", {"library", "unit", "in_bits", "out_bits",
                                                     "mode", "area_comb_um2"})) {
    if (row.at("library") != "nangate45" || row.at("in_bits") != "32" ||
        row.at("out_bits") != "16" || row.at("mode") != "half_up") {
      continue;
    }
    if (row.at("unit") == "requant_var_shift") variable_um2 = std::stod(row.at("area_comb_um2"));
    if (row.at("unit") == "requant_fixed_shift8") fixed_um2 = std::stod(row.at("area_comb_um2"));
  }
  // Five levels of 32 bits, fewer where sign bits come in.
  const double level_um2 = (variable_um2 - fixed_um2) / 5 / 32;
  const double feeder_level_um2 = (FeederCost(kTables, with_rows(256)).bit().area_um2 -
                                   FeederCost(kTables, with_rows(16)).bit().area_um2) /
                                  4;
  EXPECT_GT(level_um2, 0);
  EXPECT_NEAR(std::log(feeder_level_um2 / level_um2), 0, std::log(1.6));
}

TEST(feeder_cost, beyond_the_rows_is_refused_or_labelled) {
  AcceleratorConfig config = preset("small_edge_serial");
  config.array.rows = 64;  // times 16 lanes
  EXPECT_EQ(error_of([&] { FeederCost(kTables, config); }),
            "requant_etc.csv: no feeder of 1024 lanes (2..512; array.rows times what a PE adds up "
            "side by side); cost.extrapolate: true would take a feeder with further levels of "
            "multiplexers (+-15 %)");
  config.cost.extrapolate = true;
  const FeederCost cost(kTables, config);
  ASSERT_EQ(cost.by().size(), 1u);
  AcceleratorConfig half = config;
  half.array.rows = 32;
  EXPECT_GT(cost.bit().energy_fj, FeederCost(kTables, half).bit().energy_fj);
}

TEST(feeder_cost, of_many_lanes_is_predicted_from_fewer) {
  TablesCopy tables;
  EXPECT_GT(tables.remove_lines("requant_etc.csv",
                                [](const std::string& line) {
                                  return line.find(",feeder,256,") != std::string::npos ||
                                         line.find(",feeder,512,") != std::string::npos;
                                }),
            0u);
  for (const char* library : {"nangate45", "asap7"}) {
    AcceleratorConfig config = preset("small_edge_serial");
    config.array.rows = 32;
    config.cost.technology = library;
    config.cost.sram_node_nm = 45;
    const FeederBit known = FeederCost(kTables, config).bit();
    config.cost.extrapolate = true;
    const FeederBit predicted = FeederCost(tables.dir(), config).bit();
    EXPECT_NEAR(predicted.energy_fj / known.energy_fj, 1, 0.15) << library;
    EXPECT_NEAR(predicted.area_um2 / known.area_um2, 1, 0.15) << library;
  }
}

TEST(feeder_cost, a_library_without_one_is_refused_or_estimated) {
  AcceleratorConfig config = with_rows(16, "sky130hd");
  EXPECT_NE(error_of([&] { FeederCost(kTables, config); })
                .find("requant_etc.csv: no feeder in sky130hd (array.reduction: window); "
                      "cost.extrapolate: true would take "),
            std::string::npos);
  config.cost.extrapolate = true;
  const FeederCost cost(kTables, config);
  EXPECT_EQ(cost.by().size(), 1u);
  EXPECT_GT(cost.bit().area_um2, FeederCost(kTables, with_rows(16)).bit().area_um2);
}

TEST(feeder_cost, of_a_machine_is_events_and_lanes_times_it) {
  AcceleratorConfig config = preset("small_edge");
  const CostModel model(kTables, config);
  Descriptor layer;
  layer.kind = LayerKind::kConv;
  layer.weight.bits = layer.input.bits = layer.requant.out.bits = 8;
  LayerCounters counters;
  counters.feeder_bits = 1000;
  // Row of 16 lanes.
  EXPECT_NEAR(model.layer_energy_pj(layer, counters)[EnergyPart::kFeeder],
              1000 * 597.417 / 16 * 1e-3, 1e-9);
  EXPECT_NEAR(model.area_um2()[AreaPart::kFeeder], 16 * 248.149, 1e-6);

  config.array.reduction = Reduction::kChannels;
  const CostModel without(kTables, config);
  EXPECT_EQ(without.area_um2()[AreaPart::kFeeder], 0);
  const double leakage_nw = 16 * 4887.92;
  counters = {};
  counters.cycles = 1'000'000;
  const auto leakage = [&](const CostModel& cost) {
    return cost.layer_energy_pj(layer, counters)[EnergyPart::kLeakage];
  };
  EXPECT_NEAR(leakage(model) - leakage(without), leakage_nw * 1e-6 * 1e6 * 5, 1e-3);
}

TEST(feeder_cost, arrays_that_bring_nothing_together_need_no_rows) {
  TablesCopy tables;
  tables.remove_lines("requant_etc.csv", [](const std::string& line) {
    return line.find(",feeder,") != std::string::npos;
  });
  EXPECT_NO_THROW(CostModel(tables.dir(), preset("large_edge")));
  AcceleratorConfig config = preset("small_edge");
  EXPECT_NE(error_of([&] { CostModel(tables.dir(), config); }).find("no feeder in nangate45"),
            std::string::npos);
  config.array.reduction = Reduction::kChannels;
  EXPECT_NO_THROW(CostModel(tables.dir(), config));
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Bit-parallel PEs of weight-stationary arrays, and zero activations.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "models/arch/accelerator_config.h"
#include "models/arch/accelerator_yaml.h"
#include "models/arch/descriptor.h"
#include "models/cost/cost_model.h"
#include "models/cost/mac_cost.h"
#include "models/perf/counters.h"
#include "tests/cost/table_rows.h"
#include "tests/cost/tables_copy.h"

namespace dcnsim {
namespace {

constexpr Dataflow kWeights = Dataflow::kWeightStationary, kOutputs = Dataflow::kOutputStationary;

AcceleratorConfig machine(int weight_bits, int activation_bits, Dataflow dataflow,
                          const std::string& technology = "nangate45") {
  AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  config.array.weight_bits = weight_bits;
  config.array.activation_bits = activation_bits;
  config.array.dataflow = dataflow;
  config.cost.technology = technology;
  return config;
}

TEST(systolic_cell, every_measured_row_is_returned_exactly) {
  int checked = 0;
  for (const auto& row :
       rows_of("mac_weight_stationary.csv",
               {"library", "weight_bits", "area_um2", "leakage_nw", "critical_path_ps",
                "energy_mul_fj", "energy_acc_fj", "energy_opreg_fj", "energy_fj_per_mac"})) {
    const int bits = std::stoi(row.at("weight_bits"));
    const MacCost cost(kTables, machine(bits, bits, kWeights, row.at("library")));
    const auto near = [&](double value, const char* column) {
      EXPECT_NEAR(value / std::stod(row.at(column)), 1, 1e-12) << column << ", " << bits << " bits";
    };
    near(cost.unit().area_um2, "area_um2");
    near(cost.unit().leakage_nw, "leakage_nw");
    near(cost.unit().critical_path_ps, "critical_path_ps");
    const PeEnergy energy = cost.per_cycle(bits, bits);
    near(energy.multiply, "energy_mul_fj");
    near(energy.accumulate, "energy_acc_fj");
    near(energy.operands, "energy_opreg_fj");
    EXPECT_NEAR(total_fj(energy) / std::stod(row.at("energy_fj_per_mac")), 1, 1e-4);
    ++checked;
  }
  EXPECT_EQ(checked, 20);
}

TEST(systolic_cell, is_charged_for_all_registers_in_every_cycle) {
  const MacCost cost(kTables, machine(8, 8, kWeights));
  LayerCounters counters;
  counters.pe_cycles = 1000;
  const PeEnergy energy = cost.per_cycle(8, 8);
  EXPECT_DOUBLE_EQ(cost.operands_fj(energy, counters), 1000 * energy.operands);
}

TEST(systolic_cell, between_measured_widths_lies_between_them_and_says_so) {
  const auto total_at = [](int w, int a) {
    return total_fj(MacCost(kTables, machine(w, a, kWeights)).per_cycle(w, a));
  };
  EXPECT_GT(total_at(11, 11), total_at(10, 10));
  EXPECT_LT(total_at(11, 11), total_at(12, 12));
  const MacCost cost(kTables, machine(8, 4, kWeights));
  EXPECT_GT(total_fj(cost.per_cycle(8, 4)), total_at(4, 4));
  EXPECT_LT(total_fj(cost.per_cycle(8, 4)), total_at(8, 8));
  const MacCost between(kTables, machine(8, 7, kWeights));
  EXPECT_NE(between.corrections().back().note.find("linear"), std::string::npos);
}

TEST(systolic_cell, without_data_sums_are_charged_in_place_and_that_is_said) {
  const MacCost cost(kTables, machine(8, 8, kWeights, "sky130hd"));
  const MacCost in_place(kTables, machine(8, 8, kOutputs, "sky130hd"));
  EXPECT_EQ(cost.unit().area_um2, in_place.unit().area_um2);
  const auto remarks = cost.energy_remarks();
  EXPECT_TRUE(std::any_of(remarks.begin(), remarks.end(), [](const std::string& remark) {
    return remark.find("accumulating in place") != std::string::npos;
  }));
}

TEST(zero_activity, ratios_are_those_of_the_measured_rows) {
  const auto rows = rows_of("mac_zero_activity.csv", {"data", "weight_bits", "zero_fraction",
                                                      "energy_mul_fj", "energy_acc_fj"});
  int checked = 0;
  for (const auto& row : rows) {
    if (row.at("data") == "idle_clock_running") continue;
    const int bits = std::stoi(row.at("weight_bits"));
    const MacCost cost(kTables, machine(bits, bits, row.at("data") == "cnn" ? kOutputs : kWeights));
    const auto half = std::find_if(rows.begin(), rows.end(), [&](const auto& other) {
      return other.at("data") == row.at("data") &&
             other.at("weight_bits") == row.at("weight_bits") && other.at("zero_fraction") == "0.5";
    });
    ASSERT_NE(half, rows.end());
    const PeEnergy energy = cost.per_cycle(bits, bits, std::stod(row.at("zero_fraction")));
    const PeEnergy at_half = cost.per_cycle(bits, bits);
    EXPECT_NEAR(energy.multiply / at_half.multiply,
                std::stod(row.at("energy_mul_fj")) / std::stod(half->at("energy_mul_fj")), 1e-12);
    EXPECT_NEAR(energy.accumulate / at_half.accumulate,
                std::stod(row.at("energy_acc_fj")) / std::stod(half->at("energy_acc_fj")), 1e-12);
    ++checked;
  }
  EXPECT_EQ(checked, 30);
}

TEST(zero_activity, more_zeros_cost_less_at_every_width_pair) {
  for (const Dataflow dataflow : {kOutputs, kWeights}) {
    for (const int native : {8, 16}) {
      const MacCost cost(kTables, machine(native, native, dataflow));
      for (int w = 1; w <= 16; ++w) {
        for (int a = 1; a <= 16; ++a) {
          double before = total_fj(cost.per_cycle(w, a, 0));
          for (int percent = 10; percent <= 90; percent += 10) {
            const double energy = total_fj(cost.per_cycle(w, a, percent / 100.0));
            // At 4 bits with held weights the measured energy rises by 0.2 % from 0 to 25 % zeros.
            EXPECT_LE(energy, 1.003 * before) << w << 'x' << a << ", " << percent << " % zeros";
            before = energy;
          }
          EXPECT_EQ(total_fj(cost.per_cycle(w, a, 1)), total_fj(cost.per_cycle(w, a, 0.9)));
          EXPECT_LT(before, 0.8 * total_fj(cost.per_cycle(w, a, 0)));
        }
      }
    }
  }
}

TEST(zero_activity, of_a_layer_is_what_was_counted) {
  const CostModel model(kTables, machine(8, 8, kWeights));
  Descriptor layer;
  layer.kind = LayerKind::kConv;
  layer.weight.bits = layer.input.bits = layer.requant.out.bits = 8;
  LayerCounters counters;
  counters.pe_cycles = 1000;
  const double as_tables = model.layer_energy_pj(layer, counters).total();
  counters.input_codes = 200;
  counters.input_zeros = 100;
  EXPECT_DOUBLE_EQ(model.layer_energy_pj(layer, counters).total(), as_tables);
  counters.input_zeros = 150;
  const double many = model.layer_energy_pj(layer, counters).total();
  EXPECT_LT(many, as_tables);
  EXPECT_DOUBLE_EQ(
      many,
      1e-3 * 1000 * total_fj(MacCost(kTables, machine(8, 8, kWeights)).per_cycle(8, 8, 0.75)));
}

}  // namespace
}  // namespace dcnsim

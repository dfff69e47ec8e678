// SPDX-License-Identifier: Apache-2.0
#include "models/cost/register_cost.h"

#include <gtest/gtest.h>

#include <string>

#include "models/arch/accelerator_config.h"
#include "models/arch/accelerator_yaml.h"
#include "models/arch/descriptor.h"
#include "models/cost/cost_model.h"
#include "models/perf/counters.h"
#include "tests/cost/table_rows.h"
#include "tests/cost/tables_copy.h"

namespace dcnsim {
namespace {

CostConfig in(const std::string& technology) {
  CostConfig config;
  config.technology = technology;
  return config;
}

TEST(register_cost, every_measured_row_is_returned_exactly) {
  int checked = 0;
  for (const auto& row : rows_of("requant_etc.csv", {"library", "unit", "mode", "area_um2",
                                                     "leakage_nw", "energy_fj_per_op"})) {
    if (row.at("unit") != "register32") continue;
    const RegisterCost cost(kTables, in(row.at("library")));
    const double rate = std::stod(row.at("mode").substr(std::string("toggle_rate_").size()));
    EXPECT_DOUBLE_EQ(32 * cost.clocked_fj(rate), std::stod(row.at("energy_fj_per_op")));
    EXPECT_DOUBLE_EQ(32 * cost.area_um2(), std::stod(row.at("area_um2")));
    EXPECT_DOUBLE_EQ(32 * cost.leakage_nw(), std::stod(row.at("leakage_nw")));
    ++checked;
  }
  EXPECT_EQ(checked, 10);
}

TEST(register_cost, grows_with_the_toggle_rate) {
  const RegisterCost cost(kTables, in("nangate45"));
  for (int percent = 0; percent < 100; percent += 5) {
    EXPECT_LT(cost.clocked_fj(percent / 100.0), cost.clocked_fj((percent + 5) / 100.0));
  }
}

TEST(register_cost, activations_toggle_less_the_more_of_them_are_zero) {
  EXPECT_EQ(activation_toggle_rate(0), kRandomToggleRate);
  EXPECT_EQ(activation_toggle_rate(0.5), 0.375);
  EXPECT_EQ(activation_toggle_rate(1), 0);
}

// The operand registers of the MACs were measured with their data: an independent figure.
TEST(register_cost, is_that_of_operand_registers_in_macs) {
  for (const auto& row :
       rows_of("mac_energy_area.csv", {"library", "data", "weight_bits", "act_bits",
                                       "energy_opreg_fj", "energy_input_net_fj"})) {
    if (row.at("data") != "cnn" || row.at("library") == "sky130hd") continue;
    const RegisterCost cost(kTables, in(row.at("library")));
    const double predicted =
        std::stoi(row.at("weight_bits")) * cost.clocked_fj(kRandomToggleRate) +
        std::stoi(row.at("act_bits")) * cost.clocked_fj(activation_toggle_rate(0.5));
    const double measured =
        std::stod(row.at("energy_opreg_fj")) + std::stod(row.at("energy_input_net_fj"));
    EXPECT_NEAR(predicted / measured, 1, 0.2)
        << row.at("library") << ' ' << row.at("weight_bits") << 'x' << row.at("act_bits");
  }
}

TEST(register_cost, damaged_rows_name_line_and_column) {
  const TablesCopy tables;
  tables.replace("requant_etc.csv", "toggle_rate_0.25", "toggle_rate_often");
  EXPECT_NE(error_of([&] {
              RegisterCost(tables.dir(), in("nangate45"));
            }).find("column mode: toggle_rate_often, expected toggle_rate_0..1"),
            std::string::npos);
}

TEST(register_cost, of_a_machine_is_events_and_bits_times_it) {
  AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  const CostModel model(kTables, config);
  Descriptor layer;
  layer.kind = LayerKind::kConv;
  layer.weight.bits = layer.input.bits = layer.requant.out.bits = 8;
  LayerCounters counters;
  counters.registers = {1000, 100, 10};
  counters.input_codes = 4;
  counters.input_zeros = 4;
  const EnergyBreakdown energy = model.layer_energy_pj(layer, counters);
  // Rows toggle_rate_0 and toggle_rate_0.5, 32 bits.
  EXPECT_NEAR(energy[EnergyPart::kEdgeRegisters], (1000 * 318.464 + 100 * 487.499) / 32 * 1e-3,
              1e-9);
  EXPECT_NEAR(energy[EnergyPart::kShadowRegisters], 10 * 487.499 / 32 * 1e-3, 1e-9);
  // 16 x 16 PEs: two sets of 16-bit activations a row, a byte of skew, 16-bit weights with theirs.
  const double um2 = 144.704 / 32;
  EXPECT_NEAR(model.area_um2()[AreaPart::kEdgeRegisters],
              (2 * 16 * 16 + 120 * 8 + (16 + 120) * 16) * um2, 1e-6);
  EXPECT_NEAR(model.area_um2()[AreaPart::kShadowRegisters], 256 * (2 * 16 - 8) * um2, 1e-6);
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Figures beyond the tables: measured rows are taken away and predicted from the others.
#include "models/cost/extrapolation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/accelerator_yaml.h"
#include "models/arch/descriptor.h"
#include "models/cost/accumulator_ratio.h"
#include "models/cost/cost_model.h"
#include "models/cost/dram_estimate.h"
#include "models/cost/mac_cost.h"
#include "models/cost/post_cost.h"
#include "models/cost/register_cost.h"
#include "models/cost/sram_cost.h"
#include "models/cost/unit_cost.h"
#include "models/perf/counters.h"
#include "tests/cost/table_rows.h"
#include "tests/cost/tables_copy.h"

namespace dcnsim {
namespace {

AcceleratorConfig machine(const std::string& technology = "nangate45", bool extrapolate = true) {
  AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  config.array.dataflow = Dataflow::kOutputStationary;
  config.cost.technology = technology;
  config.cost.extrapolate = extrapolate;
  config.clock_mhz = 50;  // within what 130 nm can do
  return config;
}

/// Whether `predicted` is off by no more than a bar "+-20 %" or "/2.5 .. x2.5" says.
void expect_within(double predicted, double measured, const std::string& bar) {
  if (bar[0] == '/') {
    const double factor = std::stod(bar.substr(1));
    EXPECT_LE(predicted, factor * measured);
    EXPECT_GE(predicted, measured / factor);
  } else {
    EXPECT_NEAR(predicted / measured, 1, std::stod(bar.substr(2)) / 100);
  }
}

void expect_within(const PeUnit& predicted, const PeUnit& measured, const std::string& bar) {
  expect_within(predicted.area_um2, measured.area_um2, bar);
  expect_within(predicted.leakage_nw, measured.leakage_nw, bar);
  expect_within(predicted.critical_path_ps, measured.critical_path_ps, bar);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(extrapolation, is_refused_with_what_it_would_do_unless_asked_for) {
  const Extrapolation rule{"twice the other figure", "+-50 %"};
  CostConfig config;
  EXPECT_EQ(error_of([&] { require_extrapolation(config, "t.csv: no row", rule); }),
            "t.csv: no row; cost.extrapolate: true would take twice the other figure (+-50 %)");
  config.extrapolate = true;
  EXPECT_EQ(error_of([&] { require_extrapolation(config, "t.csv: no row", rule); }), "no error");
}

TEST(extrapolation, leaves_what_the_tables_cover_as_it_is) {
  for (const char* preset : {"small_edge", "small_edge_serial", "small_edge_composable"}) {
    AcceleratorConfig config = load_accelerator(kPresets + '/' + preset + ".yaml");
    const CostModel plain(kTables, config);
    config.cost.extrapolate = true;
    const CostModel asked(kTables, config);
    EXPECT_EQ(asked.area_um2(), plain.area_um2());
    Descriptor layer;
    layer.kind = LayerKind::kConv;
    LayerCounters counters;
    counters.pe_cycles = counters.cycles = counters.requantized = 1000;
    for (const int bits : {2, 5, 8, 16}) {
      layer.weight.bits = layer.input.bits = layer.requant.out.bits = bits;
      EXPECT_EQ(asked.layer_energy_pj(layer, counters), plain.layer_energy_pj(layer, counters));
      for (const Provenance& p : asked.provenance({layer})) EXPECT_FALSE(p.extrapolated);
    }
  }
}

// Each of the 22 pairs at 130 nm from those that share no width with it.
TEST(extrapolation, predicts_macs_at_130_nm) {
  const TablesCopy tables;
  const std::string all = tables.text("mac_energy_area.csv");
  int predicted = 0;
  for (const auto& row :
       rows_of("mac_energy_area.csv", {"library", "data", "weight_bits", "act_bits"})) {
    if (row.at("library") != "sky130hd" || row.at("data") != "cnn") continue;
    AcceleratorConfig config = machine("sky130hd");
    const int w = config.array.weight_bits = std::stoi(row.at("weight_bits"));
    const int a = config.array.activation_bits = std::stoi(row.at("act_bits"));
    const MacCost measured(kTables, config);
    EXPECT_TRUE(measured.unit_extrapolations().empty());
    const std::string weight = "mac_parallel," + std::to_string(w) + ',';
    const std::string activation = ',' + std::to_string(a) + ",32,1,";
    tables.remove_lines("mac_energy_area.csv", [&](const std::string& line) {
      return contains(line, "sky130hd") && (contains(line, weight) || contains(line, activation));
    });
    const MacCost other(tables.dir(), config);
    if (!other.unit_extrapolations().empty()) {
      const std::string bar = other.unit_extrapolations()[0].error_bar;
      expect_within(total_fj(other.per_cycle(w, a)), total_fj(measured.per_cycle(w, a)), bar);
      expect_within(other.unit(), measured.unit(), bar);
      EXPECT_EQ(other.conditions(), measured.conditions());
      config.cost.extrapolate = false;
      EXPECT_TRUE(contains(error_of([&] { MacCost(tables.dir(), config); }),
                           "MAC in sky130hd (array.weight_bits, array.activation_bits); "
                           "cost.extrapolate: true would take nangate45 figures times the mean "
                           "ratios of"));
      ++predicted;
    }
    tables.write("mac_energy_area.csv", all);
  }
  EXPECT_GE(predicted, 8);
}

TEST(extrapolation, predicts_serial_lanes_and_composable_units_of_another_library) {
  const TablesCopy tables;
  const auto in_asap7 = [](const std::string& line) { return contains(line, ",asap7,"); };
  EXPECT_GT(tables.remove_lines("serial.csv", in_asap7), 0);
  EXPECT_GT(tables.remove_lines("fusion.csv", in_asap7), 0);
  int predicted = 0;
  for (const DatapathFamily family :
       {DatapathFamily::kActivationSerial, DatapathFamily::kComposable}) {
    for (const Dataflow dataflow : {Dataflow::kOutputStationary, Dataflow::kWeightStationary}) {
      for (const int widest : {2, 4, 8}) {
        if (family == DatapathFamily::kComposable && widest != 8) continue;
        AcceleratorConfig config = machine("asap7");
        config.array.datapath = family;
        config.array.dataflow = dataflow;
        config.array.weight_bits = widest;
        const UnitCost measured(kTables, config), other(tables.dir(), config);
        EXPECT_TRUE(measured.unit_extrapolations().empty());
        ASSERT_EQ(other.energy_extrapolations(8, 8).size(), 1u);
        const std::string bar = other.unit_extrapolations()[0].error_bar;
        for (int w = 2; w <= widest; ++w) {
          for (int a = 2; a <= 8; ++a) {
            expect_within(total_fj(other.per_cycle(w, a)), total_fj(measured.per_cycle(w, a)), bar);
            ++predicted;
          }
        }
        expect_within(other.unit(), measured.unit(), bar);
        EXPECT_EQ(other.conditions(), measured.conditions());
        EXPECT_EQ(other.node_nm(), 7);
      }
    }
  }
  EXPECT_GT(predicted, 200);
}

TEST(extrapolation, predicts_post_processing_and_registers_of_another_library) {
  const TablesCopy tables;
  tables.remove_lines("requant_etc.csv",
                      [](const std::string& line) { return contains(line, ",asap7,"); });
  const AcceleratorConfig config = machine("asap7");
  const PostCost measured(kTables, config), other(tables.dir(), config);
  const auto check = [](const MeasuredUnit& predicted, const MeasuredUnit& right) {
    ASSERT_EQ(predicted.by.size(), 1u);
    EXPECT_TRUE(right.by.empty());
    const std::string bar = predicted.by[0].error_bar;
    expect_within(predicted.energy_fj, right.energy_fj, bar);
    expect_within(predicted.area_um2, right.area_um2, bar);
    expect_within(predicted.leakage_nw, right.leakage_nw, bar);
  };
  for (const int bits : {2, 4, 8, 16}) {
    for (const Rounding rounding : {Rounding::kHalfEven, Rounding::kHalfUp}) {
      check(other.requantizer(bits, rounding), measured.requantizer(bits, rounding));
    }
    check(other.maximum(bits), measured.maximum(bits));
  }
  for (const int bits : {16, 24, 32, 48}) check(other.adder(bits), measured.adder(bits));

  const RegisterCost known(kTables, config.cost), guessed(tables.dir(), config.cost);
  EXPECT_TRUE(known.by().empty());
  const std::string bar = guessed.by().at(0).error_bar;
  for (const double rate : {0.0, 0.25, 0.5, 1.0}) {
    expect_within(guessed.clocked_fj(rate), known.clocked_fj(rate), bar);
  }
  expect_within(guessed.area_um2(), known.area_um2(), bar);
  expect_within(guessed.leakage_nw(), known.leakage_nw(), bar);
}

TEST(extrapolation, predicts_units_of_other_widths) {
  const TablesCopy tables;
  tables.remove_lines("requant_etc.csv", [](const std::string& line) {
    return contains(line, "requant_var_shift,24,") || contains(line, "adder,48,");
  });
  AcceleratorConfig config = machine();
  config.accumulator.bits = 24;
  const PostCost measured(kTables, config), other(tables.dir(), config);
  for (const int bits : {2, 4, 8, 16}) {
    const MeasuredUnit right = measured.requantizer(bits, Rounding::kHalfUp);
    const MeasuredUnit predicted = other.requantizer(bits, Rounding::kHalfUp);
    EXPECT_TRUE(right.by.empty());
    expect_within(predicted.energy_fj, right.energy_fj, predicted.by.at(0).error_bar);
  }
  const MeasuredUnit predicted = other.adder(48);
  expect_within(predicted.energy_fj, measured.adder(48).energy_fj, predicted.by.at(0).error_bar);
  expect_within(predicted.area_um2, measured.adder(48).area_um2, predicted.by.at(0).error_bar);
}

TEST(extrapolation, predicts_narrow_data_on_hardware_without_such_rows) {
  const TablesCopy tables;
  tables.remove_lines("mac_subword.csv",
                      [](const std::string& line) { return contains(line, ",mac_parallel,8,8,"); });
  const MacCost measured(kTables, machine()), other(tables.dir(), machine());
  for (int w = 2; w <= 8; ++w) {
    for (int a = 2; a <= 8; ++a) {
      const auto by = other.energy_extrapolations(w, a);
      EXPECT_TRUE(measured.energy_extrapolations(w, a).empty());
      if (w == 8 && a == 8) {
        EXPECT_TRUE(by.empty()) << "native";
        continue;
      }
      expect_within(total_fj(other.per_cycle(w, a)), total_fj(measured.per_cycle(w, a)),
                    by.at(0).error_bar);
    }
  }
}

TEST(extrapolation, of_narrow_data_keeps_the_order_of_widths) {
  for (const char* technology : {"nangate45", "asap7", "sky130hd"}) {
    for (const auto& [w_native, a_native] : {std::pair(12, 12), std::pair(8, 8), std::pair(8, 4)}) {
      AcceleratorConfig config = machine(technology);
      config.array.weight_bits = w_native;
      config.array.activation_bits = a_native;
      const MacCost cost(kTables, config);
      const double most = total_fj(cost.per_cycle(w_native, a_native));
      for (int w = 2; w <= w_native; ++w) {
        for (int a = 2; a <= a_native; ++a) {
          const double energy = total_fj(cost.per_cycle(w, a));
          EXPECT_GT(energy, 0.2 * most);
          EXPECT_LE(energy, 1.001 * most) << technology << ' ' << w << 'x' << a;
          EXPECT_GE(total_fj(cost.per_cycle(w + 1, a)), 0.9 * energy);
          EXPECT_GE(total_fj(cost.per_cycle(w, a + 1)), 0.9 * energy);
        }
      }
    }
  }
}

TEST(extrapolation, predicts_cells_of_weight_stationary_arrays) {
  const TablesCopy tables;
  tables.remove_lines("mac_weight_stationary.csv",
                      [](const std::string& line) { return contains(line, ",asap7,"); });
  AcceleratorConfig config = machine("asap7");
  config.array.dataflow = Dataflow::kWeightStationary;
  for (const int bits : {2, 3, 4, 5, 6, 7, 8, 10, 12, 16}) {
    config.array.weight_bits = config.array.activation_bits = bits;
    const MacCost measured(kTables, config), other(tables.dir(), config);
    const std::string bar = other.unit_extrapolations().at(0).error_bar;
    expect_within(total_fj(other.per_cycle(bits, bits)), total_fj(measured.per_cycle(bits, bits)),
                  bar);
    expect_within(other.unit(), measured.unit(), bar);
  }
}

TEST(extrapolation, predicts_accumulators_for_other_operands) {
  for (const int kept : {8, 16}) {
    const TablesCopy tables;
    tables.remove_lines("mac_variants.csv", [&](const std::string& line) {
      return contains(line, "acc48") &&
             !contains(line, ',' + std::to_string(kept) + ',' + std::to_string(kept) + ",48,");
    });
    for (const int bits : {4, 8, 16}) {
      if (bits == kept) continue;
      AcceleratorConfig config = machine();
      config.array.weight_bits = config.array.activation_bits = bits;
      config.accumulator.bits = 48;
      const MacCost measured(kTables, config), other(tables.dir(), config);
      EXPECT_TRUE(measured.unit_extrapolations().empty());
      const std::string bar = other.unit_extrapolations().at(0).error_bar;
      expect_within(total_fj(other.per_cycle(bits, bits)), total_fj(measured.per_cycle(bits, bits)),
                    bar);
      expect_within(other.unit().area_um2, measured.unit().area_um2, bar);
    }
  }
}

TEST(extrapolation, grows_with_the_accumulator_and_refuses_nonsense) {
  AcceleratorConfig config = machine("asap7");
  double before = 0;
  for (const int bits : {16, 20, 24, 32, 40, 48, 56, 64}) {
    config.accumulator.bits = bits;
    const MacCost cost(kTables, config);
    EXPECT_EQ(cost.unit_extrapolations().empty(), bits == 32);
    EXPECT_GT(total_fj(cost.per_cycle(8, 8)), before) << bits;
    before = total_fj(cost.per_cycle(8, 8));
  }
  config.accumulator.bits = 15;
  EXPECT_EQ(error_of([&] { MacCost(kTables, config); }),
            "mac_energy_area.csv: no data for a 15-bit accumulator in asap7 (accumulator.bits): "
            "narrower than a product of 8 x 8 bit");
  config.accumulator.bits = 24;
  config.cost.extrapolate = false;
  EXPECT_EQ(error_of([&] { MacCost(kTables, config); }),
            "mac_energy_area.csv: no data for a 24-bit accumulator in asap7 (accumulator.bits); "
            "cost.extrapolate: true would take 32-bit accumulators changed by the measured ratios "
            "to 24 and 48 bits at 45 nm, linear in their width (+-25 %)");
}

TEST(extrapolation, predicts_srams_beyond_the_table) {
  CostConfig config;
  config.extrapolate = true;
  const SramCost measured(kTables, config, 45);
  const auto without = [&](const std::string& part, const std::string& other_part) {
    const TablesCopy tables;
    tables.remove_lines("sram.csv", [&](const std::string& line) {
      return contains(line, part) || (!other_part.empty() && contains(line, other_part));
    });
    return SramCost(tables.dir(), config, 45);
  };
  int checked = 0;
  const auto check = [&](const SramCost& other, double bytes, int bits) {
    const BufferCost predicted = other.buffer({"c", "w"}, bytes, bits, 1);
    const BufferCost right = measured.buffer({"c", "w"}, bytes, bits, 1);
    const std::string bar = predicted.by.at(0).error_bar;
    expect_within(predicted.all.read_pj, right.all.read_pj, bar);
    expect_within(predicted.all.write_pj, right.all.write_pj, bar);
    expect_within(predicted.all.leakage_mw, right.all.leakage_mw, bar);
    expect_within(predicted.all.area_um2, right.all.area_um2, bar);
    expect_within(predicted.all.access_ns, right.all.access_ns, bar);
    ++checked;
  };
  const SramCost no_small = without(",1024,", ",2048,"),
                 no_large = without(",1048576,", ",524288,");
  for (const int bits : {16, 32, 64, 128, 256}) {
    check(no_small, 1024, bits);
    check(no_small, 2048, bits);
    check(no_large, 1048576, bits);
  }
  EXPECT_EQ(checked, 15);

  const std::string error = error_of([&] { measured.buffer({"c", "w"}, 128, 64, 1); });
  EXPECT_TRUE(contains(error, "c: 128, expected 1024..1048576")) << error;
  EXPECT_FALSE(contains(error, "cost.extrapolate")) << "too far: no rule";
  EXPECT_FALSE(contains(error_of([&] {
                          measured.buffer({"c", "w"}, 4096, 1024, 1);
                        }),
                        "extrapolate"));
}

TEST(extrapolation, predicts_refresh_and_standby_of_a_dram) {
  const TablesCopy tables;
  CostConfig config;
  config.extrapolate = true;
  for (const std::string& preset : dram_presets(kTables)) {
    DramSpec spec = load_dram_spec(kTables, preset);
    const DramSpec right = spec;
    spec.refresh_pj = spec.standby_precharged_mw = spec.standby_active_mw = std::nullopt;
    // Its own row must not help.
    const std::string all = tables.text("dram.csv");
    tables.remove_lines("dram.csv",
                        [&](const std::string& line) { return line.rfind(preset, 0) == 0; });
    const Extrapolations by = complete_energies(spec, tables.dir(), config);
    tables.write("dram.csv", all);
    ASSERT_EQ(by.size(), 1u);
    if (!right.refresh_pj) continue;
    expect_within(*spec.refresh_pj, *right.refresh_pj, by[0].error_bar);
    expect_within(*spec.standby_precharged_mw, *right.standby_precharged_mw, by[0].error_bar);
    expect_within(*spec.standby_active_mw, *right.standby_active_mw, by[0].error_bar);
  }
  DramSpec spec = load_dram_spec(kTables, "hbm2_2000_pc64");
  spec.act_pre_pj = std::nullopt;
  EXPECT_EQ(error_of([&] { complete_energies(spec, kTables, config); }),
            "dram.csv: dram.preset hbm2_2000_pc64: no act_pre_energy_pj; its energy cannot be "
            "computed");
}

TEST(extrapolation, stands_in_the_provenance_of_what_it_touches_and_of_nothing_else) {
  AcceleratorConfig config = machine("asap7");
  config.cost.sram_node_nm = 22;
  const CostModel model(kTables, config);
  Descriptor layer;
  layer.kind = LayerKind::kConv;
  layer.weight.bits = layer.input.bits = layer.requant.out.bits = 8;
  for (const Provenance& p : model.provenance({layer})) EXPECT_FALSE(p.extrapolated) << p.component;
  layer.weight.bits = 4;
  for (const Provenance& p : model.provenance({layer})) {
    const bool is_energy_of_pes = p.component == "multiply" || p.component == "accumulate" ||
                                  p.component == "operand_registers" ||
                                  p.component == "accumulator_registers";
    EXPECT_EQ(p.extrapolated, is_energy_of_pes) << p.component;
    EXPECT_EQ(p.note.rfind("EXTRAPOLATED: ", 0) == 0, is_energy_of_pes) << p.component;
    EXPECT_EQ(p.error_bar.rfind("+-30 % beside ", 0) == 0, is_energy_of_pes) << p.component;
  }
}

/// Rows of requant_etc.csv of one unit at 45 nm, as wide as `wanted` or, if that is 0, any.
bool is_unit(const std::string& line, const std::string& unit, int at_least) {
  std::istringstream fields(line);
  std::string field;
  std::vector<std::string> all;
  while (std::getline(fields, field, ',')) all.push_back(field);
  return all.size() > 6 && all[1] == "nangate45" && all[4] == unit && std::stoi(all[6]) >= at_least;
}

/// The remaining rows of that unit with 1.5 times the area, leakage and energy.
void enlarge(const TablesCopy& tables, const std::string& unit) {
  std::istringstream lines(tables.text("requant_etc.csv"));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (is_unit(line, unit, 0)) {
      std::size_t at = 0;
      for (int column = 0; column < 18; ++column) {
        const std::size_t end = line.find(',', at);
        if (column == 10 || column == 14 || column == 17) {
          const std::string more = std::to_string(1.5 * std::stod(line.substr(at, end - at)));
          line.replace(at, end - at, more);
        }
        at = line.find(',', at) + 1;
      }
    }
    text += line + '\n';
  }
  tables.write("requant_etc.csv", text);
}

// What a rule goes into is found by changing the figures that it starts from.
TEST(extrapolation, is_said_of_exactly_the_figures_that_a_rule_goes_into) {
  AcceleratorConfig config = machine();
  config.array.weight_bits = config.array.activation_bits = 16;
  std::vector<Descriptor> layers(3);
  for (Descriptor& layer : layers) {
    layer.weight.bits = layer.input.bits = layer.input2.bits = layer.requant.out.bits = 8;
  }
  layers[1].fused_pool = 2;
  layers[2].kind = LayerKind::kAdd;
  const auto amounts = [&](const CostModel& model) {
    std::map<std::string, double> by_source;
    const AreaBreakdown area = model.area_um2();
    for (const AreaPart part : area.keys()) {
      by_source[std::string(info(part).source())] += area[part];
    }
    for (const Descriptor& layer : layers) {
      LayerCounters c;
      c.cycles = c.requantized = 10;
      c.pe_cycles = layer.kind == LayerKind::kConv ? 10 : 0;
      c.pool_operations = layer.fused_pool > 1 ? 10 : 0;
      c.additions = layer.kind == LayerKind::kAdd ? 10 : 0;
      const EnergyBreakdown energy = model.layer_energy_pj(layer, c);
      for (const EnergyPart part : energy.keys()) {
        by_source[std::string(info(part).source())] += energy[part];
      }
    }
    return by_source;
  };
  const std::pair<const char*, std::set<std::string>> expected[] = {
      {"maxpool2", {"leakage", "pool_add"}},
      {"adder", {"leakage", "pool_add"}},
      {"requant_var_shift", {"leakage", "requantizers"}}};
  for (const auto& [unit, sources] : expected) {
    const TablesCopy tables;
    const std::string name = unit;
    ASSERT_GT(tables.remove_lines("requant_etc.csv",
                                  [&](const std::string& line) { return is_unit(line, name, 9); }),
              0);
    const CostModel model(tables.dir(), config);
    std::set<std::string> said;
    for (const Provenance& p : model.provenance(layers)) {
      if (p.extrapolated) said.insert(p.component);
    }
    const auto before = amounts(model);
    enlarge(tables, name);
    std::set<std::string> touched;
    for (const auto& [source, amount] : amounts(CostModel(tables.dir(), config))) {
      if (amount != before.at(source)) touched.insert(source);
    }
    EXPECT_EQ(said, sources) << unit;
    // Energies at 8 bits are measured, and change with the rows that are left.
    touched.erase("requantize");
    EXPECT_EQ(said, touched) << unit;
  }
}

// 130 nm: MACs were measured, everything else follows from 45 nm by the ratio of MACs; SRAM needs a
// node that the table has.
TEST(extrapolation, makes_a_130_nm_machine_of_every_family) {
  for (const DatapathFamily family :
       {DatapathFamily::kBitParallel, DatapathFamily::kActivationSerial,
        DatapathFamily::kFullySerial, DatapathFamily::kComposable}) {
    for (const Dataflow dataflow : {Dataflow::kOutputStationary, Dataflow::kWeightStationary}) {
      // Fully serial lanes were never measured with weights that stay.
      if (family == DatapathFamily::kFullySerial && dataflow == Dataflow::kWeightStationary)
        continue;
      AcceleratorConfig config = machine("sky130hd");
      config.array.datapath = family;
      config.array.dataflow = dataflow;
      EXPECT_TRUE(contains(error_of([&] { CostModel(kTables, config); }),
                           "cost.sram_node_nm: no SRAM at 130 nm in sram.csv, expected one of"));
      config.cost.sram_node_nm = 45;
      const CostModel model(kTables, config);
      config.cost.technology = "nangate45";
      const CostModel at_45(kTables, config);
      Descriptor layer;
      layer.kind = LayerKind::kConv;
      layer.weight.bits = layer.input.bits = layer.requant.out.bits = 4;
      LayerCounters counters;
      counters.pe_cycles = 1000;
      counters.registers = {1000, 1000, 1000};
      counters.requantized = 100;
      // Measured: energy 5.1 and area 4.9 times those at 45 nm.
      EXPECT_NEAR(model.layer_energy_pj(layer, counters).total() /
                      at_45.layer_energy_pj(layer, counters).total(),
                  5.2, 0.4);
      EXPECT_NEAR(model.area_um2()[AreaPart::kPeArray] / at_45.area_um2()[AreaPart::kPeArray], 4.9,
                  0.2);
      for (const Provenance& p : model.provenance({layer})) {
        if (p.component == "requantize" || p.component == "edge_registers") {
          EXPECT_TRUE(p.extrapolated) << p.component;
          EXPECT_TRUE(contains(p.conditions, "130 nm, sky130hd")) << p.conditions;
        }
      }
    }
  }
  AcceleratorConfig refused = machine("sky130hd", false);
  EXPECT_EQ(error_of([&] { CostModel(kTables, refused); }, kTables),
            "/requant_etc.csv: no rows requant_var_shift half_even in sky130hd; cost.extrapolate: "
            "true would take nangate45 figures times the mean ratios of 22 MACs measured in both "
            "libraries (+-40 %)");
  refused.cost.technology = "tsmc3";
  refused.cost.extrapolate = true;
  EXPECT_EQ(error_of([&] { CostModel(kTables, refused); }, kTables),
            "cost.technology: tsmc3, expected one of asap7, nangate45, sky130hd");
}

}  // namespace
}  // namespace dcnsim

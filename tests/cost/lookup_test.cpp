// SPDX-License-Identifier: Apache-2.0
// The tables as the model sees them: exact at measured points, between neighbours elsewhere, an
// error outside.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "models/arch/accelerator_yaml.h"
#include "models/cost/mac_cost.h"
#include "models/cost/post_cost.h"
#include "models/cost/sram_cost.h"
#include "tests/cost/table_rows.h"
#include "tests/cost/tables_copy.h"

namespace dcnsim {
namespace {

AcceleratorConfig with_native(int weight_bits, int activation_bits,
                              const std::string& technology = "nangate45") {
  AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  config.array.dataflow = Dataflow::kOutputStationary;
  config.array.weight_bits = weight_bits;
  config.array.activation_bits = activation_bits;
  config.cost.technology = technology;
  return config;
}

TEST(grid, a_point_is_returned_and_a_cell_is_bilinear) {
  struct V {
    double v;
  };
  Grid<V> grid;
  grid.add(0, 0, {1});
  grid.add(10, 0, {2});
  grid.add(0, 10, {3});
  grid.add(10, 10, {8});
  grid.add(5, 5, {100});  // alone on its lines: counts only where it is asked for
  EXPECT_FALSE(grid.add(5, 5, {0}));
  EXPECT_EQ(blend(grid.around(10, 0), &V::v), 2);
  EXPECT_EQ(blend(grid.around(5, 5), &V::v), 100);
  EXPECT_DOUBLE_EQ(blend(grid.around(5, 0), &V::v), 1.5);
  EXPECT_DOUBLE_EQ(blend(grid.around(2, 4), &V::v),
                   0.8 * (0.6 * 1 + 0.4 * 3) + 0.2 * (0.6 * 2 + 0.4 * 8));
  EXPECT_TRUE(grid.around(11, 0).empty());
  EXPECT_TRUE(grid.around(0, -1).empty());
}

TEST(grid, logarithmic_axes_interpolate_powers_exactly) {
  struct V {
    double v;
  };
  Grid<V> grid(Grid<V>::Axes::kLogarithmic);
  for (const int x : {1, 100}) {
    for (const int y : {1, 10000}) grid.add(x, y, {3.0 * x * std::sqrt(y)});
  }
  EXPECT_NEAR(blend_logarithms(grid.around(10, 100), &V::v), 300, 1e-9);
  EXPECT_EQ(blend_logarithms(grid.around(100, 1), &V::v), 300);
}

TEST(mac_cost, every_measured_native_pair_is_returned_exactly) {
  int checked = 0;
  for (const auto& row :
       rows_of("mac_energy_area.csv",
               {"library", "data", "weight_bits", "act_bits", "area_um2", "leakage_nw",
                "critical_path_ps", "energy_mul_fj", "energy_acc_fj", "energy_fj_per_mac"})) {
    if (row.at("data") != "cnn") continue;
    const int w = std::stoi(row.at("weight_bits")), a = std::stoi(row.at("act_bits"));
    const MacCost cost(kTables, with_native(w, a, row.at("library")));
    EXPECT_EQ(cost.unit().area_um2, std::stod(row.at("area_um2")));
    EXPECT_EQ(cost.unit().leakage_nw, std::stod(row.at("leakage_nw")));
    EXPECT_EQ(cost.unit().critical_path_ps, std::stod(row.at("critical_path_ps")));
    EXPECT_TRUE(cost.unit_remarks().empty()) << "nothing interpolated";
    ++checked;
    if (cost.energy_table().file == "mac_subword.csv") continue;
    const PeEnergy energy = cost.per_cycle(w, a);
    EXPECT_EQ(energy.multiply, std::stod(row.at("energy_mul_fj")));
    EXPECT_EQ(energy.accumulate, std::stod(row.at("energy_acc_fj")));
    const double all = std::stod(row.at("energy_fj_per_mac"));
    EXPECT_NEAR(total_fj(energy), all, 1e-4 * all);
  }
  EXPECT_EQ(checked, 222);
}

TEST(mac_cost, every_measured_narrow_pair_is_returned_exactly) {
  int checked = 0;
  for (const auto& row :
       rows_of("mac_subword.csv", {"data", "alignment", "hw_weight_bits", "weight_bits", "act_bits",
                                   "energy_mul_fj", "energy_acc_fj", "energy_fj_per_mac"})) {
    if (row.at("data") != "cnn" || row.at("alignment") != "lsb_sign_extended") continue;
    const int native = std::stoi(row.at("hw_weight_bits"));
    const MacCost cost(kTables, with_native(native, native));
    const PeEnergy energy =
        cost.per_cycle(std::stoi(row.at("weight_bits")), std::stoi(row.at("act_bits")));
    EXPECT_EQ(energy.multiply, std::stod(row.at("energy_mul_fj")));
    EXPECT_EQ(energy.accumulate, std::stod(row.at("energy_acc_fj")));
    const double all = std::stod(row.at("energy_fj_per_mac"));
    EXPECT_NEAR(total_fj(energy), all, 1e-4 * all);
    ++checked;
  }
  EXPECT_EQ(checked, 50);
}

TEST(mac_cost, every_width_pair_has_an_energy_on_8x8_and_16x16) {
  for (const int native : {8, 16}) {
    const MacCost cost(kTables, with_native(native, native));
    const double least = total_fj(cost.per_cycle(2, 2)), most = total_fj(cost.per_cycle(16, 16));
    for (int w = 1; w <= 16; ++w) {
      for (int a = 1; a <= 16; ++a) {
        const double energy = total_fj(cost.per_cycle(w, a));
        EXPECT_GE(energy, least) << w << 'x' << a;
        EXPECT_LE(energy, most * 1.0001) << w << 'x' << a;
        // Mapping luck makes the measured energy step back by a few per cent here and there.
        EXPECT_GE(total_fj(cost.per_cycle(w + 1, a)), 0.93 * energy) << w << 'x' << a;
        EXPECT_GE(total_fj(cost.per_cycle(w, a + 1)), 0.93 * energy) << w << 'x' << a;
      }
    }
  }
}

TEST(mac_cost, interpolated_pairs_lie_between_their_neighbours) {
  const MacCost eight(kTables, with_native(8, 8));
  const auto between = [](double x, double a, double b) {
    return std::min(a, b) <= x && x <= std::max(a, b);
  };
  EXPECT_TRUE(between(eight.per_cycle(7, 8).multiply, eight.per_cycle(6, 8).multiply,
                      eight.per_cycle(8, 8).multiply));
  EXPECT_TRUE(between(eight.per_cycle(3, 5).multiply, eight.per_cycle(3, 4).multiply,
                      eight.per_cycle(3, 6).multiply));
  EXPECT_DOUBLE_EQ(eight.per_cycle(8, 7).multiply, (279.572 + 377.008) / 2);
  const MacCost sixteen(kTables, with_native(16, 16));
  // 6 x 8 is not measured on 16 x 16: between 4 x 8 and 8 x 8.
  EXPECT_DOUBLE_EQ(sixteen.per_cycle(6, 8).multiply, (833.34 + 961.753) / 2);
}

TEST(mac_cost, one_bit_is_charged_as_two_and_wide_data_in_native_passes) {
  const MacCost cost(kTables, with_native(8, 8));
  EXPECT_EQ(cost.per_cycle(1, 1).multiply, cost.per_cycle(2, 2).multiply);
  EXPECT_EQ(cost.per_cycle(16, 3).multiply, cost.per_cycle(8, 3).multiply);
  EXPECT_EQ(cost.per_cycle(16, 16).multiply, cost.per_cycle(8, 8).multiply);
}

TEST(mac_cost, native_widths_between_measured_ones_are_interpolated) {
  const MacCost eleven(kTables, with_native(11, 11));
  EXPECT_FALSE(eleven.unit_remarks().empty());
  EXPECT_GT(eleven.unit().area_um2, 1050.43);
  EXPECT_LT(eleven.unit().area_um2, 1332.13);
  EXPECT_DOUBLE_EQ(MacCost(kTables, with_native(9, 10)).unit().area_um2,
                   (MacCost(kTables, with_native(8, 10)).unit().area_um2 +
                    MacCost(kTables, with_native(10, 10)).unit().area_um2) /
                       2);
}

TEST(mac_cost, every_measured_accumulator_is_returned_exactly) {
  int checked = 0;
  for (const auto& row :
       rows_of("mac_variants.csv",
               {"weight_bits", "acc_bits", "area_um2", "leakage_nw", "critical_path_ps",
                "energy_mul_fj", "energy_acc_fj", "energy_fj_per_mac"})) {
    const int bits = std::stoi(row.at("weight_bits"));
    AcceleratorConfig config = with_native(bits, bits);
    config.accumulator.bits = std::stoi(row.at("acc_bits"));
    const MacCost cost(kTables, config);
    const auto near = [&](double value, const char* column) {
      EXPECT_NEAR(value / std::stod(row.at(column)), 1, 1e-12) << column << ", " << bits << " bits";
    };
    near(cost.unit().area_um2, "area_um2");
    near(cost.unit().leakage_nw, "leakage_nw");
    near(cost.unit().critical_path_ps, "critical_path_ps");
    near(cost.per_cycle(bits, bits).multiply, "energy_mul_fj");
    near(cost.per_cycle(bits, bits).accumulate, "energy_acc_fj");
    EXPECT_NEAR(total_fj(cost.per_cycle(bits, bits)) / std::stod(row.at("energy_fj_per_mac")), 1,
                1e-4);
    EXPECT_TRUE(cost.unit_extrapolations().empty());
    ++checked;
  }
  EXPECT_EQ(checked, 5);
}

/// Every part of a point and of the unit, to be compared one by one.
std::vector<double> parts_of(const MacPoint& p) {
  return {p.energy.multiply, p.energy.accumulate, p.energy.operands,      p.energy.accumulators,
          p.unit.area_um2,   p.unit.leakage_nw,   p.unit.critical_path_ps};
}

TEST(mac_table, between_points_every_part_is_monotone_in_both_widths_and_within_the_corners) {
  constexpr int kParts = 8;  // of a cell, each way
  for (const char* library : {"nangate45", "asap7"}) {
    const MacTable table(kTables, library, kTableAccumulatorBits);
    const std::vector<int> xs(table.points().xs().begin(), table.points().xs().end());
    for (std::size_t i = 0; i + 1 < xs.size(); ++i) {
      for (std::size_t j = 0; j + 1 < xs.size(); ++j) {
        const auto at = [&](int u, int v) {
          return parts_of(*table.at(xs[i] + (xs[i + 1] - xs[i]) * double{1} * u / kParts,
                                    xs[j] + (xs[j + 1] - xs[j]) * double{1} * v / kParts));
        };
        const auto corners = {at(0, 0), at(kParts, 0), at(0, kParts), at(kParts, kParts)};
        for (int u = 0; u <= kParts; ++u) {
          for (int v = 0; v <= kParts; ++v) {
            const std::vector<double> here = at(u, v);
            for (std::size_t part = 0; part < here.size(); ++part) {
              double least = HUGE_VAL, most = 0;
              for (const auto& corner : corners) {
                least = std::min(least, corner[part]);
                most = std::max(most, corner[part]);
              }
              EXPECT_GE(here[part], least * (1 - 1e-12));
              EXPECT_LE(here[part], most * (1 + 1e-12));
              // No turn along either axis.
              const double slack = 1e-9 * most;
              if (u > 0 && u < kParts) {
                const double step = at(u + 1, v)[part] - here[part];
                EXPECT_GE(step * (here[part] - at(u - 1, v)[part]), -slack * slack);
              }
              if (v > 0 && v < kParts) {
                const double step = at(u, v + 1)[part] - here[part];
                EXPECT_GE(step * (here[part] - at(u, v - 1)[part]), -slack * slack);
              }
            }
          }
        }
      }
    }
  }
}

TEST(mac_cost, missing_data_is_an_error_that_names_the_point) {
  const std::string narrow_hint =
      "; cost.extrapolate: true would take the saving of narrow data at 45 nm, linear in the "
      "hardware's width between MACs of the data's own width, 8 x 8 and 16 x 16 (+-30 %)";
  EXPECT_EQ(error_of([] { MacCost(kTables, with_native(12, 12)).per_cycle(8, 8); }),
            "mac_subword.csv: no data for 8 x 8 bit operands on a 12 x 12 bit datapath in "
            "nangate45; give the array the operands' widths or take another native width" +
                narrow_hint);
  EXPECT_EQ(error_of([] { MacCost(kTables, with_native(8, 8, "asap7")).per_cycle(8, 4); }),
            "mac_subword.csv: no data for 8 x 4 bit operands on a 8 x 8 bit datapath in asap7; "
            "give the array the operands' widths or take another native width" +
                narrow_hint);
  EXPECT_EQ(error_of([] { MacCost(kTables, with_native(12, 12, "sky130hd")).per_cycle(12, 12); }),
            "no error");
  const TablesCopy tables;
  const std::string all = tables.text("mac_energy_area.csv");
  const std::size_t at =
      all.find("45,nangate45,1.1,25,mac_parallel,8,8,32,1,baugh_wooley_csa,cnn,");
  tables.write("mac_energy_area.csv",
               all.substr(0, all.find('\n') + 1) + all.substr(at, all.find('\n', at) + 1 - at));
  EXPECT_EQ(error_of([&] { MacCost(tables.dir(), with_native(8, 8)); }), "no error");
  EXPECT_EQ(error_of([&] { MacCost(tables.dir(), with_native(8, 10)); }, tables.dir()),
            "/mac_energy_area.csv: no data for a 8 x 10 bit MAC in nangate45 (array.weight_bits, "
            "array.activation_bits)");
  AcceleratorConfig config = with_native(8, 8);
  config.accumulator.bits = 64;
  EXPECT_EQ(error_of([&] { MacCost(kTables, config); }),
            "mac_energy_area.csv: no data for a 64-bit accumulator in nangate45 "
            "(accumulator.bits); cost.extrapolate: true would take 32-bit accumulators changed by "
            "the measured ratios to 24 and 48 bits at 45 nm, linear in their width (+-25 %)");
  EXPECT_EQ(error_of([] { MacCost(kTables, with_native(8, 8, "tsmc3")); }, kTables),
            "cost.technology: tsmc3, expected one of asap7, nangate45, sky130hd");
}

TEST(mac_cost, damaged_rows_name_line_and_column) {
  const TablesCopy tables;
  tables.replace(
      "mac_energy_area.csv",
      "45,nangate45,1.1,25,mac_parallel,8,8,32,1,baugh_wooley_csa,cnn,full_adder_cell,813.694",
      "45,nangate45,1.1,25,mac_parallel,8,8,32,1,baugh_wooley_csa,cnn,full_adder_cell,-813");
  const std::string error =
      error_of([&] { MacCost(tables.dir(), with_native(8, 8)); }, tables.dir());
  EXPECT_EQ(error.rfind("/mac_energy_area.csv:", 0), 0u) << error;
  EXPECT_NE(error.find(": column area_um2: -813, expected a number"), std::string::npos) << error;
}

TEST(mac_cost, a_row_given_twice_is_refused) {
  const TablesCopy tables;
  std::string text = tables.text("mac_subword.csv");
  const std::size_t at =
      text.find("45,nangate45,1.1,25,mac_parallel,8,8,2,2,32,lsb_sign_extended,cnn");
  const std::string row = text.substr(at, text.find('\n', at) + 1 - at);
  tables.write("mac_subword.csv", text + row);
  EXPECT_NE(error_of([&] {
              MacCost(tables.dir(), with_native(8, 8));
            }).find("column weight_bits: 2, a second row for this width pair"),
            std::string::npos);
}

TEST(post_cost, every_measured_unit_is_returned_exactly) {
  int checked = 0;
  for (const auto& row :
       rows_of("requant_etc.csv", {"library", "unit", "in_bits", "out_bits", "mode", "area_um2",
                                   "leakage_nw", "energy_fj_per_op"})) {
    AcceleratorConfig config = with_native(8, 8, row.at("library"));
    const bool multiplies = row.at("unit").rfind("requant_mul", 0) == 0;
    const bool requantizes = multiplies || row.at("unit") == "requant_var_shift";
    if (requantizes) config.accumulator.bits = std::stoi(row.at("in_bits"));
    if (multiplies) {
      config.requantizer = RequantizerKind::kMultiplier;
      config.accumulator.multiplier_bits = std::stoi(row.at("unit").substr(11));
    }
    const PostCost cost(kTables, config);
    const int bits = std::stoi(row.at("out_bits"));
    MeasuredUnit unit;
    if (requantizes) {
      unit = cost.requantizer(
          bits, row.at("mode") == "half_even" ? Rounding::kHalfEven : Rounding::kHalfUp);
    } else if (row.at("unit") == "maxpool2") {
      unit = cost.maximum(bits);
    } else if (row.at("unit") == "adder" && bits >= 16) {
      unit = cost.adder(bits);
    } else if (row.at("unit") == "product") {
      unit = cost.product(std::stoi(row.at("in_bits")));
    } else {
      continue;
    }
    EXPECT_EQ(unit.energy_fj, std::stod(row.at("energy_fj_per_op")));
    EXPECT_EQ(unit.area_um2, std::stod(row.at("area_um2")));
    EXPECT_EQ(unit.leakage_nw, std::stod(row.at("leakage_nw")));
    ++checked;
  }
  EXPECT_EQ(checked, 2 * (16 + 12 + 4 + 4 + 4));
}

TEST(post_cost, a_multiplier_costs_more_the_wider_it_is) {
  AcceleratorConfig config = with_native(8, 8);
  MeasuredUnit before = PostCost(kTables, config).requantizer(8, Rounding::kHalfUp);
  config.requantizer = RequantizerKind::kMultiplier;
  for (int bits = 8; bits <= 31; ++bits) {
    config.accumulator.multiplier_bits = bits;
    const MeasuredUnit unit = PostCost(kTables, config).requantizer(8, Rounding::kHalfEven);
    EXPECT_GT(unit.energy_fj, before.energy_fj) << bits;
    EXPECT_GT(unit.area_um2, before.area_um2) << bits;
    EXPECT_GT(unit.leakage_nw, before.leakage_nw) << bits;
    before = unit;
  }
  config.accumulator.multiplier_bits = 32;
  EXPECT_EQ(error_of([&] { PostCost(kTables, config); }),
            "requant_etc.csv: no requantizer with a multiplier of 32 bits in nangate45; "
            "cost.extrapolate: true would take requantizers in proportion to their multiplier's "
            "width (+-20 %)");
}

TEST(post_cost, widths_between_are_linear_and_small_ones_substituted) {
  const PostCost cost(kTables, with_native(8, 8));
  EXPECT_DOUBLE_EQ(cost.requantizer(6, Rounding::kHalfUp).energy_fj, (1125.81 + 1252.47) / 2);
  EXPECT_DOUBLE_EQ(cost.maximum(12).energy_fj, (344.771 + 750.739) / 2);
  EXPECT_EQ(cost.requantizer(1, Rounding::kHalfEven).energy_fj, 1116.02);
  EXPECT_EQ(cost.requantizer(8, Rounding::kFloor).energy_fj, 1252.47);
  EXPECT_EQ(cost.adder(3).energy_fj, 886.934);
  EXPECT_DOUBLE_EQ(cost.bounds(8).energy_fj, 2 * 45.3016) << "combinational part of maxpool2";
  EXPECT_EQ(cost.bounds(8).area_um2, 0);
  EXPECT_EQ(
      error_of([&] { cost.adder(49); }),
      "requant_etc.csv: no adder of 49 bits in nangate45 (8..48); cost.extrapolate: true would "
      "take units of post-processing in proportion to their width (+-20 %)");
}

TEST(post_cost, technologies_and_accumulators_without_requantizer_are_refused) {
  EXPECT_EQ(error_of([] { PostCost(kTables, with_native(8, 8, "sky130hd")); }, kTables),
            "/requant_etc.csv: no rows requant_var_shift half_even in sky130hd; cost.extrapolate: "
            "true would take nangate45 figures times the mean ratios of 22 MACs measured in both "
            "libraries (+-40 %)");
  AcceleratorConfig config = with_native(8, 8);
  config.accumulator.bits = 48;
  EXPECT_EQ(
      error_of([&] { PostCost(kTables, config); }, kTables),
      "requant_etc.csv: no requantizer of 8 bits for 48-bit accumulators in nangate45 (2..16, "
      "accumulators of 24..32); cost.extrapolate: true would take units of post-processing in "
      "proportion to their width (+-20 %)");
}

const BufferFields kFields{"c", "w"};

TEST(sram_cost, every_measured_shape_is_returned_exactly) {
  int checked = 0;
  std::map<std::pair<std::string, std::string>, SramCost> costs;
  for (const auto& row :
       rows_of("sram.csv", {"node_nm", "device_type", "ports", "objective", "capacity_bytes",
                            "word_bits", "read_energy_pj", "write_energy_pj", "leakage_mw",
                            "gate_leakage_mw", "area_mm2"})) {
    if (row.at("ports") != "1rw" || row.at("objective") != "balanced") continue;
    const auto key = std::pair(row.at("node_nm"), row.at("device_type"));
    if (costs.count(key) == 0) {
      CostConfig config;
      config.sram_device = row.at("device_type");
      costs.emplace(key, SramCost(kTables, config, std::stod(row.at("node_nm"))));
    }
    const double bytes = std::stod(row.at("capacity_bytes"));
    const int bits = std::stoi(row.at("word_bits"));
    const BufferCost one = costs.at(key).buffer(kFields, bytes, bits, 1);
    EXPECT_FALSE(one.interpolated);
    EXPECT_EQ(one.all.read_pj, std::stod(row.at("read_energy_pj")));
    EXPECT_EQ(one.all.write_pj, std::stod(row.at("write_energy_pj")));
    EXPECT_EQ(one.all.leakage_mw,
              std::stod(row.at("leakage_mw")) + std::stod(row.at("gate_leakage_mw")));
    EXPECT_EQ(one.all.area_um2, std::stod(row.at("area_mm2")) * 1e6);
    const BufferCost four = costs.at(key).buffer(kFields, 4 * bytes, bits, 4);
    EXPECT_EQ(four.all.read_pj, one.all.read_pj);
    EXPECT_EQ(four.all.area_um2, 4 * one.all.area_um2);
    ++checked;
  }
  EXPECT_EQ(checked, 9 * 55);
}

TEST(sram_cost, shapes_between_lie_between_their_neighbours) {
  const SramCost cost(kTables, CostConfig(), 45);
  for (double bytes = 1024; bytes < 1048576; bytes *= 2) {
    for (int bits = 16; bits <= 256; bits *= 2) {
      const double a = cost.buffer(kFields, bytes, bits, 1).all.read_pj;
      const double b = cost.buffer(kFields, 2 * bytes, bits, 1).all.read_pj;
      const BufferCost middle = cost.buffer(kFields, 1.5 * bytes, bits, 1);
      EXPECT_TRUE(middle.interpolated);
      EXPECT_GE(middle.all.read_pj, std::min(a, b) * (1 - 1e-12));
      EXPECT_LE(middle.all.read_pj, std::max(a, b) * (1 + 1e-12));
    }
  }
}

TEST(sram_cost, anything_outside_the_table_is_refused) {
  const SramCost cost(kTables, CostConfig(), 45);
  const std::string rule =
      "; cost.extrapolate: true would take the table's mean slopes over capacity and word width "
      "(/2.5 .. x2.5)";
  EXPECT_EQ(error_of([&] { cost.buffer(kFields, 1024, 64, 2); }),
            "c: 1024, expected 2048..2097152 (sram.csv has 1024..1048576 bytes a bank, of which "
            "there are 2)" +
                rule);
  EXPECT_EQ(error_of([&] { cost.buffer(kFields, 2097152, 64, 1); }),
            "c: 2097152, expected 1024..1048576 (sram.csv has 1024..1048576 bytes a bank, of which "
            "there are 1)" +
                rule);
  EXPECT_EQ(error_of([&] { cost.buffer(kFields, 4096, 8, 1); }),
            "w: 8, expected 16..256 (of sram.csv)" + rule);
  EXPECT_EQ(error_of([&] { cost.buffer(kFields, 4096, 512, 1); }),
            "w: 512, expected 16..256 (of sram.csv)" + rule);
}

TEST(sram_cost, unknown_nodes_and_devices_say_what_there_is) {
  CostConfig config;
  EXPECT_EQ(error_of([&] { SramCost(kTables, config, 7); }),
            "cost.sram_node_nm: no SRAM at 7 nm in sram.csv, expected one of 22, 32, 45");
  config.sram_node_nm = 22;
  EXPECT_NE(SramCost(kTables, config, 7).conditions().find("22 nm"), std::string::npos);
  config.sram_device = "itrs-xp";
  EXPECT_EQ(error_of([&] { SramCost(kTables, config, 7); }),
            "cost.sram_device: itrs-xp at 22 nm, expected one of itrs-hp, itrs-lop, itrs-lstp; did "
            "you mean \"itrs-hp\"?");
}

}  // namespace
}  // namespace dcnsim

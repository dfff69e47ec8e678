// SPDX-License-Identifier: Apache-2.0
#include "models/cost/cost_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <set>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/arch/accelerator_yaml.h"
#include "models/arch/descriptor.h"
#include "models/base/file/sha256.h"
#include "models/base/text/printable.h"
#include "models/perf/counters.h"
#include "tests/cost/tables_copy.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tries.h"

namespace dcnsim {
namespace {

AcceleratorConfig preset(const std::string& name) {
  return load_accelerator(kPresets + '/' + name + ".yaml");
}

/// The part of that name.
template <class Breakdown>
double part(const Breakdown& breakdown, const std::string& name) {
  for (const auto key : breakdown.keys()) {
    if (to_string(key) == name) return breakdown[key];
  }
  ADD_FAILURE() << name << " is missing";
  return -1;
}

template <class Breakdown>
std::vector<std::string> names(const Breakdown& breakdown) {
  std::vector<std::string> all;
  for (const auto key : breakdown.keys()) all.emplace_back(to_string(key));
  return all;
}

/// PEs that keep their sums, so that no table of ratios between PEs comes in, and buffers whose
/// banks are in the table of SRAMs.
AcceleratorConfig in_place(const std::string& name) {
  AcceleratorConfig config = preset(name);
  config.array.dataflow = Dataflow::kOutputStationary;
  for (BufferConfig* b : {&config.input_buffer, &config.weight_buffer, &config.output_buffer}) {
    b->separate_halves = false;
  }
  return config;
}

Descriptor conv8() {
  Descriptor d;
  d.kind = LayerKind::kConv;
  d.weight.bits = d.input.bits = d.requant.out.bits = 8;
  d.requant.rounding = Rounding::kHalfUp;
  return d;
}

LayerCounters some_counters() {
  LayerCounters c;
  c.cycles = 10;
  c.macs = c.pe_cycles = 1000;
  c.weight_loads = 50;
  c.activation_loads = 700;
  c.registers = {40, 50, 60};
  c.requantized = 30;
  c.pool_operations = 20;
  c.input_buffer = {3, 5};
  c.weight_buffer = {7, 11};
  c.output_buffer = {13, 17};
  c.accumulator_buffer = {19, 23};
  c.dram = {2, 640, 320, 3, 4000, 6000};
  c.compute_cycles = 6;
  c.stream_bytes[Stream::kDescriptor] = 256;
  c.stream_bytes[Stream::kOutput] = 512;
  return c;
}

// DMA and sequencer of small_edge: a bus of 64 bits, 8 requests in flight each way, buffers of at
// most 2048 lines (11 bits, generators of which are taken as of 16), of which requests have 16 bits
// more.
constexpr int kSettingBits = 3 * (3 * (16 + 64) + 64) + 3 * (3 * (16 + 11) + 11),
              kRequestBits = 2 * 8 * (11 + 16), kStepSettingBits = 4 * (6 * (16 + 11) + 11);
/// 200 bytes of a descriptor have fields, 6 of which are always the same and 6 more are of sums
/// that are rounded twice.
constexpr int kDescriptorBits = 8 * (200 - 6 - 6);
constexpr double kControlLeakageNw =
    2 * 18621.3 + 3 * (35675.5 + 16802.5) + 4 * 28934.2 +
    (kSettingBits + kRequestBits + kStepSettingBits + 2 * kDescriptorBits) * 2531.59 / 32;

TEST(cost_model, a_layer_costs_what_the_tables_and_counters_multiply_to) {
  const CostModel model(kTables, in_place("small_edge"));
  const EnergyBreakdown e = model.layer_energy_pj(conv8(), some_counters());
  EXPECT_EQ(names(e), (std::vector<std::string>{"multiply",
                                                "accumulate",
                                                "operand_registers",
                                                "accumulator_registers",
                                                "edge_registers",
                                                "shadow_registers",
                                                "window_feeder",
                                                "requantize",
                                                "pool_add",
                                                "input_buffer",
                                                "weight_buffer",
                                                "output_buffer",
                                                "accumulator_buffer",
                                                "dma",
                                                "sequencer",
                                                "dram_activate",
                                                "dram_read",
                                                "dram_write",
                                                "dram_refresh",
                                                "dram_background",
                                                "leakage"}));
  // 8 x 8 row of mac_subword.csv.
  EXPECT_NEAR(part(e, "multiply"), 1000 * 0.377008, 1e-9);
  EXPECT_NEAR(part(e, "accumulate"), 1000 * 0.539114, 1e-9);
  EXPECT_NEAR(part(e, "operand_registers"), (0.209144 + 0.00619368) / 2 * (50 + 700), 1e-9);
  EXPECT_NEAR(part(e, "accumulator_registers"), 1000 * (0.557309 - 0.209144), 1e-9);
  // Half of the activations zero: three eighths of the bits toggle, of other data one half.
  EXPECT_NEAR(part(e, "edge_registers"), (40 * (403.278 + 487.499) / 2 + 50 * 487.499) / 32 * 1e-3,
              1e-9);
  EXPECT_NEAR(part(e, "shadow_registers"), 60 * 487.499 / 32 * 1e-3, 1e-9);
  EXPECT_NEAR(part(e, "requantize"), 30 * 1.25247, 1e-9);
  EXPECT_NEAR(part(e, "pool_add"), 20 * 0.344771, 1e-9);
  // Banks of 16 KiB, 8 KiB (64 bit words) and 1 KiB (32 bit words) in sram.csv.
  EXPECT_NEAR(part(e, "input_buffer"), 3 * 11.6097 + 5 * 10.6968, 1e-9);
  EXPECT_NEAR(part(e, "weight_buffer"), 7 * 11.6097 + 11 * 10.6968, 1e-9);
  EXPECT_NEAR(part(e, "output_buffer"), 13 * 6.13702 + 17 * 7.87807, 1e-9);
  EXPECT_NEAR(part(e, "accumulator_buffer"), 19 * 1.32373 + 23 * 2.06548, 1e-9);
  EXPECT_NEAR(part(e, "dram_activate"), 2 * 1204.7, 1e-9);
  EXPECT_NEAR(part(e, "dram_read"), 640 * 8 * (5.2637 + 3.2065), 1e-9);
  EXPECT_NEAR(part(e, "dram_write"), 320 * 8 * (3.8672 + 1.1655), 1e-9);
  EXPECT_NEAR(part(e, "dram_refresh"), 3 * 22386, 1e-9);
  // 37.05 mW for 4 ns, 33.3 mW for 6 ns.
  EXPECT_NEAR(part(e, "dram_background"), 37.05 * 4 + 33.3 * 6, 1e-9);
  // 10 cycles of 5 ns.
  // Registers of 16 x 16 PEs: 16-bit operands twice at both edges, a byte of skew, 32-bit sums.
  const double register_bits = 2 * (16 + 16) * 16 + 2 * 120 * 8 + 256 * 32;
  const double logic_mw = (256 * 16466.4 + register_bits * 2531.59 / 32 +
                           16 * (13450 + 2652.58 + 5714.25) + kControlLeakageNw) *
                          1e-6;
  // Two banks of 16 KiB for inputs and for weights, two of 8 KiB for outputs, 16 of 1 KiB for sums,
  // each with its gate leakage.
  const double sram_mw = 4 * (0.000320751 + 0.000148421) + 2 * (0.000171523 + 8.52611e-05) +
                         16 * (2.08025e-05 + 1.45135e-05);
  EXPECT_NEAR(part(e, "leakage"), 50 * (logic_mw + sram_mw), 1e-9);
  double sum = 0;
  for (const double value : e) sum += value;
  EXPECT_DOUBLE_EQ(e.total(), sum);
}

TEST(cost_model, nothing_counted_costs_nothing) {
  const CostModel model(kTables, preset("large_edge"));
  EXPECT_EQ(model.layer_energy_pj(conv8(), LayerCounters()).total(), 0);
}

TEST(cost_model, energy_is_linear_in_the_counters) {
  const CostModel model(kTables, preset("small_edge"));
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 50; ++trial) {
    LayerCounters a = some_counters(), b = some_counters(), sum;
    a.pe_cycles = random() % 1000000;
    a.dram.active_ps = random() % 1000000;
    b.output_buffer.writes = random() % 1000000;
    b.cycles = random() % 1000000;
    sum = some_counters();
    sum.cycles += b.cycles;
    sum.pe_cycles += a.pe_cycles;
    sum.weight_loads *= 2;
    sum.activation_loads *= 2;
    sum.registers = {80, 100, 120};
    sum.requantized *= 2;
    sum.pool_operations *= 2;
    sum.input_buffer = {6, 10};
    sum.weight_buffer = {14, 22};
    sum.output_buffer = {26, 17 + b.output_buffer.writes};
    sum.accumulator_buffer = {38, 46};
    sum.compute_cycles *= 2;
    for (std::uint64_t& bytes : sum.stream_bytes) bytes *= 2;
    sum.dram = {4, 1280, 640, 6, 4000 + a.dram.active_ps, 12000};
    const double parts =
        model.layer_energy_pj(conv8(), a).total() + model.layer_energy_pj(conv8(), b).total();
    EXPECT_NEAR(model.layer_energy_pj(conv8(), sum).total(), parts, 1e-9 * parts);
  }
}

TEST(cost_model, factors_scale_what_they_name_and_nothing_else) {
  AcceleratorConfig config = preset("small_edge");
  const EnergyBreakdown plain =
      CostModel(kTables, config).layer_energy_pj(conv8(), some_counters());
  config.cost.logic_factor = 0.5;
  config.cost.clock_tree_factor = 1.25;
  config.cost.sram_factor = 3;
  const CostModel model(kTables, config);
  const EnergyBreakdown scaled = model.layer_energy_pj(conv8(), some_counters());
  const std::set<std::string> logic = {"multiply",          "accumulate",
                                       "operand_registers", "accumulator_registers",
                                       "edge_registers",    "shadow_registers",
                                       "window_feeder",     "requantize",
                                       "pool_add",          "dma",
                                       "sequencer"};
  for (const EnergyPart key : plain.keys()) {
    const std::string name(to_string(key));
    const double value = plain[key];
    const bool sram = name.size() > 7 && name.substr(name.size() - 7) == "_buffer";
    const double factor = logic.count(name) != 0 ? 0.625 : sram ? 3 : 1;
    EXPECT_NEAR(part(scaled, name), value * factor, 1e-9 * value) << name;
  }
  for (const Provenance& p : model.provenance()) {
    if (p.component == "multiply" || p.component == "requantize") {
      EXPECT_NE(p.note.find("logic_factor 0.5"), std::string::npos) << p.component;
      EXPECT_NE(p.note.find("clock_tree_factor 1.25"), std::string::npos) << p.component;
    }
    if (p.component == "input_buffer") {
      EXPECT_NE(p.note.find("sram_factor 3"), std::string::npos);
    }
  }
}

TEST(cost_model, background_is_the_counted_time_of_all_channels) {
  AcceleratorConfig config = preset("small_edge");
  LayerCounters counters;
  counters.dram.precharged_ps = 4 * 1000;  // the counters add up the channels
  config.dram.channels = 4;
  EXPECT_NEAR(
      part(CostModel(kTables, config).layer_energy_pj(conv8(), counters), "dram_background"),
      4 * 33.3, 1e-9);
}

TEST(cost_model, an_ideal_memory_costs_what_is_stated_or_is_refused) {
  AcceleratorConfig config = preset("small_edge");
  config.memory = MemoryKind::kIdeal;
  try {
    const CostModel cost(kTables, config);
    FAIL() << "has no price";
  } catch (const InvalidField& error) {
    EXPECT_EQ(error.path(), "memory.energy_pj_per_byte");
  }
  config.ideal.energy_pj_per_byte = 2.5;
  const CostModel cost(kTables, config);
  LayerCounters c;
  c.dram.read_bytes = 100;
  c.dram.write_bytes = 10;
  c.dram.activates = c.dram.refreshes = c.dram.active_ps = c.dram.precharged_ps = 1'000'000;
  const EnergyBreakdown pj = cost.layer_energy_pj(conv8(), c);
  EXPECT_DOUBLE_EQ(pj[EnergyPart::kDramRead], 250);
  EXPECT_DOUBLE_EQ(pj[EnergyPart::kDramWrite], 25);
  EXPECT_DOUBLE_EQ(pj.total(), 275);
  bool said = false;
  for (const Provenance& p : cost.provenance()) {
    EXPECT_NE(p.table, "dram.csv");
    said = said || p.conditions.find("memory.energy_pj_per_byte 2.5") != std::string::npos;
  }
  EXPECT_TRUE(said);
}

TEST(cost_model, narrower_layers_cost_less_and_wider_ones_passes) {
  const CostModel model(kTables, in_place("small_edge"));
  const auto mac_pj = [&](int bits, std::uint64_t passes) {
    Descriptor d = conv8();
    d.weight.bits = d.input.bits = bits;
    LayerCounters c;
    c.pe_cycles = c.weight_loads = c.activation_loads = passes;
    return model.layer_energy_pj(d, c).total();
  };
  EXPECT_NEAR(mac_pj(2, 1), 0.821975, 1e-5);
  EXPECT_NEAR(mac_pj(4, 1), 1.11987, 1e-5);
  EXPECT_NEAR(mac_pj(8, 1), 1.47962, 1e-5);
  EXPECT_NEAR(mac_pj(16, 4), 4 * 1.47962, 1e-4);
}

TEST(cost_model, pools_and_additions_are_charged_at_their_widths) {
  const CostModel model(kTables, preset("small_edge"));
  LayerCounters c;
  c.pool_operations = 1000;
  Descriptor d;
  d.kind = LayerKind::kPool;
  d.input.bits = 4;
  d.pool.kind = PoolKind::kMax;
  EXPECT_NEAR(part(model.layer_energy_pj(d, c), "pool_add"), 161.159, 1e-9);
  d.pool.kind = PoolKind::kAverage;
  d.pool.kernel_h = d.pool.kernel_w = 8;  // 4 + 6 bits
  EXPECT_NEAR(part(model.layer_energy_pj(d, c), "pool_add"), 886.934, 1e-9);
  d.input.bits = 16;
  d.pool.kernel_h = d.pool.kernel_w = 16;  // 16 + 8 bits
  EXPECT_NEAR(part(model.layer_energy_pj(d, c), "pool_add"), 1350.19, 1e-9);
  d.pool.kernel_h = 4;
  d.pool.kernel_w = 64;
  EXPECT_NEAR(part(model.layer_energy_pj(d, c), "pool_add"), 1350.19, 1e-9);
  d.kind = LayerKind::kConv;  // of a fused pool's operands, its output codes
  d.input.bits = d.weight.bits = 8;
  d.requant.out.bits = 4;
  EXPECT_NEAR(part(model.layer_energy_pj(d, c), "pool_add"), 161.159, 1e-9);

  LayerCounters add;
  add.additions = 1000;
  d.kind = LayerKind::kAdd;
  d.input = {8, 4};
  d.input2 = {8, 6};
  EXPECT_NEAR(part(model.layer_energy_pj(d, add), "pool_add"), 886.934, 1e-9);
  std::swap(d.input, d.input2);
  EXPECT_NEAR(part(model.layer_energy_pj(d, add), "pool_add"), 886.934, 1e-9);
  d.input = {16, 0};
  d.input2 = {16, 15};  // 31 bits and a carry
  EXPECT_NEAR(part(model.layer_energy_pj(d, add), "pool_add"), 1848.36, 1e-9);
  d.input2 = {16, 40};
  EXPECT_EQ(
      error_of([&] { model.layer_energy_pj(d, add); }),
      "requant_etc.csv: no adder of 57 bits in nangate45 (8..48); cost.extrapolate: true would "
      "take units of post-processing in proportion to their width (+-20 %)");
}

TEST(cost_model, zeros_that_were_counted_toggle_less) {
  const CostModel model(kTables, in_place("small_edge"));
  LayerCounters c = some_counters();
  c.input_codes = 100;
  const auto pj = [&](std::uint64_t zeros, const char* name) {
    c.input_zeros = zeros;
    return part(model.layer_energy_pj(conv8(), c), name);
  };
  // One half of the bits toggle without zeros, none where all codes are zero.
  EXPECT_NEAR(pj(0, "edge_registers"), (40 + 50) * 487.499 / 32 * 1e-3, 1e-9);
  EXPECT_NEAR(pj(100, "edge_registers"), (40 * 318.464 + 50 * 487.499) / 32 * 1e-3, 1e-9);
  EXPECT_LT(pj(90, "multiply"), pj(10, "multiply"));
}

TEST(cost_model, requantizing_is_charged_at_the_outputs_width_and_rounding) {
  const CostModel model(kTables, preset("small_edge"));
  LayerCounters c;
  c.requantized = 1000;
  const auto price = [&](int output_bits, Rounding rounding) {
    Descriptor d = conv8();
    d.input.bits = d.weight.bits = 2;
    d.requant.out.bits = output_bits;
    d.requant.rounding = rounding;
    return part(model.layer_energy_pj(d, c), "requantize");
  };
  EXPECT_NEAR(price(8, Rounding::kHalfUp), 1252.47, 1e-9);
  EXPECT_NEAR(price(4, Rounding::kHalfUp), 1125.81, 1e-9);
  EXPECT_NEAR(price(8, Rounding::kHalfEven), 1313.29, 1e-9);
  EXPECT_NEAR(price(8, Rounding::kFloor), 1252.47, 1e-9);
}

TEST(cost_model, sums_of_windows_need_a_bit_for_every_doubling) {
  const CostModel model(kTables, preset("small_edge"));
  LayerCounters c;
  c.pool_operations = 1000;
  Descriptor d;
  d.kind = LayerKind::kPool;
  d.pool.kind = PoolKind::kAverage;
  d.input.bits = 14;
  const double at16 = 886.934, at24 = 1350.19;  // femtojoules of an addition
  const auto with_window = [&](int height, int width) {
    d.pool.kernel_h = height;
    d.pool.kernel_w = width;
    return part(model.layer_energy_pj(d, c), "pool_add");
  };
  EXPECT_NEAR(with_window(2, 2), at16, 1e-9);
  EXPECT_NEAR(with_window(3, 3), at16 + (at24 - at16) * 2 / 8, 1e-9) << "9 values: 18 bits";
  EXPECT_NEAR(with_window(4, 4), at16 + (at24 - at16) * 2 / 8, 1e-9);
  EXPECT_NEAR(with_window(1, 17), at16 + (at24 - at16) * 3 / 8, 1e-9);
}

TEST(cost_model, bounds_are_two_comparisons_more_a_requantized_value) {
  const CostModel model(kTables, preset("small_edge"));
  LayerCounters c;
  c.requantized = 1000;
  Descriptor d = conv8();
  d.requant.out.bits = 8;
  const auto pj = [&] { return part(model.layer_energy_pj(d, c), "requantize"); };
  const double unbounded = pj();
  d.requant.clamp_high = 1;
  EXPECT_NEAR(pj() - unbounded, 2 * 45.3016, 1e-9);
}

TEST(cost_model, slopes_are_18_percent_more_of_a_requantizer_that_multiplies) {
  AcceleratorConfig config = preset("small_edge");
  config.requantizer = RequantizerKind::kMultiplier;
  const CostModel model(kTables, config);
  LayerCounters c;
  c.requantized = 1000;
  Descriptor d = conv8();
  d.requant.out.bits = 8;
  d.requant.multiplies = true;
  const auto pj = [&] { return part(model.layer_energy_pj(d, c), "requantize"); };
  EXPECT_NEAR(pj(), 15029.6, 0.1);
  d.requant.leaky = true;
  EXPECT_NEAR(pj(), 1.18 * 15029.6, 0.1);
  EXPECT_NEAR(model.area_um2()[AreaPart::kRequantizers], 16 * 9007.05, 1);
}

TEST(cost_model, rounding_twice_is_6_percent_more_and_three_products_an_addition) {
  AcceleratorConfig config = preset("small_edge");
  config.requantizer = RequantizerKind::kMultiplier;
  const CostModel model(kTables, config);
  LayerCounters c;
  c.requantized = 1000;
  Descriptor d = conv8();
  d.requant.out.bits = 8;
  d.requant.multiplies = true;
  const auto pj = [&] { return part(model.layer_energy_pj(d, c), "requantize"); };
  const double once = pj();
  d.requant.rounding = Rounding::kTwice;
  EXPECT_NEAR(pj(), 1.06 * once, 0.1);
  EXPECT_NEAR(model.area_um2({d})[AreaPart::kRequantizers],
              1.11 * model.area_um2()[AreaPart::kRequantizers], 1);
  d.kind = LayerKind::kAdd;
  d.add = {4, 4, 8};
  d.input2 = d.input;
  d.requant.sum_multiplier = 1;
  EXPECT_NEAR(pj(), 3 * 1.06 * once, 0.1);
}

TEST(cost_model, counting_pays_a_comparison_tree_in_place_of_a_requantizer) {
  AcceleratorConfig config = preset("small_edge");
  const CostModel model(kTables, config);
  LayerCounters c;
  c.requantized = 1000;
  Descriptor d = conv8();
  d.conv.in = {4, 6, 8};
  d.conv.out_channels = 5;
  d.requant.counts = true;
  d.requant.out = {4, 0, false, false};
  d.tiling.tile_h = 4;
  d.tiling.tile_w = 6;
  const auto pj = [&] { return part(model.layer_energy_pj(d, c), "requantize"); };
  // A register bit takes new thresholds of random bits.
  const double taken = 5 * 15 * 32 * 487.499e-3 / 32;
  EXPECT_NEAR(pj(), 4173.18 + taken, 1e-6);
  d.tiling.tile_h = 3;  // in two tiles of rows, and two of columns
  d.tiling.tile_w = 3;
  EXPECT_NEAR(pj(), 4173.18 + 4 * taken, 1e-6);
  d.requant.clamp_high = 8;  // 7 thresholds, three levels
  EXPECT_NEAR(pj(), 2589.37 + 4 * taken * 7 / 15, 1e-6);

  const auto um2 = [&](const std::vector<Descriptor>& layers) {
    return model.area_um2(layers)[AreaPart::kRequantizers] -
           model.area_um2()[AreaPart::kRequantizers];
  };
  Descriptor fewer = d;
  fewer.requant.out.bits = 1;
  fewer.requant.clamp_high = 0;
  const double register_um2 = 144.704 / 32;
  EXPECT_EQ(um2({conv8()}), 0);
  EXPECT_NEAR(um2({fewer, d, fewer}), 16 * (1167.84 + 7 * 32 * register_um2), 1e-6)
      << "as many levels as the layer with most thresholds needs";
  EXPECT_NEAR(um2({fewer}), 16 * (313.938 + 32 * register_um2), 1e-6);
  config.accumulator.bits = 24;
  const CostModel narrow(kTables, config);
  EXPECT_NEAR(part(narrow.layer_energy_pj(fewer, c), "requantize"),
              476.831 + 4 * 5 * 24 * 487.499e-3 / 32, 1e-6);
}

TEST(cost_model, machines_have_tables_and_products_where_layers_need_them) {
  const AcceleratorConfig config = preset("small_edge");
  const CostModel model(kTables, config);
  const auto more = [&](const std::vector<Descriptor>& layers) {
    return model.area_um2(layers).total() - model.area_um2().total();
  };
  Descriptor sum;
  sum.kind = LayerKind::kAdd;
  sum.add = {4, 4, 8};
  sum.input = sum.input2 = sum.requant.out = {8, 0};
  Descriptor product = sum, table = sum;
  product.pair = PairKind::kScaling;
  table.kind = LayerKind::kPool;
  table.pool.kind = PoolKind::kTable;
  table.pool.in = sum.add;
  table.tiling.tile_h = table.tiling.tile_w = 4;
  EXPECT_EQ(more({conv8(), sum}), 0);
  EXPECT_NEAR(more({conv8(), product, product}), 16 * 845.899, 1e-6);
  EXPECT_NEAR(more({table, conv8(), table}), 16 * 3376.47, 1e-6) << "the smallest bank a column";
  EXPECT_NEAR(more({table, product}), 16 * (845.899 + 3376.47), 1e-6);

  LayerCounters c;
  c.requantized = c.additions = 1000;
  const auto pj = [&](const Descriptor& d, const char* component) {
    return part(model.layer_energy_pj(d, c), component);
  };
  EXPECT_NEAR(pj(product, "pool_add"), 1064.36, 1e-9);
  EXPECT_EQ(pj(product, "requantize"), pj(sum, "requantize"));
  EXPECT_EQ(pj(table, "requantize"), 0);
  EXPECT_NEAR(pj(table, "pool_add"), 1000 * 1.15486 + 16 * 128 * 1.3565, 1e-6);
  c.cycles = 1000;
  const double leakage = pj(sum, "leakage");
  EXPECT_NEAR(pj(product, "leakage") - leakage, 16 * 17857.6e-6 * 5000, 1e-9) << "in 5 us";
  EXPECT_NEAR(pj(table, "leakage") - leakage, 16 * (2.07571e-05 + 1.52462e-05) * 5000, 1e-9);
}

TEST(cost_model, short_additions_take_the_16_bit_adder) {
  const CostModel model(kTables, preset("small_edge"));
  LayerCounters c;
  c.additions = 1000;
  Descriptor d;
  d.kind = LayerKind::kAdd;
  for (const int bits : {2, 7, 15}) {
    d.input = d.input2 = {bits, 0};
    EXPECT_NEAR(part(model.layer_energy_pj(d, c), "pool_add"), 886.934, 1e-9) << bits;
  }
}

TEST(cost_model, widths_no_layer_can_have_are_refused) {
  const CostModel model(kTables, preset("small_edge"));
  Descriptor d = conv8();
  d.weight.bits = 17;
  EXPECT_EQ(error_of([&] { model.layer_energy_pj(d, some_counters()); }),
            "weight: 17 bits, expected 1..16");
  d = conv8();
  d.input.bits = 0;
  EXPECT_EQ(error_of([&] { model.layer_energy_pj(d, some_counters()); }),
            "input: 0 bits, expected 1..16");
}

TEST(cost_model, area_is_the_sum_of_units_and_buffers) {
  const AreaBreakdown area = CostModel(kTables, in_place("small_edge")).area_um2();
  EXPECT_EQ(names(area),
            (std::vector<std::string>{"pe_array", "edge_registers", "shadow_registers",
                                      "window_feeder", "requantizers", "pool_add", "input_buffer",
                                      "weight_buffer", "output_buffer", "shared_buffer",
                                      "accumulator_buffer", "dma", "sequencer"}));
  EXPECT_NEAR(part(area, "pe_array"), 256 * 813.694, 1e-6);
  EXPECT_NEAR(part(area, "requantizers"), 16 * 643.454, 1e-6);
  EXPECT_NEAR(part(area, "pool_add"), 16 * (141.246 + 300.846), 1e-6);
  EXPECT_NEAR(part(area, "accumulator_buffer"), 16 * 3431.89, 1e-6);
  // 16-bit operands twice at both edges and a byte of skew; a sum in every PE.
  EXPECT_NEAR(part(area, "edge_registers"), (2 * 32 * 16 + 2 * 120 * 8) * 144.704 / 32, 1e-6);
  EXPECT_NEAR(part(area, "shadow_registers"), 256 * 32 * 144.704 / 32, 1e-6);
  EXPECT_NEAR(part(area, "input_buffer"), 2 * 50742.1, 1e-6);
  EXPECT_NEAR(part(area, "weight_buffer"), 2 * 50742.1, 1e-6);
  EXPECT_NEAR(part(area, "output_buffer"), 2 * 26267.4, 1e-6);
  AcceleratorConfig without = preset("large_edge");
  EXPECT_GT(part(CostModel(kTables, without).area_um2(), "accumulator_buffer"), 0);
  without.accumulator_buffer_bytes = 0;
  EXPECT_EQ(part(CostModel(kTables, without).area_um2(), "accumulator_buffer"), 0);
}

TEST(cost_model, dma_and_sequencer_cost_what_they_are_made_of) {
  AcceleratorConfig config = preset("small_edge");
  const CostModel model(kTables, config);
  const double bit_um2 = 144.704 / 32;
  const AreaBreakdown area = model.area_um2();
  EXPECT_NEAR(area[AreaPart::kDma],
              2 * 969.354 + 3 * (1784.94 + 827.89) + (kSettingBits + kRequestBits) * bit_um2, 1e-6);
  EXPECT_NEAR(area[AreaPart::kSequencer],
              4 * 1434.76 + (2 * kDescriptorBits + kStepSettingBits) * bit_um2, 1e-6);
  // 768 bytes of 8 a beat; 6 cycles; a descriptor.
  const EnergyBreakdown pj = model.layer_energy_pj(conv8(), some_counters());
  EXPECT_NEAR(pj[EnergyPart::kDma], 96e-3 * (3013.62 + 1494.3 + 920.633), 1e-9);
  EXPECT_NEAR(pj[EnergyPart::kSequencer],
              6e-3 * 3 * 1607.59 + kDescriptorBits * 487.499 / 32 * 1e-3, 1e-9);

  // A quarter of the way from 64 to 512 bits, and of buffer addresses from 16 bits to 32.
  config.dma.bus_bytes = 16;
  for (BufferConfig* b : {&config.input_buffer, &config.weight_buffer}) b->banks = 1;
  config.input_buffer.capacity_bytes = std::int64_t{1} << 20;
  config.input_buffer.word_bits = 16;  // 2^19 lines
  config.cost.extrapolate = true;
  EXPECT_NEAR(
      CostModel(kTables, config).layer_energy_pj(conv8(), some_counters())[EnergyPart::kDma],
      48e-3 * (3013.62 + (24025.7 - 3013.62) / 7 + 1494.3 + 920.633 + (1065.87 - 920.633) * 3 / 16),
      1e-9);
}

TEST(cost_model, control_needs_its_rows_or_another_librarys) {
  const AcceleratorConfig config = preset("small_edge");
  for (const std::string unit : {"fifo2", "address_generator"}) {
    const TablesCopy tables;
    EXPECT_GT(tables.remove_lines(
                  "requant_etc.csv",
                  [&](const std::string& line) { return line.find(',' + unit + ',') < 40; }),
              0);
    EXPECT_EQ(error_of([&] { CostModel(tables.dir(), config); }),
              tables.path("requant_etc.csv") + ": no rows " + unit + " in nangate45");
  }
}

TEST(cost_model, a_scratchpad_is_one_memory_for_the_accesses_of_all) {
  AcceleratorConfig config = preset("small_edge");
  config.input_buffer.separate_halves = false;
  BufferConfig scratchpad = config.input_buffer;
  scratchpad.capacity_bytes = 256 << 10;
  scratchpad.banks = 4;
  AcceleratorConfig one = config;
  one.input_buffer = scratchpad;
  config.share(scratchpad);
  const CostModel shared(kTables, config), single(kTables, one);
  const EnergyBreakdown e = shared.layer_energy_pj(conv8(), some_counters());
  // Of the input buffer, 2 words are read and 3 written; see some_counters().
  const double read_pj = single.layer_energy_pj(conv8(), [] {
    LayerCounters c;
    c.input_buffer.reads = 1;
    return c;
  }())[EnergyPart::kInputBuffer];
  const double write_pj = single.layer_energy_pj(conv8(), [] {
    LayerCounters c;
    c.input_buffer.writes = 1;
    return c;
  }())[EnergyPart::kInputBuffer];
  const LayerCounters c = some_counters();
  const auto accesses = [&](const SramAccesses& a) {
    return static_cast<double>(a.reads) * read_pj + static_cast<double>(a.writes) * write_pj;
  };
  EXPECT_NEAR(e[EnergyPart::kInputBuffer], accesses(c.input_buffer), 1e-9);
  EXPECT_NEAR(e[EnergyPart::kWeightBuffer], accesses(c.weight_buffer), 1e-9);
  EXPECT_NEAR(e[EnergyPart::kOutputBuffer], accesses(c.output_buffer), 1e-9);
  const AreaBreakdown area = shared.area_um2();
  EXPECT_EQ(area[AreaPart::kSharedBuffer], single.area_um2()[AreaPart::kInputBuffer]);
  for (const AreaPart part :
       {AreaPart::kInputBuffer, AreaPart::kWeightBuffer, AreaPart::kOutputBuffer}) {
    EXPECT_EQ(area[part], 0);
  }
  // 64 KiB a bank: a row of sram.csv.
  EXPECT_LT(shared.layer_energy_pj(conv8(), c)[EnergyPart::kLeakage],
            single.layer_energy_pj(conv8(), c)[EnergyPart::kLeakage]);
}

TEST(cost_model, halves_apart_are_twice_the_banks_half_as_deep) {
  AcceleratorConfig apart = in_place("small_edge"), banks = apart;
  for (BufferConfig* b : {&apart.input_buffer, &apart.weight_buffer, &apart.output_buffer}) {
    b->separate_halves = true;
  }
  for (BufferConfig* b : {&banks.input_buffer, &banks.weight_buffer, &banks.output_buffer}) {
    b->banks *= 2;
  }
  const CostModel a(kTables, apart), b(kTables, banks);
  for (const char* buffer : {"input_buffer", "weight_buffer", "output_buffer"}) {
    EXPECT_EQ(part(a.area_um2(), buffer), part(b.area_um2(), buffer));
    EXPECT_EQ(part(a.layer_energy_pj(conv8(), some_counters()), buffer),
              part(b.layer_energy_pj(conv8(), some_counters()), buffer));
  }
  // Banks of 8 KiB in place of 16 KiB.
  EXPECT_NE(part(a.area_um2(), "input_buffer"),
            part(CostModel(kTables, in_place("small_edge")).area_um2(), "input_buffer"));
}

TEST(cost_model, provenance_names_every_table_with_its_hash_and_error_bar) {
  const CostModel model(kTables, preset("small_edge"));
  std::set<std::string> components;
  for (const Provenance& p : model.provenance()) {
    EXPECT_TRUE(components.insert(p.component).second) << p.component;
    EXPECT_EQ(p.sha256, sha256_hex(read_text_file(kTables + '/' + p.table, 1 << 22)))
        << p.component;
    EXPECT_FALSE(p.conditions.empty()) << p.component;
    EXPECT_FALSE(p.error_bar.empty()) << p.component;
  }
  for (const EnergyPart key : EnergyBreakdown::keys()) {
    EXPECT_EQ(components.count(std::string(info(key).source())), 1u) << to_string(key);
  }
  for (const AreaPart key : AreaBreakdown::keys()) {
    EXPECT_EQ(components.count(std::string(info(key).source())), 1u) << to_string(key);
  }
}

/// What a machine with this clock is refused with.
std::string clock_error(AcceleratorConfig config, double clock_mhz) {
  config.clock_mhz = clock_mhz;
  return error_of([&] { CostModel(kTables, config); }, kTables);
}

TEST(cost_model, a_clock_beyond_the_critical_path_is_refused_with_both_figures) {
  AcceleratorConfig config = preset("small_edge");
  EXPECT_EQ(clock_error(config, 5000),
            "clock_mhz: 5000, expected at most 583.3: a PE takes 1.715 ns in mac_energy_area.csv; "
            "cost.allow_overclock: true would let it pass");
  EXPECT_EQ(clock_error(config, 583.3), "no error");
  EXPECT_NE(clock_error(config, 583.4), "no error");

  config.clock_mhz = 5000;
  config.cost.allow_overclock = true;
  const CostModel model(kTables, config);
  EXPECT_NEAR(model.clock_share(), 1.71414 / 0.2, 1e-4);
  std::string said;
  for (const Provenance& p : model.provenance()) said += p.note;
  EXPECT_NE(said.find("clock of 5000 MHz is too fast: a PE takes 1.715 ns"), std::string::npos);
}

TEST(cost_model, whatever_is_slowest_limits_the_clock) {
  const auto limit = [](const std::function<void(AcceleratorConfig&)>& change) {
    AcceleratorConfig config = preset("large_edge");
    config.clock_mhz = 100;
    change(config);
    return CostModel(kTables, config).critical_path();
  };
  using Config = AcceleratorConfig;
  EXPECT_EQ(limit([](Config&) {}).unit, "a PE");
  EXPECT_DOUBLE_EQ(limit([](Config&) {}).ns, 2.07801);  // as the tables have it, here and below
  const CriticalPath weights = limit([](Config& c) {
    c.weight_buffer = {1 << 20, 256, 1, false, false};
    c.cost.sram_device = "itrs-lstp";
  });
  EXPECT_EQ(weights.unit, "an access of buffers.weight");
  EXPECT_EQ(weights.table, "sram.csv");
  EXPECT_DOUBLE_EQ(weights.ns, 3.94483);
  const CriticalPath narrow = limit([](Config& c) {
    c.array.weight_bits = c.array.activation_bits = 2;
    c.cost.sram_device = "itrs-hp";
  });
  EXPECT_EQ(narrow.unit, "a requantizer");
  EXPECT_EQ(narrow.table, "requant_etc.csv");
  EXPECT_DOUBLE_EQ(narrow.ns, 1.16481);
}

TEST(cost_model, what_the_tables_lack_is_an_error_at_construction) {
  const auto error = [](const std::function<void(AcceleratorConfig&)>& change) {
    AcceleratorConfig config = preset("small_edge");
    change(config);
    return error_of([&] { CostModel(kTables, config); }, kTables);
  };
  const std::string slopes =
      "; cost.extrapolate: true would take the table's mean slopes over capacity and word width "
      "(/2.5 .. x2.5)";
  using Config = AcceleratorConfig;
  const TablesCopy no_refresh;
  no_refresh.edit("dram.csv", [](Sheet& sheet) {
    for (std::size_t row = 0; row < sheet.rows(); ++row) {
      if (sheet.at(row, "preset") != "hbm2_2000_pc64") continue;
      sheet.at(row, "refresh_energy_pj_per_ref").clear();
    }
  });
  Config hbm2 = preset("small_edge");
  hbm2.dram.preset = "hbm2_2000_pc64";
  EXPECT_EQ(error_of([&] { CostModel(no_refresh.dir(), hbm2); }, no_refresh.dir()),
            "dram.csv: dram.preset hbm2_2000_pc64: no refresh_energy_pj_per_ref; its energy cannot "
            "be computed; cost.extrapolate: true would take refresh and standby power a Gbit as "
            "other presets have it on average (/3 .. x3)");
  EXPECT_EQ(error([](Config& c) { c.dram.preset = "lpddr4_3200_x16_6bg"; }),
            "dram.preset: \"lpddr4_3200_x16_6bg\", expected one of " +
                listed(dram_presets(kTables)) + "; did you mean \"lpddr4_3200_x16_6gb\"?");
  EXPECT_EQ(error([](Config& c) { c.cost.technology = "asap7"; }),
            "cost.sram_node_nm: no SRAM at 7 nm in sram.csv, expected one of 22, 32, 45");
  EXPECT_EQ(error([](Config& c) { c.cost.technology = "sky130hd"; }),
            "/requant_etc.csv: no rows requant_var_shift half_even in sky130hd; cost.extrapolate: "
            "true would take nangate45 figures times the mean ratios of 22 MACs measured in both "
            "libraries (+-40 %)");
  EXPECT_EQ(
      error([](Config& c) { c.accumulator.bits = 40; }),
      "requant_etc.csv: no requantizer of 8 bits for 40-bit accumulators in nangate45 (2..16, "
      "accumulators of 24..32); cost.extrapolate: true would take units of post-processing in "
      "proportion to their width (+-20 %)");
  EXPECT_EQ(
      error([](Config& c) { c.input_buffer.capacity_bytes = 1024; }),
      "buffers.input.capacity_bytes: 1024, expected 4096..4194304 (sram.csv has 1024..1048576 "
      "bytes a bank, of which there are 4)" +
          slopes);
  EXPECT_EQ(error([](Config& c) { c.accumulator_buffer_bytes = 8192; }),
            "accumulator.buffer_bytes: 8192, expected 16384..16777216 (sram.csv has 1024..1048576 "
            "bytes a bank, of which there are 16)" +
                slopes);
  EXPECT_EQ(error([](Config& c) { c.input_buffer.capacity_bytes = 3; }),
            "buffers.input.capacity_bytes: 3, expected a size of 64..67108864 bytes");
  const TemporaryFolder empty;
  EXPECT_EQ(error_of([&] { CostModel(empty.path(), preset("small_edge")); }, empty.path()),
            "/mac_zero_activity.csv: cannot open: No such file or directory");
}

TEST(cost_model, seven_nanometre_logic_works_with_a_named_sram_node) {
  AcceleratorConfig config = preset("small_edge");
  config.cost.technology = "asap7";
  config.cost.sram_node_nm = 22;
  config.cost.sram_device = "itrs-lop";
  const CostModel model(kTables, config);
  EXPECT_GT(model.layer_energy_pj(conv8(), some_counters()).total(), 0);
}

TEST(cost_model, missing_energies_are_known_before_anything_ran) {
  AcceleratorConfig config = preset("small_edge");
  config.cost.technology = "asap7";
  config.cost.sram_node_nm = 22;
  const CostModel model(kTables, config);
  EXPECT_NO_THROW(model.require_energies({conv8()}));
  Descriptor narrow = conv8();
  narrow.input.bits = 4;
  const std::string error = error_of([&] { model.require_energies({conv8(), narrow}); });
  EXPECT_NE(error.find("no data for 8 x 4 bit operands"), std::string::npos) << error;
  EXPECT_EQ(error, error_of([&] { model.layer_energy_pj(narrow, some_counters()); }));
}

TEST(cost_model, damaged_tables_give_a_model_or_one_line) {
  const TablesCopy tables;
  std::mt19937 random(11);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const AcceleratorConfig config = preset("small_edge");
  for (const char* file :
       {"mac_energy_area.csv", "mac_subword.csv", "mac_weight_stationary.csv",
        "mac_zero_activity.csv", "requant_etc.csv", "sram.csv", "dram.csv", "dram_timing.csv"}) {
    const std::string original = tables.text(file);
    for (int trial = 0; trial < tries(40); ++trial) {
      std::string text = original;
      if (trial % 4 == 0) text.resize(below(text.size()));
      for (std::size_t edits = below(40); edits > 0 && !text.empty(); --edits) {
        text[below(text.size())] = "\",\n-.e9n"[below(8)];
      }
      tables.write(file, text);
      const std::string error = error_of([&] {
        const CostModel model(tables.dir(), config);
        EXPECT_TRUE(std::isfinite(model.layer_energy_pj(conv8(), some_counters()).total()));
        EXPECT_TRUE(std::isfinite(model.area_um2().total()));
      });
      EXPECT_EQ(error.find('\n'), std::string::npos) << error;
      EXPECT_LT(error.size(), 500u) << error;
    }
    tables.write(file, original);
  }
}

TEST(cost_model, machines_that_share_tables_cost_what_each_costs_with_its_own) {
  using Config = AcceleratorConfig;
  // What is read of the tables once: by technology, accumulator, widths, dataflow, node and device.
  const std::vector<std::function<void(Config&)>> changes{
      [](Config&) {},
      [](Config& c) { c.cost.technology = "asap7", c.cost.sram_node_nm = 22; },
      [](Config& c) { c.accumulator.bits = 24; },
      [](Config& c) { c.accumulator.bits = 48; },
      [](Config& c) { c.array.weight_bits = c.array.activation_bits = 16; },
      [](Config& c) { c.array.weight_bits = 4; },
      [](Config& c) { c.array.dataflow = Dataflow::kOutputStationary; },
      [](Config& c) { c.cost.sram_node_nm = 22; },
      [](Config& c) { c.cost.sram_device = "itrs-lop"; },
      [](Config& c) { c.cost.sram_device = "itrs-hp", c.cost.sram_node_nm = 32; },
  };
  const PriceTables shared(kTables);
  std::set<double> areas, energies;
  for (int round = 0; round < 2; ++round) {  // the second time everything has been read
    for (const auto& change : changes) {
      Config config = preset("small_edge");
      config.cost.extrapolate = true;
      config.cost.allow_overclock = true;
      change(config);
      const CostModel cost(shared, config), own(kTables, config);
      const double energy = own.layer_energy_pj(conv8(), some_counters()).total();
      EXPECT_EQ(cost.area_um2().total(), own.area_um2().total());
      EXPECT_EQ(cost.layer_energy_pj(conv8(), some_counters()).total(), energy);
      EXPECT_EQ(cost.provenance().size(), own.provenance().size());
      areas.insert(own.area_um2().total());
      energies.insert(energy);
    }
  }
  EXPECT_EQ(areas.size(), changes.size());
  EXPECT_EQ(energies.size(), changes.size());
}

TEST(cost_model, a_folder_of_tables_replaces_the_shipped_ones) {
  const TablesCopy own;
  AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  config.cost.tables = own.dir();
  const CostModel cost(kTables, config);
  for (const Provenance& entry : cost.provenance()) {
    EXPECT_EQ(entry.table.rfind(own.dir() + '/', 0), 0u) << entry.table;
  }
  std::filesystem::remove(own.path("requant_etc.csv"));
  EXPECT_EQ(error_of([&] { CostModel(kTables, config); }, own.path("requant_etc.csv")),
            ": cannot open: No such file or directory");
}

}  // namespace
}  // namespace dcnsim

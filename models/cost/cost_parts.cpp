// SPDX-License-Identifier: Apache-2.0
#include "models/cost/cost_parts.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>

#include "models/arch/config_fields.h"
#include "models/arch/descriptor.h"
#include "models/base/integer.h"
#include "models/base/table/csv.h"
#include "models/cost/dram_estimate.h"
#include "models/perf/counters.h"

namespace dcnsim {
namespace {

constexpr double kPjPerFj = 1e-3;
constexpr double kNsPerPs = 1e-3;
constexpr double kPjPerMilliwattPs = 1e-3;
constexpr double kPjPerMilliwattNs = 1;
constexpr double kMilliwattPerNanowatt = 1e-6;
/// A lane's memory of 256 codes of up to 16 bits is the smallest bank of sram.csv.
constexpr int kTableBytes = 1024, kTableWordBits = 16;

double count(std::uint64_t events) { return static_cast<double>(events); }

void require_width(const char* what, int bits) {
  if (bits >= kMinBits && bits <= kMaxBits) return;
  throw std::runtime_error(std::string(what) + ": " + std::to_string(bits) +
                           " bits, expected 1..16");
}

/// Bits that hold a sum of `terms` values.
int sum_bits(int bits, std::int64_t terms) {
  while (terms > 1) {
    terms = (terms + 1) / 2;
    ++bits;
  }
  return bits;
}

/// Bits of the sum of two codes after aligning their binary points, or after multiplying each.
int aligned_sum_bits(const Descriptor& d, const Accumulator& accumulator) {
  const Format &a = d.input, &b = d.input2;
  if (d.requant.multiplies) return std::max(a.bits, b.bits) + 1 + accumulator.multiplier_bits;
  const int frac = std::max(a.frac, b.frac);
  return std::max(a.bits + frac - a.frac, b.bits + frac - b.frac) + 1;
}

/// Of the tree that compares with a layer's thresholds.
int threshold_levels(const Descriptor& d) {
  int levels = 1;
  while (1 << levels <= d.requant.thresholds_a_channel()) ++levels;
  return levels;
}

Figure access_pj(const BufferCost& buffer, const SramAccesses& accesses) {
  return {count(accesses.reads) * buffer.all.read_pj + count(accesses.writes) * buffer.all.write_pj,
          buffer.by};
}
Figure area(const BufferCost& buffer) { return {buffer.all.area_um2, buffer.by}; }
Figure leakage(const BufferCost& buffer) { return {buffer.all.leakage_mw, buffer.by}; }

Figure energy(const MeasuredUnit& unit) { return {unit.energy_fj, unit.by}; }
Figure area(const MeasuredUnit& unit) { return {unit.area_um2, unit.by}; }
Figure leakage(const MeasuredUnit& unit) { return {unit.leakage_nw, unit.by}; }

}  // namespace

CostParts::CostParts(const PriceTables& tables, const AcceleratorConfig& accelerator)
    : config(accelerator),
      pe(make_pe_cost(tables, accelerator)),
      post(tables, accelerator),
      registers(tables, accelerator.cost),
      array_registers(dcnsim::array_registers(accelerator)),
      feeder(tables, accelerator),
      window_feeder(dcnsim::window_feeder(accelerator.array)),
      control(tables, accelerator, registers),
      sram(tables, accelerator.cost, pe->node_nm()),
      dram(load_dram_spec(tables, accelerator.dram.preset)) {
  const CsvTable& drams = tables("dram.csv");
  dram_sha256 = drams.sha256();
  for (std::size_t row = 0; row < drams.rows(); ++row) {
    if (drams.optional_text(row, "preset") != dram.preset) continue;
    dram_against = drams.optional_text(row, "error_bar_against");
  }
  const auto shape = [this](const std::string& name, const BufferConfig& b) {
    return sram.buffer({name + ".capacity_bytes", name + ".word_bits"},
                       static_cast<double>(b.capacity_bytes), b.word_bits, b.all_banks());
  };
  if (config.shares_buffer()) {
    input = weight = output = shape("buffers.shared", config.shared_buffer);
  } else {
    input = shape("buffers.input", config.input_buffer);
    weight = shape("buffers.weight", config.weight_buffer);
    output = shape("buffers.output", config.output_buffer);
  }
  if (has_accumulator_buffer()) {
    // A bank for each column: all columns update a partial sum in the same cycle.
    accumulator = sram.buffer({"accumulator.buffer_bytes", "accumulator.bits"},
                              static_cast<double>(config.accumulator_buffer_bytes),
                              config.accumulator.bits, config.array.columns);
  }
  if (config.memory == MemoryKind::kDram) {
    dram_by = complete_energies(dram, tables, config.cost);
  } else if (!config.ideal.energy_pj_per_byte) {
    throw InvalidField("memory.energy_pj_per_byte",
                       "unknown, expected what a byte of an ideal memory takes (0: nothing)");
  }
  add_units();
  find_critical_path();
  require_clock();
}

/// Area and leakage: units of post-processing are as wide as the native activations, one a column.
void CostParts::add_units() {
  const double columns = config.array.columns, pes = config.array.rows * columns;
  const Extrapolations& by_pe = pe->unit_extrapolations();
  const MeasuredUnit requantizer =
                         post.requantizer(config.array.activation_bits, Rounding::kHalfUp),
                     maximum = post.maximum(config.array.activation_bits),
                     adder = post.adder(config.array.activation_bits);
  const double edge_bits = count(array_registers.edge_bits),
               shadow_bits = count(array_registers.shadow_bits),
               feeder_bits = count(window_feeder.bits());
  const Figure register_um2{registers.area_um2(), registers.by()};

  area_um2[AreaPart::kPeArray] = pes * Figure{pe->unit().area_um2, by_pe};
  area_um2[AreaPart::kEdgeRegisters] = edge_bits * register_um2;
  area_um2[AreaPart::kShadowRegisters] = shadow_bits * register_um2;
  area_um2[AreaPart::kFeeder] = feeder_bits * Figure{feeder.bit().area_um2, feeder.by()};
  area_um2[AreaPart::kRequantizers] = columns * area(requantizer);
  area_um2[AreaPart::kPoolAdd] = columns * (area(maximum) + area(adder));
  Figure buffers_mw = leakage(input);
  if (config.shares_buffer()) {
    area_um2[AreaPart::kSharedBuffer] = area(input);
  } else {
    area_um2[AreaPart::kInputBuffer] = area(input);
    area_um2[AreaPart::kWeightBuffer] = area(weight);
    area_um2[AreaPart::kOutputBuffer] = area(output);
    buffers_mw = buffers_mw + leakage(weight) + leakage(output);
  }
  area_um2[AreaPart::kAccumulatorBuffer] = area(accumulator);
  area_um2[AreaPart::kDma] = control.dma_um2();
  area_um2[AreaPart::kSequencer] = control.sequencer_um2();

  const Figure logic_nw =
      pes * Figure{pe->unit().leakage_nw, by_pe} +
      (edge_bits + shadow_bits) * Figure{registers.leakage_nw(), registers.by()} +
      feeder_bits * Figure{feeder.bit().leakage_nw, feeder.by()} +
      columns * (leakage(requantizer) + leakage(maximum) + leakage(adder)) + control.leakage_nw();
  leakage_mw = kMilliwattPerNanowatt * logic_nw + buffers_mw + leakage(accumulator);
}

void CostParts::find_critical_path() {
  const auto take = [this](const std::string& unit, const std::string& table, double ns) {
    if (ns > critical_path.ns) critical_path = {unit, table, ns};
  };
  const int bits = config.array.activation_bits;
  take("a PE", pe->unit_table().file, kNsPerPs * pe->unit().critical_path_ps);
  for (const Rounding rounding : {Rounding::kHalfEven, Rounding::kHalfUp}) {
    take("a requantizer", post.table(),
         kNsPerPs * post.requantizer(bits, rounding).critical_path_ps);
  }
  take("a maximum unit", post.table(), kNsPerPs * post.maximum(bits).critical_path_ps);
  take("an adder", post.table(), kNsPerPs * post.adder(bits).critical_path_ps);
  if (config.shares_buffer()) {
    take("an access of buffers.shared", sram.table(), input.all.access_ns);
  } else {
    take("an access of buffers.input", sram.table(), input.all.access_ns);
    take("an access of buffers.weight", sram.table(), weight.all.access_ns);
    take("an access of buffers.output", sram.table(), output.all.access_ns);
  }
  take("an access of the accumulator buffer", sram.table(), accumulator.all.access_ns);
}

void CostParts::require_clock() const {
  if (config.cost.allow_overclock || critical_path.ns <= period_ns()) return;
  throw InvalidField("clock_mhz", fields::decimal(config.clock_mhz) + ", expected at most " +
                                      fields::decimal(critical_path.highest_mhz()) + ": " +
                                      critical_path.text() +
                                      "; cost.allow_overclock: true would let it pass");
}

double CostParts::logic_pj_per_fj() const {
  return kPjPerFj * config.cost.logic_factor * config.cost.clock_tree_factor;
}

/// What an operation of pooling takes in a layer.
MeasuredUnit CostParts::pool_unit(const Descriptor& d) const {
  if (d.kind == LayerKind::kPool && d.pool.kind == PoolKind::kAverage) {
    const std::int64_t window = std::int64_t{d.pool.kernel_h} * d.pool.kernel_w;
    return post.adder(sum_bits(d.input.bits, window));
  }
  // A fused pool works on output codes, a stand-alone one on input codes.
  return post.maximum(d.kind == LayerKind::kPool ? d.input.bits : d.requant.out.bits);
}

EnergyFigures CostParts::energy_pj(const Descriptor& d, const LayerCounters& counters) const {
  require_width("input", d.input.bits);
  require_width("output", d.requant.out.bits);
  EnergyFigures pj;
  charge_array(d, counters, pj);
  charge_post(d, counters, pj);
  charge_control(counters, pj);
  charge_memory(counters, pj);
  // What a layer does not need of such units is switched off.
  const Figure mw = leakage_mw + extra_for(d).leakage_mw;
  pj[EnergyPart::kLeakage] = {mw.amount * count(counters.cycles) * period_ns() * kPjPerMilliwattNs,
                              mw.by};
  return pj;
}

BufferCost CostParts::tables() const {
  return sram.buffer({"a table", "its words"}, double{kTableBytes} * config.array.columns,
                     kTableWordBits, config.array.columns);
}

CostParts::Extra CostParts::extra_for(const Descriptor& d) const {
  if (d.has_table()) {
    const BufferCost memories = tables();
    return {area(memories), leakage(memories)};
  }
  if (d.requant.counts) {
    const MeasuredUnit tree = post.threshold_tree(threshold_levels(d));
    const double bits = ((1 << threshold_levels(d)) - 1) * config.accumulator.bits;
    const double columns = config.array.columns;
    return {columns * (area(tree) + bits * Figure{registers.area_um2(), registers.by()}),
            columns * kMilliwattPerNanowatt *
                (leakage(tree) + bits * Figure{registers.leakage_nw(), registers.by()})};
  }
  if (!multiplies_maps(d)) return {};
  const MeasuredUnit unit = post.product(config.array.activation_bits);
  const double columns = config.array.columns;
  return {columns * area(unit), columns * kMilliwattPerNanowatt * leakage(unit)};
}

AreaFigures CostParts::area_for(const std::vector<Descriptor>& layers) const {
  AreaFigures all = area_um2;
  bool has_tables = false, has_products = false;
  Figure trees;  // the largest that any layer needs
  for (const Descriptor& d : layers) {
    if (d.requant.counts) {
      const Figure tree = extra_for(d).area_um2;
      if (tree.amount > trees.amount) trees = tree;
      continue;
    }
    bool& is_built = d.has_table() ? has_tables : has_products;
    if (is_built) continue;
    const Figure more = extra_for(d).area_um2;
    is_built = more.amount > 0;
    all[AreaPart::kPoolAdd] = all[AreaPart::kPoolAdd] + more;
  }
  const bool rounds_twice = std::any_of(layers.begin(), layers.end(), [](const Descriptor& d) {
    return d.requant.rounding == Rounding::kTwice;
  });
  if (rounds_twice) {
    all[AreaPart::kRequantizers] = PostCost::kRoundingTwiceArea * all[AreaPart::kRequantizers];
  }
  all[AreaPart::kRequantizers] = all[AreaPart::kRequantizers] + trees;
  return all;
}

void CostParts::charge_array(const Descriptor& d, const LayerCounters& counters,
                             EnergyFigures& pj) const {
  const double zero_fraction = counters.input_codes == 0
                                   ? kTableZeroFraction
                                   : count(counters.input_zeros) / count(counters.input_codes);
  const double logic = logic_pj_per_fj();
  if (counters.pe_cycles + counters.weight_loads + counters.activation_loads > 0) {
    require_width("weight", d.weight.bits);
    const PeEnergy fj = pe->per_cycle(d.weight.bits, d.input.bits, zero_fraction);
    const Extrapolations by = pe->energy_extrapolations(d.weight.bits, d.input.bits);
    const double cycles = count(counters.pe_cycles);
    pj[EnergyPart::kMultiply] = {logic * fj.multiply * cycles, by};
    pj[EnergyPart::kAccumulate] = {logic * fj.accumulate * cycles, by};
    pj[EnergyPart::kOperandRegisters] = {logic * pe->operands_fj(fj, counters), by};
    pj[EnergyPart::kAccumulatorRegisters] = {logic * fj.accumulators * cycles, by};
  }
  const RegisterLoads& bits = counters.registers;
  const double activation_bit_fj = registers.clocked_fj(activation_toggle_rate(zero_fraction)),
               random_bit_fj = registers.clocked_fj(kRandomToggleRate);
  const double edge_fj = activation_bit_fj * count(bits.edge_activation_bits) +
                         random_bit_fj * count(bits.edge_weight_bits);
  pj[EnergyPart::kEdgeRegisters] = {logic * edge_fj, registers.by()};
  pj[EnergyPart::kFeeder] = {logic * feeder.bit().energy_fj * count(counters.feeder_bits),
                             feeder.by()};
  pj[EnergyPart::kShadowRegisters] = {logic * random_bit_fj * count(bits.shadow_bits),
                                      registers.by()};
}

void CostParts::charge_post(const Descriptor& d, const LayerCounters& counters,
                            EnergyFigures& pj) const {
  const double logic = logic_pj_per_fj();
  if (d.has_table()) return charge_table(d, counters, pj);
  const bool is_product = multiplies_maps(d);
  if (d.requant.counts) {
    charge_thresholds(d, counters, pj);
  } else if (counters.requantized > 0) {
    const MeasuredUnit unit = post.requantizer(d.requant.out.bits, d.requant.rounding);
    Figure fj = energy(unit);
    // Each operand of an addition is multiplied, and so is the sum where it is rounded twice.
    if (d.kind == LayerKind::kAdd && d.requant.multiplies && !is_product) {
      fj = (d.requant.adds_twice() ? 3 : 2) * fj;
    }
    if (d.requant.rounding == Rounding::kTwice) fj = PostCost::kRoundingTwice * fj;
    if (d.requant.leaky) fj = PostCost::kWithSlopes * fj;
    if (d.requant.is_bounded()) fj = fj + energy(post.bounds(d.requant.out.bits));
    pj[EnergyPart::kRequantize] = count(counters.requantized) * (logic * fj);
  }
  Figure pool_add_fj;
  if (counters.pool_operations > 0) {
    pool_add_fj = count(counters.pool_operations) * energy(pool_unit(d));
  }
  if (counters.additions > 0) {
    const MeasuredUnit unit = is_product ? post.product(std::max(d.input.bits, d.input2.bits))
                                         : post.adder(aligned_sum_bits(d, config.accumulator));
    pool_add_fj = pool_add_fj + count(counters.additions) * energy(unit);
  }
  pj[EnergyPart::kPoolAdd] = logic * pool_add_fj;
}

/// Of a sum that is compared, and of the registers that take a channel's thresholds with every
/// pixel tile.
void CostParts::charge_thresholds(const Descriptor& d, const LayerCounters& counters,
                                  EnergyFigures& pj) const {
  const Shape out = d.output_shape();
  const double tiles = 1.0 * d.images() * ceil_div(out.height, d.tiling.tile_h) *
                       ceil_div(out.width, d.tiling.tile_w),
               bits =
                   1.0 * out.channels * d.requant.thresholds_a_channel() * config.accumulator.bits;
  const Figure taken{tiles * bits * registers.clocked_fj(kRandomToggleRate), registers.by()};
  const Figure compared =
      count(counters.requantized) * energy(post.threshold_tree(threshold_levels(d)));
  pj[EnergyPart::kRequantize] = logic_pj_per_fj() * (compared + taken);
}

/// A read a code; every lane's memory is written anew in every step. Nothing is requantized.
void CostParts::charge_table(const Descriptor& d, const LayerCounters& counters,
                             EnergyFigures& pj) const {
  const double bits = 1.0 * table_entries(d.input) * d.requant.out.bits,
               words = std::ceil(bits / kTableWordBits) * config.array.columns;
  const BufferCost memory = tables();
  const double access = count(counters.requantized) * memory.all.read_pj +
                        static_cast<double>(step_count(d)) * words * memory.all.write_pj;
  pj[EnergyPart::kPoolAdd] = {config.cost.sram_factor * access, memory.by};
}

void CostParts::charge_control(const LayerCounters& counters, EnergyFigures& pj) const {
  pj[EnergyPart::kDma] = logic_pj_per_fj() * control.dma_fj(counters);
  pj[EnergyPart::kSequencer] = logic_pj_per_fj() * control.sequencer_fj(counters);
}

void CostParts::charge_memory(const LayerCounters& counters, EnergyFigures& pj) const {
  const double factor = config.cost.sram_factor;
  pj[EnergyPart::kInputBuffer] = factor * access_pj(input, counters.input_buffer);
  pj[EnergyPart::kWeightBuffer] = factor * access_pj(weight, counters.weight_buffer);
  pj[EnergyPart::kOutputBuffer] = factor * access_pj(output, counters.output_buffer);
  pj[EnergyPart::kAccumulatorBuffer] = factor * access_pj(accumulator, counters.accumulator_buffer);

  const DramEvents& events = counters.dram;
  if (config.memory == MemoryKind::kIdeal) {
    pj[EnergyPart::kDramRead] = {*config.ideal.energy_pj_per_byte * count(events.read_bytes), {}};
    pj[EnergyPart::kDramWrite] = {*config.ideal.energy_pj_per_byte * count(events.write_bytes), {}};
    return;
  }
  const double read_pj = *dram.read_core_pj_per_bit + *dram.io_read_pj_per_bit,
               write_pj = *dram.write_core_pj_per_bit + *dram.io_write_pj_per_bit;
  const double background_mw_ps = *dram.standby_active_mw * count(events.active_ps) +
                                  *dram.standby_precharged_mw * count(events.precharged_ps);
  pj[EnergyPart::kDramActivate] = {*dram.act_pre_pj * count(events.activates), dram_by};
  pj[EnergyPart::kDramRead] = {read_pj * 8 * count(events.read_bytes), dram_by};
  pj[EnergyPart::kDramWrite] = {write_pj * 8 * count(events.write_bytes), dram_by};
  pj[EnergyPart::kDramRefresh] = {*dram.refresh_pj * count(events.refreshes), dram_by};
  pj[EnergyPart::kDramBackground] = {kPjPerMilliwattPs * background_mw_ps, dram_by};
}

LayerCounters one_of_each(const Descriptor& d) {
  LayerCounters counters;
  counters.pe_cycles = d.kind == LayerKind::kConv;
  counters.requantized = 1;
  counters.pool_operations = d.kind == LayerKind::kPool || d.fused_pool > 1;
  counters.additions = d.kind == LayerKind::kAdd;
  return counters;
}

}  // namespace dcnsim

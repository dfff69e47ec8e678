// SPDX-License-Identifier: Apache-2.0
#include "models/cost/cost_model.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include "models/base/table/csv.h"
#include "models/cost/cost_parts.h"
#include "models/cost/dram_estimate.h"

namespace dcnsim {
namespace {

constexpr double kPjPerFj = 1e-3;
constexpr double kPjPerMilliwattPs = 1e-3;
constexpr double kPjPerMilliwattNs = 1;
constexpr double kMilliwattPerNanowatt = 1e-6;

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

/// Bits of the sum of two codes after aligning their binary points.
int aligned_sum_bits(const Format& a, const Format& b) {
  const int frac = std::max(a.frac, b.frac);
  return std::max(a.bits + frac - a.frac, b.bits + frac - b.frac) + 1;
}

double buffer_pj(const BufferCost& buffer, const SramAccesses& accesses) {
  return count(accesses.reads) * buffer.all.read_pj + count(accesses.writes) * buffer.all.write_pj;
}

}  // namespace

double total(const Breakdown& breakdown) {
  double sum = 0;
  for (const auto& [name, amount] : breakdown) sum += amount;
  return sum;
}

std::string tables_folder(const std::string& shipped, const AcceleratorConfig& config) {
  return config.cost.tables.empty() ? shipped : config.cost.tables;
}

CostParts::CostParts(const std::string& tables_dir, const AcceleratorConfig& accelerator)
    : config(accelerator),
      pe(make_pe_cost(tables_dir, accelerator)),
      post(tables_dir, accelerator),
      registers(tables_dir, accelerator.cost),
      array_registers(dcnsim::array_registers(accelerator)),
      sram(tables_dir, accelerator.cost, pe->node_nm()),
      dram(load_dram_spec(tables_dir, accelerator.dram.preset)),
      dram_sha256(CsvTable::load(tables_dir + "/dram.csv").sha256()) {
  const auto shape = [this](const char* name, const BufferConfig& b) {
    return sram.buffer(name, static_cast<double>(b.capacity_bytes), b.word_bits, b.all_banks());
  };
  input = shape("input_buffer", config.input_buffer);
  weight = shape("weight_buffer", config.weight_buffer);
  output = shape("output_buffer", config.output_buffer);
  if (has_accumulator_buffer()) {
    // A bank for each column: all columns update a partial sum in the same cycle.
    accumulator = sram.buffer("accumulator_buffer (one bank a column)",
                              static_cast<double>(config.accumulator_buffer_bytes),
                              config.accumulator.bits, config.array.columns);
  }
  dram_by = complete_energies(dram, tables_dir, config.cost);
}

PostUnit CostParts::requantizer() const {
  return post.requantizer(config.array.activation_bits, Rounding::kHalfUp);
}
PostUnit CostParts::maximum() const { return post.maximum(config.array.activation_bits); }
PostUnit CostParts::adder() const { return post.adder(config.array.activation_bits); }

PostUnit CostParts::pool_unit(const Descriptor& d) const {
  if (d.kind == LayerKind::kPool && d.pool.kind == PoolKind::kAverage) {
    const std::int64_t window = std::int64_t{d.pool.kernel_h} * d.pool.kernel_w;
    return post.adder(sum_bits(d.input.bits, window));
  }
  // A fused pool works on output codes, a stand-alone one on input codes.
  return post.maximum(d.kind == LayerKind::kPool ? d.input.bits : d.requant.out.bits);
}

PostUnit CostParts::add_unit(const Descriptor& d) const {
  return post.adder(aligned_sum_bits(d.input, d.input2));
}

struct CostModel::Impl {
  Impl(const std::string& tables_dir, const AcceleratorConfig& config)
      : parts(tables_dir, config) {}

  double leakage_mw() const;

  CostParts parts;
};

CostModel::CostModel(const std::string& tables_dir, const AcceleratorConfig& config) {
  validate(config);
  impl_ = std::make_unique<Impl>(tables_folder(tables_dir, config), config);
}
CostModel::~CostModel() = default;
CostModel::CostModel(CostModel&&) noexcept = default;

std::vector<Provenance> CostModel::provenance(const std::vector<Descriptor>& layers) const {
  return provenance_of(impl_->parts, layers);
}

double CostModel::Impl::leakage_mw() const {
  const double columns = parts.config.array.columns;
  const double register_bits =
      count(parts.array_registers.edge_bits + parts.array_registers.shadow_bits);
  const double logic_nw = parts.config.array.rows * columns * parts.pe->unit().leakage_nw +
                          register_bits * parts.registers.leakage_nw() +
                          columns * (parts.requantizer().leakage_nw + parts.maximum().leakage_nw +
                                     parts.adder().leakage_nw);
  return logic_nw * kMilliwattPerNanowatt + parts.input.all.leakage_mw +
         parts.weight.all.leakage_mw + parts.output.all.leakage_mw +
         parts.accumulator.all.leakage_mw;
}

Breakdown CostModel::layer_energy_pj(const Descriptor& d, const LayerCounters& counters) const {
  const CostParts& p = impl_->parts;
  const CostConfig& factors = p.config.cost;
  const double logic = kPjPerFj * factors.logic_factor * factors.clock_tree_factor;
  require_width("input", d.input.bits);
  require_width("output", d.requant.out.bits);

  const double zero_fraction = counters.input_codes == 0
                                   ? kTableZeroFraction
                                   : count(counters.input_zeros) / count(counters.input_codes);
  PeEnergy pe;
  if (counters.pe_cycles + counters.weight_loads + counters.activation_loads > 0) {
    require_width("weight", d.weight.bits);
    pe = p.pe->per_cycle(d.weight.bits, d.input.bits, zero_fraction);
  }
  const double activation_bit_fj = p.registers.clocked_fj(activation_toggle_rate(zero_fraction));
  const double random_bit_fj = p.registers.clocked_fj(kRandomToggleRate);
  const double edge_fj = activation_bit_fj * count(counters.registers.edge_activation_bits) +
                         random_bit_fj * count(counters.registers.edge_weight_bits);

  const double requantize_fj =
      counters.requantized == 0
          ? 0
          : p.post.requantizer(d.requant.out.bits, d.requant.rounding).energy_fj;
  const double pool_fj = counters.pool_operations == 0 ? 0 : p.pool_unit(d).energy_fj;
  const double add_fj = counters.additions == 0 ? 0 : p.add_unit(d).energy_fj;

  const DramEvents& dram = counters.dram;
  const double background_mw_ps = *p.dram.standby_active_mw * count(dram.active_ps) +
                                  *p.dram.standby_precharged_mw * count(dram.precharged_ps);
  return {
      {"multiply", logic * pe.multiply * count(counters.pe_cycles)},
      {"accumulate", logic * pe.accumulate * count(counters.pe_cycles)},
      {"operand_registers", logic * p.pe->operands_fj(pe, counters)},
      {"accumulator_registers", logic * pe.accumulators * count(counters.pe_cycles)},
      {"edge_registers", logic * edge_fj},
      {"shadow_registers", logic * random_bit_fj * count(counters.registers.shadow_bits)},
      {"requantize", logic * requantize_fj * count(counters.requantized)},
      {"pool_add",
       logic * (pool_fj * count(counters.pool_operations) + add_fj * count(counters.additions))},
      {"input_buffer", factors.sram_factor * buffer_pj(p.input, counters.input_buffer)},
      {"weight_buffer", factors.sram_factor * buffer_pj(p.weight, counters.weight_buffer)},
      {"output_buffer", factors.sram_factor * buffer_pj(p.output, counters.output_buffer)},
      {"accumulator_buffer",
       factors.sram_factor * buffer_pj(p.accumulator, counters.accumulator_buffer)},
      {"dram_activate", *p.dram.act_pre_pj * count(dram.activates)},
      {"dram_read",
       (*p.dram.read_core_pj_per_bit + *p.dram.io_read_pj_per_bit) * 8 * count(dram.read_bytes)},
      {"dram_write",
       (*p.dram.write_core_pj_per_bit + *p.dram.io_write_pj_per_bit) * 8 * count(dram.write_bytes)},
      {"dram_refresh", *p.dram.refresh_pj * count(dram.refreshes)},
      {"dram_background", kPjPerMilliwattPs * background_mw_ps},
      {"leakage",
       impl_->leakage_mw() * count(counters.cycles) * p.period_ns() * kPjPerMilliwattNs}};
}

void CostModel::require_energies(const std::vector<Descriptor>& layers) const {
  for (const Descriptor& d : layers) {
    LayerCounters one_of_each;
    one_of_each.pe_cycles = d.kind == LayerKind::kConv;
    one_of_each.requantized = 1;
    one_of_each.pool_operations = d.kind == LayerKind::kPool || d.fused_pool > 1;
    one_of_each.additions = d.kind == LayerKind::kAdd;
    layer_energy_pj(d, one_of_each);
  }
}

Breakdown CostModel::area_um2() const {
  const CostParts& p = impl_->parts;
  const double columns = p.config.array.columns;
  return {{"pe_array", p.config.array.rows * columns * p.pe->unit().area_um2},
          {"edge_registers", count(p.array_registers.edge_bits) * p.registers.area_um2()},
          {"shadow_registers", count(p.array_registers.shadow_bits) * p.registers.area_um2()},
          {"requantizers", columns * p.requantizer().area_um2},
          {"pool_add", columns * (p.maximum().area_um2 + p.adder().area_um2)},
          {"input_buffer", p.input.all.area_um2},
          {"weight_buffer", p.weight.all.area_um2},
          {"output_buffer", p.output.all.area_um2},
          {"accumulator_buffer", p.accumulator.all.area_um2}};
}

}  // namespace dcnsim

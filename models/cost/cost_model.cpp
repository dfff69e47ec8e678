// SPDX-License-Identifier: Apache-2.0
#include "models/cost/cost_model.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include "models/cost/cost_parts.h"
#include "models/cost/csv.h"

namespace dcnsim {
namespace {

constexpr double kPjPerFj = 1e-3;
constexpr double kPjPerMilliwattPs = 1e-3;
constexpr double kPjPerMilliwattNs = 1;
constexpr double kMilliwattPerNanowatt = 1e-6;

double count(std::uint64_t events) { return static_cast<double>(events); }

/// The tables say nothing about them; a file that lacks one leaves the field empty.
void require_dram_components(const DramSpec& dram) {
  const std::pair<const char*, const std::optional<double>&> all[] = {
      {"act_pre_energy_pj", dram.act_pre_pj},
      {"read_core_energy_pj_per_bit", dram.read_core_pj_per_bit},
      {"write_core_energy_pj_per_bit", dram.write_core_pj_per_bit},
      {"io_read_energy_pj_per_bit", dram.io_read_pj_per_bit},
      {"io_write_energy_pj_per_bit", dram.io_write_pj_per_bit},
      {"refresh_energy_pj_per_ref", dram.refresh_pj},
      {"standby_precharged_mw", dram.standby_precharged_mw},
      {"standby_active_mw", dram.standby_active_mw}};
  for (const auto& [column, value] : all) {
    if (value) continue;
    throw std::runtime_error("dram.csv: dram.preset " + dram.preset + ": no " + column +
                             "; its energy cannot be computed");
  }
}

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
      sram(tables_dir, accelerator.cost, pe->node_nm()),
      dram(load_dram_spec(tables_dir, accelerator.dram.preset)),
      dram_sha256(CsvTable::load(tables_dir + "/dram.csv").sha256()) {
  const auto shape = [this](const char* name, const BufferConfig& b) {
    return sram.buffer(name, static_cast<double>(b.capacity_bytes), b.word_bits, b.banks);
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
  require_dram_components(dram);
}

PostUnit CostParts::requantizer() const {
  return post.requantizer(config.array.activation_bits, Rounding::kHalfUp);
}
PostUnit CostParts::maximum() const { return post.maximum(config.array.activation_bits); }
PostUnit CostParts::adder() const { return post.adder(config.array.activation_bits); }

struct CostModel::Impl {
  Impl(const std::string& tables_dir, const AcceleratorConfig& config)
      : parts(tables_dir, config), provenance(provenance_of(parts)) {}

  double pool_operation_fj(const Descriptor& d) const;
  double leakage_mw() const;

  CostParts parts;
  std::vector<Provenance> provenance;
};

CostModel::CostModel(const std::string& tables_dir, const AcceleratorConfig& config) {
  validate(config);
  impl_ = std::make_unique<Impl>(tables_folder(tables_dir, config), config);
}
CostModel::~CostModel() = default;
CostModel::CostModel(CostModel&&) noexcept = default;

const std::vector<Provenance>& CostModel::provenance() const { return impl_->provenance; }

double CostModel::Impl::pool_operation_fj(const Descriptor& d) const {
  if (d.kind == LayerKind::kPool && d.pool.kind == PoolKind::kAverage) {
    const std::int64_t window = std::int64_t{d.pool.kernel_h} * d.pool.kernel_w;
    return parts.post.adder(sum_bits(d.input.bits, window)).energy_fj;
  }
  // A fused pool works on output codes, a stand-alone one on input codes.
  const int bits = d.kind == LayerKind::kPool ? d.input.bits : d.requant.out.bits;
  return parts.post.maximum(bits).energy_fj;
}

double CostModel::Impl::leakage_mw() const {
  const double columns = parts.config.array.columns;
  const double logic_nw = parts.config.array.rows * columns * parts.pe->unit().leakage_nw +
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

  PeEnergy pe;
  if (counters.pe_cycles + counters.weight_loads + counters.activation_loads > 0) {
    require_width("weight", d.weight.bits);
    pe = p.pe->per_cycle(d.weight.bits, d.input.bits,
                         counters.input_codes == 0
                             ? kTableZeroFraction
                             : count(counters.input_zeros) / count(counters.input_codes));
  }

  const double requantize_fj =
      counters.requantized == 0
          ? 0
          : p.post.requantizer(d.requant.out.bits, d.requant.rounding).energy_fj;
  const double pool_fj = counters.pool_operations == 0 ? 0 : impl_->pool_operation_fj(d);
  const double add_fj =
      counters.additions == 0 ? 0 : p.post.adder(aligned_sum_bits(d.input, d.input2)).energy_fj;

  const DramEvents& dram = counters.dram;
  const double background_mw_ps = *p.dram.standby_active_mw * count(dram.active_ps) +
                                  *p.dram.standby_precharged_mw * count(dram.precharged_ps);
  return {
      {"multiply", logic * pe.multiply * count(counters.pe_cycles)},
      {"accumulate", logic * pe.accumulate * count(counters.pe_cycles)},
      {"operand_registers", logic * p.pe->operands_fj(pe, counters)},
      {"accumulator_registers", logic * pe.accumulators * count(counters.pe_cycles)},
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
      // The counters hold one time for all ganged channels, which open and close rows together.
      {"dram_background", kPjPerMilliwattPs * background_mw_ps * p.config.dram.channels},
      {"leakage",
       impl_->leakage_mw() * count(counters.cycles) * p.period_ns() * kPjPerMilliwattNs}};
}

Breakdown CostModel::area_um2() const {
  const CostParts& p = impl_->parts;
  const double columns = p.config.array.columns;
  return {{"pe_array", p.config.array.rows * columns * p.pe->unit().area_um2},
          {"requantizers", columns * p.requantizer().area_um2},
          {"pool_add", columns * (p.maximum().area_um2 + p.adder().area_um2)},
          {"input_buffer", p.input.all.area_um2},
          {"weight_buffer", p.weight.all.area_um2},
          {"output_buffer", p.output.all.area_um2},
          {"accumulator_buffer", p.accumulator.all.area_um2}};
}

}  // namespace dcnsim

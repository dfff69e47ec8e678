// SPDX-License-Identifier: Apache-2.0
#include "models/cost/mac_cost.h"

#include <algorithm>
#include <stdexcept>

#include "models/arch/accelerator_config.h"
#include "models/cost/accumulator_ratio.h"
#include "models/cost/library_ratio.h"
#include "models/cost/pe_rows.h"
#include "models/perf/counters.h"

namespace dcnsim {

MacCost::MacCost(const PriceTables& tables, const AcceleratorConfig& config)
    : technology_(config.cost.technology),
      weight_bits_(config.array.weight_bits),
      activation_bits_(config.array.activation_bits),
      passes_sums_on_(config.array.dataflow == Dataflow::kWeightStationary),
      zeros_(tables, technology_, passes_sums_on_) {
  data_ = "CNN-like operands";
  const MacPoint mac = native(tables, config);
  native_ = mac.energy;
  unit_ = mac.unit;
  const NarrowRows& narrow =
      narrow_rows(tables, technology_, weight_bits_, activation_bits_, config.accumulator.bits);
  narrow_ = narrow.energies;
  narrow_rule_ = NarrowRatio::rule(tables);
  if (!narrow_.empty()) {
    energy_table_ = narrow.table;
    error_bars_.energy += narrow.error_bars.energy;
    error_bars_.accumulate += narrow.error_bars.accumulate;
  }
  if (config.cost.extrapolate) {
    estimated_narrow_.emplace(tables, weight_bits_, activation_bits_);
  }
  corrections_.push_back(zeros_.source());
  if (passes_sums_on_) pass_sums_on(tables, config);
}

MacPoint MacCost::native(const PriceTables& tables, const AcceleratorConfig& config) {
  const MacTable& own = MacTable::of(tables, technology_, config.accumulator.bits);
  const bool is_other_accumulator = own.points().empty();
  const MacTable& table = is_other_accumulator ? MacTable::of(tables, technology_) : own;
  node_nm_ = table.node_nm();
  conditions_ = table.conditions();
  temperature_c_ = table.temperature_c();
  error_bars_ = table.error_bars();
  unit_table_ = energy_table_ = table.id();

  std::optional<MacPoint> mac = table.at(weight_bits_, activation_bits_);
  native_interpolated_ = table.points().find(weight_bits_, activation_bits_) == nullptr;
  if (!mac) {
    const std::string refusal = table.path() + ": no data for a " +
                                pair_name(weight_bits_, activation_bits_) + " MAC in " +
                                technology_ + " (array.weight_bits, array.activation_bits)";
    const MacTable& full = MacTable::of(tables, kFullLibrary);
    mac = full.at(weight_bits_, activation_bits_);
    if (!mac) throw std::runtime_error(refusal);
    const LibraryRatio ratio = library_ratio(tables, technology_);
    require_extrapolation(config.cost, refusal, ratio.mac_rule());
    error_bars_ = full.error_bars();
    mac = scaled(*mac, ratio.parts);
    native_interpolated_ = false;
    extrapolations_.push_back(ratio.mac_rule());
  }
  if (is_other_accumulator) scale_accumulator(tables, config, *mac);
  return *mac;
}

void MacCost::scale_accumulator(const PriceTables& tables, const AcceleratorConfig& config,
                                MacPoint& mac) {
  const int bits = config.accumulator.bits;
  const std::string refusal = unit_table_.file + ": no data for a " + std::to_string(bits) +
                              "-bit accumulator in " + technology_ + " (accumulator.bits)";
  if (bits < weight_bits_ + activation_bits_) {
    throw std::runtime_error(refusal + ": narrower than a product of " +
                             pair_name(weight_bits_, activation_bits_));
  }
  const AccumulatorRatio ratio(tables);
  const double operand_bits = (weight_bits_ + activation_bits_) / 2.0;
  if (technology_ != kFullLibrary || !ratio.is_measured(operand_bits, bits)) {
    const Extrapolation rule{
        "32-bit accumulators changed by the measured ratios to 24 and 48 bits "
        "at 45 nm, linear in their width",
        ratio.error_bars().rule.text()};
    require_extrapolation(config.cost, refusal, rule);
    extrapolations_.push_back(rule);
  }
  const MacPoint changed = ratio.at(operand_bits, bits);
  if (!(changed.energy.accumulate > 0 && changed.energy.accumulators > 0 &&
        changed.unit.area_um2 > 0 && changed.unit.leakage_nw > 0)) {
    throw std::runtime_error(refusal + ": too far from 32 bits");
  }
  mac = scaled(mac, changed);
  corrections_.push_back({"accumulator_width", ratio.id(), ratio.conditions(),
                          ratio.error_bars().energy.text(),
                          "ratios to 32 bits at the mean of the native widths; linear in the "
                          "accumulator's width and between 4, 8 and 16-bit operands"});
}

void MacCost::pass_sums_on(const PriceTables& tables, const AcceleratorConfig& config) {
  const double native_bits = (weight_bits_ + activation_bits_) / 2.0;
  cell_ = systolic_cell(tables, technology_, config.accumulator.bits, native_bits);
  if (!cell_ && config.cost.extrapolate) {
    cell_ = systolic_cell(tables, kFullLibrary, kTableAccumulatorBits, native_bits);
    if (cell_) {
      extrapolations_.push_back(
          {"sums passed on as in 45 nm cells with 32-bit accumulators", cell_->rule_error_bar});
    }
  }
  if (!cell_) return;
  unit_ = scaled(unit_, cell_->ratio.unit);
  Correction source = cell_->source;
  source.note = "ratios to units that accumulate in place, at the native widths";
  if (cell_->is_interpolated) source.note += "; linear in their mean";
  corrections_.push_back(source);
}

int MacCost::narrowed_weight(int bits) const { return std::clamp(bits, 2, weight_bits_); }
int MacCost::narrowed_activation(int bits) const { return std::clamp(bits, 2, activation_bits_); }

PeEnergy MacCost::per_cycle(int weight_bits, int activation_bits, double zero_fraction) const {
  PeEnergy energy = in_place(weight_bits, activation_bits);
  if (cell_) energy = scaled(energy, cell_->ratio.energy);
  const double bits =
      (std::min(weight_bits, weight_bits_) + std::min(activation_bits, activation_bits_)) / 2.0;
  return scaled(energy, zeros_.ratio(bits, zero_fraction));
}

bool MacCost::is_beyond_tables(int weight_bits, int activation_bits) const {
  const bool is_native = weight_bits == weight_bits_ && activation_bits == activation_bits_;
  return !is_native && narrow_.around(weight_bits, activation_bits).empty();
}

PeEnergy MacCost::in_place(int weight_bits, int activation_bits) const {
  const int w = narrowed_weight(weight_bits), a = narrowed_activation(activation_bits);
  const bool is_native = w == weight_bits_ && a == activation_bits_;
  // Systolic cells are exact at native widths; 8 x 8 and 16 x 16 were measured again for narrow_.
  if (is_native && (cell_ || narrow_.around(w, a).empty())) return native_;
  if (!is_beyond_tables(w, a)) return blend_energy(narrow_.around(w, a));
  if (estimated_narrow_) return scaled(native_, estimated_narrow_->at(w, a));
  throw std::runtime_error(
      "mac_subword.csv: no data for " + pair_name(w, a) + " operands on a " +
      pair_name(weight_bits_, activation_bits_) + " datapath in " + technology_ +
      "; give the array the operands' widths or take another native width; cost.extrapolate: true "
      "would take " +
      narrow_rule_.text());
}

Extrapolations MacCost::energy_extrapolations(int weight_bits, int activation_bits) const {
  Extrapolations all = extrapolations_;
  if (is_beyond_tables(narrowed_weight(weight_bits), narrowed_activation(activation_bits))) {
    all.push_back(narrow_rule_);
  }
  return all;
}

double MacCost::operands_fj(const PeEnergy& energy, const LayerCounters& counters) const {
  if (cell_) return energy.operands * static_cast<double>(counters.pe_cycles);
  const double w = weight_bits_, a = activation_bits_;
  return energy.operands / (w + a) *
         (w * static_cast<double>(counters.weight_loads) +
          a * static_cast<double>(counters.activation_loads));
}

std::vector<std::string> MacCost::energy_remarks() const {
  std::vector<std::string> remarks;
  if (!narrow_.empty()) {
    remarks.push_back(
        "data narrower than the hardware: sign-extended operands, linear between measured widths");
  }
  if (native_interpolated_) remarks.push_back("native widths linear between measured ones");
  remarks.push_back("1-bit operands charged as 2-bit");
  remarks.push_back("unsigned activations charged as signed ones");
  if (cell_) {
    remarks.push_back("corrected for partial sums that are passed on (systolic_cell)");
  } else {
    if (passes_sums_on_) {
      remarks.push_back("charged as accumulating in place: no data for passing partial sums on");
    }
    remarks.push_back("operand registers split over operands by native width");
  }
  remarks.push_back("corrected for zero activations");
  return remarks;
}

std::vector<std::string> MacCost::unit_remarks() const {
  if (native_interpolated_) return {"linear between measured widths"};
  return {};
}

}  // namespace dcnsim

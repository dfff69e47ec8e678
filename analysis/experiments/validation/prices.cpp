// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <stdexcept>
#include <utility>

#include "analysis/experiments/validation/anchor.h"
#include "models/arch/descriptor.h"
#include "models/perf/counters.h"
#include "models/perf/datapath/datapath.h"

namespace dcnsim {
namespace {

/// What a price may be off by, downwards and upwards.
struct Bar {
  double low = 1, high = 1;
};

/// Of a bar as the shipped tables write it: "/2.5 .. x1.3", "x1 .. x4", "+-30 %".
std::optional<Bar> read_bar(const std::string& text) {
  double a = 0, b = 0;
  if (std::sscanf(text.c_str(), "/%lf .. x%lf", &a, &b) == 2 && a > 0) return Bar{1 / a, b};
  if (std::sscanf(text.c_str(), "x%lf .. x%lf", &a, &b) == 2) return Bar{a, b};
  if (std::sscanf(text.c_str(), "+-%lf %%", &a) == 1) return Bar{1 - a / 100, 1 + a / 100};
  return std::nullopt;
}

/// A share of a price, with the component of the provenance whose bar it has.
struct Share {
  double amount = 0;
  std::string component;
  bool is_buffer_area = false;
};
using Shares = std::vector<Share>;

/// A machine and the widths of what it works on.
struct Priced {
  const Machine& machine;
  int weight_bits = 8, activation_bits = 8;

  EnergyBreakdown energy_pj(const LayerCounters& counters) const {
    Descriptor d;
    d.weight.bits = weight_bits;
    d.input.bits = d.requant.out.bits = activation_bits;
    return machine.cost.layer_energy_pj(d, counters);
  }
};

Share share(const EnergyBreakdown& pj, EnergyPart part, double units) {
  return {pj[part] / units, std::string(info(part).source())};
}

/// fJ of a PE in a cycle, all its operands new.
Shares pe_fj(const Priced& p) {
  constexpr std::uint64_t kMany = 1000000;
  LayerCounters counters;
  counters.pe_cycles = counters.weight_loads = counters.activation_loads = kMany;
  const EnergyBreakdown pj = p.energy_pj(counters);
  constexpr double kPerFj = kMany * 1e-3;
  return {share(pj, EnergyPart::kMultiply, kPerFj), share(pj, EnergyPart::kAccumulate, kPerFj),
          share(pj, EnergyPart::kOperandRegisters, kPerFj),
          share(pj, EnergyPart::kAccumulatorRegisters, kPerFj)};
}

/// fJ of a product.
Shares mac_fj(const Priced& p) {
  const DatapathMode mode = datapath_mode(p.machine.config.array, p.weight_bits, p.activation_bits);
  Shares shares = pe_fj(p);
  for (Share& s : shares) s.amount *= 1.0 * mode.passes / mode.group;
  return shares;
}

/// Buffers' areas have their bars among the remarks of their energies.
Share area_mm2(const Priced& p, AreaPart part) {
  return {p.machine.cost.area_um2()[part] * 1e-6, std::string(info(part).source()), true};
}

/// What the column `part` of the table calls so.
const std::map<std::string, std::function<Shares(const Priced&)>> kParts = {
    {"multiplying", [](const Priced& p) { return Shares{pe_fj(p)[0]}; }},
    {"accumulating", [](const Priced& p) { return Shares{pe_fj(p)[1]}; }},
    {"pe", pe_fj},
    {"mac", mac_fj},
    {"pe_area",
     [](const Priced& p) {
       const ArrayConfig& array = p.machine.config.array;
       Share s{p.machine.cost.area_um2()[AreaPart::kPeArray] / array.rows / array.columns,
               std::string(info(AreaPart::kPeArray).source())};
       return Shares{s};
     }},
    {"input_read",
     [](const Priced& p) {
       LayerCounters counters;
       counters.input_buffer.reads = 1;
       return Shares{share(p.energy_pj(counters), EnergyPart::kInputBuffer, 1)};
     }},
    {"buffer_area",
     [](const Priced& p) {
       return Shares{area_mm2(p, AreaPart::kInputBuffer), area_mm2(p, AreaPart::kWeightBuffer),
                     area_mm2(p, AreaPart::kOutputBuffer),
                     area_mm2(p, AreaPart::kAccumulatorBuffer)};
     }},
    {"bit_from_dram", [](const Priced& p) {
       LayerCounters counters;
       counters.dram.read_bytes = 1;
       return Shares{share(p.energy_pj(counters), EnergyPart::kDramRead, 8)};
     }}};

std::optional<Bar> bar_of(const Machine& machine, const Share& share) {
  constexpr const char* kAreaBar = "error bar of area ";
  for (const Provenance& p : machine.cost.provenance()) {
    if (p.component != share.component) continue;
    if (!share.is_buffer_area) return read_bar(p.error_bar);
    const std::size_t at = p.note.find(kAreaBar);
    if (at != std::string::npos) return read_bar(p.note.substr(at + std::strlen(kAreaBar)));
  }
  return std::nullopt;
}

/// The tables' voltage and node, and the exponent of the node in what was measured at 45 and 7 nm.
constexpr double kVolts = 1.1, kNodeNm = 45, kEnergyExponent = 0.6;

double scale(const CsvTable& table, std::size_t row) {
  const std::optional<double> volts = table.optional_number(row, table.column("vdd_v")),
                              node = table.optional_number(row, table.column("node_nm"));
  return std::pow(volts.value_or(kVolts) / kVolts, 2) *
         std::pow(node.value_or(kNodeNm) / kNodeNm, kEnergyExponent);
}

}  // namespace

AnchorGroup prices(const ValidationInputs& inputs) {
  AnchorGroup group{
      "prices", "Energy and area",
      "Prices of the tables (45 nm, 1.1 V, operands as in networks) against published ones, "
      "energies brought to their voltage (squared) and node (to the power of 0.6, as between our "
      "own 45 and 7 nm). Nothing was fitted; the error bars were drawn from these comparisons. "
      "Covered: the published figure lies within the bar of ours, that of sums part by part. Bit "
      "Fusion's are vectorless reports of a synthesis, which take few nets to switch; Horowitz's "
      "are of operators "
      "by themselves, without registers; UNPU's of a chip, with all its memories."};
  const CsvTable table = inputs.table("prices");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto text = [&](const char* name) { return table.text(row, table.column(name)); };
    const auto part = kParts.find(text("part"));
    if (part == kParts.end()) table.fail(row, table.column("part"), "no part that is priced");
    const Machine machine = inputs.machine(text("machine"), text("changes"));
    const Shares shares = part->second({machine, table.integer(row, table.column("weight_bits")),
                                        table.integer(row, table.column("act_bits"))});
    Anchor anchor{text("name"),
                  text("figure"),
                  table.number(row, table.column("published")),
                  0,
                  ValidationInputs::file_of(text("machine")),
                  text("changes"),
                  text("source")};
    const double factor = scale(table, row);
    double low = 0, high = 0;
    bool has_bar = true;
    for (const Share& s : shares) {
      const std::optional<Bar> bar = bar_of(machine, s);
      has_bar = has_bar && bar;
      anchor.ours += factor * s.amount;
      low += factor * s.amount * bar.value_or(Bar{}).low;
      high += factor * s.amount * bar.value_or(Bar{}).high;
    }
    if (has_bar) anchor.covered = low <= anchor.published && anchor.published <= high;
    group.anchors.push_back(std::move(anchor));
  }
  return group;
}

}  // namespace dcnsim

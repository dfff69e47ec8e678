// SPDX-License-Identifier: Apache-2.0
// What a report must say about each figure: table, conditions, error bar, substitutions.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/arch/config_fields.h"
#include "models/arch/descriptor.h"
#include "models/base/text/printable.h"
#include "models/cost/cost_parts.h"
#include "models/perf/counters.h"

namespace dcnsim {
namespace {

using fields::decimal;

/// Joins remarks with "; ".
class Remarks {
 public:
  Remarks& add(bool condition, const std::string& remark) {
    if (condition) text_ += (text_.empty() ? "" : "; ") + remark;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Names the published figures that its error bar was drawn against, if the rows state any.
std::string drawn_against(const ErrorBars& bars) {
  return bars.against.has_rows() ? "error bar drawn against " + bars.against.text() : "";
}

/// Says that these rules stand behind the figure too.
Provenance labelled(Provenance p, const Extrapolations& by) {
  Remarks rules, bars;
  std::set<std::string> said;
  for (const Extrapolation& e : by) {
    if (!said.insert(e.text()).second) continue;
    rules.add(true, e.text());
    bars.add(true, e.error_bar);
  }
  if (said.empty()) return p;
  p.extrapolated = true;
  p.note = "EXTRAPOLATED: " + rules.add(!p.note.empty(), p.note).text();
  p.error_bar = bars.text() + " beside " + p.error_bar;
  return p;
}

/// The component that states what `part` rests on.
template <class Part>
std::string component_of(Part part) {
  return std::string(info(part).source());
}

/// Rules by component.
using Rules = std::map<std::string, Extrapolations>;

template <class Part, std::size_t kCount>
void add_rules(const EnumArray<Part, Figure, kCount>& figures, Rules& rules) {
  for (const Part part : figures.keys()) {
    Extrapolations& all = rules[component_of(part)];
    all.insert(all.end(), figures[part].by.begin(), figures[part].by.end());
  }
}

Descriptor native_convolution(const ArrayConfig& array) {
  Descriptor d;
  d.kind = LayerKind::kConv;
  d.weight.bits = array.weight_bits;
  d.input.bits = d.requant.out.bits = array.activation_bits;
  return d;
}

Rules rules_of(const CostParts& p, const std::vector<Descriptor>& layers) {
  Rules rules;
  add_rules(p.area_for(layers), rules);
  for (const Descriptor& layer : layers) add_rules(p.energy_pj(layer, one_of_each(layer)), rules);
  return rules;
}

std::string dram_bar(const DramSpec& dram) {
  return dram.energy_error_bar.empty() ? kNotStated + (", confidence " + dram.confidence)
                                       : printable(dram.energy_error_bar);
}

std::string dram_conditions(const DramSpec& dram, int channels) {
  return dram.preset + ", " + std::to_string(channels) +
         (channels == 1 ? " channel, " : " channels, ") +
         (dram.conditions.empty() ? "conditions not stated" : printable(dram.conditions));
}

Provenance memory_entry(const CostParts& p) {
  const std::string component = component_of(EnergyPart::kDramRead);
  if (p.config.memory == MemoryKind::kIdeal) {
    return {
        component,
        "the accelerator file",
        "",
        "an ideal memory, memory.energy_pj_per_byte " + decimal(*p.config.ideal.energy_pj_per_byte),
        kNotStated,
        "as stated; nothing but its bytes counts"};
  }
  return {component,
          "dram.csv",
          p.dram_sha256,
          dram_conditions(p.dram, p.config.dram.channels),
          dram_bar(p.dram),
          Remarks()
              .add(true, "source: " + p.dram.source)
              .add(!p.dram_against.empty(), "error bar drawn against " + printable(p.dram_against))
              .text()};
}

std::string leakage_note(const CostParts& p) {
  return Remarks()
      .add(true,
           "of the array; other registers, requantizers, control and buffers from their own tables")
      .add(p.pe->temperature_c() == "25", "five to ten times higher at 85 C")
      .add(true, "scaled by no factor")
      .text();
}

std::string requantizer_note(const AcceleratorConfig& config) {
  const std::string widths = "linear between measured widths, 1 bit charged as 2; rounding modes ";
  if (config.requantizer == RequantizerKind::kShift) {
    return "variable shift, with registers; " + widths +
           "other than half-to-even charged as half-up";
  }
  return "a multiplier of " + std::to_string(config.accumulator.multiplier_bits) +
         " bits and a variable shift, with registers, for layers of powers of two too; with slopes "
         "18 % more, rounding twice 6 % and 11 % of area; " +
         widths + "charged as half-up";
}

std::string logic_factors(const CostConfig& cost) {
  return Remarks()
      .add(cost.logic_factor != 1, "times logic_factor " + decimal(cost.logic_factor))
      .add(cost.clock_tree_factor != 1,
           "times clock_tree_factor " + decimal(cost.clock_tree_factor))
      .text();
}

std::string pe_note(const CostParts& p) {
  const std::string factors = logic_factors(p.config.cost);
  Remarks remarks;
  for (const std::string& remark : p.pe->energy_remarks()) remarks.add(true, remark);
  const std::string against = drawn_against(p.pe->error_bars());
  return remarks.add(true, "idle PEs taken as clock-gated")
      .add(!factors.empty(), factors)
      .add(!against.empty(), against)
      .text();
}

std::string accumulate_note(const CostParts& p) {
  const bool passed_on = p.config.array.dataflow == Dataflow::kWeightStationary;
  const bool macs = p.config.array.datapath == DatapathFamily::kBitParallel;
  return Remarks()
      .add(true, pe_note(p))
      .add(passed_on && !macs,
           "charged as accumulating in place: passing partial sums from PE to PE was measured for "
           "bit-parallel MACs only")
      .text();
}

std::string array_note(const CostParts& p) {
  Remarks remarks;
  remarks.add(
      true,
      "cell area and leakage; divide area by 0.7 for placement; in no area: host registers, "
      "interconnect, arbitration and handshakes, multiplexers between register sets, clock "
      "tree, test logic");
  for (const std::string& remark : p.pe->unit_remarks()) remarks.add(true, remark);
  return remarks
      .add(p.critical_path.ns > p.period_ns(), "clock of " + decimal(p.config.clock_mhz) +
                                                   " MHz is too fast: " + p.critical_path.text())
      .text();
}

Provenance buffer_entry(const CostParts& p, EnergyPart part, const BufferCost& buffer) {
  const double factor = p.config.cost.sram_factor;
  const std::string against = drawn_against(p.sram.error_bars());
  return {component_of(part),
          p.sram.table(),
          p.sram.sha256(),
          p.sram.conditions(),
          p.sram.error_bars().energy.text(),
          Remarks()
              .add(buffer.interpolated, "log-log between measured shapes")
              .add(p.sram.error_bars().area.text() != kNotStated,
                   "error bar of area " + p.sram.error_bars().area.text())
              .add(!against.empty(), against)
              .add(factor != 1, "access energy times sram_factor " + decimal(factor))
              .text()};
}

Provenance feeder_entry(const CostParts& p, const std::string& and_factors) {
  return {component_of(EnergyPart::kFeeder),
          p.feeder.table().file,
          p.feeder.table().sha256,
          p.feeder.conditions() + ", CNN-like activations",
          p.feeder.error_bars().energy.text(),
          "a rotator of " + std::to_string(p.window_feeder.lanes) +
              " lanes and the register behind it, turned anew for every fetch; linear in the "
              "levels of multiplexers between measured ones; 50 % zero activations" +
              and_factors};
}

std::vector<Provenance> control_entries(const CostParts& p, const std::string& and_factors) {
  const ControlCost& control = p.control;
  const ControlBits& bits = control.bits();
  const std::string address = std::to_string(bits.buffer_address) + " bits",
                    bar_of_area = "; error bar of area " + control.error_bars().area.text();
  const auto entry = [&](EnergyPart part, const std::string& note) {
    return Provenance{component_of(part),
                      control.table().file,
                      control.table().sha256,
                      control.conditions() + ", random data",
                      control.error_bars().energy.text(),
                      "first order: " + note + bar_of_area + and_factors};
  };
  return {entry(EnergyPart::kDma,
                "a FIFO of two beats each way, generators of addresses in memory and of " +
                    address + " in the buffers for three streams, " +
                    std::to_string(bits.requests + bits.dma_settings) +
                    " bits of requests and settings; charged by the beat"),
          entry(EnergyPart::kSequencer,
                "generators of addresses of " + address +
                    " through six loops for three buffers and the tiles, " +
                    std::to_string(bits.descriptors + bits.sequencer_settings) +
                    " bits of descriptors and settings; charged by the cycle at work and by the "
                    "descriptor")};
}

bool count_thresholds(const std::vector<Descriptor>& layers) {
  return std::any_of(layers.begin(), layers.end(),
                     [](const Descriptor& d) { return d.requant.counts; });
}

/// Of requantizers, with the comparison trees of layers that count.
Provenance requantizer_entry(const CostParts& p, const std::vector<Descriptor>& layers,
                             const std::string& and_factors) {
  const bool counts = count_thresholds(layers);
  ErrorBar bar = p.post.requantizer_error_bars().energy;
  if (counts) bar += p.post.threshold_error_bars().energy;
  return {component_of(EnergyPart::kRequantize),
          p.post.table(),
          p.post.sha256(),
          p.post.conditions() + ", CNN-like operands",
          bar.text(),
          Remarks()
              .add(true, requantizer_note(p.config) + and_factors)
              .add(counts,
                   "thresholds: a comparison tree a column, and registers that hold a channel's "
                   "thresholds, of the layer that has most")
              .text()};
}

/// Of pools and additions, with what these layers need beside.
Provenance pool_add_entry(const CostParts& p, const std::vector<Descriptor>& layers,
                          const std::string& and_factors) {
  const bool has_tables =
      std::any_of(layers.begin(), layers.end(), [](const Descriptor& d) { return d.has_table(); });
  const bool has_products = std::any_of(layers.begin(), layers.end(), multiplies_maps);
  ErrorBar bar = p.post.pool_add_error_bars().energy;
  if (has_products) bar += p.post.product_error_bars().energy;
  if (has_tables) bar += p.sram.error_bars().energy;
  return {component_of(EnergyPart::kPoolAdd),
          p.post.table(),
          p.post.sha256(),
          p.post.conditions() + ", CNN-like (max) or uniform (add) operands",
          bar.text(),
          Remarks()
              .add(true,
                   "with registers; linear between measured widths, adders at least 16 bits "
                   "wide" +
                       and_factors)
              .add(has_products, "multipliers of maps, CNN-like operands, a column each")
              .add(has_tables, "tables: the smallest bank of " + p.sram.table() +
                                   " a column, read for each code, written in every step")
              .text()};
}

/// Without the rules.
std::vector<Provenance> statements(const CostParts& p, const std::vector<Descriptor>& layers) {
  const std::string data = p.pe->conditions() + ", " + p.pe->data();
  const ErrorBars& bars = p.pe->error_bars();
  const auto pe = [&](EnergyPart part, const ErrorBar& bar, const std::string& note) {
    return Provenance{component_of(part),
                      p.pe->energy_table().file,
                      p.pe->energy_table().sha256,
                      data,
                      bar.text(),
                      note};
  };
  const auto post = [&](const std::string& component, const char* operands, const ErrorBar& bar,
                        const std::string& note) {
    return Provenance{component,       p.post.table(),
                      p.post.sha256(), p.post.conditions() + operands,
                      bar.text(),      note};
  };
  const std::string factors = logic_factors(p.config.cost);
  const std::string and_factors = factors.empty() ? "" : "; " + factors;
  const auto registers = [&](EnergyPart part, const std::string& which) {
    return Provenance{
        component_of(part),
        p.registers.table().file,
        p.registers.table().sha256,
        p.registers.conditions() + ", random data, activations with the layer's zeros",
        p.registers.error_bars().energy.text(),
        which +
            "; clocked only when they take new data; linear between measured "
            "toggle rates" +
            and_factors};
  };

  std::vector<Provenance> all = {
      pe(EnergyPart::kMultiply, bars.energy, pe_note(p)),
      pe(EnergyPart::kAccumulate, bars.accumulate, accumulate_note(p)),
      pe(EnergyPart::kOperandRegisters, bars.energy, pe_note(p)),
      pe(EnergyPart::kAccumulatorRegisters, bars.energy, accumulate_note(p)),
      registers(EnergyPart::kEdgeRegisters, "operands fetched a step ahead and the array's skew"),
      registers(EnergyPart::kShadowRegisters,
                p.config.array.dataflow == Dataflow::kWeightStationary
                    ? "weights beside those of the PEs' tables: two sets, of all bits"
                    : "sums on their way out of the array"),
      requantizer_entry(p, layers, and_factors),
      pool_add_entry(p, layers, and_factors),
      buffer_entry(p, EnergyPart::kInputBuffer, p.input),
      buffer_entry(p, EnergyPart::kWeightBuffer, p.weight),
      buffer_entry(p, EnergyPart::kOutputBuffer, p.output)};
  if (p.has_feeder()) all.push_back(feeder_entry(p, and_factors));
  for (const Correction& c : p.pe->corrections()) {
    all.push_back({c.what, c.table.file, c.table.sha256, c.conditions, c.error_bar, c.note});
  }
  if (p.has_accumulator_buffer()) {
    all.push_back(buffer_entry(p, EnergyPart::kAccumulatorBuffer, p.accumulator));
  }
  for (Provenance& entry : control_entries(p, and_factors)) all.push_back(std::move(entry));
  all.push_back(memory_entry(p));
  all.push_back({component_of(AreaPart::kPeArray), p.pe->unit_table().file,
                 p.pe->unit_table().sha256, p.pe->conditions(), bars.area.text(), array_note(p)});
  const bool counts = count_thresholds(layers);
  ErrorBar of_requantizers = p.post.requantizer_error_bars().area;
  if (counts) of_requantizers += p.post.threshold_error_bars().area;
  all.push_back(post(component_of(AreaPart::kRequantizers), "", of_requantizers,
                     std::string("cell area and leakage of a half-up requantizer") +
                         (counts ? ", a comparison tree and the registers of its thresholds" : "") +
                         " for each column"));
  all.push_back({component_of(EnergyPart::kLeakage), p.pe->unit_table().file,
                 p.pe->unit_table().sha256, p.pe->conditions(), kNotStated, leakage_note(p)});
  return all;
}

}  // namespace

std::vector<Provenance> provenance_of(const CostParts& p, const std::vector<Descriptor>& layers) {
  const Rules rules = rules_of(
      p, layers.empty() ? std::vector<Descriptor>{native_convolution(p.config.array)} : layers);
  std::vector<Provenance> all;
  for (const Provenance& entry : statements(p, layers)) {
    const auto by = rules.find(entry.component);
    all.push_back(by == rules.end() ? entry : labelled(entry, by->second));
    if (!p.config.cost.tables.empty() && !entry.sha256.empty()) {
      all.back().table = p.config.cost.tables + '/' + all.back().table;
    }
  }
  return all;
}

}  // namespace dcnsim

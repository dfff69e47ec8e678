// SPDX-License-Identifier: Apache-2.0
#include "analysis/whatif/what_if.h"

#include <algorithm>
#include <cmath>
#include <exception>

#include "analysis/evaluation/timing.h"
#include "analysis/whatif/variants.h"

namespace dcnsim {
namespace {

/// Of the chains of the network and of its layers. Each further link of a new mapping is a search
/// for every change; of a layer's own chain it would be one of the whole network.
struct Links {
  std::size_t network, layer;
};

Links links_of(WhatIfMapping mapping) {
  return mapping == WhatIfMapping::kFixed ? Links{3, 3} : Links{2, 1};
}

std::optional<CostModel> cost_model(const PriceTables& tables, const AcceleratorConfig& config) {
  try {
    return CostModel(tables, config);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<double> energy_pj(const CostModel& cost, const Variants::Case& one,
                                double zero_fraction) {
  try {
    return cost.layer_energy_pj(one.layer, with_expected_zeros(*one.counters, zero_fraction))
        .total();
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::vector<Descriptor> as_it_is(Variants& variants) {
  std::vector<Descriptor> layers;
  for (std::size_t i = 0; i < variants.layers(); ++i) layers.push_back(variants.as_it_is(i).layer);
  return layers;
}

/// Energies of the last rows of the layers; returns the area. To price a machine takes longer than
/// to evaluate a layer: only where the change makes a difference.
std::optional<double> priced(const Machine& machine, const std::vector<double>& zero_fractions,
                             std::size_t change, Variants& variants,
                             std::vector<WhatIfTable>& layers) {
  const bool matters = std::any_of(layers.begin(), layers.end(), [](const WhatIfTable& layer) {
    return makes_difference(layer.rows.back().saved_cycles, layer.cycles);
  });
  if (!matters) return std::nullopt;
  const auto cost = cost_model(machine.tables, variants.variant(only(change)).config);
  if (!cost) return std::nullopt;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Variants::Case& one = variants.with(0, change, i);
    if (one.counters) layers[i].rows.back().energy_pj = energy_pj(*cost, one, zero_fractions.at(i));
  }
  return cost->area_um2(as_it_is(variants)).total();
}

std::uint64_t refresh_cycles(const Machine& machine) {
  const AcceleratorConfig& config = machine.config;
  if (config.memory != MemoryKind::kDram || !config.dram.refreshes) return 0;
  return static_cast<std::uint64_t>(
      std::ceil(machine.dram.trfc_ns * 1e-9 / machine.clock_period_s()));
}

WhatIfRow row_of(Variants& variants, std::size_t change, std::size_t layer) {
  const Variants::Variant& variant = variants.variant(only(change));
  WhatIfRow row;
  const Variants::Case& one = variants.with(0, change, layer);
  if (!variant.why_none.empty()) {
    row.outcome = Outcome::kNoMachine;
    row.why_not = variant.why_none;
  } else if (!one.counters) {
    row.outcome = Outcome::kNotExecutable;
    row.why_not = variant.why_illegal[layer];
  } else {
    row.outcome = one.skipped ? Outcome::kTooLittle : Outcome::kEvaluated;
    row.saved_cycles = static_cast<std::int64_t>(variants.as_it_is(layer).counters->cycles) -
                       static_cast<std::int64_t>(one.counters->cycles);
  }
  return row;
}

/// Adds a layer's row to that of the network, in which one layer that cannot be executed is enough.
void add(WhatIfRow& sum, const WhatIfRow& row, const std::string& layer, bool is_first) {
  if (is_first) {
    sum = row;
    if (row.outcome == Outcome::kNotExecutable) sum.why_not = layer + ": " + row.why_not;
    return;
  }
  sum.saved_cycles += row.saved_cycles;
  sum.energy_pj = sum.energy_pj && row.energy_pj ? std::optional(*sum.energy_pj + *row.energy_pj)
                                                 : std::nullopt;
  if (sum.outcome == Outcome::kTooLittle) sum.outcome = row.outcome;
  if (row.outcome == Outcome::kNotExecutable && sum.outcome != Outcome::kNotExecutable) {
    sum.outcome = row.outcome;
    sum.why_not = layer + ": " + row.why_not;
  }
  if (sum.outcome == Outcome::kNotExecutable) sum.saved_cycles = 0;
}

std::optional<std::uint64_t> cycles(const Variants::Case& one) {
  return one.counters ? std::optional(one.counters->cycles) : std::nullopt;
}

std::vector<Limit> limits_of_layer(Variants& variants, std::size_t layer, std::uint64_t as_it_is,
                                   std::uint64_t refresh, std::size_t most_links) {
  return limits({as_it_is, refresh, most_links, [&](ChangeSet done, std::size_t change) {
                   return cycles(variants.with(done, change, layer));
                 }});
}

std::vector<Limit> limits_of_network(Variants& variants, std::uint64_t as_it_is,
                                     std::uint64_t refresh, std::size_t most_links) {
  return limits({as_it_is, refresh, most_links,
                 [&](ChangeSet done, std::size_t change) -> std::optional<std::uint64_t> {
                   std::uint64_t sum = 0;
                   for (std::size_t layer = 0; layer < variants.layers(); ++layer) {
                     const auto one = cycles(variants.with(done, change, layer));
                     if (!one) return std::nullopt;
                     sum += *one;
                   }
                   return sum;
                 }});
}

}  // namespace

WhatIfReport what_if(const Machine& machine, const FixedNetwork& network,
                     const std::vector<LayerMapping>& mappings,
                     const std::vector<double>& zero_fractions, WhatIfMapping mapping,
                     const MapperOptions& options) {
  Variants variants(machine, network, mappings, mapping, options);
  WhatIfReport report;
  report.mapping = mapping;
  report.area_um2 = machine.cost.area_um2(as_it_is(variants)).total();
  report.layers.resize(variants.layers());
  for (std::size_t i = 0; i < variants.layers(); ++i) {
    WhatIfTable& layer = report.layers[i];
    layer.cycles = variants.as_it_is(i).counters->cycles;
    layer.energy_pj =
        energy_pj(machine.cost, variants.as_it_is(i), zero_fractions.at(i)).value_or(0);
    report.total.cycles += layer.cycles;
    report.total.energy_pj += layer.energy_pj;
  }
  for (std::size_t change = 0; change < what_ifs().size(); ++change) {
    for (std::size_t i = 0; i < variants.layers(); ++i) {
      report.layers[i].rows.push_back(row_of(variants, change, i));
    }
    report.areas_um2.push_back(priced(machine, zero_fractions, change, variants, report.layers));
    WhatIfRow sum;
    for (std::size_t i = 0; i < variants.layers(); ++i) {
      add(sum, report.layers[i].rows.back(), network.layers[i].node.name, i == 0);
    }
    report.total.rows.push_back(std::move(sum));
  }
  const std::uint64_t refresh = refresh_cycles(machine);
  report.total.limits =
      limits_of_network(variants, report.total.cycles, refresh, links_of(mapping).network);
  for (std::size_t i = 0; i < variants.layers(); ++i) {
    report.layers[i].limits =
        limits_of_layer(variants, i, report.layers[i].cycles, refresh, links_of(mapping).layer);
  }
  return report;
}

}  // namespace dcnsim

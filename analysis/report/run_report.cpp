// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/run_report.h"

namespace dcnsim {

double ThroughputReport::interval_cycles() const {
  double sum = 0;
  for (std::size_t i = 1; i < cycles.size(); ++i) sum += static_cast<double>(cycles[i]);
  return sum / static_cast<double>(cycles.size() - 1);
}

LayerCounters RunReport::totals() const {
  LayerCounters sum;
  for (const LayerReport& layer : layers) sum += layer.counters;
  return sum;
}

Attribution RunReport::attribution() const {
  Attribution sum;
  for (const LayerReport& layer : layers) sum += layer.attribution();
  return sum;
}

std::uint64_t RunReport::correct() const {
  return static_cast<std::uint64_t>(std::count(right.begin(), right.end(), '1'));
}

EnergyBreakdown RunReport::energy_pj() const {
  EnergyBreakdown sum;
  for (const LayerReport& layer : layers) sum += layer.energy_pj;
  return sum;
}

Diagnosis RunReport::diagnosis(std::size_t layer) const {
  const LayerReport& one = layers.at(layer);
  return diagnose(one.attribution(), one.counters, accelerator.array,
                  what_if ? &what_if->layers.at(layer) : nullptr,
                  what_if ? what_if->mapping : WhatIfMapping::kFixed);
}

Diagnosis RunReport::diagnosis() const {
  return diagnose(attribution(), totals(), accelerator.array, what_if ? &what_if->total : nullptr,
                  what_if ? what_if->mapping : WhatIfMapping::kFixed);
}

std::uint64_t dram_read_bytes(const LayerCounters& counters) {
  return counters.stream_bytes.total() - dram_write_bytes(counters);
}

std::uint64_t dram_write_bytes(const LayerCounters& counters) {
  return counters.stream_bytes[Stream::kOutput];
}

double utilization(const LayerCounters& counters, const ArrayConfig& array) {
  const double slots = static_cast<double>(counters.cycles) * array.rows * array.columns;
  return slots == 0 ? 0 : static_cast<double>(counters.pe_cycles) / slots;
}

double zero_fraction(const LayerCounters& counters) {
  return counters.input_codes == 0 ? 0
                                   : static_cast<double>(counters.input_zeros) /
                                         static_cast<double>(counters.input_codes);
}

std::vector<std::string> extrapolated_components(const std::vector<Provenance>& provenance) {
  std::vector<std::string> components;
  for (const Provenance& p : provenance) {
    if (p.extrapolated) components.push_back(p.component);
  }
  return components;
}

}  // namespace dcnsim

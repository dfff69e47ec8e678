// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/priced_point.h"

#include <cmath>

#include "analysis/report/json_parts.h"
#include "models/arch/accelerator_yaml.h"
#include "models/perf/attribution.h"

namespace dcnsim {
namespace {

/// Energies of layers are for pictures: six digits are enough, and a third of the room.
double six_digits(double value) {
  if (value == 0) return 0;
  const double scale = std::pow(10.0, 5 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

template <class Array>
Json names() {
  Json list = Json::array();
  for (const auto key : Array::keys()) list.push_back(to_string(key));
  return list;
}

Json layer_json(const Descriptor& d, const LayerCounters& c, const EnergyBreakdown& energy) {
  Json energies = Json::array();
  for (const double part : energy) energies.push_back(six_digits(part));
  return {{"bits",
           {d.kind == LayerKind::kConv ? Json(d.weight.bits) : Json(nullptr), d.input.bits,
            d.requant.out.bits}},
          {"macs", c.macs},
          {"mac_passes", c.pe_cycles},
          {"cycles", attribution(d.kind, c).values},
          {"traffic", c.stream_bytes.values},
          {"energy_pj", energies}};
}

}  // namespace

StoredPoint priced_point(const Machine& machine, const AllocationRecord& allocation,
                         const TimingRecord& timing) {
  StoredPoint point;
  Figures& f = point.figures;
  Json layers = Json::array();
  for (std::size_t i = 0; i < timing.layers.size(); ++i) {
    const LayerCounters counters =
        with_expected_zeros(timing.counters[i], allocation.zero_fractions.at(i));
    const EnergyBreakdown energy = machine.cost.layer_energy_pj(timing.layers[i], counters);
    f.cycles += counters.cycles;
    f.energy_pj += energy.total();
    f.traffic_bytes += counters.stream_bytes.total();
    layers.push_back(layer_json(timing.layers[i], counters, energy));
  }
  if (timing.stream.images > 0) {
    const double images = timing.stream.images;
    double cycles = 0, energy_pj = 0;
    for (std::size_t i = 0; i < timing.stream.layers.size(); ++i) {
      const LayerCounters counters =
          with_expected_zeros(timing.stream.counters[i], allocation.zero_fractions.at(i));
      cycles += static_cast<double>(counters.cycles);
      energy_pj += machine.cost.layer_energy_pj(timing.stream.layers[i], counters).total();
    }
    f.stream_seconds = cycles * machine.clock_period_s() / images;
    f.stream_energy_pj = energy_pj / images;
  }
  f.seconds = static_cast<double>(f.cycles) * machine.clock_period_s();
  f.area_um2 = machine.cost.area_um2(timing.layers).total();
  f.clock_share = machine.cost.clock_share();
  f.weight_bits = allocation.weight_bits;
  point.layers = layers.dump();
  return point;
}

std::string machine_json(const Machine& machine) {
  const AcceleratorConfig& c = machine.config;
  const DramSpec& d = machine.dram;
  return one_line(
      {{"yaml", to_yaml(c)},
       {"name", c.name},
       {"rows", c.array.rows},
       {"columns", c.array.columns},
       {"clock_mhz", c.clock_mhz},
       {"bus_bytes", c.dma.bus_bytes},
       {"dram_peak_bytes_per_s", d.data_rate_mtps * 1e6 * d.width_bits / 8 * c.dram.channels},
       {"area_um2", machine.cost.area_um2().values}});
}

std::set<std::string> provenance_texts(const Machine& machine,
                                       const std::vector<Descriptor>& layers) {
  std::set<std::string> sources;
  for (const Provenance& p : machine.cost.provenance(layers)) {
    sources.insert(one_line(provenance_json(p)));
  }
  return sources;
}

std::string components_json() {
  return Json{{"cycles", names<Attribution>()},
              {"traffic", names<StreamBytes>()},
              {"energy", names<EnergyBreakdown>()},
              {"area", names<AreaBreakdown>()}}
      .dump();
}

}  // namespace dcnsim

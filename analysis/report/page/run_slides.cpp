// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/run_slides.h"

#include <fmt/format.h>

#include <algorithm>

namespace dcnsim::page {
namespace {

constexpr std::size_t kMostNamed = 20;  ///< layers that a legend names

double sum(const Json& values) {
  double total = 0;
  for (const Json& value : values) total += value.get<double>();
  return total;
}

std::string words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

Plot layer_plot(const Json& result, const std::string& title, const std::string& unit) {
  Plot plot;
  plot.title = title;
  plot.subtitle = fmt::format("{} on {}", result["network"].get<std::string>(),
                              result["machine"]["name"].get<std::string>());
  plot.y_label = unit;
  plot.x_label = "layer";
  for (const Json& layer : result["layers"]) plot.x_ticks.push_back(layer["name"]);
  return plot;
}

/// Stacks of `parts`, each the sum of components of `kind`; parts that are 0 everywhere are left
/// out.
Plot stacks(Plot plot, const Json& result, const char* kind, const char* components,
            const std::vector<EnergyGroup>& parts, double unit) {
  const Json& names = result["components"][components];
  for (const EnergyGroup& part : parts) {
    Series series{part.name, {}};
    series.bars = true;
    double x = 0, most = 0;
    for (const Json& layer : result["layers"]) {
      double amount = 0;
      for (std::size_t i = 0; i < names.size(); ++i) {
        const bool own = std::find(part.components.begin(), part.components.end(), names[i]) !=
                         part.components.end();
        if (own) amount += layer[kind][i].get<double>() / unit;
      }
      most = std::max(most, amount);
      series.points.push_back({x++, amount});
    }
    if (most > 0) plot.series.push_back(std::move(series));
  }
  return plot;
}

/// A part for each component.
template <class Words>
std::vector<EnergyGroup> each(const Json& names, const Words& called) {
  std::vector<EnergyGroup> parts;
  for (const Json& name : names) parts.push_back({called(name), {name.get<std::string>()}});
  return parts;
}

Plot bit_plot(const Json& result) {
  Plot plot = layer_plot(result, "Bit-widths", "bits");
  plot.y_min = 0;
  plot.y_max = 17;
  std::size_t tensor = 0;
  for (const char* name : {"weights", "inputs", "outputs"}) {
    Series series{name, {}};
    double x = 0;
    for (const Json& layer : result["layers"]) {
      const Json& bits = layer["bits"][tensor];
      if (!bits.is_null()) series.points.push_back({x, bits.get<double>()});
      ++x;
    }
    plot.series.push_back(std::move(series));
    ++tensor;
  }
  return plot;
}

/// A layer between the roofs; see script/roofline.js.
struct Attained {
  std::string name;
  double macs_per_byte, macs_per_cycle, peak;
};

std::vector<Attained> attained(const Json& result) {
  const Json& streams = result["components"]["traffic"];
  const Json& machine = result["machine"];
  const double pes = machine["rows"].get<double>() * machine["columns"].get<double>();
  std::vector<Attained> layers;
  for (const Json& layer : result["layers"]) {
    const double macs = layer["macs"], cycles = sum(layer["cycles"]);
    double written = 0;
    for (std::size_t i = 0; i < streams.size(); ++i) {
      if (streams[i] == "output") written += layer["traffic"][i].get<double>();
    }
    const double busier = std::max(written, sum(layer["traffic"]) - written);
    if (!(macs > 0 && cycles > 0 && busier > 0)) continue;
    const double passes = std::max(1.0, layer["mac_passes"].get<double>());
    layers.push_back({layer["name"], macs / busier, macs / cycles, pes * macs / passes});
  }
  return layers;
}

Plot roofline_plot(const Json& result, const std::vector<Attained>& layers) {
  Plot plot = layer_plot(result, "Roofline", "MACs per cycle");
  plot.x_ticks.clear();
  plot.x_label = "MACs per byte in the bus's busier direction";
  plot.log_x = plot.log_y = true;
  double low = layers[0].macs_per_byte, high = low, peak = 0;
  for (const Attained& layer : layers) {
    low = std::min(low, layer.macs_per_byte);
    high = std::max(high, layer.macs_per_byte);
    peak = std::max(peak, layer.peak);
  }
  const double bus = result["machine"]["bus_bytes"];
  const double knee = peak / bus;
  Series roof{"array and bus",
              {{std::min(low, knee), bus * std::min(low, knee)},
               {knee, peak},
               {std::max(high, 2 * knee), peak}}};
  roof.marks = false;
  plot.series.push_back(std::move(roof));
  const bool named = layers.size() <= kMostNamed;
  for (const Attained& layer : layers) {
    const Point point{layer.macs_per_byte, layer.macs_per_cycle};
    if (named || plot.series.size() == 1) {
      plot.series.push_back({named ? layer.name : "layers", {point}, false});
    } else {
      plot.series.back().points.push_back(point);
    }
  }
  return plot;
}

Plot area_plot(const Json& result) {
  Plot plot = layer_plot(result, "Area by component", "mm2");
  plot.x_ticks.clear();
  plot.x_label = "";
  plot.legend_position = "none";
  Series series{"", {}};
  series.bars = true;
  const Json& names = result["components"]["area"];
  for (std::size_t i = 0; i < names.size(); ++i) {
    plot.x_ticks.push_back(words(names[i]));
    series.points.push_back(
        {static_cast<double>(i), 1e-6 * result["machine"]["area_um2"][i].get<double>()});
  }
  plot.series = {std::move(series)};
  return plot;
}

}  // namespace

std::vector<Slide> run_slides(const Json& result, const std::string& suffix) {
  if (result["layers"].empty()) return {};
  const Json& components = result["components"];
  std::vector<Slide> slides{
      {"cycles",
       stacks(layer_plot(result, "Cycles by cause", "clock cycles"), result, "cycles", "cycles",
              each(components["cycles"], [](const std::string& name) { return cause_words(name); }),
              1)},
      {"energy", stacks(layer_plot(result, "Energy by component", "energy, uJ"), result,
                        "energy_pj", "energy", energy_groups(components["energy"]), 1e6)},
      {"traffic", stacks(layer_plot(result, "Bus traffic by stream", "kB"), result, "traffic",
                         "traffic", each(components["traffic"], words), 1e3)},
      {"bit_widths", bit_plot(result)}};
  const std::vector<Attained> layers = attained(result);
  if (!layers.empty()) slides.push_back({"roofline", roofline_plot(result, layers)});
  if (!components["area"].empty()) slides.push_back({"area", area_plot(result)});
  for (Slide& slide : slides) slide.name += suffix;
  return slides;
}

}  // namespace dcnsim::page

// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/page/run_slides.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "analysis/plot/palette.h"
#include "analysis/report/page/palette.h"

namespace dcnsim::page {
namespace {

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

/// Components that are drawn as one.
struct Part {
  std::string name;
  std::string colour;
  std::vector<std::string> components;
};

/// Stacks of `parts`, each the sum of components of `kind`; parts that are 0 everywhere are left
/// out.
Plot stacks(Plot plot, const Json& result, const char* kind, const char* components,
            const std::vector<Part>& parts, double unit) {
  const Json& names = result["components"][components];
  for (const Part& part : parts) {
    Series series{part.name, {}};
    series.bars = true;
    series.colour = part.colour;
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
std::vector<Part> each(const Json& names, Things things, const Words& called) {
  std::vector<Part> parts;
  for (const Json& item : names) {
    const std::string name = item;
    parts.push_back({called(name), colour_of(things, name), {name}});
  }
  return parts;
}

std::vector<Part> energy_parts(const Json& components) {
  std::vector<Part> parts;
  for (const EnergyGroup& group : energy_groups(components)) {
    parts.push_back({group.name, colour_of(Things::kEnergies, group.name), group.components});
  }
  return parts;
}

Plot bit_plot(const Json& result) {
  Plot plot = layer_plot(result, "Bit-widths", "bits");
  plot.y_min = 0;
  plot.y_max = 17;
  std::size_t tensor = 0;
  for (const char* name : {"weights", "inputs", "outputs"}) {
    Series series{name, {}};
    series.colour = colour_of(Things::kTensors, name);
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

/// From the left edge up the slope of `rate` bytes a cycle to `peak`, named on its way.
Series slope(const std::string& what, double rate, double low, double peak) {
  const double knee = peak / rate, from = std::min(low, knee / 2);
  Series series{"", {{from, rate * from}, {std::cbrt(from * knee * knee), 0}, {knee, peak}}};
  series.points[1].y = rate * series.points[1].x;
  series.marks = false;
  series.colour = light_colour("muted");
  series.names = {"", fmt::format("{}, {:.3g} B a cycle", what, rate), ""};
  return series;
}

/// As script/roofline.js draws it.
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
  plot.y_max = 2 * peak;  // room for names above the roof
  const Json& machine = result["machine"];
  const double bus = machine["bus_bytes"];
  plot.series.push_back(slope("bus", bus, low, peak));
  double fastest = bus;
  if (const Json& dram = machine["dram_peak_bytes_per_s"]; !dram.is_null()) {
    const double rate = dram.get<double>() / (machine["clock_mhz"].get<double>() * 1e6);
    plot.series.push_back(slope("DRAM peak", rate, low, peak));
    fastest = std::max(fastest, rate);
  }
  const double knee = peak / fastest, end = std::max(high, 2 * peak / bus) * 2;
  Series roof{"", {{knee, peak}, {std::sqrt(knee * end), peak}, {end, peak}}};
  roof.marks = false;
  roof.colour = light_colour("muted");
  roof.names = {"", fmt::format("array, {:.4g}", peak), ""};
  plot.series.push_back(std::move(roof));
  Series marks{"", {}, false};
  marks.colour = light_colour("first");
  for (const Attained& layer : layers) {
    marks.points.push_back({layer.macs_per_byte, layer.macs_per_cycle});
    marks.names.push_back(layer.name);
  }
  plot.series.push_back(std::move(marks));
  return plot;
}

Plot area_plot(const Json& result) {
  Plot plot = layer_plot(result, "Area by component", "mm2");
  plot.x_ticks.clear();
  plot.x_label = "";
  plot.legend_position = "none";
  std::vector<std::pair<double, std::string>> parts;
  const Json& names = result["components"]["area"];
  for (std::size_t i = 0; i < names.size(); ++i) {
    parts.emplace_back(1e-6 * result["machine"]["area_um2"][i].get<double>(), names[i]);
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [area, name] : parts) {
    if (area == 0) continue;
    Series series{"", {{static_cast<double>(plot.x_ticks.size()), area}}};
    series.bars = true;
    series.colour = colour_of(Things::kAreas, name);
    plot.series.push_back(std::move(series));
    plot.x_ticks.push_back(words(name));
  }
  return plot;
}

}  // namespace

std::vector<Slide> run_slides(const Json& result, const std::string& suffix) {
  if (result["layers"].empty()) return {};
  const Json& components = result["components"];
  std::vector<Slide> slides{
      {"cycles",
       stacks(layer_plot(result, "Cycles by cause", "clock cycles"), result, "cycles", "cycles",
              each(components["cycles"], Things::kCauses,
                   [](const std::string& name) { return cause_words(name); }),
              1)},
      {"energy", stacks(layer_plot(result, "Energy by component", "energy, uJ"), result,
                        "energy_pj", "energy", energy_parts(components["energy"]), 1e6)},
      {"traffic", stacks(layer_plot(result, "Bus traffic by stream", "kB"), result, "traffic",
                         "traffic", each(components["traffic"], Things::kStreams, words), 1e3)},
      {"bit_widths", bit_plot(result)}};
  const std::vector<Attained> layers = attained(result);
  if (!layers.empty()) slides.push_back({"roofline", roofline_plot(result, layers)});
  if (!components["area"].empty()) slides.push_back({"area", area_plot(result)});
  for (Slide& slide : slides) slide.name += suffix;
  return slides;
}

}  // namespace dcnsim::page

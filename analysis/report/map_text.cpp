// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "analysis/report/map_report.h"
#include "analysis/report/what_if_text.h"
#include "models/base/text/printable.h"
#include "models/base/text/text_table.h"
#include "models/base/text/wrap.h"
#include "models/perf/tile_cuts.h"
#include "platform/compiler/mapper/mapping_yaml.h"

namespace dcnsim {
namespace {

using Align = TextTable::Align;

double kilobytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e3; }

std::uint64_t traffic(const LayerCounters& c) { return dram_read_bytes(c) + dram_write_bytes(c); }

std::string tile_text(LayerKind kind, const Tiling& t) {
  std::string text = fmt::format("{}x{}", t.tile_h, t.tile_w);
  if (t.tile_in != 0) text += fmt::format(" i{}", t.tile_in);
  if (kind != LayerKind::kConv) return text;
  return text + fmt::format(" c{} k{}", t.tile_channels, t.chunk_k);
}

std::string on_chip_text(const Descriptor& d) {
  return fmt::format("{}{}", d.input_on_chip ? "in" : "-", d.output_on_chip ? "/out" : "/-");
}

std::string percent(double share) { return fmt::format("{:.0f}", 100 * share); }

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  return fmt::format("{} ({:.1f} %)", part,
                     100 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string cycles_text(const MappedLayer& layer, const ArrayConfig& array) {
  const LayerCounters& c = counters_of(layer);
  const Attribution cycles = attribution_of(layer);
  std::string text = fmt::format("{}:", c.cycles);
  const auto add = [&](Cause cause) {
    if (cycles[cause] == 0) return;
    text += fmt::format("{} {} {}", text.back() == ':' ? "" : ",", words_of(cause),
                        share_text(cycles[cause], c.cycles));
  };
  for (const Cause cause : kCausesAtWork) add(cause);
  for (const Cause cause : kCausesOfWaiting) add(cause);
  return text + fmt::format("; {:.1f} % of the PEs at work, utilization {:.1f} %",
                            100 * pes_at_work(cycles, c, array), 100 * utilization(c, array));
}

std::string traffic_text(const LayerCounters& c) {
  std::string text = fmt::format("{:.1f} kB:", kilobytes(traffic(c)));
  for (const Stream stream : StreamBytes::keys()) {
    if (stream == Stream::kParameter && c.stream_bytes[stream] == 0) continue;  // mostly
    text += fmt::format("{} {} {:.1f}", text.back() == ':' ? "" : ",", to_string(stream),
                        kilobytes(c.stream_bytes[stream]));
  }
  return text;
}

std::string order_text(LoopOrder order) {
  const auto named = [&](const char* text) {
    return fmt::format("{} ({})", text, to_string(order));
  };
  switch (order) {
    case LoopOrder::kWeightOuter:
      return named("pixels stream past weights");
    case LoopOrder::kPixelOuter:
      return named("weights stream past pixels");
    case LoopOrder::kWeightChunkOuter:
      return named("pixels stream past chunks of weights");
    case LoopOrder::kPixelChunkOuter:
      return named("weights stream past chunks of pixels");
  }
  return "";
}

std::string tiles_text(const Descriptor& d) {
  const Tiling& t = d.tiling;
  const Shape out = d.output_shape();
  std::string text = fmt::format("{} of {} x {} of {} x {} outputs", pixel_tile_count(d), t.tile_h,
                                 t.tile_w, out.height, out.width);
  if (d.kind != LayerKind::kConv) return text;
  return text + fmt::format(", {} of {} channels, {} of {} reduction steps, {}",
                            channel_tile_count(d), t.tile_channels, chunk_count(d), t.chunk_k,
                            order_text(t.order));
}

std::string percent_more(double value, double best) {
  return best == 0 ? "" : fmt::format("{:+.2f} %", 100 * (value / best - 1));
}

/// A tiling beside the chosen one.
std::string rival_text(const MappedLayer& layer, const Tiling& t, const char* at_least,
                       std::uint64_t cycles, std::uint64_t bytes) {
  const LayerKind kind = layer.mapping.descriptor.kind;
  const LayerCounters& best = counters_of(layer);
  return fmt::format("{} {}: {}{} cycles ({}), {:.1f} kB ({})", tile_text(kind, t),
                     kind == LayerKind::kConv ? to_string(t.order) : "", at_least, cycles,
                     percent_more(static_cast<double>(cycles), static_cast<double>(best.cycles)),
                     kilobytes(bytes),
                     percent_more(static_cast<double>(bytes), static_cast<double>(traffic(best))));
}

/// The next best mappings and what they lose.
std::vector<std::string> runners_up(const MappedLayer& layer) {
  const std::vector<EvaluatedMapping>& best = layer.mapping.search.best;
  std::vector<std::string> texts;
  for (std::size_t i = 1; i < best.size(); ++i) {
    texts.push_back(
        rival_text(layer, best[i].tiling, "", best[i].counters.cycles, traffic(best[i].counters)));
  }
  return texts;
}

std::string why_text(const MappedLayer& layer) {
  const BoundedTiling& chosen = layer.choice->chosen;
  return fmt::format(
      "{}: with these tiles the layer cannot take less than {} cycles, {:.1f} % of those it takes",
      to_string(chosen.bound), chosen.cycles,
      100 * static_cast<double>(chosen.cycles) / static_cast<double>(counters_of(layer).cycles));
}

/// What the other loop orders come to.
std::vector<std::string> other_orders(const MappedLayer& layer) {
  std::vector<std::string> texts;
  for (const BoundedTiling& other : layer.choice->other_orders) {
    texts.push_back(rival_text(layer, other.tiling, "at least ", other.cycles, other.bytes) + ", " +
                    std::string(to_string(other.bound)));
  }
  return texts;
}

std::string what_ifs_text(const MapReport& report, const TextLayout& layout) {
  if (!report.what_if) return "";
  std::vector<std::string> names;
  for (const MappedLayer& layer : report.layers) names.push_back(layer.name);
  return '\n' + what_if_text(*report.what_if, names, layout);
}

}  // namespace

std::string to_text(const MappedStream& stream, double clock_mhz) {
  const std::string batch =
      stream.images == 1 ? "an image" : fmt::format("a batch of {}", stream.images);
  return fmt::format("{:.4g} images/s in a stream, {} every {} cycles",
                     stream.images_per_s(clock_mhz), batch, stream.interval_cycles);
}

std::string to_text(const MapReport& report, const TextLayout& layout) {
  const char *const at_work = "cycles at work", *const waits = "cycles waiting for",
                    *const buffers = "buffers, % full";
  std::vector<TextTable::Column> columns{{"layer", Align::kLeft, 0, "", 8},
                                         {"tile", Align::kLeft, 0, "", 12},
                                         {"order", Align::kLeft, 1},
                                         {"on chip", Align::kLeft},
                                         {"cycles"},
                                         {"util%"}};
  for (const Cause cause : kCausesAtWork) {
    columns.push_back({words_of(cause), Align::kRight, 2, at_work});
  }
  columns.push_back({"PEs%", Align::kRight, 2, at_work});
  for (const Cause cause : kCausesOfWaiting) {
    columns.push_back({words_of(cause), Align::kRight, 2, waits});
  }
  columns.push_back({"bus", Align::kRight, 2, "of these"});
  const std::vector<TextTable::Column> last{{"traffic kB"},
                                            {"in", Align::kRight, 3, buffers},
                                            {"w", Align::kRight, 3, buffers},
                                            {"out", Align::kRight, 3, buffers},
                                            {"acc", Align::kRight, 3, buffers},
                                            {"limited by", Align::kLeft, 0, "", 10}};
  columns.insert(columns.end(), last.begin(), last.end());
  TextTable table(columns);
  LayerCounters sum;
  double energy = 0;
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    const MappedLayer& layer = report.layers[i];
    const Descriptor& d = layer.mapping.descriptor;
    const LayerCounters& c = counters_of(layer);
    const Attribution cycles = attribution_of(layer);
    const BufferFill fill = buffer_fill(d, report.accelerator);
    const ArrayConfig& array = report.accelerator.array;
    std::vector<std::string> row{
        elide(layer.name, 16),
        tile_text(d.kind, d.tiling),
        std::string(
            to_string(d.kind == LayerKind::kConv ? d.tiling.order : LoopOrder::kPixelOuter)),
        on_chip_text(d),
        std::to_string(c.cycles),
        fmt::format("{:.1f}", 100 * utilization(c, array))};
    for (const Cause cause : kCausesAtWork) row.push_back(std::to_string(cycles[cause]));
    row.push_back(fmt::format("{:.1f}", 100 * pes_at_work(cycles, c, array)));
    for (const Cause cause : kCausesOfWaiting) row.push_back(std::to_string(cycles[cause]));
    for (const std::string& cell :
         {std::to_string(bus_cycles(cycles)), fmt::format("{:.1f}", kilobytes(traffic(c))),
          percent(fill.input), percent(fill.weight), percent(fill.output),
          percent(fill.accumulator), diagnosis(report, i).limit}) {
      row.push_back(cell);
    }
    table.add(row);
    sum += c;
    energy += layer.energy_pj;
  }
  std::string stream;
  if (report.stream) {
    stream = wrapped(to_text(*report.stream, report.accelerator.clock_mhz), layout.columns) + '\n';
  }
  return table.text(layout) + '\n' +
         wrapped(fmt::format("{} cycles, {:.1f} kB, {:.2f} uJ (no zeros among the data), each "
                             "layer by itself; mapped for {}",
                             sum.cycles, kilobytes(traffic(sum)), energy / 1e6,
                             to_string(report.accelerator.mapping.objective)),
                 layout.columns) +
         '\n' + stream + what_ifs_text(report, layout);
}

std::string explain(const MapReport& report, std::size_t index, const TextLayout& layout) {
  const MappedLayer& layer = report.layers.at(index);
  const Descriptor& d = layer.mapping.descriptor;
  const SearchResult& search = layer.mapping.search;
  const LayerCounters& c = counters_of(layer);
  const BufferFill fill = buffer_fill(d, report.accelerator);
  std::string text = elide(layer.name, 64) + '\n';
  const auto add = [&](const char* what, const std::string& about) {
    constexpr std::size_t kIndent = 16;
    text += fmt::format("  {:<14}{}\n", what, wrapped(about, layout.columns, kIndent));
  };
  add("tiles", tiles_text(d));
  add("on chip", fmt::format("input {}, output {}", d.input_on_chip ? "yes" : "no",
                             d.output_on_chip ? "stays for the next layer" : "no"));
  add("buffers", fmt::format("input {} %, weight {} %, output {} %, accumulator {} % full",
                             percent(fill.input), percent(fill.weight), percent(fill.output),
                             percent(fill.accumulator)));
  add("traffic", traffic_text(c));
  add("cycles", cycles_text(layer, report.accelerator.array));
  add("energy", fmt::format("{:.3f} uJ, no zeros among the data", layer.energy_pj / 1e6));
  const Diagnosis limit = diagnosis(report, index);
  add("limited by", limit.limit + ": " + limit.advice);
  add("search",
      fmt::format("{} mappings with this on chip predicted: {} evaluated, {} given up on the "
                  "way, {} ruled out by bounds",
                  search.legal, search.evaluated, search.given_up,
                  search.legal - search.evaluated - search.given_up));
  const auto add_each = [&](const char* what, const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) add(i == 0 ? what : "", texts[i]);
  };
  if (layer.choice) {
    add("why", why_text(layer));
    add_each("other orders", other_orders(layer));
  }
  add_each("runners-up", runners_up(layer));
  if (!report.what_if) return text;
  return text + '\n' + what_if_text(*report.what_if, report.what_if->layers.at(index), layout);
}

}  // namespace dcnsim

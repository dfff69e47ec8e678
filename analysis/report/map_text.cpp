// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "analysis/report/map_report.h"
#include "models/perf/tile_cuts.h"
#include "platform/compiler/mapper/mapping_yaml.h"

namespace dcnsim {
namespace {

std::uint64_t stall(const LayerCounters& c, Stall cause) { return c.stall_cycles[cause]; }

double kilobytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e3; }

std::uint64_t traffic(const LayerCounters& c) { return dram_read_bytes(c) + dram_write_bytes(c); }

std::string tile_text(const Descriptor& d) {
  const Tiling& t = d.tiling;
  if (d.kind != LayerKind::kConv) return fmt::format("{}x{}", t.tile_h, t.tile_w);
  return fmt::format("{}x{} c{} k{}", t.tile_h, t.tile_w, t.tile_channels, t.chunk_k);
}

std::string on_chip_text(const Descriptor& d) {
  return fmt::format("{}{}", d.input_on_chip ? "in" : "-", d.output_on_chip ? "/out" : "/-");
}

std::string percent(double share) { return fmt::format("{:.0f}", 100 * share); }

constexpr const char* kRow =
    "{:<16} {:<18} {:<14} {:>7} | {:>8} {:>8} {:>6} {:>6} {:>6} {:>8} | {:>9} | {:>3} {:>3} {:>3} "
    "{:>3} | {}\n";

std::string row(const MappedLayer& layer, const AcceleratorConfig& config) {
  const Descriptor& d = layer.mapping.descriptor;
  const LayerCounters& c = layer.mapping.search.best.front().counters;
  const BufferFill fill = buffer_fill(d, config);
  return fmt::format(kRow, elide(layer.name, 16), tile_text(d),
                     d.kind == LayerKind::kConv && !gathers(d) ? "weights-outer" : "pixels-outer",
                     on_chip_text(d), c.cycles, c.compute_cycles, stall(c, Stall::kWeight),
                     stall(c, Stall::kInput), stall(c, Stall::kOutput), stall(c, Stall::kConflict),
                     fmt::format("{:.1f}", kilobytes(traffic(c))), percent(fill.input),
                     percent(fill.weight), percent(fill.output), percent(fill.accumulator),
                     to_string(diagnosis(layer, config)));
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
  return fmt::format("{} ({:.1f} %)", part,
                     100 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string cycles_text(const LayerCounters& c) {
  std::string text =
      fmt::format("  cycles        {}: computing {} (of these {} filling and draining)", c.cycles,
                  share_text(c.compute_cycles, c.cycles), c.fill_drain_cycles);
  for (const Stall cause : StallCycles::keys()) {
    text += fmt::format(", {} {}", to_string(cause), share_text(c.stall_cycles[cause], c.cycles));
  }
  return text + "\n";
}

std::string traffic_text(const LayerCounters& c) {
  std::string text = fmt::format("  traffic       {:.1f} kB:", kilobytes(traffic(c)));
  for (const Stream stream : StreamBytes::keys()) {
    text += fmt::format("{} {} {:.1f}", text.back() == ':' ? "" : ",", to_string(stream),
                        kilobytes(c.stream_bytes[stream]));
  }
  return text + "\n";
}

std::string tiles_text(const Descriptor& d) {
  const Tiling& t = d.tiling;
  const Shape out = d.output_shape();
  std::string text = fmt::format("  tiles         {} of {} x {} of {} x {} outputs",
                                 pixel_tile_count(d), t.tile_h, t.tile_w, out.height, out.width);
  if (d.kind != LayerKind::kConv) return text + "\n";
  return text + fmt::format(", {} of {} channels, {} of {} reduction steps, {}\n",
                            channel_tile_count(d), t.tile_channels, chunk_count(d), t.chunk_k,
                            gathers(d) ? "weights stream past pixels (pixels-outer)"
                                       : "pixels stream past weights (weights-outer)");
}

std::string percent_more(double value, double best) {
  return best == 0 ? "" : fmt::format("{:+.2f} %", 100 * (value / best - 1));
}

/// The next best mappings and what they lose.
std::string runners_up(const MappedLayer& layer) {
  const std::vector<EvaluatedMapping>& best = layer.mapping.search.best;
  std::string text;
  Descriptor d = layer.mapping.descriptor;
  for (std::size_t i = 1; i < best.size(); ++i) {
    d.tiling = best[i].tiling;
    const LayerCounters &c = best[i].counters, &first = best[0].counters;
    text += fmt::format(
        "  {:<13} {} {}: {} cycles ({}), {:.1f} kB ({})\n", i == 1 ? "runners-up" : "",
        tile_text(d),
        d.kind != LayerKind::kConv ? ""
        : gathers(d)               ? "pixels-outer"
                                   : "weights-outer",
        c.cycles, percent_more(static_cast<double>(c.cycles), static_cast<double>(first.cycles)),
        kilobytes(traffic(c)),
        percent_more(static_cast<double>(traffic(c)), static_cast<double>(traffic(first))));
  }
  return text;
}

}  // namespace

std::string to_text(const MapReport& report) {
  std::string text = fmt::format("{:58} | {:^47} | {:>9} | {:^15} |\n", "",
                                 "cycles: computing, waiting for", "traffic", "buffers, % full");
  text +=
      fmt::format(kRow, "layer", "tile", "order", "on chip", "cycles", "compute", "weight", "input",
                  "output", "conflict", "kB", "in", "w", "out", "acc", "most of it goes into");
  LayerCounters sum;
  double energy = 0;
  for (const MappedLayer& layer : report.layers) {
    text += row(layer, report.accelerator);
    sum += layer.mapping.search.best.front().counters;
    energy += layer.energy_pj;
  }
  return text + fmt::format(
                    "\n{} cycles, {:.1f} kB, {:.2f} uJ (no zeros among the data), each "
                    "layer by itself; mapped for {}\n",
                    sum.cycles, kilobytes(traffic(sum)), energy / 1e6,
                    to_string(report.accelerator.mapping.objective));
}

std::string explain(const MapReport& report, const MappedLayer& layer) {
  const Descriptor& d = layer.mapping.descriptor;
  const SearchResult& search = layer.mapping.search;
  const LayerCounters& c = search.best.front().counters;
  const BufferFill fill = buffer_fill(d, report.accelerator);
  std::string text = fmt::format("{}\n", elide(layer.name, 64)) + tiles_text(d);
  text += fmt::format("  on chip       input {}, output {}\n", d.input_on_chip ? "yes" : "no",
                      d.output_on_chip ? "stays for the next layer" : "no");
  text += fmt::format(
      "  buffers       input {} %, weight {} %, output {} %, accumulator {} % full\n",
      percent(fill.input), percent(fill.weight), percent(fill.output), percent(fill.accumulator));
  text += traffic_text(c) + cycles_text(c);
  text +=
      fmt::format("  energy        {:.3f} uJ, no zeros among the data\n", layer.energy_pj / 1e6);
  const Diagnosis limit = diagnosis(layer, report.accelerator);
  text += fmt::format("  limited by    {}: {}\n", to_string(limit), limit.advice);
  text += fmt::format(
      "  search        {} legal mappings with this on chip: {} evaluated, {} given up on the way, "
      "{} ruled out by bounds\n",
      search.legal, search.evaluated, search.given_up,
      search.legal - search.evaluated - search.given_up);
  return text + runners_up(layer);
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "analysis/report/run_report.h"
#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

/// Three significant digits or so with an SI prefix: 12.3 k, 1.98 M.
std::string si(double value, const char* unit) {
  static constexpr std::pair<double, const char*> kPrefixes[] = {
      {1e12, "T"}, {1e9, "G"},  {1e6, "M"},  {1e3, "k"},
      {1, ""},     {1e-3, "m"}, {1e-6, "u"}, {1e-9, "n"}};
  if (value == 0) return fmt::format("0 {}", unit);
  for (const auto& [scale, prefix] : kPrefixes) {
    if (value >= scale) return fmt::format("{:.4g} {}{}", value / scale, prefix, unit);
  }
  return fmt::format("{:.3g} {}", value, unit);
}

/// Energy in the columns of the layer table, microjoules.
struct EnergyColumns {
  double compute = 0, buffers = 0, dram = 0, leakage = 0;
};

double& column(EnergyColumns& columns, PartGroup group) {
  switch (group) {
    case PartGroup::kArithmetic:
    case PartGroup::kRegisters:
    case PartGroup::kPostProcessing:
      break;
    case PartGroup::kBuffers:
      return columns.buffers;
    case PartGroup::kDramAccesses:
    case PartGroup::kDramUpkeep:
      return columns.dram;
    case PartGroup::kLeakage:
      return columns.leakage;
  }
  return columns.compute;
}

EnergyColumns energy_columns(const EnergyBreakdown& parts) {
  constexpr double kPicoPerMicro = 1e6;
  EnergyColumns columns;
  for (const EnergyPart part : parts.keys()) column(columns, info(part).group) += parts[part];
  for (double* c : {&columns.compute, &columns.buffers, &columns.dram, &columns.leakage}) {
    *c /= kPicoPerMicro;
  }
  return columns;
}

constexpr const char* kCycleRow =
    "{:<16} {:>8} {:>7} {:>8} {:>5} | {:>8} {:>6} {:>7} {:>5} | {:>5} {:>7} {:>7} {:>7} {:>7} "
    "{:>7} | {}\n";

std::string cycle_row(const std::string& name, const std::string& widths, const Attribution& cycles,
                      const LayerCounters& c, const AcceleratorConfig& config) {
  return fmt::format(kCycleRow, elide(name, 16), widths,
                     fmt::format("{:.2f}", static_cast<double>(c.macs) / 1e6), c.cycles,
                     fmt::format("{:.1f}", 100 * utilization(c, config.array)),
                     cycles[Cause::kCompute], cycles[Cause::kFillDrain], cycles[Cause::kRequantize],
                     cycles[Cause::kConflict], cycles[Cause::kDescriptor], cycles[Cause::kWeight],
                     cycles[Cause::kInput], cycles[Cause::kOutput], cycles[Cause::kDramBusy],
                     cycles[Cause::kRefresh], to_string(diagnose(cycles, c, config)));
}

std::string cycle_table(const RunReport& report) {
  std::string text =
      fmt::format("{:48} | {:^29} | {:^45} |\n", "", "cycles at work", "cycles waiting for");
  text += fmt::format(kCycleRow, "layer", "w/in/out", "M MACs", "cycles", "util%", "compute",
                      "fill", "requant", "banks", "desc", "weight", "input", "output", "DRAM",
                      "refresh", "limited by");
  for (const LayerReport& layer : report.layers) {
    const Descriptor& d = layer.descriptor;
    const std::string weight =
        d.kind == LayerKind::kConv ? std::to_string(d.weight.bits) : std::string("-");
    text += cycle_row(layer.name, fmt::format("{}/{}/{}", weight, d.input.bits, d.requant.out.bits),
                      layer.attribution(), layer.counters, report.accelerator);
  }
  return text + cycle_row("total", "", report.attribution(), report.totals(), report.accelerator);
}

constexpr const char* kCostRow =
    "{:<16} | {:>9} {:>7} {:>9} {:>9} {:>10} | {:>9} {:>9} {:>9} {:>9} {:>9}\n";

std::string cost_row(const std::string& name, const LayerCounters& c,
                     const EnergyBreakdown& energy) {
  const auto kilo = [](std::uint64_t bytes) {
    return fmt::format("{:.1f}", static_cast<double>(bytes) / 1e3);
  };
  const auto stream = [&](Stream s) { return kilo(c.stream_bytes[s]); };
  const EnergyColumns e = energy_columns(energy);
  const auto micro = [](double v) { return fmt::format("{:.2f}", v); };
  return fmt::format(kCostRow, elide(name, 16), stream(Stream::kWeight), stream(Stream::kBias),
                     stream(Stream::kInput), stream(Stream::kOutput),
                     kilo(dram_read_bytes(c) + dram_write_bytes(c)), micro(e.compute),
                     micro(e.buffers), micro(e.dram), micro(e.leakage),
                     micro(energy.total() / 1e6));
}

std::string cost_table(const RunReport& report) {
  std::string text = fmt::format("{:16} | {:^48} | {:^49}\n", "", "bus traffic, kB", "energy, uJ");
  text += fmt::format(kCostRow, "layer", "weight", "bias", "input", "output", "total", "compute",
                      "buffers", "DRAM", "leak", "total");
  for (const LayerReport& layer : report.layers) {
    text += cost_row(layer.name, layer.counters, layer.energy_pj);
  }
  return text + cost_row("total", report.totals(), report.energy_pj());
}

/// `text` broken at spaces into lines of at most kColumns, all but the first indented.
std::string wrap(const std::string& text, std::size_t indent) {
  constexpr std::size_t kColumns = 120;
  std::string result;
  std::size_t column = indent;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (column > indent && column + 1 + end - at > kColumns) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += text.substr(at, end - at);
    column += end - at;
    at = end + 1;
  }
  return result;
}

template <class Breakdown>
std::string breakdown_text(const Breakdown& parts, double scale, const char* unit) {
  std::string text;
  const double sum = parts.total();
  for (const auto part : parts.keys()) {
    if (parts[part] == 0) continue;
    text += fmt::format("{}{} {:.3g} {} ({:.1f} %)", text.empty() ? "" : ", ", to_string(part),
                        parts[part] / scale, unit, 100 * parts[part] / sum);
  }
  return text;
}

std::string timing_text(const RunReport& report) {
  std::string text(to_string(report.timing));
  if (!report.loosely_timed_cycles) return text;
  const double own = static_cast<double>(report.totals().cycles);
  const double loose = static_cast<double>(*report.loosely_timed_cycles);
  return text +
         fmt::format(", from one image; values of all images loosely timed, {} cycles ({:+.2f} %)",
                     *report.loosely_timed_cycles, own == 0 ? 0 : 100 * (loose / own - 1));
}

/// Equal statements about several components on one line.
std::string provenance_lines(const std::vector<Provenance>& provenance) {
  std::vector<std::pair<std::string, std::vector<std::string>>> lines;
  for (const Provenance& p : provenance) {
    const std::string text = fmt::format("{}: {}; error {}{}{}", p.table, p.conditions, p.error_bar,
                                         p.note.empty() ? "" : "; ", p.note);
    const auto same = std::find_if(lines.begin(), lines.end(),
                                   [&](const auto& line) { return line.first == text; });
    (same == lines.end() ? lines.emplace_back(text, std::vector<std::string>{}) : *same)
        .second.push_back(p.component);
  }
  std::string result;
  for (const auto& [text, components] : lines) {
    result += fmt::format("  {}\n    {}\n", wrap(fmt::format("{}", fmt::join(components, ", ")), 2),
                          wrap(text, 4));
  }
  return result;
}

}  // namespace

std::string elide(const std::string& name, std::size_t width) {
  const std::string text = printable(name, name.size());
  return text_length(text) <= width ? text : ".." + text_end(text, width - 2);
}

std::string heading(const RunReport& report) {
  const ArrayConfig& array = report.accelerator.array;
  return fmt::format(
      "{} on {} ({} x {} PEs, {}, {} {} x {} bit)", report.network, report.accelerator.name,
      array.rows, array.columns,
      array.dataflow == Dataflow::kWeightStationary ? "weight-stationary" : "output-stationary",
      to_string(array.datapath), array.weight_bits, array.activation_bits);
}

std::string to_text(const RunReport& report) {
  const LayerCounters sum = report.totals();
  const EnergyBreakdown energy = report.energy_pj();
  constexpr std::size_t kIndent = 13;
  std::string text = cycle_table(report) + "\n" + cost_table(report);

  const double seconds = static_cast<double>(sum.cycles) * report.clock_period_s;
  text += fmt::format("\naccuracy     {:.2f} % top-1, {} of {} images\n", 100 * report.top1(),
                      report.correct, report.images);
  text += fmt::format("latency      {} cycles = {} an image at {:g} MHz\n", sum.cycles,
                      si(seconds, "s"), report.accelerator.clock_mhz);
  text += "timing       " + wrap(timing_text(report), kIndent) + "\n";
  text += "limited by   " +
          wrap(diagnose(report.attribution(), sum, report.accelerator).advice, kIndent) + "\n";
  text += fmt::format("traffic      {} read, {} written an image\n",
                      si(static_cast<double>(dram_read_bytes(sum)), "B"),
                      si(static_cast<double>(dram_write_bytes(sum)), "B"));
  std::vector<std::string> zeros;
  for (const LayerReport& layer : report.layers) {
    if (layer.descriptor.kind != LayerKind::kConv) continue;
    zeros.push_back(
        fmt::format("{} {:.1f} %", elide(layer.name, 16), 100 * zero_fraction(layer.counters)));
  }
  if (!zeros.empty()) {
    text += "zeros        " +
            wrap(fmt::format("among input codes: {}", fmt::join(zeros, ", ")), kIndent) + "\n";
  }
  text += "energy       " +
          wrap(fmt::format("{} an image, {} average: {}", si(energy.total() * 1e-12, "J"),
                           si(seconds == 0 ? 0 : energy.total() * 1e-12 / seconds, "W"),
                           breakdown_text(energy, 1e6, "uJ")),
               kIndent) +
          "\n";
  text += "area         " +
          wrap(fmt::format("{:.3f} mm2 of cells and SRAM: {}", report.area_um2.total() * 1e-6,
                           breakdown_text(report.area_um2, 1e6, "mm2")),
               kIndent) +
          "\n";
  for (const std::string& warning : report.warnings) {
    text += "warning      " + wrap(warning, kIndent) + "\n";
  }
  text += "\nwhere the energy and area figures come from\n" + provenance_lines(report.provenance);
  return text;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

#include "analysis/report/run_report.h"
#include "analysis/report/what_if_text.h"
#include "models/base/text/printable.h"
#include "models/base/text/text_table.h"
#include "models/base/text/wrap.h"

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
    case PartGroup::kControl:
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

using Align = TextTable::Align;

/// "weight 12 %", or "-".
std::string biggest_wait(const Attribution& cycles) {
  const Cause most = *std::max_element(std::begin(kCausesOfWaiting), std::end(kCausesOfWaiting),
                                       [&](Cause a, Cause b) { return cycles[a] < cycles[b]; });
  const std::uint64_t all = cycles.total();
  if (all == 0 || cycles[most] == 0) return "-";
  const double share = static_cast<double>(cycles[most]) / static_cast<double>(all);
  return fmt::format("{} {:.{}f} %", words_of(most), 100 * share, share < 0.0995 ? 1 : 0);
}

TextTable::Column cause_column(Cause cause, int rank, const char* group) {
  return {words_of(cause), Align::kRight, rank, group};
}

std::string cycle_table(const RunReport& report, const TextLayout& layout) {
  std::vector<TextTable::Column> columns{{"layer", Align::kLeft, 0, "", 8},
                                         {"w/in/out"},
                                         {"M MACs", Align::kRight, 1},
                                         {"cycles"},
                                         {"util%"}};
  for (const Cause cause : kCausesAtWork) {
    columns.push_back(cause_column(cause, 2, "cycles at work"));
  }
  columns.push_back({"PEs%", Align::kRight, 2, "cycles at work"});
  for (const Cause cause : kCausesOfWaiting)
    columns.push_back(cause_column(cause, 3, "cycles waiting for"));
  columns.push_back({"bus", Align::kRight, 3, "of these"});
  columns.push_back({"biggest wait"});
  columns.push_back({"energy uJ"});
  columns.push_back({"limited by", Align::kLeft, 0, "", 10});
  TextTable table(columns);
  const auto add = [&](const std::string& name, const std::string& widths,
                       const Attribution& cycles, const LayerCounters& c, double energy_pj,
                       const std::string& limit) {
    std::vector<std::string> row{
        elide(name, 16), widths, fmt::format("{:.2f}", static_cast<double>(c.macs) / 1e6),
        std::to_string(c.cycles),
        fmt::format("{:.1f}", 100 * utilization(c, report.accelerator.array))};
    for (const Cause cause : kCausesAtWork) row.push_back(std::to_string(cycles[cause]));
    row.push_back(fmt::format("{:.1f}", 100 * pes_at_work(cycles, c, report.accelerator.array)));
    for (const Cause cause : kCausesOfWaiting) row.push_back(std::to_string(cycles[cause]));
    row.push_back(std::to_string(bus_cycles(cycles)));
    row.push_back(biggest_wait(cycles));
    row.push_back(fmt::format("{:.2f}", energy_pj / 1e6));
    row.push_back(limit);
    table.add(row);
  };
  for (std::size_t i = 0; i < report.layers.size(); ++i) {
    const LayerReport& layer = report.layers[i];
    const Descriptor& d = layer.descriptor;
    const std::string weight =
        d.kind == LayerKind::kConv ? std::to_string(d.weight.bits) : std::string("-");
    add(layer.name, fmt::format("{}/{}/{}", weight, d.input.bits, d.requant.out.bits),
        layer.attribution(), layer.counters, layer.energy_pj.total(), report.diagnosis(i).limit);
  }
  add("total", "", report.attribution(), report.totals(), report.energy_pj().total(),
      report.diagnosis().limit);
  return table.text(layout);
}

constexpr std::size_t kCostTableColumns = 110;

/// On lines that have room for all of it.
std::string cost_table(const RunReport& report, const TextLayout& layout) {
  const char *const traffic = "bus traffic, kB", *const energies = "energy, uJ";
  std::vector<TextTable::Column> columns{{"layer", Align::kLeft}};
  std::vector<Stream> streams;
  for (const Stream stream : StreamBytes::keys()) {
    // Few networks have parameters.
    const bool is_wanted =
        stream != Stream::kParameter || report.totals().stream_bytes[Stream::kParameter] > 0;
    if (stream == Stream::kDescriptor || !is_wanted) continue;
    streams.push_back(stream);
    columns.push_back({std::string(to_string(stream)), Align::kRight, 0, traffic});
  }
  columns.push_back({"total", Align::kRight, 0, traffic});
  for (const char* name : {"compute", "buffers", "DRAM", "leak", "total"}) {
    columns.push_back({name, Align::kRight, 0, energies});
  }
  TextTable table(columns);
  const auto add = [&](const std::string& name, const LayerCounters& c,
                       const EnergyBreakdown& energy) {
    const auto kilo = [](std::uint64_t bytes) {
      return fmt::format("{:.1f}", static_cast<double>(bytes) / 1e3);
    };
    const EnergyColumns e = energy_columns(energy);
    std::vector<std::string> row{elide(name, 16)};
    for (const Stream stream : streams) row.push_back(kilo(c.stream_bytes[stream]));
    row.push_back(kilo(dram_read_bytes(c) + dram_write_bytes(c)));
    for (const double micro : {e.compute, e.buffers, e.dram, e.leakage, energy.total() / 1e6}) {
      row.push_back(fmt::format("{:.2f}", micro));
    }
    table.add(row);
  };
  for (const LayerReport& layer : report.layers) add(layer.name, layer.counters, layer.energy_pj);
  add("total", report.totals(), report.energy_pj());
  return table.text(layout);
}

std::string what_ifs_text(const RunReport& report, const TextLayout& layout) {
  if (!report.what_if) return "";
  std::vector<std::string> names;
  for (const LayerReport& layer : report.layers) names.push_back(layer.name);
  return what_if_text(*report.what_if, names, layout) + '\n';
}

std::string accuracy_text(const RunReport& report) {
  if (!report.no_accuracy.empty()) return "none: " + report.no_accuracy;
  return accuracy_words(report.correct(), report.images);
}

/// To two digits.
double rounded(double value) {
  if (value <= 0) return 0;
  const double unit = std::pow(10, std::floor(std::log10(value)) - 1);
  return std::round(value / unit) * unit;
}

std::string range_text(const EnergyRange& range) {
  if (range.low_pj == range.high_pj) return "";
  return fmt::format(" ({} .. {} by the error bars)", si(rounded(range.low_pj) * 1e-12, "J"),
                     si(rounded(range.high_pj) * 1e-12, "J"));
}

std::string timing_text(const RunReport& report) {
  std::string text(to_string(report.timing));
  if (!report.loosely_timed_cycles) {
    if (report.timed_images < report.images) {
      text += fmt::format(", {} of {} images", report.timed_images, report.images);
    }
    return text;
  }
  const double own = static_cast<double>(report.totals().cycles);
  const double loose = static_cast<double>(*report.loosely_timed_cycles);
  return text + fmt::format(
                    ", from one image; values of all images, {} of them loosely timed, {} cycles "
                    "({:+.2f} %)",
                    report.timed_images, *report.loosely_timed_cycles,
                    own == 0 ? 0 : 100 * (loose / own - 1));
}

/// The largest parts, down to a share of 5 %, or all of them.
template <class Breakdown>
std::string main_parts(const Breakdown& parts, double scale, const char* unit, bool all) {
  constexpr double kLeast = 0.05;
  const double sum = parts.total();
  using Part = typename decltype(Breakdown::keys())::value_type;
  std::vector<Part> order;
  for (const Part part : parts.keys()) {
    if (parts[part] != 0) order.push_back(part);
  }
  std::stable_sort(order.begin(), order.end(), [&](Part a, Part b) { return parts[a] > parts[b]; });
  std::vector<std::string> texts;
  std::size_t left_out = 0;
  double rest = 0;
  for (const Part part : order) {
    if (!all && parts[part] < kLeast * sum) {
      ++left_out;
      rest += parts[part];
      continue;
    }
    texts.push_back(fmt::format("{} {:.3g} {} ({:.1f} %)", to_string(part), parts[part] / scale,
                                unit, 100 * parts[part] / sum));
  }
  if (left_out > 0) {
    texts.push_back(fmt::format("{} more {:.3g} {} ({:.1f} %)", left_out, rest / scale, unit,
                                100 * rest / sum));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// Equal statements about several components on one line.
std::string provenance_lines(const std::vector<Provenance>& provenance, std::size_t columns) {
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
    result += fmt::format("  {}\n    {}\n",
                          wrapped(fmt::format("{}", fmt::join(components, ", ")), columns, 2),
                          wrapped(text, columns, 4));
  }
  return result;
}

std::string zeros_text(const RunReport& report) {
  if (report.assumed_zeros) {
    return fmt::format("{:g} % of the input codes of convolutions, assumed",
                       100 * *report.assumed_zeros);
  }
  std::vector<std::string> zeros;
  for (const LayerReport& layer : report.layers) {
    if (layer.descriptor.kind != LayerKind::kConv) continue;
    zeros.push_back(
        fmt::format("{} {:.1f} %", elide(layer.name, 16), 100 * zero_fraction(layer.counters)));
  }
  return zeros.empty() ? "" : fmt::format("among input codes: {}", fmt::join(zeros, ", "));
}

std::string throughput_text(const ThroughputReport& t, double clock_period_s) {
  const double interval_s = t.interval_cycles() * clock_period_s;
  const double first_s = static_cast<double>(t.cycles.front()) * clock_period_s;
  const char* how = t.batch == 1       ? ""
                    : t.shares_weights ? " that share weights"
                                       : ", one by one, as sharing weights would take longer";
  return fmt::format(
      "{:.4g} images/s in batches of {}{}: one every {}, the first after {}; {} an image, "
      "{} read and written",
      t.batch / interval_s, t.batch, how, si(interval_s, "s"), si(first_s, "s"),
      si(t.energy_pj * 1e-12, "J"), si(t.traffic_bytes, "B"));
}

}  // namespace

std::string accuracy_words(std::uint64_t correct, std::uint64_t images) {
  const ShareInterval interval = wilson_interval(correct, images);
  return fmt::format(
      "{:.2f} % top-1, {} of {} images (95 % interval {:.1f} .. {:.1f} %)",
      images == 0 ? 0 : 100 * static_cast<double>(correct) / static_cast<double>(images), correct,
      images, 100 * interval.low, 100 * interval.high);
}

std::string heading(const RunReport& report) {
  const ArrayConfig& array = report.accelerator.array;
  return fmt::format(
      "{} on {} ({} x {} PEs, {}, {} {} x {} bit), {}", report.network, report.accelerator.name,
      array.rows, array.columns,
      array.dataflow == Dataflow::kWeightStationary ? "weight-stationary" : "output-stationary",
      to_string(array.datapath), array.weight_bits, array.activation_bits, report.pixels.text());
}

std::string to_text(const RunReport& report, const TextLayout& layout) {
  const LayerCounters sum = report.totals();
  const EnergyBreakdown energy = report.energy_pj();
  std::string text = cycle_table(report, layout);
  if (layout.wide || layout.columns >= kCostTableColumns) text += '\n' + cost_table(report, layout);
  text += '\n' + what_ifs_text(report, layout);
  const auto add = [&](const char* what, const std::string& about) {
    constexpr std::size_t kIndent = 13;
    if (about.empty()) return;
    text += fmt::format("{:<{}}{}\n", what, kIndent, wrapped(about, layout.columns, kIndent));
  };
  const double seconds = static_cast<double>(sum.cycles) * report.clock_period_s;
  add("accuracy", accuracy_text(report));
  add("latency", fmt::format("{} cycles = {} an image at {:g} MHz", sum.cycles, si(seconds, "s"),
                             report.accelerator.clock_mhz));
  if (report.throughput) {
    add("throughput", throughput_text(*report.throughput, report.clock_period_s));
  }
  add("timing", timing_text(report));
  add("limited by", report.diagnosis().advice);
  add("traffic", fmt::format("{} read, {} written an image",
                             si(static_cast<double>(dram_read_bytes(sum)), "B"),
                             si(static_cast<double>(dram_write_bytes(sum)), "B")));
  if (layout.verbose || report.assumed_zeros) add("zeros", zeros_text(report));
  add("energy", fmt::format("{} an image{}, {} average: {}", si(energy.total() * 1e-12, "J"),
                            range_text(report.energy_range()),
                            si(seconds == 0 ? 0 : energy.total() * 1e-12 / seconds, "W"),
                            main_parts(energy, 1e6, "uJ", layout.verbose)));
  add("area", fmt::format("{:.3f} mm2 of cells and SRAM: {}", report.area_um2.total() * 1e-6,
                          main_parts(report.area_um2, 1e6, "mm2", layout.verbose)));
  for (const std::string& warning : report.warnings) add("warning", warning);
  if (layout.verbose) {
    text += "\nwhere the energy and area figures come from\n" +
            provenance_lines(report.provenance, layout.columns);
  } else if (!report.provenance.empty()) {
    add("sources", "--verbose names them, with conditions and error bars");
  }
  return text;
}

}  // namespace dcnsim

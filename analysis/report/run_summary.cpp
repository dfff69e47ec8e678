// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "analysis/report/result_summary.h"
#include "analysis/report/run_report.h"
#include "models/base/json/fields.h"
#include "models/base/text/printable.h"
#include "models/base/text/text_table.h"
#include "models/base/text/wrap.h"

namespace dcnsim {
namespace {

using Align = TextTable::Align;

std::string accuracy(const Fields& run) {
  const std::optional<double> top1 = run.number_or_null("/accuracy/top1");
  if (!top1) return "none: " + run.text("/accuracy/none_because");
  const std::uint64_t correct = run.count("/accuracy/correct"), images = run.count("/images");
  return accuracy_words(correct, images);
}

}  // namespace

std::string summarize_run(const Fields& run, const TextLayout& layout) {
  TextTable table({{"layer", Align::kLeft, 0, "", 8},
                   {"w/in/out"},
                   {"M MACs"},
                   {"cycles"},
                   {"util%"},
                   {"read kB"},
                   {"write kB"},
                   {"energy uJ"}});
  const auto add = [&](const std::string& name, const std::string& widths, const Fields& f) {
    table.add({name, widths, fmt::format("{:.2f}", f.number("/macs") / 1e6),
               fmt::format("{:.0f}", f.number("/latency/cycles")),
               fmt::format("{:.1f}", 100 * f.number("/utilization")),
               fmt::format("{:.1f}", f.number("/traffic/dram_read_bytes") / 1e3),
               fmt::format("{:.1f}", f.number("/traffic/dram_write_bytes") / 1e3),
               fmt::format("{:.2f}", f.number("/energy/total_pj") / 1e6)});
  };
  for (const Fields& layer : run.list("/layers")) {
    const std::string name = elide(layer.text("/name"), 20);
    const std::string weight = layer.width("/weight_bits"), input = layer.width("/input_bits");
    add(name, weight + "/" + input + "/" + layer.width("/output_bits"), layer);
  }
  add("total", "", run);
  std::string text = table.text(layout);
  text += fmt::format(
      "\n{}\n"
      "accuracy     {}\n"
      "latency      {:.0f} cycles = {:.4g} ms an image\n"
      "energy       {:.4g} uJ an image\n"
      "area         {:.3f} mm2 of cells and SRAM\n",
      pixel_statement(run).text(), accuracy(run), run.number("/latency/cycles"),
      1e3 * run.number("/latency/seconds"), run.number("/energy/total_pj") / 1e6,
      run.number("/area/total_um2") / 1e6);
  for (const Fields& warning : run.list("/warnings")) {
    text += "warning      " + wrapped(warning.text(""), layout.columns, 13) + "\n";
  }
  return text;
}

}  // namespace dcnsim

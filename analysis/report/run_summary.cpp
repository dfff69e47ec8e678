// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "analysis/report/result_summary.h"
#include "analysis/report/run_report.h"
#include "models/base/json/fields.h"

namespace dcnsim {
namespace {

constexpr const char* kRow = "{:<20} {:>8} {:>9} {:>10} {:>6} {:>10} {:>10} {:>11}\n";

std::string row(const std::string& name, const std::string& widths, const Fields& f) {
  return fmt::format(kRow, name, widths, fmt::format("{:.2f}", f.number("/macs") / 1e6),
                     fmt::format("{:.0f}", f.number("/latency/cycles")),
                     fmt::format("{:.1f}", 100 * f.number("/utilization")),
                     fmt::format("{:.1f}", f.number("/traffic/dram_read_bytes") / 1e3),
                     fmt::format("{:.1f}", f.number("/traffic/dram_write_bytes") / 1e3),
                     fmt::format("{:.2f}", f.number("/energy/total_pj") / 1e6));
}

}  // namespace

std::string summarize_run(const Fields& run) {
  std::string text = fmt::format(kRow, "layer", "w/in/out", "M MACs", "cycles", "util%", "read kB",
                                 "write kB", "energy uJ");
  for (const Fields& layer : run.list("/layers")) {
    const std::string name = elide(layer.text("/name"), 20);
    const std::string weight = layer.width("/weight_bits"), input = layer.width("/input_bits");
    text += row(name, weight + "/" + input + "/" + layer.width("/output_bits"), layer);
  }
  text += row("total", "", run);
  text += fmt::format(
      "\naccuracy     {:.2f} % top-1, {:.0f} of {:.0f} images\n"
      "latency      {:.0f} cycles = {:.4g} ms an image\n"
      "energy       {:.4g} uJ an image\n"
      "area         {:.3f} mm2 of cells and SRAM\n",
      100 * run.number("/accuracy/top1"), run.number("/accuracy/correct"), run.number("/images"),
      run.number("/latency/cycles"), 1e3 * run.number("/latency/seconds"),
      run.number("/energy/total_pj") / 1e6, run.number("/area/total_um2") / 1e6);
  for (const Fields& warning : run.list("/warnings")) {
    text += "warning      " + warning.text("") + "\n";
  }
  return text;
}

}  // namespace dcnsim

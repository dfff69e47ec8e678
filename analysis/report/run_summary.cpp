// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "analysis/report/run_report.h"
#include "models/arch/printable.h"
#include "models/arch/text_file.h"

namespace dcnsim {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;

/// Typed access to fields of an untrusted document; errors name the file and the field.
class Fields {
 public:
  Fields(std::string file, std::string path, const Json& json)
      : file_(std::move(file)), path_(std::move(path)), json_(json) {}

  double number(const char* pointer) const {
    const Json& value = at(pointer);
    if (!value.is_number()) fail(pointer, "expected a number");
    return value.get<double>();
  }
  std::string text(const char* pointer) const {
    const Json& value = at(pointer);
    if (!value.is_string()) fail(pointer, "expected a string");
    return printable(value.get<std::string>(), 100);
  }
  std::string width(const char* pointer) const {
    return at(pointer).is_null() ? "-" : fmt::format("{}", number(pointer));
  }
  std::vector<Fields> list(const char* pointer) const {
    const Json& value = at(pointer);
    if (!value.is_array()) fail(pointer, "expected a list");
    std::vector<Fields> items;
    for (std::size_t i = 0; i < value.size(); ++i) {
      items.emplace_back(file_, fmt::format("{}{}/{}", path_, pointer, i), value[i]);
    }
    return items;
  }

 private:
  const Json& at(const char* pointer) const {
    const Json::json_pointer where(pointer);
    if (!json_.contains(where)) fail(pointer, "missing");
    return json_.at(where);
  }
  [[noreturn]] void fail(const char* pointer, const char* problem) const {
    throw std::runtime_error(fmt::format("{}: {}{}: {}", file_, path_, pointer, problem));
  }

  std::string file_;
  std::string path_;
  const Json& json_;
};

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

std::string summarize_run(const std::string& path) {
  const std::string bytes = read_text_file(path, kMaxFileBytes);
  const Json json = Json::parse(bytes, nullptr, false);
  if (json.is_discarded()) throw std::runtime_error(path + ": not a JSON file, or cut short");
  const Fields run(path, "", json);
  if (run.text("/schema") != kRunSchema) {
    throw std::runtime_error(
        fmt::format("{}: /schema: {}, expected {}", path, run.text("/schema"), kRunSchema));
  }
  std::string text =
      fmt::format("{}: result of dcnsim {} ({})\n\n", path, run.text("/version"), kRunSchema);
  for (const Fields& input : run.list("/inputs")) {
    text += fmt::format("{:<12} {}\n{:<12} sha256 {}\n", input.text("/role"), input.text("/path"),
                        "", input.text("/sha256"));
  }
  text += "\n";
  text += fmt::format(kRow, "layer", "w/in/out", "M MACs", "cycles", "util%", "read kB", "write kB",
                      "energy uJ");
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

// SPDX-License-Identifier: Apache-2.0
// dcnsim inspect: what a network, an accelerator file or a result contains.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "analysis/cli/command.h"
#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/file_kind.h"
#include "analysis/cli/layout_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/report/result_summary.h"
#include "analysis/report/run_report.h"
#include "models/arch/accelerator_yaml.h"
#include "models/base/file/text_file.h"
#include "models/base/json/document.h"
#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"
#include "models/base/text/text_table.h"
#include "models/base/text/wrap.h"
#include "models/perf/datapath/datapath.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::cli {
namespace {

/// Bytes of a file that tell text from what is none.
constexpr std::size_t kBeginning = 16;

struct InspectOptions {
  std::string what;
  LayoutOptions layout;
};

std::string shape_text(const Shape& s) {
  return fmt::format("{}x{}x{}", s.height, s.width, s.channels);
}

std::string bounds_text(const LayerNode& node) {
  std::string text = node.relu ? ", relu" : "";
  if (!node.slopes.empty()) {
    const auto [least, greatest] = std::minmax_element(node.slopes.begin(), node.slopes.end());
    text += fmt::format(", leaky {}", *least);
    if (*least != *greatest) text += fmt::format("..{}", *greatest);
  }
  if (node.bounds.any()) text += ", clip " + to_string(node.bounds);
  return text;
}

std::string operation(const LayerNode& node) {
  switch (node.kind) {
    case LayerKind::kConv: {
      std::string text = fmt::format("conv {}x{}", node.conv.kernel_h, node.conv.kernel_w);
      if (node.conv.stride_h != 1 || node.conv.stride_w != 1) {
        text += fmt::format(" stride {}x{}", node.conv.stride_h, node.conv.stride_w);
      }
      if (node.conv.dilation_h() != 1 || node.conv.dilation_w() != 1) {
        text += fmt::format(" dilation {}x{}", node.conv.dilation_h(), node.conv.dilation_w());
      }
      if (node.conv.groups != 1) text += fmt::format(" groups {}", node.conv.groups);
      text += bounds_text(node);
      if (node.fused_pool > 1) text += fmt::format(", max pool {}", node.fused_pool);
      return text;
    }
    case LayerKind::kPool:
      if (node.curve.any()) return "table of " + to_string(node.curve) + bounds_text(node);
      return fmt::format("{} pool {}x{}", node.pool.kind == PoolKind::kMax ? "max" : "average",
                         node.pool.kernel_h, node.pool.kernel_w) +
             bounds_text(node);
    case LayerKind::kAdd:
      return (multiplies(node.pair) ? "product" : "add") + bounds_text(node);
  }
  return "";
}

/// What is not to be seen from the layer's own shapes.
std::string place(const LayerNode& node) {
  std::string text;
  if (node.view != MapView{} || node.view2 != MapView{}) text += ", of a part";
  if (node.join.any()) {
    const int first = node.join.channel;
    text += fmt::format(", into {}-{} of {}", first, first + node.output_shape().channels - 1,
                        node.join.channels);
  }
  return text;
}

/// `formats` of a layer: weight, input, output; `weight_bits` of one weight in the file.
template <class Network, class Formats, class WeightBits>
void print_layers(const Network& network, const Formats& formats, const WeightBits& weight_bits,
                  const TextLayout& layout) {
  using Align = TextTable::Align;
  TextTable table({{"layer", Align::kLeft, 0, "", 8},
                   {"operation", Align::kLeft, 0, "", 8},
                   {"input", Align::kRight, 2},
                   {"output"},
                   {"weights"},
                   {"kB", Align::kRight, 3},
                   {"M MACs", Align::kRight, 1},
                   {"w"},
                   {"in"},
                   {"out"}});
  std::uint64_t weights = 0, bits = 0, macs = 0;
  const auto kilobytes = [](std::uint64_t n) {
    return fmt::format("{:.1f}", static_cast<double>(n) / 8e3);
  };
  const auto millions = [](std::uint64_t n) {
    return fmt::format("{:.2f}", static_cast<double>(n) / 1e6);
  };
  for (const auto& layer : network.layers) {
    const LayerNode& node = layer.node;
    Descriptor d;
    d.kind = node.kind;
    d.conv = node.conv;
    d.fused_pool = node.fused_pool;
    d.pool = node.pool;
    d.add = node.add;
    const auto [weight, input, output] = formats(layer);
    const std::uint64_t layer_bits = layer.weights.size() * weight_bits(layer);
    table.add({elide(node.name, 16), operation(node) + place(node), shape_text(d.input_shape()),
               shape_text(d.output_shape()), std::to_string(layer.weights.size()),
               kilobytes(layer_bits), millions(d.macs()), weight, input, output});
    weights += layer.weights.size();
    bits += layer_bits;
    macs += d.macs();
  }
  table.add({"total", "", "", "", std::to_string(weights), kilobytes(bits), millions(macs)});
  say_text(table.text(layout));
}

void inspect_network(const InputPath& file, const TextLayout& layout) {
  const StatedNetwork stated = load_stated(file.path, {}, shipped_data());
  const std::string input =
      wrapped(fmt::format("input {}, {}", shape_text(stated.input()), stated.pixels.text()),
              layout.columns);
  if (const auto* floats = std::get_if<FloatNetwork>(&stated.network)) {
    say("{}: float network \"{}\"\n{}\n\n", file.name, floats->name, input);
    print_layers(
        *floats,
        [](const FloatLayer&) {
          return std::array<std::string, 3>{"float", "float", "float"};
        },
        [](const FloatLayer&) { return std::uint64_t{32}; }, layout);
    return;
  }
  const auto& fixed = std::get<FixedNetwork>(stated.network);
  say("{}: fixed-point network \"{}\"\n{}\n\n", file.name, fixed.name, input);
  print_layers(
      fixed,
      [&](const FixedLayer& layer) {
        return std::array<std::string, 3>{
            layer.node.kind == LayerKind::kConv ? to_string(layer.weight) : "-",
            to_string(fixed.format_of(layer.node.input)), to_string(layer.requant.out)};
      },
      [](const FixedLayer& layer) { return static_cast<std::uint64_t>(layer.weight.bits); },
      layout);
  say("\n{}\n", wrapped("w, in, out: formats; s8.5 is signed, 8 bits, 5 fractional; kB: weights, "
                        "bit-packed",
                        layout.columns));
}

/// The prices of a machine. Throws std::runtime_error with the place in `file` ("": a pipe).
CostModel cost_model(const AcceleratorConfig& config, const std::string& file) {
  try {
    return {shipped_data().cost_tables().path, config};
  } catch (const std::exception& problem) {
    if (file.empty()) throw;
    throw std::runtime_error(in_accelerator_file(file, problem.what()));
  }
}

void inspect_accelerator(const AcceleratorConfig& config, const std::string& file) {
  const CostModel cost = cost_model(config, file);
  say_text(to_yaml(config));
  // What is no setting is a comment, so that all of it is an accelerator file again.
  say("\n# peak, GMAC/s at weights x activations of\n");
  for (const int bits : {2, 4, 8, 16}) {
    const DatapathMode mode = datapath_mode(config.array, bits, bits);
    say("#   {:<20} {:>12.4g}\n", fmt::format("{} x {} bit", bits, bits),
        config.clock_mhz * config.array.rows * config.array.columns * mode.group / mode.passes /
            1e3);
  }
  say("#\n# highest clock, MHz\n#   {:<20} {:>12.1f}\n#   {}\n", "critical path",
      cost.critical_path().highest_mhz(), cost.critical_path().text());
  const AreaBreakdown area = cost.area_um2();
  say("#\n# area, um2\n");
  for (const AreaPart part : area.keys()) {
    say("#   {:<20} {:>12.0f}\n", to_string(part), area[part]);
  }
  say("#   {:<20} {:>12.0f}\n", "total", area.total());
  const auto extrapolated = extrapolated_components(cost.provenance());
  if (extrapolated.empty()) return;
  say("#\n# EXTRAPOLATED beyond the tables: {}\n", fmt::join(extrapolated, ", "));
}

/// What has no end of its name to go by, and can be read only once.
bool is_pipe(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::is_fifo(file, error) || std::filesystem::is_character_file(file, error);
}

/// A result if it is JSON that says what it is, else an accelerator.
void inspect_pipe(const std::string& path, const TextLayout& layout) {
  const std::string text = read_text_file(path, kMaxJsonBytes);
  if (has_control_characters(std::string_view(text).substr(0, kBeginning))) {
    throw std::runtime_error(path +
                             ": a result (JSON) or an accelerator (YAML) may come through a " +
                             "pipe; a network is read from a file");
  }
  const std::optional<Json> json = json_if_valid(text);
  if (json && json->contains("schema")) {
    say_text(summarize_result(*json, path, layout));
  } else {
    inspect_accelerator(parse_accelerator(text, path), "");
  }
}

/// Neither a file nor a name that comes with dcnsim.
[[noreturn]] void fail_to_find(const std::string& what) {
  std::vector<std::string> accelerators = shipped_data().accelerator_names();
  const std::vector<std::string> networks = shipped_data().network_names();
  const std::string lists = fmt::format("{}: no such accelerator preset ({}), network ({}) or file",
                                        what, listed(accelerators), listed(networks));
  accelerators.insert(accelerators.end(), networks.begin(), networks.end());
  throw std::runtime_error(lists + suggestion(what, accelerators));
}

void inspect_command(const InspectOptions& options) {
  const std::string& what = options.what;
  const TextLayout layout = options.layout.layout();
  if (is_pipe(what)) return inspect_pipe(what, layout);
  const FileKind kind = kind_of(what);
  if (kind == FileKind::kUnknown && has_control_characters(beginning_of_file(what, kBeginning))) {
    return inspect_network(shipped_data().network(what), layout);
  }
  switch (kind) {
    case FileKind::kNetwork:
      return inspect_network(shipped_data().network(what), layout);
    case FileKind::kPreset:
    case FileKind::kAccelerator:
    case FileKind::kUnknown:
      break;
    case FileKind::kRunResult:
    case FileKind::kOtherResult:
      return say_text(summarize_result(what, layout));
    case FileKind::kNothing:
      if (what.find_first_of("/.") == std::string::npos) fail_to_find(what);
      break;
    case FileKind::kSweep:
    case FileKind::kWidths:
    case FileKind::kMapping:
    case FileKind::kPlatform:
    case FileKind::kTrace:
    case FileKind::kStore:
    case FileKind::kImages:
      throw UsageError(what + ": " + belongs_to_command(what));
  }
  if (std::filesystem::path(what).extension() == ".json") {
    return say_text(summarize_result(what, layout));
  }
  const std::string file = shipped_data().accelerator(what).path;
  inspect_accelerator(load_accelerator(file), file);
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* inspect = add_command(
      app, "inspect", "What a network, an accelerator file or a result contains", "",
      {{"dcnsim inspect cifar10_plain7", ""},
       {"dcnsim inspect small_edge", "the file with all its fields, peaks, highest clock, area"},
       {"dcnsim inspect result.json", "what dcnsim run --json has written"}});
  inspect
      ->add_option("file", options->what,
                   "ONNX or TFLite network (.onnx, .tflite; .gz), result of run or allocate "
                   "(.json), accelerator "
                   "YAML file,\n"
                   "or the name of a network or accelerator that comes with dcnsim")
      ->required()
      ->type_name("FILE|NAME|PRESET");
  options->layout.add_to(*inspect);
  inspect->callback([options, &action] { action = [options] { inspect_command(*options); }; });
}

}  // namespace dcnsim::cli

// SPDX-License-Identifier: Apache-2.0
// dcnsim inspect: what a network, an accelerator file or a result contains.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "analysis/cli/command.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/report/result_summary.h"
#include "analysis/report/run_report.h"
#include "models/arch/accelerator_yaml.h"
#include "models/perf/datapath/datapath.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::cli {
namespace {

std::string shape_text(const Shape& s) {
  return fmt::format("{}x{}x{}", s.height, s.width, s.channels);
}

std::string operation(const LayerNode& node) {
  switch (node.kind) {
    case LayerKind::kConv: {
      std::string text = fmt::format("conv {}x{}", node.conv.kernel_h, node.conv.kernel_w);
      if (node.conv.stride_h != 1 || node.conv.stride_w != 1) {
        text += fmt::format(" stride {}x{}", node.conv.stride_h, node.conv.stride_w);
      }
      if (node.conv.groups != 1) text += fmt::format(" groups {}", node.conv.groups);
      if (node.relu) text += ", relu";
      if (node.fused_pool > 1) text += fmt::format(", max pool {}", node.fused_pool);
      return text;
    }
    case LayerKind::kPool:
      return fmt::format("{} pool {}x{}", node.pool.kind == PoolKind::kMax ? "max" : "average",
                         node.pool.kernel_h, node.pool.kernel_w);
    case LayerKind::kAdd:
      return node.relu ? "add, relu" : "add";
  }
  return "";
}

constexpr const char* kLayerRow =
    "{:<16} {:<28} {:>10} {:>10} {:>10} {:>9} {:>9} {:>8} {:>8} {:>8}\n";

/// `formats` of a layer: weight, input, output; `weight_bits` of one weight in the file.
template <class Network, class Formats, class WeightBits>
void print_layers(const Network& network, const Formats& formats, const WeightBits& weight_bits) {
  fmt::print(kLayerRow, "layer", "operation", "input", "output", "weights", "kB", "M MACs",
             "w format", "in", "out");
  std::uint64_t weights = 0, bits = 0, macs = 0;
  const auto kilobytes = [](std::uint64_t n) {
    return fmt::format("{:.1f}", static_cast<double>(n) / 8e3);
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
    fmt::print(kLayerRow, elide(node.name, 16), operation(node), shape_text(d.input_shape()),
               shape_text(d.output_shape()), layer.weights.size(), kilobytes(layer_bits),
               fmt::format("{:.2f}", static_cast<double>(d.macs()) / 1e6), weight, input, output);
    weights += layer.weights.size();
    bits += layer_bits;
    macs += d.macs();
  }
  fmt::print(kLayerRow, "total", "", "", "", weights, kilobytes(bits),
             fmt::format("{:.2f}", static_cast<double>(macs) / 1e6), "", "", "");
}

void inspect_network(const std::string& path) {
  const auto loaded = load_network(path);
  if (const auto* floats = std::get_if<FloatNetwork>(&loaded)) {
    fmt::print("{}: float network \"{}\"\n\n", path, floats->name);
    print_layers(
        *floats,
        [](const FloatLayer&) {
          return std::array<std::string, 3>{"float", "float", "float"};
        },
        [](const FloatLayer&) { return std::uint64_t{32}; });
    return;
  }
  const auto& fixed = std::get<FixedNetwork>(loaded);
  fmt::print("{}: fixed-point network \"{}\"\n\n", path, fixed.name);
  print_layers(
      fixed,
      [&](const FixedLayer& layer) {
        return std::array<std::string, 3>{
            layer.node.kind == LayerKind::kConv ? to_string(layer.weight) : "-",
            to_string(fixed.format_of(layer.node.input)), to_string(layer.requant.out)};
      },
      [](const FixedLayer& layer) { return static_cast<std::uint64_t>(layer.weight.bits); });
  fmt::print("\nkB: weights, bit-packed; formats: s8.5 is signed, 8 bits, 5 fractional\n");
}

void inspect_accelerator(const std::string& path) {
  const AcceleratorConfig config = load_accelerator(path);
  fmt::print("{}", to_yaml(config));
  fmt::print("\npeak, GMAC/s at weights x activations of");
  for (const int bits : {2, 4, 8, 16}) {
    const DatapathMode mode = datapath_mode(config.array, bits, bits);
    fmt::print("{} {} x {} bit: {:.4g}", bits == 2 ? "" : ",", bits, bits,
               config.clock_mhz * config.array.rows * config.array.columns * mode.group /
                   mode.passes / 1e3);
  }
  fmt::print("\n");
  const CostModel cost(shipped_data().cost_tables(), config);
  const AreaBreakdown area = cost.area_um2();
  fmt::print("\narea, um2\n");
  for (const AreaPart part : area.keys()) {
    fmt::print("  {:<20} {:>12.0f}\n", to_string(part), area[part]);
  }
  fmt::print("  {:<20} {:>12.0f}\n", "total", area.total());
  const auto extrapolated = extrapolated_components(cost.provenance());
  if (!extrapolated.empty()) {
    fmt::print("\nEXTRAPOLATED beyond the tables: {}\n", fmt::join(extrapolated, ", "));
  }
}

void inspect_command(const std::string& what) {
  const std::filesystem::path file(what), extension = file.extension();
  const bool is_onnx =
      extension == ".onnx" || (extension == ".gz" && file.stem().extension() == ".onnx");
  if (is_onnx || shipped_data().has_network(what)) {
    return inspect_network(shipped_data().network(what));
  }
  if (extension == ".json") {
    fmt::print("{}", summarize_result(what));
    return;
  }
  inspect_accelerator(shipped_data().accelerator(what));
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  auto what = std::make_shared<std::string>();
  CLI::App* inspect =
      app.add_subcommand("inspect", "What a network, an accelerator file or a result contains");
  inspect
      ->add_option("file", *what,
                   "ONNX network (.onnx, .onnx.gz), result of run or allocate (.json), accelerator "
                   "YAML file,\n"
                   "or the name of a network or accelerator that comes with dcnsim")
      ->required()
      ->type_name("FILE|NAME");
  inspect->callback([what, &action] { action = [what] { inspect_command(*what); }; });
}

}  // namespace dcnsim::cli

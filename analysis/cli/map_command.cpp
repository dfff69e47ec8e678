// SPDX-License-Identifier: Apache-2.0
// dcnsim map: how the layers of a network are executed on an accelerator, and why.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "analysis/cli/command.h"
#include "analysis/cli/mapping_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/evaluation/machine.h"
#include "analysis/inference/layer_mappings.h"
#include "analysis/report/map_report.h"
#include "models/arch/accelerator_yaml.h"
#include "models/base/file/atomic_file.h"
#include "models/base/text/suggest.h"
#include "platform/compiler/mapper/mapping_yaml.h"

namespace dcnsim::cli {
namespace {

constexpr std::size_t kRunnersUp = 3;

struct MapOptions {
  std::string network = kBuiltInNetwork;
  std::string accelerator = "small_edge";
  std::string layer;
  WidthOptions widths;
  MappingOptions mapping;
  std::optional<std::string> output, json;
};

const MappedLayer& find_layer(const MapReport& report, const std::string& name) {
  std::vector<std::string> names;
  for (const MappedLayer& layer : report.layers) {
    if (layer.name == name) return layer;
    names.push_back(layer.name);
  }
  throw std::runtime_error(fmt::format("--layer: {}, expected one of {}{}", name,
                                       fmt::join(names, ", "), suggestion(name, names)));
}

MapReport mapped(const MapOptions& options) {
  MapReport report;
  report.version = DCNSIM_VERSION;
  const std::string network_path = shipped_data().network(options.network);
  const std::string accelerator_path = shipped_data().accelerator(options.accelerator);
  const std::string tables = shipped_data().cost_tables();
  AcceleratorConfig config = load_accelerator(accelerator_path);
  if (const auto objective = options.mapping.objective()) config.mapping.objective = *objective;
  const Machine machine = make_machine(std::move(config), tables, options.mapping.cache.folder());
  const OnRunProgress progress = run_on_terminal();
  const FixedNetwork network = in_words_of_options([&] {
    return fixed_network(network_path, options.widths.request(), shipped_data(), report.inputs,
                         progress);
  });
  const std::vector<InputFile> files{
      describe_input("network", network_path), describe_input("accelerator", accelerator_path),
      describe_input("dram timing", tables_folder(tables, machine.config) + "/dram_timing.csv")};
  report.inputs.insert(report.inputs.begin(), files.begin(), files.end());

  report.network = network.name;
  report.accelerator = machine.config;
  std::vector<LayerMapping> mappings =
      map_layers(machine, network, options.mapping.file, report.inputs, progress, kRunnersUp);
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const double energy =
        machine.cost
            .layer_energy_pj(mappings[i].descriptor, mappings[i].search.best.front().counters)
            .total();
    report.layers.push_back({network.layers[i].node.name, std::move(mappings[i]), energy});
  }
  return report;
}

/// As `dcnsim run --mapping` reads it.
std::string mapping_file(const MapReport& report) {
  std::vector<NamedLayer> layers;
  for (const MappedLayer& layer : report.layers) {
    layers.push_back({layer.name, layer.mapping.descriptor});
  }
  return mapping_yaml(
      layers,
      fmt::format("{} on {}, mapped for {} by dcnsim {}", report.network, report.accelerator.name,
                  to_string(report.accelerator.mapping.objective), report.version));
}

void map_command(const MapOptions& options) {
  for (const auto& path : {options.output, options.json}) {
    if (path) require_writable(*path);
  }
  const MapReport report = mapped(options);
  const std::string text =
      options.layer.empty() ? to_text(report) : explain(report, find_layer(report, options.layer));
  if (options.output) write_file_atomically(*options.output, mapping_file(report));
  if (options.json) write_file_atomically(*options.json, to_json(report));
  fmt::print("{} on {} ({} x {} PEs)\n\n{}", report.network, report.accelerator.name,
             report.accelerator.array.rows, report.accelerator.array.columns, text);
  if (options.output) fmt::print("\nmapping written to {}\n", *options.output);
  if (options.json) fmt::print("\nresults written to {}\n", *options.json);
}

}  // namespace

void add_map(CLI::App& app, Action& action) {
  auto options = std::make_shared<MapOptions>();
  CLI::App* map = app.add_subcommand("map", "How layers are executed on an accelerator, and why");
  map->description(
      "Chooses tiling, loop order and what stays on chip for every layer of a network: the best "
      "of\n"
      "all legal mappings, by simulated cycles, energy or traffic. Says what each choice costs "
      "and\n"
      "what the next best ones lose.");
  map->add_option("network", options->network, kNetworkHelp)
      ->type_name("FILE|NAME")
      ->capture_default_str();
  map->add_option("--layer", options->layer, "Explain one layer's mapping")->type_name("NAME");
  map->add_option("--accelerator", options->accelerator, kAcceleratorHelp)
      ->type_name("FILE|PRESET")
      ->capture_default_str();
  options->mapping.add_to(*map);
  options->widths.add_to(*map);
  map->add_option("-o,--output", options->output,
                  "Write the mapping to FILE, for `dcnsim run --mapping` to use or to be changed")
      ->type_name("FILE");
  map->add_option("--json", options->json, "Write everything to FILE (schema dcnsim.map/1)")
      ->type_name("FILE");
  map->callback([options, &action] { action = [options] { map_command(*options); }; });
}

}  // namespace dcnsim::cli

// SPDX-License-Identifier: Apache-2.0
// dcnsim map: how the layers of a network are executed on an accelerator, and why.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "analysis/cli/command.h"
#include "analysis/cli/mapping_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/evaluation/machine.h"
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

void map_command(const MapOptions& options) {
  for (const auto& path : {options.output, options.json}) {
    if (path) require_writable(*path);
  }
  MapReport report;
  report.version = DCNSIM_VERSION;
  const std::string network_path = network_file(options.network);
  const std::string accelerator_path = accelerator_file(options.accelerator);
  AcceleratorConfig config = load_accelerator(accelerator_path);
  options.mapping.apply(config);
  const std::string tables = tables_folder(data_file("models/cost/tables"), config);
  const CostModel cost(tables, config);
  const DramSpec dram = load_dram_spec(tables, config.dram.preset);
  const FixedNetwork network = fixed_network(network_path, options.widths, report.inputs);
  const std::vector<InputFile> files{describe_input("network", network_path),
                                     describe_input("accelerator", accelerator_path),
                                     describe_input("dram timing", tables + "/dram_timing.csv")};
  report.inputs.insert(report.inputs.begin(), files.begin(), files.end());

  report.network = network.name;
  report.accelerator = config;
  std::vector<LayerMapping> mappings =
      options.mapping.map(network, config, dram, cost, report.inputs, kRunnersUp);
  std::vector<NamedLayer> named;
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const std::string& name = network.layers[i].node.name;
    named.push_back({name, mappings[i].descriptor});
    const double energy =
        cost.layer_energy_pj(mappings[i].descriptor, mappings[i].search.best.front().counters)
            .total();
    report.layers.push_back({name, std::move(mappings[i]), energy});
  }

  const std::string text =
      options.layer.empty() ? to_text(report) : explain(report, find_layer(report, options.layer));
  if (options.output) {
    write_file_atomically(
        *options.output,
        mapping_yaml(named,
                     fmt::format("{} on {}, mapped for {} by dcnsim " DCNSIM_VERSION, network.name,
                                 config.name, to_string(config.mapping.objective))));
  }
  if (options.json) write_file_atomically(*options.json, to_json(report));
  fmt::print("{} on {} ({} x {} PEs)\n\n{}", network.name, config.name, config.array.rows,
             config.array.columns, text);
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

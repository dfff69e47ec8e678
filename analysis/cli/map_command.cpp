// SPDX-License-Identifier: Apache-2.0
// dcnsim map: how the layers of a network are executed on an accelerator, and why.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "analysis/cli/command_description.h"
#include "analysis/cli/console.h"
#include "analysis/cli/layout_options.h"
#include "analysis/cli/mapping_options.h"
#include "analysis/cli/shipped_files.h"
#include "analysis/cli/value_checks.h"
#include "analysis/cli/words_of_options.h"
#include "analysis/evaluation/machine.h"
#include "analysis/evaluation/network_file.h"
#include "analysis/evaluation/timing.h"
#include "analysis/inference/layer_mappings.h"
#include "analysis/report/map_report.h"
#include "analysis/whatif/what_if.h"
#include "models/arch/accelerator_yaml.h"
#include "models/base/file/atomic_file.h"
#include "models/base/text/short_name.h"
#include "models/base/text/wrap.h"
#include "platform/compiler/mapper/mapping_yaml.h"
#include "platform/compiler/mapper/search.h"

namespace dcnsim::cli {
namespace {

constexpr std::size_t kRunnersUp = 3;

struct MapOptions {
  std::string network = kBuiltInNetwork;
  std::string accelerator = "small_edge";
  std::string layer, what_if = "auto";
  WidthOptions widths;
  MappingOptions mapping;
  LayoutOptions layout;
  std::optional<std::string> output, json;
};

std::size_t find_layer(const MapReport& report, const std::string& name) {
  std::vector<std::string> names;
  for (const MappedLayer& layer : report.layers) names.push_back(layer.name);
  try {
    return index_of_name(name, names);
  } catch (const std::invalid_argument& e) {
    throw UsageError(std::string("--layer: ") + e.what());
  }
}

/// Beyond so many layers searching anew for every change takes long: it has to be asked for.
constexpr std::size_t kLayersMappedAnew = 32;

/// The memory's share of the waits, and what changes to the machine would save.
void ask_what_if(const MapOptions& options, const Machine& machine, const FixedNetwork& network,
                 MapReport& report) {
  std::vector<LayerMapping> mappings;
  for (MappedLayer& layer : report.layers) {
    LayerMapping& mapping = layer.mapping;
    LayerCounters& counters = mapping.search.best.front().counters;
    counters = with_memory_shares({counters}, {placed_alone(mapping.descriptor, machine.config)}, 0,
                                  machine)
                   .front();
    mappings.push_back({mapping.descriptor, {}});
  }
  if (options.what_if == "none") return;
  const bool anew = options.what_if == "new" ||
                    (options.what_if == "auto" && report.layers.size() <= kLayersMappedAnew);
  MapperOptions mapper;
  mapper.energy = energy_model(machine.cost);
  report.what_if = what_if(machine, network, mappings, std::vector<double>(mappings.size(), 0),
                           anew ? WhatIfMapping::kNew : WhatIfMapping::kFixed, mapper);
}

MapReport mapped(const MapOptions& options) {
  MapReport report;
  report.version = DCNSIM_VERSION;
  const InputPath network_path = network_file(options.network);
  const InputPath accelerator_path = accelerator_file(options.accelerator);
  const InputPath tables = shipped_data().cost_tables();
  AcceleratorConfig config = load_accelerator(accelerator_path.path);
  options.mapping.apply_to(config.mapping);
  const Machine machine = make_machine(std::move(config), tables.path,
                                       options.mapping.cache.folder(), accelerator_path.path);
  const OnRunProgress progress = run_on_terminal();
  const FixedPoint fixed = in_words_of_options([&] {
    return fixed_network(load_stated(network_path.path, {}, shipped_data()),
                         options.widths.request(options.mapping.cache.folder()), shipped_data(),
                         false, report.inputs, progress);
  });
  const FixedNetwork& network = fixed.network;
  const std::vector<InputFile> files{
      describe_network("network", network_path), describe_input("accelerator", accelerator_path),
      describe_input("dram timing", cost_table(tables, machine.config, "dram_timing.csv"))};
  report.inputs.insert(report.inputs.begin(), files.begin(), files.end());

  report.network = network.name;
  report.accelerator = machine.config;
  std::vector<LayerMapping> mappings =
      map_layers(machine, network, options.mapping.file, report.inputs, progress, kRunnersUp);
  report.stream = mapped_stream(machine, network, mappings);
  const EnergyModel energy = energy_model(machine.cost);
  MappingSearch search(machine.config, machine.dram, energy);
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const Descriptor& d = mappings[i].descriptor;
    Choice choice = search.why(d, d.tiling);
    const double energy_pj =
        machine.cost.layer_energy_pj(d, mappings[i].search.best.front().counters).total();
    report.layers.push_back(
        {network.layers[i].node.name, std::move(mappings[i]), energy_pj, std::move(choice)});
  }
  ask_what_if(options, machine, network, report);
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
  FileClaims claims;
  const ShippedData& data = shipped_data();
  claim_machine(claims, accelerator_file(options.accelerator).path, data.cost_tables().path);
  claim_network(claims, "network",
                network_file(options.network, {"--accelerator", "--mapping", "--widths"}).path);
  claim_widths(claims, options.widths.request(), data);
  claims.reads("mapping", options.mapping.file);
  claims.writes("--output", options.output);
  claims.writes("--json", options.json);
  claim(claims);
  const MapReport report = mapped(options);
  const TextLayout layout = options.layout.layout();
  const std::string text = options.layer.empty()
                               ? to_text(report, layout)
                               : explain(report, find_layer(report, options.layer), layout);
  if (options.output) write_file_atomically(*options.output, mapping_file(report));
  if (options.json) write_file_atomically(*options.json, to_json(report));
  say("{}\n\n{}",
      wrapped(fmt::format("{} on {} ({} x {} PEs)", report.network, report.accelerator.name,
                          report.accelerator.array.rows, report.accelerator.array.columns),
              layout.columns),
      text);
  if (options.output) say("\nmapping written to {}\n", output_name(*options.output));
  if (options.json) say("\nresults written to {}\n", output_name(*options.json));
}

}  // namespace

void add_map(CLI::App& app, Action& action) {
  auto options = std::make_shared<MapOptions>();
  CLI::App* map = add_command(
      app, "map", "How layers are executed on an accelerator, and why",
      "Chooses tiling, loop order and what stays on chip for every layer of a network: the best\n"
      "mapping that its search finds, by simulated cycles, energy or traffic. Says what each\n"
      "choice costs and what the next best ones lose.",
      {{"dcnsim map", "a line a layer"},
       {"dcnsim map --layer conv1", "one layer, and what else there was to choose from"},
       {"dcnsim map --objective energy -o mapping.yaml", "for dcnsim run --mapping"}});
  map->add_option("network", options->network, kNetworkHelp)
      ->type_name("FILE|NAME")
      ->capture_default_str();
  map->add_option("--layer", options->layer,
                  "Explain one layer's mapping; an end of its name will do")
      ->type_name("LAYER");
  map->add_option("--accelerator", options->accelerator, kAcceleratorHelp)
      ->type_name("FILE|PRESET")
      ->capture_default_str();
  options->mapping.add_to(*map);
  one_of(
      map->add_option("--what-if", options->what_if,
                      "What changes to the machine would save: mapped anew for each (new, which\n"
                      "takes a search a change), with the mappings as they are (fixed), none, or\n"
                      "auto: new for networks of up to 32 layers, else fixed"),
      {"auto", "new", "fixed", "none"})
      ->capture_default_str();
  options->layout.add_to(*map);
  options->widths.add_to(*map);
  map->add_option("-o,--output", options->output,
                  "Write the mapping to FILE, for `dcnsim run --mapping` to use or to be changed")
      ->type_name(kOutputType);
  map->add_option("--json", options->json, "Write everything to FILE (schema dcnsim.map/1)")
      ->type_name(kOutputType);
  map->callback([options, &action] { action = [options] { map_command(*options); }; });
}

}  // namespace dcnsim::cli

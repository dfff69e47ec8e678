// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/mapping_options.h"

#include "analysis/cli/shipped_files.h"
#include "analysis/evaluation/machine.h"
#include "analysis/evaluation/mapping_cache.h"
#include "models/base/file/text_file.h"
#include "models/base/yaml/document.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/mapper/mapping_yaml.h"

namespace dcnsim::cli {

void MappingOptions::add_to(CLI::App& app) {
  app.add_option("--objective", objective,
                 "What layers are mapped for: latency, energy or traffic, instead of the\n"
                 "accelerator file's mapping.objective")
      ->check(CLI::IsMember({"latency", "energy", "traffic"}));
  app.add_option("--mapping", file,
                 "YAML file with tilings and loop orders of layers, as `dcnsim map -o` writes it;\n"
                 "layers it does not name are searched")
      ->type_name("FILE");
  cache.add_to(app, "mappings");
}

void MappingOptions::apply(AcceleratorConfig& config) const {
  for (const Objective known : {Objective::kLatency, Objective::kEnergy, Objective::kTraffic}) {
    if (to_string(known) == objective) config.mapping.objective = known;
  }
}

std::vector<LayerMapping> MappingOptions::map(const FixedNetwork& network,
                                              const AcceleratorConfig& config, const DramSpec& dram,
                                              const CostModel& cost, std::vector<InputFile>& inputs,
                                              std::size_t runners_up) const {
  const std::vector<Descriptor> layers = describe(network, config.accumulator);
  MapperOptions options;
  options.energy = energy_model(cost);
  options.runners_up = runners_up;
  const auto kept = mapping_cache(cache.folder(), config, cost, data_file("models/cost/tables"));
  options.cache = kept.get();
  if (!file.empty()) {
    std::vector<NamedLayer> named;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      named.push_back({network.layers[i].node.name, layers[i]});
    }
    options.request = parse_mapping(read_text_file(file, kMaxYamlBytes), file, named);
    inputs.push_back(describe_input("mapping", file));
  }
  Progress progress("mapping", 4 * layers.size());
  options.progress = [&](std::size_t done, std::size_t, const std::string& layer) {
    progress.update(done, layer);
  };
  return Mapper(config, dram, options).map(network, layers);
}

}  // namespace dcnsim::cli

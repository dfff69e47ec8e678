// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/layer_mappings.h"

#include "analysis/evaluation/timing.h"
#include "models/base/file/text_file.h"
#include "models/base/yaml/document.h"
#include "platform/compiler/describe.h"
#include "platform/compiler/mapper/mapping_yaml.h"

namespace dcnsim {
namespace {

NetworkRequest requested(const std::string& file, const FixedNetwork& network,
                         const std::vector<Descriptor>& layers) {
  std::vector<NamedLayer> named;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    named.push_back({network.layers[i].node.name, layers[i]});
  }
  return parse_mapping(read_text_file(file, kMaxLayersYamlBytes), file, named);
}

}  // namespace

std::vector<LayerMapping> map_layers(const Machine& machine, const FixedNetwork& network,
                                     const std::string& file, std::vector<InputFile>& inputs,
                                     const OnRunProgress& progress, std::size_t runners_up,
                                     int batch) {
  const std::vector<Descriptor> layers =
      in_batches(describe(network, machine.config.accumulator), batch);
  MapperOptions options;
  options.energy = energy_model(machine.cost);
  options.runners_up = runners_up;
  options.cache = machine.mappings.get();
  if (!file.empty()) {
    options.request = requested(file, network, layers);
    inputs.push_back(describe_input("mapping", user_file(file)));
  }
  options.progress = [&](std::size_t done, std::size_t total, const std::string& layer) {
    if (progress) progress({RunStage::kMapping, done, total, layer, 0});
  };
  options.progress(0, kSearchesPerLayer * layers.size(), "");
  return map_network(network, layers, machine.config, machine.dram, options);
}

std::optional<MappedStream> mapped_stream(const Machine& machine, const FixedNetwork& network,
                                          const std::vector<LayerMapping>& mappings) {
  if (machine.config.mapping.batch == 0) return std::nullopt;
  TimingRecord one;
  for (const LayerMapping& mapping : mappings) one.layers.push_back(mapping.descriptor);
  const StreamRecord stream = evaluate_stream(
      machine, network, describe(network, machine.config.accumulator), one, nullptr);
  MappedStream mapped;
  mapped.images = stream.images;
  for (const LayerCounters& layer : stream.counters) mapped.interval_cycles += layer.cycles;
  return mapped;
}

}  // namespace dcnsim

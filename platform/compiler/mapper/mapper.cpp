// SPDX-License-Identifier: Apache-2.0
#include "platform/compiler/mapper/mapper.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/perf/buffer_need.h"
#include "platform/compiler/mapper/candidates.h"
#include "platform/compiler/mapper/search.h"

namespace dcnsim {
namespace {

/// Whether layer `i` hands its whole output to the next layer, and to no other.
bool feeds_next_alone(const FixedNetwork& network, std::size_t i) {
  const int producer = static_cast<int>(i);
  int uses = 0;
  for (const FixedLayer& layer : network.layers) {
    uses += layer.node.input == producer ? 1 : 0;
    uses += layer.node.kind == LayerKind::kAdd && layer.node.input2 == producer ? 1 : 0;
  }
  return i + 1 < network.layers.size() && network.layers[i + 1].node.input == producer && uses == 1;
}

/// Maps on chip are not cut into planes and strips.
Descriptor with_maps(Descriptor d, bool input_on_chip, bool output_on_chip) {
  d.input_on_chip = input_on_chip;
  d.output_on_chip = output_on_chip;
  if (input_on_chip) d.input_segment = d.input_strip = 0;
  if (output_on_chip) d.output_segment = d.output_strip = 0;
  return d;
}

class Mapper {
 public:
  /// The references stay.
  Mapper(const AcceleratorConfig& config, const DramSpec& dram, const MapperOptions& options)
      : config_(config), options_(options), search_(config, dram, options_.energy) {}

  std::vector<LayerMapping> map(const FixedNetwork& network,
                                const std::vector<Descriptor>& descriptors);

 private:
  struct Layer {
    std::string name;
    Descriptor descriptor;
    MappingRequest request;
    bool output_may_stay = false;
  };
  std::vector<Layer> read(const FixedNetwork& network,
                          const std::vector<Descriptor>& descriptors) const;
  bool allowed(const Layer& layer, bool output_on_chip) const;
  const SearchResult& search(const Layer& layer, bool input_on_chip, bool output_on_chip);
  SearchResult find(const Layer& layer, const Descriptor& descriptor);
  [[noreturn]] void fail(const std::vector<Layer>& layers);

  const AcceleratorConfig& config_;
  const MapperOptions& options_;
  MappingSearch search_;
  std::map<std::string, SearchResult> known_;
  std::size_t searches_done_ = 0, searches_ = 0;
};

std::vector<LayerMapping> Mapper::map(const FixedNetwork& network,
                                      const std::vector<Descriptor>& descriptors) {
  const std::vector<Layer> layers = read(network, descriptors);
  const std::size_t count = layers.size();
  searches_done_ = 0;
  searches_ = 4 * count;

  // From a layer to the end, by whether its input is on chip: the best score and whether the output
  // stays. Without an entry there is no way.
  struct Way {
    Score score;
    bool keeps_output = false;
  };
  std::vector<std::array<std::optional<Way>, 2>> ways(count + 1);
  ways[count][0] = Way{};
  for (std::size_t i = count; i-- > 0;) {
    for (const bool input_on_chip : {false, true}) {
      if (input_on_chip && (i == 0 || !allowed(layers[i - 1], true))) continue;
      for (const bool keeps_output : {false, true}) {
        const std::optional<Way>& rest = ways[i + 1][keeps_output ? 1 : 0];
        if (!rest || !allowed(layers[i], keeps_output)) continue;
        const SearchResult& found = search(layers[i], input_on_chip, keeps_output);
        if (found.best.empty()) continue;
        const Score score = found.best.front().score + rest->score;
        std::optional<Way>& way = ways[i][input_on_chip ? 1 : 0];
        if (!way || score < way->score) way = {score, keeps_output};
      }
    }
  }
  if (!ways[0][0]) fail(layers);

  std::vector<LayerMapping> mappings;
  bool on_chip = false;
  for (std::size_t i = 0; i < count; ++i) {
    const bool keeps_output = ways[i][on_chip ? 1 : 0]->keeps_output;
    LayerMapping mapping{with_maps(layers[i].descriptor, on_chip, keeps_output),
                         search(layers[i], on_chip, keeps_output)};
    mapping.descriptor.tiling = mapping.search.best.front().tiling;
    mappings.push_back(std::move(mapping));
    on_chip = keeps_output;
  }
  return mappings;
}

std::vector<Mapper::Layer> Mapper::read(const FixedNetwork& network,
                                        const std::vector<Descriptor>& descriptors) const {
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    Layer layer{network.layers[i].node.name, descriptors[i], {}, feeds_next_alone(network, i)};
    const auto request = options_.request.layers.find(layer.name);
    if (request != options_.request.layers.end()) layer.request = request->second;
    if (layer.request.keep_output.value_or(false) && !layer.output_may_stay) {
      throw std::runtime_error(options_.request.file + ": layers." + layer.name +
                               ".keep_output: true, expected false: the output does not go to the "
                               "next layer alone");
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

bool Mapper::allowed(const Layer& layer, bool output_on_chip) const {
  if (layer.request.keep_output) return *layer.request.keep_output == output_on_chip;
  return !output_on_chip || layer.output_may_stay;
}

const SearchResult& Mapper::search(const Layer& layer, bool input_on_chip, bool output_on_chip) {
  const Descriptor d = with_maps(layer.descriptor, input_on_chip, output_on_chip);
  std::string key = layer_key(d);
  if (layer.request.fixes_tiling()) key += layer.name;
  const auto known = known_.find(key);
  ++searches_done_;
  if (known != known_.end()) return known->second;
  return known_.emplace(key, find(layer, d)).first->second;
}

SearchResult Mapper::find(const Layer& layer, const Descriptor& d) {
  const std::size_t wanted = 1 + options_.runners_up;
  MappingCache* cache = layer.request.fixes_tiling() ? nullptr : options_.cache;
  const std::string key = std::to_string(wanted) + ':' + layer_key(d);
  if (cache != nullptr) {
    if (const auto stored = cache->find(key)) {
      if (auto result = search_.again(d, *stored)) return *result;
    }
  }
  const SearchResult result = search_.best(d, layer.request, wanted, [&](std::uint64_t) {
    if (options_.progress) options_.progress(searches_done_, searches_, layer.name);
  });
  if (cache != nullptr) {
    StoredSearch stored{{}, result.legal, result.evaluated, result.given_up};
    for (const EvaluatedMapping& mapping : result.best) stored.best.push_back(mapping.tiling);
    cache->keep(key, stored);
  }
  return result;
}

void Mapper::fail(const std::vector<Layer>& layers) {
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    const bool keeps = layer.request.keep_output.value_or(false);
    const bool kept = i > 0 && layers[i - 1].request.keep_output.value_or(false);
    if (!search(layer, kept, keeps).best.empty()) continue;
    const std::string reason =
        why_no_candidate(with_maps(layer.descriptor, kept, keeps), config_, layer.request);
    if (layer.request.fixes_tiling() || keeps || kept) {
      throw std::runtime_error(options_.request.file + ": layers." + layer.name + ": " + reason);
    }
    throw std::runtime_error("layer \"" + layer.name + "\" does not fit accelerator \"" +
                             config_.name + "\": " + reason);
  }
  throw std::logic_error("no way through the layers, though each has a mapping");
}

}  // namespace

std::string layer_key(const Descriptor& layer) {
  Descriptor d = layer;
  d.tiling = {};
  d.proved = false;
  d.requant.shift = 0;
  d.requant.relu = false;
  for (Format* format : {&d.input, &d.input2, &d.weight, &d.requant.out}) format->frac = 0;
  d.input_address = d.input2_address = d.weight_address = d.output_address = 0;
  const DescriptorBytes bytes = encode(d);
  return {bytes.begin(), bytes.end()};
}

std::vector<LayerMapping> map_network(const FixedNetwork& network,
                                      const std::vector<Descriptor>& layers,
                                      const AcceleratorConfig& config, const DramSpec& dram,
                                      const MapperOptions& options) {
  return Mapper(config, dram, options).map(network, layers);
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Chooses how every layer of a network is executed: the best mapping of each layer by
// MappingSearch, and which feature maps stay on chip between two layers by dynamic programming over
// the chain, so that the sum of the layers' scores is as small as it can be.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "platform/compiler/mapper/mapping.h"
#include "platform/compiler/mapper/search_cache.h"
#include "platform/compiler/mapper/search_result.h"
#include "workloads/network.h"

namespace dcnsim {

struct AcceleratorConfig;
struct DramSpec;
class LayerWorks;

/// Searches for a layer, at most: its input and its output packed, in planes, padded (in planes or
/// not) or on chip.
inline constexpr std::size_t kSearchesPerLayer = 25;

/// What a layer's timing and the scores of its mappings depend on, as bytes: shapes, widths and
/// what is on chip; no tiling, no addresses.
std::string layer_key(const Descriptor& layer);

struct MapperOptions {
  EnergyModel energy;             ///< needed for Objective::kEnergy
  MappingCache* cache = nullptr;  ///< may be null; stays
  LayerWorks* works = nullptr;    ///< of machines like this one; may be null; stays
  NetworkRequest request;
  std::size_t runners_up = 0;  ///< next best mappings to find for each layer
  /// Told while layers are searched: searches done, at most, name of the layer.
  std::function<void(std::size_t done, std::size_t total, const std::string& layer)> progress;
};

struct LayerMapping {
  Descriptor descriptor;  ///< with its tiling and what is on chip; no addresses
  SearchResult search;    ///< among mappings with the same on chip; the first is the choice
};

/// `config` is validated; `layers`: one descriptor a layer of `network`, without tiling and
/// addresses; planes and strips of maps that they say are kept. Throws std::runtime_error naming
/// the layer if no mapping fits, or none as requested: which buffer lacks how many bytes, or which
/// rule is broken.
std::vector<LayerMapping> map_network(const FixedNetwork& network,
                                      const std::vector<Descriptor>& layers,
                                      const AcceleratorConfig& config, const DramSpec& dram,
                                      const MapperOptions& options);

}  // namespace dcnsim

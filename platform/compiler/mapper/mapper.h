// SPDX-License-Identifier: Apache-2.0
// Chooses how every layer of a network is executed: the best mapping of each layer by
// MappingSearch, and which feature maps stay on chip between two layers by dynamic programming over
// the chain, so that the sum of the layers' scores is as small as it can be.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "platform/compiler/mapper/mapping.h"
#include "platform/compiler/mapper/search.h"
#include "workloads/network.h"

namespace dcnsim {

/// Keeps searches from one run to the next. The key says which layer; the machine, the objective
/// and what else shapes the result are the cache's own business.
class MappingCache {
 public:
  virtual ~MappingCache() = default;
  virtual std::optional<StoredSearch> find(const std::string& layer_key) = 0;
  virtual void keep(const std::string& layer_key, const StoredSearch& search) = 0;
};

/// What a layer's timing and the scores of its mappings depend on, as bytes: shapes, widths and
/// what is on chip; no tiling, no addresses.
std::string layer_key(const Descriptor& layer);

struct MapperOptions {
  EnergyModel energy;             ///< needed for Objective::kEnergy
  MappingCache* cache = nullptr;  ///< may be null; stays
  NetworkRequest request;
  std::size_t runners_up = 0;  ///< next best mappings to find for each layer
  /// Told while layers are searched: searches done, at most, name of the layer.
  std::function<void(std::size_t done, std::size_t total, const std::string& layer)> progress;
};

struct LayerMapping {
  Descriptor descriptor;  ///< with its tiling and what is on chip; no addresses
  SearchResult search;    ///< among mappings with the same on chip; the first is the choice
};

class Mapper {
 public:
  /// `config` is validated; the references stay.
  Mapper(const AcceleratorConfig& config, const DramSpec& dram, const MapperOptions& options);

  /// `layers`: one descriptor a layer of `network`, without tiling and addresses. Throws
  /// std::runtime_error naming the layer if no mapping fits, or none as requested: which buffer
  /// lacks how many bytes, or which rule is broken.
  std::vector<LayerMapping> map(const FixedNetwork& network, const std::vector<Descriptor>& layers);

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

}  // namespace dcnsim

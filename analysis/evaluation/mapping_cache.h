// SPDX-License-Identifier: Apache-2.0
// Keeps the mapper's searches in a folder, one JSON file a layer shape, so that the next run need
// not search again. A cache only saves time: what it holds is evaluated again, and a file that is
// damaged or of something else counts as none and is written anew.
#pragma once

#include <memory>
#include <string>

#include "platform/compiler/mapper/search_cache.h"

namespace dcnsim {

struct AcceleratorConfig;
class CostModel;

class MappingCacheFolder : public MappingCache {
 public:
  /// `identity`: everything but the layer that shapes a search: program, machine, memory,
  /// objective. Makes the folder when it must; a cache that cannot be written is no error.
  MappingCacheFolder(std::string folder, std::string identity);

  std::optional<StoredSearch> find(const std::string& layer_key) override;
  void keep(const std::string& layer_key, const StoredSearch& search) override;

 private:
  std::string folder_, identity_;
};

/// A cache in `folder` for a machine, told apart by this program, the accelerator and the tables in
/// `tables_dir`. None if `folder` is "" or these cannot be read.
std::unique_ptr<MappingCache> mapping_cache(const std::string& folder,
                                            const AcceleratorConfig& config, const CostModel& cost,
                                            const std::string& tables_dir);

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Keeps what images make of a float network in a file, so that the next command on the same network
// need not look at the images again. A cache only saves time: a file that is damaged, of something
// else or of another dcnsim counts as none, and one that cannot be written is no error.
#pragma once

#include <optional>
#include <string>

#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

/// Where such results are kept.
struct CachePlace {
  std::string folder;   ///< made if need be; "": nowhere
  std::string network;  ///< hash of its file; what is asked of its pixels is added, and the images
};

class KeptResult {
 public:
  /// `what` says in a word what the images make: "calibration".
  KeptResult(const CachePlace& place, const std::string& what, const FloatNetwork& network,
             const Dataset& images);

  /// The bytes that were kept, if there are any.
  std::optional<std::string> find() const;
  void keep(const std::string& bytes) const;

 private:
  std::string kind_, path_;  ///< "": nowhere
};

}  // namespace dcnsim

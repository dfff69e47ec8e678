// SPDX-License-Identifier: Apache-2.0
// Keeps the formats that were chosen for a float network in a folder, one JSON file a network and
// widths, so that the next run need not calibrate again. A cache only saves time: formats survive
// to the last bit, and a file that is damaged or of something else counts as none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workloads/fixed_point.h"

namespace dcnsim {

struct KnownFormats {
  NetworkFormats formats;
  std::vector<std::string> warnings;  ///< of what was tried while they were chosen
};

class FormatCache {
 public:
  /// `key`: everything that shapes the choice, the program included. In folder "" nothing is kept.
  FormatCache(const std::string& folder, std::string key);

  /// Nothing unless there are formats of that many layers.
  std::optional<KnownFormats> find(std::size_t layers) const;
  /// Makes the folder if it must; a cache that cannot be written is no error.
  void keep(const KnownFormats& known) const;

 private:
  std::string file_, key_;
};

}  // namespace dcnsim

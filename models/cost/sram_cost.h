// SPDX-License-Identifier: Apache-2.0
// Energy, leakage and area of on-chip buffers from sram.csv (CACTI 7: one read-write port, balanced
// objective), one device type at one node.
#pragma once

#include <string>

#include "models/arch/accelerator_config.h"
#include "models/cost/grid.h"

namespace dcnsim {

/// One bank in the table; a whole buffer when returned by SramCost::buffer.
struct SramPoint {
  double read_pj = 0;     ///< of one word
  double write_pj = 0;    ///< of one word
  double leakage_mw = 0;  ///< subthreshold and gate
  double area_um2 = 0;
  double access_ns = 0;
};

struct BufferCost {
  SramPoint all;  ///< leakage and area of all banks
  bool interpolated = false;
};

class SramCost {
 public:
  /// `node_nm` is the logic's; config.cost.sram_node_nm replaces it. Throws std::runtime_error if
  /// the table has no such node or device.
  SramCost(const std::string& tables_dir, const CostConfig& config, double node_nm);

  /// `banks` banks of capacity / banks bytes each. Interpolated in the logarithms of capacity and
  /// word width; throws std::runtime_error naming the buffer outside the table's range.
  BufferCost buffer(const std::string& name, double capacity_bytes, int word_bits, int banks) const;

  const std::string& table() const { return table_; }
  const std::string& sha256() const { return sha256_; }
  const std::string& conditions() const { return conditions_; }

 private:
  Grid<SramPoint> grid_{Grid<SramPoint>::Axes::kLogarithmic};  ///< capacity in bytes, word in bits
  std::string table_, sha256_, conditions_;
};

}  // namespace dcnsim

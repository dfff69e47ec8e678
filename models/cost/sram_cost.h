// SPDX-License-Identifier: Apache-2.0
// Energy, leakage and area of on-chip buffers from sram.csv (CACTI 7: one read-write port, balanced
// objective), one device type at one node.
#pragma once

#include <string>

#include "models/arch/accelerator_config.h"
#include "models/base/table/grid.h"
#include "models/cost/error_bars.h"
#include "models/cost/extrapolation.h"
#include "models/cost/price_tables.h"

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
  Extrapolations by{};  ///< rules used, if any
};

/// What the accelerator file calls the two that decide.
struct BufferFields {
  std::string capacity, word;
};

class SramCost {
 public:
  /// `node_nm` is the logic's; config.cost.sram_node_nm replaces it. Throws InvalidField if the
  /// table has no such node or device.
  SramCost(const PriceTables& tables, const CostConfig& config, double node_nm);

  /// `banks` banks of capacity / banks bytes each. Interpolated in the logarithms of capacity and
  /// word width. Outside the table's range InvalidField with what there is; or, if
  /// extrapolation is asked for and the shape is near enough, along the mean slopes of the table.
  BufferCost buffer(const BufferFields& named, double capacity_bytes, int word_bits,
                    int banks) const;

  const std::string& table() const { return table_; }
  const std::string& sha256() const { return sha256_; }
  const std::string& conditions() const { return rows_.conditions; }
  const ErrorBars& error_bars() const { return rows_.error_bars; }

 private:
  using Member = double SramPoint::*;
  [[noreturn]] void refuse(const BufferFields& named, double capacity_bytes, int word_bits,
                           int banks, const std::string& remedy = "") const;
  /// Zero if the table has a hole there.
  double interpolated(double bytes, double bits, Member member) const;
  /// By the mean slopes over the whole range, from the nearest shape in it.
  double extrapolated(double bytes, double bits, Member member) const;

  /// Those of one device type at one node.
  struct Rows {
    Rows() = default;
    /// Throws InvalidField if there are none.
    Rows(const CsvTable& table, const std::string& device_type, double node_nm);

    Grid<SramPoint> grid{Grid<SramPoint>::Axes::kLogarithmic};  ///< capacity in bytes, word in bits
    std::string conditions;
    ErrorBars error_bars;
  };

  Rows rows_;
  CostConfig config_;
  std::string table_, sha256_;
};

}  // namespace dcnsim

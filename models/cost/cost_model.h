// SPDX-License-Identifier: Apache-2.0
// Energy and area of an accelerator from measured tables. Every figure is looked up exactly or
// interpolated inside its table's range. Anything else is an error that names the missing point or,
// if the accelerator asks for it (cost.extrapolate), follows from a rule that the provenance
// states.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/cost/breakdown.h"
#include "models/cost/price_tables.h"

namespace dcnsim {

struct AcceleratorConfig;
struct Descriptor;
struct DramSpec;
struct LayerCounters;

/// Where figures of one kind come from: what a report must print beside them.
struct Provenance {
  std::string component;      ///< PartInfo::source, or a table that corrects others
  std::string table;          ///< file name
  std::string sha256;         ///< of that file
  std::string conditions;     ///< node, voltage, temperature, library or device, data distribution
  std::string error_bar;      ///< e.g. "/2.5 .. x1.3"
  std::string note;           ///< interpolation or substitution used, "" if exact
  bool extrapolated = false;  ///< by a rule beyond the table; the note begins with it
};

/// The longest way from register to register among those that the tables have a delay of: PEs,
/// requantizers, maximum units and adders behind the columns, an access of each buffer.
struct CriticalPath {
  std::string unit;   ///< "a PE"
  std::string table;  ///< file name
  double ns = 0;

  /// Rounded down to a tenth.
  double highest_mhz() const;
  /// "a PE takes 1.715 ns in mac_energy_area.csv"
  std::string text() const;
};

/// The folder that the machine's tables are in: config.cost.tables, else the shipped one.
std::string tables_folder(const std::string& shipped, const AcceleratorConfig& config);
/// The tables in it, with what has been read of them.
PriceTables tables_of(const PriceTables& shipped, const AcceleratorConfig& config);

/// Reads one preset. Throws std::runtime_error naming file, row and column.
DramSpec load_dram_spec(const PriceTables& tables, const std::string& preset);
/// Names of all presets in the tables.
std::vector<std::string> dram_presets(const PriceTables& tables);

/// Cost of one machine. Construction reads the tables that were not read before and throws
/// std::runtime_error if anything the machine always needs (SRAM shapes, DRAM components, area and
/// leakage of all units) is missing, InvalidField if its clock is beyond its critical path (but for
/// cost.allow_overclock).
class CostModel {
 public:
  /// config.cost.tables replaces `shipped`.
  CostModel(const PriceTables& shipped, const AcceleratorConfig& config);
  ~CostModel();
  CostModel(CostModel&&) noexcept;

  /// Energy of one layer in pJ from what was counted while it ran. Throws std::runtime_error naming
  /// the width pair, accumulator or block for which the tables have no data.
  EnergyBreakdown layer_energy_pj(const Descriptor& descriptor,
                                  const LayerCounters& counters) const;

  /// Throws what layer_energy_pj would throw once these layers have run.
  void require_energies(const std::vector<Descriptor>& layers) const;

  /// Cell area without placement utilisation; DRAM is off chip. With what the machine is built with
  /// for these layers alone: tables if any looks codes up, multipliers if any multiplies maps.
  AreaBreakdown area_um2(const std::vector<Descriptor>& layers = {}) const;

  const CriticalPath& critical_path() const;
  /// Share of the clock period that the critical path takes; above 1 if overclocked.
  double clock_share() const;

  /// Of area and leakage, and of the energy of these layers, or if there are none of a convolution
  /// of the native widths. Throws what require_energies throws.
  std::vector<Provenance> provenance(const std::vector<Descriptor>& layers = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dcnsim

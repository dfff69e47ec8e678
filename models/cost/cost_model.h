// SPDX-License-Identifier: Apache-2.0
// Energy and area of an accelerator from measured tables. Every figure is looked up exactly or
// interpolated inside its table's range. Anything else is an error that names the missing point or,
// if the accelerator asks for it (cost.extrapolate), follows from a rule that the provenance
// states.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/arch/dram_spec.h"
#include "models/perf/counters.h"

namespace dcnsim {

/// Named amounts in a fixed order (picojoules, or square micrometres).
using Breakdown = std::vector<std::pair<std::string, double>>;
double total(const Breakdown& breakdown);

/// Where figures of one kind come from: what a report must print beside them.
struct Provenance {
  std::string component;      ///< e.g. "multiply", "input_buffer", "dram"
  std::string table;          ///< file name
  std::string sha256;         ///< of that file
  std::string conditions;     ///< node, voltage, temperature, library or device, data distribution
  std::string error_bar;      ///< e.g. "/2.5 .. x1.3"
  std::string note;           ///< interpolation or substitution used, "" if exact
  bool extrapolated = false;  ///< by a rule beyond the table; the note begins with it
};

/// The folder that the machine's tables are in: config.cost.tables, else the shipped one.
std::string tables_folder(const std::string& shipped, const AcceleratorConfig& config);

/// Reads one preset. Throws std::runtime_error naming file, row and column.
DramSpec load_dram_spec(const std::string& tables_dir, const std::string& preset);
/// Names of all presets in the tables.
std::vector<std::string> dram_presets(const std::string& tables_dir);

/// Cost of one machine. Construction reads the tables and throws std::runtime_error if anything
/// the machine always needs (SRAM shapes, DRAM components, MAC area and leakage) is missing.
class CostModel {
 public:
  /// config.cost.tables replaces `tables_dir`.
  CostModel(const std::string& tables_dir, const AcceleratorConfig& config);
  ~CostModel();
  CostModel(CostModel&&) noexcept;

  /// Energy of one layer in pJ from what was counted while it ran. Components, in this order:
  /// multiply, accumulate, operand_registers, accumulator_registers, edge_registers,
  /// shadow_registers, requantize, pool_add, input_buffer, weight_buffer, output_buffer,
  /// accumulator_buffer, dram_activate, dram_read, dram_write, dram_refresh, dram_background,
  /// leakage. Throws std::runtime_error naming the width pair, accumulator or block for which the
  /// tables have no data.
  Breakdown layer_energy_pj(const Descriptor& descriptor, const LayerCounters& counters) const;

  /// Throws what layer_energy_pj would throw once these layers have run.
  void require_energies(const std::vector<Descriptor>& layers) const;

  /// Components: pe_array, edge_registers, shadow_registers, requantizers, pool_add, input_buffer,
  /// weight_buffer, output_buffer, accumulator_buffer. Cell area without placement utilisation;
  /// DRAM is off chip.
  Breakdown area_um2() const;

  /// Of area and leakage, and of the energy of these layers.
  std::vector<Provenance> provenance(const std::vector<Descriptor>& layers = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dcnsim

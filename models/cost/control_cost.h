// SPDX-License-Identifier: Apache-2.0
// First-order energy, area and leakage of what moves data and says what happens when: the DMA
// engine and the sequencer. Two-beat FIFOs and address generators come from the rows `fifo2` and
// `address_generator` of requant_etc.csv, what they hold beside that from the rows of registers.
// models/cost/tables/README.md says what they are made of and what is left out.
#pragma once

#include <string>

#include "models/arch/accelerator_config.h"
#include "models/base/table/csv.h"
#include "models/cost/error_bars.h"
#include "models/cost/figure.h"
#include "models/cost/measured_units.h"
#include "models/cost/price_tables.h"
#include "models/cost/register_cost.h"
#include "models/perf/counters.h"

namespace dcnsim {

/// What the two are made of in a machine.
struct ControlBits {
  int beat = 0;            ///< of the memory bus
  int buffer_address = 0;  ///< of a line of the deepest buffer: a word of each of its banks
  int requests = 0;        ///< what is known of all bursts in flight
  int dma_settings = 0;    ///< last counts, steps and bases of the DMA's address generators
  int descriptors = 0;     ///< fields of the one that is executed and of the one that follows
  int sequencer_settings = 0;
};

ControlBits control_bits(const AcceleratorConfig& config);

class ControlCost {
 public:
  /// Throws std::runtime_error if the technology has no such rows and extrapolation from nangate45
  /// is not asked for.
  ControlCost(const PriceTables& tables, const AcceleratorConfig& config,
              const RegisterCost& registers);

  /// A beat over the memory bus: through a FIFO, with an address in memory and one in a buffer.
  Figure dma_fj(const LayerCounters& counters) const;
  /// A cycle at work: an address of each buffer; a layer: the fields of its descriptor.
  Figure sequencer_fj(const LayerCounters& counters) const;
  Figure dma_um2() const { return {dma_.area_um2, by_}; }
  Figure sequencer_um2() const { return {sequencer_.area_um2, by_}; }
  Figure leakage_nw() const { return {dma_.leakage_nw + sequencer_.leakage_nw, by_}; }

  const ControlBits& bits() const { return bits_; }
  const TableId& table() const { return table_; }
  const std::string& conditions() const { return conditions_; }
  const ErrorBars& error_bars() const { return error_bars_; }

 private:
  ControlBits bits_;
  int bus_bytes_;
  double beat_fj_ = 0, cycle_fj_ = 0, descriptor_fj_ = 0;
  MeasuredUnit dma_, sequencer_;  ///< area and leakage
  Extrapolations by_;
  TableId table_;
  std::string conditions_;
  ErrorBars error_bars_;
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// The accelerator as one TLM-2.0 component: registers and interrupt towards the host, one memory
// port. The host puts descriptors and tensors into memory, writes START, and is interrupted when
// the last output has reached memory or something failed.
#pragma once

#include <cstdint>
#include <functional>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/perf/counters.h"
#include "models/perf/tile_compute.h"
#include "models/tlm/clocking.h"
#include "models/tlm/dma.h"
#include "models/tlm/layer_job.h"
#include "models/tlm/register_bank.h"
#include "models/tlm/tile_loader.h"
#include "models/tlm/tile_writer.h"

namespace dcnsim {

class Accelerator : public sc_core::sc_module, private RegisterOwner {
 public:
  tlm::tlm_target_socket<32> registers;
  tlm::tlm_initiator_socket<32> memory;
  sc_core::sc_out<bool> irq;   ///< level, high until acknowledged in IRQ_STATUS
  sc_core::sc_in<bool> reset;  ///< active high, asynchronous: clears everything, also mid-job

  /// Throws std::invalid_argument if `config` is not valid.
  Accelerator(const sc_core::sc_module_name& name, const AcceleratorConfig& config);

  /// What the last job counted, one entry a descriptor executed (DRAM events excepted: the memory
  /// knows those).
  const std::vector<LayerCounters>& layer_counters() const { return layers_; }

  /// Called in simulated time when a job begins, and whenever a layer has completed.
  std::function<void()> on_job_begin;
  std::function<void()> on_layer_done;

 private:
  // RegisterOwner
  void start(const sc_core::sc_time& delay) override;
  void soft_reset() override;
  std::uint64_t counter(std::uint32_t offset) const override;
  void update_interrupt() override;

  void sequence();
  void drive_irq();
  void reset_changed();

  std::uint32_t run_job();
  std::uint32_t run_layer(std::uint64_t descriptor_address, LayerCounters& counters);
  std::uint32_t execute(LayerCounters& counters);
  void finish(std::uint32_t error_code, std::size_t layer);
  void abandon();
  /// Waits for the next clock edge and returns the cycles since the last call: every cycle of a job
  /// is thereby charged to exactly one cause.
  std::uint64_t elapsed();

  const AcceleratorConfig config_;
  const Clocking clocking_;
  RegisterBank bank_;
  Dma dma_;
  TileLoader loader_;
  TileWriter writer_;

  TileCompute compute_;
  LayerJob job_;
  std::vector<LayerCounters> layers_;
  LayerCounters totals_;
  std::uint64_t mark_cycle_ = 0;  ///< edge up to which cycles have been charged
  sc_core::sc_event start_event_;
  sc_core::sc_event irq_event_;
  sc_core::sc_process_handle sequencer_;
};

}  // namespace dcnsim

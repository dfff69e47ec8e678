// SPDX-License-Identifier: Apache-2.0
// The accelerator as one TLM-2.0 component: registers and interrupt towards the host, one memory
// port. The host puts descriptors and tensors into memory, writes START, and is interrupted when
// the last output has reached memory or something failed. Meanwhile it may queue another job, which
// follows without a pause: its first descriptor is asked for while the last layer runs.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <tlm>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/perf/counters.h"
#include "models/perf/memory_meter.h"
#include "models/perf/memory_share.h"
#include "models/perf/pipeline.h"
#include "models/tlm/accelerator_options.h"
#include "models/tlm/clocking.h"
#include "models/tlm/dma.h"
#include "models/tlm/register_bank.h"
#include "models/tlm/signals.h"
#include "models/tlm/systemc.h"
#include "models/values/tile_values.h"

namespace dcnsim {

class Accelerator : public sc_core::sc_module,
                    private RegisterOwner,
                    private PipelineClient,
                    private BurstData {
 public:
  tlm::tlm_target_socket<32> registers;
  tlm::tlm_initiator_socket<32> memory;
  sc_core::sc_out<bool> irq;   ///< level, high until acknowledged in IRQ_STATUS
  sc_core::sc_in<bool> reset;  ///< active high, asynchronous: clears everything, also mid-job

  /// Throws std::invalid_argument if `config` is not valid.
  Accelerator(const sc_core::sc_module_name& name, const AcceleratorConfig& config,
              const AcceleratorOptions& options = {});

  /// What was counted since START, one entry a descriptor executed, of all jobs that were queued
  /// since. Without measure(), DRAM events and
  /// what the memory did while the array waited are 0.
  const std::vector<LayerCounters>& layer_counters() const { return layers_; }

  /// The feature maps that the last layer left on chip, one an image, if it did: for debugging, as
  /// nothing on the bus can see them.
  const std::vector<CodeTensor>& kept_maps() const { return values_.kept(); }

  /// The weights of the layers executed last, for whoever computes with them too.
  KeptWeights& kept_weights() { return kept_weights_; }

  // Before simulation starts. Simulated time may be behind what meters and observers are told by
  // less than the global quantum.

  /// From the memory behind the socket come those of the layers' counters that only it knows.
  /// `meter` stays.
  void measure(MemoryMeter& meter) { memory_share_.emplace(meter, clocking_); }
  /// `observer` is told of everything the pipeline does, in clock cycles, and stays.
  void add_observer(PipelineClient& observer) { observers_.push_back(&observer); }
  /// Shows the accelerator's state (signals.h) and its interrupt in `file`.
  void trace(sc_core::sc_trace_file* file) const override;

 private:
  // RegisterOwner
  void start(const Job& job) override;
  void queue(const Job& job) override;
  void soft_reset() override;
  std::uint64_t counter(std::uint32_t offset) const override;
  void update_interrupt() override;

  // PipelineClient, BurstData
  void tile_begun(TileKind kind, std::uint32_t number, const Step& step, const Parts& parts,
                  std::uint64_t cycle) override;
  void burst_requested(const Burst& burst, std::uint64_t cycle) override;
  void burst_passed(const Burst& burst, std::uint64_t cycle) override;
  void tile_moved(TileKind kind, std::uint32_t number, const Step& step,
                  std::uint64_t cycle) override;
  void step_started(const RunningStep& running) override;
  void step_finished(const RunningStep& running) override;
  void waited(Stall cause, std::uint64_t from, std::uint64_t to) override;
  void layer_finished(std::uint64_t cycle) override;
  std::uint8_t* data(const Burst& burst) override;

  void sequence();
  void drive_irq();
  void reset_changed();

  bool can_run(const Job& job) const;
  std::uint32_t run_jobs(const Job& first);
  std::uint32_t run_job(Job job);
  Job take_queued();
  std::uint32_t run_layer(std::uint64_t descriptor_address, LayerCounters& counters, bool is_last);
  void fetch_follower();
  void complete_due();
  void complete();
  void finish(std::uint32_t error_code);
  void abandon();
  void forget_queue();

  const AcceleratorConfig config_;
  const Clocking clocking_;
  RegisterBank bank_;
  Dma dma_;
  Pipeline pipeline_;
  TileValues values_;
  KeptWeights kept_weights_;
  AcceleratorSignals signals_;
  std::optional<MemoryShare> memory_share_;
  std::vector<PipelineClient*> observers_;

  std::optional<Job> started_;   ///< and not yet begun
  std::optional<Job> queued_;    ///< behind the one that runs
  std::optional<Job> follower_;  ///< was queued: its first descriptor is asked for already
  bool is_running_ = false;      ///< a job, or has been started
  std::uint32_t layer_ = 0;      ///< of the job
  std::deque<std::uint64_t> completions_;  ///< cycles in which jobs with a follower end
  std::vector<LayerCounters> layers_;
  LayerCounters totals_;
  sc_core::sc_event start_event_;
  sc_core::sc_event irq_event_;
  sc_core::sc_event completion_event_;
};

}  // namespace dcnsim

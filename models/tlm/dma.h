// SPDX-License-Identifier: Apache-2.0
// The DMA's memory port: puts the bursts a Pipeline asks for on a TLM-2.0 socket and tells it when
// the memory is done.
//
// Loosely timed, a burst is one b_transport whose annotated delay is its completion, ahead of
// simulated time as far as the quantum allows. A memory may also wait inside the call. Then the
// process that made it is held up, and another one drives the pipeline on: as many calls are inside
// the memory beside one another as bursts may be outstanding, so that waiting costs what annotating
// does. No call is ever unwound: a reset leaves it to return, and its answer is ignored.
//
// Approximately timed, a burst is a transaction of the base protocol, with others outstanding
// beside it.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <tlm>
#include <vector>

#include "models/perf/pipeline.h"
#include "models/tlm/accelerator_options.h"
#include "models/tlm/clocking.h"
#include "models/tlm/systemc.h"
#include "models/tlm/transaction_pool.h"

namespace dcnsim {

/// Where the data of a burst are. They stay in place until Dma::settle() of the next run.
class BurstData {
 public:
  virtual ~BurstData() = default;
  virtual std::uint8_t* data(const Burst& burst) = 0;
};

class Dma : public sc_core::sc_module {
 public:
  /// Thrown to whoever is inside run(), advance_to(), finish() or settle() when reset() is called.
  struct Abandoned {};

  tlm_utils::simple_initiator_socket<Dma, 32> memory;

  /// `outstanding`: bursts in flight at most, both directions together.
  Dma(const sc_core::sc_module_name& name, const AcceleratorOptions& options,
      const Clocking& clocking, std::size_t outstanding);
  /// Reports transactions that never ended.
  void end_of_simulation() override;

  // To be called from one process.

  /// Runs `pipeline` until it is idle. False if the memory answers a burst with anything but
  /// TLM_OK_RESPONSE, in the cycle of that answer, which is reported: the pipeline is then to be
  /// reset.
  bool run(Pipeline& pipeline, BurstData& data);
  /// Lets time pass up to clock cycle `cycle`.
  void advance_to(std::uint64_t cycle);
  /// The last run of a job has ended: lets simulated time catch up with the DMA's.
  void finish();
  /// Waits until all b_transport calls of runs that were abandoned have returned.
  void settle();

  /// Abandons what is in flight; answers to it are ignored. From any process.
  void reset();

 private:
  /// A process that drives a run and makes b_transport calls. The payload is its own for good: a
  /// memory may keep a pointer to it while it waits.
  struct Caller : sc_core::sc_module {
    Caller(const sc_core::sc_module_name& name, Dma& owner);
    void run() { dma.stand_by(*this); }
    Dma& dma;
    sc_core::sc_event wake;
    Transaction transaction;
  };

  struct BegunResponse {
    sc_core::sc_time begins;
    Transaction* transaction;
  };

  void stand_by(Caller& me);
  /// Until the run has ended or another process drives. `me`: the calling process, loosely timed.
  void drive(Caller* me);
  /// Whether this process still drives when the call has returned.
  bool call(const Burst& burst, Caller& me);

  /// Whether no request is in its request phase.
  bool may_request() const;
  /// Whether simulated time is at or after clock cycle `cycle`, which may be kNever.
  bool has_come(std::uint64_t cycle) const;
  /// Lets time pass up to `cycle`, or until something happens that may change what comes next;
  /// returns whether the cycle has come.
  bool reach(std::uint64_t cycle);
  /// Waits until the memory stirs, but no longer than `time`.
  void pause(const sc_core::sc_time& time);
  /// Lets simulated time catch up with the DMA's.
  void sync();
  /// Waits until the memory stirs.
  void await_memory();
  /// The driver yields of its own accord: nobody is to take over.
  void call_off();
  void start_watching();
  void stop_watching();
  void watch();
  std::string awaited() const;
  sc_core::sc_time next_sync_point() const;

  Transaction& prepare(Transaction& transaction, const Burst& burst) const;
  void begin(const Burst& burst);
  void end_request(Transaction& transaction, const sc_core::sc_time& delay);
  void end_responses();
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void complete(Transaction& transaction, const sc_core::sc_time& delay);
  /// The memory answered a burst `delay` from now.
  void answer(Transaction& transaction, const sc_core::sc_time& delay);
  void report(const char* type, const std::string& message) const;

  const AcceleratorOptions options_;
  const Clocking clocking_;
  TransactionPool pool_;
  Pipeline* pipeline_ = nullptr;  ///< being run
  BurstData* data_ = nullptr;
  std::uint32_t generation_ = 0;                   ///< earlier runs are abandoned
  std::uint64_t failed_cycle_ = Pipeline::kNever;  ///< of the first answer that is an error
  std::string failure_;                            ///< that answer
  sc_core::sc_event stirred_;                      ///< the memory, or a reset, has done something
  sc_core::sc_event ended_;                        ///< the run, or a reset has ended it
  sc_core::sc_event watch_;                        ///< to look whether it has for long
  sc_core::sc_time awaiting_since_ = sc_core::sc_max_time();  ///< nothing but the memory
  bool watches_ = false, said_no_progress_ = false;

  // Loosely timed
  sc_core::sc_time local_time_, sync_point_;  ///< the DMA's present, and up to where it may go
  std::deque<Caller> callers_;
  std::vector<Caller*> idle_;
  Caller* driver_ = nullptr;
  bool may_take_over_ = false;  ///< nobody drives, or who does is inside the memory
  Caller* on_call_ = nullptr;   ///< woken if the driver does not go on in this delta cycle
  std::size_t calls_ = 0;       ///< inside the memory

  // Approximately timed
  Transaction* requesting_ = nullptr;    ///< in its request phase, whose end is not known yet
  sc_core::sc_time request_end_;         ///< of the request before
  std::deque<BegunResponse> responses_;  ///< in the order of their times
};

}  // namespace dcnsim

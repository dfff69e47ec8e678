// SPDX-License-Identifier: Apache-2.0
// The DMA's memory port: puts the bursts a Pipeline asks for on a TLM-2.0 socket and tells it when
// the memory is done. Loosely timed, a burst is one b_transport whose annotated delay is its
// completion, ahead of simulated time as far as the global quantum allows. Approximately timed, it
// is a transaction of the base protocol, with others outstanding beside it.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>

#include <cstdint>
#include <systemc>
#include <tlm>

#include "models/arch/transport.h"
#include "models/perf/pipeline.h"
#include "models/tlm/clocking.h"
#include "models/tlm/transaction_pool.h"

namespace dcnsim {

/// Where the data of a burst are.
class BurstData {
 public:
  virtual ~BurstData() = default;
  virtual std::uint8_t* data(const Burst& burst) = 0;
};

class Dma : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Dma, 32> memory;

  Dma(const sc_core::sc_module_name& name, Transport transport, const Clocking& clocking);
  /// Reports transactions that never ended.
  void end_of_simulation() override;

  /// Runs `pipeline` until it is idle; to be called from one process. False if the memory answers a
  /// burst with anything but TLM_OK_RESPONSE, in the cycle of that answer: the pipeline is then to
  /// be reset.
  bool run(Pipeline& pipeline, BurstData& data);
  /// Lets time pass up to clock cycle `cycle`.
  void advance_to(std::uint64_t cycle);
  /// Lets simulated time catch up with the DMA's.
  void sync();
  /// The present, ahead of simulated time by less than the quantum.
  sc_core::sc_time local_time() const { return keeper_.get_current_time(); }

  /// Abandons what is in flight; answers to it are ignored.
  void reset();

 private:
  void run_loosely_timed(Pipeline& pipeline, BurstData& data);
  void run_approximately_timed(Pipeline& pipeline, BurstData& data);
  /// Whether no request is in its request phase.
  bool may_request() const;
  /// Whether simulated time is at or after clock cycle `cycle`, which may be kNever.
  bool has_come(std::uint64_t cycle) const;
  /// Lets time pass up to `cycle`, or until something happens that may change what comes next;
  /// returns whether the cycle has come.
  bool reach(std::uint64_t cycle);
  void begin(Transaction& transaction);
  void end_request(Transaction& transaction, const sc_core::sc_time& delay);
  void end_response(Transaction& transaction, sc_core::sc_time delay);
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  void complete(Transaction& transaction, const sc_core::sc_time& delay);
  /// The memory answered a burst `delay` from now; returns the cycle from which that counts.
  std::uint64_t answer(const tlm::tlm_generic_payload& payload, const sc_core::sc_time& delay);

  const Transport transport_;
  const Clocking clocking_;
  tlm_utils::tlm_quantumkeeper keeper_;
  TransactionPool pool_;
  Pipeline* pipeline_ = nullptr;       ///< being run
  Transaction* requesting_ = nullptr;  ///< in its request phase, whose end is not known yet
  sc_core::sc_time request_end_;       ///< of the request before
  std::uint32_t generation_ = 0;       ///< transactions of earlier ones are abandoned
  std::uint64_t failed_cycle_ = Pipeline::kNever;  ///< of the first answer that is an error
  sc_core::sc_event answered_;                     ///< the memory has done something
};

}  // namespace dcnsim

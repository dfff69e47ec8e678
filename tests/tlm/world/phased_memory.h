// SPDX-License-Identifier: Apache-2.0
// Memories of the base protocol: what ends a request is theirs to choose, the response comes
// `latency` later, one response at a time. Their socket knows nb_transport only, so that a loosely
// timed initiator meets the socket's adapter.
#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>

#include <deque>

#include "tests/tlm/world/memory.h"

namespace dcnsim::world {

class PhasedMemory : public Memory {
 public:
  PhasedMemory(const sc_core::sc_module_name& name, Storage& storage, const Timing& timing);

 protected:
  /// BEGIN_REQ, from `delay` on; what it returns is the answer on the return path.
  virtual tlm::tlm_sync_enum begin(Payload& payload, tlm::tlm_phase& phase,
                                   sc_core::sc_time& delay) = 0;
  /// END_REQ is due.
  virtual void end_request(Payload& payload);
  /// Makes an access, just before its response.
  virtual void access(Payload& payload) { storage_.serve(payload); }
  /// How a response is answered that is not ended by a call.
  virtual void response_answered(Payload& payload, tlm::tlm_sync_enum status,
                                 const sc_core::sc_time& delay);

  /// The phase is due after `delay`: it is made by a call then.
  void schedule(Payload& payload, const tlm::tlm_phase& phase, const sc_core::sc_time& delay) {
    phases_.notify(payload, phase, delay);
  }
  /// Makes a phase by a call, annotated.
  void call(Payload& payload, tlm::tlm_phase phase, sc_core::sc_time delay);
  /// The transaction ends on the return path.
  tlm::tlm_sync_enum complete(Payload& payload);

 private:
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void due(Payload& payload, const tlm::tlm_phase& phase);
  void respond();
  void end_response(Payload& payload);

  tlm_utils::peq_with_cb_and_phase<PhasedMemory> phases_;
  std::deque<Payload*> responses_;  ///< due; the first may have begun
  bool responding_ = false;
};

}  // namespace dcnsim::world

// SPDX-License-Identifier: Apache-2.0
// The ways in which a target of the base protocol may end a request and begin a response.
#pragma once

#include "tests/tlm/world/peek.h"
#include "tests/tlm/world/phased_memory.h"

namespace dcnsim::world {

/// As Accellera's at_target_1_phase: completes on the return path, annotated; every fourth time the
/// response is a call, which ends the request as well.
class OnePhaseMemory : public PhasedMemory {
  using PhasedMemory::PhasedMemory;
  tlm::tlm_sync_enum begin(Payload& payload, tlm::tlm_phase&, sc_core::sc_time& delay) override {
    const sc_core::sc_time all = timing_.accept + latency_of(payload);
    if (++requests_ % 4 == 0) {
      schedule(payload, tlm::BEGIN_RESP, delay + all);
      return tlm::TLM_ACCEPTED;
    }
    delay += all;
    return complete(payload);
  }
  int requests_ = 0;
};

/// As at_target_2_phase: END_REQ comes on the return path, annotated.
class TwoPhaseMemory : public PhasedMemory {
  using PhasedMemory::PhasedMemory;
  tlm::tlm_sync_enum begin(Payload& payload, tlm::tlm_phase& phase,
                           sc_core::sc_time& delay) override {
    delay += timing_.accept;
    schedule(payload, tlm::BEGIN_RESP, delay + latency_of(payload));
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }
};

/// As at_target_4_phase: all phases are calls.
class FourPhaseMemory : public PhasedMemory {
 public:
  using PhasedMemory::PhasedMemory;

 protected:
  tlm::tlm_sync_enum begin(Payload& payload, tlm::tlm_phase&, sc_core::sc_time& delay) override {
    schedule(payload, tlm::END_REQ, delay + timing_.accept);
    return tlm::TLM_ACCEPTED;
  }
};

/// END_REQ is a call at once, annotated.
class AnnotatedCallMemory : public PhasedMemory {
  using PhasedMemory::PhasedMemory;
  tlm::tlm_sync_enum begin(Payload& payload, tlm::tlm_phase&, sc_core::sc_time& delay) override {
    schedule(payload, tlm::END_REQ, delay);
    return tlm::TLM_ACCEPTED;
  }
  void end_request(Payload& payload) override {
    call(payload, tlm::END_REQ, timing_.accept);
    schedule(payload, tlm::BEGIN_RESP, timing_.accept + latency_of(payload));
  }
};

/// Ends early, in turn: by TLM_COMPLETED, by BEGIN_RESP on the return path, by BEGIN_RESP alone.
class EarlyMemory : public PhasedMemory {
  using PhasedMemory::PhasedMemory;
  tlm::tlm_sync_enum begin(Payload& payload, tlm::tlm_phase& phase,
                           sc_core::sc_time& delay) override {
    const sc_core::sc_time all = timing_.accept + latency_of(payload);
    switch (requests_++ % 3) {
      case 0:
        delay += all;
        return complete(payload);
      case 1:
        delay += all;
        phase = tlm::BEGIN_RESP;
        access(payload);
        return tlm::TLM_UPDATED;
      default:
        schedule(payload, tlm::BEGIN_RESP, delay + all);
        return tlm::TLM_ACCEPTED;
    }
  }
  int requests_ = 0;
};

/// Four phases, with one more where the template says.
enum class Extra { kBeforeEndReq, kAfterEndReq, kReturned };

template <Extra extra>
class PeekingMemory : public PhasedMemory {
  using PhasedMemory::PhasedMemory;
  tlm::tlm_sync_enum begin(Payload& payload, tlm::tlm_phase& phase,
                           sc_core::sc_time& delay) override {
    if (extra == Extra::kBeforeEndReq) schedule(payload, PEEK, delay);
    schedule(payload, tlm::END_REQ, delay + timing_.accept);
    if (extra != Extra::kReturned) return tlm::TLM_ACCEPTED;
    phase = PEEK;
    return tlm::TLM_UPDATED;
  }
  void end_request(Payload& payload) override {
    PhasedMemory::end_request(payload);
    if (extra == Extra::kAfterEndReq) call(payload, PEEK, sc_core::SC_ZERO_TIME);
  }
};

class RewritingPhasedMemory : public FourPhaseMemory {
  using FourPhaseMemory::FourPhaseMemory;
  void access(Payload& payload) override {
    storage_.serve(payload);
    payload.set_address(~payload.get_address());
  }
};

class IncompletePhasedMemory : public FourPhaseMemory {
  using FourPhaseMemory::FourPhaseMemory;
  void access(Payload& payload) override {
    storage_.serve(payload);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  }
};

/// Accepts requests and never answers.
class SilentPhasedMemory : public FourPhaseMemory {
  using FourPhaseMemory::FourPhaseMemory;
  void end_request(Payload& payload) override {
    call(payload, tlm::END_REQ, sc_core::SC_ZERO_TIME);
  }
};

/// As the arbiter of DRAMSys: takes bursts of powers of two at multiples of their length, with a
/// memory manager, answers them out of order, and knows one way to end a response: a call of
/// END_RESP. Whoever says otherwise has its response phase for ever. What a read returns is from
/// when it was accepted.
class Arbiter : public FourPhaseMemory {
  using FourPhaseMemory::FourPhaseMemory;
  tlm::tlm_sync_enum begin(Payload& payload, tlm::tlm_phase& phase,
                           sc_core::sc_time& delay) override;
  void end_request(Payload& payload) override;
  void access(Payload&) override {}
  void response_answered(Payload& payload, tlm::tlm_sync_enum status,
                         const sc_core::sc_time& delay) override;
  int requests_ = 0;
};

}  // namespace dcnsim::world

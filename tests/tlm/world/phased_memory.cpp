// SPDX-License-Identifier: Apache-2.0
#include "tests/tlm/world/phased_memory.h"

namespace dcnsim::world {

using sc_core::sc_time;

PhasedMemory::PhasedMemory(const sc_core::sc_module_name& name, Storage& storage,
                           const Timing& timing)
    : Memory(name, storage, timing), phases_(this, &PhasedMemory::due) {
  take_phases();
}

tlm::tlm_sync_enum PhasedMemory::nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                                 sc_time& delay) {
  if (phase == tlm::BEGIN_REQ) {
    payload.acquire();
    return begin(payload, phase, delay);
  }
  if (phase != tlm::END_RESP) return tlm::TLM_ACCEPTED;
  schedule(payload, tlm::END_RESP, delay);
  return tlm::TLM_COMPLETED;
}

void PhasedMemory::due(Payload& payload, const tlm::tlm_phase& phase) {
  if (phase == tlm::END_REQ) {
    end_request(payload);
  } else if (phase == tlm::BEGIN_RESP) {
    responses_.push_back(&payload);
    respond();
  } else if (phase == tlm::END_RESP) {
    end_response(payload);
  } else {
    call(payload, phase, sc_core::SC_ZERO_TIME);
  }
}

void PhasedMemory::end_request(Payload& payload) {
  call(payload, tlm::END_REQ, sc_core::SC_ZERO_TIME);
  schedule(payload, tlm::BEGIN_RESP, latency_of(payload));
}

void PhasedMemory::respond() {
  if (responding_ || responses_.empty()) return;
  responding_ = true;
  Payload& payload = *responses_.front();
  access(payload);
  call(payload, tlm::BEGIN_RESP, sc_core::SC_ZERO_TIME);
}

void PhasedMemory::end_response(Payload& payload) {
  payload.release();
  // A response on the return path was never among those that are called.
  if (responses_.empty() || responses_.front() != &payload) return;
  responses_.pop_front();
  responding_ = false;
  respond();
}

void PhasedMemory::call(Payload& payload, tlm::tlm_phase phase, sc_time delay) {
  const bool is_response = phase == tlm::BEGIN_RESP;
  const tlm::tlm_sync_enum status = socket->nb_transport_bw(payload, phase, delay);
  if (is_response) response_answered(payload, status, delay);
}

void PhasedMemory::response_answered(Payload& payload, tlm::tlm_sync_enum status,
                                     const sc_time& delay) {
  if (status != tlm::TLM_ACCEPTED) schedule(payload, tlm::END_RESP, delay);
}

tlm::tlm_sync_enum PhasedMemory::complete(Payload& payload) {
  access(payload);
  payload.release();
  return tlm::TLM_COMPLETED;
}

}  // namespace dcnsim::world

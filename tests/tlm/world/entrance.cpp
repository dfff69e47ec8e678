// SPDX-License-Identifier: Apache-2.0
#include "tests/tlm/world/entrance.h"

#include <algorithm>

namespace dcnsim::world {

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

Entrance::Entrance(const sc_core::sc_module_name& name, Transport transport)
    : Interposer(name), transport_(transport) {
  take_phases();
}

tlm::tlm_response_status Entrance::access(tlm::tlm_command command, std::uint64_t address,
                                          std::array<std::uint8_t, 4>& data) {
  Payload& payload = *new Payload(this);
  payload.acquire();
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data.data());
  payload.set_data_length(sizeof data);
  payload.set_streaming_width(sizeof data);
  if (transport_ == Transport::kLooselyTimed) {
    sc_time delay;
    to_target->b_transport(payload, delay);
    wait(delay);
  } else {
    call_in_phases(payload);
  }
  const tlm::tlm_response_status status = payload.get_response_status();
  payload.release();
  return status;
}

void Entrance::call_in_phases(Payload& payload) {
  while (requesting_ != nullptr) wait(request_ended_);
  if (request_end_ > sc_core::sc_time_stamp()) wait(request_end_ - sc_core::sc_time_stamp());
  own_ = &payload;
  responded_ = false;
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_time delay;
  const tlm::tlm_sync_enum status = nb_transport_fw(payload, phase, delay);
  if (status == tlm::TLM_COMPLETED || (status == tlm::TLM_UPDATED && phase == tlm::BEGIN_RESP)) {
    wait(delay);
  } else {
    while (!responded_) wait(response_);
  }
  if (status != tlm::TLM_COMPLETED) {
    phase = tlm::END_RESP;
    delay = SC_ZERO_TIME;
    to_target->nb_transport_fw(payload, phase, delay);
  }
  own_ = nullptr;
}

void Entrance::b_transport(Payload& payload, sc_time& delay) {
  most_ahead_ = std::max(most_ahead_, delay);
  to_target->b_transport(payload, delay);
}

tlm::tlm_sync_enum Entrance::nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                             sc_time& delay) {
  if (phase == tlm::BEGIN_REQ) requesting_ = &payload;
  const tlm::tlm_sync_enum status = to_target->nb_transport_fw(payload, phase, delay);
  if (status == tlm::TLM_UPDATED) note(payload, phase, delay);
  if (status == tlm::TLM_COMPLETED) note(payload, tlm::BEGIN_RESP, delay);
  return status;
}

tlm::tlm_sync_enum Entrance::nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                             sc_time& delay) {
  note(payload, phase, delay);
  if (&payload != own_) return from_initiator->nb_transport_bw(payload, phase, delay);
  if (phase == tlm::BEGIN_RESP) {
    responded_ = true;
    response_.notify(delay);
  }
  return tlm::TLM_ACCEPTED;
}

void Entrance::note(const Payload& payload, const tlm::tlm_phase& phase, const sc_time& delay) {
  if (requesting_ != &payload || (phase != tlm::END_REQ && phase != tlm::BEGIN_RESP)) return;
  requesting_ = nullptr;
  request_end_ = sc_core::sc_time_stamp() + delay;
  request_ended_.notify(SC_ZERO_TIME);
}

}  // namespace dcnsim::world

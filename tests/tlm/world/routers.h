// SPDX-License-Identifier: Apache-2.0
// Interconnects that lock the way to a target while a call is in it, and one that passes phases on.
#pragma once

#include <gtest/gtest.h>

#include "tests/tlm/world/interposer.h"
#include "tests/tlm/world/peek.h"
#include "tests/tlm/world/ticket_lock.h"

namespace dcnsim::world {

/// Passes the time of an access before the next one may come.
class TicketRouter : public Interposer {
  using Interposer::Interposer;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    lock_.take();
    to_target->b_transport(payload, delay);
    if (delay > sc_core::SC_ZERO_TIME) wait(delay);
    delay = sc_core::SC_ZERO_TIME;
    lock_.give_back();
  }
  TicketLock lock_;
};

class MutexRouter : public Interposer {
  using Interposer::Interposer;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    mutex_.lock();
    to_target->b_transport(payload, delay);
    mutex_.unlock();
  }
  sc_core::sc_mutex mutex_;
};

/// Adds ignorable phases on both paths, by calls and on the way back from them, and knows one way
/// to end a response: a call of END_RESP.
class StrictRelay : public Interposer {
 public:
  explicit StrictRelay(const sc_core::sc_module_name& name) : Interposer(name) { take_phases(); }

 private:
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    const bool is_request = phase == tlm::BEGIN_REQ;
    if (!is_request) peek([&](auto& p, auto& d) { to_target->nb_transport_fw(payload, p, d); });
    const tlm::tlm_sync_enum status = to_target->nb_transport_fw(payload, phase, delay);
    return is_request ? with_peek(status, phase) : status;
  }
  tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override {
    peek([&](auto& p, auto& d) { from_initiator->nb_transport_bw(payload, p, d); });
    const bool is_response = phase == tlm::BEGIN_RESP;
    const tlm::tlm_sync_enum status = from_initiator->nb_transport_bw(payload, phase, delay);
    if (!is_response) return status;
    EXPECT_EQ(status, tlm::TLM_ACCEPTED) << "a response is ended by a call";
    return with_peek(status, phase);
  }

  template <typename Call>
  static void peek(const Call& call) {
    tlm::tlm_phase phase = PEEK;
    sc_core::sc_time delay;
    call(phase, delay);
  }
  static tlm::tlm_sync_enum with_peek(tlm::tlm_sync_enum status, tlm::tlm_phase& phase) {
    if (status != tlm::TLM_ACCEPTED) return status;
    phase = PEEK;
    return tlm::TLM_UPDATED;
  }
};

}  // namespace dcnsim::world

// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/ideal_memory.h"

#include <string>

#include "models/tlm/clocking.h"
#include "models/tlm/reports.h"

namespace dcnsim {

IdealMemory::IdealMemory(const sc_core::sc_module_name& name, const IdealConfig& config,
                         std::uint64_t capacity_bytes)
    : sc_module(name),
      socket("socket"),
      device_(config),
      storage_(capacity_bytes),
      phases_(this, &IdealMemory::on_phase) {
  socket.register_b_transport(this, &IdealMemory::b_transport);
  socket.register_nb_transport_fw(this, &IdealMemory::nb_transport_fw);
  socket.register_transport_dbg(this, &IdealMemory::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &IdealMemory::get_direct_mem_ptr);
  DCNSIM_PROCESSES_OF(IdealMemory);
  SC_METHOD(respond);
  sensitive << next_;
  dont_initialize();
}

void IdealMemory::b_transport(Payload& payload, sc_core::sc_time& delay) {
  if (!storage_.check(payload)) return;
  const std::uint64_t now = Clocking::to_ps(sc_core::sc_time_stamp() + delay);
  const std::uint64_t done =
      device_.access(now, payload.get_address(), payload.get_data_length(), payload.is_write());
  storage_.copy(payload);
  delay += Clocking::to_time(done - now);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

// What a phase brings about comes a delta cycle later at least: an initiator is not called back
// from its own call.
tlm::tlm_sync_enum IdealMemory::nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                                sc_core::sc_time& delay) {
  if (phase == tlm::BEGIN_REQ) {
    if (!storage_.check(payload)) return tlm::TLM_COMPLETED;
    payload.acquire();
    phases_.notify(payload, phase, delay);
    return tlm::TLM_ACCEPTED;
  }
  if (phase == tlm::END_RESP) {
    if (!responding_ || under_way_.front().payload != &payload) {
      SC_REPORT_ERROR(
          report::kProtocol,
          (std::string(name()) + ": END_RESP for a transaction that has no BEGIN_RESP open")
              .c_str());
      return tlm::TLM_ACCEPTED;
    }
    phases_.notify(payload, phase, delay);
    return tlm::TLM_COMPLETED;
  }
  return tlm::TLM_ACCEPTED;  // phases that others have added may be ignored
}

void IdealMemory::on_phase(Payload& payload, const tlm::tlm_phase& phase) {
  if (phase == tlm::BEGIN_REQ) {
    accept(payload);
    return;
  }
  under_way_.pop_front();
  responding_ = false;
  payload.release();
  next_.notify(sc_core::SC_ZERO_TIME);
}

void IdealMemory::accept(Payload& payload) {
  const std::uint64_t now = Clocking::to_ps(sc_core::sc_time_stamp());
  const std::uint64_t done =
      device_.access(now, payload.get_address(), payload.get_data_length(), payload.is_write());
  if (payload.is_write()) storage_.copy(payload);
  under_way_.push_back({&payload, done});
  tlm::tlm_phase phase = tlm::END_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  socket->nb_transport_bw(payload, phase, delay);
  next_.notify(sc_core::SC_ZERO_TIME);
}

void IdealMemory::respond() {
  if (responding_ || under_way_.empty()) return;
  const auto [first, done] = under_way_.front();
  const std::uint64_t now = Clocking::to_ps(sc_core::sc_time_stamp());
  if (done > now) {
    next_.notify(Clocking::to_time(done - now));
    return;
  }
  responding_ = true;
  if (first->is_read()) storage_.copy(*first);
  first->set_response_status(tlm::TLM_OK_RESPONSE);
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const tlm::tlm_sync_enum status = socket->nb_transport_bw(*first, phase, delay);
  if (status == tlm::TLM_COMPLETED || (status == tlm::TLM_UPDATED && phase == tlm::END_RESP)) {
    phases_.notify(*first, tlm::END_RESP, delay);
  }
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/dram.h"

#include "models/tlm/clocking.h"
#include "models/tlm/reports.h"

namespace dcnsim {
namespace {

std::uint64_t now_ps() { return Clocking::to_ps(sc_core::sc_time_stamp()); }

}  // namespace

Dram::Dram(const sc_core::sc_module_name& name, const DramSpec& spec, const DramConfig& config)
    : sc_module(name),
      socket("socket"),
      device_(spec, config),
      own_meter_(*this),
      shared_meter_(*this),
      queue_(device_, config),
      queue_depth_(static_cast<std::size_t>(config.queue_depth)),
      storage_(static_cast<std::uint64_t>(config.capacity_bytes)),
      phases_(this, &Dram::on_phase) {
  socket.register_b_transport(this, &Dram::b_transport);
  socket.register_nb_transport_fw(this, &Dram::nb_transport_fw);
  socket.register_transport_dbg(this, &Dram::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &Dram::get_direct_mem_ptr);
  DCNSIM_PROCESSES_OF(Dram);
  SC_METHOD(serve);
  sensitive << wake_;
  dont_initialize();
  SC_METHOD(go_on);
  sensitive << taken_;
  dont_initialize();
}

void Dram::b_transport(Payload& payload, sc_core::sc_time& delay) {
  if (!storage_.check(payload)) return;
  const std::uint64_t now = Clocking::to_ps(sc_core::sc_time_stamp() + delay);
  queue_.run_until(now_ps());
  const std::uint64_t done =
      device_.access(now, payload.get_address(), payload.get_data_length(), payload.is_write());
  storage_.copy(payload);
  delay += Clocking::to_time(done - now);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

tlm::tlm_sync_enum Dram::nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
  if (phase == tlm::BEGIN_REQ) {
    if (!storage_.check(payload)) return tlm::TLM_COMPLETED;
    if (delay > sc_core::SC_ZERO_TIME || !at_door_.empty() || !has_room()) {
      payload.acquire();
      take(payload, phase, delay);
      return tlm::TLM_ACCEPTED;
    }
    const bool found_room = enter(payload);
    if (!found_room || payload.is_read()) payload.acquire();
    if (!found_room) return tlm::TLM_ACCEPTED;
    phase = tlm::END_REQ;
    return payload.is_read() ? tlm::TLM_UPDATED : tlm::TLM_COMPLETED;
  }
  if (phase == tlm::END_RESP) {
    if (!responding_ || responses_.front() != &payload) {
      SC_REPORT_ERROR(
          report::kProtocol,
          (std::string(name()) + ": END_RESP for a transaction that has no BEGIN_RESP open")
              .c_str());
      return tlm::TLM_ACCEPTED;
    }
    take(payload, phase, delay);
    return tlm::TLM_COMPLETED;
  }
  return tlm::TLM_ACCEPTED;  // phases that others have added may be ignored
}

/// What a phase brings about comes a delta cycle later: an initiator is not called back from its
/// own call.
void Dram::take(Payload& payload, const tlm::tlm_phase& phase, const sc_core::sc_time& delay) {
  if (delay == sc_core::SC_ZERO_TIME) {
    on_phase(payload, phase);
  } else {
    phases_.notify(payload, phase, delay);
  }
}

void Dram::on_phase(Payload& payload, const tlm::tlm_phase& phase) {
  if (phase == tlm::BEGIN_REQ) {
    at_door_.push_back(&payload);
  } else {
    responses_.pop_front();
    responding_ = false;
    payload.release();
  }
  if (!at_door_.empty() || !responses_.empty()) taken_.notify(sc_core::SC_ZERO_TIME);
}

void Dram::go_on() {
  respond();
  admit();
}

void Dram::serve() {
  wake_ps_ = RequestQueue::kNever;
  queue_.advance(now_ps(), [this](RequestQueue::Event event, std::uint64_t id, std::uint64_t) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it was made from the pointer
    auto& payload = *reinterpret_cast<Payload*>(id);
    if (event == RequestQueue::Event::kAccepted) {
      accepted(payload);
    } else {
      storage_.copy(payload);
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
      responses_.push_back(&payload);
    }
  });
  go_on();
}

// Requests that are done but not taken count too: an initiator that is slow to end its responses
// slows down its requests.
bool Dram::has_room() const { return !queue_.is_entering() && responses_.size() < queue_depth_; }

bool Dram::enter(Payload& payload) {
  if (payload.is_write()) {
    storage_.copy(payload);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
  const bool found_room =
      queue_.enqueue(now_ps(), reinterpret_cast<std::uintptr_t>(&payload), payload.get_address(),
                     payload.get_data_length(), payload.is_write());
  schedule();
  return found_room;
}

/// A write is posted: it is done.
void Dram::accepted(Payload& payload) {
  if (payload.is_write()) {
    responses_.push_back(&payload);
    return;
  }
  tlm::tlm_phase phase = tlm::END_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  socket->nb_transport_bw(payload, phase, delay);
}

void Dram::admit() {
  while (!at_door_.empty() && has_room()) {
    Payload& payload = *at_door_.front();
    at_door_.pop_front();
    if (enter(payload)) accepted(payload);
  }
  respond();
  schedule();
}

void Dram::respond() {
  if (responding_ || responses_.empty()) return;
  responding_ = true;
  Payload& payload = *responses_.front();
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const tlm::tlm_sync_enum status = socket->nb_transport_bw(payload, phase, delay);
  if (status == tlm::TLM_COMPLETED || (status == tlm::TLM_UPDATED && phase == tlm::END_RESP)) {
    take(payload, tlm::END_RESP, delay);
  }
}

void Dram::schedule() {
  const std::uint64_t next = queue_.next_ps();
  if (next == RequestQueue::kNever || next == wake_ps_) return;
  const std::uint64_t now = now_ps();
  wake_ps_ = next;
  wake_.cancel();
  wake_.notify(Clocking::to_time(next > now ? next - now : 0));
}

void Dram::OwnMeter::begin_job(std::uint64_t now_ps) {
  if (!dram_.queue_.idle() || !dram_.at_door_.empty()) return;
  dram_.queue_.reset();
  OwnDramMeter::begin_job(now_ps);
}

DramTime Dram::OwnMeter::time_between(std::uint64_t from_ps, std::uint64_t to_ps) {
  dram_.queue_.run_until(now_ps());
  return OwnDramMeter::time_between(from_ps, to_ps);
}

DramEvents Dram::OwnMeter::events_until(std::uint64_t now_ps) {
  return dram_.queue_.events(now_ps);
}

DramTime Dram::SharedMeter::time_between(std::uint64_t from_ps, std::uint64_t to_ps) {
  dram_.queue_.run_until(now_ps());
  return SharedDramMeter::time_between(from_ps, to_ps);
}

}  // namespace dcnsim

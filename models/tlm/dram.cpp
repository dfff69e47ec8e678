// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/dram.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "models/tlm/clocking.h"
#include "models/tlm/reports.h"

namespace dcnsim {
namespace {

/// Copies between payload and storage, honouring byte enables (which repeat, IEEE 1666 14.16).
void copy(tlm::tlm_generic_payload& payload, std::uint8_t* storage) {
  std::uint8_t* data = payload.get_data_ptr();
  const unsigned length = payload.get_data_length();
  const std::uint8_t* enables = payload.get_byte_enable_ptr();
  const unsigned enable_length = payload.get_byte_enable_length();
  const bool read = payload.is_read();
  if (enables == nullptr) {
    read ? std::memcpy(data, storage, length) : std::memcpy(storage, data, length);
    return;
  }
  for (unsigned i = 0; i < length; ++i) {
    if (enables[i % enable_length] == TLM_BYTE_DISABLED) continue;
    read ? data[i] = storage[i] : storage[i] = data[i];
  }
}

std::uint64_t now_ps() { return Clocking::to_ps(sc_core::sc_time_stamp()); }

}  // namespace

Dram::Dram(const sc_core::sc_module_name& name, const DramSpec& spec, const DramConfig& config)
    : sc_module(name),
      socket("socket"),
      device_(spec, config),
      own_meter_(*this),
      shared_meter_(device_),
      queue_(device_, config),
      capacity_bytes_(static_cast<std::uint64_t>(config.capacity_bytes)),
      queue_depth_(static_cast<std::size_t>(config.queue_depth)),
      storage_(static_cast<std::uint8_t*>(std::calloc(capacity_bytes_, 1))),
      phases_(this, &Dram::on_phase) {
  if (!storage_) throw std::bad_alloc();
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
  if (!check(payload)) return;
  const std::uint64_t now = Clocking::to_ps(sc_core::sc_time_stamp() + delay);
  const std::uint64_t done =
      device_.access(now, payload.get_address(), payload.get_data_length(), payload.is_write());
  copy(payload, storage_.get() + payload.get_address());
  delay += Clocking::to_time(done - now);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

tlm::tlm_sync_enum Dram::nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
  if (phase == tlm::BEGIN_REQ) {
    if (!check(payload)) return tlm::TLM_COMPLETED;
    payload.acquire();
    take(payload, phase, delay);
    return tlm::TLM_ACCEPTED;
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

unsigned Dram::transport_dbg(Payload& payload) {
  const std::uint64_t address = payload.get_address();
  if (address >= capacity_bytes_ || payload.get_data_ptr() == nullptr) return 0;
  const auto length = static_cast<unsigned>(
      std::min<std::uint64_t>(payload.get_data_length(), capacity_bytes_ - address));
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), storage_.get() + address, length);
  } else if (payload.is_write()) {
    std::memcpy(storage_.get() + address, payload.get_data_ptr(), length);
  } else {
    return 0;
  }
  return length;
}

// Granted to whoever asks: the storage never moves. Accesses through it take no bank's time and
// are not counted, so no transport call suggests it.
bool Dram::get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi) {
  const bool inside = payload.get_address() < capacity_bytes_;
  dmi.set_start_address(inside ? 0 : capacity_bytes_);
  dmi.set_end_address(inside ? capacity_bytes_ - 1 : UINT64_MAX);
  if (!inside) return false;
  dmi.set_dmi_ptr(storage_.get());
  dmi.allow_read_write();
  dmi.set_read_latency(sc_core::SC_ZERO_TIME);
  dmi.set_write_latency(sc_core::SC_ZERO_TIME);
  return true;
}

bool Dram::check(Payload& payload) const {
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return false;
  }
  const std::uint64_t address = payload.get_address();
  const std::uint64_t length = payload.get_data_length();
  // Many initiators leave the streaming width at 0: read as equal to the length.
  const std::uint64_t width = payload.get_streaming_width();
  if (length == 0 || payload.get_data_ptr() == nullptr || (width != 0 && width < length)) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return false;
  }
  if (payload.get_byte_enable_ptr() != nullptr && payload.get_byte_enable_length() == 0) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return false;
  }
  if (address > capacity_bytes_ || length > capacity_bytes_ - address) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return false;
  }
  return true;
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
  taken_.notify(sc_core::SC_ZERO_TIME);
}

void Dram::go_on() {
  respond();
  admit();
}

void Dram::serve() {
  wake_ps_ = RequestQueue::kNever;
  queue_.advance(now_ps(), [this](std::uint64_t id, std::uint64_t) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it was made from the pointer
    auto& payload = *reinterpret_cast<Payload*>(id);
    if (payload.is_read()) copy(payload, storage_.get() + payload.get_address());
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    responses_.push_back(&payload);
  });
  respond();
  admit();
}

// Requests that are done but not taken count too: an initiator that is slow to end its responses
// slows down its requests.
void Dram::admit() {
  while (!at_door_.empty() && !queue_.full() && responses_.size() < queue_depth_) {
    Payload& payload = *at_door_.front();
    at_door_.pop_front();
    if (payload.is_write()) copy(payload, storage_.get() + payload.get_address());
    queue_.enqueue(now_ps(), reinterpret_cast<std::uintptr_t>(&payload), payload.get_address(),
                   payload.get_data_length(), payload.is_write());
    tlm::tlm_phase phase = tlm::END_REQ;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->nb_transport_bw(payload, phase, delay);
  }
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

}  // namespace dcnsim

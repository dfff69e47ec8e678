// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/dram.h"

#include <cstring>
#include <new>

#include "models/tlm/clocking.h"

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

}  // namespace

Dram::Dram(const sc_core::sc_module_name& name, const DramSpec& spec, int channels,
           std::uint64_t capacity_bytes)
    : sc_module(name),
      socket("socket"),
      banks_(spec, channels),
      capacity_bytes_(capacity_bytes),
      storage_(static_cast<std::uint8_t*>(std::calloc(capacity_bytes, 1))) {
  if (!storage_) throw std::bad_alloc();
  socket.register_b_transport(this, &Dram::b_transport);
  socket.register_transport_dbg(this, &Dram::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &Dram::get_direct_mem_ptr);
}

void Dram::reset_timing(const sc_core::sc_time& now) { banks_.reset(Clocking::to_ps(now)); }

DramEvents Dram::events(const sc_core::sc_time& now) { return banks_.events(Clocking::to_ps(now)); }

void Dram::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return;
  }
  const std::uint64_t address = payload.get_address();
  const std::uint64_t length = payload.get_data_length();
  // Many initiators leave the streaming width at 0: read as equal to the length.
  const std::uint64_t width = payload.get_streaming_width();
  if (length == 0 || payload.get_data_ptr() == nullptr || (width != 0 && width < length)) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  if (payload.get_byte_enable_ptr() != nullptr && payload.get_byte_enable_length() == 0) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  if (address > capacity_bytes_ || length > capacity_bytes_ - address) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  const std::uint64_t now = Clocking::to_ps(sc_core::sc_time_stamp() + delay);
  const std::uint64_t done = banks_.access(now, address, length, payload.is_write());
  copy(payload, storage_.get() + address);
  delay += Clocking::to_time(done - now);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned Dram::transport_dbg(tlm::tlm_generic_payload& payload) {
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
bool Dram::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
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

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/memory_storage.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace dcnsim {

MemoryStorage::MemoryStorage(std::uint64_t bytes)
    : bytes_(bytes), storage_(static_cast<std::uint8_t*>(std::calloc(bytes, 1))) {
  if (!storage_) throw std::bad_alloc();
}

bool MemoryStorage::check(Payload& payload) const {
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
  if (address > bytes_ || length > bytes_ - address) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return false;
  }
  return true;
}

/// Byte enables repeat (IEEE 1666 14.16).
void MemoryStorage::copy(Payload& payload) {
  std::uint8_t* storage = storage_.get() + payload.get_address();
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

unsigned MemoryStorage::debug(Payload& payload) {
  const std::uint64_t address = payload.get_address();
  if (address >= bytes_ || payload.get_data_ptr() == nullptr) return 0;
  const auto length =
      static_cast<unsigned>(std::min<std::uint64_t>(payload.get_data_length(), bytes_ - address));
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), storage_.get() + address, length);
  } else if (payload.is_write()) {
    std::memcpy(storage_.get() + address, payload.get_data_ptr(), length);
  } else {
    return 0;
  }
  return length;
}

// Accesses through it take no time and are not counted, so no transport call suggests it.
bool MemoryStorage::grant(const Payload& payload, tlm::tlm_dmi& dmi) {
  const bool inside = payload.get_address() < bytes_;
  dmi.set_start_address(inside ? 0 : bytes_);
  dmi.set_end_address(inside ? bytes_ - 1 : UINT64_MAX);
  if (!inside) return false;
  dmi.set_dmi_ptr(storage_.get());
  dmi.allow_read_write();
  dmi.set_read_latency(sc_core::SC_ZERO_TIME);
  dmi.set_write_latency(sc_core::SC_ZERO_TIME);
  return true;
}

}  // namespace dcnsim

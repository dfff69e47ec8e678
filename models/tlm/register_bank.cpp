// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/register_bank.h"

#include <algorithm>

namespace dcnsim {
namespace {

const reg::Register* find_register(std::uint32_t offset) {
  const auto* it = std::find_if(reg::kRegisters.begin(), reg::kRegisters.end(),
                                [&](const reg::Register& r) { return r.offset == offset; });
  return it == reg::kRegisters.end() ? nullptr : it;
}

bool is_counter(std::uint32_t offset) {
  return std::any_of(reg::kCounters.begin(), reg::kCounters.end(), [&](const reg::Counter& r) {
    return (offset & ~std::uint32_t{4}) == r.offset;
  });
}

// Registers are little-endian whatever the host is.
void store32(std::uint8_t* data, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t load32(const std::uint8_t* data) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(data[i]) << (8 * i);
  return value;
}

bool all_enabled(const tlm::tlm_generic_payload& payload) {
  const std::uint8_t* enables = payload.get_byte_enable_ptr();
  return enables == nullptr || std::all_of(enables, enables + payload.get_byte_enable_length(),
                                           [](std::uint8_t e) { return e == TLM_BYTE_ENABLED; });
}

}  // namespace

RegisterBank::RegisterBank(const sc_core::sc_module_name& name, RegisterOwner& owner)
    : sc_module(name), socket("socket"), owner_(owner) {
  socket.register_b_transport(this, &RegisterBank::b_transport);
  socket.register_transport_dbg(this, &RegisterBank::transport_dbg);
  reset();
}

void RegisterBank::reset() {
  for (const reg::Register& r : reg::kRegisters) values_[r.offset] = r.reset;
}

tlm::tlm_response_status RegisterBank::check(const tlm::tlm_generic_payload& payload) const {
  const std::uint64_t address = payload.get_address();
  const unsigned width = payload.get_streaming_width();
  if (payload.get_data_length() != 4 || payload.get_data_ptr() == nullptr || address % 4 != 0 ||
      (width != 0 && width < 4)) {
    return tlm::TLM_BURST_ERROR_RESPONSE;
  }
  if (!all_enabled(payload)) return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  if (address >= reg::kWindowBytes) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  const auto offset = static_cast<std::uint32_t>(address);
  const reg::Register* found = find_register(offset);
  if (found == nullptr && !is_counter(offset)) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  const reg::Access access = found != nullptr ? found->access : reg::Access::kReadOnly;
  if (payload.is_write() ? !reg::writable(access) : !reg::readable(access)) {
    return tlm::TLM_COMMAND_ERROR_RESPONSE;
  }
  return tlm::TLM_OK_RESPONSE;
}

std::uint32_t RegisterBank::read(std::uint32_t offset) const {
  const auto it = values_.find(offset);
  if (it != values_.end()) return it->second;
  const std::uint64_t count = owner_.counter(offset & ~std::uint32_t{4});
  return static_cast<std::uint32_t>((offset & 4) != 0 ? count >> 32 : count);
}

void RegisterBank::write(std::uint32_t offset, std::uint32_t value, const sc_core::sc_time& delay) {
  switch (offset) {
    case reg::kControl:
      if ((value & reg::kControlReset) != 0) {
        owner_.soft_reset();
      } else if ((value & reg::kControlStart) != 0 && (get(reg::kStatus) & reg::kStatusBusy) == 0) {
        owner_.start(delay);
      }
      return;
    case reg::kIrqStatus:
      values_[offset] &= ~value;
      break;
    case reg::kIrqEnable:
      values_[offset] = value & (reg::kIrqDone | reg::kIrqError);
      break;
    default:
      values_[offset] = value;
      return;
  }
  owner_.update_interrupt();
}

void RegisterBank::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return;
  }
  const tlm::tlm_response_status status = check(payload);
  payload.set_response_status(status);
  if (status != tlm::TLM_OK_RESPONSE) return;
  const auto offset = static_cast<std::uint32_t>(payload.get_address());
  if (payload.is_read()) {
    store32(payload.get_data_ptr(), read(offset));
  } else {
    write(offset, load32(payload.get_data_ptr()), delay);
  }
}

unsigned RegisterBank::transport_dbg(tlm::tlm_generic_payload& payload) {
  if (!payload.is_read() || check(payload) != tlm::TLM_OK_RESPONSE) return 0;
  store32(payload.get_data_ptr(), read(static_cast<std::uint32_t>(payload.get_address())));
  return 4;
}

}  // namespace dcnsim

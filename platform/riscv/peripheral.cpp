// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/peripheral.h"

namespace dcnsim::riscv {

Peripheral::Peripheral(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {
  socket.register_b_transport(this, &Peripheral::b_transport);
}

void Peripheral::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return;
  }
  const unsigned width = payload.get_streaming_width();
  if (payload.get_data_length() != 4 || payload.get_data_ptr() == nullptr ||
      payload.get_address() % 4 != 0 || (width != 0 && width < 4)) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  const auto offset = static_cast<std::uint32_t>(payload.get_address());
  std::uint8_t* data = payload.get_data_ptr();
  bool known = false;
  if (payload.is_read()) {
    const std::optional<std::uint32_t> value = read(offset, sc_core::sc_time_stamp() + delay);
    known = value.has_value();
    for (int i = 0; known && i < 4; ++i) data[i] = static_cast<std::uint8_t>(*value >> (8 * i));
  } else {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(data[i]) << (8 * i);
    known = write(offset, value);
  }
  payload.set_response_status(known ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

}  // namespace dcnsim::riscv

// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/ram.h"

#include <algorithm>

namespace dcnsim::riscv {

Ram::Ram(const sc_core::sc_module_name& name, std::size_t bytes)
    : sc_module(name), socket("socket"), bytes_(bytes) {
  socket.register_b_transport(this, &Ram::b_transport);
  socket.register_transport_dbg(this, &Ram::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &Ram::get_direct_mem_ptr);
}

void Ram::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time&) {
  const unsigned length = payload.get_data_length();
  const unsigned width = payload.get_streaming_width();
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  } else if (length == 0 || payload.get_data_ptr() == nullptr || (width != 0 && width < length)) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
  } else if (payload.get_address() > bytes_.size() ||
             length > bytes_.size() - payload.get_address()) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  } else {
    transport_dbg(payload);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
}

unsigned Ram::transport_dbg(tlm::tlm_generic_payload& payload) {
  if (payload.get_address() >= bytes_.size()) return 0;
  std::uint8_t* at = bytes_.data() + payload.get_address();
  const auto length = static_cast<unsigned>(
      std::min<std::uint64_t>(payload.get_data_length(), bytes_.size() - payload.get_address()));
  if (payload.is_read()) std::copy_n(at, length, payload.get_data_ptr());
  if (payload.is_write()) std::copy_n(payload.get_data_ptr(), length, at);
  return length;
}

bool Ram::get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
  dmi.set_start_address(0);
  dmi.set_end_address(bytes_.size() - 1);
  dmi.set_dmi_ptr(bytes_.data());
  dmi.allow_read_write();
  return true;
}

}  // namespace dcnsim::riscv

// SPDX-License-Identifier: Apache-2.0
// The processor's own memory: as fast as it, so that accesses take no time beyond the
// instruction's.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

namespace dcnsim::riscv {

class Ram : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Ram, 32> socket;

  Ram(const sc_core::sc_module_name& name, std::size_t bytes);

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);

  std::vector<std::uint8_t> bytes_;
};

}  // namespace dcnsim::riscv

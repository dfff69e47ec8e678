// SPDX-License-Identifier: Apache-2.0
// What the platform's small devices have in common: 32-bit little-endian registers behind a target
// socket, accessed as aligned words; all else is refused with a response that says why.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <optional>
#include <systemc>
#include <tlm>

namespace dcnsim::riscv {

class Peripheral : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Peripheral, 32> socket;

  explicit Peripheral(const sc_core::sc_module_name& name);

 protected:
  // Nothing, or false, where there is no such register. What is read is as of `at`, the time with
  // which the access is annotated. Interrupt lines follow at once: a processor that lets that time
  // pass finds them settled.
  virtual std::optional<std::uint32_t> read(std::uint32_t offset, const sc_core::sc_time& at) = 0;
  virtual bool write(std::uint32_t offset, std::uint32_t value) = 0;

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
};

}  // namespace dcnsim::riscv

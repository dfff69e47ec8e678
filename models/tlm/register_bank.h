// SPDX-License-Identifier: Apache-2.0
// The accelerator's registers behind a TLM-2.0 target socket, following the table in
// models/arch/registers.h. Access rules live here; what the accelerator does about START and RESET
// lives with its owner.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <map>
#include <systemc>
#include <tlm>

#include "models/arch/registers.h"

namespace dcnsim {

/// What the register bank asks of the accelerator behind it.
class RegisterOwner {
 public:
  virtual ~RegisterOwner() = default;
  /// CONTROL.START was written while idle; takes effect `delay` from now.
  virtual void start(const sc_core::sc_time& delay) = 0;
  /// CONTROL.RESET was written.
  virtual void soft_reset() = 0;
  /// Present value of a 64-bit counter of reg::kCounters.
  virtual std::uint64_t counter(std::uint32_t offset) const = 0;
  /// STATUS, IRQ_STATUS or IRQ_ENABLE changed.
  virtual void update_interrupt() = 0;
};

class RegisterBank : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<RegisterBank, 32> socket;

  RegisterBank(const sc_core::sc_module_name& name, RegisterOwner& owner);

  /// All registers to their reset values.
  void reset();

  /// Value as the hardware behind the bank sees it, whatever the bus may do.
  std::uint32_t get(reg::Offset offset) const { return values_.at(offset); }
  void set(reg::Offset offset, std::uint32_t value) { values_.at(offset) = value; }

  bool interrupt() const { return (get(reg::kIrqStatus) & get(reg::kIrqEnable)) != 0; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);

  tlm::tlm_response_status check(const tlm::tlm_generic_payload& payload) const;
  std::uint32_t read(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value, const sc_core::sc_time& delay);

  RegisterOwner& owner_;
  std::map<std::uint32_t, std::uint32_t> values_;  ///< kRegisters, by offset
};

}  // namespace dcnsim

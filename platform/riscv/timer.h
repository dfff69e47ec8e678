// SPDX-License-Identifier: Apache-2.0
// The machine timer: MTIME counts simulated time in ticks of DCN_TIMER_HZ, the interrupt is up
// while MTIME >= MTIMECMP (privileged specification, 3.2.1). 64 bits each, low word first.
#pragma once

#include "platform/riscv/peripheral.h"

namespace dcnsim::riscv {

class Timer : public Peripheral {
 public:
  sc_core::sc_out<bool> irq;

  explicit Timer(const sc_core::sc_module_name& name);

 private:
  std::optional<std::uint32_t> read(std::uint32_t offset, const sc_core::sc_time& at) override;
  bool write(std::uint32_t offset, std::uint32_t value) override;

  void drive_irq();

  std::uint64_t compare_ = UINT64_MAX;
  sc_core::sc_event compare_event_;  ///< MTIMECMP was written or reached
};

}  // namespace dcnsim::riscv

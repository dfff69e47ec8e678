// SPDX-License-Identifier: Apache-2.0
// The device with which firmware ends the simulation, as in QEMU's "virt" machine.
#pragma once

#include "platform/riscv/memory_map.h"
#include "platform/riscv/peripheral.h"

namespace dcnsim::riscv {

class Finisher : public Peripheral {
 public:
  using Peripheral::Peripheral;

  /// Nothing before the firmware has ended.
  std::optional<std::uint32_t> exit_code() const { return exit_code_; }

 private:
  std::optional<std::uint32_t> read(std::uint32_t, const sc_core::sc_time&) override {
    return std::nullopt;
  }
  bool write(std::uint32_t offset, std::uint32_t value) override {
    const std::uint32_t command = value & 0xFFFF;
    if (offset != 0 || (command != DCN_FINISHER_PASS && command != DCN_FINISHER_FAIL)) return false;
    exit_code_ = command == DCN_FINISHER_PASS ? 0 : value >> 16;
    sc_core::sc_pause();
    return true;
  }

  std::optional<std::uint32_t> exit_code_;
};

}  // namespace dcnsim::riscv

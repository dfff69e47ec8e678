// SPDX-License-Identifier: Apache-2.0
// A serial port's transmitter: what is written appears on a stream, without a line's delay.
#pragma once

#include <ostream>

#include "platform/riscv/memory_map.h"
#include "platform/riscv/peripheral.h"

namespace dcnsim::riscv {

class Uart : public Peripheral {
 public:
  /// `terminal` stays.
  Uart(const sc_core::sc_module_name& name, std::ostream& terminal)
      : Peripheral(name), terminal_(terminal) {}

 private:
  std::optional<std::uint32_t> read(std::uint32_t offset, const sc_core::sc_time&) override {
    if (offset != DCN_UART_TXDATA) return std::nullopt;
    return 0;  // not full
  }
  bool write(std::uint32_t offset, std::uint32_t value) override {
    if (offset != DCN_UART_TXDATA) return false;
    const char character = static_cast<char>(value & 0xFF);
    terminal_.put(character);
    if (character == '\n') terminal_.flush();
    return true;
  }

  std::ostream& terminal_;
};

}  // namespace dcnsim::riscv

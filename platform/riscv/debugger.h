// SPDX-License-Identifier: Apache-2.0
// What a processor and its debugger ask of each other. The processor calls; simulated time stands
// still while it is stopped.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "platform/riscv/core.h"

namespace dcnsim::riscv {

/// A processor that is stopped, with the memory that it sees.
class DebugTarget {
 public:
  virtual ~DebugTarget() = default;
  virtual Core& core() = 0;
  /// Without time and side effects; nothing, or false, if not all of it can be accessed so.
  virtual std::optional<std::vector<std::uint8_t>> read_memory(std::uint32_t address,
                                                               std::uint32_t bytes) = 0;
  virtual bool write_memory(std::uint32_t address, std::vector<std::uint8_t> bytes) = 0;
};

enum class Resume : std::uint8_t {
  kRun,
  kStep,
  kEnd  ///< the simulation
};

class Debugger {
 public:
  virtual ~Debugger() = default;
  /// Once it is gone it wants nothing any more.
  virtual bool is_attached() const = 0;
  /// The processor has stopped, at first before its first instruction (Pause::kRequest). Returns
  /// how it is to go on.
  virtual Resume stopped(DebugTarget& target, Pause why) = 0;
  /// Whether it should stop; asked now and then. With `wait`, when nothing else will happen:
  /// returns once it should stop, or is never going to.
  virtual bool wants_pause(bool wait) = 0;
  /// The firmware has ended with this code.
  virtual void ended(std::uint32_t exit_code) = 0;
};

}  // namespace dcnsim::riscv

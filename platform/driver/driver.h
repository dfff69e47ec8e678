// SPDX-License-Identifier: Apache-2.0
// The accelerator's driver: programs it through its registers only. Freestanding C++ (no
// allocation, no exceptions, no I/O), so that the same source runs in a host thread of a
// simulation and on a processor of a virtual platform.
#pragma once

#include <cstdint>

namespace dcnsim {

/// How the driver reaches the registers and sleeps until the interrupt line rises.
class DriverPort {
 public:
  virtual ~DriverPort() = default;
  /// False on a bus error. `offset` is relative to the accelerator's register window.
  virtual bool read32(std::uint32_t offset, std::uint32_t& value) = 0;
  virtual bool write32(std::uint32_t offset, std::uint32_t value) = 0;
  virtual void wait_for_interrupt() = 0;
};

enum class DriverStatus : std::uint8_t { kOk, kNoDevice, kBusError, kJobFailed };

struct JobResult {
  DriverStatus status = DriverStatus::kOk;
  std::uint32_t error_code = 0;   ///< reg::ErrorCode when kJobFailed
  std::uint32_t error_layer = 0;
};

class Driver {
 public:
  explicit Driver(DriverPort& port) : port_(port) {}

  /// Checks ID and major version, resets the accelerator and enables both interrupts.
  DriverStatus initialise();

  /// Starts the list of descriptors, sleeps until the interrupt, acknowledges it.
  JobResult run(std::uint64_t descriptor_address, std::uint32_t descriptor_count);

  /// A 64-bit counter (reg::kCycles ...); 0 and kBusError in `status` on failure.
  std::uint64_t counter(std::uint32_t offset, DriverStatus& status);

 private:
  DriverPort& port_;
};

}  // namespace dcnsim

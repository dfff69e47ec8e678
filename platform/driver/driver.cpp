// SPDX-License-Identifier: Apache-2.0
#include "platform/driver/driver.h"

#include "models/arch/registers.h"

namespace dcnsim {

DriverStatus Driver::initialise() {
  std::uint32_t id = 0, version = 0;
  if (!port_.read32(reg::kId, id) || !port_.read32(reg::kVersion, version)) {
    return DriverStatus::kBusError;
  }
  if (id != reg::kIdValue || version >> 16 != reg::kVersionValue >> 16) {
    return DriverStatus::kNoDevice;
  }
  const bool ok = port_.write32(reg::kControl, reg::kControlReset) &&
                  port_.write32(reg::kIrqEnable, reg::kIrqDone | reg::kIrqError);
  return ok ? DriverStatus::kOk : DriverStatus::kBusError;
}

JobResult Driver::run(std::uint64_t descriptor_address, std::uint32_t descriptor_count) {
  JobResult result;
  const bool started =
      port_.write32(reg::kDescriptorAddressLo, static_cast<std::uint32_t>(descriptor_address)) &&
      port_.write32(reg::kDescriptorAddressHi,
                    static_cast<std::uint32_t>(descriptor_address >> 32)) &&
      port_.write32(reg::kDescriptorCount, descriptor_count) &&
      port_.write32(reg::kControl, reg::kControlStart);
  if (!started) {
    result.status = DriverStatus::kBusError;
    return result;
  }
  // A wake without a cause is somebody else's interrupt.
  std::uint32_t cause = 0;
  bool ok = true;
  while (ok && cause == 0) {
    port_.wait_for_interrupt();
    ok = port_.read32(reg::kIrqStatus, cause);
  }
  std::uint32_t code = 0, layer = 0;
  ok = ok && port_.write32(reg::kIrqStatus, cause) && port_.read32(reg::kErrorCode, code) &&
       port_.read32(reg::kErrorLayer, layer);
  if (!ok) {
    result.status = DriverStatus::kBusError;
  } else if ((cause & reg::kIrqError) != 0) {
    result = {DriverStatus::kJobFailed, code, layer};
  }
  return result;
}

std::uint64_t Driver::counter(std::uint32_t offset, DriverStatus& status) {
  std::uint32_t low = 0, high = 0;
  if (!port_.read32(offset, low) || !port_.read32(offset + 4, high)) {
    status = DriverStatus::kBusError;
    return 0;
  }
  return std::uint64_t{high} << 32 | low;
}

}  // namespace dcnsim

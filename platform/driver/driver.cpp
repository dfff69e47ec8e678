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
  std::uint32_t cause = 0;
  if (started) {
    port_.wait_for_interrupt();
    if (port_.read32(reg::kIrqStatus, cause) && port_.write32(reg::kIrqStatus, cause) &&
        port_.read32(reg::kErrorCode, result.error_code) &&
        port_.read32(reg::kErrorLayer, result.error_layer)) {
      result.status =
          (cause & reg::kIrqError) != 0 ? DriverStatus::kJobFailed : DriverStatus::kOk;
      return result;
    }
  }
  result.status = DriverStatus::kBusError;
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

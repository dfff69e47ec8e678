// SPDX-License-Identifier: Apache-2.0
// The driver against a device that follows the register table and can fail at any access.
#include "platform/driver/driver.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "models/arch/registers.h"

namespace dcnsim {
namespace {

class FakeDevice {
 public:
  FakeDevice() {
    for (const reg::Register& r : reg::kRegisters) registers[r.offset] = r.reset;
  }

  DcnPort port() {
    DcnPort port;
    port.read32 = [](void* context, std::uint32_t offset, std::uint32_t* value) {
      return static_cast<FakeDevice*>(context)->read32(offset, *value);
    };
    port.write32 = [](void* context, std::uint32_t offset, std::uint32_t value) {
      return static_cast<FakeDevice*>(context)->write32(offset, value);
    };
    port.wait_for_interrupt = [](void* context) {
      static_cast<FakeDevice*>(context)->wait_for_interrupt();
    };
    port.context = this;
    return port;
  }
  DcnStatus initialise() {
    const DcnPort p = port();
    return dcn_initialise(&p);
  }
  DcnResult run(std::uint64_t descriptor_address, std::uint32_t descriptor_count) {
    const DcnPort p = port();
    return dcn_run(&p, descriptor_address, descriptor_count);
  }

  bool read32(std::uint32_t offset, std::uint32_t& value) {
    if (fails()) return false;
    value = registers.at(offset);
    return true;
  }

  bool write32(std::uint32_t offset, std::uint32_t value) {
    if (fails()) return false;
    log.push_back({offset, value});
    if (offset == reg::kControl) {
      if ((value & reg::kControlReset) != 0) registers[reg::kIrqEnable] = 0;
      if ((value & (reg::kControlStart | reg::kControlQueue)) != 0) started = true;
    } else if (offset == reg::kIrqStatus) {
      registers[offset] &= ~value;
    } else {
      registers.at(offset) = value;
    }
    return true;
  }

  void wait_for_interrupt() {
    ++waits;
    ASSERT_TRUE(started) << "sleeps before anything could wake it";
    ASSERT_NE(registers[reg::kIrqEnable] & outcome, 0u) << "the interrupt is masked";
    if (waits <= spurious_wakes) return;
    registers[reg::kIrqStatus] = outcome;
    if (outcome == reg::kIrqDone) ++registers[reg::kJobs];
    registers[reg::kStatus] = outcome == reg::kIrqDone ? reg::kStatusDone : reg::kStatusError;
    if (outcome == reg::kIrqError) {
      registers[reg::kErrorCode] = reg::kDoesNotFit;
      registers[reg::kErrorLayer] = 7;
    }
  }

  std::map<std::uint32_t, std::uint32_t> registers;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> log;  ///< writes
  std::uint32_t outcome = reg::kIrqDone;
  int accesses_before_failure = -1;  ///< -1: never fails
  int spurious_wakes = 0;
  int waits = 0;
  bool started = false;

 private:
  bool fails() { return accesses_before_failure >= 0 && accesses_before_failure-- == 0; }
};

TEST(Driver, initialise_resets_and_enables_both_interrupts) {
  FakeDevice device;
  EXPECT_EQ(device.initialise(), DCN_OK);
  ASSERT_EQ(device.log.size(), 2u);
  EXPECT_EQ(device.log[0].first, reg::kControl);
  EXPECT_EQ(device.log[0].second, reg::kControlReset);
  EXPECT_EQ(device.registers[reg::kIrqEnable], reg::kIrqDone | reg::kIrqError);
}

TEST(Driver, initialise_touches_nothing_it_does_not_know) {
  for (const std::uint32_t offset : {reg::kId, reg::kVersion}) {
    FakeDevice device;
    device.registers[offset] ^= 1u << 20;
    EXPECT_EQ(device.initialise(), DCN_NO_DEVICE);
    EXPECT_TRUE(device.log.empty());
  }
}

TEST(Driver, initialise_accepts_a_newer_minor_version) {
  FakeDevice device;
  device.registers[reg::kVersion] += 3;
  EXPECT_EQ(device.initialise(), DCN_OK);
}

TEST(Driver, run_passes_the_list_starts_and_acknowledges) {
  FakeDevice device;
  ASSERT_EQ(device.initialise(), DCN_OK);
  device.log.clear();
  const DcnResult result = device.run(0x123456789ABCDE40, 9);
  EXPECT_EQ(result.status, DCN_OK);
  EXPECT_EQ(device.registers[reg::kDescriptorAddressLo], 0x9ABCDE40u);
  EXPECT_EQ(device.registers[reg::kDescriptorAddressHi], 0x12345678u);
  EXPECT_EQ(device.registers[reg::kDescriptorCount], 9u);
  EXPECT_EQ(device.registers[reg::kIrqStatus], 0u) << "acknowledged";
  ASSERT_EQ(device.log.size(), 5u);
  EXPECT_EQ(device.log[3].first, reg::kControl) << "start comes last";
}

TEST(Driver, queues_a_list_where_there_is_room) {
  FakeDevice device;
  device.initialise();
  device.log.clear();
  const DcnPort port = device.port();
  device.registers[reg::kStatus] = reg::kStatusBusy;
  EXPECT_EQ(dcn_queue(&port, 0x100000040, 9), DCN_OK);
  EXPECT_EQ(device.registers[reg::kDescriptorAddressLo], 0x40u);
  EXPECT_EQ(device.registers[reg::kDescriptorAddressHi], 1u);
  ASSERT_EQ(device.log.size(), 4u);
  EXPECT_EQ(device.log[3].second, reg::kControlQueue);
  device.registers[reg::kStatus] = reg::kStatusBusy | reg::kStatusQueued;
  EXPECT_EQ(dcn_queue(&port, 0x80, 9), DCN_RUNNING);
  device.registers[reg::kStatus] = reg::kStatusError;
  EXPECT_EQ(dcn_queue(&port, 0x80, 9), DCN_JOB_FAILED);
  EXPECT_EQ(device.log.size(), 4u) << "and nothing is written";
  device.registers[reg::kJobs] = 17;
  std::uint32_t jobs = 0;
  EXPECT_EQ(dcn_jobs(&port, &jobs), DCN_OK);
  EXPECT_EQ(jobs, 17u);
}

TEST(Driver, waits_for_the_job_asked_for) {
  FakeDevice device;
  device.initialise();
  const DcnPort port = device.port();
  device.registers[reg::kJobs] = 0xFFFFFFFF;
  for (const std::uint32_t jobs : {0xFFFFFFFEu, 0xFFFFFFFFu}) {
    EXPECT_EQ(dcn_wait(&port, jobs).status, DCN_OK) << "it has come";
    EXPECT_EQ(device.waits, 0);
  }
  dcn_queue(&port, 64, 1);
  dcn_queue(&port, 64, 1);
  EXPECT_EQ(dcn_wait(&port, 1).status, DCN_OK) << "beyond 2^32";
  EXPECT_EQ(device.waits, 2);
  EXPECT_EQ(device.registers[reg::kIrqStatus], 0u) << "acknowledged";
  device.spurious_wakes = 5;
  EXPECT_EQ(dcn_wait(&port, 2).status, DCN_OK);
  EXPECT_EQ(device.waits, 6) << "sleeps on after a wake without a cause";
}

TEST(Driver, a_job_that_fails_behind_the_one_waited_for_is_reported_to_who_waits_for_it) {
  FakeDevice device;
  device.initialise();
  const DcnPort port = device.port();
  device.registers[reg::kJobs] = 1;
  device.registers[reg::kIrqStatus] = reg::kIrqDone | reg::kIrqError;
  device.registers[reg::kErrorCode] = reg::kDoesNotFit;
  device.registers[reg::kErrorLayer] = 7;
  EXPECT_EQ(dcn_wait(&port, 1).status, DCN_OK);
  const DcnResult failed = dcn_wait(&port, 2);
  EXPECT_EQ(failed.status, DCN_JOB_FAILED);
  EXPECT_EQ(failed.error_code, reg::kDoesNotFit);
  EXPECT_EQ(failed.error_layer, 7u);
  EXPECT_EQ(device.registers[reg::kIrqStatus], 0u);
  EXPECT_EQ(device.waits, 0);
}

TEST(Driver, a_failed_job_is_reported_with_code_and_layer) {
  FakeDevice device;
  device.outcome = reg::kIrqError;
  device.initialise();
  const DcnResult result = device.run(64, 9);
  EXPECT_EQ(result.status, DCN_JOB_FAILED);
  EXPECT_EQ(result.error_code, reg::kDoesNotFit);
  EXPECT_EQ(result.error_layer, 7u);
  EXPECT_EQ(device.registers[reg::kIrqStatus], 0u);
}

TEST(Driver, sleeps_on_after_a_wake_without_a_cause) {
  FakeDevice device;
  device.spurious_wakes = 3;
  device.initialise();
  EXPECT_EQ(device.run(64, 1).status, DCN_OK);
  EXPECT_EQ(device.waits, 4);
}

TEST(Driver, a_bus_error_at_any_access_is_reported) {
  for (int n = 0; n < 4; ++n) {
    FakeDevice device;
    device.accesses_before_failure = n;
    EXPECT_EQ(device.initialise(), DCN_BUS_ERROR) << "access " << n;
  }
  for (int n = 0; n < 100; ++n) {
    FakeDevice device;
    device.outcome = reg::kIrqError;
    device.initialise();
    device.accesses_before_failure = n;
    const DcnResult result = device.run(64, 1);
    if (device.accesses_before_failure >= 0) break;  // the job needed fewer accesses
    EXPECT_EQ(result.status, DCN_BUS_ERROR) << "access " << n;
    EXPECT_EQ(result.error_code, 0u);
    EXPECT_EQ(result.error_layer, 0u);
    ASSERT_LT(n, 50);
  }
}

TEST(Driver, counters_have_64_bits) {
  FakeDevice device;
  device.registers[reg::kMacs] = 0xFFFFFFFE;
  device.registers[reg::kMacs + 4] = 0x12;
  const DcnPort port = device.port();
  std::uint64_t value = 1;
  EXPECT_EQ(dcn_counter(&port, reg::kMacs, &value), DCN_OK);
  EXPECT_EQ(value, 0x12FFFFFFFEu);
  for (int n = 0; n < 2; ++n) {
    device.accesses_before_failure = n;
    EXPECT_EQ(dcn_counter(&port, reg::kMacs, &value), DCN_BUS_ERROR);
    EXPECT_EQ(value, 0u);
  }
}

}  // namespace
}  // namespace dcnsim

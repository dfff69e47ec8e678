// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/register_bank.h"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <random>
#include <set>

#include "tests/support/fresh_kernel.h"

namespace dcnsim {
namespace {

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

struct FakeOwner : RegisterOwner {
  void start(const sc_time& delay) override {
    ++starts;
    start_delay = delay;
  }
  void soft_reset() override { ++resets; }
  std::uint64_t counter(std::uint32_t offset) const override {
    return 0x1122334400000000u + offset;
  }
  void update_interrupt() override { ++updates; }
  int starts = 0, resets = 0, updates = 0;
  sc_time start_delay;
};

struct Initiator : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Initiator, 32> socket;
  explicit Initiator(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {}
};

class RegisterBankTest : public FreshKernel {
 protected:
  void SetUp() override {
    FreshKernel::SetUp();
    owner = std::make_unique<FakeOwner>();
    bank = std::make_unique<RegisterBank>("bank", *owner);
    initiator = std::make_unique<Initiator>("initiator");
    initiator->socket.bind(bank->socket);
    sc_core::sc_start(SC_ZERO_TIME);
    payload.set_data_ptr(data.data());
    payload.set_data_length(4);
    payload.set_streaming_width(4);
  }
  void TearDown() override {
    initiator.reset();
    bank.reset();
  }

  tlm::tlm_response_status send(tlm::tlm_command command, std::uint64_t address) {
    payload.set_command(command);
    payload.set_address(address);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    initiator->socket->b_transport(payload, delay);
    return payload.get_response_status();
  }
  tlm::tlm_response_status write(std::uint64_t address, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(value >> (8 * i));
    return send(tlm::TLM_WRITE_COMMAND, address);
  }
  std::uint32_t read(std::uint64_t address) {
    data.fill(0xEE);
    EXPECT_EQ(send(tlm::TLM_READ_COMMAND, address), tlm::TLM_OK_RESPONSE) << address;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t{data[i]} << (8 * i);
    return value;
  }

  std::unique_ptr<FakeOwner> owner;
  std::unique_ptr<RegisterBank> bank;
  std::unique_ptr<Initiator> initiator;
  tlm::tlm_generic_payload payload;
  std::array<std::uint8_t, 64> data{};
  sc_time delay = SC_ZERO_TIME;
};

TEST_F(RegisterBankTest, readable_registers_show_their_reset_values) {
  for (const reg::Register& r : reg::kRegisters) {
    if (r.access == reg::Access::kWriteOnly) continue;
    EXPECT_EQ(read(r.offset), r.reset) << r.name;
  }
}

TEST_F(RegisterBankTest, counters_read_low_and_high_words) {
  for (const reg::Counter& r : reg::kCounters) {
    EXPECT_EQ(read(r.offset), r.offset) << r.name;
    EXPECT_EQ(read(r.offset + 4), 0x11223344u) << r.name;
  }
}

TEST_F(RegisterBankTest, read_write_registers_keep_what_is_written) {
  EXPECT_EQ(write(reg::kDescriptorAddressLo, 0xDEADBEE0), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(read(reg::kDescriptorAddressLo), 0xDEADBEE0u);
}

TEST_F(RegisterBankTest, wrong_direction_is_a_command_error_without_effect) {
  EXPECT_EQ(write(reg::kId, 1), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(read(reg::kId), reg::kIdValue);
  EXPECT_EQ(write(reg::kCycles, 1), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, reg::kControl), tlm::TLM_COMMAND_ERROR_RESPONSE);
}

TEST_F(RegisterBankTest, addresses_outside_the_map_are_address_errors) {
  EXPECT_EQ(write(0x030, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(write(0x0A8, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(write(reg::kWindowBytes, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(write(std::uint64_t{1} << 40, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(RegisterBankTest, other_lengths_alignments_and_streaming_are_burst_errors) {
  for (const unsigned length : {0u, 1u, 2u, 3u, 5u, 8u, 64u}) {
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    EXPECT_EQ(write(reg::kIrqEnable, 3), tlm::TLM_BURST_ERROR_RESPONSE) << length;
  }
  payload.set_data_length(4);
  payload.set_streaming_width(2);
  EXPECT_EQ(write(reg::kIrqEnable, 3), tlm::TLM_BURST_ERROR_RESPONSE);
  payload.set_streaming_width(4);
  EXPECT_EQ(write(reg::kIrqEnable + 1, 3), tlm::TLM_BURST_ERROR_RESPONSE);
  payload.set_data_ptr(nullptr);
  EXPECT_EQ(send(tlm::TLM_WRITE_COMMAND, reg::kIrqEnable), tlm::TLM_BURST_ERROR_RESPONSE);
  payload.set_data_ptr(data.data());
  EXPECT_EQ(read(reg::kIrqEnable), 0u);
}

TEST_F(RegisterBankTest, streaming_width_zero_means_the_length) {
  payload.set_streaming_width(0);
  EXPECT_EQ(write(reg::kDescriptorCount, 7), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(read(reg::kDescriptorCount), 7u);
}

TEST_F(RegisterBankTest, partial_byte_enables_are_refused_and_full_ones_accepted) {
  std::array<std::uint8_t, 4> enables{0xFF, 0xFF, 0, 0xFF};
  payload.set_byte_enable_ptr(enables.data());
  payload.set_byte_enable_length(4);
  EXPECT_EQ(write(reg::kDescriptorCount, 7), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  enables[2] = 0xFF;
  EXPECT_EQ(write(reg::kDescriptorCount, 7), tlm::TLM_OK_RESPONSE);
}

TEST_F(RegisterBankTest, ignore_command_succeeds_and_touches_nothing) {
  data[0] = 0x5A;
  EXPECT_EQ(send(tlm::TLM_IGNORE_COMMAND, reg::kControl), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(data[0], 0x5A);
  EXPECT_EQ(owner->starts + owner->resets, 0);
}

TEST_F(RegisterBankTest, start_passes_the_delay_on_and_is_ignored_while_busy) {
  delay = sc_time(7, sc_core::SC_NS);
  EXPECT_EQ(write(reg::kControl, reg::kControlStart), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(owner->starts, 1);
  EXPECT_EQ(owner->start_delay, sc_time(7, sc_core::SC_NS));
  EXPECT_EQ(delay, sc_time(7, sc_core::SC_NS));
  bank->set(reg::kStatus, reg::kStatusBusy);
  write(reg::kControl, reg::kControlStart);
  EXPECT_EQ(owner->starts, 1);
  write(reg::kControl, reg::kControlReset);
  EXPECT_EQ(owner->resets, 1);
}

TEST_F(RegisterBankTest, interrupt_status_is_cleared_by_writing_ones) {
  bank->set(reg::kIrqStatus, 3);
  write(reg::kIrqEnable, reg::kIrqDone);
  EXPECT_TRUE(bank->interrupt());
  write(reg::kIrqStatus, reg::kIrqDone);
  EXPECT_EQ(read(reg::kIrqStatus), reg::kIrqError);
  EXPECT_FALSE(bank->interrupt());
}

TEST_F(RegisterBankTest, debug_reads_without_side_effects_and_never_writes) {
  bank->set(reg::kIrqStatus, 3);
  payload.set_command(tlm::TLM_READ_COMMAND);
  payload.set_address(reg::kIrqStatus);
  EXPECT_EQ(initiator->socket->transport_dbg(payload), 4u);
  EXPECT_EQ(data[0], 3);
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  EXPECT_EQ(initiator->socket->transport_dbg(payload), 0u);
  EXPECT_EQ(bank->get(reg::kIrqStatus), 3u);
}

TEST_F(RegisterBankTest, direct_memory_is_refused) {
  tlm::tlm_dmi dmi;
  payload.set_address(reg::kId);
  EXPECT_FALSE(initiator->socket->get_direct_mem_ptr(payload, dmi));
}

TEST_F(RegisterBankTest, random_traffic_always_gets_a_definite_status) {
  std::mt19937 engine(3);
  const auto random = [&] { return static_cast<unsigned>(engine()); };
  std::array<std::uint8_t, 64> enables;
  for (int i = 0; i < 20000; ++i) {
    const unsigned length = random() % 65;
    payload.set_data_length(length);
    payload.set_streaming_width(random() % 3 == 0 ? random() % 65 : length);
    for (std::uint8_t& e : enables) e = random() % 8 == 0 ? 0 : 0xFF;
    const bool with_enables = random() % 4 == 0;
    payload.set_byte_enable_ptr(with_enables ? enables.data() : nullptr);
    payload.set_byte_enable_length(with_enables ? 1 + random() % 64 : 0);
    const auto command = static_cast<tlm::tlm_command>(random() % 3);
    const auto status = send(command, random() % 4 == 0 ? random() : random() % 0x100);
    ASSERT_NE(status, tlm::TLM_INCOMPLETE_RESPONSE);
    ASSERT_EQ(bank->get(reg::kId), reg::kIdValue);
  }
}

}  // namespace
}  // namespace dcnsim

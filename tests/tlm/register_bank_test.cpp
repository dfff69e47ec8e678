// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/register_bank.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "models/tlm/reports.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/initiator.h"
#include "tests/support/told_reports.h"
#include "tests/tlm/checked_wiring.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;
using Clauses = std::set<std::string>;

/// Counts what the bank asks for and remembers when.
struct FakeOwner : RegisterOwner {
  void start(const Job& started) override {
    ++starts;
    job = started;
    start_time = sc_core::sc_time_stamp();
  }
  void queue(const Job& queued) override {
    ++queues;
    job = queued;
  }
  void soft_reset() override {
    ++resets;
    reset_time = sc_core::sc_time_stamp();
  }
  std::uint64_t counter(std::uint32_t offset) const override {
    return 0x1122334400000000u + offset;
  }
  void update_interrupt() override {
    ++updates;
    update_time = sc_core::sc_time_stamp();
  }
  int starts = 0, queues = 0, resets = 0, updates = 0;
  sc_time start_time, reset_time, update_time;
  Job job;
};

class RegisterBankTest : public FreshKernel {
 protected:
  void SetUp() override {
    FreshKernel::SetUp();
    owner = std::make_unique<FakeOwner>();
    bank = std::make_unique<RegisterBank>("bank", *owner);
    initiator = std::make_unique<Initiator>("initiator");
    wiring.join(initiator->socket, bank->socket);
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
  CheckedWiring wiring;
  tlm::tlm_generic_payload payload;
  std::array<std::uint8_t, 64> data{};
  std::array<std::uint8_t, 8> enables{};
  sc_time delay = SC_ZERO_TIME;
};

TEST_F(RegisterBankTest, readable_registers_show_their_reset_values) {
  for (const reg::Register& r : reg::kRegisters) {
    if (!reg::readable(r.access)) continue;
    EXPECT_EQ(read(r.offset), r.reset) << r.name;
  }
}

TEST_F(RegisterBankTest, counters_read_low_and_high_words) {
  for (const reg::Counter& r : reg::kCounters) {
    EXPECT_EQ(read(r.offset), r.offset) << r.name;
    EXPECT_EQ(read(r.offset + 4), 0x11223344u) << r.name;
  }
}

TEST_F(RegisterBankTest, read_write_registers_keep_what_is_written_to_their_fields) {
  for (const reg::Register& r : reg::kRegisters) {
    if (r.access != reg::Access::kReadWrite) continue;
    for (const std::uint32_t value : {0xDEADBEE1u, ~0u, 0u}) {
      EXPECT_EQ(write(r.offset, value), tlm::TLM_OK_RESPONSE) << r.name;
      EXPECT_EQ(read(r.offset), value & r.mask()) << r.name;
    }
  }
}

TEST_F(RegisterBankTest, wrong_direction_is_a_command_error_without_effect) {
  for (const reg::Register& r : reg::kRegisters) {
    if (!reg::writable(r.access)) {
      EXPECT_EQ(write(r.offset, ~r.reset), tlm::TLM_COMMAND_ERROR_RESPONSE) << r.name;
      EXPECT_EQ(read(r.offset), r.reset) << r.name;
    }
    if (!reg::readable(r.access)) {
      data[0] = 0x5A;
      EXPECT_EQ(send(tlm::TLM_READ_COMMAND, r.offset), tlm::TLM_COMMAND_ERROR_RESPONSE) << r.name;
      EXPECT_EQ(data[0], 0x5A) << r.name;
    }
  }
  for (const reg::Counter& c : reg::kCounters) {
    EXPECT_EQ(write(c.offset, 1), tlm::TLM_COMMAND_ERROR_RESPONSE) << c.name;
    EXPECT_EQ(write(c.offset + 4, 1), tlm::TLM_COMMAND_ERROR_RESPONSE) << c.name;
  }
  EXPECT_EQ(owner->starts + owner->resets + owner->updates, 0);
}

TEST_F(RegisterBankTest, addresses_outside_the_map_are_address_errors) {
  EXPECT_EQ(write(0x030, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(write(0x0B0, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(write(reg::kWindowBytes, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(write(std::uint64_t{1} << 40, 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(RegisterBankTest, other_lengths_alignments_and_streaming_are_burst_errors) {
  for (const unsigned length : {0u, 1u, 2u, 3u, 5u, 6u, 7u, 9u, 12u, 16u, 64u}) {
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    EXPECT_EQ(write(reg::kIrqEnable, 3), tlm::TLM_BURST_ERROR_RESPONSE) << length;
    EXPECT_EQ(wiring.take_broken_clauses(), length == 0 ? (Clauses{"14.12", "14.15"}) : Clauses{})
        << length;
  }
  payload.set_data_length(4);
  payload.set_streaming_width(2);
  EXPECT_EQ(write(reg::kIrqEnable, 3), tlm::TLM_BURST_ERROR_RESPONSE);
  payload.set_streaming_width(4);
  EXPECT_EQ(write(reg::kIrqEnable + 1, 3), tlm::TLM_BURST_ERROR_RESPONSE);
  payload.set_data_ptr(nullptr);
  EXPECT_EQ(send(tlm::TLM_WRITE_COMMAND, reg::kIrqEnable), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(wiring.take_broken_clauses(), Clauses{"14.11"});
  payload.set_data_ptr(data.data());
  EXPECT_EQ(read(reg::kIrqEnable), 0u);
}

TEST_F(RegisterBankTest, two_words_are_read_and_written_at_once) {
  payload.set_data_length(8);
  payload.set_streaming_width(8);
  data = {1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(send(tlm::TLM_WRITE_COMMAND, reg::kDescriptorAddressLo), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(bank->get(reg::kDescriptorAddressLo), 0x04030201u);
  EXPECT_EQ(bank->get(reg::kDescriptorAddressHi), 0x08070605u);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, reg::kCounters[0].offset), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(data[0], reg::kCounters[0].offset & 0xFF);
  EXPECT_EQ(data[4], 0x44);
  EXPECT_EQ(data[7], 0x11);
  payload.set_streaming_width(4);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, reg::kCounters[0].offset), tlm::TLM_BURST_ERROR_RESPONSE);
}

TEST_F(RegisterBankTest, words_left_out_are_not_touched_wherever_they_lie) {
  payload.set_data_length(8);
  payload.set_streaming_width(8);
  payload.set_byte_enable_ptr(enables.data());
  payload.set_byte_enable_length(8);
  // STATUS may not be written: it is left out, or nothing is written at all.
  static_assert(reg::kStatus == reg::kControl + 4, "else this is to be another pair");
  data = {reg::kControlStart, 0, 0, 0, 0xFF, 0, 0, 0};
  enables = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  EXPECT_EQ(send(tlm::TLM_WRITE_COMMAND, reg::kControl), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(owner->starts, 0);
  std::fill_n(enables.begin() + 4, 4, 0);
  EXPECT_EQ(send(tlm::TLM_WRITE_COMMAND, reg::kControl), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(owner->starts, 1);
  std::fill_n(enables.begin(), 4, 0);
  EXPECT_EQ(send(tlm::TLM_WRITE_COMMAND, reg::kControl), tlm::TLM_OK_RESPONSE) << "nothing at all";
  EXPECT_EQ(owner->starts, 1);
  // A second word beyond the end of all addresses is not the first register.
  std::fill_n(enables.begin() + 4, 4, 0xFF);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, ~std::uint64_t{3}), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(RegisterBankTest, the_first_refused_access_is_told) {
  const ToldReports told;
  EXPECT_EQ(write(reg::kDescriptorCount, 1), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(write(reg::kStatus, 1), tlm::TLM_COMMAND_ERROR_RESPONSE);
  payload.set_data_length(2);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, 0x30), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(told.of(report::kRefusedAccess),
            std::vector<std::string>{"bank: write of 4 bytes at offset 0xc refused: "
                                     "TLM_COMMAND_ERROR_RESPONSE"});
}

TEST_F(RegisterBankTest, streaming_width_zero_means_the_length) {
  payload.set_streaming_width(0);
  EXPECT_EQ(write(reg::kDescriptorCount, 7), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(read(reg::kDescriptorCount), 7u);
  EXPECT_EQ(wiring.take_broken_clauses(), Clauses{"14.15"});
}

TEST_F(RegisterBankTest, partial_byte_enables_are_refused_and_full_ones_accepted) {
  enables = {0xFF, 0xFF, 0, 0xFF};
  payload.set_byte_enable_ptr(enables.data());
  payload.set_byte_enable_length(4);
  EXPECT_EQ(write(reg::kDescriptorCount, 7), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  enables[2] = 0xFF;
  EXPECT_EQ(write(reg::kDescriptorCount, 7), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(read(reg::kDescriptorCount), 7u);
  payload.set_byte_enable_length(8);
  EXPECT_EQ(write(reg::kDescriptorCount, 8), tlm::TLM_OK_RESPONSE) << "superfluous ones are 0";
}

TEST_F(RegisterBankTest, byte_enables_shorter_than_the_data_repeat) {
  enables = {0xFF};
  payload.set_byte_enable_ptr(enables.data());
  for (const unsigned length : {2u, 3u}) {
    payload.set_byte_enable_length(length);
    enables[length - 1] = 0;
    EXPECT_EQ(write(reg::kDescriptorCount, 7), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE) << length;
    enables[length - 1] = 0xFF;
    EXPECT_EQ(write(reg::kDescriptorCount, 7), tlm::TLM_OK_RESPONSE) << length;
  }
}

TEST_F(RegisterBankTest, ignore_command_succeeds_and_touches_nothing) {
  data[0] = 0x5A;
  EXPECT_EQ(send(tlm::TLM_IGNORE_COMMAND, reg::kControl), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(data[0], 0x5A);
  EXPECT_EQ(owner->starts + owner->resets, 0);
}

TEST_F(RegisterBankTest, start_clears_the_last_result_and_is_ignored_while_busy) {
  bank->set(reg::kStatus, reg::kStatusError);
  bank->set(reg::kErrorCode, reg::kBusError);
  bank->set(reg::kErrorLayer, 5);
  EXPECT_EQ(write(reg::kControl, reg::kControlStart), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(read(reg::kStatus), reg::kStatusBusy);
  EXPECT_EQ(read(reg::kErrorCode), reg::kNone);
  EXPECT_EQ(read(reg::kErrorLayer), 0u);
  EXPECT_EQ(owner->starts, 1);
  EXPECT_EQ(write(reg::kControl, reg::kControlStart), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(owner->starts, 1);
  EXPECT_EQ(write(reg::kControl, reg::kControlReset | reg::kControlStart), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(owner->resets, 1);
  EXPECT_EQ(owner->starts, 1);
  EXPECT_EQ(read(reg::kStatus), 0u);
}

TEST_F(RegisterBankTest, one_job_is_queued_behind_the_one_that_runs) {
  write(reg::kDescriptorCount, 3);
  write(reg::kControl, reg::kControlQueue);
  EXPECT_EQ(owner->starts, 1) << "nothing runs: as START";
  EXPECT_EQ(read(reg::kStatus), reg::kStatusBusy);
  write(reg::kDescriptorCount, 4);
  write(reg::kControl, reg::kControlQueue);
  EXPECT_EQ(owner->queues, 1);
  EXPECT_EQ(owner->job.descriptor_count, 4u);
  EXPECT_EQ(read(reg::kStatus), reg::kStatusBusy | reg::kStatusQueued);
  write(reg::kDescriptorCount, 5);
  write(reg::kControl, reg::kControlQueue);
  write(reg::kControl, reg::kControlStart);
  EXPECT_EQ(owner->starts + owner->queues, 2) << "there is no room for a third";
  write(reg::kControl, reg::kControlReset | reg::kControlQueue);
  EXPECT_EQ(owner->resets, 1);
  EXPECT_EQ(owner->starts + owner->queues, 2);
  EXPECT_EQ(read(reg::kStatus), 0u);
}

TEST_F(RegisterBankTest, nothing_is_queued_behind_a_job_that_has_failed) {
  bank->set(reg::kStatus, reg::kStatusError);
  write(reg::kControl, reg::kControlQueue);
  EXPECT_EQ(owner->starts + owner->queues, 0);
  EXPECT_EQ(read(reg::kStatus), reg::kStatusError);
  write(reg::kControl, reg::kControlStart);
  delay = sc_time(7, SC_NS);
  write(reg::kControl, reg::kControlQueue);
  bank->forget_queue();
  sc_core::sc_start(sc_time(10, SC_NS));
  EXPECT_EQ(owner->starts, 1);
  EXPECT_EQ(owner->queues, 0) << "the job has failed before its time had come";
}

TEST_F(RegisterBankTest, effects_happen_at_now_plus_delay_and_the_call_takes_no_time) {
  delay = sc_time(7, SC_NS);
  write(reg::kControl, reg::kControlReset);
  write(reg::kIrqEnable, reg::kIrqDone);
  delay = sc_time(9, SC_NS);
  write(reg::kControl, reg::kControlStart);
  EXPECT_EQ(delay, sc_time(9, SC_NS));
  EXPECT_EQ(sc_core::sc_time_stamp(), SC_ZERO_TIME);
  EXPECT_EQ(owner->starts + owner->resets + owner->updates, 0);
  sc_core::sc_start(20, SC_NS);
  EXPECT_EQ(owner->resets, 1);
  EXPECT_EQ(owner->reset_time, sc_time(7, SC_NS));
  EXPECT_EQ(owner->updates, 1);
  EXPECT_EQ(owner->update_time, sc_time(7, SC_NS));
  EXPECT_EQ(owner->starts, 1);
  EXPECT_EQ(owner->start_time, sc_time(9, SC_NS));
}

TEST_F(RegisterBankTest, an_initiator_ahead_of_time_reads_what_it_has_written) {
  write(reg::kDescriptorCount, 3);
  delay = sc_time(5, SC_NS);
  write(reg::kControl, reg::kControlReset);
  EXPECT_EQ(read(reg::kDescriptorCount), 0u);
  EXPECT_EQ(read(reg::kCycles), 0u) << "reset, for whoever reads later than that";
  delay = sc_time(6, SC_NS);
  write(reg::kDescriptorCount, 4);
  EXPECT_TRUE(bank->reset_pending());
  sc_core::sc_start(10, SC_NS);
  EXPECT_FALSE(bank->reset_pending());
  EXPECT_EQ(read(reg::kDescriptorCount), 4u) << "written after the reset";
}

TEST_F(RegisterBankTest, a_start_that_saw_the_reset_comes_after_it_whoever_writes_it) {
  bank->set(reg::kStatus, reg::kStatusBusy);
  delay = sc_time(10, SC_NS);
  write(reg::kControl, reg::kControlReset);
  delay = sc_time(5, SC_NS);
  write(reg::kControl, reg::kControlStart);
  sc_core::sc_start(9, SC_NS);
  EXPECT_EQ(owner->starts + owner->resets, 0);
  sc_core::sc_start(9, SC_NS);
  EXPECT_EQ(owner->reset_time, sc_time(10, SC_NS));
  EXPECT_EQ(owner->start_time, sc_time(10, SC_NS));
  EXPECT_EQ(read(reg::kStatus), reg::kStatusBusy);
}

TEST_F(RegisterBankTest, a_job_is_what_the_registers_said_when_start_was_written) {
  write(reg::kDescriptorAddressLo, 0x1000);
  write(reg::kDescriptorAddressHi, 0x2);
  write(reg::kDescriptorCount, 3);
  delay = sc_time(5, SC_NS);
  write(reg::kControl, reg::kControlStart);
  delay = sc_time(6, SC_NS);
  write(reg::kDescriptorAddressLo, 0x5000);
  sc_core::sc_start(10, SC_NS);
  EXPECT_EQ(owner->job.descriptor_address, 0x2'0000'1000u);
  EXPECT_EQ(owner->job.descriptor_count, 3u);
}

TEST_F(RegisterBankTest, the_pin_reset_forgets_what_was_still_to_happen) {
  delay = sc_time(5, SC_NS);
  write(reg::kControl, reg::kControlStart);
  bank->reset();
  sc_core::sc_start(10, SC_NS);
  EXPECT_EQ(owner->starts, 0);
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
  payload.set_command(tlm::TLM_IGNORE_COMMAND);
  EXPECT_EQ(initiator->socket->transport_dbg(payload), 0u);
  EXPECT_EQ(bank->get(reg::kIrqStatus), 3u);
  EXPECT_EQ(owner->updates, 0);
}

TEST_F(RegisterBankTest, debug_moves_any_bytes_up_to_the_first_that_cannot_be_read) {
  payload.set_command(tlm::TLM_READ_COMMAND);
  const auto debug = [&](std::uint64_t address, unsigned length) {
    data.fill(0xEE);
    payload.set_address(address);
    payload.set_data_length(length);
    return initiator->socket->transport_dbg(payload);
  };
  EXPECT_EQ(debug(reg::kId, 64), 8u) << "CONTROL cannot be read";
  EXPECT_EQ(std::string(data.begin(), data.begin() + 4), "DCN1");
  EXPECT_EQ(data[8], 0xEE);
  EXPECT_EQ(debug(reg::kId + 1, 2), 2u);
  EXPECT_EQ(data[0], 'C');
  EXPECT_EQ(data[1], 'N');
  EXPECT_EQ(data[2], 0xEE);
  EXPECT_EQ(debug(reg::kCycles + 3, 3), 3u);
  EXPECT_EQ(data[1], 0x44) << "across the halves of a counter";
  EXPECT_EQ(debug(reg::kControl, 4), 0u);
  EXPECT_EQ(debug(reg::kWindowBytes, 4), 0u);
  EXPECT_EQ(debug(~std::uint64_t{0}, 4), 0u);
  EXPECT_EQ(debug(reg::kId, 0), 0u);
  payload.set_data_ptr(nullptr);
  EXPECT_EQ(initiator->socket->transport_dbg(payload), 0u);
}

TEST_F(RegisterBankTest, direct_memory_is_refused_for_the_window_or_what_is_beyond) {
  for (const std::uint64_t address :
       {std::uint64_t{0}, std::uint64_t{0xFFF}, std::uint64_t{0x1000}, ~std::uint64_t{0}}) {
    tlm::tlm_dmi dmi;
    payload.set_address(address);
    EXPECT_FALSE(initiator->socket->get_direct_mem_ptr(payload, dmi));
    EXPECT_EQ(dmi.get_start_address(), address < 0x1000 ? 0u : 0x1000u);
    EXPECT_EQ(dmi.get_end_address(), address < 0x1000 ? 0xFFFu : ~sc_dt::uint64{0});
    EXPECT_TRUE(dmi.is_read_write_allowed()) << "neither reads nor writes";
    EXPECT_EQ(dmi.get_dmi_ptr(), nullptr);
  }
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Bus and DRAM as TLM-2.0 targets.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/tlm/bus.h"
#include "models/tlm/dram.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/initiator.h"
#include "tests/tlm/checked_wiring.h"

namespace dcnsim {
namespace {

using sc_core::SC_PS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;
using Clauses = std::set<std::string>;

constexpr std::uint64_t kBase = 0x1000;
constexpr std::uint64_t kBytes = 4096;

/// A bus with 5 ns of latency in front of 4 KiB of DRAM at 0x1000.
class MemoryTest : public FreshKernel {
 protected:
  void SetUp() override {
    FreshKernel::SetUp();
    bus = std::make_unique<Bus>("bus", sc_time(5000, SC_PS), 1,
                                std::vector<Bus::Range>{{kBase, kBytes}});
    DramConfig config;
    config.capacity_bytes = kBytes;
    dram = std::make_unique<Dram>("dram", lpddr4_3200(), config);
    initiator = std::make_unique<Initiator>("initiator");
    wiring.join(initiator->socket, bus->from_initiators[0]);
    wiring.join(bus->to_targets[0], dram->socket);
    sc_core::sc_start(SC_ZERO_TIME);
    payload.set_data_ptr(data.data());
    payload.set_data_length(32);
    payload.set_streaming_width(32);
  }
  void TearDown() override {
    initiator.reset();
    bus.reset();
    dram.reset();
  }
  tlm::tlm_response_status send(tlm::tlm_command command, std::uint64_t address) {
    payload.set_command(command);
    payload.set_address(address);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    delay = SC_ZERO_TIME;
    initiator->socket->b_transport(payload, delay);
    return payload.get_response_status();
  }

  std::unique_ptr<Bus> bus;
  std::unique_ptr<Dram> dram;
  std::unique_ptr<Initiator> initiator;
  CheckedWiring wiring;
  tlm::tlm_generic_payload payload;
  std::array<std::uint8_t, 64> data{};
  sc_time delay;
};

TEST_F(MemoryTest, an_access_is_delayed_by_bus_and_dram_and_keeps_its_address) {
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase + 64), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(delay, sc_time(5000 + 46250, SC_PS));
  EXPECT_EQ(payload.get_address(), kBase + 64);
}

TEST_F(MemoryTest, what_is_written_is_read_and_seen_by_debug) {
  data.fill(0x5A);
  EXPECT_EQ(send(tlm::TLM_WRITE_COMMAND, kBase + 100), tlm::TLM_OK_RESPONSE);
  data.fill(0);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase + 100), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(data[31], 0x5A);
  EXPECT_EQ(data[32], 0);
  data.fill(0);
  payload.set_address(kBase + 131);
  EXPECT_EQ(initiator->socket->transport_dbg(payload), 32u);
  EXPECT_EQ(data[0], 0x5A);
  EXPECT_EQ(data[1], 0);
}

TEST_F(MemoryTest, byte_enables_repeat_and_spare_disabled_bytes) {
  std::array<std::uint8_t, 2> enables{TLM_BYTE_ENABLED, TLM_BYTE_DISABLED};
  data.fill(7);
  payload.set_byte_enable_ptr(enables.data());
  payload.set_byte_enable_length(2);
  EXPECT_EQ(send(tlm::TLM_WRITE_COMMAND, kBase), tlm::TLM_OK_RESPONSE);
  payload.set_byte_enable_ptr(nullptr);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase), tlm::TLM_OK_RESPONSE);
  for (std::size_t i = 0; i < 32; ++i) EXPECT_EQ(data[i], i % 2 == 0 ? 7 : 0) << i;
}

TEST_F(MemoryTest, addresses_outside_every_range_are_errors) {
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, 0), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase + kBytes), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase + kBytes - 16), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, UINT64_MAX - 4), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  payload.set_address(0);
  EXPECT_EQ(initiator->socket->transport_dbg(payload), 0u);
}

TEST_F(MemoryTest, the_last_bytes_are_there_and_no_more) {
  EXPECT_EQ(send(tlm::TLM_WRITE_COMMAND, kBase + kBytes - 32), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase + kBytes - 31), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  payload.set_data_length(1);
  payload.set_streaming_width(1);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase + kBytes - 1), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase + kBytes), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  payload.set_data_length(32);
  payload.set_address(kBase + kBytes - 1);
  EXPECT_EQ(initiator->socket->transport_dbg(payload), 0u) << "ends behind the range";
}

TEST_F(MemoryTest, malformed_payloads_get_a_definite_status) {
  payload.set_streaming_width(8);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase), tlm::TLM_BURST_ERROR_RESPONSE);
  payload.set_streaming_width(0);  // read as the length
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(wiring.take_broken_clauses(), Clauses{"14.15"});
  payload.set_data_length(0);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(wiring.take_broken_clauses(), (Clauses{"14.12", "14.15"}));
  payload.set_data_length(32);
  payload.set_streaming_width(32);
  payload.set_data_ptr(nullptr);
  EXPECT_EQ(send(tlm::TLM_READ_COMMAND, kBase), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(wiring.take_broken_clauses(), Clauses{"14.11"});
  EXPECT_EQ(send(tlm::TLM_IGNORE_COMMAND, kBase), tlm::TLM_OK_RESPONSE);
}

using BusTest = FreshKernel;

TEST_F(BusTest, invalidated_direct_memory_is_told_to_every_initiator_in_bus_addresses) {
  Initiator first("first"), second("second");
  Bus bus("bus", SC_ZERO_TIME, 2, {{kBase, kBytes}});
  Dram dram("dram", lpddr4_3200(), {});
  CheckedWiring wiring;
  wiring.join(first.socket, bus.from_initiators[0]);
  wiring.join(second.socket, bus.from_initiators[1]);
  wiring.join(bus.to_targets[0], dram.socket);
  sc_core::sc_start(SC_ZERO_TIME);
  dram.socket->invalidate_direct_mem_ptr(16, 31);
  dram.socket->invalidate_direct_mem_ptr(kBytes - 1, UINT64_MAX);
  dram.socket->invalidate_direct_mem_ptr(kBytes, kBytes);  // beyond what the bus maps
  const std::vector<std::pair<sc_dt::uint64, sc_dt::uint64>> expected = {
      {kBase + 16, kBase + 31}, {kBase + kBytes - 1, kBase + kBytes - 1}};
  EXPECT_EQ(first.invalidated, expected);
  EXPECT_EQ(second.invalidated, expected);
}

TEST_F(BusTest, an_access_lies_in_one_range_whatever_the_target_behind_it_could_take) {
  Initiator initiator("initiator");
  Bus bus("bus", SC_ZERO_TIME, 1, {{kBase, kBytes}, {kBase + kBytes, kBytes}});
  Dram low("low", lpddr4_3200(), {}), high("high", lpddr4_3200(), {});
  CheckedWiring wiring;
  wiring.join(initiator.socket, bus.from_initiators[0]);
  wiring.join(bus.to_targets[0], low.socket);
  wiring.join(bus.to_targets[1], high.socket);
  sc_core::sc_start(SC_ZERO_TIME);
  std::array<std::uint8_t, 32> data{};
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_data_ptr(data.data());
  payload.set_data_length(32);
  payload.set_streaming_width(32);
  const auto status = [&](std::uint64_t address) {
    payload.set_address(address);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_time delay;
    initiator.socket->b_transport(payload, delay);
    return payload.get_response_status();
  };
  EXPECT_EQ(status(kBase + kBytes - 32), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(status(kBase + kBytes - 16), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(status(kBase + kBytes), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(status(kBase + 2 * kBytes - 31), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(status(kBase - 1), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(BusTest, overlapping_ranges_are_refused) {
  EXPECT_THROW(Bus("other", SC_ZERO_TIME, 1, {{0, 100}, {99, 5}}), std::invalid_argument);
  EXPECT_NO_THROW(Bus("neighbours", SC_ZERO_TIME, 1, {{0, 100}, {100, 5}}));
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// An initiator that speaks the base protocol in phases on the loosely timed register target: the
// simple socket's adapter in front of it answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "models/tlm/register_bank.h"
#include "tests/support/fresh_kernel.h"
#include "tests/tlm/at_initiator.h"
#include "tests/tlm/checked_wiring.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using EndResponse = AtInitiator::EndResponse;

struct Owner : RegisterOwner {
  void start(const Job& started) override {
    job = started;
    start_time = sc_core::sc_time_stamp();
  }
  void queue(const Job&) override {}
  void soft_reset() override {}
  std::uint64_t counter(std::uint32_t offset) const override { return offset; }
  void update_interrupt() override {}
  Job job;
  sc_time start_time;
};

std::vector<std::uint8_t> bytes(std::uint32_t value) {
  std::vector<std::uint8_t> data(4);
  for (std::size_t i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return data;
}

/// Runs the accesses with every legal way to end a response, four outstanding.
class RegisterPhasesTest : public FreshKernel {
 protected:
  template <typename Check>
  static void simulate(const std::vector<AtInitiator::Access>& accesses, const Check& check) {
    for (const auto end : {EndResponse::kCompleted, EndResponse::kUpdated, EndResponse::kLater}) {
      SCOPED_TRACE(static_cast<int>(end));
      renew_kernel();
      Owner owner;
      RegisterBank bank("bank", owner);
      AtInitiator initiator("initiator", accesses, 4, end);
      CheckedWiring wiring;
      wiring.join(initiator.socket, bank.socket);
      sc_core::sc_start();
      for (const AtInitiator::Result& result : initiator.results) EXPECT_TRUE(result.finished);
      EXPECT_EQ(initiator.payloads_alive, 0);
      check(initiator.results, owner);
    }
  }
};

TEST_F(RegisterPhasesTest, every_word_of_the_window_answers_as_by_b_transport) {
  std::vector<AtInitiator::Access> reads;
  for (std::uint32_t offset = 0; offset < 0x100; offset += 4) {
    reads.push_back({sc_time(), tlm::TLM_READ_COMMAND, offset, bytes(0xEEEEEEEE)});
  }
  simulate(reads, [](const std::vector<AtInitiator::Result>& results, const Owner&) {
    std::size_t words = 0;
    for (const reg::Register& r : reg::kRegisters) {
      const AtInitiator::Result& result = results[r.offset / 4];
      const bool readable = reg::readable(r.access);
      EXPECT_EQ(result.status, readable ? tlm::TLM_OK_RESPONSE : tlm::TLM_COMMAND_ERROR_RESPONSE);
      EXPECT_EQ(result.data, bytes(readable ? r.reset : 0xEEEEEEEE)) << r.name;
      words += readable ? 1 : 0;
    }
    for (const reg::Counter& c : reg::kCounters) {
      EXPECT_EQ(results[c.offset / 4].data, bytes(c.offset)) << c.name;
      EXPECT_EQ(results[c.offset / 4 + 1].data, bytes(0)) << c.name;
      words += 2;
    }
    EXPECT_EQ(std::count_if(
                  results.begin(), results.end(),
                  [](const AtInitiator::Result& r) { return r.status == tlm::TLM_OK_RESPONSE; }),
              static_cast<std::ptrdiff_t>(words));
  });
}

TEST_F(RegisterPhasesTest, writes_take_effect_in_order_when_the_request_comes) {
  simulate({{sc_time(), tlm::TLM_WRITE_COMMAND, reg::kDescriptorAddressLo, bytes(0x4000)},
            {sc_time(), tlm::TLM_WRITE_COMMAND, reg::kDescriptorCount, bytes(7)},
            {sc_time(12, SC_NS), tlm::TLM_WRITE_COMMAND, reg::kControl, bytes(reg::kControlStart)},
            {sc_time(12, SC_NS), tlm::TLM_READ_COMMAND, reg::kStatus, bytes(0)}},
           [](const std::vector<AtInitiator::Result>& results, const Owner& owner) {
             EXPECT_EQ(owner.start_time, sc_time(12, SC_NS));
             EXPECT_EQ(owner.job.descriptor_address, 0x4000u);
             EXPECT_EQ(owner.job.descriptor_count, 7u);
             EXPECT_EQ(results[3].data, bytes(reg::kStatusBusy));
           });
}

}  // namespace
}  // namespace dcnsim

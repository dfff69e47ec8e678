// SPDX-License-Identifier: Apache-2.0
// A memory of a stated latency and bandwidth in two and four phases, behind protocol checkers.
#include "models/tlm/ideal_memory.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "models/tlm/clocking.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/initiator.h"
#include "tests/tlm/at_initiator.h"
#include "tests/tlm/checked_wiring.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;
using Access = AtInitiator::Access;
using EndResponse = AtInitiator::EndResponse;

constexpr std::uint64_t kBytes = 4096;

Access read(double at_ns, std::uint64_t address, std::size_t bytes = 32) {
  return {sc_time(at_ns, SC_NS), tlm::TLM_READ_COMMAND, address, std::vector<std::uint8_t>(bytes)};
}
Access write(double at_ns, std::uint64_t address, std::size_t bytes, std::uint8_t value) {
  return {sc_time(at_ns, SC_NS), tlm::TLM_WRITE_COMMAND, address,
          std::vector<std::uint8_t>(bytes, value)};
}

class IdealMemoryTest : public FreshKernel {
 protected:
  /// When the accesses are done, ns, approximately timed; all of them end.
  std::vector<double> done_ns(const std::vector<Access>& accesses,
                              EndResponse end = EndResponse::kCompleted,
                              const sc_time& response_time = SC_ZERO_TIME) {
    memory_ = std::make_unique<IdealMemory>("memory", config, kBytes);
    initiator_ =
        std::make_unique<AtInitiator>("initiator", accesses, accesses.size(), end, response_time);
    wiring_.join(initiator_->socket, memory_->socket);
    sc_core::sc_start();
    EXPECT_EQ(initiator_->payloads_alive, 0);
    std::vector<double> times;
    for (const AtInitiator::Result& result : initiator_->results) {
      EXPECT_TRUE(result.finished);
      EXPECT_EQ(result.status, tlm::TLM_OK_RESPONSE);
      times.push_back(static_cast<double>(Clocking::to_ps(result.done)) * 1e-3);
    }
    return times;
  }
  void TearDown() override {
    initiator_.reset();
    memory_.reset();
  }

  IdealConfig config;
  std::unique_ptr<IdealMemory> memory_;
  std::unique_ptr<AtInitiator> initiator_;
  CheckedWiring wiring_;
};

TEST_F(IdealMemoryTest, without_latency_or_limit_answers_at_once) {
  EXPECT_EQ(done_ns({read(0, 0), read(0, 64, 1024), write(10, 0, 8, 1)}),
            (std::vector<double>{0, 0, 10}));
}

TEST_F(IdealMemoryTest, accesses_follow_at_the_bandwidth_and_are_done_a_latency_later) {
  config.latency_ns = 100;
  config.gbytes_per_s = 2;  // 32 bytes in 16 ns
  EXPECT_EQ(done_ns({read(0, 0), read(0, 64), write(0, 0, 16, 1), read(200, 0)}),
            (std::vector<double>{116, 132, 140, 316}));
}

TEST_F(IdealMemoryTest, an_initiator_that_is_slow_to_end_responses_waits_for_itself_alone) {
  config.latency_ns = 10;
  EXPECT_EQ(
      done_ns({read(0, 0), read(0, 64), read(0, 128)}, EndResponse::kLater, sc_time(7, SC_NS)),
      (std::vector<double>{10, 17, 24}));
  EXPECT_EQ(memory_->own_meter().events_until(0).read_bytes, 96u);
}

TEST_F(IdealMemoryTest, what_is_written_is_read) {
  done_ns({write(0, 100, 8, 0x5A), read(10, 96, 16)});
  const std::vector<std::uint8_t>& data = initiator_->results[1].data;
  EXPECT_EQ(data[3], 0);
  EXPECT_EQ(data[4], 0x5A);
  EXPECT_EQ(data[11], 0x5A);
  EXPECT_EQ(data[12], 0);
  const DramEvents events = memory_->own_meter().events_until(0);
  EXPECT_EQ(events.read_bytes, 16u);
  EXPECT_EQ(events.write_bytes, 8u);
  EXPECT_EQ(memory_->shared_meter().events_until(0).read_bytes, 0u) << "nobody's";
}

TEST_F(IdealMemoryTest, loosely_timed_it_takes_the_same_time_and_refuses_what_is_wrong) {
  config.latency_ns = 100;
  config.gbytes_per_s = 2;
  memory_ = std::make_unique<IdealMemory>("memory", config, kBytes);
  Initiator initiator("initiator");
  wiring_.join(initiator.socket, memory_->socket);
  sc_core::sc_start(SC_ZERO_TIME);
  std::array<std::uint8_t, 32> data{};
  tlm::tlm_generic_payload payload;
  payload.set_data_ptr(data.data());
  payload.set_data_length(32);
  payload.set_streaming_width(32);
  const auto send = [&](std::uint64_t address) {
    payload.set_command(tlm::TLM_READ_COMMAND);
    payload.set_address(address);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_time delay = SC_ZERO_TIME;
    initiator.socket->b_transport(payload, delay);
    return delay;
  };
  EXPECT_EQ(send(0), sc_time(116, SC_NS));
  EXPECT_EQ(send(0), sc_time(132, SC_NS));
  send(kBytes - 31);
  EXPECT_EQ(payload.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  payload.set_address(kBytes - 8);
  EXPECT_EQ(initiator.socket->transport_dbg(payload), 8u);
  memory_->own_meter().begin_job(0);
  EXPECT_EQ(send(0), sc_time(116, SC_NS)) << "a job begins afresh";
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Bus and DRAM in four phases, every binding behind a protocol checker.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>

#include "models/tlm/bus.h"
#include "models/tlm/clocking.h"
#include "models/tlm/dram.h"
#include "tests/support/dram_lpddr4.h"
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

constexpr std::uint64_t kBase = 0x100000;
constexpr std::uint64_t kBytes = 1 << 20;
constexpr std::uint64_t kBusPs = 10000;
constexpr std::uint64_t kRow = 8 * 2048;  ///< from a row to the next of the same bank

/// Single-burst latencies of the preset, by hand: 1.875 ns before an activate or a read acts, 0.625
/// before a precharge does; tRCD 18.125, tRP 18.125, CL 17.5, tDQSCK 3.75, burst 5 ns.
constexpr std::uint64_t kActivatedRead = 18125 + 26250;
constexpr std::uint64_t kClosedRead = 1875 + kActivatedRead;
constexpr std::uint64_t kHitRead = 1875 + 26250;
constexpr std::uint64_t kConflictRead = 625 + 18125 + kActivatedRead;

Access read(std::uint64_t at_ns, std::uint64_t address, std::size_t bytes = 32) {
  return {sc_time(static_cast<double>(at_ns), SC_NS), tlm::TLM_READ_COMMAND, kBase + address,
          std::vector<std::uint8_t>(bytes)};
}
Access write(std::uint64_t at_ns, std::uint64_t address, std::vector<std::uint8_t> data) {
  return {sc_time(static_cast<double>(at_ns), SC_NS), tlm::TLM_WRITE_COMMAND, kBase + address,
          std::move(data)};
}

/// Initiators, bus at 10 ns, DRAM at kBase.
class AtMemoryTest : public FreshKernel {
 protected:
  struct Wish {
    std::vector<Access> accesses;
    std::size_t outstanding = 8;
    EndResponse end = EndResponse::kCompleted;
    sc_time response_time = SC_ZERO_TIME;
  };

  void build(std::vector<Wish> wishes) {
    config.capacity_bytes = kBytes;
    dram = std::make_unique<Dram>("dram", lpddr4_3200(), config);
    bus = std::make_unique<Bus>("bus", sc_time(kBusPs * 1e-3, SC_NS), wishes.size(),
                                std::vector<Bus::Range>{{kBase, kBytes}});
    wiring.join(bus->to_targets[0], dram->socket);
    for (std::size_t i = 0; i < wishes.size(); ++i) {
      Wish& wish = wishes[i];
      initiators.push_back(std::make_unique<AtInitiator>(sc_core::sc_gen_unique_name("initiator"),
                                                         std::move(wish.accesses), wish.outstanding,
                                                         wish.end, wish.response_time));
      wiring.join(initiators.back()->socket, bus->from_initiators[i]);
    }
  }
  void simulate() {
    sc_core::sc_start();
    for (const auto& initiator : initiators) {
      EXPECT_EQ(initiator->payloads_alive, 0);
      for (const auto& result : initiator->results) EXPECT_TRUE(result.finished);
    }
  }
  std::uint64_t latency_ps(std::size_t initiator, std::size_t access) {
    const AtInitiator::Result& result = initiators[initiator]->results[access];
    return Clocking::to_ps(result.done - result.begin);
  }
  static DramEvents events(Dram& of) {
    return of.own_meter().events_until(Clocking::to_ps(sc_core::sc_time_stamp()));
  }
  void TearDown() override {
    initiators.clear();
    bus.reset();
    dram.reset();
  }

  DramConfig config;
  std::unique_ptr<Dram> dram;
  std::unique_ptr<Bus> bus;
  std::vector<std::unique_ptr<AtInitiator>> initiators;
  CheckedWiring wiring;
};

TEST_F(AtMemoryTest, single_accesses_take_what_the_timing_table_says) {
  build({{{read(0, 0), read(500, 32), read(1000, kRow)}}});
  simulate();
  EXPECT_EQ(latency_ps(0, 0), kBusPs + kClosedRead);
  EXPECT_EQ(latency_ps(0, 1), kBusPs + kHitRead);
  EXPECT_EQ(latency_ps(0, 2), kBusPs + kConflictRead);
  EXPECT_EQ(initiators[0]->results[0].accepted, SC_ZERO_TIME) << "by the bus";
}

TEST_F(AtMemoryTest, uncontended_accesses_take_as_long_as_loosely_timed_ones) {
  config.channels = 2;
  std::mt19937 random(3);
  std::vector<Access> accesses;
  std::vector<std::uint64_t> addresses, lengths;
  for (std::uint64_t i = 0; i < 200; ++i) {
    addresses.push_back(random() % (kBytes - 8192));
    lengths.push_back(1 + random() % (i % 2 == 0 ? 64 : 4096));
    accesses.push_back(i % 3 == 0 ? write(5000 * i, addresses[i],
                                          std::vector<std::uint8_t>(lengths[i], std::uint8_t{1}))
                                  : read(5000 * i, addresses[i], lengths[i]));
  }
  build({{accesses}});
  simulate();
  DramConfig same = config;
  DramDevice loosely_timed(lpddr4_3200(), same);
  for (std::uint64_t i = 0; i < 200; ++i) {
    const std::uint64_t arrival = 5'000'000 * i + kBusPs;
    ASSERT_EQ(Clocking::to_ps(initiators[0]->results[i].done),
              loosely_timed.access(arrival, addresses[i], lengths[i], i % 3 == 0))
        << i;
  }
  EXPECT_EQ(events(*dram).read_bytes,
            loosely_timed.events(Clocking::to_ps(sc_core::sc_time_stamp())).read_bytes);
}

TEST_F(AtMemoryTest, a_full_queue_withholds_the_end_of_the_request) {
  config.queue_depth = 2;
  std::vector<Access> accesses;
  for (std::uint64_t i = 0; i < 12; ++i) accesses.push_back(read(0, 32 * i));
  build({{accesses, 12}});
  simulate();
  const auto& results = initiators[0]->results;
  // The bus holds two, the memory two; those it has room for at once arrive behind the bus.
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(results[i].accepted, SC_ZERO_TIME);
  for (std::size_t i = 2; i < 4; ++i) {
    EXPECT_EQ(Clocking::to_ps(results[i].accepted), kBusPs);
  }
  // A place is free in the cycle after a column command has begun.
  for (std::size_t i = 4; i < results.size(); ++i) {
    EXPECT_EQ(Clocking::to_ps(results[i].accepted),
              Clocking::to_ps(results[i - 4].done) - kHitRead + 625)
        << i;
  }
}

TEST_F(AtMemoryTest, responses_may_end_late_and_slow_the_requests_down) {
  config.queue_depth = 2;
  std::vector<Access> accesses;
  for (std::uint64_t i = 0; i < 20; ++i) accesses.push_back(read(0, 32 * i));
  build({{accesses, 20, EndResponse::kLater, sc_time(100, SC_NS)}});
  simulate();
  const auto& results = initiators[0]->results;
  for (std::size_t i = 1; i < results.size(); ++i) {
    EXPECT_GE(results[i].done - results[i - 1].done, sc_time(100, SC_NS));
  }
  // Two are in the bus and two in the queue; one is under way to the initiator, and the data of
  // those that follow come a burst apart for as long as a read takes, until two are done.
  for (std::size_t i = 12; i < results.size(); ++i) {
    EXPECT_GE(results[i].accepted, results[i - 12].done);
  }
  EXPECT_GT(results[19].accepted, results[7].done);
}

TEST_F(AtMemoryTest, responses_may_end_in_the_answer) {
  std::vector<Access> accesses;
  for (std::uint64_t i = 0; i < 20; ++i) accesses.push_back(read(0, 32 * i));
  build({{accesses, 20, EndResponse::kUpdated, sc_time(30, SC_NS)}});
  simulate();
  const auto& results = initiators[0]->results;
  for (std::size_t i = 1; i < results.size(); ++i) {
    EXPECT_GE(results[i].done - results[i - 1].done, sc_time(30, SC_NS));
  }
}

TEST_F(AtMemoryTest, open_rows_overtake_older_requests) {
  build({{{read(0, 0), read(0, kRow), read(0, 64), read(0, 96)}}});
  simulate();
  const auto& results = initiators[0]->results;
  EXPECT_LT(results[2].order, results[1].order);
  EXPECT_LT(results[3].order, results[1].order);
}

TEST_F(AtMemoryTest, first_come_first_served_keeps_the_order) {
  config.scheduler = DramScheduler::kFcfs;
  build({{{read(0, 0), read(0, kRow), read(0, 64), read(0, 96)}}});
  simulate();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(initiators[0]->results[i].order, i);
}

TEST_F(AtMemoryTest, values_are_those_of_loosely_timed_accesses) {
  std::mt19937 random(4);
  std::vector<Access> writes, reads;
  std::vector<std::uint8_t> expected(kBytes);
  for (std::uint64_t i = 0; i < 100; ++i) {
    std::vector<std::uint8_t> data(1 + random() % 1000);
    for (std::uint8_t& byte : data) byte = static_cast<std::uint8_t>(random());
    const std::uint64_t address = i * 1024 + random() % 24;
    std::copy(data.begin(), data.end(), expected.begin() + static_cast<std::ptrdiff_t>(address));
    writes.push_back(write(0, address, data));
  }
  for (std::uint64_t i = 0; i < 200; ++i) {
    reads.push_back(read(100'000, random() % (100 * 1024), 1 + random() % 2000));
  }
  build({{writes, 16}, {reads, 16, EndResponse::kLater, sc_time(7, SC_NS)}});
  simulate();
  for (std::size_t i = 0; i < reads.size(); ++i) {
    const auto& data = initiators[1]->results[i].data;
    ASSERT_TRUE(
        std::equal(data.begin(), data.end(),
                   expected.begin() + static_cast<std::ptrdiff_t>(reads[i].address - kBase)))
        << i;
  }
}

TEST_F(AtMemoryTest, contending_initiators_take_turns) {
  std::vector<std::vector<Access>> streams(3);
  for (std::uint64_t i = 0; i < 60; ++i) {
    for (std::uint64_t s = 0; s < 3; ++s) streams[s].push_back(read(0, s * 65536 + i * 256, 256));
  }
  config.queue_depth = 4;
  build({{streams[0]}, {streams[1]}, {streams[2]}});
  simulate();
  // The bus holds two of each: whoever is ahead is so by these.
  for (std::size_t i = 3; i < 60; ++i) {
    for (std::size_t a = 0; a < 3; ++a) {
      for (std::size_t b = 0; b < 3; ++b) {
        EXPECT_LT(initiators[a]->results[i - 3].accepted, initiators[b]->results[i].accepted);
      }
    }
  }
}

TEST_F(AtMemoryTest, refused_accesses_complete_at_once_without_effect) {
  build({{{read(0, kBytes - 16), write(0, 2 * kBytes, {1, 2}), read(0, 0)}}});
  simulate();
  const auto& results = initiators[0]->results;
  EXPECT_EQ(results[0].status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(results[1].status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(results[2].status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(latency_ps(0, 2), kBusPs + kClosedRead);
  EXPECT_EQ(events(*dram).read_bytes, 32u);
  EXPECT_EQ(events(*dram).write_bytes, 0u);
}

/// A target with b_transport only: the simple socket answers nb_transport with BEGIN_RESP alone.
struct LtTarget : sc_core::sc_module {
  tlm_utils::simple_target_socket<LtTarget, 32> socket;
  explicit LtTarget(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {
    socket.register_b_transport(this, &LtTarget::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& payload, sc_time& delay) {
    std::fill_n(payload.get_data_ptr(), payload.get_data_length(), std::uint8_t{42});
    delay += sc_time(20, SC_NS);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

TEST_F(AtMemoryTest, a_loosely_timed_target_works_behind_the_bus) {
  LtTarget target("target");
  Bus other("other", sc_time(10, SC_NS), 1, {{kBase, kBytes}});
  initiators.push_back(std::make_unique<AtInitiator>(
      "initiator", std::vector<Access>{read(0, 0), read(0, 4), read(0, 8)}, 3, EndResponse::kLater,
      sc_time(1, SC_NS)));
  wiring.join(initiators[0]->socket, other.from_initiators[0]);
  wiring.join(other.to_targets[0], target.socket);
  simulate();
  EXPECT_EQ(initiators[0]->results[2].data[0], 42);
  EXPECT_EQ(latency_ps(0, 0), 30000u);
}

TEST_F(AtMemoryTest, blocking_calls_work_beside_requests_that_wait) {
  std::vector<Access> accesses;
  for (std::uint64_t i = 0; i < 50; ++i) accesses.push_back(read(0, 1024 * i, 1024));
  Initiator blocking("blocking");
  Bus direct("direct", SC_ZERO_TIME, 2, {{kBase, kBytes}});
  Dram shared("shared", lpddr4_3200(), config);
  initiators.push_back(
      std::make_unique<AtInitiator>("beside", accesses, 8, EndResponse::kCompleted));
  wiring.join(initiators.back()->socket, direct.from_initiators[0]);
  wiring.join(blocking.socket, direct.from_initiators[1]);
  wiring.join(direct.to_targets[0], shared.socket);
  sc_core::sc_start(sc_time(1, sc_core::SC_US));
  tlm::tlm_generic_payload payload;
  std::array<std::uint8_t, 4> data{1, 2, 3, 4};
  payload.set_write();
  payload.set_address(kBase + 65536);
  payload.set_data_ptr(data.data());
  payload.set_data_length(4);
  payload.set_streaming_width(4);
  sc_time delay;
  blocking.socket->b_transport(payload, delay);
  EXPECT_TRUE(payload.is_response_ok());
  EXPECT_EQ(delay, SC_ZERO_TIME) << "posted";
  simulate();
  EXPECT_EQ(events(shared).read_bytes, 50u * 1024);
  EXPECT_EQ(events(shared).write_bytes, 32u);
}

TEST_F(AtMemoryTest, direct_memory_is_granted_where_the_bus_maps_it) {
  build({{}});
  Initiator blocking("blocking");
  Bus second("second", SC_ZERO_TIME, 1, {{kBase, kBytes}});
  Dram other("other", lpddr4_3200(), config);
  wiring.join(blocking.socket, second.from_initiators[0]);
  wiring.join(second.to_targets[0], other.socket);
  sc_core::sc_start(SC_ZERO_TIME);
  tlm::tlm_generic_payload payload;
  std::array<std::uint8_t, 4> data{1, 2, 3, 4};
  payload.set_write();
  payload.set_address(kBase + 8);
  payload.set_data_ptr(data.data());
  payload.set_data_length(4);
  ASSERT_EQ(blocking.socket->transport_dbg(payload), 4u);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(blocking.socket->get_direct_mem_ptr(payload, dmi));
  EXPECT_EQ(dmi.get_start_address(), kBase);
  EXPECT_EQ(dmi.get_end_address(), kBase + kBytes - 1);
  EXPECT_TRUE(dmi.is_read_write_allowed());
  EXPECT_EQ(dmi.get_dmi_ptr()[8 + 2], 3);
  payload.set_address(0);
  EXPECT_FALSE(blocking.socket->get_direct_mem_ptr(payload, dmi));
  EXPECT_LE(dmi.get_start_address(), dmi.get_end_address());
}

TEST_F(AtMemoryTest, time_is_told_apart_into_refresh_and_access) {
  build({{{read(0, 0), read(3900, 32)}}});
  simulate();
  // The first read occupies the memory from its arrival behind the bus to its last beat.
  const DramTime first = dram->own_meter().time_between(0, 100000);
  EXPECT_EQ(first.busy_ps, kClosedRead);
  EXPECT_EQ(first.refresh_ps, 0u);
  // The second arrives at 3910 ns, into the refresh due at 3903.75 ns: tRP_AB, then tRFC.
  const DramTime second = dram->own_meter().time_between(3'800'000, 4'400'000);
  EXPECT_EQ(second.refresh_ps, 625u + 21250 + 280000);
  EXPECT_EQ(second.busy_ps, kActivatedRead);
}

}  // namespace
}  // namespace dcnsim

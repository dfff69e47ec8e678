// SPDX-License-Identifier: Apache-2.0
// Phases that somebody between initiator and target has added change nothing, on whatever path they
// come: bus and memory take as long as without them.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "models/tlm/bus.h"
#include "models/tlm/dram.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/fresh_kernel.h"
#include "tests/tlm/at_initiator.h"
#include "tests/tlm/world/interposing_wiring.h"
#include "tests/tlm/world/routers.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

using IgnorablePhasesTest = FreshKernel;

/// When requests began and were accepted, and when responses began.
using Times = std::vector<std::array<sc_time, 3>>;

Times run(CheckedWiring& wiring) {
  std::vector<AtInitiator::Access> accesses;
  for (std::uint64_t i = 0; i < 40; ++i) {
    accesses.push_back({sc_time(), i % 3 == 0 ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND,
                        512 * i, std::vector<std::uint8_t>(64)});
  }
  DramConfig config;
  config.capacity_bytes = 1 << 20;
  config.queue_depth = 2;
  AtInitiator initiator("initiator", accesses, 6, AtInitiator::EndResponse::kLater,
                        sc_time(13, SC_NS));
  Bus bus("bus", sc_time(4, SC_NS), 1, {{0, 1 << 20}});
  Dram dram("dram", lpddr4_3200(), config);
  wiring.join(initiator.socket, bus.from_initiators[0]);
  wiring.join(bus.to_targets[0], dram.socket);
  sc_core::sc_start();
  Times times;
  for (const AtInitiator::Result& r : initiator.results) {
    EXPECT_TRUE(r.finished);
    times.push_back({r.begin, r.accepted, r.done});
  }
  return times;
}

TEST_F(IgnorablePhasesTest, change_nothing_for_bus_and_memory) {
  CheckedWiring direct;
  const Times times = run(direct);
  renew_kernel();
  world::InterposingWiring<world::StrictRelay> with_phases;
  EXPECT_EQ(run(with_phases), times);
  EXPECT_EQ(with_phases.interposed(), 2u);
}

}  // namespace
}  // namespace dcnsim

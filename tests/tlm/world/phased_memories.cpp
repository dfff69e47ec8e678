// SPDX-License-Identifier: Apache-2.0
#include "tests/tlm/world/phased_memories.h"

#include <gtest/gtest.h>

namespace dcnsim::world {

using sc_core::sc_time;

tlm::tlm_sync_enum Arbiter::begin(Payload& payload, tlm::tlm_phase& phase, sc_time& delay) {
  EXPECT_TRUE(payload.has_mm());
  const unsigned length = payload.get_data_length();
  EXPECT_EQ(length & (length - 1), 0u) << length;
  EXPECT_EQ(payload.get_address() % length, 0u) << length;
  return FourPhaseMemory::begin(payload, phase, delay);
}

void Arbiter::end_request(Payload& payload) {
  storage_.serve(payload);
  call(payload, tlm::END_REQ, sc_core::SC_ZERO_TIME);
  // About every third request waits for a row, which others overtake; another one in each job.
  ++requests_;
  const int latencies = (requests_ + requests_ / 10) % 3 == 0 ? 9 : 1;
  schedule(payload, tlm::BEGIN_RESP, latency_of(payload) * latencies);
}

void Arbiter::response_answered(Payload&, tlm::tlm_sync_enum status, const sc_time&) {
  EXPECT_EQ(status, tlm::TLM_ACCEPTED) << "a response is ended by a call";
}

}  // namespace dcnsim::world

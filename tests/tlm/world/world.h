// SPDX-License-Identifier: Apache-2.0
// The memories that the component meets in other people's platforms, as one table.
#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "models/arch/transport.h"
#include "models/tlm/wiring.h"
#include "tests/tlm/world/memory.h"

namespace dcnsim::world {

/// What decides how many cycles a job takes: as many behind all memories of a pace.
enum class Pace : std::uint8_t {
  kOverlapped,  ///< the latency, for as many accesses at once as come
  kOneByOne,    ///< the latency, for one access at a time
  kAccepted,    ///< one request at a time until it is accepted, then the latency
  kCompleted,   ///< one access at a time until it is accepted and answered
  kOwn          ///< nothing is promised: locks across the wait, an order of its own
};

/// A memory, and what stands in front of it.
struct Site {
  std::vector<std::unique_ptr<sc_core::sc_module>> modules;  ///< what it consists of
  Memory* memory = nullptr;                                  ///< among them
  tlm::tlm_target_socket<32>* entrance = nullptr;
};

struct Inhabitant {
  std::string name;
  Transport transport;  ///< of the initiator in front of it
  Pace pace;
  Site (*build)(Storage& storage, const Timing& timing, Wiring& wiring);
  /// Clauses of the base protocol, or rules of our checker, that it breaks.
  std::set<std::string> breaks;

  friend std::ostream& operator<<(std::ostream& out, const Inhabitant& inhabitant) {
    return out << inhabitant.name;
  }
};

/// All that answer; behind each of them every job is right.
const std::vector<Inhabitant>& inhabitants();

/// Those that never answer, or leave the response as it was.
enum class Lack : std::uint8_t { kAnswer, kResponse };
Inhabitant lacking(Lack lack, Transport transport);

}  // namespace dcnsim::world

// SPDX-License-Identifier: Apache-2.0
#include "tests/tlm/socket_census.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "tests/tlm/protocol_checker.h"

namespace dcnsim {
namespace {

using Socket = tlm::tlm_base_initiator_socket_b<32>;

/// Checkers and, outside of them, initiator sockets.
struct Found {
  std::set<const sc_core::sc_interface*> checkers;  ///< as their initiators see them
  std::vector<sc_core::sc_object*> sockets;

  void look_through(const std::vector<sc_core::sc_object*>& objects) {
    for (sc_core::sc_object* object : objects) {
      if (auto* checker = dynamic_cast<ProtocolChecker*>(object)) {
        checkers.insert(&checker->from_initiator.get_base_interface());
        continue;
      }
      if (dynamic_cast<Socket*>(object) != nullptr) sockets.push_back(object);
      look_through(object->get_child_objects());
    }
  }
};

}  // namespace

void SocketCensus::start_of_simulation() {
  Found found;
  found.look_through(sc_core::sc_get_top_level_objects());
  for (sc_core::sc_object* object : found.sockets) {
    // Through any number of sockets that only pass it outwards, to what it calls.
    const sc_core::sc_interface* called =
        dynamic_cast<Socket&>(*object).get_base_port().get_interface();
    if (found.checkers.count(called) == 0) {
      ADD_FAILURE() << object->name() << ": no protocol checker stands on this socket";
    }
  }
}

}  // namespace dcnsim

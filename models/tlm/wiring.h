// SPDX-License-Identifier: Apache-2.0
// How the sockets of a system are joined. Systems that take a Wiring let whoever builds them stand
// between initiators and targets: with a probe, a checker, a model of an interconnect.
#pragma once

#include <systemc>
#include <tlm>

namespace dcnsim {

class Wiring {
 public:
  virtual ~Wiring() = default;
  /// Called once for each binding, while the system is elaborated.
  virtual void join(tlm::tlm_initiator_socket<32>& initiator, tlm::tlm_target_socket<32>& target) {
    initiator.bind(target);
  }
};

}  // namespace dcnsim

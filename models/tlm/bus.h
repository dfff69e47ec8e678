// SPDX-License-Identifier: Apache-2.0
// Address-decoding interconnect for loosely timed traffic: any number of initiators, targets at
// address ranges. Adds a fixed latency per transaction; whoever sends the data counts its beats.
#pragma once

#include <cstdint>
#include <memory>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <vector>

namespace dcnsim {

class Bus : public sc_core::sc_module {
 public:
  using TargetSocket = tlm_utils::simple_target_socket<Bus, 32>;
  using InitiatorSocket = tlm_utils::simple_initiator_socket<Bus, 32>;

  Bus(const sc_core::sc_module_name& name, const sc_core::sc_time& latency);

  /// Before elaboration ends: a socket for one more initiator to bind to.
  TargetSocket& add_initiator();

  /// Before elaboration ends: a socket to bind to a target that answers [base, base + bytes) and
  /// sees addresses from 0. Throws std::invalid_argument if the range overlaps another.
  InitiatorSocket& add_target(std::uint64_t base, std::uint64_t bytes);

 private:
  struct Range {
    std::uint64_t base, bytes;
    std::unique_ptr<InitiatorSocket> socket;
  };

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  /// The range that holds the whole transaction, or null.
  const Range* decode(const tlm::tlm_generic_payload& payload) const;

  const sc_core::sc_time latency_;
  std::vector<std::unique_ptr<TargetSocket>> initiators_;
  std::vector<Range> targets_;
};

}  // namespace dcnsim

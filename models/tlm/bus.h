// SPDX-License-Identifier: Apache-2.0
// Address-decoding interconnect for loosely timed traffic: any number of initiators, targets at
// address ranges. Adds a fixed latency per transaction; whoever sends the data counts its beats.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <optional>
#include <systemc>
#include <tlm>
#include <vector>

namespace dcnsim {

class Bus : public sc_core::sc_module {
 public:
  using TargetSocket = tlm_utils::simple_target_socket<Bus, 32>;
  using InitiatorSocket = tlm_utils::simple_initiator_socket<Bus, 32>;

  /// Bus addresses [base, base + bytes) of one target, which sees addresses from 0.
  struct Range {
    std::uint64_t base, bytes;
  };

  sc_core::sc_vector<TargetSocket> from_initiators;
  sc_core::sc_vector<InitiatorSocket> to_targets;  ///< in the order of the ranges

  /// Throws std::invalid_argument if two ranges overlap.
  Bus(const sc_core::sc_module_name& name, const sc_core::sc_time& latency, std::size_t initiators,
      std::vector<Range> ranges);

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  /// Index of the range that holds the whole transaction, or none.
  std::optional<std::size_t> decode(const tlm::tlm_generic_payload& payload) const;

  const sc_core::sc_time latency_;
  const std::vector<Range> ranges_;
};

}  // namespace dcnsim

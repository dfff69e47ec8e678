// SPDX-License-Identifier: Apache-2.0
// Address-decoding interconnect: any number of initiators, targets at address ranges, blocking and
// four-phase non-blocking transport, debug and DMI. Adds a fixed latency per transaction; whoever
// sends the data counts its beats.
//
// Non-blocking: a target has one request in its request phase, an initiator one response in its
// response phase (IEEE 1666 15.2.6). Others wait in the bus in order of arrival. The bus holds
// kRequestsHeld requests of an initiator that their targets have not accepted, so that one may
// follow the other while they are on their way; a further one gets its END_REQ when a target
// accepts one of these. So back-pressure passes through, and contenders for a target take turns.
#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <tlm>
#include <unordered_map>
#include <vector>

#include "models/tlm/systemc.h"

namespace dcnsim {

class Bus : public sc_core::sc_module {
 public:
  using TargetSocket = tlm_utils::simple_target_socket_tagged<Bus, 32>;
  static constexpr int kRequestsHeld = 2;

  using InitiatorSocket = tlm_utils::simple_initiator_socket_tagged<Bus, 32>;

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
  using Payload = tlm::tlm_generic_payload;

  /// Transactions that want one phase of one socket; the first may have begun it.
  struct Lane {
    std::deque<Payload*> waiting;
    bool begun = false;
    void end() {
      waiting.pop_front();
      begun = false;
    }
  };
  /// Requests of an initiator that their targets have not accepted.
  struct Held {
    int requests = 0;
    Payload* withheld = nullptr;  ///< whose END_REQ is
  };
  struct Route {
    std::size_t initiator, target;
    std::uint64_t address;          ///< as the initiator gave it
    bool in_request = true;         ///< until END_REQ or the response that implies it
    bool target_has_ended = false;  ///< it answered TLM_COMPLETED and expects no END_RESP
  };

  void b_transport(int initiator, Payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(int initiator, Payload& payload);
  bool get_direct_mem_ptr(int initiator, Payload& payload, tlm::tlm_dmi& dmi);
  void invalidate_direct_mem_ptr(int target, sc_dt::uint64 start, sc_dt::uint64 end);
  tlm::tlm_sync_enum nb_transport_fw(int initiator, Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  tlm::tlm_sync_enum nb_transport_bw(int target, Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);

  /// Index of the range that holds the whole transaction, or none.
  std::optional<std::size_t> decode(const Payload& payload) const;
  void on_phase(Payload& payload, const tlm::tlm_phase& phase);
  void begin_request(std::size_t target);
  void end_request(Route& route);
  void begin_response(std::size_t initiator);
  void end_response(Payload& payload);

  const sc_core::sc_time latency_;
  const std::vector<Range> ranges_;
  tlm_utils::peq_with_cb_and_phase<Bus> phases_;  ///< at their annotated times
  std::unordered_map<Payload*, Route> routes_;    ///< of transactions under way
  std::vector<Lane> requests_;                    ///< by target
  std::vector<Lane> responses_;                   ///< by initiator
  std::vector<Held> held_;                        ///< by initiator
};

}  // namespace dcnsim

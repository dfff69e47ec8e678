// SPDX-License-Identifier: Apache-2.0
// A system whose every target leaves another address behind, which harms nobody: to see that
// checkers bite where they stand.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <memory>
#include <vector>

#include "tests/tlm/checked_wiring.h"

namespace dcnsim {

/// Passes on all that is loosely timed, and changes the address afterwards.
class Rewriter : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Rewriter, 32> from_initiator{"from_initiator"};
  tlm_utils::simple_initiator_socket<Rewriter, 32> to_target{"to_target"};

  explicit Rewriter(const sc_core::sc_module_name& name) : sc_module(name) {
    from_initiator.register_b_transport(this, &Rewriter::b_transport);
    from_initiator.register_transport_dbg(this, &Rewriter::transport_dbg);
    from_initiator.register_get_direct_mem_ptr(this, &Rewriter::get_direct_mem_ptr);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    to_target->b_transport(payload, delay);
    payload.set_address(~payload.get_address());
  }
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) {
    return to_target->transport_dbg(payload);
  }
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
    return to_target->get_direct_mem_ptr(payload, dmi);
  }
};

class RewritingWiring : public CheckedWiring {
 public:
  void join(tlm::tlm_initiator_socket<32>& initiator, tlm::tlm_target_socket<32>& target) override {
    Rewriter& between = *rewriters_.emplace_back(
        std::make_unique<Rewriter>(sc_core::sc_gen_unique_name("rewriter")));
    CheckedWiring::join(initiator, between.from_initiator);
    CheckedWiring::join(between.to_target, target);
  }

 private:
  std::vector<std::unique_ptr<Rewriter>> rewriters_;
};

}  // namespace dcnsim

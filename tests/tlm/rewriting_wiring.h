// SPDX-License-Identifier: Apache-2.0
// A system whose every target leaves another address behind, which harms nobody: to see that
// checkers bite where they stand.
#pragma once

#include "tests/tlm/world/interposing_wiring.h"

namespace dcnsim {

/// Passes on all that is loosely timed, and changes the address afterwards.
class Rewriter : public world::Interposer {
  using Interposer::Interposer;
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override {
    to_target->b_transport(payload, delay);
    payload.set_address(~payload.get_address());
  }
};

using RewritingWiring = world::InterposingWiring<Rewriter>;

}  // namespace dcnsim

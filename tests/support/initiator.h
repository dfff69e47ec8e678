// SPDX-License-Identifier: Apache-2.0
// A module that is little but an initiator socket, for tests that call a target themselves.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>
#include <tlm>
#include <utility>
#include <vector>

namespace dcnsim {

struct Initiator : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Initiator, 32> socket;
  /// Ranges of direct memory that are no longer valid, as told.
  std::vector<std::pair<sc_dt::uint64, sc_dt::uint64>> invalidated;

  explicit Initiator(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {
    socket.register_invalidate_direct_mem_ptr(this, &Initiator::invalidate);
  }

 private:
  void invalidate(sc_dt::uint64 start, sc_dt::uint64 end) { invalidated.emplace_back(start, end); }
};

}  // namespace dcnsim

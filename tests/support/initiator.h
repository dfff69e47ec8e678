// SPDX-License-Identifier: Apache-2.0
// A module that is nothing but an initiator socket, for tests that call a target themselves.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>
#include <tlm>

namespace dcnsim {

struct Initiator : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Initiator, 32> socket;
  explicit Initiator(const sc_core::sc_module_name& name) : sc_module(name), socket("socket") {}
};

}  // namespace dcnsim

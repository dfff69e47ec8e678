// SPDX-License-Identifier: Apache-2.0
// Fails a test whose simulation starts with an initiator socket that no protocol checker watches.
#pragma once

#include <systemc>

namespace dcnsim {

class SocketCensus : public sc_core::sc_module {
 public:
  explicit SocketCensus(const sc_core::sc_module_name& name) : sc_module(name) {}
  void start_of_simulation() override;
};

}  // namespace dcnsim

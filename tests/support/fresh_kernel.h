// SPDX-License-Identifier: Apache-2.0
// A new SystemC simulation kernel for every test, so that one process can elaborate many systems.
#pragma once

#include <gtest/gtest.h>

#include <systemc>
#include <tlm>
#include <vector>

#include "tests/tlm/socket_census.h"

namespace dcnsim {

/// Replaces the kernel. Objects of the old one must be gone. Old kernels are kept until the process
/// ends: SystemC's library has a static event that looks for the first one when it is destroyed.
inline void renew_bare_kernel() {
  static auto& retired = *new std::vector<sc_core::sc_simcontext*>;
  retired.push_back(sc_core::sc_curr_simcontext);
  sc_core::sc_curr_simcontext = new sc_core::sc_simcontext;
  sc_core::sc_default_global_context = sc_core::sc_curr_simcontext;
  tlm::tlm_global_quantum::instance().set(sc_core::SC_ZERO_TIME);
  // A test may start the kernel with nothing to do.
  sc_core::sc_report_handler::set_actions(sc_core::SC_ID_NO_SC_START_ACTIVITY_,
                                          sc_core::SC_DO_NOTHING);
}

/// And fails the test if a socket of what is then built is not checked.
inline void renew_kernel() {
  renew_bare_kernel();
  new SocketCensus("socket_census");  // belongs to the kernel
}

class FreshKernel : public testing::Test {
 protected:
  void SetUp() override { renew_kernel(); }
};

}  // namespace dcnsim

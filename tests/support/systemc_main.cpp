// SPDX-License-Identifier: Apache-2.0
// Entry point of test programs that link SystemC: its library brings a main of its own, so that
// linking gtest_main would silently run no test. One process per test case (CTest) gives each case
// a fresh simulation kernel.
#include <gtest/gtest.h>

#include <systemc>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  sc_core::sc_report_handler::set_verbosity_level(sc_core::SC_NONE);
  return sc_core::sc_elab_and_sim(argc, argv);
}

int sc_main(int, char**) { return RUN_ALL_TESTS(); }

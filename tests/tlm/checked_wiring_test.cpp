// SPDX-License-Identifier: Apache-2.0
// A rule broken at any binding fails the test, as does a socket on which no checker stands.
#include "tests/tlm/checked_wiring.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include "tests/support/fresh_kernel.h"
#include "tests/support/initiator.h"

namespace dcnsim {
namespace {

using sc_core::sc_time;
using Ranges = std::vector<std::pair<sc_dt::uint64, sc_dt::uint64>>;

/// Answers nothing: no response to b_transport, no phase after BEGIN_REQ.
struct Silent : sc_core::sc_module {
  tlm_utils::simple_target_socket<Silent, 32> socket{"socket"};
  explicit Silent(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &Silent::b_transport);
    socket.register_nb_transport_fw(this, &Silent::nb_transport_fw);
  }
  void b_transport(tlm::tlm_generic_payload&, sc_time&) {}
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload&, tlm::tlm_phase&, sc_time&) {
    return tlm::TLM_ACCEPTED;
  }
};

struct Keeper : tlm::tlm_mm_interface {
  void free(tlm::tlm_generic_payload*) override {}
};

struct Read : tlm::tlm_generic_payload {
  explicit Read(tlm::tlm_mm_interface* keeper = nullptr) : tlm_generic_payload(keeper) {
    set_read();
    set_data_ptr(data);
    set_data_length(4);
    set_streaming_width(4);
    if (keeper != nullptr) acquire();
  }
  std::uint8_t data[4] = {};
};

class CheckedWiringTest : public FreshKernel {
 protected:
  /// Two bindings of silent targets; `use` gets the second one's initiator.
  template <typename Use>
  static void simulate(const Use& use) {
    Initiator first("first"), second("second");
    Silent one("one"), two("two");
    CheckedWiring wiring;
    wiring.join(first.socket, one.socket);
    wiring.join(second.socket, two.socket);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    use(second);
  }
};

TEST_F(CheckedWiringTest, a_rule_broken_at_a_binding_fails_the_test_and_names_it) {
  EXPECT_NONFATAL_FAILURE(simulate([](Initiator& initiator) {
                            Read read;
                            sc_time delay;
                            initiator.socket->b_transport(read, delay);
                          }),
                          "second.socket to two.socket: 0 s: a response has a status (14.17)");
}

TEST_F(CheckedWiringTest, a_transaction_without_end_fails_the_test) {
  EXPECT_NONFATAL_FAILURE(simulate([](Initiator& initiator) {
                            static Keeper keeper;
                            static Read read(&keeper);
                            tlm::tlm_phase phase = tlm::BEGIN_REQ;
                            sc_time delay;
                            initiator.socket->nb_transport_fw(read, phase, delay);
                          }),
                          "second.socket to two.socket: transactions without end");
}

TEST_F(CheckedWiringTest, rules_broken_on_purpose_are_told_by_their_clauses_and_forgotten) {
  Initiator initiator("initiator");
  Silent silent("silent");
  CheckedWiring wiring;
  wiring.join(initiator.socket, silent.socket);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  EXPECT_EQ(wiring.idle_bindings(), wiring.bindings());
  Read read;
  read.set_streaming_width(0);
  sc_time delay;
  initiator.socket->b_transport(read, delay);
  EXPECT_EQ(wiring.take_broken_clauses(), (std::set<std::string>{"14.15", "14.17"}));
  EXPECT_EQ(wiring.take_broken_clauses(), std::set<std::string>{});
  EXPECT_EQ(wiring.idle_bindings(), std::vector<std::string>{});
}

TEST_F(CheckedWiringTest, a_socket_without_a_checker_fails_the_test) {
  Initiator checked("checked"), bare("bare");
  Silent one("one"), two("two");
  CheckedWiring wiring;
  wiring.join(checked.socket, one.socket);
  bare.socket.bind(two.socket);
  EXPECT_NONFATAL_FAILURE(sc_core::sc_start(sc_core::SC_ZERO_TIME),
                          "bare.socket: no protocol checker stands on this socket");
}

TEST_F(CheckedWiringTest, direct_memory_is_invalidated_through_a_checker) {
  Initiator initiator("initiator");
  Silent target("target");
  CheckedWiring wiring;
  wiring.join(initiator.socket, target.socket);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  target.socket->invalidate_direct_mem_ptr(16, 31);
  EXPECT_EQ(initiator.invalidated, (Ranges{{16, 31}}));
  target.socket->invalidate_direct_mem_ptr(31, 16);
  EXPECT_EQ(wiring.take_broken_clauses(), std::set<std::string>{"11.2"});
}

}  // namespace
}  // namespace dcnsim

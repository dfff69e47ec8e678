// SPDX-License-Identifier: Apache-2.0
// The checker bites: every rule is broken on purpose, and a clean transaction breaks none.
#include "tests/tlm/protocol_checker.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>

#include "tests/support/fresh_kernel.h"
#include "tests/tlm/world/peek.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;
using Payload = tlm::tlm_generic_payload;

using world::PEEK;

/// Both ends of a binding, doing what the test says.
struct Ends : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Ends, 32> initiator;
  tlm_utils::simple_target_socket<Ends, 32> target;
  std::function<tlm::tlm_sync_enum(Payload&, tlm::tlm_phase&, sc_time&)> on_fw, on_bw;
  std::function<void(Payload&, sc_time&)> on_b;
  unsigned debug_moves = 0;

  explicit Ends(const sc_core::sc_module_name& name)
      : sc_module(name), initiator("initiator"), target("target") {
    initiator.register_nb_transport_bw(this, &Ends::nb_bw);
    target.register_nb_transport_fw(this, &Ends::nb_fw);
    target.register_b_transport(this, &Ends::b);
    target.register_transport_dbg(this, &Ends::dbg);
    target.register_get_direct_mem_ptr(this, &Ends::dmi);
  }
  tlm::tlm_sync_enum nb_fw(Payload& p, tlm::tlm_phase& phase, sc_time& delay) {
    return on_fw ? on_fw(p, phase, delay) : tlm::TLM_ACCEPTED;
  }
  tlm::tlm_sync_enum nb_bw(Payload& p, tlm::tlm_phase& phase, sc_time& delay) {
    return on_bw ? on_bw(p, phase, delay) : tlm::TLM_ACCEPTED;
  }
  void b(Payload& p, sc_time& delay) { on_b(p, delay); }
  unsigned dbg(Payload&) { return debug_moves; }
  bool dmi(Payload&, tlm::tlm_dmi& dmi) {
    dmi.set_start_address(1);
    dmi.set_end_address(0);
    return false;
  }
};

struct Keeper : tlm::tlm_mm_interface {
  void free(Payload*) override {}
};

class ProtocolCheckerTest : public FreshKernel {
 protected:
  void SetUp() override {
    FreshKernel::SetUp();
    ends = std::make_unique<Ends>("ends");
    checker = std::make_unique<ProtocolChecker>("checker");
    ends->initiator.bind(checker->from_initiator);
    checker->to_target.bind(ends->target);
    sc_core::sc_start(SC_ZERO_TIME);
    for (Payload* p : {&first, &second}) {
      p->set_mm(&keeper);
      p->acquire();
      p->set_command(tlm::TLM_READ_COMMAND);
      p->set_data_ptr(data.data());
      p->set_data_length(4);
      p->set_streaming_width(4);
    }
  }
  void TearDown() override {
    ends.reset();
    checker.reset();
  }
  tlm::tlm_sync_enum fw(Payload& p, tlm::tlm_phase phase, sc_time delay = SC_ZERO_TIME) {
    return ends->initiator->nb_transport_fw(p, phase, delay);
  }
  tlm::tlm_sync_enum bw(Payload& p, tlm::tlm_phase phase, sc_time delay = SC_ZERO_TIME) {
    if (phase == tlm::BEGIN_RESP) p.set_response_status(tlm::TLM_OK_RESPONSE);
    return ends->target->nb_transport_bw(p, phase, delay);
  }
  void expect_only(const std::string& rule) {
    ASSERT_EQ(checker->violations().size(), 1u) << rule;
    EXPECT_NE(checker->violations()[0].find(rule), std::string::npos) << checker->violations()[0];
  }

  Keeper keeper;
  std::unique_ptr<Ends> ends;
  std::unique_ptr<ProtocolChecker> checker;
  Payload first, second;
  std::array<unsigned char, 8> data{};
};

TEST_F(ProtocolCheckerTest, four_phases_break_no_rule) {
  fw(first, tlm::BEGIN_REQ);
  bw(first, tlm::END_REQ);
  fw(second, tlm::BEGIN_REQ);
  bw(second, tlm::BEGIN_RESP);
  fw(second, tlm::END_RESP);
  bw(first, tlm::BEGIN_RESP);
  EXPECT_EQ(checker->outstanding(), 1u);
  fw(first, tlm::END_RESP);
  EXPECT_TRUE(checker->violations().empty()) << checker->violations().front();
  EXPECT_EQ(checker->outstanding(), 0u);
  EXPECT_EQ(checker->completed(), 2u);
}

TEST_F(ProtocolCheckerTest, early_completion_and_updated_phases_break_no_rule) {
  ends->on_fw = [](Payload& p, tlm::tlm_phase&, sc_time&) {
    p.set_response_status(tlm::TLM_OK_RESPONSE);
    return tlm::TLM_COMPLETED;
  };
  fw(first, tlm::BEGIN_REQ);
  first.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  ends->on_fw = [](Payload&, tlm::tlm_phase& phase, sc_time& delay) {
    phase = tlm::END_REQ;
    delay += sc_time(5, SC_NS);
    return tlm::TLM_UPDATED;
  };
  ends->on_bw = [](Payload&, tlm::tlm_phase& phase, sc_time&) {
    phase = tlm::END_RESP;
    return tlm::TLM_UPDATED;
  };
  fw(first, tlm::BEGIN_REQ);
  bw(first, tlm::BEGIN_RESP, sc_time(5, SC_NS));
  EXPECT_TRUE(checker->violations().empty()) << checker->violations().front();
  EXPECT_EQ(checker->completed(), 2u);
}

TEST_F(ProtocolCheckerTest, a_second_request_before_the_end_of_the_first_is_seen) {
  fw(first, tlm::BEGIN_REQ);
  fw(second, tlm::BEGIN_REQ);
  expect_only("15.2.6 e");
}

TEST_F(ProtocolCheckerTest, a_second_response_before_the_end_of_the_first_is_seen) {
  fw(first, tlm::BEGIN_REQ);
  bw(first, tlm::END_REQ);
  fw(second, tlm::BEGIN_REQ);
  bw(second, tlm::END_REQ);
  bw(first, tlm::BEGIN_RESP);
  bw(second, tlm::BEGIN_RESP);
  expect_only("15.2.6 f");
}

/// How the target ends a request that the test has begun, 40 ns from now.
enum class RequestEnd { kReturned, kCalled, kImplied, kResponseReturned, kCompleted };

class AnnotatedRequestTest : public ProtocolCheckerTest,
                             public testing::WithParamInterface<RequestEnd> {
 protected:
  void begin_and_end_first() {
    const sc_time later(40, SC_NS);
    const auto answer = [&](tlm::tlm_sync_enum status, tlm::tlm_phase_enum next) {
      ends->on_fw = [=](Payload& p, tlm::tlm_phase& phase, sc_time& delay) {
        if (next != tlm::END_REQ) p.set_response_status(tlm::TLM_OK_RESPONSE);
        phase = next;
        delay += later;
        return status;
      };
      fw(first, tlm::BEGIN_REQ);
      ends->on_fw = nullptr;
    };
    switch (GetParam()) {
      case RequestEnd::kReturned:
        answer(tlm::TLM_UPDATED, tlm::END_REQ);
        break;
      case RequestEnd::kResponseReturned:
        answer(tlm::TLM_UPDATED, tlm::BEGIN_RESP);
        break;
      case RequestEnd::kCompleted:
        answer(tlm::TLM_COMPLETED, tlm::BEGIN_RESP);
        break;
      case RequestEnd::kCalled:
      case RequestEnd::kImplied:
        fw(first, tlm::BEGIN_REQ);
        bw(first, GetParam() == RequestEnd::kCalled ? tlm::END_REQ : tlm::BEGIN_RESP, later);
        break;
    }
    EXPECT_TRUE(checker->violations().empty()) << checker->violations().front();
  }
};

TEST_P(AnnotatedRequestTest, a_request_before_the_annotated_end_of_the_one_before_is_seen) {
  begin_and_end_first();
  sc_core::sc_start(sc_time(39, SC_NS));
  fw(second, tlm::BEGIN_REQ);
  expect_only("15.2.6 e");
}

TEST_P(AnnotatedRequestTest, a_request_annotated_to_come_before_that_end_is_seen) {
  begin_and_end_first();
  fw(second, tlm::BEGIN_REQ, sc_time(39, SC_NS));
  expect_only("15.2.6 e");
}

TEST_P(AnnotatedRequestTest, a_request_at_that_end_breaks_no_rule) {
  begin_and_end_first();
  sc_core::sc_start(sc_time(10, SC_NS));
  fw(second, tlm::BEGIN_REQ, sc_time(30, SC_NS));
  EXPECT_TRUE(checker->violations().empty()) << checker->violations().front();
}

INSTANTIATE_TEST_SUITE_P(RequestEnds, AnnotatedRequestTest,
                         testing::Values(RequestEnd::kReturned, RequestEnd::kCalled,
                                         RequestEnd::kImplied, RequestEnd::kResponseReturned,
                                         RequestEnd::kCompleted));

/// How the initiator ends a response, 30 ns from now.
enum class ResponseEnd { kUpdated, kCompleted, kCalled };

class AnnotatedResponseTest : public ProtocolCheckerTest,
                              public testing::WithParamInterface<ResponseEnd> {
 protected:
  void begin_two_and_end_first() {
    const sc_time later(30, SC_NS);
    for (Payload* p : {&first, &second}) {
      fw(*p, tlm::BEGIN_REQ);
      bw(*p, tlm::END_REQ);
    }
    if (GetParam() == ResponseEnd::kCalled) {
      bw(first, tlm::BEGIN_RESP);
      fw(first, tlm::END_RESP, later);
    } else {
      ends->on_bw = [=](Payload&, tlm::tlm_phase& phase, sc_time& delay) {
        phase = tlm::END_RESP;
        delay += later;
        return GetParam() == ResponseEnd::kUpdated ? tlm::TLM_UPDATED : tlm::TLM_COMPLETED;
      };
      bw(first, tlm::BEGIN_RESP);
      ends->on_bw = nullptr;
    }
    EXPECT_TRUE(checker->violations().empty()) << checker->violations().front();
  }
};

TEST_P(AnnotatedResponseTest, a_response_before_the_annotated_end_of_the_one_before_is_seen) {
  begin_two_and_end_first();
  sc_core::sc_start(sc_time(20, SC_NS));
  bw(second, tlm::BEGIN_RESP, sc_time(9, SC_NS));
  expect_only("15.2.6 f");
}

TEST_P(AnnotatedResponseTest, a_response_at_that_end_breaks_no_rule) {
  begin_two_and_end_first();
  sc_core::sc_start(sc_time(20, SC_NS));
  bw(second, tlm::BEGIN_RESP, sc_time(10, SC_NS));
  EXPECT_TRUE(checker->violations().empty()) << checker->violations().front();
}

INSTANTIATE_TEST_SUITE_P(ResponseEnds, AnnotatedResponseTest,
                         testing::Values(ResponseEnd::kUpdated, ResponseEnd::kCompleted,
                                         ResponseEnd::kCalled));

TEST_F(ProtocolCheckerTest, phases_out_of_order_are_seen) {
  fw(first, tlm::BEGIN_REQ);
  bw(first, tlm::END_REQ);
  bw(first, tlm::END_REQ);
  expect_only("END_REQ follows BEGIN_REQ");
}

TEST_F(ProtocolCheckerTest, an_end_without_a_response_is_seen) {
  fw(first, tlm::BEGIN_REQ);
  fw(first, tlm::END_RESP);
  expect_only("END_RESP follows BEGIN_RESP");
}

TEST_F(ProtocolCheckerTest, a_transaction_begun_twice_is_seen) {
  fw(first, tlm::BEGIN_REQ);
  bw(first, tlm::END_REQ);
  fw(first, tlm::BEGIN_REQ);
  expect_only("15.2.3");
}

TEST_F(ProtocolCheckerTest, phases_of_nothing_are_seen) {
  bw(first, tlm::END_REQ);
  expect_only("belongs to a transaction under way");
}

TEST_F(ProtocolCheckerTest, phases_of_the_other_side_are_seen) {
  fw(first, tlm::END_REQ);
  expect_only("an initiator makes");
}

TEST_F(ProtocolCheckerTest, phases_of_the_initiator_made_by_a_target_are_seen) {
  fw(first, tlm::BEGIN_REQ);
  bw(first, tlm::END_RESP);
  expect_only("a target makes");
}

TEST_F(ProtocolCheckerTest, wrong_answers_are_seen) {
  ends->on_fw = [](Payload&, tlm::tlm_phase& phase, sc_time&) {
    phase = tlm::END_REQ;
    return tlm::TLM_ACCEPTED;
  };
  fw(first, tlm::BEGIN_REQ);
  expect_only("11.1.2.7");
}

TEST_F(ProtocolCheckerTest, a_time_changed_by_who_accepts_is_seen) {
  ends->on_fw = [](Payload&, tlm::tlm_phase&, sc_time& delay) {
    delay += sc_time(1, SC_NS);
    return tlm::TLM_ACCEPTED;
  };
  fw(first, tlm::BEGIN_REQ);
  expect_only("11.1.2.7");
}

TEST_F(ProtocolCheckerTest, a_phase_or_time_changed_by_an_initiator_that_accepts_is_seen) {
  fw(first, tlm::BEGIN_REQ);
  ends->on_bw = [](Payload&, tlm::tlm_phase& phase, sc_time&) {
    phase = tlm::END_RESP;
    return tlm::TLM_ACCEPTED;
  };
  bw(first, tlm::BEGIN_RESP);
  expect_only("11.1.2.7");
}

TEST_F(ProtocolCheckerTest, a_response_that_is_accepted_and_ended_by_a_call_breaks_no_rule) {
  fw(first, tlm::BEGIN_REQ);
  bw(first, tlm::BEGIN_RESP, sc_time(5, SC_NS));
  EXPECT_EQ(checker->outstanding(), 1u);
  fw(first, tlm::END_RESP, sc_time(5, SC_NS));
  EXPECT_TRUE(checker->violations().empty()) << checker->violations().front();
  EXPECT_EQ(checker->outstanding(), 0u);
}

TEST_F(ProtocolCheckerTest, an_end_before_the_annotated_response_is_seen) {
  fw(first, tlm::BEGIN_REQ);
  bw(first, tlm::BEGIN_RESP, sc_time(5, SC_NS));
  fw(first, tlm::END_RESP, sc_time(4, SC_NS));
  expect_only("11.1.3");
}

/// Where an ignorable phase comes in a transaction.
enum class Ignorable { kForward, kBeforeEndReq, kAfterEndReq, kReturned, kAfterResponse };

class IgnorablePhaseTest : public ProtocolCheckerTest,
                           public testing::WithParamInterface<Ignorable> {
 protected:
  /// The first transaction with that phase in it. Without END_REQ, which has to be missed then.
  void run_with_phase(bool with_end_of_request) {
    if (GetParam() == Ignorable::kReturned) {
      ends->on_fw = [](Payload&, tlm::tlm_phase& phase, sc_time& delay) {
        phase = PEEK;
        delay += sc_time(3, SC_NS);
        return tlm::TLM_UPDATED;
      };
    }
    fw(first, tlm::BEGIN_REQ);
    ends->on_fw = nullptr;
    if (GetParam() == Ignorable::kForward) fw(first, PEEK);
    if (GetParam() == Ignorable::kBeforeEndReq) bw(first, PEEK);
    if (!with_end_of_request) return;
    bw(first, tlm::END_REQ);
    if (GetParam() == Ignorable::kAfterEndReq) bw(first, PEEK);
    bw(first, tlm::BEGIN_RESP);
    if (GetParam() == Ignorable::kAfterResponse) bw(first, PEEK);
    fw(first, tlm::END_RESP);
  }
};

TEST_P(IgnorablePhaseTest, breaks_no_rule) {
  run_with_phase(true);
  EXPECT_TRUE(checker->violations().empty()) << checker->violations().front();
  EXPECT_EQ(checker->completed(), 1u);
}

TEST_P(IgnorablePhaseTest, does_not_end_the_request) {
  run_with_phase(false);
  fw(second, tlm::BEGIN_REQ);
  expect_only("15.2.6 e");
}

INSTANTIATE_TEST_SUITE_P(Places, IgnorablePhaseTest,
                         testing::Values(Ignorable::kForward, Ignorable::kBeforeEndReq,
                                         Ignorable::kAfterEndReq, Ignorable::kReturned,
                                         Ignorable::kAfterResponse));

TEST_F(ProtocolCheckerTest, ignorable_phases_of_nothing_are_seen) {
  fw(first, PEEK);
  expect_only("15.2.3");
  checker->take_violations();
  bw(first, PEEK);
  expect_only("15.2.3");
}

TEST_F(ProtocolCheckerTest, an_ignorable_phase_does_not_end_a_response) {
  for (Payload* p : {&first, &second}) {
    fw(*p, tlm::BEGIN_REQ);
    bw(*p, tlm::END_REQ);
  }
  ends->on_bw = [](Payload&, tlm::tlm_phase& phase, sc_time&) {
    phase = PEEK;
    return tlm::TLM_UPDATED;
  };
  bw(first, tlm::BEGIN_RESP);
  EXPECT_TRUE(checker->violations().empty()) << checker->violations().front();
  bw(second, tlm::BEGIN_RESP);
  expect_only("15.2.6 f");
}

TEST_F(ProtocolCheckerTest, a_completed_end_of_request_is_seen) {
  ends->on_bw = [](Payload&, tlm::tlm_phase&, sc_time&) { return tlm::TLM_COMPLETED; };
  fw(first, tlm::BEGIN_REQ);
  bw(first, tlm::END_REQ);
  expect_only("answered by TLM_ACCEPTED");
}

TEST_F(ProtocolCheckerTest, time_that_runs_backwards_is_seen) {
  fw(first, tlm::BEGIN_REQ, sc_time(10, SC_NS));
  bw(first, tlm::END_REQ, sc_time(5, SC_NS));
  expect_only("11.1.3");
}

TEST_F(ProtocolCheckerTest, a_completion_before_its_annotated_request_is_seen) {
  ends->on_fw = [](Payload& p, tlm::tlm_phase&, sc_time& delay) {
    p.set_response_status(tlm::TLM_OK_RESPONSE);
    delay = SC_ZERO_TIME;
    return tlm::TLM_COMPLETED;
  };
  fw(first, tlm::BEGIN_REQ, sc_time(10, SC_NS));
  expect_only("11.1.3");
}

TEST_F(ProtocolCheckerTest, modified_attributes_are_seen) {
  fw(first, tlm::BEGIN_REQ);
  first.set_data_length(8);
  bw(first, tlm::END_REQ);
  expect_only("attributes are not modified");
}

TEST_F(ProtocolCheckerTest, an_address_that_is_not_restored_is_seen) {
  fw(first, tlm::BEGIN_REQ);
  first.set_address(64);
  bw(first, tlm::END_REQ);
  EXPECT_TRUE(checker->violations().empty());
  bw(first, tlm::BEGIN_RESP);
  expect_only("the address is restored");
}

TEST_F(ProtocolCheckerTest, a_response_without_status_is_seen) {
  fw(first, tlm::BEGIN_REQ);
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_time delay;
  ends->target->nb_transport_bw(first, phase, delay);
  expect_only("a response has a status");
}

TEST_F(ProtocolCheckerTest, payloads_that_are_not_ready_are_seen) {
  Payload unmanaged;
  unmanaged.set_command(tlm::TLM_READ_COMMAND);
  fw(unmanaged, tlm::BEGIN_REQ);
  const std::string all = [&] {
    std::string text;
    for (const std::string& v : checker->violations()) text += v + '\n';
    return text;
  }();
  for (const char* clause : {"14.5", "14.11", "14.12", "14.15"}) {
    EXPECT_NE(all.find(clause), std::string::npos) << clause << '\n' << all;
  }
}

TEST_F(ProtocolCheckerTest, a_stale_response_status_and_hint_are_seen) {
  first.set_response_status(tlm::TLM_OK_RESPONSE);
  fw(first, tlm::BEGIN_REQ);
  expect_only("14.17");
}

TEST_F(ProtocolCheckerTest, blocking_calls_are_checked) {
  ends->on_b = [](Payload&, sc_time& delay) { delay = SC_ZERO_TIME; };
  sc_time delay(5, SC_NS);
  ends->initiator->b_transport(first, delay);
  ASSERT_EQ(checker->violations().size(), 2u);
  EXPECT_NE(checker->violations()[0].find("11.1.3"), std::string::npos);
  EXPECT_NE(checker->violations()[1].find("14.17"), std::string::npos);
}

TEST_F(ProtocolCheckerTest, a_call_that_a_reset_unwinds_is_seen) {
  ends->on_b = [](Payload& p, sc_time&) {
    wait(sc_time(10, SC_NS));
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  sc_core::sc_process_handle caller = sc_core::sc_spawn([&] {
    sc_time delay;
    ends->initiator->b_transport(first, delay);
  });
  sc_core::sc_spawn([&] {
    wait(sc_time(5, SC_NS));
    caller.reset();
  });
  sc_core::sc_start(sc_time(4, SC_NS));
  EXPECT_EQ(checker->outstanding(), 1u);
  ASSERT_EQ(checker->awaited().size(), 1u);
  EXPECT_EQ(checker->awaited()[0],
            "read of 4 bytes at 0 waits for the return of b_transport since 0 s");
  sc_core::sc_start(sc_time(2, SC_NS));
  expect_only("11.1.1");
  EXPECT_EQ(checker->outstanding(), 1u) << "it has begun again";
  sc_core::sc_start(sc_time(20, SC_NS));
  expect_only("11.1.1");
  EXPECT_EQ(checker->outstanding(), 0u);
  EXPECT_EQ(checker->completed(), 1u);
}

TEST_F(ProtocolCheckerTest, two_calls_at_once_with_one_payload_are_seen) {
  ends->on_b = [](Payload& p, sc_time&) {
    wait(sc_time(10, SC_NS));
    p.set_response_status(tlm::TLM_OK_RESPONSE);
  };
  for (int i = 0; i < 2; ++i) {
    sc_core::sc_spawn([&] {
      sc_time delay;
      ends->initiator->b_transport(first, delay);
    });
  }
  sc_core::sc_start(sc_time(4, SC_NS));
  expect_only("14.5");
  sc_core::sc_start(sc_time(20, SC_NS));
}

TEST_F(ProtocolCheckerTest, a_transaction_that_others_pass_without_its_progress_is_seen) {
  fw(first, tlm::BEGIN_REQ);
  bw(first, tlm::END_REQ);
  sc_core::sc_start(ProtocolChecker::patience());
  fw(second, tlm::BEGIN_REQ);
  EXPECT_TRUE(checker->violations().empty()) << checker->violations().front();
  bw(second, tlm::BEGIN_RESP);
  fw(second, tlm::END_RESP);
  sc_core::sc_start(sc_time(1, SC_NS));
  for (int i = 0; i < 2; ++i) {  // and reported once
    second.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    fw(second, tlm::BEGIN_REQ);
    bw(second, tlm::BEGIN_RESP);
    fw(second, tlm::END_RESP);
    expect_only("makes progress");
  }
}

TEST_F(ProtocolCheckerTest, transactions_under_way_are_told_with_what_they_wait_for) {
  fw(first, tlm::BEGIN_REQ, sc_time(2, SC_NS));
  const auto line = [&](const std::string& end) {
    ASSERT_EQ(checker->awaited().size(), 1u);
    EXPECT_EQ(checker->awaited()[0], "read of 4 bytes at 0 waits for " + end);
  };
  line("END_REQ since 2 ns");
  bw(first, tlm::END_REQ, sc_time(3, SC_NS));
  line("BEGIN_RESP since 3 ns");
  bw(first, tlm::BEGIN_RESP, sc_time(4, SC_NS));
  line("END_RESP since 4 ns");
}

TEST_F(ProtocolCheckerTest, mixing_the_interfaces_is_seen) {
  ends->on_b = [](Payload& p, sc_time&) { p.set_response_status(tlm::TLM_OK_RESPONSE); };
  fw(first, tlm::BEGIN_REQ);
  sc_time delay;
  ends->initiator->b_transport(first, delay);
  expect_only("15.2.10 c");
}

TEST_F(ProtocolCheckerTest, debug_and_dmi_answers_are_checked) {
  ends->debug_moves = 5;
  ends->initiator->transport_dbg(first);
  expect_only("11.3");
  tlm::tlm_dmi dmi;
  ends->initiator->get_direct_mem_ptr(first, dmi);
  EXPECT_NE(checker->violations().back().find("11.2"), std::string::npos);
}

}  // namespace
}  // namespace dcnsim

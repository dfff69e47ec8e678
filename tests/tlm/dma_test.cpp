// SPDX-License-Identifier: Apache-2.0
// The accelerator's memory port against memories of every temper: loosely timed ones, and targets
// of the base protocol that answer early, late, out of order, or hold requests back.
#include "models/tlm/dma.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <tlm_utils/peq_with_get.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstring>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include "models/tlm/reports.h"
#include "tests/support/accelerator_bench.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/told_reports.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

enum class Temper {
  kLooselyTimedOnly,   ///< b_transport; the socket adapts
  kEndsRequestLate,    ///< ACCEPTED, END_REQ after 40 ns, BEGIN_RESP after 100 ns
  kEndsRequestAtOnce,  ///< UPDATED to END_REQ
  kNeverEndsRequest,   ///< ACCEPTED, BEGIN_RESP implies END_REQ
  kRespondsAtOnce,     ///< UPDATED to BEGIN_RESP
  kCompletes,          ///< COMPLETED
  kOutOfOrder,         ///< END_REQ at once, every other response late
  kAnswersAfter20Ms,   ///< ACCEPTED, BEGIN_RESP implies END_REQ
  kNeverAnswers,       ///< ACCEPTED, nothing more
};
constexpr Temper kApproximateTempers[] = {Temper::kEndsRequestLate,  Temper::kEndsRequestAtOnce,
                                          Temper::kNeverEndsRequest, Temper::kRespondsAtOnce,
                                          Temper::kCompletes,        Temper::kOutOfOrder};

/// Memory of 64 KiB that checks and records every burst.
class TemperedMemory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<TemperedMemory, 32> socket;
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(65536);
  int bursts = 0;
  int most_outstanding = 0;
  /// What becomes of a payload that has been answered.
  std::function<void(tlm::tlm_generic_payload&)> spoil;

  TemperedMemory(const sc_core::sc_module_name& name, Temper temper)
      : sc_module(name), socket("socket"), temper_(temper) {
    if (temper == Temper::kLooselyTimedOnly) {
      socket.register_b_transport(this, &TemperedMemory::b_transport);
      return;
    }
    socket.register_nb_transport_fw(this, &TemperedMemory::nb_transport_fw);
    SC_HAS_PROCESS(TemperedMemory);
    SC_THREAD(end_requests);
    SC_THREAD(respond);
  }

 private:
  void access(tlm::tlm_generic_payload& p) {
    ++bursts;
    EXPECT_EQ(p.get_response_status(), tlm::TLM_INCOMPLETE_RESPONSE);
    EXPECT_EQ(p.get_streaming_width(), p.get_data_length());
    EXPECT_EQ(p.get_byte_enable_ptr(), nullptr);
    EXPECT_FALSE(p.is_dmi_allowed());
    if (p.get_address() + p.get_data_length() > bytes.size()) {
      p.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    std::uint8_t* at = bytes.data() + p.get_address();
    p.is_read() ? std::memcpy(p.get_data_ptr(), at, p.get_data_length())
                : std::memcpy(at, p.get_data_ptr(), p.get_data_length());
    p.set_response_status(tlm::TLM_OK_RESPONSE);
    if (spoil) spoil(p);
  }
  void b_transport(tlm::tlm_generic_payload& p, sc_time& delay) {
    access(p);
    delay += sc_time(100, SC_NS);
  }

  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& p, tlm::tlm_phase& phase,
                                     sc_time& delay) {
    if (phase == tlm::END_RESP) {
      response_ended_.notify(delay);
      return tlm::TLM_COMPLETED;
    }
    EXPECT_EQ(phase, tlm::BEGIN_REQ);
    EXPECT_GE(p.get_ref_count(), 1);
    EXPECT_FALSE(in_request_) << "a second request in its request phase";
    most_outstanding = std::max(most_outstanding, ++outstanding_);
    switch (temper_) {
      case Temper::kLooselyTimedOnly:
      case Temper::kNeverAnswers:
        break;
      case Temper::kRespondsAtOnce:
        access(p);
        --outstanding_;
        phase = tlm::BEGIN_RESP;
        delay += sc_time(50, SC_NS);
        return tlm::TLM_UPDATED;
      case Temper::kCompletes:
        access(p);
        --outstanding_;
        delay += sc_time(50, SC_NS);
        return tlm::TLM_COMPLETED;
      case Temper::kEndsRequestAtOnce:
      case Temper::kOutOfOrder: {
        p.acquire();
        const bool late = temper_ == Temper::kOutOfOrder && bursts_seen_++ % 2 == 0;
        responses_.notify(p, sc_time(late ? 400 : 100, SC_NS));
        phase = tlm::END_REQ;
        return tlm::TLM_UPDATED;
      }
      case Temper::kEndsRequestLate:
        in_request_ = true;
        p.acquire();
        requests_.notify(p, sc_time(40, SC_NS));
        return tlm::TLM_ACCEPTED;
      case Temper::kNeverEndsRequest:
      case Temper::kAnswersAfter20Ms:
        in_request_ = true;
        p.acquire();
        responses_.notify(p, temper_ == Temper::kNeverEndsRequest ? sc_time(100, SC_NS)
                                                                  : sc_time(20, sc_core::SC_MS));
        return tlm::TLM_ACCEPTED;
    }
    return tlm::TLM_ACCEPTED;
  }

  void end_requests() {
    while (true) {
      wait(requests_.get_event());
      while (tlm::tlm_generic_payload* p = requests_.get_next_transaction()) {
        in_request_ = false;
        tlm::tlm_phase phase = tlm::END_REQ;
        sc_time delay;
        EXPECT_EQ(socket->nb_transport_bw(*p, phase, delay), tlm::TLM_ACCEPTED);
        responses_.notify(*p, sc_time(60, SC_NS));
      }
    }
  }
  void respond() {
    while (true) {
      wait(responses_.get_event());
      while (tlm::tlm_generic_payload* p = responses_.get_next_transaction()) {
        if (response_ends_request()) in_request_ = false;
        access(*p);
        --outstanding_;
        tlm::tlm_phase phase = tlm::BEGIN_RESP;
        sc_time delay;
        // The simple socket's adapter ends responses at once, the DMA by a call.
        if (socket->nb_transport_bw(*p, phase, delay) == tlm::TLM_ACCEPTED) wait(response_ended_);
        p->release();
      }
    }
  }

  bool response_ends_request() const {
    return temper_ == Temper::kNeverEndsRequest || temper_ == Temper::kAnswersAfter20Ms;
  }

  const Temper temper_;
  int outstanding_ = 0, bursts_seen_ = 0;
  bool in_request_ = false;
  sc_core::sc_event response_ended_;
  tlm_utils::peq_with_get<tlm::tlm_generic_payload> requests_{"requests"}, responses_{"responses"};
};

struct Bench : AcceleratorBench {
  TemperedMemory ram;

  Bench(const sc_core::sc_module_name& name, Temper temper, const AcceleratorOptions& options)
      : AcceleratorBench(name, small_machine(), options), ram("ram", temper) {
    wiring.join(accelerator.memory, ram.socket);
  }
  void memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
              std::size_t bytes) override {
    std::uint8_t* at = ram.bytes.data() + address;
    command == tlm::TLM_READ_COMMAND ? std::memcpy(data, at, bytes) : std::memcpy(at, data, bytes);
  }
};

class DmaTest : public FreshKernel {
 protected:
  static void simulate(Temper temper, const AcceleratorOptions& options,
                       const std::function<void(Bench&)>& script) {
    Bench bench("bench", temper, options);
    bench.script = [&] { script(bench); };
    sc_core::sc_start();
    EXPECT_TRUE(bench.finished) << "the host still waits";
  }

  struct Job {
    std::vector<LayerCounters> layers;
    int bursts = 0, most_outstanding = 0;
  };
  /// One job from start to interrupt.
  static Job job(Temper temper, Transport transport) {
    renew_kernel();
    Job result;
    simulate(temper, transport, [&](Bench& b) {
      b.load();
      b.start();
      b.wait_irq();
      EXPECT_EQ(b.read(reg::kStatus), reg::kStatusDone);
      EXPECT_EQ(b.output(), Bench::ramp());
      result = {b.accelerator.layer_counters(), b.ram.bursts, b.ram.most_outstanding};
    });
    return result;
  }
};

TEST_F(DmaTest, every_memory_gives_the_same_values_and_traffic) {
  const Job loose = job(Temper::kLooselyTimedOnly, Transport::kLooselyTimed);
  for (const Temper temper : kApproximateTempers) {
    SCOPED_TRACE(static_cast<int>(temper));
    const Job job_result = job(temper, Transport::kApproximatelyTimed);
    EXPECT_EQ(job_result.bursts, loose.bursts);
    EXPECT_EQ(job_result.layers[0].stream_bytes, loose.layers[0].stream_bytes);
    EXPECT_EQ(job_result.layers[0].compute_cycles, loose.layers[0].compute_cycles);
  }
}

TEST_F(DmaTest, loose_timing_drives_memories_that_know_phases_only) {
  const Job loose = job(Temper::kLooselyTimedOnly, Transport::kLooselyTimed);
  for (const Temper temper : kApproximateTempers) {
    SCOPED_TRACE(static_cast<int>(temper));
    const Job adapted = job(temper, Transport::kLooselyTimed);
    EXPECT_EQ(adapted.bursts, loose.bursts);
    EXPECT_EQ(adapted.layers[0].stream_bytes, loose.layers[0].stream_bytes);
  }
}

TEST_F(DmaTest, approximate_timing_against_a_loosely_timed_memory_takes_as_long) {
  const Job loose = job(Temper::kLooselyTimedOnly, Transport::kLooselyTimed);
  const Job adapted = job(Temper::kEndsRequestAtOnce, Transport::kApproximatelyTimed);
  EXPECT_EQ(adapted.layers[0].stall_cycles, loose.layers[0].stall_cycles) << "100 ns both";
  job(Temper::kLooselyTimedOnly, Transport::kApproximatelyTimed);
}

TEST_F(DmaTest, a_memory_that_holds_requests_back_slows_the_job_down) {
  const Job free = job(Temper::kEndsRequestAtOnce, Transport::kApproximatelyTimed);
  const Job held = job(Temper::kEndsRequestLate, Transport::kApproximatelyTimed);
  const Job alone = job(Temper::kNeverEndsRequest, Transport::kApproximatelyTimed);
  EXPECT_GT(held.layers[0].cycles, free.layers[0].cycles);
  EXPECT_GT(alone.layers[0].cycles, held.layers[0].cycles);
  EXPECT_EQ(alone.most_outstanding, 1);
  EXPECT_GT(free.most_outstanding, 3);
  EXPECT_LE(free.most_outstanding, 8) << "four a direction";
}

TEST_F(DmaTest, results_do_not_depend_on_the_quantum) {
  const Job exact = job(Temper::kLooselyTimedOnly, Transport::kLooselyTimed);
  for (const int microseconds : {1, 1000}) {
    renew_kernel();
    tlm::tlm_global_quantum::instance().set(sc_time(microseconds, sc_core::SC_US));
    simulate(Temper::kLooselyTimedOnly, Transport::kLooselyTimed, [&](Bench& b) {
      b.load();
      const sc_time begin = sc_core::sc_time_stamp();
      b.start();
      b.wait_irq();
      const LayerCounters& layer = b.accelerator.layer_counters()[0];
      EXPECT_EQ(layer.stall_cycles, exact.layers[0].stall_cycles);
      // The interrupt does not wait for the end of a quantum.
      EXPECT_EQ(sc_core::sc_time_stamp() - begin,
                sc_time(2.0 * static_cast<double>(layer.cycles), SC_NS));
    });
  }
}

TEST_F(DmaTest, a_bus_error_ends_the_job_and_the_next_one_works) {
  for (const Temper temper : kApproximateTempers) {
    renew_kernel();
    simulate(temper, Transport::kApproximatelyTimed,
             [](Bench& b) { b.expect_bus_errors_to_pass(); });
  }
}

constexpr std::pair<Temper, Transport> kBothStyles[] = {
    {Temper::kLooselyTimedOnly, Transport::kLooselyTimed},
    {Temper::kEndsRequestLate, Transport::kApproximatelyTimed}};

TEST_F(DmaTest, a_memory_that_sets_no_response_is_a_bus_error) {
  for (const auto& [temper, transport] : kBothStyles) {
    renew_kernel();
    simulate(temper, transport, [](Bench& b) {
      b.load();
      b.ram.spoil = [](tlm::tlm_generic_payload& p) {
        p.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
      };
      b.start();
      b.wait_irq();
      EXPECT_EQ(b.read(reg::kErrorCode), reg::kBusError);
      EXPECT_EQ(b.wiring.take_broken_clauses(), std::set<std::string>{"14.17"});
    });
  }
}

TEST_F(DmaTest, a_memory_that_sets_no_response_may_be_taken_as_it_is) {
  for (const auto& [temper, transport] : kBothStyles) {
    renew_kernel();
    AcceleratorOptions options = transport;
    options.incomplete_response = IncompleteResponse::kOk;
    simulate(temper, options, [](Bench& b) {
      b.load();
      tlm::tlm_response_status response = tlm::TLM_INCOMPLETE_RESPONSE;
      b.ram.spoil = [&](tlm::tlm_generic_payload& p) { p.set_response_status(response); };
      b.start();
      b.wait_irq();
      EXPECT_EQ(b.read(reg::kErrorCode), reg::kNone);
      EXPECT_EQ(b.output(), Bench::ramp());
      b.acknowledge();
      response = tlm::TLM_GENERIC_ERROR_RESPONSE;
      b.start();
      b.wait_irq();
      EXPECT_EQ(b.read(reg::kErrorCode), reg::kBusError) << "errors stay errors";
      b.wiring.take_broken_clauses();
    });
  }
}

void expect_parts(const std::string& message, const std::vector<const char*>& parts) {
  for (const char* part : parts) {
    EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
  }
}

TEST_F(DmaTest, the_burst_that_ends_a_job_is_reported) {
  for (const auto& [temper, transport] : kBothStyles) {
    renew_kernel();
    simulate(temper, transport, [](Bench& b) {
      const ToldReports told;
      Descriptor d = identity_layer();
      d.output_address = std::uint64_t{1} << 32;
      b.load(d);
      b.start();
      b.wait_irq();
      ASSERT_EQ(told.of(report::kBusError).size(), 1u);
      expect_parts(
          told.of(report::kBusError)[0],
          {"bench.accelerator", "write of 64 bytes at 0x100000000", "TLM_ADDRESS_ERROR_RESPONSE"});
    });
  }
}

TEST_F(DmaTest, a_job_that_waits_too_long_says_so_once) {
  const auto told = [](AcceleratorOptions options, const sc_time& watchdog, Temper temper) {
    renew_kernel();
    options.watchdog = watchdog;
    const ToldReports reports;
    simulate(temper, options, [&](Bench& b) {
      for (int job = 0; job < 2; ++job) {
        b.load();
        b.start();
        b.wait_irq();
        EXPECT_EQ(b.output(), Bench::ramp());
        b.acknowledge();
      }
    });
    return reports.of(report::kNoProgress);
  };
  const AcceleratorOptions by_default;
  for (const Transport transport : {Transport::kLooselyTimed, Transport::kApproximatelyTimed}) {
    SCOPED_TRACE(to_string(transport));
    const auto messages = told(transport, by_default.watchdog, Temper::kAnswersAfter20Ms);
    ASSERT_EQ(messages.size(), 2u) << "once a job";
    expect_parts(messages[0], {"bench.accelerator", "1 ms", "under way: 1",
                               "read of 256 bytes at 0x0", "begun at"});
    expect_parts(messages[0], {transport == Transport::kLooselyTimed ? "b_transport" : "END_REQ"});
    EXPECT_TRUE(told(transport, sc_core::SC_ZERO_TIME, Temper::kAnswersAfter20Ms).empty());
    // Slow it may be, as long as it answers: here after 100 ns.
    EXPECT_TRUE(told(transport, sc_time(150, SC_NS), Temper::kEndsRequestLate).empty());
  }
}

TEST_F(DmaTest, a_memory_may_rewrite_the_address) {
  for (const auto& [temper, transport] : kBothStyles) {
    renew_kernel();
    simulate(temper, transport, [](Bench& b) {
      b.load();
      b.ram.spoil = [](tlm::tlm_generic_payload& p) { p.set_address(~p.get_address()); };
      b.start();
      b.wait_irq();
      EXPECT_EQ(b.read(reg::kErrorCode), reg::kNone);
      EXPECT_EQ(b.output(), Bench::ramp());
      EXPECT_EQ(b.wiring.take_broken_clauses(), std::set<std::string>{"14.7"}) << "ours restore it";
    });
  }
}

TEST_F(DmaTest, transactions_without_end_are_reported_when_the_simulation_ends) {
  const auto simulation = [] {
    simulate(Temper::kNeverAnswers, Transport::kApproximatelyTimed, [](Bench& b) {
      b.start();
      wait(sc_time(1, sc_core::SC_US));
      sc_core::sc_stop();
    });
  };
  const ToldReports told;
  EXPECT_NONFATAL_FAILURE(simulation(), "bench.accelerator.memory to bench.ram.socket");
  EXPECT_EQ(told.of(report::kOutstanding).size(), 1u);
}

TEST_F(DmaTest, reset_in_mid_burst_leaves_a_working_accelerator) {
  for (const Temper temper : kApproximateTempers) {
    renew_kernel();
    simulate(temper, Transport::kApproximatelyTimed, [&](Bench& b) {
      for (int after_ns = 1; after_ns < 1500; after_ns += 41) {
        b.load();
        b.start();
        wait(sc_time(after_ns, SC_NS));
        b.reset.write(true);
        wait(sc_time(2, SC_NS));
        b.reset.write(false);
        wait(sc_time(2, SC_NS));
        // At once, while answers to the old job are still to come.
        b.start();
        b.wait_irq();
        ASSERT_EQ(b.read(reg::kStatus), reg::kStatusDone) << after_ns;
        ASSERT_EQ(b.output(), Bench::ramp()) << after_ns;
        b.acknowledge();
        b.spoil_output();
      }
    });
  }
}

}  // namespace
}  // namespace dcnsim

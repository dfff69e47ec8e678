// SPDX-License-Identifier: Apache-2.0
// A phase that is annotated counts as if it came at now + delay, whoever makes it, on the return
// path as on a call: every system gives the same times as one in which the same phases come by
// calls at those times.
#include <gtest/gtest.h>
#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstring>
#include <deque>
#include <memory>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "models/tlm/bus.h"
#include "models/tlm/dram.h"
#include "tests/support/accelerator_bench.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/fresh_kernel.h"
#include "tests/tlm/at_initiator.h"

namespace dcnsim {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;
using Payload = tlm::tlm_generic_payload;

/// How a phase comes.
enum class Path {
  kCall,       ///< by a call at its time
  kAnnotated,  ///< by a call as soon as the phase before has its time, annotated
  kReturn      ///< on the return path of BEGIN_REQ, annotated
};
/// What ends a request.
enum class End { kEndReq, kBeginResp, kCompleted };

struct Manner {
  End end;
  Path request;   ///< how the request is ended
  Path response;  ///< how the response begins, where END_REQ has ended the request
  friend std::ostream& operator<<(std::ostream& out, const Manner& m) {
    constexpr const char* ends[] = {"END_REQ", "BEGIN_RESP", "COMPLETED"};
    constexpr const char* paths[] = {"call", "annotated", "return"};
    return out << ends[static_cast<int>(m.end)] << '_' << paths[static_cast<int>(m.request)]
               << "_response_" << paths[static_cast<int>(m.response)];
  }
};
constexpr Manner kAnnotatedManners[] = {{End::kEndReq, Path::kReturn, Path::kCall},
                                        {End::kEndReq, Path::kAnnotated, Path::kCall},
                                        {End::kEndReq, Path::kCall, Path::kAnnotated},
                                        {End::kEndReq, Path::kReturn, Path::kAnnotated},
                                        {End::kEndReq, Path::kAnnotated, Path::kAnnotated},
                                        {End::kBeginResp, Path::kReturn, Path::kCall},
                                        {End::kBeginResp, Path::kAnnotated, Path::kCall},
                                        {End::kCompleted, Path::kReturn, Path::kCall}};
/// With the same times, by calls.
constexpr Manner called(const Manner& m) {
  return {m.end == End::kCompleted ? End::kBeginResp : m.end, Path::kCall, Path::kCall};
}

constexpr std::uint64_t kLatencyNs = 61;  ///< from END_REQ to BEGIN_RESP, where both come

/// Memory of 64 KiB that takes every request after the same time.
class AnnotatingMemory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<AnnotatingMemory, 32> socket{"socket"};
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(65536);
  std::vector<sc_time> begun;           ///< of every BEGIN_REQ
  std::size_t fails = ~std::size_t{0};  ///< number of the access that gets an error

  AnnotatingMemory(const sc_core::sc_module_name& name, const Manner& manner,
                   const sc_time& accept_delay)
      : sc_module(name),
        manner_(manner),
        accept_delay_(accept_delay),
        phases_(this, &AnnotatingMemory::make) {
    socket.register_nb_transport_fw(this, &AnnotatingMemory::nb_transport_fw);
    SC_HAS_PROCESS(AnnotatingMemory);
    SC_METHOD(respond);
    sensitive << response_ended_;
    dont_initialize();
  }

 private:
  static sc_time latency() { return {static_cast<double>(kLatencyNs), SC_NS}; }

  tlm::tlm_sync_enum nb_transport_fw(Payload& p, tlm::tlm_phase& phase, sc_time& delay) {
    if (phase == tlm::END_RESP) {
      responding_ = false;
      response_ended_.notify(sc_core::SC_ZERO_TIME);
      return tlm::TLM_COMPLETED;
    }
    begun.push_back(sc_core::sc_time_stamp() + delay);
    if (manner_.request != Path::kReturn) {
      p.acquire();
      const tlm::tlm_phase_enum end = manner_.end == End::kEndReq ? tlm::END_REQ : tlm::BEGIN_RESP;
      phases_.notify(p, end, delay + wait_for(manner_.request, accept_delay_));
      return tlm::TLM_ACCEPTED;
    }
    delay += accept_delay_;
    if (manner_.end == End::kEndReq) {
      p.acquire();
      phases_.notify(p, tlm::BEGIN_RESP, delay + wait_for(manner_.response, latency()));
      phase = tlm::END_REQ;
      return tlm::TLM_UPDATED;
    }
    access(p);
    if (manner_.end == End::kCompleted) return tlm::TLM_COMPLETED;
    phase = tlm::BEGIN_RESP;
    return tlm::TLM_UPDATED;
  }

  static sc_time wait_for(Path path, const sc_time& time) {
    return path == Path::kCall ? time : SC_ZERO_TIME;
  }

  /// Makes a phase by a call: now, or annotated with the time that it has not waited for.
  void make(Payload& p, const tlm::tlm_phase& made) {
    const bool ends_request = made == tlm::END_REQ || manner_.end == End::kBeginResp;
    const sc_time time = ends_request ? accept_delay_ : latency();
    sc_time delay = time - wait_for(ends_request ? manner_.request : manner_.response, time);
    tlm::tlm_phase phase = made;
    if (made == tlm::BEGIN_RESP) {
      responses_.push_back({&p, sc_core::sc_time_stamp() + delay});
      respond();
      return;
    }
    phases_.notify(p, tlm::BEGIN_RESP, delay + wait_for(manner_.response, latency()));
    EXPECT_EQ(socket->nb_transport_bw(p, phase, delay), tlm::TLM_ACCEPTED);
  }

  /// One response after another, each annotated with what is left up to its time.
  void respond() {
    if (responding_ || responses_.empty()) return;
    responding_ = true;
    const auto [p, time] = responses_.front();
    responses_.pop_front();
    access(*p);
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    const sc_time now = sc_core::sc_time_stamp();
    sc_time delay = time > now ? time - now : SC_ZERO_TIME;
    if (socket->nb_transport_bw(*p, phase, delay) != tlm::TLM_ACCEPTED) {
      responding_ = false;
      response_ended_.notify(delay);
    }
    p->release();
  }

  void access(Payload& p) {
    std::uint8_t* at = bytes.data() + p.get_address();
    p.is_read() ? std::memcpy(p.get_data_ptr(), at, p.get_data_length())
                : std::memcpy(at, p.get_data_ptr(), p.get_data_length());
    p.set_response_status(accesses_++ == fails ? tlm::TLM_GENERIC_ERROR_RESPONSE
                                               : tlm::TLM_OK_RESPONSE);
  }

  const Manner manner_;
  const sc_time accept_delay_;
  tlm_utils::peq_with_cb_and_phase<AnnotatingMemory> phases_;
  std::size_t accesses_ = 0;
  std::deque<std::pair<Payload*, sc_time>> responses_;  ///< to come, with their times
  bool responding_ = false;
  sc_core::sc_event response_ended_;
};

struct Bench : AcceleratorBench {
  AnnotatingMemory ram;
  Bench(const sc_core::sc_module_name& name, const Manner& manner, const sc_time& accept_delay)
      : AcceleratorBench(name, small_machine(), Transport::kApproximatelyTimed),
        ram("ram", manner, accept_delay) {
    wiring.join(accelerator.memory, ram.socket);
  }
  void memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
              std::size_t bytes) override {
    std::uint8_t* at = ram.bytes.data() + address;
    command == tlm::TLM_READ_COMMAND ? std::memcpy(data, at, bytes) : std::memcpy(at, data, bytes);
  }
};

/// From START to the interrupt.
struct Job {
  std::vector<sc_time> begun;
  std::uint64_t cycles = 0;
  std::vector<std::uint64_t> stall_cycles;
  std::vector<std::uint8_t> output;
  sc_time took;
  std::uint32_t error = 0;
};

Job run_job(const Manner& manner, const sc_time& accept_delay, std::size_t fails) {
  renew_kernel();
  Job job;
  Bench b("bench", manner, accept_delay);
  b.ram.fails = fails;
  b.script = [&] {
    b.load();
    const sc_time begin = sc_core::sc_time_stamp();
    b.start();
    b.wait_irq();
    const LayerCounters& layer = b.accelerator.layer_counters()[0];
    job = {b.ram.begun,
           layer.cycles,
           {layer.stall_cycles.begin(), layer.stall_cycles.end()},
           b.output(),
           sc_core::sc_time_stamp() - begin,
           b.read(reg::kErrorCode)};
  };
  sc_core::sc_start();
  EXPECT_TRUE(b.finished) << "the host still waits";
  return job;
}

void expect_equal(const Job& a, const Job& b) {
  EXPECT_EQ(a.begun, b.begun);
  EXPECT_EQ(a.cycles, b.cycles);
  EXPECT_EQ(a.stall_cycles, b.stall_cycles);
  EXPECT_EQ(a.took, b.took);
  EXPECT_EQ(a.error, b.error);
}

constexpr std::size_t kNever = ~std::size_t{0};

/// By manner and by the time that a request takes, in ns, at a clock of 500 MHz.
class AnnotatedDmaTest : public FreshKernel,
                         public testing::WithParamInterface<std::tuple<Manner, int>> {
 protected:
  Manner manner() const { return std::get<0>(GetParam()); }
  sc_time accept_delay() const { return sc_time(std::get<1>(GetParam()), SC_NS); }
};

TEST_P(AnnotatedDmaTest, a_job_takes_as_long_as_with_calls_at_those_times) {
  const Job annotated = run_job(manner(), accept_delay(), kNever);
  expect_equal(annotated, run_job(called(manner()), accept_delay(), kNever));
  EXPECT_EQ(annotated.output, Bench::ramp());
  ASSERT_GT(annotated.begun.size(), 4u);
  for (std::size_t i = 1; i < annotated.begun.size(); ++i) {
    EXPECT_GE(annotated.begun[i] - annotated.begun[i - 1], accept_delay()) << i;
  }
}

TEST_P(AnnotatedDmaTest, an_error_ends_the_job_when_it_has_come) {
  for (const std::size_t fails : {0U, 3U}) {
    const Job annotated = run_job(manner(), accept_delay(), fails);
    expect_equal(annotated, run_job(called(manner()), accept_delay(), fails));
    EXPECT_EQ(annotated.error, reg::kBusError);
    EXPECT_GE(annotated.took, accept_delay());
  }
}

INSTANTIATE_TEST_SUITE_P(MannersAndTimes, AnnotatedDmaTest,
                         testing::Combine(testing::ValuesIn(kAnnotatedManners),
                                          testing::Values(0, 3, 48, 331)));

constexpr std::uint64_t kBase = 0x10000;

struct System {
  std::unique_ptr<Bus> bus;
  std::unique_ptr<sc_core::sc_module> memory;
  std::unique_ptr<AtInitiator> initiator;
  CheckedWiring wiring;

  /// With a memory of that type, behind a bus at kBase or not.
  template <typename Memory, typename... Arguments>
  void build(std::unique_ptr<AtInitiator> from, bool with_bus, const Arguments&... arguments) {
    auto to = std::make_unique<Memory>("memory", arguments...);
    initiator = std::move(from);
    if (with_bus) {
      bus = std::make_unique<Bus>("bus", sc_time(4, SC_NS), 1,
                                  std::vector<Bus::Range>{{kBase, 65536}});
      wiring.join(initiator->socket, bus->from_initiators[0]);
      wiring.join(bus->to_targets[0], to->socket);
    } else {
      wiring.join(initiator->socket, to->socket);
    }
    memory = std::move(to);
  }
};

std::vector<AtInitiator::Access> reads(std::size_t count, std::uint64_t base,
                                       const sc_time& every) {
  std::vector<AtInitiator::Access> accesses;
  for (std::size_t i = 0; i < count; ++i) {
    accesses.push_back({every * static_cast<double>(i + 1), tlm::TLM_READ_COMMAND, base + 64 * i,
                        std::vector<std::uint8_t>(64)});
  }
  return accesses;
}

/// When requests began and were accepted, and when responses began.
using Times = std::vector<std::array<sc_time, 3>>;

Times times_of(const System& system) {
  sc_core::sc_start();
  Times times;
  for (const AtInitiator::Result& r : system.initiator->results) {
    EXPECT_TRUE(r.finished);
    EXPECT_EQ(r.status, tlm::TLM_OK_RESPONSE);
    times.push_back({r.begin, r.accepted, r.done});
  }
  EXPECT_EQ(system.initiator->payloads_alive, 0);
  return times;
}

/// Phases that targets annotate, met directly and behind a bus.
class AnnotatingTargetTest : public FreshKernel,
                             public testing::WithParamInterface<std::tuple<Manner, bool>> {
 protected:
  static Times run(const Manner& manner, bool with_bus, std::size_t outstanding) {
    renew_kernel();
    System system;
    system.build<AnnotatingMemory>(
        std::make_unique<AtInitiator>("initiator", reads(20, with_bus ? kBase : 0, SC_ZERO_TIME),
                                      outstanding, AtInitiator::EndResponse::kCompleted),
        with_bus, manner, sc_time(25, SC_NS));
    return times_of(system);
  }
};

TEST_P(AnnotatingTargetTest, initiators_see_the_times_of_calls) {
  const auto [manner, with_bus] = GetParam();
  // A response that is said early must not come before the one before has ended.
  const bool is_said_early = manner.response == Path::kAnnotated ||
                             (manner.end == End::kBeginResp && manner.request == Path::kReturn);
  const std::size_t outstanding = is_said_early ? 1 : 4;
  EXPECT_EQ(run(manner, with_bus, outstanding), run(called(manner), with_bus, outstanding));
}

INSTANTIATE_TEST_SUITE_P(MannersAndBus, AnnotatingTargetTest,
                         testing::Combine(testing::ValuesIn(kAnnotatedManners), testing::Bool()));

/// Phases that initiators annotate, before a DRAM and before a bus with a DRAM behind it.
class AnnotatingInitiatorTest : public FreshKernel, public testing::WithParamInterface<bool> {
 protected:
  using EndResponse = AtInitiator::EndResponse;

  static Times run(bool with_bus, EndResponse end, const sc_time& every, const sc_time& ahead) {
    renew_kernel();
    DramConfig config;
    config.capacity_bytes = 1 << 20;
    config.queue_depth = 2;
    System system;
    system.build<Dram>(
        std::make_unique<AtInitiator>("initiator", reads(20, with_bus ? kBase : 0, every), 20, end,
                                      sc_time(130, SC_NS), ahead),
        with_bus, lpddr4_3200(), config);
    return times_of(system);
  }
};

TEST_P(AnnotatingInitiatorTest, a_response_ends_when_the_annotation_says_so) {
  const Times called = run(GetParam(), EndResponse::kLater, SC_ZERO_TIME, SC_ZERO_TIME);
  for (const EndResponse end :
       {EndResponse::kCompleted, EndResponse::kUpdated, EndResponse::kAnnotated}) {
    EXPECT_EQ(run(GetParam(), end, SC_ZERO_TIME, SC_ZERO_TIME), called) << static_cast<int>(end);
  }
  for (std::size_t i = 1; i < called.size(); ++i) {
    EXPECT_GE(called[i][2] - called[i - 1][2], sc_time(130, SC_NS)) << "it holds the next one back";
  }
}

TEST_P(AnnotatingInitiatorTest, a_request_begins_when_the_annotation_says_so) {
  const sc_time every(1700, SC_NS);
  EXPECT_EQ(run(GetParam(), EndResponse::kLater, every, sc_time(90, SC_NS)),
            run(GetParam(), EndResponse::kLater, every, SC_ZERO_TIME));
}

INSTANTIATE_TEST_SUITE_P(WithoutAndWithBus, AnnotatingInitiatorTest, testing::Bool());

/// A memory that annotates 100 ns, or fails after them.
struct LooseBench : AcceleratorBench {
  tlm_utils::simple_target_socket<LooseBench, 32> socket{"socket"};
  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(65536);
  int until_error = 0;

  explicit LooseBench(const sc_core::sc_module_name& name)
      : AcceleratorBench(name, small_machine(), Transport::kLooselyTimed) {
    wiring.join(accelerator.memory, socket);
    socket.register_b_transport(this, &LooseBench::b_transport);
  }
  void memory(tlm::tlm_command command, std::uint64_t address, std::uint8_t* data,
              std::size_t count) override {
    std::uint8_t* at = bytes.data() + address;
    command == tlm::TLM_READ_COMMAND ? std::memcpy(data, at, count) : std::memcpy(at, data, count);
  }

 private:
  void b_transport(Payload& p, sc_time& delay) {
    memory(p.get_command(), p.get_address(), p.get_data_ptr(), p.get_data_length());
    delay += sc_time(100, SC_NS);
    p.set_response_status(until_error-- == 0 ? tlm::TLM_GENERIC_ERROR_RESPONSE
                                             : tlm::TLM_OK_RESPONSE);
  }
};

using LooseErrorTest = FreshKernel;

TEST_F(LooseErrorTest, an_error_interrupts_when_it_has_come_whatever_the_quantum) {
  for (const int until_error : {0, 3}) {
    std::vector<sc_time> took;
    for (const int quantum_ns : {0, 70, 1000000}) {
      renew_kernel();
      tlm::tlm_global_quantum::instance().set(sc_time(quantum_ns, SC_NS));
      LooseBench b("bench");
      b.until_error = until_error;
      b.script = [&] {
        b.load();
        const sc_time begin = sc_core::sc_time_stamp();
        b.start();
        b.wait_irq();
        EXPECT_EQ(b.read(reg::kErrorCode), reg::kBusError);
        took.push_back(sc_core::sc_time_stamp() - begin);
      };
      sc_core::sc_start();
      EXPECT_TRUE(b.finished);
    }
    EXPECT_EQ(took, std::vector<sc_time>(3, took[0])) << until_error;
    EXPECT_GE(took[0], sc_time(100, SC_NS));
  }
}

}  // namespace
}  // namespace dcnsim

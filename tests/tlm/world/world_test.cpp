// SPDX-License-Identifier: Apache-2.0
// The accelerator behind every memory of the world: values, cycles, resets at any moment.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "models/tlm/reports.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/told_reports.h"
#include "tests/tlm/world/world_bench.h"
#include "tests/tlm/world/world_machine.h"

namespace dcnsim::world {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

/// Of the pool job with slow() timing.
std::uint64_t cycles_at(Pace pace) {
  switch (pace) {
    case Pace::kOverlapped:
      return 204;
    case Pace::kOneByOne:
      return 336;
    case Pace::kAccepted:
      return 1424;
    case Pace::kCompleted:
      return 1624;
    case Pace::kOwn:
      break;
  }
  return 0;
}

/// The global quantum, or one of the accelerator's own under a long global one.
struct Quantum {
  int ns;
  bool own;

  AcceleratorOptions set() const {
    constexpr int kLongNs = 3'000'000;
    tlm::tlm_global_quantum::instance().set(sc_time(own ? kLongNs : ns, SC_NS));
    AcceleratorOptions options;
    if (own) options.quantum = sc_time(ns, SC_NS);
    return options;
  }
  friend std::ostream& operator<<(std::ostream& out, const Quantum& q) {
    return out << (q.own ? "own" : "global") << " quantum of " << q.ns << " ns";
  }
};

std::vector<Quantum> quanta() {
  std::vector<Quantum> all;
  for (const bool own : {false, true}) {
    for (const int ns : {0, 37, 100, 1000, 1'000'000}) all.push_back({ns, own});
  }
  return all;
}

class WorldTest : public FreshKernel, public testing::WithParamInterface<Inhabitant> {
 protected:
  static bool promises() { return GetParam().pace != Pace::kOwn; }
};

TEST_P(WorldTest, jobs_are_right_one_after_the_other) {
  simulate(GetParam(), quick(), machine(), [](WorldBench& b) {
    for (int i = 0; i < 2; ++i) {
      b.run(pool_job());
      b.run(convolution_job());
      b.visit();
    }
  });
}

TEST_P(WorldTest, cycles_are_those_of_the_pace_at_every_quantum) {
  for (const Quantum& quantum : quanta()) {
    SCOPED_TRACE(quantum);
    renew_kernel();
    const auto script = [](WorldBench& b) {
      for (int job = 0; job < 2; ++job) {
        const std::uint64_t cycles = b.run(pool_job());
        if (promises()) {
          EXPECT_EQ(cycles, cycles_at(GetParam().pace)) << job;
        }
      }
    };
    const AcceleratorOptions options = quantum.set();
    simulate(GetParam(), slow(), machine(), script, options);
  }
}

/// After a job has been reset, somebody else uses the memory and the next job is right, in either
/// order. It takes as long as the first, unless phases of the one before are in its way.
TEST_P(WorldTest, a_reset_at_any_clock_edge_harms_nobody) {
  for (const Quantum& quantum : {Quantum{0, false}, Quantum{1000, false}}) {
    renew_kernel();
    std::string moment;
    const auto script = [&](WorldBench& b) {
      const LayerJob abandoned = pool_job(1), job = pool_job(2);
      const std::uint64_t edges = b.run(job);
      for (std::uint64_t edge = 0; edge <= edges; ++edge) {
        for (const bool by_line : {false, true}) {
          for (const bool visit_first : {false, true}) {
            moment = std::to_string(edge) + (by_line ? ", by line" : ", by register") +
                     (visit_first ? ", a visit first" : ", a job first");
            SCOPED_TRACE(moment);
            b.put(abandoned);
            b.start();
            wait(clock_period() * static_cast<double>(edge));
            by_line ? b.line_reset() : b.soft_reset();
            ASSERT_EQ(b.read(reg::kStatus), 0u);
            if (visit_first) b.visit();
            const std::uint64_t cycles = b.run(job);
            if (promises() && (visit_first || GetParam().pace == Pace::kOverlapped)) {
              EXPECT_EQ(cycles, edges);
            }
            if (!visit_first) b.visit();
            if (testing::Test::HasFailure()) return;
          }
        }
      }
      moment = "after the last";
    };
    const AcceleratorOptions options = quantum.set();
    simulate(GetParam(), quick(), machine(), script, options);
    EXPECT_EQ(moment, "after the last") << quantum;
  }
}

/// When jobs fail whose input, weights or output lie outside the memory, one after the other, each
/// followed by one that is right.
std::vector<sc_time> times_of_failures(const Inhabitant& inhabitant, const Quantum& quantum) {
  renew_kernel();
  const ToldReports told;
  std::vector<sc_time> times;
  const auto script = [&](WorldBench& b) {
    for (auto address :
         {&Descriptor::input_address, &Descriptor::weight_address, &Descriptor::output_address}) {
      LayerJob job = convolution_job();
      job.descriptor.*address = std::uint64_t{1} << 32;
      b.put(job);
      const sc_time begin = sc_core::sc_time_stamp();
      b.start();
      b.wait_irq();
      times.push_back(sc_core::sc_time_stamp() - begin);
      EXPECT_EQ(b.read(reg::kErrorCode), reg::kBusError);
      b.acknowledge();
      if (quantum.ns == 0) b.visit();
      b.run(pool_job());
    }
  };
  const AcceleratorOptions options = quantum.set();
  simulate(inhabitant, quick(), machine(), script, options);
  EXPECT_EQ(told.of(report::kBusError).size(), 3u);
  return times;
}

TEST_P(WorldTest, an_error_ends_the_job_in_its_cycle_and_the_next_one_is_right) {
  for (const Quantum& quantum : {Quantum{0, false}, Quantum{100, false}, Quantum{1000, true}}) {
    SCOPED_TRACE(quantum);
    const std::vector<sc_time> times = times_of_failures(GetParam(), quantum);
    if (GetParam().pace != Pace::kOverlapped) continue;
    EXPECT_EQ(times, times_of_failures(inhabitants().front(), {0, false}));
  }
}

INSTANTIATE_TEST_SUITE_P(Inhabitants, WorldTest, testing::ValuesIn(inhabitants()),
                         [](const auto& test) { return test.param.name; });

TEST(WorldQuantumTest, calls_run_ahead_by_the_quantum_that_counts) {
  const Inhabitant annotates = inhabitants().front();
  for (const Quantum& quantum : quanta()) {
    renew_kernel();
    const auto script = [&](WorldBench& b) {
      b.run(pool_job());
      const sc_time quantum_time(quantum.ns, SC_NS);
      EXPECT_LE(b.most_ahead(), quantum_time) << quantum;
      EXPECT_GE(b.most_ahead(), std::min(quantum_time / 4, sc_time(500, SC_NS))) << quantum;
    };
    const AcceleratorOptions options = quantum.set();
    simulate(annotates, slow(), machine(), script, options);
  }
}

/// One reset in the first burst, and the next job at once: it begins when that burst has returned.
TEST(WorldFiguresTest, a_reset_within_a_call_costs_no_more_than_that_call) {
  const std::map<std::string, std::uint64_t> at_most = {{"lock", 336},
                                                        {"4_phases_behind_calls", 1624}};
  for (const Inhabitant& inhabitant : inhabitants()) {
    const auto found = at_most.find(inhabitant.name);
    if (found == at_most.end()) continue;
    renew_kernel();
    simulate(inhabitant, slow(), machine(), [&](WorldBench& b) {
      const LayerJob job = pool_job();
      b.put(job);
      b.start();
      wait(sc_time(40, SC_NS));
      b.soft_reset();
      EXPECT_LE(b.run(job), found->second) << inhabitant;
    });
  }
}

class LackingMemoryTest : public FreshKernel, public testing::WithParamInterface<Transport> {};

TEST_P(LackingMemoryTest, a_response_left_incomplete_is_an_error_or_taken_as_told) {
  for (const auto policy : {IncompleteResponse::kError, IncompleteResponse::kOk}) {
    renew_kernel();
    AcceleratorOptions options;
    options.incomplete_response = policy;
    const ToldReports told;
    const auto script = [&](WorldBench& b) {
      if (policy == IncompleteResponse::kOk) {
        b.run(pool_job());
        b.run(convolution_job());
        return;
      }
      for (int job = 0; job < 2; ++job) {
        b.put(pool_job());
        b.start();
        b.wait_irq();
        EXPECT_EQ(b.read(reg::kErrorCode), reg::kBusError);
        b.acknowledge();
      }
    };
    simulate(lacking(Lack::kResponse, GetParam()), quick(), machine(), script, options);
    EXPECT_EQ(told.of(report::kBusError).size(), policy == IncompleteResponse::kOk ? 0u : 2u);
  }
}

/// What is told of a memory that never answers: at the end, that its transactions have none.
TEST_P(LackingMemoryTest, silence_is_told_once_a_job_and_ends_with_a_reset_of_the_registers) {
  const ToldReports told;
  testing::TestPartResultArray failures;
  const auto script = [&](WorldBench& b) {
    for (const std::size_t jobs : {1U, 2U, 3U}) {
      b.put(pool_job());
      b.start();
      wait(sc_time(10, sc_core::SC_US));
      EXPECT_EQ(told.of(report::kNoProgress).size(), jobs - 1) << "too early";
      wait(sc_time(1, sc_core::SC_MS));
      EXPECT_EQ(told.of(report::kNoProgress).size(), jobs);
      EXPECT_EQ(b.read(reg::kStatus), reg::kStatusBusy);
      jobs == 2 ? b.line_reset() : b.soft_reset();
      EXPECT_EQ(b.read(reg::kStatus), 0u);
    }
    sc_core::sc_stop();
  };
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    AcceleratorOptions options;
    options.watchdog = sc_time(20, sc_core::SC_US);
    simulate(lacking(Lack::kAnswer, GetParam()), quick(), machine(), script, options);
  }
  EXPECT_EQ(failures.size(), 2) << "two bindings";
  for (int i = 0; i < failures.size(); ++i) {
    EXPECT_NE(std::string(failures.GetTestPartResult(i).message()).find("without end"),
              std::string::npos)
        << failures.GetTestPartResult(i).message();
  }
  EXPECT_EQ(told.of(report::kOutstanding).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Transports, LackingMemoryTest,
                         testing::Values(Transport::kLooselyTimed, Transport::kApproximatelyTimed),
                         [](const auto& test) {
                           return test.param == Transport::kLooselyTimed ? "lt" : "at";
                         });

TEST(WorldTableTest, names_are_all_different) {
  std::set<std::string> names;
  for (const Inhabitant& inhabitant : inhabitants()) {
    EXPECT_TRUE(names.insert(inhabitant.name).second) << inhabitant;
  }
}

}  // namespace
}  // namespace dcnsim::world

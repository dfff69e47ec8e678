// SPDX-License-Identifier: Apache-2.0
// A host that does to the accelerator what comes to its mind, at any moment, behind every memory of
// the world: what it finishes is right, and nobody waits for ever.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>

#include "tests/support/classes.h"
#include "tests/support/fresh_kernel.h"
#include "tests/tlm/world/world_bench.h"
#include "tests/tlm/world/world_machine.h"

namespace dcnsim::world {
namespace {

using sc_core::SC_PS;
using sc_core::sc_time;

enum class Deed { kStart, kFinish, kSoftReset, kLineReset, kVisit, kWait, kDeeds };

/// What the host does, and what went before.
struct Moment {
  Deed deed;
  bool busy;            ///< a job is under way
  bool just_reset;      ///< a job was, at this very time
  int resets_in_a_row;  ///< of jobs, with no job to its end in between
};

const std::vector<CaseClass<Moment>>& classes() {
  static const std::vector<CaseClass<Moment>> all = {
      {"START", [](const Moment& m) { return m.deed == Deed::kStart && !m.busy; }},
      {"START while busy", [](const Moment& m) { return m.deed == Deed::kStart && m.busy; }},
      {"START at the time of a reset",
       [](const Moment& m) { return m.deed == Deed::kStart && m.just_reset; }},
      {"reset by register of a job",
       [](const Moment& m) { return m.deed == Deed::kSoftReset && m.busy; }},
      {"reset by line of a job",
       [](const Moment& m) { return m.deed == Deed::kLineReset && m.busy; }},
      {"reset of nothing",
       [](const Moment& m) {
         return (m.deed == Deed::kSoftReset || m.deed == Deed::kLineReset) && !m.busy;
       }},
      {"third reset of jobs in a row",
       [](const Moment& m) {
         return m.resets_in_a_row == 2 && m.deed == Deed::kSoftReset && m.busy;
       }},
      {"visit right after a reset",
       [](const Moment& m) { return m.deed == Deed::kVisit && m.just_reset; }},
      {"job to its end", [](const Moment& m) { return m.deed == Deed::kFinish && m.busy; }},
      {"job to its end after resets",
       [](const Moment& m) { return m.deed == Deed::kFinish && m.busy && m.resets_in_a_row > 0; }}};
  return all;
}

class Host {
 public:
  Host(WorldBench& bench, Census<Moment>& census, Transport transport, unsigned seed)
      : bench_(bench), census_(census), transport_(transport), random_(seed) {}

  void act(int deeds) {
    for (int i = 0; i < deeds && !testing::Test::HasFailure(); ++i) {
      // While it works, requests of another would come into its phases (entrance.h).
      const bool busy = bench_.read(reg::kStatus) == reg::kStatusBusy;
      const auto deed = static_cast<Deed>(random_() % static_cast<unsigned>(Deed::kDeeds));
      if (deed == Deed::kVisit && busy && transport_ == Transport::kApproximatelyTimed) continue;
      census_.count({deed, busy, just_reset_, resets_});
      just_reset_ = busy && (deed == Deed::kSoftReset || deed == Deed::kLineReset);
      if (just_reset_) ++resets_;
      act(deed, busy);
    }
  }

 private:
  void act(Deed deed, bool busy) {
    switch (deed) {
      case Deed::kStart:
        if (!busy) {
          job_ = random_() % 2 == 0 ? pool_job() : convolution_job();
          bench_.soft_reset();  // of a job that has ended
          bench_.put(job_);
        }
        bench_.start();
        return;
      case Deed::kFinish:
        if (!busy) return;
        bench_.finish(job_);
        resets_ = 0;
        return;
      case Deed::kSoftReset:
        bench_.soft_reset();
        return;
      case Deed::kLineReset:
        bench_.line_reset();
        return;
      case Deed::kVisit:
        bench_.visit();
        return;
      case Deed::kWait:
      case Deed::kDeeds:
        // No clock edge in particular, mostly within the shorter job.
        wait(sc_time(static_cast<double>(random_() % 700'000), SC_PS));
        return;
    }
  }

  WorldBench& bench_;
  Census<Moment>& census_;
  const Transport transport_;
  std::mt19937 random_;
  LayerJob job_;
  bool just_reset_ = false;
  int resets_ = 0;
};

class WorldRandomTest : public FreshKernel, public testing::WithParamInterface<Inhabitant> {};

TEST_P(WorldRandomTest, whatever_the_host_does_its_jobs_are_right) {
  Census<Moment> census(classes());
  for (const auto& [quantum_ns, outstanding] : {std::pair{0, 8}, {60, 1}, {1000, 2}}) {
    renew_kernel();
    tlm::tlm_global_quantum::instance().set(sc_time(quantum_ns, sc_core::SC_NS));
    Timing timing = quick();
    timing.varies_by_access = quantum_ns != 1000;
    AcceleratorConfig config = machine();
    config.dma.outstanding = outstanding;
    const auto seed = static_cast<unsigned>(quantum_ns);
    simulate(GetParam(), timing, config,
             [&](WorldBench& b) { Host(b, census, GetParam().transport, seed).act(500); });
  }
  census.expect_each(5);
}

INSTANTIATE_TEST_SUITE_P(Inhabitants, WorldRandomTest, testing::ValuesIn(inhabitants()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace dcnsim::world

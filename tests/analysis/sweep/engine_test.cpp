// SPDX-License-Identifier: Apache-2.0
// What a sweep has stored when it is killed: points that share one timing are no one piece.
#include "analysis/sweep/engine.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "analysis/sweep/store.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

/// 250 machines that differ in prices alone.
constexpr const char* kPriced = R"(
network: compact
images: none
calibration: none
axes:
  - cost.logic_factor: {from: 1, to: 50}
  - cost.sram_factor: {from: 1, to: 5}
)";

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    SweepFiles files;
    files.accelerator = [](const std::string&) {
      return user_file(DCNSIM_SOURCE_DIR "/models/arch/presets/small_edge.yaml");
    };
    files.network = [](const std::string&) {
      return user_file(DCNSIM_SOURCE_DIR "/workloads/networks/cifar10_compact_w8a8.onnx.gz");
    };
    files.is_fixed_point = [](const InputPath&) { return true; };
    spec_ = parse_sweep(kPriced, "s.yaml", files);
    options_.store = folder_.path() + "/s.sqlite";
    options_.cache_folder = folder_.path() + "/cache";
    options_.cost_tables = user_file(DCNSIM_SOURCE_DIR "/models/cost/tables");
  }

  std::set<std::uint64_t> stored() const {
    std::set<std::uint64_t> ids;
    SweepStore(options_.store).for_each_id([&](std::uint64_t id) { ids.insert(id); });
    return ids;
  }
  /// As kill -9 does, as soon as a slice is told to be done.
  void kill_after_a_slice() {
    const pid_t child = fork();
    if (child == 0) {
      options_.progress = [](const std::string& what, std::size_t) {
        return [are_points = what == "points"](std::size_t done) {
          if (are_points && done > 0) kill(getpid(), SIGKILL);
        };
      };
      run_sweep(spec_, options_);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  }

  const TemporaryFolder folder_;
  SweepSpec spec_;
  SweepOptions options_;
};

TEST_F(EngineTest, a_price_only_sweep_that_is_killed_loses_one_slice_at_most) {
  for (const std::size_t slices : {1U, 2U}) {
    kill_after_a_slice();
    EXPECT_EQ(stored().size(), 100 * slices);
  }
  const SweepOutcome rest = run_sweep(spec_, options_);
  EXPECT_EQ(rest.found, 200u);
  EXPECT_EQ(rest.done, 50u);
  EXPECT_TRUE(rest.complete());
  EXPECT_EQ(stored().size(), 250u);
}

}  // namespace
}  // namespace dcnsim

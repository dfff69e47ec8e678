// SPDX-License-Identifier: Apache-2.0
// dcnsim sweep slurm without a Slurm; tests/analysis/sweep/slurm has one.
#include <gtest/gtest.h>

#include <string>

#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

class SweepSlurmCommandTest : public CommandTest {
 protected:
  void write_spec(const std::string& text) const { spill(path("study.yaml"), text); }
  Outcome slurm(const std::string& options) const {
    return dcnsim("sweep slurm " + path("study.yaml") + " " + options);
  }
};

TEST_F(SweepSlurmCommandTest, prints_what_it_would_submit) {
  write_spec("images: none\n");
  const Outcome o = slurm("--shards 12 --jobs 2 --at-once 4 --print -- --partition=long -x n1");
  ASSERT_EQ(o.code, 0) << o.err;
  for (const char* part :
       {"--array=1-12%4 --cpus-per-task=2 --partition=long -x n1 <<",
        "--shard \"$SLURM_ARRAY_TASK_ID/12\" --jobs 2\n", "sweep merge ./study"}) {
    EXPECT_NE(o.out.find(part), std::string::npos) << part << "\n" << o.out;
  }
  EXPECT_FALSE(std::filesystem::exists(path("study.slurm")));
}

TEST_F(SweepSlurmCommandTest, refuses_a_sweep_file_with_a_mistake_before_anything_is_submitted) {
  write_spec("imges: none\n");
  const Outcome o = slurm("--shards 2 --print");
  EXPECT_EQ(o.code, 1);
  EXPECT_NE(o.err.find("imges"), std::string::npos) << o.err;
  EXPECT_EQ(o.out, "");
}

TEST_F(SweepSlurmCommandTest, wants_the_number_of_shards) {
  write_spec("images: none\n");
  EXPECT_EQ(slurm("--print").code, 2);
  EXPECT_EQ(slurm("--shards 0 --print").code, 2);
}

}  // namespace
}  // namespace dcnsim

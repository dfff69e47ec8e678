// SPDX-License-Identifier: Apache-2.0
// What is handed to Slurm, run by bash with stand-ins for Slurm's programs and dcnsim.
#include "analysis/sweep/slurm.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "analysis/sweep/shard.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

using Lines = std::vector<std::string>;

class SlurmTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("dcnsim_slurm_" + std::to_string(::getpid()) + "_" + info->name());
    sweep_.spec = (folder_ / kOddName / "it's a \"$(touch x)\" `sweep`.v2.yaml").string();
    sweep_.command = (folder_ / kOddName / "dcnsim").string();
    sweep_.shards = 12;
    sweep_.jobs = 2;
    sweep_.retries = 3;
    fs::create_directories(folder_ / kOddName);
    fs::create_directories(folder_ / "bin");
    // Each remembers its arguments, a line each.
    program(sweep_.command, "printf '%s\\n' \"$@\" >\"$TEST/dcnsim.args\"; exit \"${CODE:-0}\"");
    program(bin("scontrol"), "printf '%s\\n' \"$@\" >\"$TEST/scontrol.args\"; exit 1");
    program(
        bin("sbatch"),
        "n=$(cat \"$TEST/jobs\" 2>/dev/null || echo 40); n=$((n + 1)); echo $n >\"$TEST/jobs\"\n"
        "printf '%s\\n' \"$@\" >\"$TEST/$n.args\"; cat >\"$TEST/$n.script\"; echo \"$n;here\"");
    ::setenv("TEST", folder_.c_str(), 1);
    ::setenv("PATH", ((folder_ / "bin").string() + ":/usr/bin:/bin").c_str(), 1);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string bin(const std::string& name) const { return (folder_ / "bin" / name).string(); }

  static void program(const std::string& path, const std::string& body) {
    std::ofstream(path) << "#!/bin/bash\n" << body << "\n";
    ::chmod(path.c_str(), 0700);
  }

  Lines lines(const std::string& name) const {
    std::ifstream in(folder_ / name);
    Lines result;
    for (std::string line; std::getline(in, line);) result.push_back(line);
    return result;
  }

  bool has(const std::string& name, const std::string& line) const {
    const Lines all = lines(name);
    return std::find(all.begin(), all.end(), line) != all.end();
  }

  /// Exit status.
  int bash(const std::string& script, const std::string& variables = "") const {
    const std::string command = variables + " bash '" + (folder_ / script).string() + "' >'" +
                                (folder_ / "output").string() + "' 2>&1";
    return WEXITSTATUS(std::system(command.c_str()));
  }

  std::string error() const {
    try {
      submit(sweep_);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "no error";
  }

  static constexpr const char* kOddName = "100% 'odd'; $HOME &";
  fs::path folder_;
  SlurmSweep sweep_;
};

TEST_F(SlurmTest, an_array_and_a_merge_after_it_are_submitted) {
  sweep_.at_once = 4;
  sweep_.options = {"--partition=a b", "--requeue"};
  const SlurmJobs jobs = submit(sweep_);
  EXPECT_EQ(jobs.shards, "41");
  EXPECT_EQ(jobs.merge, "42");
  for (const char* option : {"--array=1-12%4", "--cpus-per-task=2", "--partition=a b",
                             "--job-name=it's a \"$(touch x)\" `sweep`.v2"}) {
    EXPECT_TRUE(has("41.args", option)) << option;
  }
  EXPECT_TRUE(has("42.args", "--dependency=afterany:41"));
  EXPECT_TRUE(has("42.args", "--partition=a b"));
  EXPECT_FALSE(has("42.args", "--cpus-per-task=2"));
  EXPECT_TRUE(fs::is_directory(log_folder(sweep_)));
  for (const char* job : {"41.args", "42.args"}) {
    EXPECT_TRUE(has(job, "--chdir=" + log_folder(sweep_)));
  }
}

TEST_F(SlurmTest, the_printed_program_submits_the_same) {
  sweep_.options = {"--comment=", "", "--exclude=n1,n2"};
  submit(sweep_);
  fs::remove(log_folder(sweep_));
  std::ofstream(folder_ / "printed") << submission_script(sweep_);
  EXPECT_EQ(bash("printed"), 0);
  EXPECT_TRUE(fs::is_directory(log_folder(sweep_)));
  EXPECT_EQ(lines("43.args"), lines("41.args"));
  EXPECT_EQ(lines("43.script"), lines("41.script"));
  EXPECT_EQ(lines("44.script"), lines("42.script"));
  Lines merge = lines("42.args");
  EXPECT_EQ(merge.back(), "--dependency=afterany:41");
  merge.back() = "--dependency=afterany:43";
  EXPECT_EQ(lines("44.args"), merge);
}

TEST_F(SlurmTest, a_task_evaluates_its_shard) {
  submit(sweep_);
  EXPECT_EQ(bash("41.script", "SLURM_ARRAY_TASK_ID=7"), 0);
  EXPECT_EQ(lines("dcnsim.args"), (Lines{"sweep", sweep_.spec, "--shard", "7/12", "--jobs", "2"}));
  EXPECT_FALSE(fs::exists(folder_ / "scontrol.args"));
}

TEST_F(SlurmTest, a_task_that_fails_is_repeated_so_many_times) {
  submit(sweep_);
  const std::string task = "SLURM_ARRAY_JOB_ID=41 SLURM_ARRAY_TASK_ID=7 ";
  for (const char* failure : {"CODE=1", "CODE=137 SLURM_RESTART_COUNT=2"}) {
    EXPECT_NE(bash("41.script", task + failure), 0);
    EXPECT_EQ(lines("scontrol.args"), (Lines{"requeue", "41_7"})) << failure;
    fs::remove(folder_ / "scontrol.args");
  }
  EXPECT_EQ(bash("41.script", task + "CODE=1 SLURM_RESTART_COUNT=3"), 1);
  EXPECT_EQ(bash("41.script", task + "CODE=2"), 2) << "a usage error stays one";
  EXPECT_FALSE(fs::exists(folder_ / "scontrol.args"));
}

TEST_F(SlurmTest, the_merge_takes_what_stores_there_are) {
  submit(sweep_);
  for (const std::size_t k : {2u, 12u}) std::ofstream(default_store(sweep_.spec, Shard{k, 12}));
  EXPECT_EQ(bash("42.script"), 0);
  const std::string stem = "./it's a \"$(touch x)\" `sweep`.v2";
  EXPECT_EQ(lines("dcnsim.args"),
            (Lines{"sweep", "merge", stem + ".sqlite", stem + ".shard-2-of-12.sqlite",
                   stem + ".shard-12-of-12.sqlite"}));
  EXPECT_TRUE(has("output", "shard 11 has left no store"));
  EXPECT_FALSE(has("output", "shard 12 has left no store"));
  EXPECT_EQ(bash("42.script", "CODE=1"), 1);
}

TEST_F(SlurmTest, a_merge_of_nothing_fails) {
  submit(sweep_);
  EXPECT_EQ(bash("42.script"), 1);
  EXPECT_EQ(lines("output").size(), 12u);
  EXPECT_FALSE(fs::exists(folder_ / "dcnsim.args"));
}

TEST_F(SlurmTest, what_slurm_refuses_is_one_line) {
  program(bin("sbatch"), "echo 'sbatch: error: first' >&2; echo 'sbatch: error: why' >&2; exit 1");
  EXPECT_EQ(error(), "sbatch: exit status 1: sbatch: error: why");
  program(bin("sbatch"), "echo welcome");
  EXPECT_EQ(error(), "sbatch: printed no job id");
  program(bin("sbatch"), "case $* in *dependency*) exit 1;; esac; echo 41");
  EXPECT_EQ(error(),
            "the shards are submitted as job 41, their merge is not: sbatch: exit status 1");
  fs::remove(bin("sbatch"));
  ::setenv("PATH", (folder_ / "bin").c_str(), 1);
  EXPECT_EQ(error(), "sbatch: cannot be started: No such file or directory");
}

TEST_F(SlurmTest, a_log_folder_that_cannot_be_made_is_named) {
  std::ofstream(log_folder(sweep_)) << "in the way";
  EXPECT_EQ(error(), log_folder(sweep_) + ": cannot be made: Not a directory");
}

}  // namespace
}  // namespace dcnsim

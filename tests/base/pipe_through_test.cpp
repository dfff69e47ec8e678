// SPDX-License-Identifier: Apache-2.0
#include "models/base/process/pipe_through.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>

namespace dcnsim {
namespace {

using std::chrono::milliseconds;

std::string error_of_piping(const std::vector<std::string>& command, std::string_view input = "",
                            const PipeLimits& limits = {}) {
  try {
    pipe_through(command, input, limits);
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
    EXPECT_EQ(errno, ECHILD);
    return error.what();
  }
  return "no error";
}

TEST(PipeThrough, ReturnsTheOutputOfTheProgram) {
  EXPECT_EQ(pipe_through({"tr", "a-z", "A-Z"}, "text"), "TEXT");
  EXPECT_EQ(pipe_through({"cat"}, ""), "");
  EXPECT_EQ(pipe_through({"printf", "%s", "$(id) `id` 'x'"}, ""), "$(id) `id` 'x'");
}

TEST(PipeThrough, CarriesMoreThanPipesHoldInBothDirections) {
  std::string input;
  for (int i = 0; input.size() < 5'000'000; ++i) input += std::to_string(i) + "\n";
  EXPECT_EQ(pipe_through({"cat"}, input), input);
}

TEST(PipeThrough, SurvivesAProgramThatDoesNotReadItsInput) {
  EXPECT_EQ(pipe_through({"true"}, std::string(5'000'000, 'x')), "");
  EXPECT_EQ(pipe_through({"head", "-c", "3"}, std::string(5'000'000, 'x')), "xxx");
}

TEST(PipeThrough, NamesAProgramThatCannotBeStarted) {
  EXPECT_EQ(error_of_piping({"no-such-program"}),
            "no-such-program: cannot be started: No such file or directory");
}

TEST(PipeThrough, SaysHowAProgramFailed) {
  EXPECT_EQ(error_of_piping({"false"}), "false: exit status 1");
  EXPECT_EQ(error_of_piping({"sh", "-c", "kill -9 $$"}), "sh: killed by signal 9");
  EXPECT_EQ(error_of_piping({"sh", "-c", "echo first >&2; printf ' why\\033\\n\\n' >&2; exit 3"}),
            "sh: exit status 3: why ");
}

TEST(PipeThrough, KillsAProgramThatTakesTooLong) {
  PipeLimits limits;
  limits.time = milliseconds(100);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(error_of_piping({"sleep", "60"}, "", limits), "sleep: not done after 100 ms");
  EXPECT_EQ(error_of_piping({"sleep", "60"}, std::string(5'000'000, 'x'), limits),
            "sleep: not done after 100 ms");
  EXPECT_EQ(error_of_piping({"sh", "-c", "exec >&- 2>&-; exec sleep 60"}, "", limits),
            "sh: not done after 100 ms");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

TEST(PipeThrough, KillsAProgramThatPrintsTooMuch) {
  PipeLimits limits;
  limits.output_bytes = 100'000;
  EXPECT_EQ(error_of_piping({"yes"}, "", limits), "yes: more than 100000 bytes of output");
  EXPECT_EQ(error_of_piping({"sh", "-c", "exec yes >&2"}, "", limits),
            "sh: more than 100000 bytes of output");
}

TEST(PipeThrough, HidesTheEnvironment) {
  ASSERT_EQ(::setenv("GNUTERM", "dumb", 1), 0);
  ASSERT_EQ(::setenv("LC_NUMERIC", "de_DE.UTF-8", 1), 0);
  const std::string variables = pipe_through({"env"}, "");
  EXPECT_EQ(variables.find("GNUTERM"), std::string::npos);
  EXPECT_EQ(variables.find("LC_NUMERIC"), std::string::npos);
  EXPECT_NE(variables.find("LC_ALL=C\n"), std::string::npos);
  EXPECT_NE(variables.find("PATH="), std::string::npos);
}

TEST(PipeThrough, LeavesTheEnvironmentIfAskedTo) {
  ASSERT_EQ(::setenv("SLURM_CONF", "/somewhere", 1), 0);
  const std::string variables = pipe_through({"env"}, "", {}, Environment::kInherited);
  EXPECT_NE(variables.find("SLURM_CONF=/somewhere\n"), std::string::npos);
  EXPECT_EQ(pipe_through({"env"}, "").find("SLURM_CONF"), std::string::npos);
}

}  // namespace
}  // namespace dcnsim

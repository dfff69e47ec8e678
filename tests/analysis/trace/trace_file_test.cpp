// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/trace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "tests/analysis/trace/trace_checks.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class TraceFileTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = testing::TempDir() + "dcnsim_" + info->name() + ".json";
    fs::remove(path_);
  }
  void TearDown() override { fs::remove(path_); }

  std::string path_;
};

TEST_F(TraceFileTest, events_follow_the_format_whatever_the_names_hold) {
  TraceFile file(path_);
  file.name({1, 2}, "group \"\\\n", "row \xff");
  file.slice({1, 2}, "a\t\"slice\" \xe2\x82\xac", 5'000, 7'500, {{"bytes", -3}});
  file.slice({1, 2}, "", 7'500, 7'500);
  file.close();
  const Json trace = Json::parse(bytes_of(path_));
  EXPECT_EQ(trace_problems(trace), std::vector<std::string>{});
  const Json& slice = trace.at("traceEvents").at(4);
  EXPECT_EQ(slice.at("name"), "a\t\"slice\" \xe2\x82\xac");
  EXPECT_EQ(slice.at("args").at("bytes"), -3);
}

TEST_F(TraceFileTest, times_keep_every_picosecond) {
  TraceFile file(path_);
  for (const std::uint64_t ps : {0ULL, 1ULL, 999'999ULL, 1'000'000ULL, 123'456'789'012'345ULL}) {
    file.slice({1, 1}, "s", ps, ps + 3);
  }
  file.close();
  const std::string text = bytes_of(path_);
  for (const char* time : {"\"ts\":0,", "\"ts\":0.000001,", "\"ts\":0.999999,", "\"ts\":1,",
                           "\"ts\":123456789.012345,", "\"dur\":0.000003,"}) {
    EXPECT_NE(text.find(time), std::string::npos) << time;
  }
}

TEST_F(TraceFileTest, a_file_that_is_not_closed_does_not_appear) {
  { TraceFile(path_).slice({1, 1}, "s", 0, 1); }
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_THROW(TraceFile(path_ + "/t.json"), std::runtime_error);
}

TEST_F(TraceFileTest, what_comes_is_written_and_not_kept) {
  const int open_file = ::open(path_.c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_GE(open_file, 0);
  TraceFile file("/dev/fd/" + std::to_string(open_file));
  for (int i = 0; i < 20'000; ++i) file.slice({1, 1}, "slice", 10 * std::uint64_t(i), 10);
  EXPECT_GT(fs::file_size(path_), 1'000'000u);
  ::close(open_file);
}

// Slices come out of SystemC's processes, through which no exception gets unchanged.
TEST_F(TraceFileTest, a_failed_write_shows_when_it_is_closed) {
  TraceFile file("/dev/full");
  for (int i = 0; i < 20'000; ++i) {
    EXPECT_NO_THROW(file.slice({1, 1}, "slice", 10 * std::uint64_t(i), 10));
  }
  EXPECT_THROW(file.close(), std::runtime_error);
}

TEST(TraceProblems, bite) {
  const auto problems = [](const char* events) {
    return trace_problems(Json::parse(std::string("{\"traceEvents\":[") + events + "]}")).size();
  };
  EXPECT_EQ(problems(R"({"ph":"X","name":"a","pid":1,"tid":1,"ts":0,"dur":2,"args":{}},
                        {"ph":"X","name":"b","pid":1,"tid":1,"ts":2,"dur":2,"args":{}})"),
            0u);
  EXPECT_EQ(problems(R"({"ph":"X","name":"a","pid":1,"tid":1,"ts":0,"dur":2,"args":{}},
                        {"ph":"X","name":"b","pid":1,"tid":1,"ts":1,"dur":2,"args":{}})"),
            1u);
  EXPECT_EQ(problems(R"({"ph":"X","name":"a","pid":1,"tid":1,"ts":-1,"dur":2,"args":{}})"), 1u);
  EXPECT_EQ(problems(R"({"ph":"X","name":"a","pid":1,"ts":1,"dur":2,"args":{}})"), 1u);
  EXPECT_EQ(problems(R"({"ph":"X","name":"a","pid":1,"tid":1,"ts":1,"args":{}})"), 1u);
  EXPECT_EQ(problems(R"({"ph":"Q","name":"a","pid":1,"tid":1,"ts":1,"args":{}})"), 1u);
  EXPECT_EQ(trace_problems(Json::array()).size(), 1u);
}

}  // namespace
}  // namespace dcnsim

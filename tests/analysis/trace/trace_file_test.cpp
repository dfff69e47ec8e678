// SPDX-License-Identifier: Apache-2.0
// Both forms of a trace, event by event.
#include "analysis/trace/trace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "analysis/trace/trace_counters.h"
#include "tests/analysis/trace/perfetto_wire.h"
#include "tests/analysis/trace/trace_checks.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr TraceFormat kFormats[] = {TraceFormat::kPerfetto, TraceFormat::kJson};

class TraceFileTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = testing::TempDir() + "dcnsim_" + info->name();
    fs::remove(path_);
  }
  void TearDown() override { fs::remove(path_); }

  std::unique_ptr<TraceFile> json() const { return make_trace_file(path_, TraceFormat::kJson); }
  std::unique_ptr<TraceFile> perfetto() const {
    return make_trace_file(path_, TraceFormat::kPerfetto);
  }

  std::string path_;
};

TEST_F(TraceFileTest, json_follows_the_format_whatever_the_names_hold) {
  const auto file = json();
  file->name({1, 2}, "group \"\\\n", "row \xff");
  file->slice({{1, 2}, "a\t\"slice\" \xe2\x82\xac", 5'000, 7'500, {}, {{"bytes", -3}}});
  file->slice({{1, 2}, "", 7'500, 7'500, TraceColour::kWeights});
  file->name_counter({1, 3}, "group \"\\\n", "count\"er", TraceUnit::kBytes);
  file->count({1, 3}, 1'500, 7);
  file->close();
  const Json trace = Json::parse(bytes_of(path_));
  EXPECT_EQ(trace_problems(trace), std::vector<std::string>{});
  const Json& slice = trace.at("traceEvents").at(4);
  EXPECT_EQ(slice.at("name"), "a\t\"slice\" \xe2\x82\xac");
  EXPECT_EQ(slice.at("args").at("bytes"), -3);
  EXPECT_EQ(slice.count("cname"), 0u);
  EXPECT_EQ(trace.at("traceEvents").at(5).at("cname"), "heap_dump_child_node_arrow");
  const Json& count = trace.at("traceEvents").back();
  EXPECT_EQ(count.at("name"), "count\"er");
  EXPECT_EQ(count.at("args"), Json({{"bytes", 7}}));
  EXPECT_EQ(picoseconds(count.at("ts")), 1'500u);
}

TEST_F(TraceFileTest, perfetto_follows_the_format_whatever_the_names_hold) {
  const auto file = perfetto();
  file->name({1, 2}, "group \"\\\n", "row \xff");
  file->slice({{1, 2}, "a\t\"slice\" \xe2\x82\xac", 5'000, 7'000, {}, {{"bytes", -3}}});
  file->slice({{1, 2}, "", 7'000, 7'000, TraceColour::kWeights});
  file->name_counter({1, 3}, "group \"\\\n", "speed", TraceUnit::kMegabytesPerSecond);
  file->name_counter({1, 4}, "group \"\\\n", "fill", TraceUnit::kBytes);
  file->count({1, 3}, 1'000, std::uint64_t{1} << 40);
  file->close();
  const PerfettoTrace trace = PerfettoDecoder::decode(bytes_of(path_));
  EXPECT_EQ(trace.problems, std::vector<std::string>{});
  ASSERT_EQ(trace.slices.size(), 2u);
  const PerfettoTrace::Slice& slice = trace.slices[0];
  EXPECT_EQ(slice.track, "group \"\\ /row \xef\xbf\xbd");
  EXPECT_EQ(slice.name, "a \"slice\" \xe2\x82\xac");
  EXPECT_EQ(slice.figures, (std::map<std::string, std::int64_t>{{"bytes", -3}}));
  EXPECT_EQ(slice.colour, "");
  EXPECT_EQ(trace.slices[1].colour.rfind("weights.", 0), 0u);
  const PerfettoTrace::Counter& speed = trace.counters.at("group \"\\ /speed");
  EXPECT_EQ(speed.unit, "MB/s");
  ASSERT_EQ(speed.values.size(), 1u);
  EXPECT_EQ(speed.values[0].second, std::int64_t{1} << 40);
  EXPECT_EQ(trace.counters.at("group \"\\ /fill").unit, "bytes");
}

TEST_F(TraceFileTest, json_times_keep_every_picosecond) {
  const auto file = json();
  for (const std::uint64_t ps : {0ULL, 1ULL, 999'999ULL, 1'000'000ULL, 123'456'789'012'345ULL}) {
    file->slice({{1, 1}, "s", ps, ps + 3});
  }
  file->close();
  const std::string text = bytes_of(path_);
  for (const char* time : {"\"ts\":0,", "\"ts\":0.000001,", "\"ts\":0.999999,", "\"ts\":1,",
                           "\"ts\":123456789.012345,", "\"dur\":0.000003,"}) {
    EXPECT_NE(text.find(time), std::string::npos) << time;
  }
}

TEST_F(TraceFileTest, perfetto_times_are_the_nearest_nanoseconds_and_exact_ones_are_figures) {
  const auto file = perfetto();
  file->name({1, 1}, "g", "r");
  constexpr std::uint64_t kPeriod = 333;  // 3 GHz: some cycles have no nanosecond of their own
  for (std::uint64_t cycle = 0; cycle < 3000; ++cycle) {
    file->slice({{1, 1}, "s", cycle * kPeriod, (cycle + 1) * kPeriod});
  }
  file->close();
  const PerfettoTrace trace = PerfettoDecoder::decode(bytes_of(path_));
  EXPECT_EQ(trace.problems, std::vector<std::string>{});
  ASSERT_EQ(trace.slices.size(), 3000u);
  for (std::size_t cycle = 0; cycle < trace.slices.size(); ++cycle) {
    const PerfettoTrace::Slice& slice = trace.slices[cycle];
    const std::uint64_t begin = cycle * kPeriod, end = begin + kPeriod;
    EXPECT_LE(slice.begin_ns * 1000, begin + 500);
    EXPECT_GE(slice.begin_ns * 1000 + 500, begin);
    EXPECT_LE(slice.end_ns * 1000, end + 500);
    EXPECT_GE(slice.end_ns * 1000 + 500, end);
    EXPECT_EQ(slice.figures.at("begin_ps"), static_cast<std::int64_t>(begin));
    EXPECT_EQ(slice.figures.at("end_ps"), static_cast<std::int64_t>(end));
  }
}

TEST_F(TraceFileTest, strings_are_told_once_and_forgotten_when_they_are_many) {
  const auto file = perfetto();
  file->name({1, 1}, "g", "r");
  const auto draw = [&](int i) {
    file->slice({{1, 1}, "name " + std::to_string(i), 0, 0, TraceColour::kInputs, {{"figure", i}}});
  };
  for (int i = 0; i < 20'000; ++i) draw(i);
  for (int i = 0; i < 20'000; ++i) draw(19'999);
  file->close();
  const std::string bytes = bytes_of(path_);
  const PerfettoTrace trace = PerfettoDecoder::decode(bytes);
  EXPECT_EQ(trace.problems, std::vector<std::string>{});
  EXPECT_EQ(trace.resets, 1u + 20'000u / 4096u);
  ASSERT_EQ(trace.slices.size(), 40'000u);
  for (std::size_t i = 0; i < trace.slices.size(); ++i) {
    const std::size_t number = std::min<std::size_t>(i, 19'999);
    EXPECT_EQ(trace.slices[i].name, "name " + std::to_string(number));
    EXPECT_EQ(trace.slices[i].figures.at("figure"), static_cast<std::int64_t>(number));
    EXPECT_EQ(trace.slices[i].colour.rfind("inputs.", 0), 0u);
  }
  std::size_t said = 0;
  for (std::size_t at = bytes.find("name 19999"); at != std::string::npos; ++said) {
    at = bytes.find("name 19999", at + 1);
  }
  EXPECT_EQ(said, 1u);
}

TEST_F(TraceFileTest, a_file_that_is_not_closed_does_not_appear) {
  for (const TraceFormat format : kFormats) {
    make_trace_file(path_, format)->slice({{1, 1}, "s", 0, 1});
    EXPECT_FALSE(fs::exists(path_));
    EXPECT_THROW(make_trace_file(path_ + "/t", format), std::runtime_error);
  }
}

TEST_F(TraceFileTest, what_comes_is_written_and_not_kept) {
  for (const TraceFormat format : kFormats) {
    const int open_file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ASSERT_GE(open_file, 0);
    const auto file = make_trace_file("/dev/fd/" + std::to_string(open_file), format);
    for (int i = 0; i < 20'000; ++i) {
      file->slice({{1, 1}, "slice", 1'000'000 * std::uint64_t(i), 1'000'000 * std::uint64_t(i)});
    }
    EXPECT_GT(fs::file_size(path_), 500'000u);
    ::close(open_file);
  }
}

// Slices come out of SystemC's processes, through which no exception gets unchanged.
TEST_F(TraceFileTest, a_failed_write_shows_when_it_is_closed) {
  for (const TraceFormat format : kFormats) {
    const auto file = make_trace_file("/dev/full", format);
    for (int i = 0; i < 20'000; ++i) {
      EXPECT_NO_THROW(file->slice({{1, 1}, "slice", 10 * std::uint64_t(i), 10}));
    }
    EXPECT_THROW(file->close(), std::runtime_error);
  }
}

TEST(TraceFormat, is_that_of_the_file_s_name) {
  EXPECT_EQ(trace_format_of("a/t.json"), TraceFormat::kJson);
  for (const char* other :
       {"t.pftrace", "t.perfetto-trace", "t", "-", "json", ".json", "t.json.x"}) {
    EXPECT_EQ(trace_format_of(other), TraceFormat::kPerfetto) << other;
  }
}

/// What a BandwidthCounter writes.
class Counts : public TraceFile {
 public:
  void name(const Track&, std::string_view, std::string_view) override {}
  void name_counter(const Track&, std::string_view, std::string_view, TraceUnit) override {}
  void slice(const TraceSlice&) override {}
  void count(const Track&, std::uint64_t at_ps, std::uint64_t value) override {
    counts.push_back({at_ps, value});
  }
  void close() override {}
  std::vector<std::pair<std::uint64_t, std::uint64_t>> counts;
};

TEST(BandwidthCounter, spreads_bytes_over_microseconds_and_loses_none) {
  Counts file;
  BandwidthCounter counter(file, {1, 1});
  counter.add(300, 700'000, 2'200'000);    // 60, 200, 40
  counter.add(7, 2'200'000, 2'200'001);    // 7
  counter.add(100, 4'999'999, 5'000'001);  // 50, 50
  counter.finish();
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> expected = {
      {0, 60}, {1'000'000, 200}, {2'000'000, 47}, {3'000'000, 0}, {4'000'000, 50}, {6'000'000, 0}};
  EXPECT_EQ(file.counts, expected);
}

TEST(LevelCounter, the_last_value_of_a_moment_counts_and_only_changes_are_written) {
  Counts file;
  LevelCounter counter(file, {1, 1});
  counter.add(5, 10);
  counter.add(-2, 10);
  counter.add(4, 20);
  counter.add(-4, 20);
  counter.add(-3, 30);
  counter.finish();
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> expected = {{10, 3}, {30, 0}};
  EXPECT_EQ(file.counts, expected);
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

TEST(PerfettoProblems, bite) {
  // Of sequence 1: a root and a track; a slice "s" in two packets.
  const std::string root("\x0a\x09\x50\x01\x68\x01\xe2\x03\x02\x08\x07", 11);
  const std::string track("\x0a\x0c\x50\x01\xe2\x03\x07\x08\x09\x12\x01t\x28\x07", 14);
  const std::string begin(
      "\x0a\x17\x40\x05\x50\x01\x5a\x06\x48\x01\x50\x01\x58\x09\x62\x07"
      "\x12\x05\x08\x01\x12\x01s\x68\x03",
      25);
  const std::string end("\x0a\x0a\x40\x09\x50\x01\x5a\x04\x48\x02\x58\x09", 12);
  const auto problems = [](const std::string& bytes) {
    return PerfettoDecoder::decode(bytes).problems.size();
  };
  EXPECT_EQ(problems(root + track + begin + end), 0u);
  EXPECT_EQ(problems(root + track + begin), 1u);
  EXPECT_EQ(problems(root + track + end), 1u);
  EXPECT_EQ(problems(root + begin + end), 2u);
  EXPECT_EQ(problems(root + track + track + begin + end), 2u);
  EXPECT_THROW(problems((root + track + begin).substr(0, 40)), std::runtime_error);
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "analysis/trace/timeline.h"

#include <unistd.h>

#include <stdexcept>

#include "analysis/trace/pipeline_trace.h"
#include "tests/analysis/trace/trace_checks.h"
#include "tests/support/json_mutations.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

/// A layer with a weight tile, a wait for it and a step with conflicts, at 1 GHz.
std::string example(TraceFormat format = TraceFormat::kJson) {
  const std::string path =
      testing::TempDir() + "dcnsim_timeline_example_" + std::to_string(::getpid()) + ".json";
  const auto file = make_trace_file(path, format);
  PipelineTrace trace(*file, {{"la'yer", true, true}}, Clock(1000), 8);
  Step step;
  step.last_use_of_weights = true;
  trace.tile_begun(TileKind::kDescriptor, 0, step, {}, 0);
  trace.tile_moved(TileKind::kDescriptor, 0, step, 1000);
  trace.waited(Stall::kDescriptor, 0, 1000);
  trace.tile_begun(TileKind::kWeight, 0, step, {}, 1000);
  trace.tile_moved(TileKind::kWeight, 0, step, 5000);
  trace.waited(Stall::kWeight, 1000, 5000);
  RunningStep running{&step, 5000, 9000, 0, 0, 3000, 0};
  trace.step_started(running);
  trace.step_finished(running);
  trace.finish();
  file->close();
  const std::string bytes = bytes_of(path);
  fs::remove(path);
  return bytes;
}

TEST(Timeline, shows_work_waits_and_transfers_where_they_were) {
  const std::string script = timeline_script(example(), {"la'yer"}, PictureFormat::kSvg);
  for (const char* part : {"9000 cycles", "0 0 0 1 -0.38 0.38\n", "1 0 1 5 -0.38 0.38\n",
                           "1 1 1 5 0.62 1.38\n", "5 0 5 8 -0.38 0.38\n", "8 0 8 9 -0.38 0.38\n"}) {
    EXPECT_NE(script.find(part), std::string::npos) << part << "\n" << script;
  }
  EXPECT_EQ(timeline_script(example(TraceFormat::kPerfetto), {"la'yer"}, PictureFormat::kSvg),
            script);
}

/// Whatever is wrong with it, it is drawn or refused in one line.
TEST(Timeline, damaged_perfetto_traces_are_drawn_or_refused) {
  const std::string trace = example(TraceFormat::kPerfetto);
  std::size_t refused = 0;
  const auto draw = [&](const std::string& bytes) {
    try {
      timeline_script(bytes, {"la'yer"}, PictureFormat::kSvg);
    } catch (const std::exception& error) {
      ++refused;
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
  };
  for (std::size_t at = 0; at < trace.size(); ++at) {
    draw(trace.substr(0, at));
    for (const int bit : {0, 3, 7}) {
      std::string damaged = trace;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      draw(damaged);
    }
  }
  EXPECT_GT(refused, trace.size());
}

TEST(Timeline, shows_part_of_a_layer) {
  const std::string script = timeline_script(example(), {"la'yer", 2, 6}, PictureFormat::kSvg);
  for (const char* part : {"set xrange [2:6]", "2 0 2 5 -0.38 0.38\n", "5 0 5 6 -0.38 0.38\n"}) {
    EXPECT_NE(script.find(part), std::string::npos) << part << "\n" << script;
  }
  EXPECT_EQ(script.find("bank conflicts"), std::string::npos) << script;
  for (const TimelineView& none : {TimelineView{"la'yer", 9, {}}, TimelineView{"la'yer", 3, 2}}) {
    EXPECT_THROW(timeline_script(example(), none, PictureFormat::kSvg), std::runtime_error);
  }
}

TEST(Timeline, is_drawn_as_a_picture) {
  const std::string trace =
      testing::TempDir() + "dcnsim_timeline_" + std::to_string(::getpid()) + ".json";
  const std::string picture =
      testing::TempDir() + "dcnsim_timeline_" + std::to_string(::getpid()) + ".svg";
  std::ofstream(trace) << example();
  draw_timeline(trace, {"la'yer"}, picture);
  EXPECT_NE(bytes_of(picture).find("<svg"), std::string::npos);
  EXPECT_NE(bytes_of(picture).find("DMA weights"), std::string::npos);
  fs::remove(trace);
  fs::remove(picture);
}

TEST(Timeline, every_field_is_checked) {
  expect_clean_refusals(nlohmann::ordered_json::parse(example()), "", [](const std::string& text) {
    try {
      timeline_script(text, {"la'yer"}, PictureFormat::kSvg);
    } catch (const NoSuchLayer& error) {
      throw std::runtime_error(error.what());
    }
  });
}

TEST(Timeline, a_long_list_of_layers_is_cut) {
  std::string trace = example(), many;
  const std::size_t at = trace.find(R"({"ph":"X","ts":0,"dur":9)");
  ASSERT_NE(at, std::string::npos) << trace;
  const std::string layer = trace.substr(at, trace.find("\n]", at) - at);
  for (int i = 0; i < 1000; ++i) many += layer + ",";
  try {
    timeline_script(trace.insert(at, many), {"conv9"}, PictureFormat::kSvg);
    FAIL();
  } catch (const NoSuchLayer& error) {
    const std::string line = error.what();
    EXPECT_NE(line.find("la'yer and 981 more"), std::string::npos) << line;
  }
}

TEST(Timeline, other_files_and_layers_are_refused) {
  const auto error = [](const std::string& trace, const std::string& layer) -> std::string {
    try {
      timeline_script(trace, {layer}, PictureFormat::kSvg);
    } catch (const std::exception& e) {
      return e.what();
    }
    return "none";
  };
  const std::string trace = example();
  EXPECT_EQ(error(trace, "conv9"), "\"conv9\", expected one of la'yer");
  const std::string refusal = "not a trace of dcnsim, or cut short";
  EXPECT_EQ(error("{}", "conv9"), refusal);
  EXPECT_EQ(error("{\"traceEvents\":[{\"ph\":7}]}", "conv9"), refusal);
  for (std::size_t size = 0; size + 3 < trace.size(); size += 11) {
    EXPECT_EQ(error(trace.substr(0, size), "la'yer"), refusal) << size;
  }
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// What a run explains: the culprit of starved machines, timelines, waveforms, ways of timing.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/analysis/cli/command_runner.h"
#include "tests/analysis/trace/trace_checks.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class ExplainTest : public CommandTest {
 protected:
  /// The result of `run` with these arguments.
  Json run(const std::string& arguments) const {
    const std::string json = path("result.json");
    const Outcome o =
        dcnsim("run --limit 2 --calibration " + calibration_ + " --json " + json + " " + arguments);
    EXPECT_EQ(o.code, 0) << o.err;
    return Json::parse(slurp(json));
  }

  /// The small_edge preset with one line replaced.
  std::string machine(const std::string& from, const std::string& to) const {
    std::string yaml = slurp(kSource + "/models/arch/presets/small_edge.yaml");
    const std::size_t at = yaml.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    spill(path("machine.yaml"), yaml.replace(at, from.size(), to));
    return "--accelerator " + path("machine.yaml");
  }
};

void expect_attributed(const Json& result) {
  std::uint64_t cycles = 0;
  for (const auto& [cause, count] : result.at("attribution").items()) {
    cycles += count.get<std::uint64_t>();
  }
  EXPECT_EQ(cycles, result.at("latency").at("cycles"));
}

TEST_F(ExplainTest, a_machine_starved_of_bandwidth_is_limited_by_its_bus) {
  const Json result = run(machine("bus_bytes: 8 ", "bus_bytes: 4 "));
  for (const Json& layer : result.at("layers")) {
    expect_attributed(layer);
    const std::string name = layer.at("name");
    if (name != "conv4" && name != "conv5" && name != "conv6") continue;  // with most weights
    EXPECT_EQ(layer.at("limited_by").at("cause"), "weight") << name;
    EXPECT_EQ(layer.at("limited_by").at("bound"), "bus") << name;
  }
  expect_attributed(result);
}

TEST_F(ExplainTest, a_machine_starved_of_PEs_is_limited_by_computing) {
  const Json result = run(machine("rows: 16 ", "rows: 4 "));
  for (const Json& layer : result.at("layers")) {
    expect_attributed(layer);
    if (layer.at("name") == "fc") continue;  // too small to be limited by anything but latency
    EXPECT_EQ(layer.at("limited_by").at("cause"), "compute") << layer.at("name");
  }
  EXPECT_EQ(result.at("limited_by").at("cause"), "compute");
  EXPECT_GT(result.at("limited_by").at("share"), 0.8);
}

TEST_F(ExplainTest, a_trace_of_the_built_in_network_is_one_and_is_small) {
  const std::string files = "--trace " + path("t.json") + " --vcd " + path("t.vcd");
  const Json result = run(files + " --trace-image 1");
  EXPECT_LT(fs::file_size(path("t.json")), std::uintmax_t{20} << 20);
  const std::string trace = slurp(path("t.json"));
  EXPECT_EQ(trace_problems(Json::parse(trace)), std::vector<std::string>{});
  for (const Json& layer : result.at("layers")) {
    EXPECT_NE(trace.find('"' + layer.at("name").get<std::string>() + '"'), std::string::npos);
  }
  EXPECT_NE(slurp(path("t.vcd")).find("$enddefinitions"), std::string::npos);
  EXPECT_EQ(run(""), result) << "tracing changes nothing";

  run("--trace " + path("t.pftrace"));
  EXPECT_LT(2 * fs::file_size(path("t.pftrace")), fs::file_size(path("t.json")));
  std::string pictures[2];
  for (const char* file : {"t.json", "t.pftrace"}) {
    const Outcome drawn = dcnsim("timeline " + path(file) + " --layer conv6 -o " + path("t.svg"));
    EXPECT_EQ(drawn.code, 0) << drawn.err;
    pictures[file == std::string("t.json") ? 0 : 1] = slurp(path("t.svg"));
  }
  EXPECT_NE(pictures[0].find("<svg"), std::string::npos);
  EXPECT_EQ(pictures[0], pictures[1]);
  run("--trace " + path("t") + " --trace-format json --trace-image 1");
  EXPECT_EQ(slurp(path("t")), trace);
  expect_one_line_error("timeline " + path("t.json") + " --layer x -o " + path("t.svg"),
                        {"--layer: \"x\"", "conv6"}, 2);
}

TEST_F(ExplainTest, ways_of_timing_differ_in_time_only) {
  const Json loose = run("--timing lt"), approximate = run("--timing at"), both = run("");
  for (const Json* other : {&approximate, &both}) {
    EXPECT_EQ(other->at("accuracy"), loose.at("accuracy"));
    EXPECT_EQ(other->at("traffic"), loose.at("traffic"));
    EXPECT_EQ(other->at("macs"), loose.at("macs"));
    EXPECT_EQ(other->at("compute_cycles"), loose.at("compute_cycles"));
  }
  EXPECT_EQ(loose.at("timing").at("transport"), "loosely timed");
  EXPECT_EQ(approximate.at("timing").at("transport"), "approximately timed");
  EXPECT_EQ(both.at("latency"), approximate.at("latency"));
  EXPECT_EQ(both.at("timing").at("loosely_timed_cycles"), loose.at("latency").at("cycles"));
  for (std::size_t i = 0; i < both.at("layers").size(); ++i) {
    EXPECT_EQ(both.at("layers").at(i), approximate.at("layers").at(i)) << i;
  }
}

TEST_F(ExplainTest, wrong_options_are_refused_before_the_work) {
  const std::string run = "run --limit 2 --calibration " + calibration_;
  expect_one_line_error(run + " --trace-image 1", {"--trace-image: needs --trace or --vcd"}, 2);
  expect_one_line_error(run + " --trace-format json", {"--trace-format: needs --trace"}, 2);
  expect_one_line_error(run + " --trace t --trace-format yaml", {"perfetto, json"}, 2);
  expect_one_line_error(run + " --trace-image=-1", {"--trace-image", "-1"}, 2);
  expect_one_line_error(run + " --trace t --trace-image 2", {"--trace-image: 2", "2 images"}, 2);
  expect_one_line_error(run + " --trace " + path("nowhere/t"), {"/nowhere/t"}, 1);
  expect_one_line_error(run + " --vcd " + path("nowhere/t"), {"/nowhere/t"}, 1);
  EXPECT_EQ(dcnsim(run + " --timing sometimes").code, 2);
}

}  // namespace
}  // namespace dcnsim

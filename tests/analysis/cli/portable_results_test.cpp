// SPDX-License-Identifier: Apache-2.0
// Results name no machine: two checkouts, any number of jobs and all kernels give equal bytes.
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/numeric/instruction_set.h"
#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t kImageBytes = 3073;

/// Two folders of what comes with dcnsim, with few images, each with a folder to work in where the
/// user has images of his own.
class PortableResultsTest : public CommandTest {
 protected:
  /// One way to come to a result.
  struct Way {
    std::string checkout;
    int jobs;
    std::string kernels;
  };

  void SetUp() override {
    CommandTest::SetUp();
    for (const std::string& name : {kFirst, kSecond}) {
      const fs::path data = folder_ / name / "data";
      fs::create_directories(data / "workloads/networks");
      fs::create_directories(data / "workloads/cifar10");
      fs::create_directories(folder_ / name / "work");
      for (const char* part : {"models/arch/presets", "models/cost/tables"}) {
        fs::create_directories(data / part);
        fs::copy(fs::path(kSource) / part, data / part, fs::copy_options::recursive);
      }
      const std::string network = "workloads/networks/cifar10_res8_float.onnx.gz";
      fs::copy_file(fs::path(kSource) / network, data / network);
      for (const char* part : {"calibration_500.bin", "test_1000.bin"}) {
        const std::string images = std::string("workloads/cifar10/") + part;
        spill(data / images, slurp(fs::path(kSource) / images).substr(0, 12 * kImageBytes));
      }
      fs::copy_file(calibration_, folder_ / name / "work/mine.bin");
      spill(folder_ / name / "work/s.yaml", R"(
network: cifar10_res8
accelerator: small_edge
images: ./mine.bin
axes:
  - accelerator: [small_edge, large_edge, small_edge_serial]
  - buffers.weight.capacity_bytes: [64, 16KiB]
allocations:
  - equal: {weights: [4], activations: [4, 8]}
  - widths: ./w.yaml
)");
      spill(folder_ / name / "work/w.yaml", "weights: 6\n");
    }
    for (const InstructionSet set : available_instruction_sets()) {
      kernels_.emplace_back(to_string(set));
    }
    apart_ = {{kFirst, 1, kernels_.front()}, {kSecond, 2, kernels_.back()}};
  }

  std::string file(const Way& way, const std::string& name) const {
    return slurp(folder_ / way.checkout / "work" / name);
  }

  /// What the command prints. JOBS stands for the way's.
  std::string done(const Way& way, std::string arguments) const {
    const std::string jobs = "-j " + std::to_string(way.jobs);
    const std::size_t at = arguments.find("JOBS");
    if (at != std::string::npos) arguments.replace(at, 4, jobs);
    const Outcome o = in(way.checkout, "--kernels " + way.kernels + ' ' + arguments);
    EXPECT_EQ(o.code, 0) << arguments << '\n' << o.err;
    return o.out;
  }

  Outcome in(const std::string& checkout, const std::string& arguments) const {
    const std::string home = path(checkout);
    return run("cd '" + home + "/work' && DCNSIM_DATA='" + home + "/data' " + DCNSIM_COMMAND,
               arguments);
  }

  /// The command does the same in `ways` and leaves the same `files`, none of which knows where.
  void expect_equal(const std::string& arguments, const std::vector<std::string>& files,
                    const std::vector<Way>& ways) const {
    const std::string printed = done(ways.front(), arguments);
    expect_no_place(printed, arguments);
    for (const std::string& name : files) expect_no_place(file(ways.front(), name), name);
    for (std::size_t i = 1; i < ways.size(); ++i) {
      const std::string where = arguments + ": " + ways[i].checkout + ", " + ways[i].kernels +
                                ", " + std::to_string(ways[i].jobs);
      EXPECT_EQ(done(ways[i], arguments), printed) << where;
      for (const std::string& name : files) {
        EXPECT_TRUE(file(ways[i], name) == file(ways.front(), name)) << name << " of " << where;
      }
    }
  }

  void expect_no_place(const std::string& bytes, const std::string& what) const {
    EXPECT_FALSE(bytes.empty()) << what;
    for (const std::string& place : {folder_.string(), kSource}) {
      EXPECT_EQ(bytes.find(place), std::string::npos) << what << " has " << place;
    }
    const Json json = Json::parse(bytes, nullptr, false);
    for (const auto& entry : json.is_discarded() ? Json::object() : json.flatten()) {
      const std::string text = entry.is_string() ? entry.get<std::string>() : "";
      const bool is_absolute = text.size() > 1 && text[0] == '/' && std::isalpha(text[1]) != 0;
      EXPECT_FALSE(is_absolute) << what << " has " << entry;
    }
  }

  const std::string kFirst = "first", kSecond = "the second, with a longer name";
  std::vector<std::string> kernels_;
  std::vector<Way> apart_;
};

TEST_F(PortableResultsTest, a_run_gives_equal_bytes) {
  std::vector<Way> ways;
  for (const std::string& kernels : kernels_) {
    for (const int jobs : {1, 2}) {
      ways.push_back({ways.size() % 3 == 0 ? kFirst : kSecond, jobs, kernels});
    }
  }
  expect_equal("run cifar10_res8 --limit 2 JOBS --no-cache --json r.json --trace t.json",
               {"r.json", "t.json"}, ways);
  expect_equal("report r.json -o r.html", {"r.html"}, apart_);
  expect_equal("inspect r.json", {}, apart_);
}

TEST_F(PortableResultsTest, files_are_named_as_they_were_asked_for) {
  const std::string preset = path(kFirst) + "/data/models/arch/presets/small_edge.yaml";
  ASSERT_EQ(in(kFirst, "run cifar10_res8 --accelerator '" + preset +
                           "' --limit 1 --no-cache --calibration ../work/mine.bin --json r.json")
                .code,
            0);
  struct Named {
    std::string path;
    bool shipped;
  };
  std::map<std::string, Named> inputs;
  const Json result = Json::parse(slurp(path(kFirst) + "/work/r.json"));
  for (const Json& input : result.at("inputs")) {
    inputs[input.at("role")] = {input.at("path"), input.at("shipped")};
  }
  const auto expect = [&](const char* role, const std::string& name, bool shipped) {
    EXPECT_EQ(inputs[role].path, name);
    EXPECT_EQ(inputs[role].shipped, shipped) << role;
  };
  expect("network", "workloads/networks/cifar10_res8_float.onnx.gz", true);
  expect("images", "workloads/cifar10/test_1000.bin", true);
  expect("dram timing", "models/cost/tables/dram_timing.csv", true);
  expect("accelerator", preset, false);
  expect("calibration", "../work/mine.bin", false);
}

TEST_F(PortableResultsTest, designs_give_equal_bytes) {
  expect_equal("map cifar10_res8 --what-if fixed --no-cache -o m.yaml --json m.json",
               {"m.yaml", "m.json"}, apart_);
  expect_equal("quantize cifar10_res8 -w 6 JOBS -o q.onnx --json q.json --evaluate mine.bin",
               {"q.onnx", "q.json"}, apart_);
  expect_equal(
      "allocate cifar10_res8 --equal-bits 5 --min-bits 4 --max-bits 6 --limit 4 "
      "--sensitivity-images 2 JOBS --no-cache -o a.onnx --json a.json --write-widths w.yaml",
      {"a.onnx", "a.json", "w.yaml"}, apart_);
  expect_equal("inspect cifar10_res8", {}, apart_);
}

TEST_F(PortableResultsTest, sweeps_give_equal_bytes_and_a_store_may_move) {
  const std::string exports = "sweep export s.sqlite --csv s.csv --json s.json";
  for (const Way& way : apart_) done(way, "sweep s.yaml JOBS --no-cache");
  expect_equal(exports, {"s.csv", "s.json"}, apart_);
  expect_equal("report s.json -o s.html", {"s.html"}, apart_);
  const Json json = Json::parse(file(apart_[0], "s.json"));
  EXPECT_EQ(json.at("points").size(), 18u);
  EXPECT_NE(file(apart_[0], "s.csv").find("failed"), std::string::npos);
  for (const Json& input : json.at("inputs")) {
    const std::string role = input.at("role"), name = input.at("path");
    EXPECT_EQ(input.at("shipped").get<bool>(), role != "images" && role != "widths") << input;
    if (role == "images") {
      EXPECT_EQ(name, "./mine.bin");
    }
    if (role == "widths") {
      EXPECT_EQ(name, "./w.yaml");
    }
  }

  done(apart_[0], "sweep s.yaml --shard 1/2 --store moved.sqlite --no-cache");
  fs::rename(folder_ / kFirst / "work/moved.sqlite", folder_ / kSecond / "work/moved.sqlite");
  done(apart_[1], "sweep s.yaml --store moved.sqlite --no-cache");
  done(apart_[1], "sweep export moved.sqlite --json moved.json");
  EXPECT_TRUE(file(apart_[1], "moved.json") == file(apart_[0], "s.json"));

  // A file of another content is another sweep's.
  spill(folder_ / kFirst / "work/w.yaml", "weights: 5\n");
  const Outcome other = in(kFirst, "sweep s.yaml");
  EXPECT_EQ(other.code, 1);
  EXPECT_NE(other.err.find("was begun with another inputs"), std::string::npos) << other.err;
}

TEST_F(PortableResultsTest, a_folder_of_data_that_is_missing_is_named) {
  const Outcome nowhere = run(std::string("DCNSIM_DATA=/no/where ") + DCNSIM_COMMAND, "run");
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_EQ(nowhere.err, "dcnsim: DCNSIM_DATA: /no/where: no such folder\n");
  // What needs no data does not miss it.
  EXPECT_EQ(run(std::string("DCNSIM_DATA=/no/where ") + DCNSIM_COMMAND, "--version").code, 0);

  fs::remove_all(folder_ / kFirst / "data/workloads/networks");
  const Outcome part = in(kFirst, "run cifar10_res8");
  EXPECT_EQ(part.code, 1);
  EXPECT_EQ(part.err, "dcnsim: data folder " + path(kFirst) +
                          "/data/workloads/networks is missing: reinstall dcnsim\n");
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// dcnsim map, and run with the user's mapping.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

using Json = nlohmann::json;

class MapCommandTest : public CommandTest {
 protected:
  std::string options() const {
    return " --calibration " + calibration_ + " --cache " + path("cache") + " ";
  }
  Json json(const std::string& name) const { return Json::parse(slurp(path(name))); }
};

TEST_F(MapCommandTest, shows_every_layer_and_adds_up) {
  const Outcome o = dcnsim("map" + options() + "--what-if none --json " + path("m.json"));
  ASSERT_EQ(o.code, 0) << o.err;
  for (const char* part : {"conv0", "conv6", "fc", "on chip", "in/out", "mapped for latency"}) {
    EXPECT_NE(o.out.find(part), std::string::npos) << part << "\n" << o.out;
  }
  const Json map = json("m.json");
  EXPECT_EQ(map.at("schema"), "dcnsim.map/1");
  ASSERT_EQ(map.at("layers").size(), 8u);
  bool kept = false;
  for (const Json& layer : map.at("layers")) {
    EXPECT_EQ(layer.at("input_on_chip"), kept);
    kept = layer.at("output_on_chip");
    double cycles = layer.at("compute_cycles").get<double>();
    for (const Json& stall : layer.at("stall_cycles")) cycles += stall.get<double>();
    EXPECT_EQ(layer.at("latency_cycles"), cycles);
    EXPECT_GE(layer.at("search").at("legal"), layer.at("search").at("evaluated"));
    for (const auto& [name, fill] : layer.at("buffer_fill").items()) {
      EXPECT_GE(fill.get<double>(), 0) << name;
      EXPECT_LE(fill.get<double>(), 1) << name;
    }
    for (const Json& other : layer.at("runners_up")) {
      EXPECT_GE(other.at("latency_cycles"), layer.at("latency_cycles"));
    }
  }
}

TEST_F(MapCommandTest, explains_one_layer) {
  const Outcome o = dcnsim("map" + options() + "--what-if fixed --layer conv2 --objective traffic");
  ASSERT_EQ(o.code, 0) << o.err;
  for (const char* part :
       {"conv2", "tiles", "on chip", "buffers", "traffic", "cycles", "limited by", "search",
        "mappings with this on chip predicted", "ruled out by bounds", "runners-up"}) {
    EXPECT_NE(o.out.find(part), std::string::npos) << part << "\n" << o.out;
  }
  const Outcome unknown = dcnsim("map" + options() + "--what-if none --layer cnv2");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("did you mean \"conv2\"?"), std::string::npos) << unknown.err;
}

TEST_F(MapCommandTest, says_what_changes_would_save) {
  const auto bus = [](const Json& what_if) {
    for (const Json& change : what_if.at("changes")) {
      if (change.at("name") == "bus") return change.at("saves_share").get<double>();
    }
    return 0.0;
  };
  const std::string map = "map" + options() + "--json " + path("m.json");
  ASSERT_EQ(dcnsim(map).code, 0);
  const Json anew = json("m.json");
  const Outcome o = dcnsim(map + " --what-if fixed --layer conv6");
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("limited by    bus -"), std::string::npos) << o.out;
  const Json fixed = json("m.json");
  // Tiles of one array width of channels are no whole widths of an array twice as wide.
  spill(path("narrow.yaml"), "layers:\n  conv6: {tile_channels: 16}\n");
  const Outcome narrow =
      dcnsim("map" + options() + "--what-if fixed --layer conv6 --mapping " + path("narrow.yaml"));
  EXPECT_NE(narrow.out.find("not executable so: columns"), std::string::npos) << narrow.out;
  EXPECT_EQ(anew.at("what_if").at("mapping"), "new");
  EXPECT_EQ(fixed.at("what_if").at("mapping"), "fixed");
  const Json &a = anew.at("layers").at(6), &b = fixed.at("layers").at(6);
  ASSERT_EQ(a.at("name"), "conv6");
  EXPECT_NEAR(bus(a.at("what_if")), 0.465, 0.02) << "74 k cycles become 40 k";
  EXPECT_NEAR(bus(b.at("what_if")), 0.29, 0.02);
  EXPECT_EQ(a.at("limits").at(0).at("changes").at(0), "bus");
  for (const Json& layer : fixed.at("layers")) {
    EXPECT_NEAR(layer.at("computing_cycles").get<double>() /
                    layer.at("latency_cycles").get<double>() *
                    layer.at("pes_at_work").get<double>(),
                layer.at("utilization").get<double>(), 1e-12);
    std::uint64_t sum = 0;
    for (const Json& cycles : layer.at("attribution")) sum += cycles.get<std::uint64_t>();
    EXPECT_EQ(sum, layer.at("latency_cycles"));
  }
}

TEST_F(MapCommandTest, each_objective_is_best_at_what_it_is_for) {
  struct Sums {
    double cycles = 0, bytes = 0, energy = 0;
  };
  const auto sums = [&](const std::string& objective) {
    const std::string file = objective + ".json";
    EXPECT_EQ(dcnsim("map" + options() + "--what-if none --objective " + objective + " --json " +
                     path(file))
                  .code,
              0);
    Sums sum;
    const Json result = json(file);
    for (const Json& layer : result.at("layers")) {
      sum.cycles += layer.at("latency_cycles").get<double>();
      sum.bytes += layer.at("traffic").at("dram_read_bytes").get<double>() +
                   layer.at("traffic").at("dram_write_bytes").get<double>();
      sum.energy += layer.at("energy_pj").get<double>();
    }
    return sum;
  };
  const Sums latency = sums("latency"), energy = sums("energy"), traffic = sums("traffic");
  EXPECT_LE(latency.cycles, std::min(energy.cycles, traffic.cycles));
  EXPECT_LE(energy.energy, std::min(latency.energy, traffic.energy));
  EXPECT_LE(traffic.bytes, std::min(latency.bytes, energy.bytes));
}

TEST_F(MapCommandTest, a_written_mapping_runs_as_the_search_does) {
  ASSERT_EQ(dcnsim("map" + options() + "--what-if none -o " + path("m.yaml")).code, 0);
  const std::string run = "run --limit 2 --check" + options() + "--json ";
  ASSERT_EQ(dcnsim(run + path("searched.json")).code, 0);
  ASSERT_EQ(dcnsim(run + path("mapped.json") + " --mapping " + path("m.yaml")).code, 0);
  const Json searched = json("searched.json"), mapped = json("mapped.json");
  EXPECT_EQ(searched.at("layers"), mapped.at("layers"));
  EXPECT_EQ(mapped.at("inputs").back().at("role"), "mapping");
}

TEST_F(MapCommandTest, a_stream_is_what_a_run_of_batches_simulates) {
  std::string machine = slurp(kSource + "/models/arch/presets/small_edge.yaml");
  const std::string none = "batch: 0";
  machine.replace(machine.find(none), none.size(), "batch: 2");
  spill(path("batch.yaml"), machine);
  const std::string options = this->options() + "--accelerator " + path("batch.yaml") + " --json ";
  ASSERT_EQ(dcnsim("map --what-if none" + options + path("map.json")).code, 0);
  ASSERT_EQ(dcnsim("run --limit 2 --timing lt" + options + path("run.json")).code, 0);
  const Json stream = json("map.json").at("stream"), run = json("run.json").at("throughput");
  const int jobs = run.at("batch").get<int>() / stream.at("images").get<int>();
  EXPECT_EQ(run.at("weights_shared"), jobs == 1);
  EXPECT_NEAR(stream.at("interval_cycles").get<double>() * jobs,
              run.at("cycles").at(1).get<double>(),
              jobs == 1 ? 0 : 0.01 * run.at("cycles").at(1).get<double>());
  const auto compiled = [&](const std::string& accelerator) {
    std::string out = dcnsim("compile -o " + path("job.bin") + this->options() + accelerator).out;
    std::replace(out.begin(), out.end(), '\n', ' ');
    return out;
  };
  const std::string job = compiled("--accelerator " + path("batch.yaml"));
  EXPECT_NE(job.find("every " + stream.at("interval_cycles").dump() + " cycles"), job.npos) << job;
  EXPECT_EQ(job.find("this job is of one image") != job.npos, jobs == 1) << job;
  const std::string alone = compiled("");
  EXPECT_EQ(alone.find("images/s"), alone.npos) << alone;
}

TEST_F(MapCommandTest, results_do_not_depend_on_the_cache) {
  const std::string map = "map --what-if fixed --calibration " + calibration_;
  const Outcome without = dcnsim(map + " --no-cache");
  ASSERT_EQ(without.code, 0) << without.err;
  const std::string cache = " --cache " + path("cache");
  EXPECT_EQ(dcnsim(map + cache).out, without.out);
  EXPECT_EQ(dcnsim(map + cache).out, without.out);
  for (const auto& entry : std::filesystem::directory_iterator(path("cache"))) {
    spill(entry.path(), "damaged");
  }
  EXPECT_EQ(dcnsim(map + cache).out, without.out);
}

TEST_F(MapCommandTest, the_cache_never_makes_a_home) {
  const auto map = [&](const std::string& home, const std::string& caches) {
    const Outcome o = run("env HOME=" + home + " XDG_CACHE_HOME=" + caches + " " + DCNSIM_COMMAND,
                          "map --what-if none --calibration " + calibration_);
    EXPECT_EQ(o.code, 0) << o.err;
  };
  map(path("nobody"), "");
  map(folder_.string(), path("nobody/caches"));
  EXPECT_FALSE(std::filesystem::exists(path("nobody")));
  std::filesystem::create_directory(path("home"));
  map(path("home"), "");
  EXPECT_FALSE(std::filesystem::is_empty(path("home/.cache/dcnsim")));
  map(path("nobody"), path("caches/"));
  EXPECT_FALSE(std::filesystem::is_empty(path("caches/dcnsim")));
}

TEST_F(MapCommandTest, mistakes_in_a_mapping_are_one_line) {
  const auto refused = [&](const std::string& yaml, const std::vector<std::string>& parts) {
    spill(path("m.yaml"), yaml);
    expect_one_line_error("run --limit 1" + options() + "--mapping " + path("m.yaml"), parts, 1);
  };
  refused("layers: {conv1: {tile_h: 40}}", {"m.yaml:1: layers.conv1.tile_h: 40, expected 1..15"});
  refused("layers: {cnv1: {tile_h: 4}}", {"layers.cnv1", "did you mean \"conv1\"?"});
  refused("layers: {conv1: {tile_h: 15, tile_w: 15}}", {"layers.conv1: ", "lacks", "bytes"});
  refused("layers: {fc: {keep_output: true}}", {"layers.fc.keep_output: true, expected false"});
  refused("- 1", {"m.yaml:1: mapping: expected keys and values"});
  expect_one_line_error("run --limit 1 --mapping " + path("missing.yaml"), {"missing.yaml"}, 1);
  EXPECT_EQ(dcnsim("map --objective speed").code, 2);
}

}  // namespace
}  // namespace dcnsim

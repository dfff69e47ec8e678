// SPDX-License-Identifier: Apache-2.0
// dcnsim sweep: what it finds, what it survives, what it refuses.
#include <gtest/gtest.h>
#include <signal.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// The command in the background.
class Running {
 public:
  explicit Running(const std::vector<std::string>& arguments,
                   const std::string& errors = "/dev/null") {
    std::vector<std::string> words{DCNSIM_COMMAND};
    words.insert(words.end(), arguments.begin(), arguments.end());
    pid_ = fork();
    if (pid_ != 0) return;
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (freopen("/dev/null", "w", stdout) == nullptr ||
        freopen(errors.c_str(), "w", stderr) == nullptr)
      _exit(126);
    execv(argv[0], argv.data());
    _exit(127);
  }
  ~Running() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      wait();
    }
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void signal(int number) const { kill(pid_, number); }
  /// Exit code, or minus the signal that ended it.
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::vector<pid_t> children() const {
    std::vector<pid_t> result;
    std::ifstream in("/proc/" + std::to_string(pid_) + "/task/" + std::to_string(pid_) +
                     "/children");
    for (pid_t child = 0; in >> child;) result.push_back(child);
    return result;
  }

 private:
  pid_t pid_ = -1;
};

class SweepCommandTest : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    spill(path("s.yaml"), "calibration: " + calibration_ + R"(
image_limit: 20
axes:
  - {array.rows: [8, 16], array.columns: [8, 16], name: array}
  - buffers.weight.capacity_bytes: {from: 16KiB, to: 32KiB, times: 2}
  - cost.logic_factor: [1, 1.5]
allocations:
  - equal: {weights: [4, 8], activations: [4, 8]}
  - per_layer: {weights: [8, 8, 6, 6, 5, 4, 5, 7]}
)");
  }

  std::vector<std::string> sweep(const std::string& store,
                                 const std::vector<std::string>& options = {}) const {
    std::vector<std::string> words{"sweep", path("s.yaml"), "--store", path(store), "--no-cache"};
    words.insert(words.end(), options.begin(), options.end());
    return words;
  }
  Outcome run(const std::string& store, const std::vector<std::string>& options = {}) const {
    std::string line;
    for (const std::string& word : sweep(store, options)) line += word + ' ';
    return dcnsim(line);
  }
  /// Waits until a store's log holds more than the accuracies: the first points.
  void wait_for_points(const std::string& store) const {
    std::error_code error;
    for (int i = 0; i < 12'000; ++i) {
      usleep(5000);
      const auto bytes = fs::file_size(path(store) + "-wal", error);
      if (!error && bytes > 150'000) return;
    }
    FAIL() << "no points in a minute";
  }
  /// JSON and CSV together.
  std::string exported(const std::string& store) const {
    const Outcome o = dcnsim("sweep export " + path(store) + " --json " + path("e.json") +
                             " --csv " + path("e.csv"));
    EXPECT_EQ(o.code, 0) << o.err;
    return slurp(path("e.json")) + slurp(path("e.csv"));
  }
  Json json(const std::string& store) const {
    exported(store);
    return Json::parse(slurp(path("e.json")));
  }
};

TEST_F(SweepCommandTest, figures_are_those_of_the_other_commands) {
  ASSERT_EQ(run("s.sqlite").code, 0);
  const Json sweep = json("s.sqlite");
  ASSERT_EQ(sweep.at("points").size(), 40u);
  const Json& point = sweep.at("points")[7 + 2 * 8];  // w8a4 on 16 x 16, 32 KiB, factor 1.5
  EXPECT_EQ(point.at("settings").at("allocation"), "w8a4");
  EXPECT_EQ(point.at("settings").at("array.rows"), 16);
  std::string machine = slurp(kSource + "/models/arch/presets/small_edge.yaml");
  const std::string factor = "logic_factor: 1.0";
  machine.replace(machine.find(factor), factor.size(), "logic_factor: 1.5");
  spill(path("m.yaml"), machine);
  const Outcome o =
      dcnsim("run --timing lt --limit 20 -w 8 -a 4 --no-cache --accelerator " + path("m.yaml") +
             " --calibration " + calibration_ + " --json " + path("r.json"));
  ASSERT_EQ(o.code, 0) << o.err;
  const Json result = Json::parse(slurp(path("r.json")));
  const Json& metrics = point.at("metrics");
  EXPECT_EQ(metrics.at("cycles"), result.at("latency").at("cycles"));
  EXPECT_NEAR(metrics.at("latency_ms"), 1e3 * result.at("latency").at("seconds").get<double>(),
              1e-9);
  EXPECT_NEAR(metrics.at("top1_percent"), 100 * result.at("accuracy").at("top1").get<double>(),
              1e-9);
  EXPECT_NEAR(metrics.at("area_mm2"), 1e-6 * result.at("area").at("total_um2").get<double>(), 1e-9);
  // Zeros are expected from ten images here, counted on twenty others there.
  const double energy = 1e-6 * result.at("energy").at("total_pj").get<double>();
  EXPECT_NEAR(metrics.at("energy_uj"), energy, 0.01 * energy);
  for (std::size_t i = 0; i < 8; ++i) {
    const Json& layer = point.at("layers")[i];
    const Json& theirs = result.at("layers")[i];
    EXPECT_EQ(layer.at("macs"), theirs.at("macs"));
    EXPECT_EQ(layer.at("mac_passes"), theirs.at("events").at("mac_passes"));
    EXPECT_EQ(layer.at("bits")[0], theirs.at("weight_bits"));
    std::size_t c = 0;
    for (const Json& name : sweep.at("components").at("cycles")) {
      EXPECT_EQ(layer.at("cycles")[c++], theirs.at("attribution").at(name.get<std::string>()));
    }
    c = 0;
    for (const Json& name : sweep.at("components").at("traffic")) {
      EXPECT_EQ(layer.at("traffic")[c++],
                theirs.at("traffic").at("by_stream").at(name.get<std::string>()));
    }
  }
}

TEST_F(SweepCommandTest, results_do_not_depend_on_jobs_or_shards) {
  ASSERT_EQ(run("one.sqlite", {"--jobs", "1"}).code, 0);
  ASSERT_EQ(run("two.sqlite", {"--jobs", "2"}).code, 0);
  const std::string expected = exported("one.sqlite");
  EXPECT_EQ(exported("two.sqlite"), expected);
  ASSERT_EQ(run("a.sqlite", {"--shard", "1/2"}).code, 0);
  const std::string merge = "sweep merge " + path("m.sqlite") + " " + path("a.sqlite");
  spill(path("b.sqlite"), "");
  const Outcome half = dcnsim(merge + " " + path("b.sqlite"));
  EXPECT_NE(half.out.find("left out: "), std::string::npos) << half.out;
  EXPECT_EQ(half.code, 1);
  EXPECT_NE(half.err.find("points missing"), std::string::npos) << half.err;
  fs::remove(path("b.sqlite"));
  fs::remove(path("b.sqlite"));
  ASSERT_EQ(run("b.sqlite", {"--shard", "2/2"}).code, 0);
  EXPECT_EQ(dcnsim(merge + " " + path("b.sqlite")).code, 0);
  EXPECT_EQ(exported("m.sqlite"), expected);
}

TEST_F(SweepCommandTest, killed_fifty_times_it_comes_to_the_same) {
  ASSERT_EQ(run("whole.sqlite").code, 0);
  std::mt19937 random(1);
  std::uniform_int_distribution<int> milliseconds(20, 400);
  for (int i = 0; i < 50; ++i) {
    Running sweep(this->sweep("killed.sqlite"));
    usleep(1000u * static_cast<unsigned>(milliseconds(random)));
    sweep.signal(SIGKILL);
    const int code = sweep.wait();
    EXPECT_TRUE(code == -SIGKILL || code == 0) << code;
  }
  ASSERT_EQ(run("killed.sqlite").code, 0);
  EXPECT_EQ(exported("killed.sqlite"), exported("whole.sqlite"));
}

TEST_F(SweepCommandTest, an_interrupt_keeps_what_is_done) {
  Running first(sweep("s.sqlite", {"--jobs", "1"}), path("errors"));
  wait_for_points("s.sqlite");
  first.signal(SIGINT);
  EXPECT_EQ(first.wait(), 130);
  const std::string said = slurp(path("errors"));
  EXPECT_NE(said.find("\nstopping after the evaluations under way"), std::string::npos) << said;
  EXPECT_NE(said.find("^C again ends at once"), std::string::npos) << said;
  EXPECT_NE(said.find("the same command goes on from there"), std::string::npos) << said;
  const Outcome rest = run("s.sqlite");
  ASSERT_EQ(rest.code, 0) << rest.err;
  EXPECT_EQ(rest.out.find("\n40 points in"), std::string::npos) << "some were there: " << rest.out;
  ASSERT_EQ(run("whole.sqlite").code, 0);
  EXPECT_EQ(exported("s.sqlite"), exported("whole.sqlite"));
}

TEST_F(SweepCommandTest, a_second_interrupt_ends_it_at_once) {
  Running first(sweep("s.sqlite", {"--jobs", "1"}), path("errors"));
  wait_for_points("s.sqlite");
  first.signal(SIGTERM);
  while (slurp(path("errors")).find("stopping") == std::string::npos) usleep(1000);
  first.signal(SIGTERM);
  // Unless the first had it stopped already.
  const int end = first.wait();
  EXPECT_TRUE(end == -SIGTERM || end == 130) << end;
  EXPECT_EQ(run("s.sqlite").code, 0);
}

TEST_F(SweepCommandTest, can_be_watched_whatever_happens_to_it) {
  Running first(sweep("s.sqlite", {"--jobs", "1"}));
  wait_for_points("s.sqlite");
  Running watch({"sweep", "watch", path("s.sqlite"), "--every", "1", "-o", path("p.html")});
  while (!fs::exists(path("p.html"))) usleep(1000);
  const std::string early = slurp(path("p.html"));
  first.signal(SIGKILL);
  EXPECT_EQ(first.wait(), -SIGKILL);
  for (int i = 0; i < 5; ++i) {
    Running again(sweep("s.sqlite", {"--jobs", "1"}));
    usleep(100'000u + 40'000u * static_cast<unsigned>(i));
    ASSERT_EQ(dcnsim("sweep show " + path("s.sqlite")).code, 0) << "beside the writer";
    Running show({"sweep", "show", path("s.sqlite")});
    again.signal(SIGKILL);
    const int end = again.wait();
    EXPECT_TRUE(end == -SIGKILL || end == 0) << end;
    EXPECT_EQ(show.wait(), 0) << "while the writer dies";
  }
  const std::string reload = R"(<meta http-equiv="refresh" content="1">)";
  ASSERT_EQ(run("s.sqlite").code, 0);
  EXPECT_EQ(watch.wait(), 0) << "it ends with the last point";
  EXPECT_NE(early.find(reload), std::string::npos) << "points were missing";
  ASSERT_EQ(dcnsim("report " + path("s.sqlite") + " -o " + path("whole.html")).code, 0);
  EXPECT_EQ(slurp(path("p.html")), slurp(path("whole.html")));
  const Outcome whole = dcnsim("sweep watch " + path("s.sqlite"));
  const Outcome shown = dcnsim("sweep show " + path("s.sqlite"));
  EXPECT_EQ(whole.out, shown.out.substr(0, shown.out.find('\n') + 1) + '\n' + shown.out);
  ASSERT_EQ(run("whole.sqlite").code, 0);
  EXPECT_EQ(exported("s.sqlite"), exported("whole.sqlite"));
}

TEST_F(SweepCommandTest, a_worker_that_dies_fails_its_points_alone) {
  Running sweep(this->sweep("s.sqlite", {"--jobs", "1"}));
  wait_for_points("s.sqlite");
  const std::vector<pid_t> workers = sweep.children();
  ASSERT_EQ(workers.size(), 1u);
  kill(workers.front(), SIGKILL);
  ASSERT_EQ(sweep.wait(), 0);
  std::size_t failed = 0;
  const Json result = json("s.sqlite");
  for (const Json& point : result.at("points")) {
    if (point.at("status") == "done") continue;
    EXPECT_EQ(point.at("reason"), "a worker process was ended by signal 9");
    ++failed;
  }
  EXPECT_EQ(failed, 2u) << "those that share the evaluation it was making";
  ASSERT_EQ(run("s.sqlite", {"--retry-failed"}).code, 0);
  ASSERT_EQ(run("whole.sqlite").code, 0);
  EXPECT_EQ(exported("s.sqlite"), exported("whole.sqlite"));
}

TEST_F(SweepCommandTest, evaluations_are_shared_by_points_and_by_sweeps) {
  const std::string cached = "sweep " + path("s.yaml") + " --cache " + path("cache") + " --store ";
  const Outcome first = dcnsim(cached + path("a.sqlite"));
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_NE(unwrapped(first.out).find("accuracies reused 0 of 5 (0 %), timings 20 of 40 (50 %)"),
            std::string::npos)
      << first.out;
  const Outcome second = dcnsim(cached + path("b.sqlite"));
  EXPECT_NE(
      unwrapped(second.out).find("accuracies reused 5 of 5 (100 %), timings 40 of 40 (100 %)"),
      std::string::npos)
      << second.out;
  EXPECT_EQ(exported("a.sqlite"), exported("b.sqlite"));
}

TEST_F(SweepCommandTest, points_that_cannot_be_are_results_too) {
  spill(path("s.yaml"), R"(
images: none
calibration: )" + calibration_ +
                            R"(
axes:
  - buffers.weight.capacity_bytes: [64, 32KiB]
  - dma.max_burst_bytes: [4, 1024]
)");
  const Outcome o = run("s.sqlite");
  ASSERT_EQ(o.code, 0) << o.err;
  const Json points = json("s.sqlite").at("points");
  EXPECT_EQ(points[3].at("status"), "done");
  EXPECT_EQ(points[3].at("metrics").count("top1_percent"), 0u);
  for (const std::size_t i : {0u, 1u, 2u}) {
    EXPECT_EQ(points[i].at("status"), "failed") << i;
    EXPECT_NE(points[i].at("reason"), nullptr);
  }
  EXPECT_NE(o.out.find("failed points"), std::string::npos) << o.out;
}

TEST_F(SweepCommandTest, machines_none_of_which_can_be_say_why_and_cost_nothing) {
  spill(path("s.yaml"), "images: none\ncalibration: " + calibration_ +
                            "\naxes:\n  - accumulator.buffer_bytes: [8, 16]\n");
  const Outcome o = run("s.sqlite");
  ASSERT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("2 points, 0 evaluated, 2 failed, 0 missing"), std::string::npos) << o.out;
  EXPECT_NE(o.out.find("accumulator.buffer_bytes"), std::string::npos) << o.out;
  EXPECT_NE(o.out.find("accuracies reused 0 of 0"), std::string::npos) << o.out;
  for (const Json& point : json("s.sqlite").at("points")) {
    EXPECT_EQ(point.at("status"), "failed");
  }
  const Outcome planned = run("other.sqlite", {"--dry-run"});
  EXPECT_NE(planned.out.find("accuracy evaluations            0"), std::string::npos)
      << planned.out << planned.err;
}

TEST_F(SweepCommandTest, a_dry_run_counts_and_stores_nothing) {
  const Outcome o = run("s.sqlite", {"--dry-run"});
  ASSERT_EQ(o.code, 0) << o.err;
  for (const char* part : {"points                         40", "accuracy evaluations            5",
                           "timing evaluations             20 at most", "expected time"}) {
    EXPECT_NE(o.out.find(part), std::string::npos) << part << "\n" << o.out;
  }
  EXPECT_FALSE(fs::exists(path("s.sqlite")));
}

TEST_F(SweepCommandTest, results_can_be_looked_at_in_other_ways) {
  ASSERT_EQ(run("s.sqlite").code, 0);
  const std::string show = "sweep show " + path("s.sqlite");
  const Outcome front =
      dcnsim(show + " --objective energy_uj,area_mm2 --constraint 'latency_ms<=5'");
  EXPECT_NE(front.out.find("Pareto front of energy_uj, area_mm2 with latency_ms <= 5"),
            std::string::npos)
      << front.out << front.err;
  EXPECT_NE(dcnsim(show + " --point 0").out.find("dominated by point"), std::string::npos);
  expect_one_line_error(show + " --point 40", {"point 40: expected 0..39"}, 1);
  expect_one_line_error(show + " --objective speed", {"--objective speed: no such metric"}, 2);
  expect_one_line_error(show + " --objective energy", {"did you mean \"energy_uj\"?"}, 2);
  expect_one_line_error(show + " --constraint 'area<=2'", {"did you mean \"area_mm2\"?"}, 2);
  expect_one_line_error(show + " --constraint 'area_mm2<2'", {"expected METRIC<=NUMBER"}, 2);
  expect_one_line_error("sweep export " + path("s.sqlite"), {"--csv FILE or --json FILE"}, 2);
}

TEST_F(SweepCommandTest, what_cannot_be_is_told_in_one_line) {
  expect_one_line_error("sweep", {"SPEC"}, 2);
  expect_one_line_error("sweep " + path("none.yaml"), {"none.yaml"}, 1);
  expect_one_line_error("sweep " + path("s.yaml") + " --shard 3/2", {"--shard"}, 2);
  spill(path("bad.yaml"), "axes: [{dram.preset: [ddr9]}]\n");
  expect_one_line_error("sweep " + path("bad.yaml"), {"axes.dram.preset", "ddr9"}, 1);
  spill(path("bad.yaml"), "network: " + path("s.yaml") + "\n");
  expect_one_line_error("sweep " + path("bad.yaml"), {"s.yaml"}, 1);
  spill(path("bad.yaml"),
        "allocations: [{per_layer: {weights: [8, 8]}}]\ncalibration: " + calibration_ + "\n");
  expect_one_line_error("sweep " + path("bad.yaml"),
                        {"allocation w8-8 a8", "2 widths of weights, expected 1 or 8"}, 1);
  spill(path("bad.yaml"),
        "allocations: [{allocate: {max_size_kb: 1}}]\ncalibration: " + calibration_ + "\n");
  expect_one_line_error("sweep " + path("bad.yaml"), {"allocated 1 kB", "out of reach"}, 1);
  spill(path("no.sqlite"), "not a store");
  expect_one_line_error("sweep " + path("s.yaml") + " --store " + path("no.sqlite"),
                        {"no.sqlite: is no SQLite file"}, 1);
  expect_one_line_error("sweep " + path("s.yaml") + " --store /proc/s.sqlite", {"/proc/s.sqlite"},
                        1);
  Running holder(sweep("held.sqlite", {"--jobs", "1"}));
  wait_for_points("held.sqlite");
  holder.signal(SIGSTOP);  // or it may be done before the other gives up
  std::string again;
  for (const std::string& word : sweep("held.sqlite")) again += word + ' ';
  expect_one_line_error(again, {"in use by another process"}, 1);
  const Outcome beside = dcnsim("sweep show " + path("held.sqlite"));
  EXPECT_EQ(beside.code, 0) << beside.err;
  EXPECT_NE(beside.out.find(" missing"), std::string::npos) << beside.out;
}

}  // namespace
}  // namespace dcnsim

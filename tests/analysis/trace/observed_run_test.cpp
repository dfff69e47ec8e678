// SPDX-License-Identifier: Apache-2.0
// What is drawn is what was counted, on random networks, loosely and approximately timed.
#include "analysis/trace/observed_run.h"

#include <unistd.h>

#include <map>
#include <set>
#include <sstream>

#include "tests/analysis/trace/trace_checks.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/random_network.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

AcceleratorConfig machine(RandomNetwork& random) {
  AcceleratorConfig c;
  c.name = "random";
  c.clock_mhz = random.pick(100, 999);
  c.array.rows = random.pick(1, 20);
  c.array.columns = 8 * random.pick(1, 4);
  for (BufferConfig* b : {&c.input_buffer, &c.weight_buffer, &c.output_buffer}) {
    *b = {16 * 1024, 64, 1 << random.pick(0, 2), random.chance(2)};
    b->separate_halves = b->double_buffered && random.chance(2);
  }
  c.accumulator_buffer_bytes = 16 * 1024;
  c.dma.bus_bytes = 4 << random.pick(0, 2);
  c.dma.max_burst_bytes = 64 << random.pick(0, 4);
  c.dma.outstanding = random.pick(1, 8);
  c.dram.preset = "lpddr4";
  c.dram.capacity_bytes = 4 << 20;
  return c;
}

/// A random system, observed. Each in a process of its own, so a test may have many.
struct Observed {
  Observed(unsigned seed, Transport transport)
      : random(seed), network(random.make()), config(machine(random)) {
    const std::string stem = testing::TempDir() + "dcnsim_observed_" + std::to_string(::getpid());
    const Program program = compile(network, config, lpddr4_3200());
    const std::string trace_path = stem + ".json", vcd_path = stem + ".vcd";
    layers = observed_run(config, lpddr4_3200(), program, random.image(network),
                          {transport, trace_path, vcd_path});
    unobserved =
        observed_run(config, lpddr4_3200(), program, random.image(network), {transport, {}, {}});
    trace = Json::parse(bytes_of(trace_path));
    vcd = bytes_of(vcd_path);
    fs::remove(trace_path);
    fs::remove(vcd_path);
  }

  RandomNetwork random;
  FixedNetwork network;
  AcceleratorConfig config;
  std::vector<LayerCounters> layers, unobserved;
  Json trace;
  std::string vcd;
};

using Case = std::tuple<unsigned, Transport>;
class ObservedRunTest : public testing::TestWithParam<Case> {};

/// Sums of the array's slices of one layer.
struct Drawn {
  std::uint64_t compute = 0, fill_drain = 0, conflicts = 0, cycles = 0;
  std::map<std::string, std::uint64_t> waits;
};

TEST_P(ObservedRunTest, slices_sum_to_the_counters_and_signals_move_in_time) {
  const Observed o(std::get<0>(GetParam()), std::get<1>(GetParam()));
  EXPECT_EQ(trace_problems(o.trace), std::vector<std::string>{});
  for (std::size_t i = 0; i < o.layers.size(); ++i) {
    EXPECT_EQ(o.layers[i].stall_cycles, o.unobserved[i].stall_cycles)
        << "observing changes nothing";
  }

  const std::uint64_t period = static_cast<std::uint64_t>(std::llround(1e6 / o.config.clock_mhz));
  std::map<std::size_t, Drawn> drawn;
  std::map<std::size_t, std::uint64_t> moved;
  std::set<std::string> names;
  std::uint64_t dram_bytes = 0, dram_rows = 0;
  for (const Json& event : o.trace.at("traceEvents")) {
    if (event.at("ph") != "X") continue;
    if (event.at("pid") == 5) {
      dram_bytes += event.at("args").value("bytes", std::uint64_t{0});
      dram_rows += event.at("name").get<std::string>().rfind("row ", 0) == 0 ? 1 : 0;
      continue;
    }
    const auto layer = event.at("args").at("layer").get<std::size_t>();
    const std::uint64_t cycles = picoseconds(event.at("dur")) / period;
    Drawn& d = drawn[layer];
    switch (event.at("pid").get<int>()) {
      case 1:
        d.cycles = cycles;
        names.insert(event.at("name"));
        break;
      case 2:
        if (event.at("args").contains("compute_cycles")) {
          d.compute += event.at("args").at("compute_cycles").get<std::uint64_t>();
          d.fill_drain += event.at("args").at("fill_drain_cycles").get<std::uint64_t>();
          d.conflicts += cycles - event.at("args").at("compute_cycles").get<std::uint64_t>();
        } else {
          d.waits[event.at("name")] += cycles;
        }
        break;
      case 3:
        moved[layer] += event.at("args").at("bytes").get<std::uint64_t>();
        break;
      default:
        break;
    }
  }
  ASSERT_EQ(drawn.size(), o.layers.size());
  LayerCounters sum;
  for (const LayerCounters& c : o.layers) sum += c;
  EXPECT_EQ(dram_bytes, sum.dram.read_bytes + sum.dram.write_bytes);
  EXPECT_EQ(dram_rows, sum.dram.activates);
  for (std::size_t i = 0; i < o.layers.size(); ++i) {
    const LayerCounters& c = o.layers[i];
    EXPECT_EQ(drawn[i].cycles, c.cycles) << i;
    EXPECT_EQ(drawn[i].compute, c.compute_cycles) << i;
    EXPECT_EQ(drawn[i].fill_drain, c.fill_drain_cycles) << i;
    EXPECT_EQ(drawn[i].conflicts, c.stall_cycles[Stall::kConflict]) << i;
    for (const Stall s : {Stall::kDescriptor, Stall::kWeight, Stall::kInput, Stall::kOutput}) {
      EXPECT_EQ(drawn[i].waits["wait: " + std::string(to_string(s))], c.stall_cycles[s])
          << i << " " << to_string(s);
    }
    std::uint64_t bytes = 0;
    for (const std::uint64_t b : c.stream_bytes) bytes += b;
    EXPECT_EQ(moved[i], bytes) << i;
    EXPECT_EQ(names.count(o.network.layers[i].node.name), 1u) << i;
  }
}

/// A waveform file: names of signals by identifier, and the changes in the order of time.
struct Vcd {
  explicit Vcd(const std::string& text) {
    std::istringstream in(text);
    std::string word;
    while (in >> word && word != "$enddefinitions") {
      if (word != "$var") continue;
      std::string type, width, id, name;
      in >> type >> width >> id >> name;
      names[id] = name;
    }
    in >> word;  // $end
    std::uint64_t now = 0;
    for (std::string line; std::getline(in, line);) {
      if (line.empty() || line[0] == '$') continue;
      if (line[0] == '#') {
        const std::uint64_t time = std::stoull(line.substr(1));
        monotone = monotone && time >= now;
        now = time;
      } else if (line[0] == '0' || line[0] == '1') {
        changes[names[line.substr(1)]].push_back({now, line[0] == '1' ? 1u : 0u});
      } else if (line[0] == 'b') {
        const std::size_t space = line.find(' ');
        changes[names[line.substr(space + 1)]].push_back(
            {now, std::stoull(line.substr(1, space - 1), nullptr, 2)});
      }
    }
  }
  std::uint64_t highest(const std::string& name) const {
    std::uint64_t most = 0;
    for (const auto& [time, value] : changes.at(name)) most = std::max(most, value);
    return most;
  }

  std::map<std::string, std::string> names;
  std::map<std::string, std::vector<std::pair<std::uint64_t, std::uint64_t>>> changes;
  bool monotone = true;
};

TEST_P(ObservedRunTest, waveforms_show_the_job_from_start_to_interrupt) {
  const Observed o(std::get<0>(GetParam()), std::get<1>(GetParam()));
  const Vcd vcd(o.vcd);
  EXPECT_TRUE(vcd.monotone);
  EXPECT_EQ(vcd.highest("layer"), o.layers.size());
  EXPECT_EQ(vcd.highest("state"), 2u);
  EXPECT_EQ(vcd.highest("irq"), 1u);
  EXPECT_LE(vcd.highest("reads_in_flight"), static_cast<unsigned>(o.config.dma.outstanding));
  EXPECT_GE(vcd.highest("reads_in_flight"), 1u);
  EXPECT_LE(vcd.highest("weight_tiles"), 2u);
  EXPECT_LE(vcd.highest("input_tiles"), 2u);

  const auto& busy = vcd.changes.at("busy");  // initially 0, then 1, then 0
  ASSERT_EQ(busy.size(), 3u);
  std::uint64_t cycles = 0, computing = 0, since = 0;
  for (const LayerCounters& c : o.layers) cycles += c.cycles;
  const std::uint64_t period = static_cast<std::uint64_t>(std::llround(1e6 / o.config.clock_mhz));
  const std::uint64_t took = (busy[2].first - busy[1].first) / period;
  EXPECT_EQ(took, cycles) << "from the moment START takes effect";
  for (const auto& [time, value] : vcd.changes.at("computing")) {
    if (value == 0 && since > 0) computing += time - since;
    since = value == 1 ? time : 0;
  }
  std::uint64_t worked = 0;
  for (const LayerCounters& c : o.layers) {
    worked += c.compute_cycles + c.stall_cycles[Stall::kConflict];
  }
  EXPECT_EQ(computing / period, worked);
}

INSTANTIATE_TEST_SUITE_P(RandomSystems, ObservedRunTest,
                         testing::Combine(testing::Range(1u, 21u),
                                          testing::Values(Transport::kLooselyTimed,
                                                          Transport::kApproximatelyTimed)));

TEST(ObservedRun, a_file_that_cannot_be_made_is_an_error) {
  RandomNetwork random(1);
  const FixedNetwork network = random.make();
  const AcceleratorConfig config = machine(random);
  const Program program = compile(network, config, lpddr4_3200());
  const auto run = [&](const Observation& observation) {
    observed_run(config, lpddr4_3200(), program, random.image(network), observation);
  };
  const TemporaryFolder folder;
  const std::string missing = folder.path("missing/t");
  EXPECT_THROW(run({Transport::kLooselyTimed, missing, {}}), std::runtime_error);
  EXPECT_THROW(run({Transport::kLooselyTimed, {}, missing}), std::runtime_error);
}

}  // namespace
}  // namespace dcnsim

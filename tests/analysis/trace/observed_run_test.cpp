// SPDX-License-Identifier: Apache-2.0
// What is drawn is what was counted, on random networks, loosely and approximately timed.
#include "analysis/trace/observed_run.h"

#include <unistd.h>

#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "tests/analysis/trace/perfetto_wire.h"
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

/// What a trace of either form holds, in picoseconds.
struct Drawing {
  struct Slice {
    std::string track, name;
    std::uint64_t from_ps = 0, to_ps = 0;
    std::map<std::string, std::int64_t> figures;
  };
  using Counts = std::vector<std::pair<std::uint64_t, std::int64_t>>;  ///< since when, how much
  std::vector<Slice> slices;
  std::map<std::string, Counts> counters;  ///< by "group/row", as slices' tracks
};

Drawing drawing_of(const Json& trace) {
  Drawing drawing;
  std::map<int, std::string> groups;
  std::map<TraceTrack, std::string> rows;
  for (const Json& event : trace.at("traceEvents")) {
    const int pid = event.at("pid"), tid = event.at("tid");
    const std::string name = event.at("name");
    if (name == "process_name") groups[pid] = event.at("args").at("name");
    if (name == "thread_name") rows[{pid, tid}] = event.at("args").at("name");
    if (event.at("ph") == "C") {
      drawing.counters[groups.at(pid) + "/" + name].push_back(
          {picoseconds(event.at("ts")), event.at("args").begin()->get<std::int64_t>()});
    }
    if (event.at("ph") != "X") continue;
    const std::uint64_t from = picoseconds(event.at("ts"));
    drawing.slices.push_back({groups.at(pid) + "/" + rows.at({pid, tid}), name, from,
                              from + picoseconds(event.at("dur")), event.at("args")});
  }
  return drawing;
}

/// A random system, observed. Each in a process of its own, so a test may have many.
struct Observed {
  Observed(unsigned seed, Transport transport)
      : random(seed), network(random.make()), config(machine(random)) {
    const std::string stem = testing::TempDir() + "dcnsim_observed_" + std::to_string(::getpid());
    const Program program = compile(network, config, lpddr4_3200());
    const std::string trace_path = stem + ".json", vcd_path = stem + ".vcd";
    const auto observe = [&](const Observation& observation) {
      return observed_run(config, lpddr4_3200(), program, random.image(network), observation);
    };
    layers = observe({transport, trace_path, vcd_path, TraceFormat::kJson});
    trace = Json::parse(bytes_of(trace_path));
    vcd = bytes_of(vcd_path);
    observe({transport, trace_path, {}, TraceFormat::kPerfetto});
    perfetto = PerfettoDecoder::decode(bytes_of(trace_path));
    unobserved = observe({transport, {}, {}});
    fs::remove(trace_path);
    fs::remove(vcd_path);
  }

  RandomNetwork random;
  FixedNetwork network;
  AcceleratorConfig config;
  std::vector<LayerCounters> layers, unobserved;
  Json trace;
  PerfettoTrace perfetto;
  std::string vcd;
};

using Case = std::tuple<unsigned, Transport>;
class ObservedRunTest : public testing::TestWithParam<Case> {};

/// Sums of the array's slices of one layer.
struct Drawn {
  std::uint64_t compute = 0, fill_drain = 0, conflicts = 0, cycles = 0;
  std::map<std::string, std::uint64_t> waits;
};

/// What is drawn of the DRAM is what is counted, but for the writes that wait in its queue as the
/// run ends: `a_burst` each at most.
void expect_all_but_queued(std::uint64_t drawn, std::uint64_t counted,
                           const AcceleratorConfig& config, std::uint64_t a_burst) {
  EXPECT_LE(drawn, counted);
  EXPECT_LE(counted - drawn, static_cast<std::uint64_t>(config.dram.write_queue_depth) * a_burst);
}

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
          EXPECT_EQ(event.at("args").at("cycles").get<std::uint64_t>(), cycles);
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
  EXPECT_GT(dram_bytes, 0u);
  expect_all_but_queued(dram_bytes, sum.dram.read_bytes + sum.dram.write_bytes, o.config, 32);
  expect_all_but_queued(dram_rows, sum.dram.activates, o.config, 1);
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

TEST_P(ObservedRunTest, both_forms_draw_the_same) {
  const Observed o(std::get<0>(GetParam()), std::get<1>(GetParam()));
  const Drawing json = drawing_of(o.trace);
  EXPECT_EQ(o.perfetto.problems, std::vector<std::string>{});
  ASSERT_EQ(o.perfetto.slices.size(), json.slices.size());
  const auto is_nearest = [](std::uint64_t ns, std::uint64_t ps) {
    return ns * 1000 <= ps + 500 && ps < ns * 1000 + 500;
  };
  for (std::size_t i = 0; i < json.slices.size(); ++i) {
    const Drawing::Slice& a = json.slices[i];
    const PerfettoTrace::Slice& b = o.perfetto.slices[i];
    std::map<std::string, std::int64_t> figures = a.figures;
    if (a.from_ps % 1000 != 0 || a.to_ps % 1000 != 0) {
      figures["begin_ps"] = static_cast<std::int64_t>(a.from_ps);
      figures["end_ps"] = static_cast<std::int64_t>(a.to_ps);
    }
    EXPECT_EQ(std::tie(b.track, b.name, b.figures), std::tie(a.track, a.name, figures)) << i;
    EXPECT_TRUE(is_nearest(b.begin_ns, a.from_ps) && is_nearest(b.end_ns, a.to_ps)) << i;
    // Waits look like the transfers they wait for.
    if (a.track == "array/waits") {
      EXPECT_EQ(b.colour.substr(0, 5), a.name.substr(6, 5)) << a.name;
    }
    if (a.track == "DMA/inputs") {
      EXPECT_EQ(b.colour.substr(0, 5), "input");
    }
  }
  ASSERT_EQ(o.perfetto.counters.size(), 9u);
  for (const auto& [name, counter] : o.perfetto.counters) {
    const auto found = json.counters.find(name);
    const Drawing::Counts& counts =
        found == json.counters.end() ? Drawing::Counts() : found->second;
    ASSERT_EQ(counter.values.size(), counts.size()) << name;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      EXPECT_EQ(counter.values[i].second, counts[i].second) << name;
      EXPECT_TRUE(is_nearest(counter.values[i].first, counts[i].first)) << name;
    }
  }
}

/// Of a counter of MB/s, which ends at 0.
std::uint64_t bytes_under(const Drawing::Counts& counts) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i + 1 < counts.size(); ++i) {
    EXPECT_EQ(counts[i].first % 1'000'000, 0u);
    const std::uint64_t microseconds = (counts[i + 1].first - counts[i].first) / 1'000'000;
    bytes += static_cast<std::uint64_t>(counts[i].second) * microseconds;
  }
  EXPECT_TRUE(counts.empty() || counts.back().second == 0);
  return bytes;
}

std::int64_t highest(const Drawing::Counts& counts) {
  std::int64_t most = 0;
  for (const auto& [since, value] : counts) {
    EXPECT_GE(value, 0);
    most = std::max(most, value);
  }
  return most;
}

std::int64_t value_at(const Drawing::Counts& counts, std::uint64_t ps) {
  std::int64_t at = 0;
  for (const auto& [since, value] : counts) at = since <= ps ? value : at;
  return at;
}

TEST_P(ObservedRunTest, counters_sum_to_the_traffic) {
  const Observed o(std::get<0>(GetParam()), std::get<1>(GetParam()));
  Drawing drawing = drawing_of(o.trace);
  auto& counters = drawing.counters;
  LayerCounters sum;
  for (const LayerCounters& c : o.layers) sum += c;
  std::uint64_t moved = 0;
  for (const std::uint64_t bytes : sum.stream_bytes) moved += bytes;
  const std::uint64_t stored = sum.stream_bytes[Stream::kOutput];
  EXPECT_EQ(bytes_under(counters["DMA/bus, reads"]), moved - stored);
  EXPECT_EQ(bytes_under(counters["DMA/bus, writes"]), stored);
  EXPECT_EQ(bytes_under(counters["DRAM/channel 0, reads"]), sum.dram.read_bytes);
  expect_all_but_queued(bytes_under(counters["DRAM/channel 0, writes"]), sum.dram.write_bytes,
                        o.config, 32);

  // A word a cycle; a byte may fall into the next microsecond.
  const double peak = o.config.dma.bus_bytes * o.config.clock_mhz;
  for (const char* direction : {"DMA/bus, reads", "DMA/bus, writes"}) {
    EXPECT_LE(static_cast<double>(highest(counters[direction])), peak * 1.01 + 1) << direction;
  }
  for (const char* direction : {"DMA/reads in flight", "DMA/writes in flight"}) {
    EXPECT_LE(highest(counters[direction]), o.config.dma.outstanding) << direction;
    EXPECT_EQ(value_at(counters[direction], ~std::uint64_t{0}), 0) << direction;
  }
  EXPECT_GE(highest(counters["DMA/reads in flight"]), 1);

  // A tile that has come, or is about to leave, is in its buffer.
  const std::uint64_t period = static_cast<std::uint64_t>(std::llround(1e6 / o.config.clock_mhz));
  for (const char* kind : {"weight", "input", "output"}) {
    const Drawing::Counts& fill = counters["buffers/" + std::string(kind) + " buffer, fill"];
    EXPECT_LE(highest(fill), 2 * 16 * 1024) << kind;
    EXPECT_EQ(value_at(fill, ~std::uint64_t{0}), 0) << kind;
    for (const Drawing::Slice& tile : drawing.slices) {
      if (tile.track != "DMA/" + std::string(kind) + "s") continue;
      const bool leaves = std::string(kind) == "output";
      const auto begun = static_cast<std::uint64_t>(tile.figures.at("begun_cycle")) * period;
      EXPECT_GE(value_at(fill, leaves ? begun : tile.to_ps), tile.figures.at("bytes"))
          << tile.name << " " << tile.to_ps;
    }
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

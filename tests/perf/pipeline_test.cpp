// SPDX-License-Identifier: Apache-2.0
// The pipeline against memories of every temper, and against schedules worked out by hand.
#include "models/perf/pipeline.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "models/perf/buffer_need.h"
#include "models/perf/evaluate.h"
#include "models/perf/memory_port.h"
#include "models/perf/prediction.h"
#include "models/perf/transfers.h"
#include "tests/support/random_layer.h"

namespace dcnsim {
namespace {

/// When the memory is done with a burst requested in `cycle`.
using Memory = std::function<std::uint64_t(const Burst&, std::uint64_t cycle)>;

/// Records all that happens.
struct Recorder : PipelineClient {
  struct Interval {
    std::uint64_t from, to;
    int cause;  ///< a Stall, or -1 for a step
  };
  std::vector<Interval> intervals;
  std::vector<std::pair<std::uint64_t, Burst>> requests;
  std::map<std::pair<TileKind, std::uint32_t>, std::uint64_t> begun, moved;
  std::map<std::pair<TileKind, std::uint32_t>, Parts> parts;
  std::vector<RunningStep> steps;
  std::vector<Step> step_data;
  std::vector<std::uint64_t> layer_ends;

  void tile_begun(TileKind kind, std::uint32_t number, const Step&, const Parts& p,
                  std::uint64_t cycle) override {
    begun[{kind, number}] = cycle;
    parts[{kind, number}] = p;
  }
  void tile_moved(TileKind kind, std::uint32_t number, const Step&, std::uint64_t cycle) override {
    EXPECT_TRUE(moved.emplace(std::pair(kind, number), cycle).second) << "moved twice";
  }
  void step_finished(const RunningStep& running) override {
    intervals.push_back({running.first_cycle, running.end_cycle, -1});
    steps.push_back(running);
    step_data.push_back(*running.step);
  }
  void waited(Stall cause, std::uint64_t from, std::uint64_t to) override {
    intervals.push_back({from, to, static_cast<int>(cause)});
  }
  void layer_finished(std::uint64_t cycle) override { layer_ends.push_back(cycle); }
};

/// Executes one layer; responses are told in the order in which the memory is done.
LayerCounters run(const AcceleratorConfig& config, const Descriptor& layer, const Memory& memory,
                  Recorder& recorder, bool respond_late = false) {
  LayerCounters counters;
  recorder.layer_ends.clear();
  Pipeline pipeline(config, recorder);
  std::multimap<std::uint64_t, std::uint32_t> answers;
  const auto until_idle = [&] {
    while (!pipeline.idle()) {
      std::uint64_t next = pipeline.next_cycle();
      if (!answers.empty() && answers.begin()->first <= next) {
        // As in approximate timing: the pipeline learns of an answer when it comes.
        const auto [cycle, tag] = *answers.begin();
        answers.erase(answers.begin());
        pipeline.respond(tag, cycle);
        continue;
      }
      ASSERT_NE(next, Pipeline::kNever);
      pipeline.advance(next);
      while (const Burst* burst = pipeline.request()) {
        recorder.requests.emplace_back(next, *burst);
        const std::uint64_t done = memory(*burst, next);
        if (respond_late) {
          answers.emplace(done, burst->tag);
        } else {
          pipeline.respond(burst->tag, done);
        }
      }
    }
  };
  pipeline.fetch(0, counters);
  until_idle();
  pipeline.advance(pipeline.now() + decode_cycles(config.dma));
  pipeline.charge(Stall::kDescriptor, pipeline.now());
  pipeline.execute(layer);
  until_idle();
  counters.cycles = accounted_cycles(counters);
  EXPECT_EQ(counters.cycles, pipeline.now());
  EXPECT_EQ(recorder.layer_ends, std::vector<std::uint64_t>{pipeline.now()});
  return counters;
}

Memory latency(std::uint64_t cycles) {
  return [=](const Burst&, std::uint64_t cycle) { return cycle + cycles; };
}

/// 1 x 1 convolution, 8 x 8 x 8 -> 8 channels, in four tiles of two rows; 128 bytes a tile.
Descriptor four_tiles() {
  Descriptor d;
  d.conv.in = {8, 8, 8};
  d.conv.out_channels = 8;
  d.input = {8, 0, false, false};
  d.weight = {8, 0, true, false};
  d.requant = {0, Rounding::kHalfUp, true, {8, 0, false, false}};
  d.tiling = {2, 8, 8, 8, LoopOrder::kPixelOuter};
  d.input_address = 0x1000;
  d.weight_address = 0x2000;
  d.output_address = 0x3000;
  return d;
}

AcceleratorConfig machine() {
  AcceleratorConfig c;
  c.name = "test";
  c.array.rows = c.array.columns = 8;
  for (BufferConfig* b : {&c.input_buffer, &c.weight_buffer, &c.output_buffer}) {
    *b = {4096, 64, 2, true, true};
  }
  c.accumulator_buffer_bytes = 8192;
  c.dma.bus_bytes = 8;
  c.dma.max_burst_bytes = 256;
  c.dma.outstanding = 4;
  return c;
}

/// Calls check(layer, machine, random) for legal random pairs.
template <class Check>
void for_legal_layers(unsigned seed, int count, Check check) {
  RandomLayer random(seed);
  while (count > 0) {
    AcceleratorConfig config = random.machine();
    config.dma.outstanding = random.pick(1, 9);
    config.dma.max_burst_bytes = std::max(config.dma.bus_bytes, 16 << random.pick(0, 8));
    config.dma.arbitration = static_cast<Arbitration>(random.pick(0, 1));
    config.input_buffer.separate_halves = random.chance(2);
    config.weight_buffer.separate_halves = random.chance(2);
    Descriptor d = random.layer();
    d.tiling = random.tiling(d, config.array);
    d.input_on_chip = random.chance(4);
    d.output_on_chip = random.chance(4);
    if (step_count(d) > 2000 || !why_illegal(d, config).empty()) continue;
    SCOPED_TRACE("case " + std::to_string(count));
    check(d, config, random);
    if (testing::Test::HasFatalFailure()) return;
    --count;
  }
}

TEST(Pipeline, every_cycle_is_computing_or_charged_to_one_cause) {
  for_legal_layers(
      1, 300, [](const Descriptor& d, const AcceleratorConfig& c, RandomLayer& random) {
        const int slow = random.pick(0, 200);
        Recorder recorder;
        const LayerCounters counters = run(
            c, d,
            [&](const Burst& b, std::uint64_t cycle) {
              return cycle + static_cast<std::uint64_t>(random.pick(0, slow)) + b.bytes / 4;
            },
            recorder, random.chance(2));
        std::uint64_t at = 0;
        StallCycles stalls;
        for (const Recorder::Interval& i : recorder.intervals) {
          ASSERT_EQ(i.from, at) << "a gap or an overlap";
          ASSERT_GT(i.to, i.from);
          at = i.to;
          if (i.cause >= 0) stalls[static_cast<Stall>(i.cause)] += i.to - i.from;
        }
        EXPECT_EQ(at, counters.cycles);
        stalls[Stall::kConflict] = counters.stall_cycles[Stall::kConflict];
        EXPECT_EQ(counters.stall_cycles, stalls);
        EXPECT_EQ(counters.compute_cycles, predicted_counters(d, c).compute_cycles);
        EXPECT_LE(counters.fill_drain_cycles, counters.compute_cycles);
      });
}

TEST(Pipeline, bursts_are_aligned_powers_of_two_and_cover_every_part_once) {
  for_legal_layers(
      2, 200, [](const Descriptor& d, const AcceleratorConfig& c, RandomLayer& random) {
        Recorder recorder;
        const LayerCounters counters = run(c, d, latency(30), recorder, random.chance(2));
        std::map<std::pair<TileKind, std::uint32_t>, std::uint64_t> offsets;
        StreamBytes bytes;
        for (const auto& [cycle, burst] : recorder.requests) {
          ASSERT_EQ(burst.bytes & (burst.bytes - 1), 0u);
          ASSERT_EQ(burst.address % burst.bytes, 0u);
          ASSERT_LE(burst.bytes, static_cast<std::uint32_t>(c.dma.max_burst_bytes));
          ASSERT_EQ(burst.address / 4096, (burst.address + burst.bytes - 1) / 4096);
          const std::pair key(burst.kind, burst.tile);
          ASSERT_EQ(burst.offset, offsets[key]) << "out of order within a tile";
          // The part that holds this offset says which address belongs to it.
          std::uint64_t first = 0;
          for (const Part& part : recorder.parts.at(key)) {
            if (burst.offset < first + part.bytes) {
              ASSERT_EQ(burst.address, part.address + burst.offset - first);
              ASSERT_EQ(burst.stream, part.stream);
              break;
            }
            first += part.bytes;
          }
          offsets[key] += burst.bytes;
          bytes[burst.stream] += burst.bytes;
        }
        for (const auto& [key, parts] : recorder.parts) EXPECT_EQ(offsets[key], total_bytes(parts));
        EXPECT_EQ(bytes, predicted_counters(d, c).stream_bytes);
        EXPECT_EQ(counters.stream_bytes, bytes);
      });
}

TEST(Pipeline, tiles_are_used_when_they_have_arrived_and_slots_when_they_are_free) {
  for_legal_layers(
      3, 300, [](const Descriptor& d, const AcceleratorConfig& c, RandomLayer& random) {
        const std::uint64_t seed = static_cast<std::uint64_t>(random.pick(0, 1 << 20));
        std::mt19937_64 engine(seed);
        Recorder recorder;
        run(
            c, d, [&](const Burst&, std::uint64_t cycle) { return cycle + engine() % 300; },
            recorder, true);
        std::map<std::pair<TileKind, std::uint32_t>, std::uint64_t> last_use;
        for (std::size_t i = 0; i < recorder.steps.size(); ++i) {
          const RunningStep& s = recorder.steps[i];
          if (d.kind == LayerKind::kConv) {
            const std::pair key(TileKind::kWeight, s.weight_tile);
            ASSERT_LE(recorder.moved.at(key), s.first_cycle);
            last_use[key] = s.end_cycle;
          }
          if (loads_input(d)) {
            const std::pair key(TileKind::kInput, s.input_tile);
            ASSERT_LE(recorder.moved.at(key), s.first_cycle);
            last_use[key] = s.end_cycle;
          }
        }
        // Two halves if the largest tile fits one, unless a map that stays takes one of them.
        const auto halves = [](const BufferConfig& b, const Room& room) {
          return b.double_buffered && room.available < b.capacity_bytes ? 2u : 1u;
        };
        for (const auto& [key, cycle] : recorder.begun) {
          const auto& [kind, number] = key;
          if (kind != TileKind::kWeight && kind != TileKind::kInput) continue;
          const unsigned allowed =
              kind == TileKind::kWeight             ? halves(c.weight_buffer, weight_room(d, c))
              : d.input_on_chip || d.output_on_chip ? 1u
                                                    : halves(c.input_buffer, input_room(d, c));
          if (number < allowed) continue;
          ASSERT_GE(cycle, last_use.at({kind, number - allowed})) << "a slot that is not free";
        }
      });
}

TEST(Pipeline, the_order_of_answers_changes_time_only) {
  for_legal_layers(
      4, 100, [](const Descriptor& d, const AcceleratorConfig& c, RandomLayer& random) {
        std::mt19937_64 engine(static_cast<std::uint64_t>(random.pick(0, 1 << 20)));
        Recorder orderly, wild;
        const LayerCounters a = run(c, d, latency(20), orderly, true);
        const LayerCounters b = run(
            c, d, [&](const Burst&, std::uint64_t cycle) { return cycle + engine() % 2000; }, wild,
            true);
        EXPECT_EQ(a.stream_bytes, b.stream_bytes);
        EXPECT_EQ(a.compute_cycles, b.compute_cycles);
        EXPECT_EQ(a.input_buffer.writes, b.input_buffer.writes);
        EXPECT_EQ(a.macs, b.macs);
      });
}

TEST(Pipeline, answers_known_at_once_or_when_they_come_give_the_same_cycles) {
  for_legal_layers(5, 200,
                   [](const Descriptor& d, const AcceleratorConfig& c, RandomLayer& random) {
                     const std::uint64_t wait = static_cast<std::uint64_t>(random.pick(0, 100));
                     // Every other layer meets a memory that overtakes itself.
                     const std::uint64_t spread = random.chance(2) ? 1 : 300;
                     const Memory memory = [=](const Burst& burst, std::uint64_t cycle) {
                       return cycle + wait + (burst.address * 2654435761u >> 16) % spread;
                     };
                     Recorder now, later;
                     EXPECT_EQ(run(c, d, memory, now, false).stall_cycles,
                               run(c, d, memory, later, true).stall_cycles);
                   });
}

// Three reads of 64 bytes on a bus of 8, asked for in cycles 0, 1 and 2 and done in 100, 20 and 20:
// the second passes first, the third behind it, the first when it comes.
TEST(MemoryPort, data_pass_in_the_order_in_which_the_memory_is_done) {
  MemoryPort port(8, 4);
  const std::pair<std::uint64_t, std::uint64_t> answers[] = {{0, 100}, {2, 20}, {1, 20}};
  for (const auto& [requested, done] : answers) {
    port.request();
    port.respond(static_cast<std::uint32_t>(requested), 64, requested, done);
  }
  for (const auto& [tag, cycle] : {std::pair{1u, 20u}, {2u, 28u}, {0u, 100u}}) {
    EXPECT_EQ(port.next_cycle(), cycle);
    EXPECT_EQ(port.retire(), tag);
  }
  EXPECT_TRUE(port.idle());
}

// All halves separate. The descriptor is asked for in cycle 0, its 32 beats have passed by cycle
// 32, and it takes 32 cycles to decode. From cycle 64 on, four requests are in flight: the biases
// (32 bytes), the codes (64 bytes at 0x2020, so twice 32), the first row of the first input tile
// (64 bytes). The memory takes 10 cycles and a beat passes in each: biases in 74, codes in 78 and
// 82, rows in 90 and 98.
TEST(Pipeline, a_layer_by_hand) {
  Recorder r;
  const LayerCounters c = run(machine(), four_tiles(), latency(10), r);
  ASSERT_GE(r.requests.size(), 8u);
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> expected = {
      {0, 0},       {64, 0x2000}, {65, 0x2020}, {66, 0x2040},
      {67, 0x1000}, {74, 0x1040}, {78, 0x1080}, {82, 0x10C0}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(r.requests[i].first, expected[i].first) << i;
    EXPECT_EQ(r.requests[i].second.address, expected[i].second) << i;
  }
  EXPECT_EQ(r.moved.at({TileKind::kDescriptor, 0}), 32u);
  EXPECT_EQ(r.moved.at({TileKind::kWeight, 0}), 82u);
  EXPECT_EQ(r.moved.at({TileKind::kInput, 0}), 98u);
  EXPECT_EQ(r.steps.front().first_cycle, 98u);
  EXPECT_EQ(c.stall_cycles[Stall::kDescriptor], 64u);
  EXPECT_EQ(c.stall_cycles[Stall::kWeight], 18u);
  // A step loads 8 rows of weights, streams 16 pixels, drains 15: 8 + 16 + 15 = 39 cycles.
  EXPECT_EQ(c.compute_cycles, 4u * 39u);
  EXPECT_EQ(c.fill_drain_cycles, 4u * 23u);
  // The last tile's two rows of 64 bytes leave after the last step: asked for one cycle apart, done
  // after 10 and 8 further beats at the earliest.
  EXPECT_EQ(c.stall_cycles[Stall::kOutput], 10u + 8u);
}

TEST(Pipeline, at_most_so_many_requests_are_in_flight) {
  for_legal_layers(6, 100, [](const Descriptor& d, const AcceleratorConfig& c, RandomLayer&) {
    constexpr std::uint64_t kLatency = 500;
    Recorder r;
    run(c, d, latency(kLatency), r);
    for (const bool is_write : {false, true}) {
      std::vector<std::uint64_t> times;
      for (const auto& [cycle, burst] : r.requests) {
        if (burst.is_write == is_write) times.push_back(cycle);
      }
      const auto limit = static_cast<std::size_t>(c.dma.outstanding);
      for (std::size_t i = limit; i < times.size(); ++i) {
        ASSERT_GE(times[i], times[i - limit] + kLatency);
      }
    }
    for (std::size_t i = 1; i < r.requests.size(); ++i) {
      ASSERT_GT(r.requests[i].first, r.requests[i - 1].first) << "two requests in a cycle";
    }
  });
}

TEST(Pipeline, arbitration_decides_who_is_asked_for_first) {
  AcceleratorConfig c = machine();
  c.dma.max_burst_bytes = 16;
  const Descriptor d = four_tiles();
  const auto order = [&](Arbitration arbitration) {
    c.dma.arbitration = arbitration;
    Recorder r;
    run(c, d, latency(5), r);
    std::string kinds;
    for (std::size_t i = 16; i < 28; ++i) {
      kinds += r.requests[i].second.kind == TileKind::kWeight ? 'w' : 'i';
    }
    return kinds;
  };
  // The weight tile has 2 + 4 bursts; it and the first input tile, of 8, are needed in the same
  // step.
  EXPECT_EQ(order(Arbitration::kNeededFirst), "wwwwwwiiiiii");
  EXPECT_EQ(order(Arbitration::kRoundRobin), "wiwiwiwiwiwi");
}

TEST(Pipeline, the_dma_and_the_array_collide_in_shared_banks_only) {
  AcceleratorConfig c = machine();
  // 16 pixels of 8 codes take 16 lines of 64 bits; with one bank of 64 bits the buffer is busy in
  // 16 of the step's 39 cycles.
  c.input_buffer = {256, 64, 1, true, true};
  Descriptor d = four_tiles();
  Recorder apart, shared;
  const LayerCounters a = run(c, d, latency(10), apart);
  EXPECT_EQ(a.stall_cycles[Stall::kConflict], 0u);
  c.input_buffer.separate_halves = false;
  const LayerCounters b = run(c, d, latency(10), shared);
  // A row of 64 bytes is 8 words of the one bank: ceil(8 * 16 / 39) = 4 cycles lost for each row
  // that arrives while a step runs.
  std::uint64_t rows = 0;
  for (const auto& [key, cycle] : shared.moved) {
    if (key.first != TileKind::kInput || key.second == 0) continue;
    for (const RunningStep& s : shared.steps) {
      if (cycle > s.first_cycle && cycle < s.end_cycle) rows += 2;
    }
  }
  EXPECT_GT(rows, 0u);
  EXPECT_EQ(b.stall_cycles[Stall::kConflict], 4 * rows);
  EXPECT_EQ(a.compute_cycles, b.compute_cycles);
}

TEST(Pipeline, a_single_buffer_never_loads_while_it_is_in_use) {
  AcceleratorConfig c = machine();
  c.input_buffer.double_buffered = false;
  Recorder r;
  run(c, four_tiles(), latency(10), r);
  for (const auto& [cycle, burst] : r.requests) {
    if (burst.kind != TileKind::kInput) continue;
    for (const RunningStep& s : r.steps) {
      EXPECT_FALSE(cycle > s.first_cycle && cycle < s.end_cycle);
    }
  }
}

TEST(Pipeline, maps_on_chip_move_nothing) {
  Descriptor d = four_tiles();
  d.tiling = {8, 8, 8, 8, LoopOrder::kPixelOuter};
  d.input_on_chip = d.output_on_chip = true;
  ASSERT_EQ(why_illegal(d, machine()), "");
  Recorder r;
  const LayerCounters c = run(machine(), d, latency(10), r);
  EXPECT_EQ(c.stream_bytes[Stream::kInput], 0u);
  EXPECT_EQ(c.stream_bytes[Stream::kOutput], 0u);
  EXPECT_EQ(c.stall_cycles[Stall::kOutput], 0u);
  EXPECT_EQ(c.output_buffer.writes, 0u);
  EXPECT_EQ(c.input_buffer.writes, 64u) << "512 bytes of outputs, 8 a word";
  EXPECT_EQ(c.compute_cycles, predicted_counters(d, machine()).compute_cycles);
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "analysis/whatif/changes.h"

#include <algorithm>
#include <optional>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"

namespace dcnsim {
namespace {

using Config = AcceleratorConfig;

constexpr int kWidestBus = 64, kMostBanks = 64;

bool set_bus(Config& c, int bytes) {
  if (c.dma.bus_bytes == bytes) return false;
  c.dma.bus_bytes = bytes;
  c.dma.max_burst_bytes = std::max(c.dma.max_burst_bytes, bytes);
  return true;
}

bool twice_the_bandwidth(Config& c, const DramSpec&) {
  if (c.memory == MemoryKind::kDram) {
    c.dram.channels *= 2;
    return true;
  }
  for (std::optional<double>* bandwidth : {&c.ideal.gbytes_per_s, &c.memory_bytes_per_cycle}) {
    if (*bandwidth) **bandwidth *= 2;
  }
  return c.ideal.gbytes_per_s || c.memory_bytes_per_cycle;
}

/// Changes the buffer, if the machine has it: a scratchpad or the three others.
template <BufferConfig Config::*buffer, class Change>
bool change_buffer(Config& c, const Change& change) {
  const bool shared = buffer == &Config::shared_buffer;
  if (shared != c.shares_buffer()) return false;
  const BufferConfig before = c.*buffer;
  change(c.*buffer);
  const bool changes = c.*buffer != before;
  if (shared) c.share(c.shared_buffer);
  return changes;
}

template <BufferConfig Config::*buffer>
bool twice_the_banks(Config& c, const DramSpec&) {
  return change_buffer<buffer>(c, [](BufferConfig& b) { b.banks *= 2; });
}

template <BufferConfig Config::*buffer>
bool twice_the_buffer(Config& c, const DramSpec&) {
  return change_buffer<buffer>(c, [](BufferConfig& b) { b.capacity_bytes *= 2; });
}

/// With the scratchpad's in the place of the buffer's.
template <BufferConfig Config::*buffer>
void feed_twice(Config& c, const DramSpec& dram) {
  if (!twice_the_banks<buffer>(c, dram)) twice_the_banks<&Config::shared_buffer>(c, dram);
}

/// As many as divide the capacity.
template <BufferConfig Config::*buffer>
bool most_banks(Config& c, const DramSpec&) {
  return change_buffer<buffer>(c, [](BufferConfig& b) {
    for (BufferConfig more = b; (more.banks *= 2) <= kMostBanks;) {
      const std::int64_t row_bytes = std::int64_t{more.all_banks()} * (more.word_bits / 8);
      if (more.capacity_bytes % row_bytes == 0) b.banks = more.banks;
    }
  });
}

bool separate_halves(Config& c, const DramSpec&) {
  bool changes = false;
  if (c.shares_buffer()) return changes;
  for (BufferConfig* b : {&c.input_buffer, &c.weight_buffer, &c.output_buffer}) {
    changes |= b->double_buffered && !b->separate_halves;
    b->separate_halves = true;
  }
  return changes;
}

bool twice_the_accumulators(Config& c, const DramSpec&) {
  c.accumulator_buffer_bytes *= 2;
  return c.accumulator_buffer_bytes != 0;
}

bool twice_the_rows(Config& c, const DramSpec& dram) {
  c.array.rows *= 2;
  feed_twice<&Config::input_buffer>(c, dram);
  return true;
}

bool twice_the_columns(Config& c, const DramSpec& dram) {
  c.array.columns *= 2;
  c.accumulator_buffer_bytes *= 2;
  feed_twice<&Config::weight_buffer>(c, dram);
  return true;
}

bool ideal_memory(Config& c, const DramSpec&) {
  const bool changes = c.memory != MemoryKind::kIdeal || c.ideal.latency_ns != 0 ||
                       c.ideal.gbytes_per_s || c.memory_bytes_per_cycle;
  c.memory = MemoryKind::kIdeal;
  c.ideal = {};
  c.memory_bytes_per_cycle.reset();
  return changes;
}

bool no_latency(Config& c, const DramSpec& dram) {
  if (c.memory == MemoryKind::kIdeal && c.ideal.latency_ns == 0) return false;
  if (c.memory == MemoryKind::kDram) {
    c.ideal.gbytes_per_s = dram.channel_bytes_per_s() * c.dram.channels * 1e-9;
    c.memory_bytes_per_cycle.reset();
  }
  c.memory = MemoryKind::kIdeal;
  c.ideal.latency_ns = 0;
  c.ideal.energy_pj_per_byte.reset();
  return true;
}

bool no_refresh(Config& c, const DramSpec&) {
  const bool changes = c.memory == MemoryKind::kDram && c.dram.refreshes;
  c.dram.refreshes = false;
  return changes;
}

bool overlapped_steps(Config& c, const DramSpec&) {
  const bool changes = c.array.steps != ArraySteps::kOverlapped;
  c.array.steps = ArraySteps::kOverlapped;
  return changes;
}

}  // namespace

const std::vector<WhatIf>& what_ifs() {
  constexpr ChangeKind kTwice = ChangeKind::kTwice, kFree = ChangeKind::kFree;
  static const std::vector<WhatIf> all = {
      {"bus", "a bus twice as wide", "dma.bus_bytes x 2", kTwice, Reach::kWaits, Bound::kBus,
       [](Config& c, const DramSpec&) { return set_bus(c, 2 * c.dma.bus_bytes); }},
      {"memory bandwidth", "twice the memory's bandwidth",
       "dram.channels x 2, or memory.gbytes_per_s or .bytes_per_cycle x 2", kTwice, Reach::kWaits,
       Bound::kDram, twice_the_bandwidth},
      {"requests", "twice the requests in flight", "dma.outstanding x 2", kTwice, Reach::kWaits,
       Bound::kLatency,
       [](Config& c, const DramSpec&) {
         c.dma.outstanding *= 2;
         return true;
       }},
      {"weight banks", "twice the banks of the weight buffer", "buffers.weight.banks x 2", kTwice,
       Reach::kAll, Bound::kNone, twice_the_banks<&Config::weight_buffer>},
      {"input banks", "twice the banks of the input buffer", "buffers.input.banks x 2", kTwice,
       Reach::kAll, Bound::kNone, twice_the_banks<&Config::input_buffer>},
      {"output banks", "twice the banks of the output buffer", "buffers.output.banks x 2", kTwice,
       Reach::kAll, Bound::kNone, twice_the_banks<&Config::output_buffer>},
      {"shared banks", "twice the banks of the scratchpad", "buffers.shared.banks x 2", kTwice,
       Reach::kAll, Bound::kNone, twice_the_banks<&Config::shared_buffer>},
      {"separate halves", "banks of their own for the halves of the buffers",
       "buffers.*.separate_halves: true", kTwice, Reach::kAll, Bound::kNone, separate_halves},
      {"weight buffer", "a weight buffer twice as large", "buffers.weight.capacity_bytes x 2",
       kTwice, Reach::kAll, Bound::kNone, twice_the_buffer<&Config::weight_buffer>},
      {"input buffer", "an input buffer twice as large", "buffers.input.capacity_bytes x 2", kTwice,
       Reach::kAll, Bound::kNone, twice_the_buffer<&Config::input_buffer>},
      {"output buffer", "an output buffer twice as large", "buffers.output.capacity_bytes x 2",
       kTwice, Reach::kAll, Bound::kNone, twice_the_buffer<&Config::output_buffer>},
      {"shared buffer", "a scratchpad twice as large", "buffers.shared.capacity_bytes x 2", kTwice,
       Reach::kAll, Bound::kNone, twice_the_buffer<&Config::shared_buffer>},
      {"accumulators", "twice the accumulators", "accumulator.buffer_bytes x 2", kTwice,
       Reach::kAll, Bound::kNone, twice_the_accumulators},
      {"rows", "twice the rows of PEs, and input banks that feed them",
       "array.rows x 2, buffers.input.banks x 2", kTwice, Reach::kAll, Bound::kNone,
       twice_the_rows},
      {"columns", "twice the columns of PEs, with accumulators and weight banks",
       "array.columns x 2, accumulator.buffer_bytes x 2, buffers.weight.banks x 2", kTwice,
       Reach::kAll, Bound::kNone, twice_the_columns},

      {"widest bus", "a bus of 64 bytes", "dma.bus_bytes: 64", kFree, Reach::kWaits, Bound::kBus,
       [](Config& c, const DramSpec&) { return set_bus(c, kWidestBus); }},
      {"ideal memory", "a memory without latency or limit", "memory.kind: ideal", kFree,
       Reach::kWaits, Bound::kDram, ideal_memory},
      {"no latency", "a memory of the same bandwidth without latency",
       "memory.kind: ideal, memory.gbytes_per_s: the DRAM's peak", kFree, Reach::kWaits,
       Bound::kLatency, no_latency},
      {"no refresh", "a DRAM that need not refresh", "dram.refresh: off", kFree, Reach::kWaits,
       Bound::kDram, no_refresh},
      {"most weight banks", "a weight buffer of up to 64 banks", "buffers.weight.banks: 64", kFree,
       Reach::kAll, Bound::kNone, most_banks<&Config::weight_buffer>},
      {"most input banks", "an input buffer of up to 64 banks", "buffers.input.banks: 64", kFree,
       Reach::kAll, Bound::kNone, most_banks<&Config::input_buffer>},
      {"most shared banks", "a scratchpad of up to 64 banks", "buffers.shared.banks: 64", kFree,
       Reach::kAll, Bound::kNone, most_banks<&Config::shared_buffer>},
      {"overlapped steps", "steps that fill and drain beside each other", "array.steps: overlapped",
       kFree, Reach::kFillDrain, Bound::kNone, overlapped_steps},
      {"all memory", "a memory without latency or limit behind a bus of 64 bytes",
       "memory.kind: ideal, dma.bus_bytes: 64", kFree, Reach::kWaits, Bound::kNone,
       [](Config& c, const DramSpec& dram) {
         const bool wider = set_bus(c, kWidestBus);
         return ideal_memory(c, dram) || wider;
       }},
  };
  return all;
}

}  // namespace dcnsim

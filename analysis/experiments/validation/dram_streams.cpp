// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <random>

#include "analysis/experiments/validation/anchor.h"
#include "models/perf/dram/command.h"
#include "models/perf/dram/request_queue.h"
#include "models/perf/dram/timing.h"

namespace dcnsim {
namespace {

constexpr std::uint64_t kBursts = 20000;
constexpr std::uint64_t kKiB = 1024, kGiB = kKiB * kKiB * kKiB;

struct Burst {
  std::uint64_t address = 0;
  bool is_write = false;
};

/// DRAMsim3's rules: commands of one cycle, no skew of strobes, one precharge time.
DramSpec as_in_dramsim3(DramSpec spec) {
  spec.activate_cycles = spec.activate_within_cycles = 1;
  spec.precharge_cycles = spec.column_cycles = 1;
  spec.tdqsck_ns = spec.tdqss_ns = spec.tppd_ns = 0;
  spec.trp_ab_ns = spec.trp_ns;
  spec.trcd_wr_ns = spec.trcd_ns;
  spec.tccd_l_wr_ns = spec.tccd_l_ns;
  spec.trtw_ns = 2 * spec.tck_ns;
  return spec;
}

/// The i-th burst of a stream, of `bytes` each.
using BurstStream = std::function<Burst(std::uint64_t i, std::uint64_t bytes)>;

BurstStream strided(std::uint64_t stride, bool with_burst = false) {
  return [=](std::uint64_t i, std::uint64_t bytes) {
    return Burst{i * (stride + (with_burst ? bytes : 0)) % kGiB, false};
  };
}

BurstStream in_order(bool is_write) {
  return [=](std::uint64_t i, std::uint64_t bytes) { return Burst{i * bytes, is_write}; };
}

/// `writes` of three are writes.
BurstStream anywhere(std::uint64_t writes) {
  return [=, any = std::mt19937_64(1)](std::uint64_t, std::uint64_t bytes) mutable {
    const std::uint64_t address = any() % (kGiB / bytes) * bytes;
    return Burst{address, any() % 3 < writes};
  };
}

/// `turn` bytes (0: a burst) are read, then as many written elsewhere, in rows of the same banks.
BurstStream by_turns(std::uint64_t turn) {
  return [=](std::uint64_t i, std::uint64_t bytes) {
    const std::uint64_t size = std::max(turn, bytes), at = i * bytes;
    const bool is_write = at / size % 2 == 1;
    return Burst{at / size / 2 * size + at % size + (is_write ? kGiB / 16 : 0), is_write};
  };
}

BurstStream stream_named(const std::string& name) {
  const std::map<std::string, BurstStream> streams = {
      {"sequential reads", in_order(false)},
      {"sequential writes", in_order(true)},
      {"a burst a page", strided(2 * kKiB)},
      {"stride of 4 KiB and a burst", strided(4 * kKiB, true)},
      {"rows of one bank", strided(16 * kKiB)},
      {"random reads", anywhere(0)},
      {"random writes", anywhere(3)},
      {"random, a third writes", anywhere(1)},
      {"1 KiB read, 1 KiB written", by_turns(kKiB)},
      {"a read and a write by turns", by_turns(0)}};
  return streams.at(name);
}

/// Cycles of the memory's clock until all data has been on the pins, bursts as fast as they are
/// accepted.
double stream_cycles(const DramSpec& spec, BurstStream stream) {
  DramConfig config;
  config.capacity_bytes = kGiB;
  DramDevice device(spec, config);
  std::uint64_t last_ps = 0;
  device.observe([&](const DramCommand& command) {
    if (command.kind == DramCommand::Kind::kRead || command.kind == DramCommand::Kind::kWrite) {
      last_ps = std::max(last_ps, command.end_ps);
    }
  });
  RequestQueue queue(device, config);
  const auto bytes = static_cast<std::uint64_t>(spec.burst_bytes());
  const RequestQueue::OnEvent ignore = [](RequestQueue::Event, std::uint64_t, std::uint64_t) {};
  std::uint64_t now_ps = 0;
  const auto wait = [&] {
    now_ps = std::max(now_ps, queue.next_ps());
    queue.advance(now_ps, ignore);
  };
  for (std::uint64_t i = 0; i < kBursts; ++i) {
    const Burst burst = stream(i, bytes);
    while (queue.is_entering()) wait();
    queue.enqueue(now_ps, i, burst.address, bytes, burst.is_write);
  }
  while (!queue.idle()) wait();
  queue.run_until(now_ps + 100'000'000);  // posted writes
  return static_cast<double>(last_ps / DramTiming(spec).period_ps);
}

}  // namespace

AnchorGroup dram_streams(const ValidationInputs& inputs) {
  AnchorGroup group{
      "dram", "Streams on DRAMsim3",
      "Memory cycles of 20,000 bursts as fast as they are accepted, against DRAMsim3 with the same "
      "timings and its own rules (commands of one cycle, no skew of strobes): one rank, "
      "row-bank-column-group, 32 reads and 32 writes and up to 8 commands a bank; ours has 64 "
      "reads and 64 writes. The watermarks of the write queue were chosen on these streams "
      "(`models/perf/dram/README.md`); timings were not."};
  const CsvTable table = inputs.table("dram_streams");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string preset = table.text(row, table.column("preset")),
                      stream = table.text(row, table.column("stream"));
    group.anchors.push_back(
        {preset + ", " + stream, "memory cycles", table.number(row, table.column("cycles")),
         stream_cycles(as_in_dramsim3(inputs.dram(preset)), stream_named(stream)),
         "models/cost/tables/dram_timing.csv", "", "dramsim3", "dram.write_high, dram.write_low"});
  }
  return group;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Host time of the DRAM model per DRAM burst.
#include <benchmark/benchmark.h>

#include "models/perf/dram/device.h"
#include "models/perf/dram/request_queue.h"
#include "tests/perf/dram/dram_support.h"

namespace dcnsim {
namespace {

constexpr std::uint64_t kSpan = std::uint64_t{1} << 24;

/// `bytes` an access; consecutive, or at random multiples of their size.
void calls(benchmark::State& state, const char* name, std::uint64_t bytes, bool random) {
  DramDevice device(preset(name), dram_config());
  std::mt19937_64 engine(1);
  std::uint64_t now = 0, address = 0;
  for (auto _ : state) {
    now = device.access(now, address, bytes, false) - 30000;
    address = (random ? engine() * bytes : address + bytes) % kSpan;
  }
  const DramEvents events = device.events(now);
  const auto bursts = static_cast<double>(events.read_bytes / device.map().burst_bytes());
  state.counters["ns_per_burst"] =
      benchmark::Counter(bursts * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(calls, lpddr4_stream_1024, "lpddr4_3200_x16_6gb", 1024, false);
BENCHMARK_CAPTURE(calls, ddr4_stream_1024, "ddr4_2400_x16_8gb", 1024, false);
BENCHMARK_CAPTURE(calls, lpddr4_stream_64, "lpddr4_3200_x16_6gb", 64, false);
BENCHMARK_CAPTURE(calls, lpddr4_random_32, "lpddr4_3200_x16_6gb", 32, true);

void queue(benchmark::State& state, std::uint64_t bytes, bool random) {
  const DramConfig config = dram_config();
  DramDevice device(preset("lpddr4_3200_x16_6gb"), config);
  RequestQueue queue(device, config);
  std::mt19937_64 engine(1);
  std::uint64_t now = 0, address = 0;
  for (auto _ : state) {
    while (queue.is_entering()) {
      now = queue.next_ps();
      queue.advance(now, [](RequestQueue::Event, std::uint64_t, std::uint64_t) {});
    }
    queue.enqueue(now, 0, address, bytes, false);
    address = (random ? engine() * bytes : address + bytes) % kSpan;
  }
  const auto bursts = static_cast<double>(state.iterations()) * static_cast<double>(bytes) /
                      static_cast<double>(device.map().burst_bytes());
  state.counters["ns_per_burst"] =
      benchmark::Counter(bursts * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK_CAPTURE(queue, lpddr4_stream_1024, 1024, false);
BENCHMARK_CAPTURE(queue, lpddr4_random_32, 32, true);

}  // namespace
}  // namespace dcnsim

BENCHMARK_MAIN();

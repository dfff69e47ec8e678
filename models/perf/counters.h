// SPDX-License-Identifier: Apache-2.0
// What happened while a layer ran, counted by the modules: the input of reports and of the energy
// model. Integer counts only; time in accelerator clock cycles. counter_fields.h has the table of
// them: a member without a row there does not compile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/arch/layer.h"
#include "models/base/enum_array.h"

namespace dcnsim {

/// Why the array was not computing.
enum class Stall : std::uint8_t {
  kDescriptor,
  kWeight,
  kInput,
  kOutput,
  kConflict,  ///< the DMA, or another of its own accesses, had the banks it works with
};
inline constexpr std::size_t kStalls = 5;

constexpr std::string_view to_string(Stall stall) {
  constexpr std::string_view names[kStalls] = {"descriptor", "weight", "input", "output",
                                               "conflict"};
  return names[static_cast<std::size_t>(stall)];
}

using StallCycles = EnumArray<Stall, std::uint64_t, kStalls>;
using StreamBytes = EnumArray<Stream, std::uint64_t, kStreams>;

/// Word accesses of one on-chip buffer.
struct SramAccesses {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
};

/// Bits clocked into the array's registers outside its PEs (array_registers.h), by what they hold.
struct RegisterLoads {
  std::uint64_t edge_activation_bits = 0;
  std::uint64_t edge_weight_bits = 0;
  std::uint64_t shadow_bits = 0;  ///< weights (weight-stationary) or sums (output-stationary)
};

/// Commands, data and background time of the DRAM, added up over its channels.
struct DramEvents {
  std::uint64_t activates = 0;
  std::uint64_t read_bytes = 0;  ///< whole DRAM bursts, so at least the bytes asked for
  std::uint64_t write_bytes = 0;
  std::uint64_t refreshes = 0;
  std::uint64_t active_ps = 0;      ///< time with a row open
  std::uint64_t precharged_ps = 0;  ///< time with all rows closed
};

struct LayerCounters {
  std::uint64_t cycles = 0;          ///< from the end of the previous layer to the end of this one
  std::uint64_t compute_cycles = 0;  ///< array or vector unit at work; cycles = compute + stalls
  std::uint64_t fill_drain_cycles = 0;  ///< of these: first operands on their way in, last sums out
  std::uint64_t overhead_cycles = 0;    ///< of these: the machine's control (OverheadConfig)
  StallCycles stall_cycles;
  /// Of the stalls: cycles in which the memory refreshed, or otherwise had accesses under way.
  /// Where the memory does not tell they are 0.
  StallCycles refresh_cycles, memory_busy_cycles;
  std::uint64_t macs = 0;
  std::uint64_t pe_cycles = 0;         ///< cycles that PEs multiply, over all PEs
  std::uint64_t weight_loads = 0;      ///< times a PE's weight registers are loaded (all its lanes)
  std::uint64_t activation_loads = 0;  ///< likewise its activation registers
  RegisterLoads registers;             ///< of the array, outside its PEs
  std::uint64_t feeder_bits = 0;       ///< through the window feeder (window_feeder.h)
  std::uint64_t input_codes = 0;       ///< of convolutions, as loaded: halos again, no padding
  std::uint64_t input_zeros = 0;       ///< those that are 0, which depends on the data
  StreamBytes stream_bytes;            ///< on the bus, whole bus words
  SramAccesses input_buffer, weight_buffer, output_buffer, accumulator_buffer;
  std::uint64_t requantized = 0;      ///< values through the requantizer
  std::uint64_t pool_operations = 0;  ///< comparisons or additions of pooling
  std::uint64_t additions = 0;        ///< residual additions
  std::uint64_t overflows = 0;
  DramEvents dram;
};

/// What weight tiles are made of.
constexpr Stream kWeightTileStreams[] = {Stream::kWeight, Stream::kBias, Stream::kParameter};
inline std::uint64_t weight_tile_bytes(const StreamBytes& bytes) {
  std::uint64_t sum = 0;
  for (const Stream stream : kWeightTileStreams) sum += bytes[stream];
  return sum;
}

/// Computing and all stalls.
std::uint64_t accounted_cycles(const LayerCounters& counters);

/// Adds everything in `b` `times` times.
void add(LayerCounters& a, const LayerCounters& b, std::uint64_t times);

/// Counter by counter.
LayerCounters& operator+=(LayerCounters& a, const LayerCounters& b);
DramEvents& operator+=(DramEvents& a, const DramEvents& b);
/// What happened after `b` was counted.
DramEvents operator-(const DramEvents& a, const DramEvents& b);

/// `counters` with 0 for what depends on the data: equal for all images.
LayerCounters without_data(LayerCounters counters);

/// `work`, layer by layer, with the counters of `timed` that depend on time. Throws
/// std::logic_error, naming layer and counter, if the two do not count the same work.
std::vector<LayerCounters> with_times_of(std::vector<LayerCounters> work,
                                         const std::vector<LayerCounters>& timed);

/// The counter of that full name (counter_fields.h). Throws std::out_of_range if there is none.
std::uint64_t counter_named(const LayerCounters& counters, std::string_view name);

}  // namespace dcnsim

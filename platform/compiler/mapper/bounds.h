// SPDX-License-Identifier: Apache-2.0
// What no execution of a tiling can beat, from its prediction alone, and no tiling of a group, from
// its fewest pixel tiles. bounds.md has the reasons.
#pragma once

#include <cstdint>
#include <string_view>

#include "models/arch/descriptor.h"
#include "models/base/enum_array.h"
#include "models/perf/array_cycles.h"
#include "models/perf/counters.h"

namespace dcnsim {

class Predictor;
struct AcceleratorConfig;
struct DramSpec;
struct LeastPixels;
struct Prediction;

/// What a bound is made of.
enum class BoundKind : std::uint8_t {
  kComputing,  ///< with the first loads and the last store
  kBanks,      ///< likewise, with banks lost to bursts
  kLoads,      ///< all of them, then the last step and its store
  kStores,     ///< all of them, after the first output
  kMemory,     ///< all bytes at the memory's peak
  kRequests,   ///< one a cycle
};
constexpr std::string_view to_string(BoundKind kind) {
  constexpr std::string_view names[] = {
      "computing", "computing and banks", "loads", "stores", "memory", "requests"};
  return names[static_cast<int>(kind)];
}

/// What computing takes at least for the tilings that differ in their pixel tiles alone.
struct LeastWork {
  std::uint64_t macs = 0, pe_cycles = 0;
  std::uint64_t vector_cycles = 0;  ///< of a pool or an addition, whatever the pixel tiles
  LeastArrayCycles array;           ///< of all steps of a pixel tile
  std::uint64_t first_weight_bytes = 0;
};

/// What is counted at least: of LayerCounters what scores are made of.
struct LeastCounters {
  std::uint64_t cycles = 0, compute_cycles = 0, macs = 0, pe_cycles = 0;
  StreamBytes stream_bytes;
};

class Bounds {
 public:
  /// `config` stays.
  Bounds(const AcceleratorConfig& config, const DramSpec& dram);

  /// Cycles from the descriptor on, by what they are spent on at least; none is beaten.
  using LeastCycles = EnumArray<BoundKind, std::uint64_t, 6>;
  LeastCycles least_cycles(const Prediction& prediction) const;

  /// From the first request to the last word on the chip, or written.
  std::uint64_t least_read_cycles(std::uint64_t bytes) const;
  std::uint64_t least_write_cycles(std::uint64_t bytes) const;

  /// Cycles in which the array waits for weights, inputs and outputs or for banks.
  std::uint64_t least_stall_cycles(const Prediction& prediction) const;

  /// The pixel tiles of `tiled` do not count; `predictor` predicts it.
  LeastWork least_work(const Descriptor& tiled, Predictor& predictor) const;

  /// Not more than `tiled` counts: MACs, cycles of the PEs, bytes by stream and, after the
  /// descriptor, cycles.
  LeastCounters least_counters(const Descriptor& tiled, const LeastWork& work,
                               const Prediction& transfers) const;

  /// Likewise not more than any tiling with the weight tiles of `tiled`, nor less of anything than
  /// `pixels`: by its work and what nothing hides, without bytes.
  LeastCounters least_of_weight_tile(const Descriptor& tiled, const LeastWork& work,
                                     const LeastPixels& pixels) const;

  /// Likewise any that differs from that of `tiled` in its pixel tiles alone
  /// and has no fewer of them, of which there is one only if `tiled` has one, nor less of anything
  /// than `pixels`: by its work and what nothing hides, without bytes.
  LeastCounters least_of_group(const Descriptor& tiled, const LeastWork& work,
                               const LeastPixels& pixels) const;
  /// And by its loads and stores; `whole` predicts those of with_one_pixel_tile(tiled).
  LeastCounters least_of_group(const Descriptor& tiled, const LeastWork& work,
                               const LeastPixels& pixels, Prediction whole) const;

 private:
  LeastCounters computing_of_group(const Descriptor& tiled, const LeastWork& work,
                                   const LeastPixels& pixels) const;
  LeastCounters counted(const LeastWork& work, std::uint64_t computing) const;
  void add_transfers(LeastCounters& least, const Prediction& transfers) const;
  /// Of an array that computes for so many cycles.
  LeastCycles least_cycles(const Prediction& prediction, std::uint64_t computing) const;
  bool is_input_alone(Descriptor tiled) const;
  void add_lone(Prediction& least, const Descriptor& tiled, const LeastWork& work,
                const LeastPixels& pixels) const;
  std::uint64_t memory_cycles(std::uint64_t bytes, double latency_ns) const;
  std::uint64_t least_memory_cycles(std::uint64_t read, std::uint64_t written) const;
  double least_waits_and_conflicts(const Prediction& prediction, std::uint64_t waits) const;

  const AcceleratorConfig& config_;
  std::uint64_t bus_bytes_;
  double period_ns_;
  double read_latency_ns_;                ///< column access
  double ns_per_byte_;                    ///< of the DRAM at its peak
  double refresh_every_ns_, refresh_ns_;  ///< between columns, on all channels; 0: never
  std::uint64_t posted_bytes_;
};

/// All pixels in one tile.
Descriptor with_one_pixel_tile(Descriptor tiled);

}  // namespace dcnsim

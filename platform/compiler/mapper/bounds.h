// SPDX-License-Identifier: Apache-2.0
// What no execution of a tiling can beat, from its prediction alone, and no tiling of a group, from
// its fewest pixel tiles. bounds.md has the reasons.
#pragma once

#include <cstdint>

namespace dcnsim {

struct AcceleratorConfig;
struct Descriptor;
struct DramSpec;
struct LayerCounters;
struct Prediction;
struct TilingGroup;

class Bounds {
 public:
  /// `config` stays.
  Bounds(const AcceleratorConfig& config, const DramSpec& dram);

  /// Cycles in which the array waits for weights, inputs and outputs or for banks.
  std::uint64_t least_stall_cycles(const Prediction& prediction) const;

  /// Not more than any tiling of `group` counts, whose tiling with all pixels in one tile is
  /// predicted as `whole`: MACs, cycles of the PEs, bytes by stream and, after the descriptor,
  /// cycles. The other counters are 0.
  LayerCounters least_counters(const Descriptor& layer, const TilingGroup& group,
                               const Prediction& whole) const;

 private:
  std::uint64_t least_array_cycles(Descriptor layer, const TilingGroup& group) const;
  std::uint64_t least_read_cycles(std::uint64_t bytes) const;
  std::uint64_t least_write_cycles(std::uint64_t bytes) const;
  std::uint64_t least_memory_cycles(std::uint64_t bytes) const;
  double least_waits_and_conflicts(const Prediction& prediction, std::uint64_t waits) const;

  const AcceleratorConfig& config_;
  std::uint64_t bus_bytes_;
  double period_ns_;
  double read_latency_ns_;  ///< column access
  double ns_per_byte_;      ///< of the DRAM at its peak
};

}  // namespace dcnsim

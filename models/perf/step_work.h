// SPDX-License-Identifier: Apache-2.0
// What one step of a schedule asks of the machine: cycles of the array or the vector unit, and the
// on-chip events that go with it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/perf/array_cycles.h"
#include "models/perf/counters.h"
#include "models/perf/schedule.h"

namespace dcnsim {

struct StepWork {
  std::uint64_t cycles = 0;      ///< without any waiting
  std::uint64_t fill_drain = 0;  ///< of these: first operands on their way in, last sums out
  std::uint64_t overhead = 0;    ///< likewise: the machine's control
  /// Words during these cycles; of a scratchpad, which is all three, its own each time.
  SramAccesses input_buffer, weight_buffer, output_buffer;
  /// Beyond `cycles`: lost to accesses of the array's own that meet in one bank, as outputs that
  /// stay on chip do with the inputs that it reads, and in a scratchpad weights with inputs, and
  /// outputs with both.
  std::uint64_t conflicts = 0;
};

/// Cycles the array loses when `words` are moved to or from a buffer with which it makes `accesses`
/// in `cycles`: `banks` words pass in a cycle, in which it cannot have those banks.
std::uint64_t lost_cycles(const BufferConfig& buffer, std::uint64_t words, std::uint64_t accesses,
                          std::uint64_t cycles);

/// What a convolution's step asks of the array.
ArrayWork array_work(const AcceleratorConfig& config, const Descriptor& descriptor,
                     const Step& step);

/// Counts the step's events in `counters` (no cycles).
StepWork step_work(const AcceleratorConfig& config, const Descriptor& descriptor, const Step& step,
                   LayerCounters& counters);

/// step_work() of the steps of one layer, under one tiling or several, wherever its maps lie: of
/// equal steps once.
class StepWorks {
 public:
  /// `config` stays.
  explicit StepWorks(const AcceleratorConfig& config) : config_(config) {}

  /// Forgets the layer.
  void clear() {
    known_.clear();
    latest_ = nullptr;
  }

  struct Counted {
    StepWork work;
    LayerCounters counters;
  };
  const Counted& of(const Descriptor& descriptor, const Step& step);

 private:
  /// What the work of a step depends on beyond its layer.
  using Key = std::array<int, 7>;
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };

  const AcceleratorConfig& config_;
  std::unordered_map<Key, Counted, Hash> known_;
  std::pair<const Key, Counted>* latest_ = nullptr;  ///< of these: mostly the next step is equal
};

}  // namespace dcnsim

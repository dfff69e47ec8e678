// SPDX-License-Identifier: Apache-2.0
// What layers cost in time, traffic and events, without values and without SystemC: a Pipeline
// against a model of its memory. The SystemC system with loosely timed memory gives the same
// counters.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace dcnsim {

struct AcceleratorConfig;
struct Descriptor;
struct DmaConfig;
struct DramSpec;
struct LayerCounters;

/// Cycles that a layer may take, and what is known of it before it has been executed.
struct Deadline {
  std::uint64_t cycles = 0;
  std::uint64_t compute_cycles = 0;                 ///< of the array, its stalls left aside
  std::uint64_t read_bytes = 0, written_bytes = 0;  ///< the descriptor's included
};

/// Runs one layer after the other on one machine.
class Evaluator {
 public:
  /// `config` is validated and stays. Throws what make_memory throws.
  Evaluator(const AcceleratorConfig& config, const DramSpec& dram);
  ~Evaluator();

  /// An idle machine at cycle 0 and an idle memory, a DRAM with closed rows.
  void reset();

  /// Executes a descriptor from where the one before ended. Zeros and overflows, which depend on
  /// the data, are not counted. `layer` is valid and legal. Gives up, with nothing, as soon as
  /// the layer cannot keep to its deadline, if it has one; then reset() must follow. At the end of
  /// a list the descriptor at `next`, of the next run(), is asked for ahead.
  std::optional<LayerCounters> run(const Descriptor& layer, std::uint64_t descriptor_address,
                                   const Deadline* deadline = nullptr,
                                   std::optional<std::uint64_t> next = std::nullopt);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Executes the descriptors, which lie one behind the other from `descriptor_address` on, from an
/// idle machine: an Evaluator of their own.
std::vector<LayerCounters> evaluate(const std::vector<Descriptor>& layers,
                                    std::uint64_t descriptor_address,
                                    const AcceleratorConfig& config, const DramSpec& dram);

/// Descriptors one behind the other in memory.
struct DescriptorList {
  std::vector<Descriptor> layers;
  std::uint64_t address = 0;
};

/// Executes lists from an idle machine, each queued while the one before runs: the counters of the
/// layers, list by list, whose cycles add up to those from the first START to the last DONE.
std::vector<std::vector<LayerCounters>> evaluate_queue(const std::vector<DescriptorList>& lists,
                                                       const AcceleratorConfig& config,
                                                       const DramSpec& dram);

/// Cycles to decode a descriptor and set up the address generators: one bus word of it a cycle.
std::uint64_t decode_cycles(const DmaConfig& dma);

}  // namespace dcnsim

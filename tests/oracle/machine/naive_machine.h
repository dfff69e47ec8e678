// SPDX-License-Identifier: Apache-2.0
// A second accelerator, written from pipeline.md, array_cycles.md and datapath.md alone: it does
// one layer clock cycle by clock cycle and counts event by event. Slow, and of no use but to be
// compared with; nothing here is shared with models/perf.
#pragma once

#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "tests/oracle/machine/layer_steps.h"
#include "tests/oracle/machine/memory_runs.h"
#include "tests/oracle/machine/naive_step.h"
#include "tests/oracle/machine/tally.h"

namespace dcnsim::oracle {

enum class Wait { kDescriptor, kWeight, kInput, kOutput };

constexpr std::string_view to_string(Wait cause) {
  constexpr std::string_view names[] = {"descriptor", "weight", "input", "output"};
  return names[static_cast<int>(cause)];
}

/// Whatever is at the other end of the bus.
class Memory {
 public:
  virtual ~Memory() = default;
  /// The cycle in which it is done with an access that is requested in `cycle`.
  virtual Int access(Int cycle, const Burst& burst) = 0;
  /// Is told when the array has waited from one cycle to another.
  virtual void waited(Wait cause, Int from, Int to) = 0;
};

/// What the compiler asks about one of the three buffers, or what stands for it.
struct BufferUse {
  Int collisions = 0;   ///< cycles lost to bursts
  double least = 1;     ///< share of its bank cycles that every step at least has
  Int longest_run = 0;  ///< bytes
};

struct LayerRun {
  Tally tally;
  Int steps = 0, last_step_cycles = 0;
  Int lone_load_bytes = 0;  ///< first tiles, and all of a kind with one slot
  Int last_store_bytes = 0;
  Int kept_conflicts = 0;  ///< cycles lost to the array's own accesses
  BufferUse weight, input, output;
};

class NaiveMachine {
 public:
  /// Both stay.
  NaiveMachine(const AcceleratorConfig& config, Memory& memory)
      : config_(config), memory_(memory) {}

  /// Executes a descriptor from where the one before ended. If `next` is given, the descriptor
  /// there, which the next run() executes, is asked for when nothing else is left to be loaded.
  LayerRun run(const Descriptor& layer, std::uint64_t descriptor_address,
               std::optional<Int> next = {});

 private:
  enum Source { kDescriptor, kWeights, kInputs, kOutputs };
  static constexpr int kSources = 4;

  struct Tile {
    int number = 0;
    std::size_t step = 0;  ///< the first that uses it, or the one that completed it
    std::deque<Burst> to_request;
    Int in_flight = 0;
    bool moved() const { return to_request.empty() && in_flight == 0; }
  };
  /// The tiles of a buffer that have a slot, oldest first.
  struct Queue {
    std::deque<Tile> tiles;
    std::size_t slots = 1;
    int begun = 0;
    bool requests() const { return !tiles.empty() && !tiles.back().to_request.empty(); }
    bool oldest_moved() const { return !tiles.empty() && tiles.front().moved(); }
  };
  struct InFlight {
    Source source = kDescriptor;
    int tile = 0;
    Int bytes = 0, requested = 0, done = 0, passed = 0;
  };
  struct Port {
    std::deque<InFlight> bursts;  ///< in the order in which they pass
    Int free = 0;                 ///< when the latest had passed
  };
  struct Running {
    StepRun step;
    Int end = 0;
  };

  void fetch_descriptor(Int address);
  void await_descriptor();
  void begin(const Descriptor& layer);
  bool loads_inputs() const;
  void pass_bursts(Port& port);
  void pass(const InFlight& burst);
  Int collide(const InFlight& burst);
  Accesses met_by(const StepRun& step, const Accesses& of_buffer) const;
  Int lost_to_itself(const StepRun& step) const;
  void finish_step();
  void start_step();
  void note(const StepRun& step);
  std::optional<Wait> lacking() const;
  void wait_for(std::optional<Wait> cause);
  void take_slots();
  void take_slot(Source source, std::deque<std::size_t>& first_steps);
  void begin_tile(Source source, std::size_t step, const Runs& runs);
  void request();
  std::optional<Source> next_source() const;
  bool may_request(Source source) const;
  bool done() const;

  const AcceleratorConfig& config_;
  Memory& memory_;
  Descriptor layer_;
  std::vector<Step> steps_;
  LayerRun run_;
  Int now_ = 0;
  Queue queues_[kSources];
  Port reads_, writes_;
  int last_source_ = kDescriptor;
  std::size_t next_step_ = 0;
  std::optional<Running> running_;
  std::deque<std::size_t> weights_to_load_, inputs_to_load_;  ///< first steps of tiles
  std::deque<std::size_t> to_store_;                          ///< last steps of tiles
  std::size_t output_slots_taken_ = 0;
  bool output_open_ = false;
  std::optional<Wait> waiting_;
  Int waiting_from_ = 0;
  std::optional<Int> ahead_;  ///< a descriptor that is to be asked for
  bool is_fetched_ = false;   ///< the next layer's, or it is on its way
  Int fetched_ = 0;           ///< when it had come
  Int ended_ = 0;             ///< the layer before
};

}  // namespace dcnsim::oracle

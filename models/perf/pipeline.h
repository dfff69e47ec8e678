// SPDX-License-Identifier: Apache-2.0
// The accelerator's timing as a state machine over clock cycles: tiles are loaded, computed and
// stored through the slots of the buffers, by bursts on the memory port. It has no notion of values
// or of a memory: whoever drives it moves the data and says when the memory is done. The SystemC
// accelerator drives it over its socket, the mapper against a DRAM model (evaluate.h), so that what
// one predicts the other does.
//
// In every cycle, in this order: bursts that have passed complete their tiles, the array finishes,
// the next step starts if its weights, its inputs and a place for its outputs are there, loads take
// free slots, and one burst may be requested.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/base/enum_array.h"
#include "models/perf/counters.h"
#include "models/perf/memory_port.h"
#include "models/perf/schedule.h"
#include "models/perf/step_work.h"
#include "models/perf/tile_stream.h"

namespace dcnsim {

/// A step in execution and the numbers of the tiles it works on.
struct RunningStep {
  const Step* step = nullptr;
  std::uint64_t first_cycle = 0, end_cycle = 0;
  std::uint32_t weight_tile = 0, input_tile = 0;
  std::uint64_t compute_cycles = 0;     ///< the others are bank conflicts
  std::uint64_t fill_drain_cycles = 0;  ///< of these
  std::uint64_t overhead_cycles = 0;    ///< likewise
};

/// What is told of everything that happens, in the order of time.
class PipelineClient {
 public:
  virtual ~PipelineClient() = default;
  /// A slot is taken; bursts of the tile follow. Output tiles are complete in the output buffer.
  virtual void tile_begun(TileKind, std::uint32_t /*number*/, const Step&, const Parts&,
                          std::uint64_t /*cycle*/) {}
  /// A burst is asked for.
  virtual void burst_requested(const Burst&, std::uint64_t /*cycle*/) {}
  /// The last of its bus words, a word a cycle, has passed.
  virtual void burst_passed(const Burst&, std::uint64_t /*cycle*/) {}
  /// All bursts of a tile have passed.
  virtual void tile_moved(TileKind, std::uint32_t /*number*/, const Step&,
                          std::uint64_t /*cycle*/) {}
  virtual void step_started(const RunningStep&) {}
  virtual void step_finished(const RunningStep&) {}
  /// The array did not compute in cycles [from, to). Bank conflicts are inside steps.
  virtual void waited(Stall, std::uint64_t /*from*/, std::uint64_t /*to*/) {}
  /// All of a layer is done; its stalls have been told.
  virtual void layer_finished(std::uint64_t /*cycle*/) {}
};

class Pipeline {
 public:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};

  /// `config` is validated and stays.
  Pipeline(const AcceleratorConfig& config, PipelineClient& client);

  /// Forgets everything; `cycle` is the present one from now on.
  void reset(std::uint64_t cycle);

  /// Begins a layer by asking for its descriptor. What happens from now on is counted in
  /// `counters`, which stays until the layer is done.
  void fetch(std::uint64_t descriptor_address, LayerCounters& counters);
  /// The descriptor has been fetched: executes it. why_illegal() finds nothing wrong with it.
  void execute(const Descriptor& descriptor);
  /// While the layer runs: asks for the descriptor of what comes after it, too, as soon as all
  /// loads of the layer have been asked for. To be called once, after execute().
  void prefetch(std::uint64_t descriptor_address);
  /// In the place of fetch(), once idle(), with the descriptor that was asked for ahead; returns
  /// the cycle in which it had come.
  std::uint64_t follow(LayerCounters& counters);
  /// Whether there is nothing left to do of the last fetch(), execute() or prefetch().
  bool idle() const;

  std::uint64_t now() const { return now_; }
  /// The next cycle, from now() on, in which something happens unless the memory responds before;
  /// kNever if that is all there is to wait for. Without `may_request`, no burst can be requested.
  std::uint64_t next_cycle(bool may_request = true) const;
  /// Does what happens in `cycle`, which is at most next_cycle().
  void advance(std::uint64_t cycle);
  /// The burst to be requested in the present cycle, which stays until it has passed, or none. To
  /// be called until it is none.
  const Burst* request();
  /// The memory is done with a burst in `cycle`; requests are answered in any order.
  void respond(std::uint32_t tag, std::uint64_t cycle);
  /// Takes what happens until `cycle` as waiting for `cause`.
  void charge(Stall cause, std::uint64_t cycle);

  /// Requests on their way, to be watched.
  const std::size_t& reads_in_flight() const { return reads_.in_flight(); }
  const std::size_t& writes_in_flight() const { return writes_.in_flight(); }

 private:
  TileStream& stream(TileKind kind) { return streams_[kind]; }
  const TileStream& stream(TileKind kind) const { return streams_[kind]; }
  MemoryPort& port(bool is_write) { return is_write ? writes_ : reads_; }

  const Step& step_of(TileKind kind, std::uint32_t number) const;

  bool layer_is_done() const;
  bool has_loads_left() const;
  void begin_layer(LayerCounters& counters);
  void begin_descriptor(std::uint64_t address);
  void settle();
  void retire(MemoryPort& port);
  void tile_moved(TileKind kind, std::uint32_t number);
  std::uint64_t collide(TileKind kind, std::uint32_t bytes);
  void finish_step();
  std::optional<Stall> lacking() const;
  void start_step();
  void begin_tiles();
  void begin_load(TileKind kind, std::size_t& next, bool Step::*loads);
  void begin_tile(TileKind kind, const Step& step);
  int next_source() const;

  const AcceleratorConfig& config_;
  PipelineClient& client_;
  Descriptor descriptor_;
  std::vector<Step> steps_;
  LayerCounters* counters_ = nullptr;
  EnumArray<TileKind, TileStream, kTileKinds> streams_;
  MemoryPort reads_, writes_;

  std::uint64_t now_ = 0;
  std::uint64_t charged_ = 0;       ///< cycles before this one are computing or charged to a stall
  std::optional<Stall> awaited_;    ///< what the cycles from then on wait for
  std::uint64_t next_request_ = 0;  ///< a request a cycle
  std::size_t next_step_ = 0;       ///< to be started
  std::size_t next_weights_ = 0, next_inputs_ = 0;  ///< steps up to here are loaded or loading
  std::size_t last_weights_ = 0, last_inputs_ = 0;  ///< steps from here on load none
  bool output_open_ = false;                        ///< a slot of the output buffer is being filled
  std::size_t outputs_taken_ = 0, output_slots_ = 1;
  std::deque<std::size_t> stored_;  ///< steps whose output tiles wait for the one before
  bool may_begin_ = false;          ///< a tile, by what has happened since the last was begun
  bool computing_ = false;
  bool layer_ended_ = false;               ///< its client knows
  std::optional<std::uint64_t> prefetch_;  ///< a descriptor to be asked for
  bool is_ahead_ = false;                  ///< the one that was belongs to what comes next
  std::uint64_t descriptor_cycle_ = 0;     ///< in which it had come
  RunningStep running_;
  StepWorks works_;
  StepWork work_;  ///< of the running step

  struct InFlight {
    Burst burst;
    std::uint64_t requested = 0;
  };
  std::vector<InFlight> in_flight_;  ///< by tag
  std::vector<std::uint32_t> free_tags_;
  int last_source_ = 0;  ///< of round-robin arbitration
  Step no_step_;         ///< of the descriptor's tile
};

}  // namespace dcnsim

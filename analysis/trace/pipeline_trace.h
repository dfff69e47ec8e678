// SPDX-License-Identifier: Apache-2.0
// Draws what a Pipeline does into a TraceFile: layers, the array's steps and waits, tiles on their
// way through the DMA and in the buffers, requests and bytes of the memory port. Holds the tiles in
// flight only.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/trace/trace_counters.h"
#include "analysis/trace/trace_file.h"
#include "models/perf/clock.h"
#include "models/perf/pipeline.h"

namespace dcnsim {

struct TracedLayer {
  std::string name;
  bool loads_input = true;  ///< else it is on chip
  bool stores_output = true;
};

/// Where an accelerator is drawn that is not the only one, and what it runs.
struct TracePlace {
  std::string prefix;   ///< of the names of its rows
  int rows_before = 0;  ///< of others, in each group: kTraceRows each
  /// Address of the list of descriptors, by which layers are known whatever is run in which order;
  /// nothing: one job, from the first layer on.
  std::optional<std::uint64_t> descriptors = {};
};
inline constexpr int kTraceRows = 16;

class PipelineTrace : public PipelineClient {
 public:
  /// `layers` in the order of their execution. A word of `bus_bytes` passes in a cycle. `file`
  /// stays.
  PipelineTrace(TraceFile& file, std::vector<TracedLayer> layers, const Clock& clock, int bus_bytes,
                const TracePlace& place = {});

  /// After the last job: the last layer ends. Returns when, in picoseconds.
  std::uint64_t finish();

  void tile_begun(TileKind kind, std::uint32_t number, const Step& step, const Parts& parts,
                  std::uint64_t cycle) override;
  void burst_requested(const Burst& burst, std::uint64_t cycle) override;
  void burst_passed(const Burst& burst, std::uint64_t cycle) override;
  void tile_moved(TileKind kind, std::uint32_t number, const Step& step,
                  std::uint64_t cycle) override;
  void step_started(const RunningStep& running) override;
  void step_finished(const RunningStep& running) override;
  void waited(Stall cause, std::uint64_t from, std::uint64_t to) override;
  void layer_finished(std::uint64_t cycle) override;

 private:
  /// A tile from its first request on.
  struct Transfer {
    std::string name;
    std::uint64_t begun = 0;
    std::int64_t bytes = 0;
  };
  /// One buffer: who has which of its two slots, since when.
  struct Slots {
    struct Tile {
      std::string name;
      std::uint64_t since;
      int slot;
      std::int64_t bytes;  ///< loaded
    };
    std::deque<Tile> tiles;
    std::array<bool, 2> taken{};
  };

  /// One direction of the memory port.
  struct Port {
    LevelCounter in_flight;
    BandwidthCounter bandwidth;
  };

  Port& port(const Burst& burst) { return burst.is_write ? writes_ : reads_; }
  void begin_layer(const Parts& descriptor, std::uint64_t cycle);
  std::size_t layer_of(const Parts& descriptor) const;
  void end_layer(std::uint64_t cycle);
  void take(TileKind kind, const std::string& name, std::uint64_t cycle, std::int64_t bytes);
  void release(TileKind kind, std::uint64_t cycle);
  void release_outputs(std::uint32_t number, std::uint64_t cycle);
  void slice(const Track& track, const std::string& name, std::uint64_t from, std::uint64_t to,
             TraceColour colour, const TraceArguments& arguments);
  Track placed(const Track& track) const { return {track.group, track.row + place_.rows_before}; }
  const TracedLayer& layer() const { return layer_ < layers_.size() ? layers_[layer_] : unknown_; }
  std::int64_t layer_number() const { return static_cast<std::int64_t>(layer_); }

  TraceFile& file_;
  const std::vector<TracedLayer> layers_;
  const TracedLayer unknown_{"another program's layer"};
  const TracePlace place_;
  const Clock clock_;
  const std::uint64_t bus_bytes_;
  Port reads_, writes_;
  std::map<TileKind, LevelCounter> held_;  ///< bytes, of those with a buffer
  std::size_t layer_ = 0, begun_layers_ = 0;
  bool layer_open_ = false;
  std::uint64_t layer_begin_ = 0;
  std::uint64_t last_cycle_ = 0;  ///< of what has been drawn
  bool output_open_ = false;
  std::uint32_t next_output_ = 0;  ///< the oldest output tile that has a slot
  bool moved_early_ = false;       ///< the memory took the tile behind it first
  std::array<std::array<Transfer, 2>, kTileKinds> transfers_;  ///< by kind, by number modulo 2
  std::array<std::uint64_t, kTileKinds> moved_{};  ///< by kind: when the tile before was complete
  std::array<Slots, kTileKinds> slots_;
};

}  // namespace dcnsim

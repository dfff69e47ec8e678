// SPDX-License-Identifier: Apache-2.0
// What no execution of a tiling can beat, tile by tile: loads, steps and stores one after the other
// in the places that the buffers have for them, as a Pipeline does them, but behind a memory that
// never makes one wait for another. Sharper than Bounds and, step by step, slower. bounds.md has
// the reasons.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include "models/arch/descriptor.h"
#include "models/arch/memory_layout.h"
#include "models/perf/step_work.h"
#include "models/perf/transfers.h"

namespace dcnsim {

class Bounds;
struct AcceleratorConfig;

class TileTimes {
 public:
  /// Of one layer, whose tiling does not count and whose steps `works` knows. The references stay.
  TileTimes(const Descriptor& layer, const AcceleratorConfig& config, const Bounds& bounds,
            StepWorks& works);

  /// Cycles from the descriptor on; `tiling` is legal. Weights and inputs may pass at the same
  /// time, or have but one bus, which is more.
  std::uint64_t least_cycles(const Tiling& tiling, bool on_one_bus = false);

 private:
  /// What one tile takes of the DMA, at least.
  struct Transfer {
    std::uint64_t bus_words = 0;
    std::uint64_t cycles = 0;  ///< from its first request on, if nothing else is moved
  };
  /// A kind of tile: loaded or stored one after the other.
  struct Stream {
    std::uint64_t slots = 1;
    std::uint64_t moved = 0;               ///< cycle in which the latest one has been
    std::uint64_t begun = 0;               ///< in which its first burst was asked for, at least
    std::array<std::uint64_t, 2> freed{};  ///< in which the latest two places became free

    void move(std::uint64_t from, const Transfer& tile);
    void free(std::uint64_t cycle);
    std::uint64_t place() const { return slots == 1 ? freed[1] : freed[0]; }
  };
  /// The bus on which loads of all kinds pass, a word a cycle.
  struct Bus {
    std::uint64_t since = 0;   ///< no tile of the words in `passed` begins before
    std::uint64_t passed = 0;  ///< cycle in which they have, if nothing kept the bus from it
    std::uint64_t words = 0;   ///< of all tiles

    void pass(std::uint64_t begun, std::uint64_t tile_words);
    std::uint64_t moved() const { return std::max(passed, words); }
  };
  using Shape = std::array<int, 4>;  ///< of a weight tile: what its transfer depends on

  const Transfer& weights(const Step& step);
  Transfer inputs(const Step& step) const;
  Transfer outputs(const Step& step) const;
  /// Bytes and requests of a tile, as far as they have been added up.
  struct Sum {
    std::uint64_t bytes = 0, requests = 0;
  };
  void add_run(Sum& sum, std::uint64_t bytes, std::uint64_t times) const;
  void add_map(Sum& sum, const MapLayout& map, int rows, int x0, int x1, const ChannelRange& range,
               bool has_strides) const;
  Transfer transfer(const Sum& sum, bool is_write) const;

  Descriptor layer_;
  const AcceleratorConfig& config_;
  const Bounds& bounds_;
  StepWorks& works_;
  const MapLayout input_, input2_, output_;
  const std::uint64_t least_read_cycles_, least_write_cycles_;  ///< of a bus word
  std::map<Shape, Transfer> weights_;
  Parts parts_;
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// The tiles of one on-chip buffer on their way between memory and array: which slot is taken, which
// bursts of the newest tile are still to be asked for, which tiles are complete. Tiles are begun,
// completed by bursts and given back in order; a tile's number is its place in that order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/perf/transfers.h"

namespace dcnsim {

/// What tiles are of; each kind has a buffer and a stream of its own.
enum class TileKind : std::uint8_t { kDescriptor, kWeight, kInput, kOutput };
inline constexpr int kTileKinds = 4;

/// One transaction on the memory port.
struct Burst {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;  ///< a power of two, naturally aligned
  Stream stream = Stream::kInput;
  TileKind kind = TileKind::kInput;
  bool is_write = false;
  std::uint32_t tag = 0;     ///< names the burst while it is in flight
  std::uint32_t tile = 0;    ///< number of its tile
  std::uint64_t offset = 0;  ///< of its first byte among the tile's bytes, part after part
};

class TileStream {
 public:
  /// Forgets everything; `slots` tiles may be taken at once.
  void reset(std::size_t slots) {
    tiles_.clear();
    parts_.clear();
    slots_ = slots;
    first_ = next_ = 0;
    part_ = offset_ = begin_ = 0;
  }

  bool has_free_slot() const { return tiles_.size() < slots_; }
  bool has_bursts() const { return part_ < parts_.size(); }
  bool empty() const { return tiles_.empty(); }

  /// Takes a slot for the tile of the step with index `step`, whose bursts are made from parts()
  /// from now on. No burst of the tile before may be left.
  void begin(std::size_t step) {
    tiles_.push_back({step, 0});
    ++next_;
    part_ = offset_ = begin_ = 0;
  }
  /// To be filled between begin() and take().
  Parts& parts() { return parts_; }

  /// `burst` becomes the next of the newest tile, at most `limit` bytes; has_bursts() holds.
  void take(std::uint32_t limit, Burst& burst);
  /// A burst of tile `number` has passed; true if it was the tile's last.
  bool complete(std::uint32_t number) {
    Tile& tile = tiles_[number - first_];
    --tile.in_flight;
    return tile.in_flight == 0 && !(number == newest() && has_bursts());
  }

  std::uint32_t newest() const { return next_ - 1; }
  /// Step of the newest tile.
  std::size_t newest_step() const { return tiles_.back().step; }

  std::size_t step_of(std::uint32_t number) const { return tiles_[number - first_].step; }
  std::uint32_t front() const { return first_; }
  /// Whether all bytes of the oldest tile have been moved.
  bool front_complete() const {
    return !tiles_.empty() && tiles_.front().in_flight == 0 &&
           !(tiles_.size() == 1 && has_bursts());
  }
  /// Gives the slot of the oldest tile back.
  void pop() {
    tiles_.erase(tiles_.begin());
    ++first_;
  }

 private:
  struct Tile {
    std::size_t step;
    std::uint32_t in_flight;
  };
  std::vector<Tile> tiles_;  ///< few: a buffer has two slots
  Parts parts_;              ///< of the newest tile
  std::size_t slots_ = 1;
  std::uint32_t first_ = 0, next_ = 0;  ///< numbers of the oldest and the next tile
  std::size_t part_ = 0;
  std::uint64_t offset_ = 0;  ///< within the part
  std::uint64_t begin_ = 0;   ///< of the part within the tile
};

}  // namespace dcnsim

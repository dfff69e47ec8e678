// SPDX-License-Identifier: Apache-2.0
// The slots of one on-chip buffer as a queue between the process that fills them and the one that
// empties them. Two slots are a double buffer. A published tile is usable from its ready time on.
#pragma once

#include <cstddef>
#include <deque>
#include <systemc>
#include <utility>

namespace dcnsim {

template <class Tile>
class TileQueue {
 public:
  /// Empties the queue and sets the number of slots. Nobody may be waiting on it.
  void reset(std::size_t slots) {
    tiles_.clear();
    slots_ = slots;
    taken_ = 0;
  }

  /// Producer: takes a free slot, waiting for one if need be.
  void acquire() {
    while (taken_ == slots_) sc_core::wait(freed_);
    ++taken_;
  }
  /// Producer: hands over the tile in the slot acquired last.
  void publish(Tile tile, const sc_core::sc_time& ready) {
    tiles_.push_back({std::move(tile), ready});
    published_.notify(sc_core::SC_ZERO_TIME);
  }

  /// Consumer: the oldest tile, waiting until it is published and ready.
  Tile& front() {
    while (tiles_.empty()) sc_core::wait(published_);
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    if (tiles_.front().ready > now) sc_core::wait(tiles_.front().ready - now);
    return tiles_.front().tile;
  }
  /// Consumer: done with the oldest tile; its slot is free.
  void pop() {
    tiles_.pop_front();
    --taken_;
    freed_.notify(sc_core::SC_ZERO_TIME);
  }

  bool idle() const { return taken_ == 0; }
  const sc_core::sc_event& freed() const { return freed_; }

 private:
  struct Entry {
    Tile tile;
    sc_core::sc_time ready;
  };
  std::deque<Entry> tiles_;
  std::size_t slots_ = 1;
  std::size_t taken_ = 0;
  sc_core::sc_event freed_;
  sc_core::sc_event published_;
};

}  // namespace dcnsim

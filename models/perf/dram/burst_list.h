// SPDX-License-Identifier: Apache-2.0
// A bounded queue of bursts, those of each bank by age.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/perf/dram/channel.h"

namespace dcnsim {

class BurstList {
 public:
  static constexpr std::size_t kNone = ~std::size_t{0};

  struct Entry {
    DramChannel::Burst burst;
    std::uint64_t number;   ///< among the bursts of its channel
    std::size_t tag;        ///< the owner's
    bool whole;             ///< all bytes of the burst are meant
    std::uint64_t age = 0;  ///< how many came before
    std::size_t previous = kNone, next = kNone;
  };

  BurstList(std::size_t banks, std::size_t depth) : entries_(depth), banks_(banks) { clear(); }

  void clear() {
    vacant_.clear();
    for (std::size_t i = entries_.size(); i > 0; --i) vacant_.push_back(i - 1);
    for (Bank& bank : banks_) bank = {};
    occupied_.clear();
    came_ = gone_ = 0;
  }

  bool full() const { return vacant_.empty(); }
  bool empty() const { return came_ == gone_; }
  std::uint64_t size() const { return came_ - gone_; }

  /// Banks that have entries, in no order.
  const std::vector<std::size_t>& occupied() const { return occupied_; }
  /// Entries of a bank, from the oldest or the youngest on.
  std::size_t oldest(std::size_t bank) const { return banks_[bank].oldest; }
  std::size_t youngest(std::size_t bank) const { return banks_[bank].youngest; }
  const Entry& operator[](std::size_t entry) const { return entries_[entry]; }

  /// Of the oldest entry of all: how many younger ones are gone.
  std::uint64_t overtaken(const Entry& oldest) const { return gone_ - oldest.age; }

  void push(std::size_t bank, const Entry& entry) {
    const std::size_t at = vacant_.back();
    vacant_.pop_back();
    Bank& b = banks_[bank];
    if (b.oldest == kNone) {
      b.place = occupied_.size();
      occupied_.push_back(bank);
    }
    entries_[at] = entry;
    entries_[at].age = came_++;
    entries_[at].previous = b.youngest;
    entries_[at].next = kNone;
    (b.youngest == kNone ? b.oldest : entries_[b.youngest].next) = at;
    b.youngest = at;
  }

  void erase(std::size_t bank, std::size_t at) {
    const Entry& entry = entries_[at];
    Bank& b = banks_[bank];
    (entry.previous == kNone ? b.oldest : entries_[entry.previous].next) = entry.next;
    (entry.next == kNone ? b.youngest : entries_[entry.next].previous) = entry.previous;
    vacant_.push_back(at);
    ++gone_;
    if (b.oldest != kNone) return;
    occupied_[b.place] = occupied_.back();
    banks_[occupied_.back()].place = b.place;
    occupied_.pop_back();
  }

 private:
  struct Bank {
    std::size_t oldest = kNone, youngest = kNone;
    std::size_t place = 0;  ///< among those occupied
  };
  std::vector<Entry> entries_;
  std::vector<std::size_t> vacant_;
  std::vector<Bank> banks_;
  std::vector<std::size_t> occupied_;
  std::uint64_t came_ = 0, gone_ = 0;
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Serves a channel as a controller with queues does: bursts wait in a read queue and a write queue,
// and every command goes to who can use it now. Reads come first; writes are served while no read
// waits, and from write_high of them on until write_low are left.
//
// Of the queue whose turn it is, the oldest of the bursts whose column command the rules allow
// soonest comes next. Precharges and activates for the oldest burst of each bank that has no row
// hit go to the command cycles that this leaves. A burst that kMostOvertaken younger ones of its
// queue have overtaken has its bank for itself.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/perf/dram/burst_list.h"
#include "models/perf/dram/channel.h"

namespace dcnsim {

class ChannelQueue {
 public:
  static constexpr std::uint64_t kMostOvertaken = 64;

  using Entry = BurstList::Entry;
  /// A column command that begins in `cycle`.
  struct Issued {
    bool is_write;
    std::size_t tag;  ///< of the entry
    std::uint64_t cycle, data_end;
  };

  /// `channel` stays.
  ChannelQueue(DramChannel& channel, const DramConfig& config);

  void reset();

  bool has_room(bool is_write) const { return !list(is_write).full(); }
  bool has_reads() const { return !reads_.empty(); }
  bool empty() const { return reads_.empty() && writes_.empty(); }
  /// Whether a queued write may answer a read of this burst.
  bool may_answer(std::uint64_t number) const { return written_[bucket(number)] > 0; }
  /// Whether a queued write answers a read. One of part of the burst does not: it is written before
  /// any other read is served.
  bool answers(const Entry& read);
  /// In `cycle`, up to which run_until() has been called; there must be room.
  void enqueue(std::uint64_t cycle, const Entry& entry) {
    present_ = std::max(present_, cycle);
    is_known_ = false;
    list(entry.burst.is_write).push(channel_.index_of(entry.burst), entry);
    if (!entry.burst.is_write) return;
    ++written_[bucket(entry.number)];
    draining_ = draining_ || writes_.size() >= high_;
  }

  /// Issues all commands that begin before `cycle`. Calls on_issue(Issued) for each that is of a
  /// column: its place is free. It may enqueue.
  template <typename OnIssue>
  void run_until(std::uint64_t cycle, OnIssue&& on_issue) {
    while (!empty()) {
      const Choice& choice = next();
      if (choice.entry == BurstList::kNone) {
        if (channel_.refresh_due() >= cycle) return;
        channel_.refresh_until(channel_.refresh_due());
        is_known_ = false;
        continue;
      }
      if (choice.slot.begin >= cycle) return;
      is_known_ = false;
      if (choice.is_column) {
        on_issue(issue_column(choice));
      } else {
        issue_row(choice);
      }
    }
  }

  /// In no earlier cycle the column command of the `count`-th burst from now of a queue acts.
  std::uint64_t soonest(bool is_write, std::uint64_t count);

  std::vector<DramChannel::Burst> queued_writes() const;

 private:
  /// The next command: of a column, or for the row of an entry.
  struct Choice {
    bool is_write = false, is_column = false;
    std::size_t entry = BurstList::kNone;  ///< kNone: none before the refresh
    DramChannel::Slot slot{};
  };

  BurstList& list(bool is_write) { return is_write ? writes_ : reads_; }
  const BurstList& list(bool is_write) const { return is_write ? writes_ : reads_; }
  static std::size_t bucket(std::uint64_t number) { return number % kBuckets; }

  /// Known until something changes.
  const Choice& next();
  bool serves_writes();
  void find_hits(const BurstList& list);
  Choice choose_column(bool is_write) const;
  Choice choose_row(bool is_write, const Choice& column) const;
  Issued issue_column(const Choice& choice);
  void issue_row(const Choice& choice);

  DramChannel& channel_;
  const std::uint64_t high_, low_;
  BurstList reads_, writes_;
  std::uint64_t present_ = 0;  ///< cycle before which no command begins any more
  bool draining_ = false;      ///< since there were write_high writes
  std::uint64_t flushed_ = 0;  ///< writes of lower age come before all reads
  Choice next_;
  bool is_known_ = false;          ///< next_
  std::vector<std::size_t> hits_;  ///< by occupied bank: its oldest entry whose row is open

  static constexpr std::size_t kBuckets = 256;
  std::array<std::uint32_t, kBuckets> written_{};  ///< queued writes by bucket of their number
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/channel_queue.h"

#include <algorithm>

namespace dcnsim {

ChannelQueue::ChannelQueue(DramChannel& channel, const DramConfig& config)
    : channel_(channel),
      high_(static_cast<std::uint64_t>(config.write_high)),
      low_(static_cast<std::uint64_t>(config.write_low)),
      reads_(channel.banks(), static_cast<std::size_t>(config.queue_depth)),
      writes_(channel.banks(), static_cast<std::size_t>(config.write_queue_depth)),
      hits_(channel.banks()) {}

void ChannelQueue::reset() {
  reads_.clear();
  writes_.clear();
  present_ = flushed_ = 0;
  draining_ = is_known_ = false;
  written_.fill(0);
}

bool ChannelQueue::answers(const Entry& read) {
  if (!may_answer(read.number)) return false;
  std::size_t at = writes_.youngest(channel_.index_of(read.burst));
  while (at != BurstList::kNone && writes_[at].number != read.number) at = writes_[at].previous;
  if (at == BurstList::kNone) return false;
  if (writes_[at].whole) return true;
  flushed_ = std::max(flushed_, writes_[at].age + 1);
  return false;
}

std::uint64_t ChannelQueue::soonest(bool is_write, std::uint64_t count) {
  const Choice& choice = next();
  const DramTiming& timing = channel_.timing();
  std::uint64_t first = channel_.refresh_due() + timing.rfc;
  if (choice.entry != BurstList::kNone) {
    first = choice.is_column ? choice.slot.acts : choice.slot.begin + timing.column.length - 1;
  }
  // Reads wait for a drain to end.
  const std::uint64_t before = !is_write && draining_ ? writes_.size() - low_ : 0;
  return std::max(first, channel_.next_column()) + (before + count - 1) * timing.ccd_s;
}

std::vector<DramChannel::Burst> ChannelQueue::queued_writes() const {
  std::vector<DramChannel::Burst> bursts;
  for (const std::size_t bank : writes_.occupied()) {
    for (std::size_t at = writes_.oldest(bank); at != BurstList::kNone; at = writes_[at].next) {
      bursts.push_back(writes_[at].burst);
    }
  }
  return bursts;
}

const ChannelQueue::Choice& ChannelQueue::next() {
  if (is_known_) return next_;
  const bool is_write = serves_writes();
  find_hits(list(is_write));
  const Choice column = choose_column(is_write);
  const Choice row = choose_row(is_write, column);
  next_ = row.entry != BurstList::kNone ? row : column;
  is_known_ = true;
  return next_;
}

bool ChannelQueue::serves_writes() {
  if (writes_.empty()) return false;
  if (draining_ || reads_.empty()) return true;
  if (flushed_ == 0) return false;
  for (const std::size_t bank : writes_.occupied()) {
    if (writes_[writes_.oldest(bank)].age < flushed_) return true;
  }
  flushed_ = 0;
  return false;
}

void ChannelQueue::find_hits(const BurstList& list) {
  std::size_t oldest = BurstList::kNone, oldest_bank = 0;
  for (const std::size_t bank : list.occupied()) {
    std::size_t at = list.oldest(bank);
    if (oldest == BurstList::kNone || list[at].age < list[oldest].age) {
      oldest = at;
      oldest_bank = bank;
    }
    while (at != BurstList::kNone && !channel_.row_is_open(list[at].burst)) {
      at = list[at].next;
    }
    hits_[bank] = at;
  }
  if (list.empty() || list.overtaken(list[oldest]) < kMostOvertaken) return;
  if (hits_[oldest_bank] != oldest) hits_[oldest_bank] = BurstList::kNone;
}

ChannelQueue::Choice ChannelQueue::choose_column(bool is_write) const {
  const BurstList& waiting = list(is_write);
  Choice best{is_write, true};
  for (const std::size_t bank : waiting.occupied()) {
    const std::size_t at = hits_[bank];
    if (at == BurstList::kNone) continue;
    const DramChannel::Slot slot = channel_.column_slot(present_, bank, is_write);
    if (slot.acts >= channel_.refresh_due()) continue;
    if (best.entry == BurstList::kNone || slot.acts < best.slot.acts ||
        (slot.acts == best.slot.acts && waiting[at].age < waiting[best.entry].age)) {
      best.entry = at;
      best.slot = slot;
    }
  }
  return best;
}

/// One that does not hold up the column command.
ChannelQueue::Choice ChannelQueue::choose_row(bool is_write, const Choice& column) const {
  const BurstList& waiting = list(is_write);
  const bool any_column = column.entry != BurstList::kNone;
  Choice best{is_write, false};
  for (const std::size_t bank : waiting.occupied()) {
    if (hits_[bank] != BurstList::kNone) continue;
    const std::size_t at = waiting.oldest(bank);
    const DramChannel::Slot slot =
        channel_.row_slot(present_, bank, any_column ? &column.slot : nullptr);
    if (any_column && slot.begin > column.slot.begin) continue;
    if (channel_.column_behind(slot, bank) >= channel_.refresh_due()) continue;
    if (best.entry == BurstList::kNone || slot.begin < best.slot.begin ||
        (slot.begin == best.slot.begin && waiting[at].age < waiting[best.entry].age)) {
      best.entry = at;
      best.slot = slot;
    }
  }
  return best;
}

ChannelQueue::Issued ChannelQueue::issue_column(const Choice& choice) {
  BurstList& waiting = list(choice.is_write);
  const Entry& entry = waiting[choice.entry];
  const Issued issued{choice.is_write, entry.tag, choice.slot.begin,
                      channel_.issue_column(choice.slot, entry.burst)};
  present_ = choice.slot.begin;
  if (choice.is_write) --written_[bucket(entry.number)];
  waiting.erase(channel_.index_of(entry.burst), choice.entry);
  draining_ = draining_ && writes_.size() > low_;
  return issued;
}

void ChannelQueue::issue_row(const Choice& choice) {
  present_ = choice.slot.begin;
  channel_.issue_row(choice.slot, list(choice.is_write)[choice.entry].burst);
}

}  // namespace dcnsim

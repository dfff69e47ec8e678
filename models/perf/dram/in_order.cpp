// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/in_order.h"

#include <algorithm>

namespace dcnsim {
namespace {

constexpr std::size_t kForgottenAtOnce = 64;

std::uint64_t difference(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

DramChannel::Burst read_of(const DramRun& run, std::uint64_t i) {
  return {run.group_of(i), run.bank, run.row, false, false};
}

}  // namespace

InOrder::InOrder(DramChannel& channel, const DramConfig& config)
    : channel_(channel),
      read_depth_(static_cast<std::uint64_t>(config.queue_depth)),
      write_depth_(static_cast<std::uint64_t>(config.write_queue_depth)),
      high_(static_cast<std::uint64_t>(config.write_high)),
      low_(static_cast<std::uint64_t>(config.write_low)),
      joins_(config.page_policy == PagePolicy::kOpen) {}

void InOrder::reset() {
  posted_.clear();
  queued_ = 0;
  draining_ = false;
  last_write_ = 0;
  drain_begin_ = drain_low_ = 0;
  reads_.clear();
  first_read_ = 0;
  noted_ = next_read_ = 0;
  overtaken_.clear();
  closed_.clear();
}

InOrder::Served InOrder::read(std::uint64_t from, const DramRun& run) {
  if (queued_ > 0) {
    idle_until(from);
    while (draining_) place(choose(), queued_ - drain_low_);
    const std::uint64_t end = run.number + run.bursts;
    const auto overlaps = [&](const Posted& p) {
      return run.number < p.end_number() && p.number() < end;
    };
    // The latest is what the memory will hold.
    const auto latest = std::find_if(posted_.rbegin(), posted_.rend(), overlaps);
    if (latest != posted_.rend() && latest->whole && run.number >= latest->number() &&
        end <= latest->end_number()) {
      return {from, from + 1};
    }
    while (std::any_of(posted_.begin(), posted_.end(), overlaps)) place(choose(), queued_);
  }
  if (!overtaken_.empty() || !closed_.empty()) reopen_overtaken(from, run);
  const std::uint64_t done = channel_.place_run(from, run, 0, run.bursts, false);
  return {note_reads(from, run), done};
}

InOrder::Served InOrder::write(std::uint64_t from, const DramRun& run, bool whole) {
  idle_until(from);
  for (std::uint64_t i = 0; i < run.bursts;) {
    if (queued_ == write_depth_) place(choose(), run.bursts - i);
    const std::uint64_t count = std::min(write_depth_ - queued_, run.bursts - i);
    append({run, i, i + count, from, whole});
    i += count;
  }
  // Who is placed keeps his place up to his column command; these are a burst apart at least.
  const std::uint64_t ahead = (write_depth_ - queued_) * channel_.timing().ccd_s;
  const std::uint64_t accepted = std::max(from, difference(last_write_, ahead));
  return {accepted, accepted};
}

void InOrder::idle_until(std::uint64_t cycle) {
  while (queued_ > 0 && channel_.next_column() < cycle) {
    const std::size_t index = choose();
    const Posted& posted = posted_[index];
    const std::uint64_t begin = channel_.column_begin(posted.entered, posted.burst(posted.first));
    const std::uint64_t due = channel_.refresh_due();
    if (begin >= due && due < cycle) {
      channel_.refresh_until(due);
      continue;
    }
    if (begin >= cycle) return;
    const std::uint64_t fit = (std::min(cycle, due) - 1 - begin) / channel_.timing().ccd_s + 1;
    place(index, draining_ || streams(posted) ? fit : 1);
  }
}

std::vector<DramChannel::Burst> InOrder::queued_writes() const {
  std::vector<DramChannel::Burst> bursts;
  for (const Posted& p : posted_) {
    for (std::uint64_t i = p.first; i < p.last; ++i) bursts.push_back(p.burst(i));
  }
  return bursts;
}

void InOrder::append(const Posted& posted) {
  queued_ += posted.last - posted.first;
  if (!draining_ && queued_ >= high_) begin_drain(posted.entered);
  if (!posted_.empty()) {
    Posted& latest = posted_.back();
    if ((joins_ || posted.first > 0) && latest.run.goes_on_in(posted.run) &&
        latest.whole == posted.whole && latest.end_number() == posted.number()) {
      latest.last += posted.last - posted.first;
      latest.run.bursts = std::max(latest.run.bursts, latest.last);
      return;
    }
  }
  posted_.push_back(posted);
}

void InOrder::begin_drain(std::uint64_t now) {
  const DramTiming& timing = channel_.timing();
  draining_ = true;
  drain_begin_ = reads_.empty() ? 0 : reads_.back().last;
  std::uint64_t waiting = 0;
  closed_.clear();
  for (std::size_t i = first_read_; i < reads_.size(); ++i) {
    const Reads& reads = reads_[i];
    if (reads.last <= now) continue;
    waiting += std::min(reads.run.bursts, (reads.last - now) / timing.ccd_s);
    if (overtaken_.empty() || !overtaken_.back().goes_on_in(reads.run)) {
      overtaken_.push_back(reads.run);
    }
  }
  const std::uint64_t under_way = (timing.cl + timing.burst) / timing.ccd_s;
  drain_low_ = difference(low_, std::min(under_way, difference(read_depth_, waiting)));
}

std::size_t InOrder::choose() const {
  for (std::size_t i = 0; i < posted_.size(); ++i) {
    if (row_is_open(posted_[i], posted_[i].first)) return i;
  }
  return 0;
}

bool InOrder::row_is_open(const Posted& posted, std::uint64_t burst) const {
  return channel_.row_is_open(posted.burst(burst));
}

bool InOrder::streams(const Posted& posted) const {
  for (std::uint64_t i = posted.first; i < posted.first + posted.groups(); ++i) {
    if (!row_is_open(posted, i)) return false;
  }
  return true;
}

std::uint64_t InOrder::note_reads(std::uint64_t from, const DramRun& run) {
  const std::uint64_t spacing = channel_.timing().ccd_s;
  next_read_ = run.number + run.bursts;
  const std::uint64_t last = channel_.next_column() - spacing;
  noted_ += run.bursts;
  if (!reads_.empty() && reads_.back().run.goes_on_in(run) &&
      reads_.back().last + run.bursts * spacing == last) {
    reads_.back().run.bursts += run.bursts;
    reads_.back().last = last;
  } else {
    Reads& latest = reads_.emplace_back();
    latest.run = run;
    latest.last = last;
  }
  while (noted_ - reads_[first_read_].run.bursts >= read_depth_) {
    noted_ -= reads_[first_read_].run.bursts;
    ++first_read_;
  }
  if (first_read_ >= kForgottenAtOnce) {
    reads_.erase(reads_.begin(), reads_.begin() + static_cast<std::ptrdiff_t>(first_read_));
    first_read_ = 0;
  }
  if (noted_ <= read_depth_) return from;
  const Reads& oldest = reads_[first_read_];
  const std::uint64_t left = oldest.run.bursts - (noted_ - read_depth_);
  return std::max(from, difference(oldest.last, left * spacing));
}

void InOrder::reopen_overtaken(std::uint64_t from, const DramRun& next) {
  bool waits = !overtaken_.empty();
  const auto add = [&](const DramChannel::Burst& burst) {
    const auto in_its_bank = [&](const DramChannel::Burst& other) {
      return channel_.index_of(other) == channel_.index_of(burst);
    };
    if (std::none_of(closed_.begin(), closed_.end(), in_its_bank)) closed_.push_back(burst);
  };
  for (const DramRun& run : overtaken_) {
    for (std::uint64_t i = 0; i < run.rotation; ++i) {
      if (channel_.row_is_open(read_of(run, i))) {
        waits = false;  // reads of open rows go on meanwhile
      } else {
        add(read_of(run, i));
      }
    }
  }
  overtaken_.clear();
  const auto is_its_own = [&](const DramChannel::Burst& burst) {
    return burst.bank == next.bank && (next.rotation > 1 || burst.group == next.group);
  };
  closed_.erase(std::remove_if(closed_.begin(), closed_.end(), is_its_own), closed_.end());
  // Of reads in address order the others come next.
  const std::uint64_t groups = next.number == next_read_
                                   ? next.rotation
                                   : std::min<std::uint64_t>(next.rotation, next.bursts);
  for (std::uint64_t i = 0; i < groups; ++i) {
    if (!channel_.row_is_open(read_of(next, i))) add(read_of(next, i));
  }
  const auto begin = [&](const DramChannel::Burst& burst) {
    return channel_.row_begin(last_write_, burst);
  };
  while (!closed_.empty()) {
    const auto soonest =
        std::min_element(closed_.begin(), closed_.end(),
                         [&](const auto& a, const auto& b) { return begin(a) < begin(b); });
    const bool is_overtaken = !is_its_own(*soonest);
    if (is_overtaken && !waits && begin(*soonest) > channel_.column_begin(from, read_of(next, 0))) {
      return;
    }
    channel_.open_row(last_write_, *soonest);
    if (is_overtaken && waits) channel_.await_row(*soonest);
    waits = waits && !is_overtaken;
    closed_.erase(soonest);
  }
}

void InOrder::place(std::size_t index, std::uint64_t most) {
  Posted& posted = posted_[index];
  const std::uint64_t count = std::min(most, posted.last - posted.first);
  const std::uint64_t from = draining_ ? std::max(drain_begin_, posted.entered) : posted.entered;
  channel_.place_run(from, posted.run, posted.first, posted.first + count, true);
  last_write_ = channel_.next_column() - channel_.timing().ccd_s;
  queued_ -= count;
  draining_ = draining_ && queued_ > drain_low_;
  posted.first += count;
  if (posted.first == posted.last) {
    posted_.erase(posted_.begin() + static_cast<std::ptrdiff_t>(index));
  }
}

}  // namespace dcnsim

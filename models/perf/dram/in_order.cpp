// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/in_order.h"

#include <algorithm>

namespace dcnsim {
namespace {

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
  reads_.clear();
  overtaken_.clear();
}

InOrder::Served InOrder::read(std::uint64_t from, const DramRun& run) {
  if (queued_ > 0) {
    idle_until(from);
    while (draining_) place(choose(), queued_ - low_);
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
  await_overtaken();
  const std::uint64_t done = channel_.place_run(from, run, 0, run.bursts, false);
  reopen_overtaken(run);
  note_reads(from, run);
  const std::uint64_t ahead = read_depth_ * channel_.timing().ccd_s;
  return {std::max(from, difference(channel_.next_column(), ahead)), done};
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
    place(index, streams(posted) ? fit : 1);
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
  if (!draining_ && queued_ >= high_) {
    draining_ = true;
    for (const Reads& reads : reads_) {
      if (reads.last > posted.entered) overtaken_.push_back(reads.run);
    }
  }
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

void InOrder::note_reads(std::uint64_t from, const DramRun& run) {
  while (!reads_.empty() && reads_.front().last <= from) reads_.pop_front();
  const std::uint64_t last = channel_.next_column() - channel_.timing().ccd_s;
  if (!reads_.empty() && reads_.back().run.goes_on_in(run)) {
    reads_.back().last = last;
  } else {
    reads_.push_back({run, last});
  }
}

void InOrder::await_overtaken() {
  const auto is_open = [&](const DramRun& run) { return channel_.row_is_open(read_of(run, 0)); };
  // Those in open rows go on meanwhile.
  if (overtaken_.empty() || std::any_of(overtaken_.begin(), overtaken_.end(), is_open)) return;
  channel_.open_row(last_write_, read_of(overtaken_.front(), 0));
  channel_.await_row(read_of(overtaken_.front(), 0));
}

void InOrder::reopen_overtaken(const DramRun& next) {
  for (const DramRun& run : overtaken_) {
    if (run.bank == next.bank) continue;
    for (std::uint64_t i = 0; i < run.rotation; ++i)
      channel_.open_row(last_write_, read_of(run, i));
  }
  overtaken_.clear();
}

void InOrder::place(std::size_t index, std::uint64_t most) {
  Posted& posted = posted_[index];
  const std::uint64_t count = std::min(most, posted.last - posted.first);
  channel_.place_run(posted.entered, posted.run, posted.first, posted.first + count, true);
  last_write_ = channel_.next_column() - channel_.timing().ccd_s;
  queued_ -= count;
  draining_ = draining_ && queued_ > low_;
  posted.first += count;
  if (posted.first == posted.last) {
    posted_.erase(posted_.begin() + static_cast<std::ptrdiff_t>(index));
  }
}

}  // namespace dcnsim

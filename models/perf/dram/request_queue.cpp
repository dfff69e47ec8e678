// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/request_queue.h"

#include <algorithm>
#include <cassert>

namespace dcnsim {

RequestQueue::RequestQueue(DramDevice& device, const DramConfig& config)
    : device_(device),
      in_order_(config.scheduler == DramScheduler::kFcfs),
      runs_(device.channels().size()) {
  for (DramChannel& channel : device.channels()) channels_.emplace_back(channel, config);
}

void RequestQueue::reset() {
  for (ChannelQueue& channel : channels_) channel.reset();
  reads_.clear();
  waiting_ = 0;
  for (auto& runs : runs_) runs.clear();
  entering_ = {};
  is_entering_ = false;
  told_ = {};
  order_ = 0;
}

bool RequestQueue::enqueue(std::uint64_t now_ps, std::uint64_t id, std::uint64_t address,
                           std::uint64_t bytes, bool is_write) {
  assert(!is_entering_);
  if (in_order_) {
    const DramDevice::Served served = device_.serve(now_ps, address, bytes, is_write);
    if (!is_write) tell(served.done_ps, Event::kRead, id);
    is_entering_ = served.accepted_ps > now_ps;
    if (is_entering_) tell(served.accepted_ps, Event::kAccepted, id);
    return !is_entering_;
  }
  run_until(now_ps);
  entering_ = {id, now_ps, is_write, device_.map().is_whole(address, bytes)};
  device_.map().visit_runs(address, bytes, [&](const DramRun& run) {
    runs_[run.channel].push_back({run});
    entering_.bursts += run.bursts;
  });
  if (!is_write) entering_.read = new_read(entering_);
  const std::uint64_t cycle = device_.cycle_at_or_after(now_ps);
  for (std::size_t i = 0; i < channels_.size(); ++i) enter(i, cycle);
  is_entering_ = entering_.bursts > 0;
  // No write comes until this request has entered.
  if (is_entering_ && !is_write) entering_.may_be_answered = may_be_answered();
  return !is_entering_;
}

std::uint64_t RequestQueue::next_ps() {
  std::uint64_t next = told_.empty() ? kNever : told_.top().at_ps;
  if (in_order_) return next;
  if (entering_.bursts > 0) next = std::min(next, soonest_room_ps());
  if (waiting_ > 0) next = std::min(next, soonest_read_ps());
  return next;
}

void RequestQueue::advance(std::uint64_t now_ps, const OnEvent& on_event) {
  run_until(now_ps);
  while (!told_.empty() && told_.top().at_ps <= now_ps) {
    const Told told = told_.top();
    told_.pop();
    if (told.event == Event::kAccepted) is_entering_ = false;
    on_event(told.event, told.id, told.at_ps);
  }
}

void RequestQueue::run_until(std::uint64_t now_ps) {
  const std::uint64_t cycle = device_.cycle_at_or_after(now_ps);
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (channels_[i].empty()) continue;
    channels_[i].run_until(cycle, [&](const ChannelQueue::Issued& issued) {
      if (!issued.is_write) burst_done(issued.tag, issued.data_end);
      if (runs_[i].empty()) return;
      enter(i, issued.cycle);
      if (entering_.bursts > 0) return;
      tell(device_.to_ps(entering_.last + 1), Event::kAccepted, entering_.id);
    });
  }
}

DramEvents RequestQueue::events(std::uint64_t now_ps) {
  run_until(now_ps);
  DramEvents sum = device_.events(now_ps);
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    sum += device_.channels()[i].events_of(channels_[i].queued_writes());
  }
  return sum;
}

std::size_t RequestQueue::new_read(const Entering& request) {
  ++waiting_;
  const auto vacant =
      std::find_if(reads_.begin(), reads_.end(), [](const Read& read) { return read.bursts == 0; });
  const Read read{request.id, request.arrival_ps, request.bursts, 0};
  if (vacant == reads_.end()) {
    reads_.push_back(read);
    return reads_.size() - 1;
  }
  *vacant = read;
  return static_cast<std::size_t>(vacant - reads_.begin());
}

void RequestQueue::enter(std::size_t channel, std::uint64_t cycle) {
  std::vector<EnteringRun>& runs = runs_[channel];
  ChannelQueue& queue = channels_[channel];
  const bool is_write = entering_.is_write;
  while (!runs.empty() && queue.has_room(is_write)) {
    const DramRun& run = runs.front().run;
    const std::uint64_t i = runs.front().next++;
    // Where an access does not end on a burst, it covers part of its ends.
    const bool whole = entering_.whole || (i > 0 && i + 1 < run.bursts);
    const ChannelQueue::Entry entry{
        {run.group_of(i), run.bank, run.row, is_write, run.ends_bank(i)},
        run.number + i,
        entering_.read,
        whole};
    if (i + 1 == run.bursts) runs.erase(runs.begin());
    --entering_.bursts;
    if (!is_write && queue.answers(entry)) {
      burst_done(entry.tag, cycle + 1);
    } else {
      queue.enqueue(cycle, entry);
    }
  }
  entering_.last = std::max(entering_.last, cycle);
}

bool RequestQueue::may_be_answered() const {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    for (const EnteringRun& entering : runs_[i]) {
      for (std::uint64_t burst = entering.next; burst < entering.run.bursts; ++burst) {
        if (channels_[i].may_answer(entering.run.number + burst)) return true;
      }
    }
  }
  return false;
}

void RequestQueue::burst_done(std::size_t read, std::uint64_t cycle) {
  Read& r = reads_[read];
  r.done = std::max(r.done, cycle);
  device_.note_access(r.arrival_ps, device_.to_ps(r.done));
  if (--r.bursts > 0) return;
  --waiting_;
  tell(device_.to_ps(r.done), Event::kRead, r.id);
}

std::uint64_t RequestQueue::soonest_room_ps() {
  std::uint64_t cycle = 0;
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    std::uint64_t bursts = 0;
    for (const EnteringRun& entering : runs_[i]) bursts += entering.run.bursts - entering.next;
    if (bursts == 0) continue;
    if (entering_.may_be_answered) bursts = 1;  // those take no place
    cycle = std::max(cycle, channels_[i].soonest(entering_.is_write, bursts));
  }
  return device_.to_ps(cycle + 2 - device_.channels()[0].timing().column.length);
}

std::uint64_t RequestQueue::soonest_read_ps() {
  std::uint64_t bursts = kNever, channels = 0, column = kNever;
  for (const Read& read : reads_) {
    if (read.bursts > 0) bursts = std::min(bursts, read.bursts);
  }
  if (entering_.bursts > 0 && entering_.may_be_answered) bursts = 1;
  for (const ChannelQueue& channel : channels_) channels += channel.has_reads();
  if (channels == 0) return kNever;  // but reads wait
  for (ChannelQueue& channel : channels_) {
    if (!channel.has_reads()) continue;
    column = std::min(column, channel.soonest(false, (bursts + channels - 1) / channels));
  }
  const DramTiming& timing = device_.channels()[0].timing();
  return device_.to_ps(column + timing.cl + timing.burst);
}

}  // namespace dcnsim

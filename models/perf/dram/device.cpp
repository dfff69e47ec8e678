// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/device.h"

#include <algorithm>

namespace dcnsim {

DramDevice::DramDevice(const DramSpec& spec, const DramConfig& config)
    : period_ps_(DramTiming(spec).period_ps),
      queue_depth_(static_cast<std::size_t>(config.queue_depth)),
      peak_bytes_per_s_(spec.channel_bytes_per_s() * config.channels),
      map_(spec, config) {
  const DramTiming timing(spec, config.refreshes);
  for (int i = 0; i < config.channels; ++i) {
    channels_.emplace_back(static_cast<std::uint32_t>(i), spec, timing, config.page_policy);
  }
}

void DramDevice::reset(std::uint64_t now_ps) {
  epoch_ps_ = last_arrival_ps_ = now_ps;
  for (DramChannel& channel : channels_) channel.reset(now_ps);
  under_way_ = {};
  busy_.clear();
}

std::uint64_t DramDevice::access(std::uint64_t now_ps, std::uint64_t address, std::uint64_t bytes,
                                 bool is_write) {
  last_arrival_ps_ = std::max(last_arrival_ps_, now_ps);
  const std::uint64_t from = cycle_at_or_after(accept(last_arrival_ps_));
  std::uint64_t data_end = 0;
  map_.visit_runs(address, bytes, [&](const DramRun& run) {
    data_end = std::max(data_end, channels_[run.channel].place_run(from, run, is_write));
  });
  const std::uint64_t done = to_ps(data_end);
  under_way_.push(done);
  busy_.add(last_arrival_ps_, done);
  return done;
}

void DramDevice::refresh_until(std::uint64_t now_ps) {
  if (now_ps < epoch_ps_) return;
  for (DramChannel& channel : channels_) channel.refresh_until((now_ps - epoch_ps_) / period_ps_);
}

DramEvents DramDevice::events(std::uint64_t now_ps) {
  refresh_until(now_ps);
  DramEvents sum;
  for (DramChannel& channel : channels_) sum += channel.events(now_ps);
  return sum;
}

DramTime DramDevice::time_between(std::uint64_t from_ps, std::uint64_t to_ps) const {
  std::vector<Interval> refreshes;
  for (const DramChannel& channel : channels_) {
    channel.refreshes().visit(from_ps, to_ps, [&](const Interval& i) { refreshes.push_back(i); });
  }
  std::sort(refreshes.begin(), refreshes.end(),
            [](const Interval& a, const Interval& b) { return a.from_ps < b.from_ps; });
  RecentIntervals refreshing;
  for (const Interval& i : refreshes) refreshing.add(i.from_ps, i.to_ps);

  DramTime time;
  refreshing.visit(from_ps, to_ps,
                   [&](const Interval& i) { time.refresh_ps += i.to_ps - i.from_ps; });
  busy_.visit(from_ps, to_ps, [&](const Interval& busy) {
    time.busy_ps += busy.to_ps - busy.from_ps;
    refreshing.visit(busy.from_ps, busy.to_ps,
                     [&](const Interval& i) { time.busy_ps -= i.to_ps - i.from_ps; });
  });
  return time;
}

void DramDevice::observe(const DramObserver& observer) {
  for (DramChannel& channel : channels_) channel.observe(observer);
}

std::uint64_t DramDevice::accept(std::uint64_t now_ps) {
  while (!under_way_.empty() && under_way_.top() <= now_ps) under_way_.pop();
  if (under_way_.size() < queue_depth_) return now_ps;
  const std::uint64_t room_ps = under_way_.top();
  under_way_.pop();
  return room_ps;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/device.h"

#include <algorithm>

namespace dcnsim {

DramDevice::DramDevice(const DramSpec& spec, const DramConfig& config)
    : period_ps_(DramTiming(spec).period_ps),
      peak_bytes_per_s_(spec.channel_bytes_per_s() * config.channels),
      map_(spec, config) {
  DramTiming timing(spec, config.refreshes);
  // Nobody is decided on who has not found room.
  timing.lookahead =
      std::min(timing.lookahead, static_cast<std::uint64_t>(config.queue_depth) * timing.ccd_s);
  for (int i = 0; i < config.channels; ++i) {
    channels_.emplace_back(static_cast<std::uint32_t>(i), spec, timing, config);
  }
  for (DramChannel& channel : channels_) in_order_.emplace_back(channel, config);
}

void DramDevice::reset(std::uint64_t now_ps) {
  epoch_ps_ = last_arrival_ps_ = now_ps;
  accepted_ = 0;
  for (DramChannel& channel : channels_) channel.reset(now_ps);
  for (InOrder& in_order : in_order_) in_order.reset();
  busy_.clear();
}

DramDevice::Served DramDevice::serve(std::uint64_t now_ps, std::uint64_t address,
                                     std::uint64_t bytes, bool is_write) {
  last_arrival_ps_ = std::max(last_arrival_ps_, now_ps);
  const std::uint64_t arrival = cycle_at_or_after(last_arrival_ps_);
  const std::uint64_t from = std::max(arrival, accepted_);
  accepted_ = from;
  std::uint64_t done = 0;
  const bool whole = map_.is_whole(address, bytes);
  map_.visit_runs(address, bytes, [&](const DramRun& run) {
    InOrder& in_order = in_order_[run.channel];
    const InOrder::Served served =
        is_write ? in_order.write(from, run, whole) : in_order.read(from, run);
    accepted_ = std::max(accepted_, served.accepted);
    done = std::max(done, served.done);
  });
  // A write that finds room at once need not wait for a clock edge.
  const std::uint64_t accepted_ps = accepted_ == arrival ? last_arrival_ps_ : to_ps(accepted_);
  const std::uint64_t done_ps = is_write ? accepted_ps : to_ps(done);
  busy_.add(last_arrival_ps_, done_ps);
  return {accepted_ps, done_ps};
}

void DramDevice::run_until(std::uint64_t now_ps) {
  if (now_ps < epoch_ps_) return;
  for (InOrder& in_order : in_order_) in_order.idle_until(cycle_at_or_after(now_ps));
  for (DramChannel& channel : channels_) channel.refresh_until((now_ps - epoch_ps_) / period_ps_);
}

DramEvents DramDevice::events(std::uint64_t now_ps) {
  run_until(now_ps);
  DramEvents sum;
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    sum += channels_[i].events(now_ps);
    sum += channels_[i].events_of(in_order_[i].queued_writes());
  }
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

}  // namespace dcnsim

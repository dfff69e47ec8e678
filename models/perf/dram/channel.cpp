// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/channel.h"

#include <algorithm>

namespace dcnsim {

DramChannel::DramChannel(std::uint32_t index, const DramSpec& spec, const DramTiming& timing,
                         PagePolicy page_policy)
    : index_(index),
      timing_(timing),
      page_policy_(page_policy),
      banks_per_group_(static_cast<std::uint32_t>(spec.banks / spec.bank_groups)),
      burst_bytes_(static_cast<std::uint64_t>(spec.burst_bytes())),
      banks_(static_cast<std::size_t>(spec.banks)),
      groups_(static_cast<std::size_t>(spec.bank_groups)) {
  reset(0);
}

void DramChannel::reset(std::uint64_t epoch_ps) {
  std::fill(banks_.begin(), banks_.end(), Bank{});
  std::fill(groups_.begin(), groups_.end(), Group{});
  slots_.reset();
  epoch_ps_ = epoch_ps;
  floor_ = next_column_ = next_read_ = next_write_ = next_activate_ = auto_precharge_ = 0;
  activate_window_.fill(0);
  oldest_activate_ = 0;
  refresh_due_ = timing_.refi;
  open_time_.reset(epoch_ps);
  refreshes_.clear();
  events_ = {};
}

std::uint64_t DramChannel::place_run(std::uint64_t from, const DramRun& run, bool is_write) {
  // Rotating bursts reach every group again after so many of them that tCCD_L has passed.
  const bool streams =
      observer_ == nullptr && (run.rotation == 1 || run.rotation * timing_.ccd_s >= timing_.ccd_l);
  const std::uint64_t one_by_one_at_end = page_policy_ == PagePolicy::kClosed ? run.rotation : 0;
  std::uint64_t since_refresh = 0;  // bursts of this run: at `rotation`, all its rows are open
  std::uint64_t data_end = 0;
  for (std::uint64_t i = 0; i < run.bursts;) {
    if (streams && since_refresh >= run.rotation && i + one_by_one_at_end < run.bursts) {
      const std::uint64_t placed = stream(run, i, run.bursts - one_by_one_at_end - i, is_write);
      if (placed > 0) {
        i += placed;
        data_end =
            next_column_ - timing_.ccd_s + (is_write ? timing_.cwl : timing_.cl) + timing_.burst;
        continue;
      }
    }
    const std::uint64_t refreshes = events_.refreshes;
    data_end = place(from, {run.group_of(i), run.bank, run.row, is_write, run.ends_bank(i)});
    since_refresh = events_.refreshes == refreshes ? since_refresh + 1 : 1;
    ++i;
  }
  return data_end;
}

std::uint64_t DramChannel::place(std::uint64_t from, const Burst& burst) {
  std::uint64_t start = earliest_start(from);
  if (refresh_due_ <= start) {
    refresh_until(start);
    start = earliest_start(start);
  }
  open_time_.settle(to_ps(start));
  Plan planned = plan(start, burst);
  // What cannot be finished before the refresh is not begun.
  while (planned.column >= refresh_due_) {
    refresh();
    start = earliest_start(start);
    planned = plan(start, burst);
  }
  floor_ = planned.row_cycle(start);
  open_row(burst, planned);
  column(burst, planned.column);
  return planned.column + (burst.is_write ? timing_.cwl : timing_.cl) + timing_.burst;
}

void DramChannel::refresh_until(std::uint64_t cycle) {
  while (refresh_due_ <= cycle) refresh();
}

bool DramChannel::row_is_open(const Burst& burst) const {
  const Bank& bank = bank_of(burst.group, burst.bank);
  return bank.open && bank.row == burst.row;
}

std::uint64_t DramChannel::row_cycle(std::uint64_t from, const Burst& burst) const {
  const std::uint64_t start = earliest_start(from);
  return plan(start, burst).row_cycle(start);
}

std::uint64_t DramChannel::column_cycle(std::uint64_t from, const Burst& burst) const {
  return plan(earliest_start(from), burst).column;
}

DramEvents DramChannel::events(std::uint64_t now_ps) {
  open_time_.settle(now_ps);
  DramEvents events = events_;
  events.active_ps = open_time_.active_ps();
  events.precharged_ps = open_time_.settled_ps() - epoch_ps_ - events.active_ps;
  return events;
}

std::uint64_t DramChannel::earliest_start(std::uint64_t from) const {
  return std::max({from, floor_, decision_cycle()});
}

DramChannel::Plan DramChannel::plan(std::uint64_t start, const Burst& burst) const {
  const Bank& bank = bank_of(burst.group, burst.bank);
  const Group& group = groups_[burst.group];
  Plan p;
  std::uint64_t row_ready = bank.column;
  if (!bank.open || bank.row != burst.row) {
    std::uint64_t activate = std::max(
        {start, bank.activate, group.activate, next_activate_, activate_window_[oldest_activate_]});
    if (bank.open) {
      p.precharges = true;
      p.precharge = slots_.free_from(std::max(start, bank.precharge));
      activate = std::max(activate, p.precharge + timing_.rp);
    }
    p.activates = true;
    p.activate = slots_.free_from(activate);
    row_ready = p.activate + timing_.rcd;
  }
  p.column = std::max({start, row_ready, next_column_, group.column,
                       burst.is_write ? next_write_ : std::max(next_read_, group.read)});
  return p;
}

void DramChannel::open_row(const Burst& burst, const Plan& p) {
  Bank& bank = bank_of(burst.group, burst.bank);
  if (p.precharges) {
    slots_.take(p.precharge);
    tell(DramCommand::Kind::kPrecharge, burst.group, burst.bank, bank.row, p.precharge,
         p.precharge + timing_.rp);
    close(bank, p.precharge);
  }
  if (!p.activates) return;
  slots_.take(p.activate);
  tell(DramCommand::Kind::kActivate, burst.group, burst.bank, burst.row, p.activate,
       p.activate + timing_.rcd);
  open_time_.opens(to_ps(p.activate));
  bank.open = true;
  bank.row = burst.row;
  bank.column = p.activate + timing_.rcd;
  bank.precharge = p.activate + timing_.ras;
  bank.activate = p.activate + timing_.rc;
  groups_[burst.group].activate = p.activate + timing_.rrd_l;
  next_activate_ = p.activate + timing_.rrd_s;
  activate_window_[oldest_activate_] = p.activate + timing_.faw;
  oldest_activate_ = (oldest_activate_ + 1) % activate_window_.size();
  ++events_.activates;
}

void DramChannel::column(const Burst& burst, std::uint64_t cycle) {
  Bank& bank = bank_of(burst.group, burst.bank);
  Group& group = groups_[burst.group];
  slots_.take(cycle);
  next_column_ = cycle + timing_.ccd_s;
  group.column = cycle + timing_.ccd_l;
  if (burst.is_write) {
    next_read_ = cycle + timing_.write_to_read_s;
    group.read = cycle + timing_.write_to_read_l;
    bank.precharge = std::max(bank.precharge, cycle + timing_.write_to_precharge);
    events_.write_bytes += burst_bytes_;
  } else {
    next_write_ = cycle + timing_.read_to_write;
    bank.precharge = std::max(bank.precharge, cycle + timing_.rtp);
    events_.read_bytes += burst_bytes_;
  }
  tell(burst.is_write ? DramCommand::Kind::kWrite : DramCommand::Kind::kRead, burst.group,
       burst.bank, burst.row, cycle,
       cycle + (burst.is_write ? timing_.cwl : timing_.cl) + timing_.burst);
  if (burst.ends_bank && page_policy_ == PagePolicy::kClosed) {
    tell(DramCommand::Kind::kAutoPrecharge, burst.group, burst.bank, burst.row, bank.precharge,
         bank.precharge + timing_.rp);
    auto_precharge_ = std::max(auto_precharge_, bank.precharge);
    close(bank, bank.precharge);
  }
}

void DramChannel::close(Bank& bank, std::uint64_t cycle) {
  bank.open = false;
  bank.activate = std::max(bank.activate, cycle + timing_.rp);
  open_time_.closes(to_ps(cycle));
}

void DramChannel::refresh() {
  const std::uint64_t start = std::max(refresh_due_, floor_);
  std::uint64_t precharge = std::max(start, auto_precharge_);
  bool any_open = false;
  for (const Bank& bank : banks_) {
    if (!bank.open) continue;
    any_open = true;
    precharge = std::max(precharge, bank.precharge);
  }
  if (any_open) {
    tell(DramCommand::Kind::kPrechargeAll, 0, 0, 0, precharge, precharge + timing_.rp);
    for (Bank& bank : banks_) {
      if (bank.open) close(bank, precharge);
    }
  }
  std::uint64_t closed = start;
  for (const Bank& bank : banks_) closed = std::max(closed, bank.activate);
  floor_ = closed + timing_.rfc;
  tell(DramCommand::Kind::kRefresh, 0, 0, 0, closed, floor_);
  refreshes_.add(to_ps(start), to_ps(floor_));
  ++events_.refreshes;
  refresh_due_ += timing_.refi;
}

std::uint64_t DramChannel::stream(const DramRun& run, std::uint64_t first, std::uint64_t count,
                                  bool is_write) {
  const std::uint64_t step = run.rotation == 1 ? timing_.ccd_l : timing_.ccd_s;
  const std::uint64_t start = run.rotation == 1 ? groups_[run.group].column : next_column_;
  if (start >= refresh_due_) return 0;
  const std::uint64_t placed = std::min(count, (refresh_due_ - 1 - start) / step + 1);
  slots_.take_run(start, step, placed);
  std::uint64_t cycle = start + placed * step;
  next_column_ = cycle - step + timing_.ccd_s;
  (is_write ? next_read_ : next_write_) =
      cycle - step + (is_write ? timing_.write_to_read_s : timing_.read_to_write);
  (is_write ? events_.write_bytes : events_.read_bytes) += placed * burst_bytes_;
  const std::uint64_t touched = std::min<std::uint64_t>(placed, run.rotation);
  for (std::uint64_t i = 1; i <= touched; ++i) {
    cycle -= step;
    const std::uint32_t g = run.group_of(first + placed - i);
    Bank& bank = bank_of(g, run.bank);
    groups_[g].column = cycle + timing_.ccd_l;
    if (is_write) groups_[g].read = cycle + timing_.write_to_read_l;
    bank.precharge =
        std::max(bank.precharge, cycle + (is_write ? timing_.write_to_precharge : timing_.rtp));
  }
  return placed;
}

void DramChannel::tell(DramCommand::Kind kind, std::uint32_t group, std::uint32_t bank,
                       std::uint64_t row, std::uint64_t start, std::uint64_t end) const {
  if (!observer_) return;
  observer_({kind, index_, group, bank, row, to_ps(start), to_ps(end)});
}

}  // namespace dcnsim

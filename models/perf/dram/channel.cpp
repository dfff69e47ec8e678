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
  floor_ = next_column_ = next_read_ = next_write_ = auto_precharge_ = 0;
  next_precharge_ = next_activate_ = 0;
  activate_window_.fill(0);
  oldest_activate_ = 0;
  refresh_due_ = timing_.refi;
  open_time_.reset(epoch_ps);
  refreshes_.clear();
  events_ = {};
}

std::uint64_t DramChannel::place_run(std::uint64_t from, const DramRun& run, bool is_write) {
  // Rotating bursts reach every group again after so many of them that tCCD_L has passed.
  const std::uint64_t same_group = is_write ? timing_.ccd_l_wr : timing_.ccd_l;
  const bool streams =
      observer_ == nullptr && (run.rotation == 1 || run.rotation * timing_.ccd_s >= same_group);
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
  floor_ = planned.begin;
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
  return plan(earliest_start(from), burst).begin;
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
  p.begin = start;
  std::uint64_t row_ready = burst.is_write ? bank.write : bank.read;
  if (!bank.open || bank.row != burst.row) {
    std::uint64_t activate =
        std::max({start + timing_.activate.length - 1, bank.activate, group.activate,
                  next_activate_, activate_window_[oldest_activate_]});
    if (bank.open) {
      p.precharges = true;
      p.precharge = slots_.free_from(
          start, std::max({start + timing_.precharge.length - 1, bank.precharge, next_precharge_}),
          timing_.precharge);
      p.begin = slots_.begin_of(p.precharge, timing_.precharge);
      activate = std::max(activate, p.precharge + timing_.rp);
    }
    p.activates = true;
    p.activate =
        slots_.free_from(p.precharges ? p.precharge + 1 : start, activate, timing_.activate);
    if (!p.precharges) p.begin = slots_.begin_of(p.activate, timing_.activate);
    row_ready = p.activate + (burst.is_write ? timing_.rcd_wr : timing_.rcd);
  }
  p.column = std::max(
      {start + timing_.column.length - 1, row_ready, next_column_,
       burst.is_write ? std::max(next_write_, group.write) : std::max(next_read_, group.read)});
  return p;
}

void DramChannel::open_row(const Burst& burst, const Plan& p) {
  Bank& bank = bank_of(burst.group, burst.bank);
  if (p.precharges) {
    tell(DramCommand::Kind::kPrecharge, burst.group, burst.bank, bank.row, p.begin, p.precharge,
         p.precharge + timing_.rp);
    slots_.take(p.precharge, timing_.precharge);
    next_precharge_ = p.precharge + timing_.ppd;
    close(bank, p.precharge);
  }
  if (!p.activates) return;
  tell(DramCommand::Kind::kActivate, burst.group, burst.bank, burst.row,
       slots_.begin_of(p.activate, timing_.activate), p.activate, p.activate + timing_.rcd);
  slots_.take(p.activate, timing_.activate);
  open_time_.opens(to_ps(p.activate));
  bank.open = true;
  bank.row = burst.row;
  bank.read = p.activate + timing_.rcd;
  bank.write = p.activate + timing_.rcd_wr;
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
  if (timing_.one_bus) slots_.take(cycle, timing_.column);
  next_column_ = cycle + timing_.ccd_s;
  (burst.is_write ? next_read_ : next_write_) =
      cycle + (burst.is_write ? timing_.write_to_read_s : timing_.read_to_write);
  (burst.is_write ? events_.write_bytes : events_.read_bytes) += burst_bytes_;
  hold(bank, groups_[burst.group], cycle, burst.is_write);
  tell(burst.is_write ? DramCommand::Kind::kWrite : DramCommand::Kind::kRead, burst.group,
       burst.bank, burst.row, cycle + 1 - timing_.column.length, cycle,
       cycle + (burst.is_write ? timing_.cwl : timing_.cl) + timing_.burst);
  if (burst.ends_bank && page_policy_ == PagePolicy::kClosed) {
    tell(DramCommand::Kind::kAutoPrecharge, burst.group, burst.bank, burst.row, bank.precharge,
         bank.precharge, bank.precharge + timing_.rp);
    auto_precharge_ = std::max(auto_precharge_, bank.precharge);
    close(bank, bank.precharge);
  }
}

void DramChannel::hold(Bank& bank, Group& group, std::uint64_t cycle, bool is_write) const {
  group.read = cycle + (is_write ? timing_.write_to_read_l : timing_.ccd_l);
  group.write = std::max(group.write, cycle + (is_write ? timing_.ccd_l_wr : timing_.ccd_l));
  bank.precharge =
      std::max(bank.precharge, cycle + (is_write ? timing_.write_to_precharge : timing_.rtp));
}

void DramChannel::close(Bank& bank, std::uint64_t cycle) {
  bank.open = false;
  bank.activate = std::max(bank.activate, cycle + timing_.rp);
  open_time_.closes(to_ps(cycle));
}

void DramChannel::refresh() {
  const std::uint64_t start = std::max(refresh_due_, floor_);
  const std::uint64_t command = start + timing_.precharge.length - 1;
  std::uint64_t closed = command;
  for (const Bank& bank : banks_) closed = std::max(closed, bank.activate);
  std::uint64_t precharge = std::max({command, auto_precharge_, next_precharge_});
  bool any_open = false;
  for (const Bank& bank : banks_) {
    if (!bank.open) continue;
    any_open = true;
    precharge = std::max(precharge, bank.precharge);
  }
  if (any_open) {
    tell(DramCommand::Kind::kPrechargeAll, 0, 0, 0, precharge + 1 - timing_.precharge.length,
         precharge, precharge + timing_.rp_ab);
    for (Bank& bank : banks_) {
      if (bank.open) close(bank, precharge);
    }
    closed = std::max(closed, precharge + timing_.rp_ab);
  }
  const std::uint64_t end = closed + timing_.rfc;
  tell(DramCommand::Kind::kRefresh, 0, 0, 0, closed + 1 - timing_.precharge.length, closed, end);
  floor_ = end + 1 - timing_.activate.length;
  refreshes_.add(to_ps(start), to_ps(end));
  ++events_.refreshes;
  refresh_due_ += timing_.refi;
}

std::uint64_t DramChannel::stream(const DramRun& run, std::uint64_t first, std::uint64_t count,
                                  bool is_write) {
  const Group& same = groups_[run.group];
  const std::uint64_t step = run.rotation > 1 ? timing_.ccd_s
                             : is_write       ? timing_.ccd_l_wr
                                              : timing_.ccd_l;
  const std::uint64_t start = run.rotation > 1 ? next_column_ : is_write ? same.write : same.read;
  if (start >= refresh_due_) return 0;
  const std::uint64_t placed = std::min(count, (refresh_due_ - 1 - start) / step + 1);
  if (timing_.one_bus) slots_.take_run(start, step, placed, timing_.column);
  std::uint64_t cycle = start + placed * step;
  next_column_ = cycle - step + timing_.ccd_s;
  (is_write ? next_read_ : next_write_) =
      cycle - step + (is_write ? timing_.write_to_read_s : timing_.read_to_write);
  (is_write ? events_.write_bytes : events_.read_bytes) += placed * burst_bytes_;
  const std::uint64_t touched = std::min<std::uint64_t>(placed, run.rotation);
  for (std::uint64_t i = touched; i >= 1; --i) {
    const std::uint32_t g = run.group_of(first + placed - i);
    hold(bank_of(g, run.bank), groups_[g], cycle - i * step, is_write);
  }
  return placed;
}

void DramChannel::tell(DramCommand::Kind kind, std::uint32_t group, std::uint32_t bank,
                       std::uint64_t row, std::uint64_t begin, std::uint64_t cycle,
                       std::uint64_t end) const {
  if (!observer_) return;
  observer_({kind, index_, group, bank, row, to_ps(begin), to_ps(cycle), to_ps(end)});
}

}  // namespace dcnsim

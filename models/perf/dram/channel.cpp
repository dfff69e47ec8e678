// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/channel.h"

#include <algorithm>
#include <set>

namespace dcnsim {
namespace {

unsigned log2_of(std::size_t power) {
  unsigned bits = 0;
  while (std::size_t{1} << bits < power) ++bits;
  return bits;
}

}  // namespace

DramChannel::DramChannel(std::uint32_t index, const DramSpec& spec, const DramTiming& timing,
                         const DramConfig& config)
    : index_(index),
      timing_(timing),
      page_policy_(config.page_policy),
      reorders_(config.scheduler != DramScheduler::kFcfs),
      banks_per_group_(static_cast<std::size_t>(spec.banks / spec.bank_groups)),
      group_shift_(log2_of(banks_per_group_)),
      burst_bytes_(static_cast<std::uint64_t>(spec.burst_bytes())),
      banks_(static_cast<std::size_t>(spec.banks)),
      groups_(static_cast<std::size_t>(spec.bank_groups)) {
  reset(0);
}

void DramChannel::reset(std::uint64_t epoch_ps) {
  std::fill(banks_.begin(), banks_.end(), Bank{});
  std::fill(groups_.begin(), groups_.end(), Group{});
  slots_.reset();
  gaps_.clear();
  epoch_ps_ = epoch_ps;
  floor_ = latest_row_ = next_column_ = next_read_ = next_write_ = auto_precharge_ = 0;
  next_precharge_ = next_activate_ = 0;
  activate_window_.fill(0);
  oldest_activate_ = 0;
  refresh_due_ = timing_.refi;
  open_time_.reset(epoch_ps);
  refreshes_.clear();
  events_ = {};
}

std::uint64_t DramChannel::place_run(std::uint64_t from, const DramRun& run, std::uint64_t first,
                                     std::uint64_t last, bool is_write) {
  // Rotating bursts reach every group again after so many of them that tCCD_L has passed.
  const std::uint64_t same_group = is_write ? timing_.ccd_l_wr : timing_.ccd_l;
  const bool streams =
      observer_ == nullptr && (run.rotation == 1 || run.rotation * timing_.ccd_s >= same_group);
  const std::uint64_t stream_end =
      page_policy_ == PagePolicy::kOpen
          ? last
          : std::min(last, run.bursts - std::min<std::uint64_t>(run.bursts, run.rotation));
  std::uint64_t since_refresh = 0;  // bursts of this run: at `rotation`, all its rows are open
  std::uint64_t end = 0;
  for (std::uint64_t i = first; i < last;) {
    if (streams && since_refresh >= run.rotation && i < stream_end) {
      const std::uint64_t placed = stream(run, i, stream_end - i, is_write);
      if (placed > 0) {
        i += placed;
        end = data_end(next_column_ - timing_.ccd_s, is_write);
        continue;
      }
    }
    if (run.rotation > 1 && last - i > 1 && !rows_are_ready(run, i, last, is_write)) {
      since_refresh = 0;
      i = place_as_rows_open(from, run, i, last, is_write, end);
      continue;
    }
    const std::uint64_t refreshes = events_.refreshes;
    // What streams goes behind the others, whether it is placed at once or burst by burst.
    const bool may_fill = since_refresh < run.rotation || i >= stream_end;
    const Burst burst = burst_of(run, i, is_write);
    const std::uint64_t its = may_fill ? place_in_gap(from, burst) : place(from, burst);
    end = std::max(end, its);
    if (its < data_end(next_column_ - timing_.ccd_s, is_write)) {
      since_refresh = 0;  // in a gap: the next may be too near the one that is last
    } else {
      since_refresh = events_.refreshes == refreshes ? since_refresh + 1 : 1;
    }
    ++i;
  }
  return end;
}

bool DramChannel::rows_are_ready(const DramRun& run, std::uint64_t first, std::uint64_t last,
                                 bool is_write) const {
  for (std::uint64_t i = first; i < std::min(last, first + run.rotation); ++i) {
    const Bank& bank = banks_[index_of(burst_of(run, i, is_write))];
    if (!bank.open || bank.row != run.row) return false;
    if ((is_write ? bank.write : bank.read) > next_column_ + (i - first) * timing_.ccd_s)
      return false;
  }
  return true;
}

std::uint64_t DramChannel::place_as_rows_open(std::uint64_t from, const DramRun& run,
                                              std::uint64_t first, std::uint64_t last,
                                              bool is_write, std::uint64_t& end) {
  // Of each group, the next one.
  next_of_group_.clear();
  for (std::uint64_t i = first; i < std::min(last, first + run.rotation); ++i) {
    next_of_group_.push_back(i);
  }
  for (std::uint64_t placed = first;;) {
    std::uint64_t* soonest = nullptr;
    std::uint64_t column = 0;
    const std::uint64_t start = earliest_start(from);
    for (std::uint64_t& next : next_of_group_) {
      if (next >= last) continue;
      const std::uint64_t its = plan(start, burst_of(run, next, is_write)).column;
      if (soonest == nullptr || its < column || (its == column && next < *soonest)) {
        soonest = &next;
        column = its;
      }
    }
    end = std::max(end, place(from, burst_of(run, *soonest, is_write)));
    *soonest += run.rotation;
    ++placed;
    const std::uint64_t oldest = *std::min_element(next_of_group_.begin(), next_of_group_.end());
    if (placed == std::min(oldest, last)) return placed;
  }
}

std::uint64_t DramChannel::place(std::uint64_t from, const Burst& burst) {
  std::uint64_t start = earliest_start(from);
  if (refresh_due_ <= start) {
    refresh_until(start);
    start = earliest_start(start);
  }
  open_time_.pass(to_ps(start));
  Plan planned = plan(start, burst);
  // What cannot be finished before the refresh is not begun.
  while (planned.column >= refresh_due_) {
    refresh();
    start = earliest_start(start);
    planned = plan(start, burst);
  }
  floor_ = planned.begin;
  const std::size_t bank = index_of(burst);
  if (planned.precharges) precharge(planned.precharge, bank);
  if (planned.activates) activate(planned.activate, bank, burst.row);
  if (planned.activates && !burst.is_write && reorders_) {
    const std::uint64_t begin = std::max(next_column_, next_read_);
    if (begin + timing_.ccd_s <= planned.column) {
      gaps_.add({begin, planned.column - timing_.ccd_s + 1});
    }
  }
  column(planned.column, burst);
  return data_end(planned.column, burst.is_write);
}

std::uint64_t DramChannel::place_in_gap(std::uint64_t from, const Burst& burst) {
  if (burst.is_write || !gaps_.any_after(from) || !row_is_open(burst)) return place(from, burst);
  const std::uint64_t begin = earliest_start(from);
  const std::uint64_t ready = std::max(
      {begin + timing_.column.length - 1, banks_[index_of(burst)].read, groups_[burst.group].read});
  const std::uint64_t cycle = gaps_.take(timing_.ccd_s, [&](const ColumnGaps::Gap& gap) {
    const std::uint64_t first = std::max(ready, gap.begin);
    return timing_.one_bus ? slots_.free_from(begin, first, timing_.column) : first;
  });
  if (cycle == 0) return place(from, burst);
  column(cycle, burst);
  return data_end(cycle, false);
}

void DramChannel::open_row(std::uint64_t from, const Burst& burst) {
  const std::size_t bank = index_of(burst);
  const std::uint64_t start = earliest_start(from);
  const Plan planned = plan(start, burst);
  if (!planned.activates || planned.column >= refresh_due_) return;
  open_time_.pass(to_ps(start));
  floor_ = planned.begin;
  if (planned.precharges) precharge(planned.precharge, bank);
  activate(planned.activate, bank, burst.row);
}

DramChannel::Slot DramChannel::column_slot(std::uint64_t from, std::size_t bank,
                                           bool is_write) const {
  const Bank& b = banks_[bank];
  const std::uint64_t begin = std::max(from, floor_);
  std::uint64_t cycle = column_cycle(begin, is_write ? b.write : b.read, group_of(bank), is_write);
  if (may_meet_row(cycle)) cycle = slots_.free_from(begin, cycle, timing_.column);
  return {cycle + 1 - timing_.column.length, cycle};
}

DramChannel::Slot DramChannel::row_slot(std::uint64_t from, std::size_t bank,
                                        const Slot* column) const {
  const Bank& b = banks_[bank];
  const std::uint64_t begin = std::max(from, floor_);
  CommandSlots slots = slots_;
  if (column != nullptr && timing_.one_bus) {
    const std::uint64_t columns = timing_.activate.within / timing_.ccd_s + 2;
    slots.take_run(column->acts, timing_.ccd_s, columns, timing_.column);
  }
  if (b.open) {
    const std::uint64_t cycle = precharge_cycle(begin, b, slots);
    return {slots.begin_of(cycle, timing_.precharge), cycle};
  }
  const std::uint64_t cycle = activate_cycle(begin, b.activate, group_of(bank), slots);
  return {slots.begin_of(cycle, timing_.activate), cycle};
}

void DramChannel::issue_row(const Slot& slot, const Burst& burst) {
  open_time_.pass(to_ps(slot.begin));
  floor_ = slot.begin;
  const std::size_t bank = index_of(burst);
  if (banks_[bank].open) {
    precharge(slot, bank);
  } else {
    activate(slot, bank, burst.row);
  }
}

std::uint64_t DramChannel::issue_column(const Slot& slot, const Burst& burst) {
  open_time_.pass(to_ps(slot.begin));
  floor_ = slot.begin;
  column(slot.acts, burst);
  return data_end(slot.acts, burst.is_write);
}

void DramChannel::refresh_until(std::uint64_t cycle) {
  while (refresh_due_ <= cycle) refresh();
}

DramEvents DramChannel::events(std::uint64_t now_ps) {
  open_time_.settle(now_ps);
  DramEvents events = events_;
  events.active_ps = open_time_.active_ps();
  events.precharged_ps = open_time_.settled_ps() - epoch_ps_ - events.active_ps;
  return events;
}

DramEvents DramChannel::events_of(const std::vector<Burst>& writes) const {
  std::set<std::pair<std::size_t, std::uint64_t>> rows;
  for (const Burst& burst : writes) {
    if (!row_is_open(burst)) rows.emplace(index_of(burst), burst.row);
  }
  DramEvents events;
  events.write_bytes = writes.size() * burst_bytes_;
  events.activates = rows.size();
  return events;
}

std::uint64_t DramChannel::earliest_start(std::uint64_t from) const {
  const std::uint64_t decided =
      next_column_ > timing_.lookahead ? next_column_ - timing_.lookahead : 0;
  return std::max({from, floor_, decided});
}

DramChannel::Plan DramChannel::plan(std::uint64_t start, const Burst& burst) const {
  const Bank& bank = banks_[index_of(burst)];
  const Group& group = groups_[burst.group];
  Plan p;
  p.begin = start;
  std::uint64_t row_ready = burst.is_write ? bank.write : bank.read;
  if (!bank.open || bank.row != burst.row) {
    std::uint64_t activate_begin = start, activate_ready = bank.activate;
    if (bank.open) {
      p.precharges = true;
      p.precharge = slot_of(precharge_cycle(start, bank, slots_), timing_.precharge);
      p.begin = p.precharge.begin;
      activate_begin = p.precharge.acts + 1;
      activate_ready = std::max(activate_ready, p.precharge.acts + timing_.rp);
    }
    p.activates = true;
    p.activate =
        slot_of(activate_cycle(activate_begin, activate_ready, group, slots_), timing_.activate);
    if (!p.precharges) p.begin = p.activate.begin;
    row_ready = p.activate.acts + (burst.is_write ? timing_.rcd_wr : timing_.rcd);
  }
  p.column = column_cycle(start, row_ready, group, burst.is_write);
  if (may_meet_row(p.column)) {
    p.column = slots_.free_from(start, p.column, timing_.column);
  }
  return p;
}

std::uint64_t DramChannel::precharge_cycle(std::uint64_t begin, const Bank& bank,
                                           const CommandSlots& slots) const {
  return slots.free_from(
      begin, std::max({begin + timing_.precharge.length - 1, bank.precharge, next_precharge_}),
      timing_.precharge);
}

std::uint64_t DramChannel::activate_cycle(std::uint64_t begin, std::uint64_t ready,
                                          const Group& group, const CommandSlots& slots) const {
  return slots.free_from(begin,
                         std::max({begin + timing_.activate.length - 1, ready, group.activate,
                                   next_activate_, activate_window_[oldest_activate_]}),
                         timing_.activate);
}

std::uint64_t DramChannel::column_cycle(std::uint64_t begin, std::uint64_t ready,
                                        const Group& group, bool is_write) const {
  return std::max({begin + timing_.column.length - 1, ready, next_column_,
                   is_write ? next_write_ : next_read_, is_write ? group.write : group.read});
}

void DramChannel::take_row(const Slot& slot, const CommandSlots::Command& command) {
  slots_.take(slot.begin, slot.acts, command);
  latest_row_ = std::max(latest_row_, slot.acts);
}

void DramChannel::precharge(const Slot& slot, std::size_t bank) {
  const std::uint64_t cycle = slot.acts;
  tell(DramCommand::Kind::kPrecharge, bank, banks_[bank].row, slot.begin, cycle,
       cycle + timing_.rp);
  take_row(slot, timing_.precharge);
  next_precharge_ = cycle + timing_.ppd;
  close(banks_[bank], cycle);
}

void DramChannel::activate(const Slot& slot, std::size_t bank, std::uint64_t row) {
  const std::uint64_t cycle = slot.acts;
  tell(DramCommand::Kind::kActivate, bank, row, slot.begin, cycle, cycle + timing_.rcd);
  take_row(slot, timing_.activate);
  open_time_.opens(to_ps(cycle));
  Bank& b = banks_[bank];
  b.open = true;
  b.row = row;
  b.read = cycle + timing_.rcd;
  b.write = cycle + timing_.rcd_wr;
  b.precharge = cycle + timing_.ras;
  b.activate = cycle + timing_.rc;
  group_of(bank).activate = cycle + timing_.rrd_l;
  next_activate_ = cycle + timing_.rrd_s;
  activate_window_[oldest_activate_] = cycle + timing_.faw;
  oldest_activate_ = (oldest_activate_ + 1) % activate_window_.size();
  ++events_.activates;
}

void DramChannel::column(std::uint64_t cycle, const Burst& burst) {
  const std::size_t index = index_of(burst);
  Bank& bank = banks_[index];
  if (timing_.one_bus) slots_.take_whole(cycle, timing_.column);
  next_column_ = std::max(next_column_, cycle + timing_.ccd_s);
  std::uint64_t& next = burst.is_write ? next_read_ : next_write_;
  next = std::max(next, cycle + (burst.is_write ? timing_.write_to_read_s : timing_.read_to_write));
  (burst.is_write ? events_.write_bytes : events_.read_bytes) += burst_bytes_;
  hold(bank, groups_[burst.group], cycle, burst.is_write);
  tell(burst.is_write ? DramCommand::Kind::kWrite : DramCommand::Kind::kRead, index, burst.row,
       cycle + 1 - timing_.column.length, cycle, data_end(cycle, burst.is_write));
  if (burst.ends_bank && page_policy_ == PagePolicy::kClosed) {
    tell(DramCommand::Kind::kAutoPrecharge, index, burst.row, bank.precharge, bank.precharge,
         bank.precharge + timing_.rp);
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
    tell(DramCommand::Kind::kPrechargeAll, 0, 0, precharge + 1 - timing_.precharge.length,
         precharge, precharge + timing_.rp_ab);
    for (Bank& bank : banks_) {
      if (bank.open) close(bank, precharge);
    }
    closed = std::max(closed, precharge + timing_.rp_ab);
  }
  const std::uint64_t end = closed + timing_.rfc;
  tell(DramCommand::Kind::kRefresh, 0, 0, closed + 1 - timing_.precharge.length, closed, end);
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
  if (start >= refresh_due_ || start < latest_row_ + timing_.column.length) return 0;
  const bool all = start + (count - 1) * step < refresh_due_;
  const std::uint64_t placed = all ? count : (refresh_due_ - 1 - start) / step + 1;
  if (timing_.one_bus) slots_.take_run(start, step, placed, timing_.column);
  std::uint64_t cycle = start + placed * step;
  next_column_ = cycle - step + timing_.ccd_s;
  (is_write ? next_read_ : next_write_) =
      cycle - step + (is_write ? timing_.write_to_read_s : timing_.read_to_write);
  (is_write ? events_.write_bytes : events_.read_bytes) += placed * burst_bytes_;
  const std::uint64_t touched = std::min<std::uint64_t>(placed, run.rotation);
  for (std::uint64_t i = touched; i >= 1; --i) {
    const std::uint32_t g = run.group_of(first + placed - i);
    hold(banks_[g * banks_per_group_ + run.bank], groups_[g], cycle - i * step, is_write);
  }
  return placed;
}

void DramChannel::tell(DramCommand::Kind kind, std::size_t bank, std::uint64_t row,
                       std::uint64_t begin, std::uint64_t cycle, std::uint64_t end) const {
  if (!observer_) return;
  observer_({kind, index_, static_cast<std::uint32_t>(bank / banks_per_group_),
             static_cast<std::uint32_t>(bank % banks_per_group_), row, to_ps(begin), to_ps(cycle),
             to_ps(end)});
}

}  // namespace dcnsim

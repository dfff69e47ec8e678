// SPDX-License-Identifier: Apache-2.0
// One DRAM channel: its banks, its command and data bus, its refreshes. Knows the earliest cycle
// that the timing rules allow a command and what the command holds back. Which command comes next
// is the caller's choice: place() and place_run() serve bursts in the order of the calls
// (in_order.h), the other operations issue a command at a time (channel_queue.h). README.md has the
// rules.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/perf/counters.h"
#include "models/perf/dram/address_map.h"
#include "models/perf/dram/column_gaps.h"
#include "models/perf/dram/command.h"
#include "models/perf/dram/command_slots.h"
#include "models/perf/dram/open_time.h"
#include "models/perf/dram/recent_intervals.h"
#include "models/perf/dram/timing.h"

namespace dcnsim {

class DramChannel {
 public:
  struct Burst {
    std::uint32_t group, bank;  ///< bank within its group
    std::uint64_t row;
    bool is_write;
    bool ends_bank;  ///< the access's last burst in the bank: closes it under PagePolicy::kClosed
  };

  DramChannel(std::uint32_t index, const DramSpec& spec, const DramTiming& timing,
              const DramConfig& config);

  /// Forgets everything; cycle 0 is at `epoch_ps`, the first refresh is due one tREFI later.
  void reset(std::uint64_t epoch_ps);

  // In the order of the calls. A burst is decided on at most timing.lookahead before its column
  // command can follow the one before.

  /// Places bursts [first, last) of a run, no command before `from`; returns the end of the last
  /// one's data.
  std::uint64_t place_run(std::uint64_t from, const DramRun& run, std::uint64_t first,
                          std::uint64_t last, bool is_write);
  /// Places one burst, no command before `from`; returns the end of its data.
  std::uint64_t place(std::uint64_t from, const Burst& burst);
  /// Opens a burst's row, if there is time before the refresh, no command before `from`.
  void open_row(std::uint64_t from, const Burst& burst);
  /// No read comes before one of the bank could.
  void await_row(const Burst& burst) {
    next_read_ = std::max(next_read_, banks_[index_of(burst)].read);
  }
  /// First cycle of the commands that open_row() would issue.
  std::uint64_t row_begin(std::uint64_t from, const Burst& burst) const {
    return plan(earliest_start(from), burst).begin;
  }
  /// First cycle of the column command that place() would give it, refreshes left aside.
  std::uint64_t column_begin(std::uint64_t from, const Burst& burst) const {
    return plan(earliest_start(from), burst).column + 1 - timing_.column.length;
  }

  // A command at a time, none begun before the one issued last. Banks are numbered group by group.

  /// Where a command lies on its bus; it acts in its last cycle.
  struct Slot {
    std::uint64_t begin, acts;
  };
  std::size_t banks() const { return banks_.size(); }
  std::size_t index_of(const Burst& burst) const {
    return burst.group * banks_per_group_ + burst.bank;
  }
  bool row_is_open(const Burst& burst) const {
    const Bank& bank = banks_[index_of(burst)];
    return bank.open && bank.row == burst.row;
  }
  /// Earliest column command to an open row, not begun before `from`.
  Slot column_slot(std::uint64_t from, std::size_t bank, bool is_write) const;
  /// Earliest precharge, or activate of a bank without an open row, not begun before `from`; leaves
  /// the bus to a column command at `column`, if any.
  Slot row_slot(std::uint64_t from, std::size_t bank, const Slot* column) const;
  /// The column command that can follow a row command at once.
  std::uint64_t column_behind(const Slot& row, std::size_t bank) const {
    return row.acts + timing_.rcd + (banks_[bank].open ? timing_.rp : 0);
  }
  // Issue what the functions above have found.
  void issue_row(const Slot& slot, const Burst& burst);
  /// Returns the end of the data.
  std::uint64_t issue_column(const Slot& slot, const Burst& burst);

  /// The next refresh. What cannot act before it is not to be issued.
  std::uint64_t refresh_due() const { return refresh_due_; }
  /// Performs the refreshes that are due at or before `cycle`.
  void refresh_until(std::uint64_t cycle);

  /// First cycle in which a column command may act by the spacing to the one before.
  std::uint64_t next_column() const { return next_column_; }
  const DramTiming& timing() const { return timing_; }

  /// Counts, with background time up to `now_ps` or the last decision if that is later. Call
  /// refresh_until() first.
  DramEvents events(std::uint64_t now_ps);
  /// What writes that wait will add: their bytes, and an activate a row that is not open.
  DramEvents events_of(const std::vector<Burst>& writes) const;
  const RecentIntervals& refreshes() const { return refreshes_; }

  void observe(DramObserver observer) { observer_ = std::move(observer); }

 private:
  // A command is where its last cycle is: there it acts, and from there the rules count.

  /// Earliest cycles by the rules within one bank.
  struct Bank {
    bool open = false;
    std::uint64_t row = 0;
    std::uint64_t read = 0, write = 0, precharge = 0, activate = 0;
  };
  /// Earliest cycles by the rules within one bank group.
  struct Group {
    std::uint64_t read = 0, write = 0, activate = 0;
  };
  /// Where a burst's commands lie, and where that for its column acts.
  struct Plan {
    bool precharges = false, activates = false;
    Slot precharge{}, activate{};
    std::uint64_t column = 0;
    std::uint64_t begin = 0;  ///< of the first row command; the start if there is none
  };

  Group& group_of(std::size_t bank) { return groups_[bank >> group_shift_]; }
  const Group& group_of(std::size_t bank) const { return groups_[bank >> group_shift_]; }
  std::uint64_t to_ps(std::uint64_t cycle) const { return epoch_ps_ + cycle * timing_.period_ps; }

  std::uint64_t earliest_start(std::uint64_t from) const;
  Plan plan(std::uint64_t start, const Burst& burst) const;
  // Earliest cycles in which a command acts that begins at `begin` or later: of a precharge, of an
  // activate whose bank allows it from `ready` on, of a column command likewise.
  std::uint64_t precharge_cycle(std::uint64_t begin, const Bank& bank,
                                const CommandSlots& slots) const;
  std::uint64_t activate_cycle(std::uint64_t begin, std::uint64_t ready, const Group& group,
                               const CommandSlots& slots) const;
  std::uint64_t column_cycle(std::uint64_t begin, std::uint64_t ready, const Group& group,
                             bool is_write) const;
  /// Whether a row command may be where a column command acts in `cycle`, which other column
  /// commands allow.
  bool may_meet_row(std::uint64_t cycle) const {
    return timing_.one_bus && cycle < latest_row_ + timing_.column.length;
  }
  Slot slot_of(std::uint64_t cycle, const CommandSlots::Command& command) const {
    return {slots_.begin_of(cycle, command), cycle};
  }
  void take_row(const Slot& slot, const CommandSlots::Command& command);
  /// Places a burst, a read of an open row between columns that are placed already if it fits.
  std::uint64_t place_in_gap(std::uint64_t from, const Burst& burst);
  void precharge(const Slot& slot, std::size_t bank);
  void activate(const Slot& slot, std::size_t bank, std::uint64_t row);
  void column(std::uint64_t cycle, const Burst& burst);
  std::uint64_t data_end(std::uint64_t column, bool is_write) const {
    return column + (is_write ? timing_.cwl : timing_.cl) + timing_.burst;
  }
  /// What a column command holds back in its bank and its group.
  void hold(Bank& bank, Group& group, std::uint64_t cycle, bool is_write) const;
  void close(Bank& bank, std::uint64_t cycle);
  void refresh();
  static Burst burst_of(const DramRun& run, std::uint64_t i, bool is_write) {
    return {run.group_of(i), run.bank, run.row, is_write, run.ends_bank(i)};
  }
  /// Whether no burst of a run from `first` on has to wait for its row.
  bool rows_are_ready(const DramRun& run, std::uint64_t first, std::uint64_t last,
                      bool is_write) const;
  /// Places bursts of a run from `first` on, groups whose row is ready before others, until those
  /// placed follow each other; returns the next. Raises `end` to the end of their data.
  std::uint64_t place_as_rows_open(std::uint64_t from, const DramRun& run, std::uint64_t first,
                                   std::uint64_t last, bool is_write, std::uint64_t& end);
  /// As many of `count` bursts as fit before the next refresh, all rows being open; returns how
  /// many. The first goes to the group that the run has at `first`.
  std::uint64_t stream(const DramRun& run, std::uint64_t first, std::uint64_t count, bool is_write);
  /// Of a command from the cycle `begin` to `cycle`, and what it leads to.
  void tell(DramCommand::Kind kind, std::size_t bank, std::uint64_t row, std::uint64_t begin,
            std::uint64_t cycle, std::uint64_t end) const;

  const std::uint32_t index_;
  const DramTiming timing_;
  const PagePolicy page_policy_;
  const bool reorders_;
  const std::size_t banks_per_group_;  ///< a power of two
  const unsigned group_shift_;
  const std::uint64_t burst_bytes_;

  std::vector<Bank> banks_;  ///< group by group
  std::vector<Group> groups_;
  CommandSlots slots_;  ///< of the bus of row commands
  ColumnGaps gaps_;
  std::uint64_t epoch_ps_ = 0;
  std::uint64_t floor_ = 0;       ///< no command begins before: the last refresh, the last decision
  std::uint64_t latest_row_ = 0;  ///< command for a row that acts last
  std::uint64_t next_column_ = 0, next_read_ = 0, next_write_ = 0;
  std::uint64_t next_precharge_ = 0, next_activate_ = 0;
  std::uint64_t auto_precharge_ = 0;                ///< the latest
  std::array<std::uint64_t, 4> activate_window_{};  ///< tFAW after each of the last four
  std::size_t oldest_activate_ = 0;
  std::uint64_t refresh_due_ = 0;
  std::vector<std::uint64_t> next_of_group_;  ///< while rows open: bursts of a run
  OpenTime open_time_;
  RecentIntervals refreshes_;
  DramEvents events_;
  DramObserver observer_;
};

}  // namespace dcnsim

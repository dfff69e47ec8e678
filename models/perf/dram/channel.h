// SPDX-License-Identifier: Apache-2.0
// One DRAM channel: its banks, its command and data bus, its refreshes. Places the commands of one
// burst after the other at the earliest cycles that the timing rules allow; who comes next is the
// caller's choice. README.md has the rules.
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
              PagePolicy page_policy);

  /// Forgets everything; cycle 0 is at `epoch_ps`, the first refresh is due one tREFI later.
  void reset(std::uint64_t epoch_ps);

  /// Places all bursts of a run, no command before `from`; returns the end of the last one's data.
  std::uint64_t place_run(std::uint64_t from, const DramRun& run, bool is_write);

  /// Places one burst, no command before `from`; returns the end of its data.
  std::uint64_t place(std::uint64_t from, const Burst& burst);

  /// Performs the refreshes that are due at or before `cycle`.
  void refresh_until(std::uint64_t cycle);

  /// When the controller decides on the next burst, unless none is there yet.
  std::uint64_t decision_cycle() const {
    return next_column_ > timing_.lookahead ? next_column_ - timing_.lookahead : 0;
  }
  bool row_is_open(const Burst& burst) const;
  // Of place(from, burst), refreshes left aside: when its first row command begins (from, if the
  // row is open) and when its column command ends.
  std::uint64_t row_cycle(std::uint64_t from, const Burst& burst) const;
  std::uint64_t column_cycle(std::uint64_t from, const Burst& burst) const;

  /// No burst's column command can end sooner.
  std::uint64_t soonest_column(std::uint64_t from) const {
    return std::max(earliest_start(from) + timing_.column.length - 1, next_column_);
  }

  /// Counts, with background time up to `now_ps` or the last decision if that is later. Call
  /// refresh_until() first.
  DramEvents events(std::uint64_t now_ps);
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
  struct Plan {
    bool precharges = false, activates = false;
    std::uint64_t precharge = 0, activate = 0, column = 0;
    std::uint64_t begin = 0;  ///< of the first row command; the start if there is none
  };

  Bank& bank_of(std::uint32_t group, std::uint32_t bank) {
    return banks_[group * banks_per_group_ + bank];
  }
  const Bank& bank_of(std::uint32_t group, std::uint32_t bank) const {
    return banks_[group * banks_per_group_ + bank];
  }
  std::uint64_t to_ps(std::uint64_t cycle) const { return epoch_ps_ + cycle * timing_.period_ps; }

  std::uint64_t earliest_start(std::uint64_t from) const;
  Plan plan(std::uint64_t start, const Burst& burst) const;
  void open_row(const Burst& burst, const Plan& plan);
  void column(const Burst& burst, std::uint64_t cycle);
  /// What a column command holds back in its bank and its group.
  void hold(Bank& bank, Group& group, std::uint64_t cycle, bool is_write) const;
  void close(Bank& bank, std::uint64_t cycle);
  void refresh();
  /// As many of `count` bursts as fit before the next refresh, all rows being open; returns how
  /// many. The first goes to the group that the run has at `first`.
  std::uint64_t stream(const DramRun& run, std::uint64_t first, std::uint64_t count, bool is_write);
  /// Of a command from the cycle `begin` to `cycle`, and what it leads to.
  void tell(DramCommand::Kind kind, std::uint32_t group, std::uint32_t bank, std::uint64_t row,
            std::uint64_t begin, std::uint64_t cycle, std::uint64_t end) const;

  const std::uint32_t index_;
  const DramTiming timing_;
  const PagePolicy page_policy_;
  const std::uint32_t banks_per_group_;
  const std::uint64_t burst_bytes_;

  std::vector<Bank> banks_;  ///< group by group
  std::vector<Group> groups_;
  CommandSlots slots_;  ///< of the bus of row commands
  std::uint64_t epoch_ps_ = 0;
  std::uint64_t floor_ = 0;  ///< no command begins before: the last refresh, the last decision
  std::uint64_t next_column_ = 0, next_read_ = 0, next_write_ = 0;
  std::uint64_t next_precharge_ = 0, next_activate_ = 0;
  std::uint64_t auto_precharge_ = 0;                ///< the latest
  std::array<std::uint64_t, 4> activate_window_{};  ///< tFAW after each of the last four
  std::size_t oldest_activate_ = 0;
  std::uint64_t refresh_due_ = 0;
  OpenTime open_time_;
  RecentIntervals refreshes_;
  DramEvents events_;
  DramObserver observer_;
};

}  // namespace dcnsim

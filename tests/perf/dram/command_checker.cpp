// SPDX-License-Identifier: Apache-2.0
#include "tests/perf/dram/command_checker.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>

namespace dcnsim {
namespace {

using Kind = DramCommand::Kind;
using Time = std::int64_t;  // picoseconds

constexpr Time kLongAgo = -1'000'000'000;

struct BankState {
  std::optional<std::uint64_t> row;
  Time activated = kLongAgo, closed = kLongAgo, read = kLongAgo, written = kLongAgo;
};

struct GroupState {
  Time activated = kLongAgo, column = kLongAgo, write = kLongAgo, written = kLongAgo;
};

int cycles(const DramSpec& spec, Kind kind) {
  switch (kind) {
    case Kind::kActivate:
      return spec.activate_cycles;
    case Kind::kRead:
    case Kind::kWrite:
      return spec.column_cycles;
    case Kind::kPrecharge:
    case Kind::kPrechargeAll:
    case Kind::kRefresh:
      return spec.precharge_cycles;
    case Kind::kAutoPrecharge:
      return 1;
  }
  return 0;
}

std::string complaint(const DramCommand& c, Time at, const std::string& what) {
  return "channel " + std::to_string(c.channel) + " at " + std::to_string(at) + " ps: " + what;
}

/// The command buses of a channel; commands come in the order in which they act.
class Buses {
 public:
  Buses(const DramSpec& spec, std::vector<std::string>& broken) : spec_(spec), broken_(broken) {}

  void take(const DramCommand& c) {
    if (c.kind == Kind::kAutoPrecharge) return;
    const bool is_column = c.kind == Kind::kRead || c.kind == Kind::kWrite;
    std::deque<Time>& busy = busy_[spec_.command_buses == 2 && is_column];
    const int length = cycles(spec_, c.kind);
    const int within = c.kind == Kind::kActivate ? spec_.activate_within_cycles : length;
    const auto start = static_cast<Time>(c.start_ps), acts = static_cast<Time>(c.acts_ps);
    const Time tck = std::llround(spec_.tck_ns * 1e3);
    if (acts - start < (length - 1) * tck || acts - start >= within * tck) {
      broken_.push_back(complaint(c, start, "tCK: " + std::to_string(acts - start) + " ps"));
    }
    // Two cycles may lie apart; more follow each other.
    for (int i = 1; i < length; ++i) occupy(c, busy, acts - (acts - start) * i / (length - 1));
    occupy(c, busy, acts);
  }

 private:
  void occupy(const DramCommand& c, std::deque<Time>& busy, Time at) {
    const Time tck = std::llround(spec_.tck_ns * 1e3);
    const auto overlaps = [&](Time other) { return std::abs(other - at) < tck; };
    if (std::any_of(busy.begin(), busy.end(), overlaps)) {
      broken_.push_back(complaint(c, at, "tCK: two commands at once"));
    }
    busy.push_back(at);
    if (busy.size() > kRecent) busy.pop_front();
  }

  /// No command spreads over more cycles.
  static constexpr std::size_t kRecent = 16;
  const DramSpec& spec_;
  std::vector<std::string>& broken_;
  std::deque<Time> busy_[2];  ///< the latest clock cycles, by where they begin
};

/// All other rules of a channel, told in the order in which commands act.
class Checker {
 public:
  Checker(const DramSpec& spec, std::vector<std::string>& broken) : spec_(spec), broken_(broken) {}

  void take(const DramCommand& c) {
    command_ = &c;
    at_ = static_cast<Time>(c.acts_ps);
    after("tRFC", refreshed_, spec_.trfc_ns);
    switch (c.kind) {
      case Kind::kActivate:
        return activate();
      case Kind::kPrecharge:
      case Kind::kAutoPrecharge:
        if (!bank().row) complain("precharge of a closed bank");
        return precharge(bank());
      case Kind::kPrechargeAll:
        for (auto& [key, bank] : banks_) {
          if (bank.row) precharge(bank);
        }
        all_closed_ = at_;
        return;
      case Kind::kRead:
      case Kind::kWrite:
        return column(c.kind == Kind::kWrite);
      case Kind::kRefresh:
        return refresh();
    }
  }

 private:
  BankState& bank() { return banks_[{command_->group, command_->bank}]; }
  GroupState& group() { return groups_[command_->group]; }

  void complain(const std::string& what) { broken_.push_back(complaint(*command_, at_, what)); }
  void after(const char* rule, Time since, double ns) {
    if (at_ - since < std::llround(ns * 1e3)) {
      complain(std::string(rule) + ": " + std::to_string(at_ - since) + " ps");
    }
  }
  void no_refresh_is_overdue() {
    const double due_ns = static_cast<double>(refreshes_ + 1) * spec_.trefi_ns;
    if (static_cast<double>(at_) * 1e-3 >= due_ns) complain("tREFI");
  }

  void activate() {
    no_refresh_is_overdue();
    if (bank().row) complain("activate of an open bank");
    after("tRP", bank().closed, spec_.trp_ns);
    after("tRC", bank().activated, spec_.trc_ns);
    after("tRRD_L", group().activated, spec_.trrd_l_ns);
    if (!activates_.empty()) after("tRRD_S", activates_.back(), spec_.trrd_s_ns);
    if (activates_.size() >= 4) after("tFAW", activates_[activates_.size() - 4], spec_.tfaw_ns);
    activates_.push_back(at_);
    bank().activated = group().activated = at_;
    bank().row = command_->row;
  }
  void precharge(BankState& bank) {
    if (command_->kind != Kind::kAutoPrecharge && precharged_ < at_) {
      after("tPPD", precharged_, spec_.tppd_ns);
      precharged_ = at_;
    }
    after("tRAS", bank.activated, spec_.tras_ns);
    after("tRTP", bank.read, spec_.trtp_ns);
    after("tWR", bank.written, spec_.twr_ns);
    bank.row.reset();
    bank.closed = at_;
  }
  void column(bool is_write) {
    no_refresh_is_overdue();
    if (bank().row != command_->row) complain("column access to a row that is not open");
    after("tCCD_S", last_column_, spec_.tccd_s_ns);
    after("tCCD_L", group().column, spec_.tccd_l_ns);
    if (is_write) {
      after("tRCD_WR", bank().activated, spec_.trcd_wr_ns);
      after("tCCD_L_WR", group().write, spec_.tccd_l_wr_ns);
    } else {
      after("tRCD", bank().activated, spec_.trcd_ns);
      after("tWTR_S", written_, spec_.twtr_s_ns);
      after("tWTR_L", group().written, spec_.twtr_l_ns);
    }
    const auto end = static_cast<Time>(command_->end_ps);
    const Time begin = end - std::llround(spec_.burst_ns() * 1e3);
    data_comes_after(begin, is_write ? "CWL" : "CL", is_write ? spec_.cwl_ns : spec_.cl_ns,
                     is_write ? "tDQSS" : "tDQSCK", is_write ? spec_.tdqss_ns : spec_.tdqsck_ns);
    if (begin < data_end_) complain("two bursts of data at once");
    if (is_write && !data_was_write_ && begin - data_end_ < std::llround(spec_.trtw_ns * 1e3)) {
      complain("tRTW: no gap between read and write data");
    }
    data_end_ = end;
    data_was_write_ = is_write;
    last_column_ = group().column = at_;
    if (is_write) {
      group().write = at_;
      written_ = group().written = bank().written = end;
    } else {
      bank().read = at_;
    }
  }
  /// The clock edge that a latency in cycles leads to, and the strobe behind it.
  void data_comes_after(Time begin, const char* latency, double latency_ns, const char* strobe,
                        double strobe_ns) {
    if (begin - at_ >= std::llround((latency_ns + strobe_ns) * 1e3)) return;
    complain(latency);
    complain(strobe);
  }
  void refresh() {
    for (auto& [key, bank] : banks_) {
      if (bank.row) complain("refresh with an open row");
      after("tRP", bank.closed, spec_.trp_ns);
    }
    after("tRP_AB", all_closed_, spec_.trp_ab_ns);
    refreshed_ = at_;
    ++refreshes_;
  }

  const DramSpec& spec_;
  std::vector<std::string>& broken_;
  const DramCommand* command_ = nullptr;
  Time at_ = 0;
  std::map<std::pair<std::uint32_t, std::uint32_t>, BankState> banks_;
  std::map<std::uint32_t, GroupState> groups_;
  std::vector<Time> activates_;
  Time last_column_ = kLongAgo, written_ = kLongAgo, precharged_ = kLongAgo, all_closed_ = kLongAgo,
       refreshed_ = kLongAgo, data_end_ = kLongAgo;
  bool data_was_write_ = true;
  int refreshes_ = 0;
};

template <typename Rules>
void check(const DramSpec& spec, const std::vector<DramCommand>& commands,
           std::vector<std::string>& broken) {
  std::map<std::uint32_t, Rules> channels;
  for (const DramCommand& c : commands) {
    channels.try_emplace(c.channel, spec, broken).first->second.take(c);
  }
}

}  // namespace

std::vector<std::string> broken_rules(const DramSpec& spec, std::vector<DramCommand> commands) {
  std::stable_sort(
      commands.begin(), commands.end(),
      [](const DramCommand& a, const DramCommand& b) { return a.acts_ps < b.acts_ps; });
  std::vector<std::string> broken;
  check<Checker>(spec, commands, broken);
  check<Buses>(spec, commands, broken);
  return broken;
}

}  // namespace dcnsim

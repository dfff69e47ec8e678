// SPDX-License-Identifier: Apache-2.0
#include "tests/perf/dram/command_checker.h"

#include <algorithm>
#include <cmath>
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
  Time activated = kLongAgo, column = kLongAgo, written = kLongAgo;
};

class Checker {
 public:
  Checker(const DramSpec& spec, std::vector<std::string>& broken) : spec_(spec), broken_(broken) {}

  void take(const DramCommand& c) {
    command_ = &c;
    at_ = static_cast<Time>(c.start_ps);
    if (c.kind != Kind::kAutoPrecharge) {
      after("tCK", last_command_, spec_.tck_ns);
      last_command_ = at_;
    }
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

  void complain(const std::string& what) {
    broken_.push_back("channel " + std::to_string(command_->channel) + " at " +
                      std::to_string(at_) + " ps: " + what);
  }
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
    after("tRAS", bank.activated, spec_.tras_ns);
    after("tRTP", bank.read, spec_.trtp_ns);
    after("tWR", bank.written, spec_.twr_ns);
    bank.row.reset();
    bank.closed = at_;
  }
  void column(bool is_write) {
    no_refresh_is_overdue();
    if (bank().row != command_->row) complain("column access to a row that is not open");
    after("tRCD", bank().activated, spec_.trcd_ns);
    after("tCCD_S", last_column_, spec_.tccd_s_ns);
    after("tCCD_L", group().column, spec_.tccd_l_ns);
    if (!is_write) {
      after("tWTR_S", written_, spec_.twtr_s_ns);
      after("tWTR_L", group().written, spec_.twtr_l_ns);
    }
    const auto end = static_cast<Time>(command_->end_ps);
    const Time begin = end - std::llround(spec_.burst_ns() * 1e3);
    const double latency_ns = is_write ? spec_.cwl_ns : spec_.cl_ns;
    if (begin - at_ < std::llround(latency_ns * 1e3)) complain(is_write ? "CWL" : "CL");
    if (begin < data_end_) complain("two bursts of data at once");
    if (is_write && !data_was_write_ && begin - data_end_ < std::llround(spec_.tck_ns * 2e3)) {
      complain("no gap between read and write data");
    }
    data_end_ = end;
    data_was_write_ = is_write;
    last_column_ = group().column = at_;
    if (is_write) {
      written_ = group().written = bank().written = end;
    } else {
      bank().read = at_;
    }
  }
  void refresh() {
    for (auto& [key, bank] : banks_) {
      if (bank.row) complain("refresh with an open row");
      after("tRP", bank.closed, spec_.trp_ns);
    }
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
  Time last_command_ = kLongAgo, last_column_ = kLongAgo, written_ = kLongAgo,
       refreshed_ = kLongAgo, data_end_ = kLongAgo;
  bool data_was_write_ = true;
  int refreshes_ = 0;
};

}  // namespace

std::vector<std::string> broken_rules(const DramSpec& spec, std::vector<DramCommand> commands) {
  std::stable_sort(
      commands.begin(), commands.end(),
      [](const DramCommand& a, const DramCommand& b) { return a.start_ps < b.start_ps; });
  std::vector<std::string> broken;
  std::map<std::uint32_t, Checker> channels;
  for (const DramCommand& c : commands) {
    channels.try_emplace(c.channel, spec, broken).first->second.take(c);
  }
  return broken;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram_banks.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace dcnsim {
namespace {

std::uint64_t ps(const DramSpec& spec, const char* field, double ns) {
  if (!(ns > 0) || ns > 1e6) {
    throw std::invalid_argument("dram preset " + spec.preset + ": " + field + ": " +
                                std::to_string(ns) + ", expected 0..1e6 ns");
  }
  return static_cast<std::uint64_t>(std::llround(ns * 1e3));
}

}  // namespace

DramBanks::DramBanks(const DramSpec& spec, int channels)
    : tck_(ps(spec, "tCK", spec.tck_ns)),
      cl_(ps(spec, "CL", spec.cl_ns)),
      cwl_(ps(spec, "CWL", spec.cwl_ns)),
      trcd_(ps(spec, "tRCD", spec.trcd_ns)),
      trp_(ps(spec, "tRP", spec.trp_ns)),
      tras_(ps(spec, "tRAS", spec.tras_ns)),
      trc_(ps(spec, "tRC", spec.trc_ns)),
      spacing_(ps(spec, "tCCD_S", std::max(spec.tccd_s_ns, spec.burst_ns()))),
      trrd_(ps(spec, "tRRD_S", spec.trrd_s_ns)),
      tfaw_(ps(spec, "tFAW", spec.tfaw_ns)),
      twr_(ps(spec, "tWR", spec.twr_ns)),
      trtp_(ps(spec, "tRTP", spec.trtp_ns)),
      twtr_(ps(spec, "tWTR_L", spec.twtr_l_ns)),
      trefi_(ps(spec, "tREFI", spec.trefi_ns)),
      trfc_(ps(spec, "tRFC", spec.trfc_ns)),
      burst_(ps(spec, "burst", spec.burst_ns())) {
  if (channels < 1 || spec.burst_bytes() < 1 || spec.page_bytes < spec.burst_bytes() ||
      spec.bank_groups < 1 || spec.banks < spec.bank_groups || trefi_ <= trfc_) {
    throw std::invalid_argument("dram preset " + spec.preset + ": impossible organisation");
  }
  channels_ = static_cast<std::uint64_t>(channels);
  groups_ = static_cast<std::uint64_t>(spec.bank_groups);
  banks_ = static_cast<std::uint64_t>(spec.banks / spec.bank_groups);
  burst_bytes_ = static_cast<std::uint64_t>(spec.burst_bytes()) * channels_;
  stripe_bytes_ = static_cast<std::uint64_t>(spec.page_bytes) * groups_ * channels_;
  peak_bytes_per_s_ =
      spec.data_rate_mtps * 1e6 * spec.width_bits / 8.0 * static_cast<double>(channels);
  // Bursts rotate over the bank groups, so one group sees every groups_-th burst.
  spacing_ = std::max(spacing_, ps(spec, "tCCD_L", spec.tccd_l_ns) / groups_);
  bank_.resize(banks_);
  reset(0);
}

double DramBanks::peak_bytes_per_s() const { return peak_bytes_per_s_; }

void DramBanks::reset(std::uint64_t now_ps) {
  std::fill(bank_.begin(), bank_.end(), Bank{});
  recent_activates_.fill(0);
  next_column_ps_ = last_column_ps_ = busy_until_ps_ = now_ps;
  any_access_ = false;
  open_count_ = 0;
  next_refresh_ps_ = now_ps + trefi_;
  accounted_ps_ = now_ps;
  events_ = {};
}

void DramBanks::account(std::uint64_t until_ps) {
  if (until_ps <= accounted_ps_) return;
  (open_count_ > 0 ? events_.active_ps : events_.precharged_ps) += until_ps - accounted_ps_;
  accounted_ps_ = until_ps;
}

void DramBanks::close_all(std::uint64_t at_ps) {
  account(at_ps);
  for (Bank& bank : bank_) {
    bank.open = false;
    bank.activate_ready_ps = std::max(bank.activate_ready_ps, at_ps);
  }
  open_count_ = 0;
}

// Refreshes all banks whenever a tREFI has passed; rows are closed for it. Done when the next
// access or query comes, which leaves the same state as doing it at the time.
void DramBanks::refresh_until(std::uint64_t now_ps) {
  while (next_refresh_ps_ <= now_ps) {
    std::uint64_t start = std::max(next_refresh_ps_, busy_until_ps_);
    std::uint64_t precharged = start;
    for (const Bank& bank : bank_) {
      if (bank.open) {
        precharged = std::max(precharged, std::max(start, bank.precharge_ready_ps) + trp_);
      } else {
        precharged = std::max(precharged, bank.activate_ready_ps);
      }
    }
    close_all(precharged);
    busy_until_ps_ = precharged + trfc_;
    for (Bank& bank : bank_) bank.activate_ready_ps = busy_until_ps_;
    events_.refreshes += channels_;
    next_refresh_ps_ += trefi_;
  }
}

// One activate in every bank group of the stripe, tRRD apart; returns the time of the first.
std::uint64_t DramBanks::activate(Bank& bank, std::uint64_t earliest_ps) {
  std::uint64_t first = std::max(earliest_ps, bank.activate_ready_ps);
  std::uint64_t at = first;
  for (std::uint64_t group = 0; group < groups_; ++group) {
    if (events_.activates > 0) at = std::max(at, recent_activates_[3] + trrd_);
    if (events_.activates >= 4 * channels_) at = std::max(at, recent_activates_[0] + tfaw_);
    if (group == 0) first = at;
    std::rotate(recent_activates_.begin(), recent_activates_.begin() + 1, recent_activates_.end());
    recent_activates_[3] = at;
    events_.activates += channels_;
  }
  account(first);
  ++open_count_;
  bank.open = true;
  // The last group's activate decides: its burst follows the first group's by less than this.
  const std::uint64_t rotation = std::min((groups_ - 1) * spacing_, at - first);
  bank.column_ready_ps = at - rotation + trcd_;
  bank.precharge_ready_ps = at + tras_;
  bank.activate_ready_ps = at + trc_;
  return first;
}

std::uint64_t DramBanks::access_stripe(std::uint64_t arrival_ps, std::uint64_t stripe,
                                       std::uint64_t bursts, bool is_write) {
  refresh_until(arrival_ps);
  const std::uint64_t row = stripe / banks_;
  Bank& bank = bank_[stripe % banks_];
  std::uint64_t command = std::max(arrival_ps, busy_until_ps_);
  if (bank.open && bank.row != row) {
    const std::uint64_t precharge = std::max(command, bank.precharge_ready_ps);
    account(precharge);
    bank.open = false;
    --open_count_;
    bank.activate_ready_ps = std::max(bank.activate_ready_ps, precharge + trp_);
  }
  if (!bank.open) {
    activate(bank, command);
    bank.row = row;
  }
  std::uint64_t column = std::max(command, bank.column_ready_ps);
  if (any_access_) {
    column = std::max(column, next_column_ps_);
    if (last_was_write_ && !is_write) {
      column = std::max(column, last_column_ps_ + cwl_ + burst_ + twtr_);
    } else if (!last_was_write_ && is_write) {
      const std::uint64_t turnaround = cl_ + burst_ + 2 * tck_;
      column = std::max(column, last_column_ps_ + (turnaround > cwl_ ? turnaround - cwl_ : 0));
    }
  }
  last_column_ps_ = column + (bursts - 1) * spacing_;
  next_column_ps_ = last_column_ps_ + spacing_;
  last_was_write_ = is_write;
  any_access_ = true;
  const std::uint64_t data_end = last_column_ps_ + (is_write ? cwl_ : cl_) + burst_;
  bank.precharge_ready_ps =
      std::max(bank.precharge_ready_ps, is_write ? data_end + twr_ : last_column_ps_ + trtp_);
  (is_write ? events_.write_bytes : events_.read_bytes) += bursts * burst_bytes_;
  return data_end;
}

std::uint64_t DramBanks::access(std::uint64_t now_ps, std::uint64_t address, std::uint64_t bytes,
                                bool is_write) {
  const std::uint64_t end = address + std::max<std::uint64_t>(bytes, 1);
  std::uint64_t at = address / burst_bytes_ * burst_bytes_;
  std::uint64_t done = now_ps;
  while (at < end) {
    const std::uint64_t stripe = at / stripe_bytes_;
    const std::uint64_t stop = std::min(end, (stripe + 1) * stripe_bytes_);
    const std::uint64_t bursts = (stop - at + burst_bytes_ - 1) / burst_bytes_;
    done = access_stripe(now_ps, stripe, bursts, is_write);
    at += bursts * burst_bytes_;
  }
  return done;
}

DramEvents DramBanks::events(std::uint64_t now_ps) {
  refresh_until(now_ps);
  account(now_ps);
  return events_;
}

}  // namespace dcnsim

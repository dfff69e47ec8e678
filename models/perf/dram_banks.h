// SPDX-License-Identifier: Apache-2.0
// Timing of one DRAM device (or several ganged channels) as bank state over integer picoseconds:
// row buffer, activate windows, bus turnaround, refresh. No SystemC: the TLM memory asks it when an
// access that arrives at a given time completes.
//
// Address mapping, high to low: row, bank, column, bank group, burst. Consecutive bursts rotate
// over the bank groups, as controllers do to reach the short column spacing (tCCD_S); a stripe of
// one page in every bank group is therefore opened together.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/arch/dram_spec.h"
#include "models/perf/counters.h"

namespace dcnsim {

class DramBanks {
 public:
  /// `channels` ganged devices act as one with as many times the width. Throws
  /// std::invalid_argument if a timing or size that is needed is not positive.
  DramBanks(const DramSpec& spec, int channels);

  /// Forgets all state: every row closed, next refresh one tREFI after `now_ps`.
  void reset(std::uint64_t now_ps);

  /// First-come first-served access of `bytes` at `address` that arrives at `now_ps`; returns when
  /// its last data beat is on the pins. Whole bursts move even if only part is asked for.
  std::uint64_t access(std::uint64_t now_ps, std::uint64_t address, std::uint64_t bytes,
                       bool is_write);

  /// Counts since reset, background time integrated and refreshes performed up to `now_ps`.
  DramEvents events(std::uint64_t now_ps);

  /// Bytes per second at peak.
  double peak_bytes_per_s() const;

 private:
  struct Bank {
    bool open = false;
    std::uint64_t row = 0;
    std::uint64_t column_ready_ps = 0;     ///< tRCD after activate
    std::uint64_t precharge_ready_ps = 0;  ///< tRAS, tRTP, tWR
    std::uint64_t activate_ready_ps = 0;   ///< tRC, tRP
  };

  std::uint64_t access_stripe(std::uint64_t arrival_ps, std::uint64_t stripe, std::uint64_t bursts,
                              bool is_write);
  void refresh_until(std::uint64_t now_ps);
  std::uint64_t activate(Bank& bank, std::uint64_t earliest_ps);
  void close_all(std::uint64_t at_ps);

  std::uint64_t burst_bytes_, stripe_bytes_, banks_, groups_, channels_;
  std::uint64_t tck_, cl_, cwl_, trcd_, trp_, tras_, trc_, spacing_, trrd_, tfaw_, twr_, trtp_,
      twtr_, trefi_, trfc_, burst_;
  double peak_bytes_per_s_;

  std::vector<Bank> bank_;
  std::array<std::uint64_t, 4> recent_activates_{};  ///< tFAW window, oldest first
  std::uint64_t next_column_ps_ = 0;                 ///< earliest next column command
  std::uint64_t last_column_ps_ = 0;
  bool last_was_write_ = false;
  bool any_access_ = false;
  std::uint64_t busy_until_ps_ = 0;  ///< end of refresh
  std::uint64_t next_refresh_ps_ = 0;
  std::uint64_t open_count_ = 0;
  std::uint64_t accounted_ps_ = 0;  ///< background time integrated so far
  DramEvents events_;

  void account(std::uint64_t until_ps);
};

}  // namespace dcnsim

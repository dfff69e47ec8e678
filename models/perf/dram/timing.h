// SPDX-License-Identifier: Apache-2.0
// The timing of a DRAM device in whole cycles of its memory clock, each rounded to the safe side as
// data sheets prescribe, with what follows from it.
#pragma once

#include <cstdint>

#include "models/arch/dram_spec.h"
#include "models/perf/dram/command_slots.h"

namespace dcnsim {

struct DramTiming {
  /// Of `refi` where no refresh ever falls due.
  static constexpr std::uint64_t kNoRefresh = std::uint64_t{1} << 62;

  /// Throws std::invalid_argument ("dram preset X: tRCD: ...") if a value is missing, absurd, or
  /// leaves no time between refreshes.
  explicit DramTiming(const DramSpec& spec, bool refreshes = true);

  /// tCK in whole picoseconds, rounded up where a burst would otherwise beat the data rate.
  std::uint64_t period_ps;
  std::uint64_t burst;  ///< data of one column access
  /// What commands occupy of their bus; precharge: a refresh as well. From command to command is
  /// from the last cycle of one to the last cycle of the other, so that no rule is shorter than the
  /// second command.
  CommandSlots::Command activate, precharge, column;
  bool one_bus;           ///< for row and column commands
  std::uint64_t cl, cwl;  ///< from column to data, tDQSCK and tDQSS included
  std::uint64_t rcd, rcd_wr, rp, rp_ab, ppd, ras, rc, rrd_s, rrd_l, faw, wr, rtp, wtr_s, wtr_l;
  std::uint64_t refi, rfc;
  std::uint64_t ccd_s, ccd_l, ccd_l_wr;            ///< at least a burst
  std::uint64_t read_to_write;                     ///< from column to column
  std::uint64_t write_to_read_s, write_to_read_l;  ///< from column to column
  std::uint64_t write_to_precharge;                ///< from the column command

  /// A controller decides on a burst this long before its column command can follow the previous
  /// one: enough to close and open a row in every bank group behind the data of others.
  std::uint64_t lookahead;
};

}  // namespace dcnsim

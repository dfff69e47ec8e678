// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/timing.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace dcnsim {
namespace {

std::uint64_t to_ps(const DramSpec& spec, const char* field, double ns) {
  if (!(ns >= 1e-3 && ns <= 1e6)) {
    throw std::invalid_argument("dram preset " + spec.preset + ": " + field + ": " +
                                std::to_string(ns) + ", expected 0.001..1e6 ns");
  }
  return static_cast<std::uint64_t>(std::llround(ns * 1e3));
}

CommandSlots::Command command(int cycles, int within) {
  const auto length = static_cast<std::uint64_t>(std::max(cycles, 1));
  return {length, std::max(length, static_cast<std::uint64_t>(std::max(within, 1)))};
}

}  // namespace

DramTiming::DramTiming(const DramSpec& spec, bool refreshes) {
  const std::uint64_t tck_ps = to_ps(spec, "tCK", spec.tck_ns);
  const double burst_ps = 1e3 * spec.burst_ns();
  to_ps(spec, "burst", spec.burst_ns());
  burst = static_cast<std::uint64_t>(
      std::max(1LL, std::llround(burst_ps / static_cast<double>(tck_ps))));
  period_ps = std::max(
      tck_ps, static_cast<std::uint64_t>(std::ceil(burst_ps / static_cast<double>(burst) - 1e-6)));
  const auto cycles = [&](const char* field, double ns) {
    return (to_ps(spec, field, ns) + period_ps - 1) / period_ps;
  };
  const auto cycles_or_none = [&](const char* field, double ns) {
    return ns == 0 ? 0 : cycles(field, ns);
  };
  activate = command(spec.activate_cycles, spec.activate_within_cycles);
  precharge = command(spec.precharge_cycles, spec.precharge_cycles);
  column = command(spec.column_cycles, spec.column_cycles);
  one_bus = spec.command_buses == 1;
  cl = cycles("CL", spec.cl_ns) + cycles_or_none("tDQSCK", spec.tdqsck_ns);
  cwl = cycles("CWL", spec.cwl_ns) + cycles_or_none("tDQSS", spec.tdqss_ns);
  rcd = std::max(column.length, cycles("tRCD", spec.trcd_ns));
  rcd_wr = std::max(column.length, cycles("tRCD_WR", spec.trcd_wr_ns));
  rp = std::max(activate.length, cycles("tRP", spec.trp_ns));
  rp_ab = std::max(precharge.length, cycles("tRP_AB", spec.trp_ab_ns));
  ppd = std::max(precharge.length, cycles_or_none("tPPD", spec.tppd_ns));
  ras = std::max(precharge.length, cycles("tRAS", spec.tras_ns));
  rc = cycles("tRC", spec.trc_ns);
  rrd_s = std::max(activate.length, cycles("tRRD_S", spec.trrd_s_ns));
  rrd_l = std::max(rrd_s, cycles("tRRD_L", spec.trrd_l_ns));
  faw = cycles("tFAW", spec.tfaw_ns);
  wr = cycles("tWR", spec.twr_ns);
  rtp = std::max(precharge.length, cycles("tRTP", spec.trtp_ns));
  wtr_s = cycles("tWTR_S", spec.twtr_s_ns);
  wtr_l = std::max(wtr_s, cycles("tWTR_L", spec.twtr_l_ns));
  ccd_s = std::max({burst, column.length, cycles("tCCD_S", spec.tccd_s_ns)});
  ccd_l = std::max(ccd_s, cycles("tCCD_L", spec.tccd_l_ns));
  ccd_l_wr = std::max(ccd_l, cycles("tCCD_L_WR", spec.tccd_l_wr_ns));
  refi = to_ps(spec, "tREFI", spec.trefi_ns) / period_ps;
  rfc = std::max(activate.length, cycles("tRFC", spec.trfc_ns));

  const std::uint64_t write_may_begin = cl + burst + cycles_or_none("tRTW", spec.trtw_ns);
  read_to_write = std::max(ccd_s, write_may_begin > cwl ? write_may_begin - cwl : 0);
  write_to_read_s = std::max(ccd_s, cwl + burst + wtr_s);
  write_to_read_l = std::max(write_to_read_s, cwl + burst + wtr_l);
  write_to_precharge = cwl + burst + wr;

  const auto groups = static_cast<std::uint64_t>(std::max(spec.bank_groups, 1));
  // Each may have to wait for a column command, and for a gap that is long enough.
  const std::uint64_t row_commands =
      groups * (precharge.length + activate.length + 2 * (column.length - 1));
  lookahead = std::min<std::uint64_t>(
      rp + std::max(rcd, rcd_wr) + (groups - 1) * rrd_s + row_commands, CommandSlots::kRemembered);

  const std::uint64_t refresh_and_access =
      precharge.length + std::max({ras, write_to_precharge, rtp}) + std::max(rp, rp_ab) + rfc +
      std::max(rcd, rcd_wr) + column.length;
  if (refi <= refresh_and_access) {
    throw std::invalid_argument(
        "dram preset " + spec.preset + ": tREFI: " + std::to_string(spec.trefi_ns) +
        " ns, expected more than " +
        std::to_string(static_cast<double>(refresh_and_access * period_ps) * 1e-3) +
        " ns (a refresh and one access)");
  }
  if (!refreshes) refi = kNoRefresh;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "models/perf/dram/timing.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "models/perf/dram/command_slots.h"

namespace dcnsim {
namespace {

constexpr std::uint64_t kBusTurnaroundCycles = 2;  ///< read data to write data, pins released

std::uint64_t to_ps(const DramSpec& spec, const char* field, double ns) {
  if (!(ns >= 1e-3 && ns <= 1e6)) {
    throw std::invalid_argument("dram preset " + spec.preset + ": " + field + ": " +
                                std::to_string(ns) + ", expected 0.001..1e6 ns");
  }
  return static_cast<std::uint64_t>(std::llround(ns * 1e3));
}

}  // namespace

DramTiming::DramTiming(const DramSpec& spec) {
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
  cl = cycles("CL", spec.cl_ns);
  cwl = cycles("CWL", spec.cwl_ns);
  rcd = cycles("tRCD", spec.trcd_ns);
  rp = cycles("tRP", spec.trp_ns);
  ras = cycles("tRAS", spec.tras_ns);
  rc = cycles("tRC", spec.trc_ns);
  rrd_s = cycles("tRRD_S", spec.trrd_s_ns);
  rrd_l = std::max(rrd_s, cycles("tRRD_L", spec.trrd_l_ns));
  faw = cycles("tFAW", spec.tfaw_ns);
  wr = cycles("tWR", spec.twr_ns);
  rtp = cycles("tRTP", spec.trtp_ns);
  wtr_s = cycles("tWTR_S", spec.twtr_s_ns);
  wtr_l = std::max(wtr_s, cycles("tWTR_L", spec.twtr_l_ns));
  ccd_s = std::max(burst, cycles("tCCD_S", spec.tccd_s_ns));
  ccd_l = std::max(ccd_s, cycles("tCCD_L", spec.tccd_l_ns));
  refi = to_ps(spec, "tREFI", spec.trefi_ns) / period_ps;
  rfc = cycles("tRFC", spec.trfc_ns);

  const std::uint64_t read_data_end = cl + burst + kBusTurnaroundCycles;
  read_to_write = std::max(ccd_s, read_data_end > cwl ? read_data_end - cwl : 0);
  write_to_read_s = std::max(ccd_s, cwl + burst + wtr_s);
  write_to_read_l = std::max(write_to_read_s, cwl + burst + wtr_l);
  write_to_precharge = cwl + burst + wr;

  const auto groups = static_cast<std::uint64_t>(std::max(spec.bank_groups, 1));
  const std::uint64_t command_slots = 2 * groups;
  lookahead = std::min<std::uint64_t>(rp + rcd + (groups - 1) * rrd_s + command_slots,
                                      CommandSlots::kRemembered);

  const std::uint64_t refresh_and_access =
      std::max({ras, write_to_precharge, rtp}) + rp + rfc + rcd + 1;
  if (refi <= refresh_and_access) {
    throw std::invalid_argument(
        "dram preset " + spec.preset + ": tREFI: " + std::to_string(spec.trefi_ns) +
        " ns, expected more than " +
        std::to_string(static_cast<double>(refresh_and_access * period_ps) * 1e-3) +
        " ns (a refresh and one access)");
  }
}

}  // namespace dcnsim

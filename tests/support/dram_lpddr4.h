// SPDX-License-Identifier: Apache-2.0
// The timing of lpddr4_3200_x16_6gb in models/cost/tables/dram_timing.csv, for tests that need a
// DRAM but no tables: 32-byte bursts of 5 ns.
#pragma once

#include "models/arch/dram_spec.h"

namespace dcnsim {

inline DramSpec lpddr4_3200() {
  DramSpec s;
  s.preset = "lpddr4";
  s.width_bits = 16;
  s.burst_length = 16;
  s.data_rate_mtps = 3200;
  s.page_bytes = 2048;
  s.banks = 8;
  s.bank_groups = 1;
  s.activate_cycles = s.activate_within_cycles = s.column_cycles = 4;
  s.precharge_cycles = 2;
  s.tck_ns = 0.625;
  s.cl_ns = 17.5;
  s.tdqsck_ns = 3.75;
  s.cwl_ns = 8.75;
  s.tdqss_ns = 0.625;
  s.trtw_ns = 1.25;
  s.trcd_ns = s.trcd_wr_ns = s.trp_ns = 18.125;
  s.trp_ab_ns = 21.25;
  s.tppd_ns = 2.5;
  s.tras_ns = 42.5;
  s.trc_ns = 60.625;
  s.tccd_s_ns = s.tccd_l_ns = s.tccd_l_wr_ns = 5;
  s.trrd_s_ns = s.trrd_l_ns = 10;
  s.tfaw_ns = 40;
  s.twr_ns = 18.125;
  s.trtp_ns = 7.5;
  s.twtr_s_ns = s.twtr_l_ns = 10;
  s.trefi_ns = 3904;
  s.trfc_ns = 280;
  return s;
}

}  // namespace dcnsim

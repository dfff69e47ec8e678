// SPDX-License-Identifier: Apache-2.0
// One DRAM device as data: organisation, timing (nanoseconds) and energy components, as the rows
// of models/cost/tables/dram.csv and dram_timing.csv state them (dram_fields.h).
#pragma once

#include <optional>
#include <string>

namespace dcnsim {

struct DramSpec {
  std::string preset;
  int width_bits = 0;    ///< data pins of one channel
  int burst_length = 0;  ///< beats of one column access
  double data_rate_mtps = 0;
  int page_bytes = 0;
  int banks = 0;  ///< in all bank groups together
  int bank_groups = 0;
  double density_gbit = 0;

  int command_buses = 1;  ///< 2: row and column commands have one each
  /// Clock cycles that a command occupies its bus; it acts in the last of them.
  int activate_cycles = 1, activate_within_cycles = 1, precharge_cycles = 1, column_cycles = 1;
  double tck_ns = 0, cl_ns = 0, tdqsck_ns = 0, cwl_ns = 0, tdqss_ns = 0, trtw_ns = 0;
  double trcd_ns = 0, trcd_wr_ns = 0, trp_ns = 0, trp_ab_ns = 0, tppd_ns = 0;
  double tras_ns = 0, trc_ns = 0, tccd_s_ns = 0, tccd_l_ns = 0, tccd_l_wr_ns = 0;
  double trrd_s_ns = 0, trrd_l_ns = 0, tfaw_ns = 0;
  double twr_ns = 0, trtp_ns = 0, twtr_s_ns = 0, twtr_l_ns = 0, trefi_ns = 0, trfc_ns = 0;

  /// Energy of one device (pJ, pJ/bit, mW); absent where the source does not give it.
  std::optional<double> act_pre_pj, read_core_pj_per_bit, write_core_pj_per_bit, io_read_pj_per_bit,
      io_write_pj_per_bit, refresh_pj, standby_precharged_mw, standby_active_mw;
  std::string confidence, source;
  /// "" where the tables state none.
  std::string conditions, energy_error_bar, rule_error_bar;

  int burst_bytes() const { return width_bits / 8 * burst_length; }
  double channel_bytes_per_s() const { return data_rate_mtps * 1e6 * width_bits / 8.0; }
  double burst_ns() const { return 1e3 * burst_length / data_rate_mtps; }
};

}  // namespace dcnsim

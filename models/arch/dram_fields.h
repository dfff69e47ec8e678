// SPDX-License-Identifier: Apache-2.0
// The one table of a DRAM device's fields: column, unit, range, what rests on it. Reading and
// checking the cost tables, the keys of kept timings and the page of the columns all walk it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/arch/dram_spec.h"

namespace dcnsim::dram_fields {

/// Files that have the column; where both have it, they must agree.
enum class File : std::uint8_t { kEnergy, kTiming, kBoth };  ///< dram.csv, dram_timing.csv
/// What a change of the field changes, everything else being equal.
enum class Bears : std::uint8_t { kOnTiming, kOnEnergy, kOnReports };

struct Column {
  std::string_view name;
  std::string_view unit;
  File file;
  Bears bears;
  std::string_view meaning;
};

struct Text : Column {
  bool may_be_missing = false;
};

/// A multiple of `step` from `low` to `high`.
struct Whole : Column {
  int low, high;
  int step = 1;

  bool accepts(int value) const { return value >= low && value <= high && value % step == 0; }
  std::string expected() const {
    return std::to_string(low) + ".." + std::to_string(high) +
           (step == 1 ? "" : " in steps of " + std::to_string(step));
  }
};

struct Real : Column {
  bool may_be_zero = false;

  bool accepts(double value) const {
    return (value > 0 || (may_be_zero && value == 0)) && value <= 1e9;
  }
  std::string expected() const { return may_be_zero ? "0 to 1e9" : "a number above 0 up to 1e9"; }
};

/// Zero or more; empty where the source does not give it.
struct OptionalReal : Column {};

template <typename Spec, typename Visitor>
void visit_organisation(Spec& s, Visitor&& visit) {
  visit(Text{{"preset", "", File::kBoth, Bears::kOnReports, "what `dram.preset` calls it"}},
        s.preset);
  visit(Whole{{"width_bits", "bits", File::kBoth, Bears::kOnTiming, "data pins of one channel"},
              8,
              1024,
              8},
        s.width_bits);
  visit(Whole{{"burst_length", "beats", File::kBoth, Bears::kOnTiming, "one column access"}, 1, 64},
        s.burst_length);
  visit(Real{{"data_rate_mtps", "MT/s", File::kEnergy, Bears::kOnTiming, "of each data pin"}},
        s.data_rate_mtps);
  visit(Whole{{"page_bytes", "bytes", File::kEnergy, Bears::kOnTiming,
               "an open row of one bank; a multiple of a burst"},
              64,
              65536},
        s.page_bytes);
  visit(
      Whole{{"banks", "", File::kEnergy, Bears::kOnTiming, "in all bank groups together"}, 1, 1024},
      s.banks);
  visit(Whole{{"bank_groups", "", File::kEnergy, Bears::kOnTiming, "a divisor of `banks`"}, 1, 64},
        s.bank_groups);

  visit(Real{{"density_gbit", "Gbit", File::kEnergy, Bears::kOnReports,
              "of a channel; refresh and standby power of a preset without them go with it"}},
        s.density_gbit);
}

template <typename Spec, typename Visitor>
void visit_commands(Spec& s, Visitor&& visit) {
  const auto cycles = [&visit](std::string_view name, auto& member, std::string_view meaning,
                               int high = 8) {
    visit(Whole{{name, "cycles", File::kTiming, Bears::kOnTiming, meaning}, 1, high}, member);
  };

  visit(Whole{{"command_buses", "", File::kTiming, Bears::kOnTiming,
               "2: row and column commands have one each"},
              1,
              2},
        s.command_buses);
  cycles("activate_cycles", s.activate_cycles, "an activate occupies its bus");
  cycles("activate_within_cycles", s.activate_within_cycles,
         "those cycles lie, others between them if it is more (LPDDR5: tAAD)", 16);
  cycles("precharge_cycles", s.precharge_cycles, "a precharge or refresh occupies its bus");
  cycles("column_cycles", s.column_cycles, "a read or write command occupies its bus");
}

template <typename Spec, typename Visitor>
void visit_timings(Spec& s, Visitor&& visit) {
  const auto ns = [&visit](std::string_view name, auto& member, std::string_view meaning,
                           bool may_be_zero = false) {
    visit(Real{{name, "ns", File::kTiming, Bears::kOnTiming, meaning}, may_be_zero}, member);
  };

  ns("tCK_ns", s.tck_ns, "period of the command clock");
  ns("CL_ns", s.cl_ns, "read command to the clock edge of its data");
  ns("tDQSCK_ns", s.tdqsck_ns, "that clock edge to the data (LPDDR5: tWCKDQO)", true);
  ns("CWL_ns", s.cwl_ns, "write command to the clock edge of its data");
  ns("tDQSS_ns", s.tdqss_ns, "that clock edge to the data", true);
  ns("tRTW_ns", s.trtw_ns, "end of read data to write data", true);
  ns("tRCD_ns", s.trcd_ns, "activate to read command");
  ns("tRCD_WR_ns", s.trcd_wr_ns, "activate to write command");
  ns("tRP_ns", s.trp_ns, "precharge to activate");
  ns("tRP_AB_ns", s.trp_ab_ns, "precharge of all banks to refresh");
  ns("tPPD_ns", s.tppd_ns, "precharge to precharge", true);
  ns("tRAS_ns", s.tras_ns, "activate to precharge");
  ns("tRC_ns", s.trc_ns, "activate to activate, same bank");
  ns("tCCD_S_ns", s.tccd_s_ns, "column command to column command, other bank group");
  ns("tCCD_L_ns", s.tccd_l_ns, "column command to column command, same bank group");
  ns("tCCD_L_WR_ns", s.tccd_l_wr_ns, "write command to write command, same bank group");
  ns("tRRD_S_ns", s.trrd_s_ns, "activate to activate, other bank group");
  ns("tRRD_L_ns", s.trrd_l_ns, "activate to activate, other bank of the same group");
  ns("tFAW_ns", s.tfaw_ns, "window that has at most four activates");
  ns("tWR_ns", s.twr_ns, "end of write data to precharge");
  ns("tRTP_ns", s.trtp_ns, "read command to precharge");
  ns("tWTR_S_ns", s.twtr_s_ns, "end of write data to read command, other bank group");
  ns("tWTR_L_ns", s.twtr_l_ns, "end of write data to read command, same bank group");
  ns("tREFI_ns", s.trefi_ns, "refresh to refresh");
  ns("tRFC_ns", s.trfc_ns, "refresh to activate; less than tREFI_ns");
}

template <typename Spec, typename Visitor>
void visit_energies(Spec& s, Visitor&& visit) {
  const auto energy = [&visit](std::string_view name, std::string_view unit, auto& member,
                               std::string_view meaning) {
    visit(OptionalReal{{name, unit, File::kEnergy, Bears::kOnEnergy, meaning}}, member);
  };
  const auto text = [&visit](std::string_view name, auto& member, std::string_view meaning,
                             bool may_be_missing = false) {
    visit(Text{{name, "", File::kEnergy, Bears::kOnReports, meaning}, may_be_missing}, member);
  };

  energy("act_pre_energy_pj", "pJ", s.act_pre_pj, "an activate and its precharge");
  energy("read_core_energy_pj_per_bit", "pJ/bit", s.read_core_pj_per_bit,
         "a read, inside the device");
  energy("write_core_energy_pj_per_bit", "pJ/bit", s.write_core_pj_per_bit,
         "a write, inside the device");
  energy("io_read_energy_pj_per_bit", "pJ/bit", s.io_read_pj_per_bit, "a read, on the pins");
  energy("io_write_energy_pj_per_bit", "pJ/bit", s.io_write_pj_per_bit, "a write, on the pins");
  energy("refresh_energy_pj_per_ref", "pJ", s.refresh_pj, "a refresh command");
  energy("standby_precharged_mw", "mW", s.standby_precharged_mw,
         "background with all banks closed");
  energy("standby_active_mw", "mW", s.standby_active_mw, "background with a bank open");

  text("confidence", s.confidence, "in the source; printed where no error bar is stated");
  text("source", s.source, "how the row was made");
  text("conditions", s.conditions, "what the energies stand for", true);
  text("energy_error_bar", s.energy_error_bar, "of all energies", true);
  text("rule_error_bar", s.rule_error_bar,
       "of refresh and standby power as this and other presets have them, where one has none",
       true);
}

/// Calls visit(column, member) for every member of an (optionally const) DramSpec.
template <typename Spec, typename Visitor>
void visit_fields(Spec& s, Visitor&& visit) {
  visit_organisation(s, visit);
  visit_commands(s, visit);
  visit_timings(s, visit);
  visit_energies(s, visit);
}

}  // namespace dcnsim::dram_fields

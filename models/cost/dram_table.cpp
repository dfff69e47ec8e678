// SPDX-License-Identifier: Apache-2.0
// Joins dram.csv and dram_timing.csv into a DramSpec.
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/arch/dram_spec.h"
#include "models/base/table/csv.h"
#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"
#include "models/cost/cost_model.h"

namespace dcnsim {
namespace {

std::vector<std::string> presets_of(const CsvTable& table) {
  const std::size_t preset = table.column("preset");
  std::vector<std::string> names;
  for (std::size_t row = 0; row < table.rows(); ++row) names.push_back(table.text(row, preset));
  return names;
}

std::size_t find_row(const CsvTable& table, const std::string& preset) {
  const std::vector<std::string> names = presets_of(table);
  std::optional<std::size_t> found;
  for (std::size_t row = 0; row < names.size(); ++row) {
    if (names[row] != preset) continue;
    if (found) table.fail(row, table.column("preset"), "a second row for this preset");
    found = row;
  }
  if (!found) {
    throw std::runtime_error(table.path() + ": no DRAM preset \"" + printable(preset) + '"' +
                             suggestion(preset, names));
  }
  return *found;
}

/// One row, columns by name.
class Row {
 public:
  Row(const CsvTable& table, const std::string& preset)
      : table_(table), row_(find_row(table, preset)) {}

  int count(const char* name, int low, int high) const {
    const std::size_t column = table_.column(name);
    const int value = table_.integer(row_, column);
    if (value < low || value > high) {
      table_.fail(row_, column, "expected " + std::to_string(low) + ".." + std::to_string(high));
    }
    return value;
  }
  double positive(const char* name) const {
    const std::size_t column = table_.column(name);
    const double value = table_.number(row_, column);
    if (value <= 0 || value > 1e9) table_.fail(row_, column, "expected a number above 0 up to 1e9");
    return value;
  }
  std::optional<double> optional(const char* name) const {
    return table_.optional_number(row_, table_.column(name));
  }
  const std::string& text(const char* name) const { return table_.text(row_, table_.column(name)); }
  [[noreturn]] void fail(const char* name, const std::string& problem) const {
    table_.fail(row_, table_.column(name), problem);
  }

 private:
  const CsvTable& table_;
  std::size_t row_;
};

}  // namespace

DramSpec load_dram_spec(const std::string& tables_dir, const std::string& preset) {
  const CsvTable energy_table = CsvTable::load(tables_dir + "/dram.csv");
  const CsvTable timing_table = CsvTable::load(tables_dir + "/dram_timing.csv");
  const Row energy(energy_table, preset), timing(timing_table, preset);

  DramSpec spec;
  spec.preset = preset;
  spec.width_bits = energy.count("width_bits", 8, 1024);
  if (spec.width_bits % 8 != 0) energy.fail("width_bits", "expected a multiple of 8");
  spec.burst_length = energy.count("burst_length", 1, 64);
  if (timing.count("width_bits", 8, 1024) != spec.width_bits) {
    timing.fail("width_bits", "dram.csv says " + std::to_string(spec.width_bits));
  }
  if (timing.count("burst_length", 1, 64) != spec.burst_length) {
    timing.fail("burst_length", "dram.csv says " + std::to_string(spec.burst_length));
  }
  spec.data_rate_mtps = energy.positive("data_rate_mtps");
  spec.page_bytes = energy.count("page_bytes", 64, 65536);
  if (spec.page_bytes % spec.burst_bytes() != 0) {
    energy.fail("page_bytes", "expected a multiple of a burst (" +
                                  std::to_string(spec.burst_bytes()) + " bytes)");
  }
  spec.banks = energy.count("banks", 1, 1024);
  spec.bank_groups = energy.count("bank_groups", 1, 64);
  if (spec.banks % spec.bank_groups != 0) {
    energy.fail("banks", "expected a multiple of bank_groups");
  }

  spec.tck_ns = timing.positive("tCK_ns");
  spec.cl_ns = timing.positive("CL_ns");
  spec.cwl_ns = timing.positive("CWL_ns");
  spec.trcd_ns = timing.positive("tRCD_ns");
  spec.trp_ns = timing.positive("tRP_ns");
  spec.tras_ns = timing.positive("tRAS_ns");
  spec.trc_ns = timing.positive("tRC_ns");
  spec.tccd_s_ns = timing.positive("tCCD_S_ns");
  spec.tccd_l_ns = timing.positive("tCCD_L_ns");
  spec.trrd_s_ns = timing.positive("tRRD_S_ns");
  spec.trrd_l_ns = timing.positive("tRRD_L_ns");
  spec.tfaw_ns = timing.positive("tFAW_ns");
  spec.twr_ns = timing.positive("tWR_ns");
  spec.trtp_ns = timing.positive("tRTP_ns");
  spec.twtr_s_ns = timing.positive("tWTR_S_ns");
  spec.twtr_l_ns = timing.positive("tWTR_L_ns");
  spec.trefi_ns = timing.positive("tREFI_ns");
  spec.trfc_ns = timing.positive("tRFC_ns");
  // Otherwise the device would do nothing but refresh.
  if (spec.trfc_ns >= spec.trefi_ns) timing.fail("tRFC_ns", "expected less than tREFI_ns");

  spec.act_pre_pj = energy.optional("act_pre_energy_pj");
  spec.read_core_pj_per_bit = energy.optional("read_core_energy_pj_per_bit");
  spec.write_core_pj_per_bit = energy.optional("write_core_energy_pj_per_bit");
  spec.io_read_pj_per_bit = energy.optional("io_read_energy_pj_per_bit");
  spec.io_write_pj_per_bit = energy.optional("io_write_energy_pj_per_bit");
  spec.refresh_pj = energy.optional("refresh_energy_pj_per_ref");
  spec.standby_precharged_mw = energy.optional("standby_precharged_mw");
  spec.standby_active_mw = energy.optional("standby_active_mw");
  spec.confidence = energy.text("confidence");
  spec.source = energy.text("source");
  return spec;
}

std::vector<std::string> dram_presets(const std::string& tables_dir) {
  return presets_of(CsvTable::load(tables_dir + "/dram.csv"));
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Joins dram.csv and dram_timing.csv into a DramSpec.
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_fields.h"
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

/// Nothing if there is none.
std::optional<std::size_t> find_row(const CsvTable& table, const std::string& preset) {
  const std::vector<std::string> names = presets_of(table);
  std::optional<std::size_t> found;
  for (std::size_t row = 0; row < names.size(); ++row) {
    if (names[row] != preset) continue;
    if (found) table.fail(row, table.column("preset"), "a second row for this preset");
    found = row;
  }
  return found;
}

/// What the user named.
std::size_t row_of_energy(const CsvTable& table, const std::string& preset) {
  const auto row = find_row(table, preset);
  if (row) return *row;
  const std::vector<std::string> names = presets_of(table);
  throw InvalidField("dram.preset", '"' + printable(preset) + "\", expected one of " +
                                        listed(names) + suggestion(preset, names));
}

/// What the other table has, this one should.
std::size_t row_of_timing(const CsvTable& table, const std::string& preset) {
  const auto row = find_row(table, preset);
  if (row) return *row;
  throw std::runtime_error(table.path() + ": no DRAM preset \"" + printable(preset) + '"' +
                           suggestion(preset, presets_of(table)));
}

/// Reads the fields of one preset from its rows.
class Reader {
 public:
  Reader(const CsvTable& energy, const CsvTable& timing, const std::string& preset)
      : energy_{energy, row_of_energy(energy, preset)},
        timing_{timing, row_of_timing(timing, preset)} {}

  void operator()(const dram_fields::Text& field, std::string& member) const {
    const Row& from = row_of(field);
    member = field.may_be_missing ? from.table.optional_text(from.row, field.name)
                                  : from.table.text(from.row, from.table.column(field.name));
  }
  void operator()(const dram_fields::Whole& field, int& member) const {
    const auto read = [&](const Row& from) {
      const int value = from.table.integer(from.row, from.table.column(field.name));
      if (!field.accepts(value)) from.fail(field.name, "expected " + field.expected());
      return value;
    };
    member = read(row_of(field));
    if (field.file == dram_fields::File::kBoth && read(timing_) != member) {
      timing_.fail(field.name, energy_.table.file_name() + " says " + std::to_string(member));
    }
  }
  void operator()(const dram_fields::Real& field, double& member) const {
    const Row& from = row_of(field);
    member = from.table.number(from.row, from.table.column(field.name));
    if (!field.accepts(member)) from.fail(field.name, "expected " + field.expected());
  }
  void operator()(const dram_fields::OptionalReal& field, std::optional<double>& member) const {
    const Row& from = row_of(field);
    member = from.table.optional_number(from.row, from.table.column(field.name));
  }

  /// What no field can tell alone.
  void check(const DramSpec& spec) const {
    if (spec.page_bytes % spec.burst_bytes() != 0) {
      energy_.fail("page_bytes", "expected a multiple of a burst (" +
                                     std::to_string(spec.burst_bytes()) + " bytes)");
    }
    if (spec.banks % spec.bank_groups != 0) {
      energy_.fail("banks", "expected a multiple of bank_groups");
    }
    // Otherwise the device would do nothing but refresh.
    if (spec.trfc_ns >= spec.trefi_ns) timing_.fail("tRFC_ns", "expected less than tREFI_ns");
  }

 private:
  struct Row {
    const CsvTable& table;
    std::size_t row;

    [[noreturn]] void fail(std::string_view column, const std::string& problem) const {
      table.fail(row, table.column(column), problem);
    }
  };

  const Row& row_of(const dram_fields::Column& field) const {
    return field.file == dram_fields::File::kTiming ? timing_ : energy_;
  }

  Row energy_, timing_;
};

}  // namespace

DramSpec load_dram_spec(const PriceTables& tables, const std::string& preset) {
  const CsvTable& energy = tables("dram.csv");
  const CsvTable& timing = tables("dram_timing.csv");
  const Reader reader(energy, timing, preset);
  DramSpec spec;
  dram_fields::visit_fields(spec, reader);
  reader.check(spec);
  return spec;
}

std::vector<std::string> dram_presets(const PriceTables& tables) {
  return presets_of(tables("dram.csv"));
}

}  // namespace dcnsim

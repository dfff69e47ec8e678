// SPDX-License-Identifier: Apache-2.0
// DRAM presets as dram.csv and dram_timing.csv state them.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/accelerator_yaml.h"
#include "models/arch/descriptor.h"
#include "models/cost/cost_model.h"
#include "models/perf/counters.h"
#include "tests/cost/tables_copy.h"
#include "tests/support/other_dram.h"

namespace dcnsim {
namespace {

const std::string kPreset = "ddr4_2400_x16_8gb";

/// What a member of a DramSpec looks like in a table.
std::string shown(int value) { return std::to_string(value); }
std::string shown(double value) { return std::to_string(value); }
std::string shown(const std::optional<double>& value) { return shown(value.value()); }
std::string shown(const std::string& value) { return value; }

/// The shipped tables, but for one field of kPreset.
class OtherTables {
 public:
  void set(const dram_fields::Column& field, const std::string& value) const {
    if (field.file != dram_fields::File::kTiming) set("dram.csv", field.name, value);
    if (field.file != dram_fields::File::kEnergy) set("dram_timing.csv", field.name, value);
  }
  /// Value of a field of another device.
  void set(const dram_fields::Column& field, const DramSpec& other) const {
    dram_fields::visit_fields(other, [&](const dram_fields::Column& visited, const auto& member) {
      if (visited.name == field.name) set(field, shown(member));
    });
  }
  void restore() const {
    for (const char* file : {"dram.csv", "dram_timing.csv"}) {
      copy_.write(file, read_text_file(kTables + '/' + file, 1 << 20));
    }
  }
  const std::string& dir() const { return copy_.dir(); }

 private:
  void set(const char* file, std::string_view column, const std::string& value) const {
    copy_.edit(file, [&](Sheet& sheet) {
      for (std::size_t row = 0; row < sheet.rows(); ++row) {
        if (sheet.at(row, "preset") == kPreset) sheet.at(row, column) = value;
      }
    });
  }

  TablesCopy copy_;
};

/// Names of the fields in which two devices differ.
std::vector<std::string> differences(const DramSpec& a, const DramSpec& b) {
  std::vector<std::string> texts, names;
  const auto text_of = [](const auto& member) { return shown(member); };
  dram_fields::visit_fields(
      a, [&](const dram_fields::Column&, const auto& member) { texts.push_back(text_of(member)); });
  std::size_t at = 0;
  dram_fields::visit_fields(b, [&](const dram_fields::Column& field, const auto& member) {
    if (text_of(member) != texts.at(at++)) names.emplace_back(field.name);
  });
  return names;
}

TEST(dram_table, every_preset_loads) {
  const std::vector<std::string> presets = dram_presets(kTables);
  EXPECT_EQ(presets.size(), 6u);
  for (const std::string& name : presets) EXPECT_EQ(load_dram_spec(kTables, name).preset, name);
  const DramSpec spec = load_dram_spec(kTables, "lpddr4_3200_x16_6gb");
  EXPECT_EQ(spec.width_bits, 16);
  EXPECT_EQ(spec.burst_bytes(), 32);
  EXPECT_DOUBLE_EQ(spec.burst_ns(), 5);
  EXPECT_EQ(spec.page_bytes, 2048);
  EXPECT_EQ(spec.trefi_ns, 3904);
  EXPECT_EQ(spec.twtr_l_ns, 10);
  EXPECT_EQ(spec.standby_active_mw, 37.05);
  EXPECT_EQ(spec.tdqsck_ns, 3.75);
  EXPECT_EQ(load_dram_spec(kTables, "hbm2_2000_pc64").standby_active_mw, 17.137);
}

TEST(dram_table, impossible_devices_name_file_line_and_column) {
  const TablesCopy tables;
  const std::string original = tables.text("dram.csv"), timing = tables.text("dram_timing.csv");
  const auto error = [&] {
    const std::string message =
        error_of([&] { load_dram_spec(tables.dir(), "lpddr4_3200_x16_6gb"); }, tables.dir());
    tables.write("dram.csv", original);
    tables.write("dram_timing.csv", timing);
    return message;
  };
  tables.replace("dram.csv", ",16,16,3200,2048,8,1,6,", ",16,16,3200,2048,0,1,6,");
  EXPECT_EQ(error(), "/dram.csv:3: column banks: 0, expected 1..1024");
  tables.replace("dram.csv", ",16,16,3200,2048,8,1,6,", ",16,16,3200,2000,8,1,6,");
  EXPECT_EQ(error(),
            "/dram.csv:3: column page_bytes: 2000, expected a multiple of a burst (32 "
            "bytes)");
  tables.replace("dram.csv", ",16,16,3200,2048,8,1,6,", ",16,16,nan,2048,8,1,6,");
  EXPECT_EQ(error(),
            "/dram.csv:3: column data_rate_mtps: nan, expected a number that is not "
            "negative");
  tables.replace("dram_timing.csv", "lpddr4_3200_x16_6gb,16,16,0.625",
                 "lpddr4_3200_x16_6gb,16,16,0");
  EXPECT_EQ(error(), "/dram_timing.csv:3: column tCK_ns: 0, expected a number above 0 up to 1e9");
  tables.replace("dram_timing.csv", "lpddr4_3200_x16_6gb,16,16", "lpddr4_3200_x16_6gb,32,16");
  EXPECT_EQ(error(), "/dram_timing.csv:3: column width_bits: 32, dram.csv says 16");
  tables.replace("dram_timing.csv", ",3904,280,", ",280,3904,");
  EXPECT_EQ(error(), "/dram_timing.csv:3: column tRFC_ns: 3904, expected less than tREFI_ns");
  tables.replace("dram_timing.csv", "lpddr4_3200_x16_6gb", "ddr4_2400_x16_8gb");
  EXPECT_EQ(error(),
            "/dram_timing.csv: no DRAM preset \"lpddr4_3200_x16_6gb\"; did you mean "
            "\"lpddr5_6400_x16_8gb\"?");
  tables.replace("dram_timing.csv", "ddr4_2400_x16_8gb", "lpddr4_3200_x16_6gb");
  EXPECT_EQ(error(),
            "/dram_timing.csv:3: column preset: lpddr4_3200_x16_6gb, a second row for "
            "this preset");
}

TEST(dram_table, every_field_is_read_from_its_column) {
  const OtherTables tables;
  const DramSpec spec = load_dram_spec(kTables, kPreset);
  for_each_other(spec, [&](const dram_fields::Column& field, const DramSpec& other) {
    tables.set(field, other);
    const DramSpec read = load_dram_spec(tables.dir(), other.preset);
    EXPECT_EQ(differences(spec, read), std::vector<std::string>{std::string(field.name)});
    EXPECT_EQ(differences(other, read), std::vector<std::string>{}) << field.name;
    tables.restore();
  });
}

TEST(dram_table, a_field_that_bears_on_energy_changes_it_and_no_other_does) {
  const OtherTables tables;
  AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  Descriptor layer;
  layer.kind = LayerKind::kConv;
  layer.weight.bits = layer.input.bits = layer.requant.out.bits = 8;
  LayerCounters counters;
  counters.dram = {2, 640, 320, 3, 4000, 6000};
  const auto energy = [&](const std::string& preset) {
    config.dram.preset = preset;
    return CostModel(tables.dir(), config).layer_energy_pj(layer, counters).total();
  };
  const double before = energy(kPreset);
  for_each_other(load_dram_spec(kTables, kPreset), [&](const dram_fields::Column& field,
                                                       const DramSpec& other) {
    tables.set(field, other);
    EXPECT_EQ(energy(other.preset) != before, field.bears == dram_fields::Bears::kOnEnergy)
        << field.name;
    tables.restore();
  });
}

TEST(dram_table, an_energy_that_is_missing_is_named) {
  const OtherTables tables;
  AcceleratorConfig config = load_accelerator(kPresets + "/small_edge.yaml");
  config.dram.preset = kPreset;
  const DramSpec spec = load_dram_spec(kTables, kPreset);
  int energies = 0;
  dram_fields::visit_fields(spec, [&](const dram_fields::Column& field, const auto&) {
    if (field.bears != dram_fields::Bears::kOnEnergy) return;
    tables.set(field, std::string());
    const std::string error = error_of([&] { CostModel(tables.dir(), config); });
    EXPECT_EQ(error.rfind("dram.csv: dram.preset " + kPreset + ": no " + std::string(field.name) +
                              "; its energy cannot be computed",
                          0),
              0u)
        << error;
    tables.restore();
    ++energies;
  });
  EXPECT_EQ(energies, 8);
}

TEST(dram_table, a_field_out_of_its_range_is_named) {
  const OtherTables tables;
  const auto error_with = [&](const dram_fields::Column& field, const std::string& value) {
    tables.set(field, value);
    const std::string error = error_of([&] { load_dram_spec(tables.dir(), kPreset); });
    tables.restore();
    return error;
  };
  const auto expect_refused = [&](const dram_fields::Column& field, const std::string& value,
                                  const std::string& expected) {
    const std::string column = "column " + std::string(field.name) + ": " + value + ", expected ";
    const std::string error = error_with(field, value);
    EXPECT_NE(error.find(column + expected), std::string::npos) << error;
  };
  struct Visitor {
    void operator()(const dram_fields::Whole& field, int) const {
      refused(field, std::to_string(field.low - field.step), field.expected());
      refused(field, std::to_string(field.high + field.step), field.expected());
      if (field.step > 1) refused(field, std::to_string(field.low + 1), field.expected());
    }
    void operator()(const dram_fields::Real& field, double) const {
      if (!field.may_be_zero) refused(field, "0", field.expected());
      refused(field, "2e9", field.expected());
    }
    void operator()(const dram_fields::OptionalReal& field, const std::optional<double>&) const {
      refused(field, "-1", "a number that is not negative");
    }
    void operator()(const dram_fields::Text&, const std::string&) const {}
    decltype(expect_refused)& refused;
  };
  const DramSpec spec;
  dram_fields::visit_fields(spec, Visitor{expect_refused});
}

TEST(dram_table, columns_that_may_be_missing_state_nothing) {
  const TablesCopy tables;
  tables.edit("dram.csv", [](Sheet& sheet) {
    for (const char* column : {"conditions", "energy_error_bar", "rule_error_bar"}) {
      EXPECT_TRUE(sheet.drop(column)) << column;
    }
  });
  const DramSpec spec = load_dram_spec(tables.dir(), kPreset);
  EXPECT_EQ(spec.conditions + spec.energy_error_bar + spec.rule_error_bar, "");
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// What the presets promise of each other: one peak, or one area.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "models/arch/accelerator_yaml.h"
#include "models/arch/descriptor.h"
#include "models/base/file/text_file.h"
#include "models/cost/cost_model.h"
#include "models/perf/datapath/datapath.h"
#include "tests/cost/table_rows.h"
#include "tests/cost/tables_copy.h"

namespace dcnsim {
namespace {

AcceleratorConfig preset(const std::string& name) {
  return load_accelerator(kPresets + "/" + name + ".yaml");
}

/// Products of 8 x 8 bits a cycle.
int peak(const AcceleratorConfig& config) {
  const DatapathMode mode = datapath_mode(config.array, 8, 8);
  return config.array.rows * config.array.columns * mode.group / mode.passes;
}

double area(const AcceleratorConfig& config) {
  return CostModel(kTables, config).area_um2().total();
}

TEST(presets, one_of_each_family_has_the_peak_of_small_edge) {
  for (const char* name :
       {"small_edge", "small_edge_serial", "small_edge_fully_serial", "small_edge_composable"}) {
    EXPECT_EQ(peak(preset(name)), 256) << name;
    EXPECT_EQ(preset(name).clock_mhz, preset("small_edge").clock_mhz) << name;
  }
}

TEST(presets, one_of_each_family_has_the_area_of_small_edge_within_3_percent) {
  const double wanted = area(preset("small_edge"));
  for (const char* name :
       {"small_edge_serial_area", "small_edge_fully_serial_area", "small_edge_composable_area"}) {
    EXPECT_NEAR(area(preset(name)) / wanted, 1, 0.03) << name;
    EXPECT_EQ(preset(name).clock_mhz, preset("small_edge").clock_mhz) << name;
  }
}

/// Whether both presets have a price at all widths in this technology, and the clock.
bool prices_the_presets(const std::string& technology) {
  for (const char* name : {"small_edge", "large_edge"}) {
    AcceleratorConfig config = preset(name);
    config.cost.technology = technology;
    if (technology != "nangate45") config.cost.sram_node_nm = 22;
    try {
      const CostModel cost(kTables, config);
      for (int bits = 1; bits <= config.array.weight_bits; ++bits) {
        Descriptor layer;
        layer.weight.bits = layer.input.bits = layer.requant.out.bits = bits;
        cost.require_energies({layer});
      }
    } catch (const std::exception&) {
      return false;
    }
  }
  return true;
}

TEST(presets, are_priced_in_the_technologies_that_the_page_calls_complete) {
  const std::string page = read_text_file(kTables + "/README.md", 1 << 20);
  std::set<std::string> technologies;
  for (const auto& row : rows_of("mac_energy_area.csv", {"library"})) {
    technologies.insert(row.at("library"));
  }
  EXPECT_EQ(technologies.size(), 3u);
  for (const std::string& technology : technologies) {
    const std::size_t line = page.find("\n| `" + technology + "`, ");
    ASSERT_NE(line, std::string::npos) << technology;
    const std::size_t word = page.find("| ", line + 3) + 2;
    EXPECT_EQ(page.compare(word, 4, "yes ") == 0, prices_the_presets(technology)) << technology;
  }
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// What the presets promise of each other: one peak, or one area.
#include <gtest/gtest.h>

#include <string>

#include "models/arch/accelerator_yaml.h"
#include "models/cost/cost_model.h"
#include "models/perf/datapath/datapath.h"
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

}  // namespace
}  // namespace dcnsim

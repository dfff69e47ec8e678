// SPDX-License-Identifier: Apache-2.0
#include "analysis/inference/shipped_data.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "tests/support/error_of.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

class ShippedDataTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* folder : {"workloads/networks", "models/arch/presets"}) {
      std::filesystem::create_directories(folder_.path(folder));
    }
    for (const char* file : {"workloads/networks/plain_float.onnx", "workloads/networks/w4.onnx.gz",
                             "workloads/networks/README.md", "models/arch/presets/edge.yaml"}) {
      folder_.write(file, "");
    }
  }

  void expect_shipped(const InputPath& found, const std::string& name) const {
    EXPECT_EQ(found.path, folder_.path(name));
    EXPECT_EQ(found.name, name);
    EXPECT_TRUE(found.is_shipped);
  }
  static void expect_users(const InputPath& found, const std::string& path) {
    EXPECT_EQ(found.path, path);
    EXPECT_EQ(found.name, path);
    EXPECT_FALSE(found.is_shipped);
  }

  const TemporaryFolder folder_;
  const ShippedData data_{folder_.path()};
};

TEST_F(ShippedDataTest, names_are_found_without_endings) {
  expect_shipped(data_.network("plain"), "workloads/networks/plain_float.onnx");
  expect_shipped(data_.network("w4"), "workloads/networks/w4.onnx.gz");
  expect_shipped(data_.accelerator("edge"), "models/arch/presets/edge.yaml");
  EXPECT_TRUE(data_.has_network("w4"));
  EXPECT_FALSE(data_.has_network("README"));
  EXPECT_FALSE(data_.has_network("edge"));
}

TEST_F(ShippedDataTest, paths_stay_and_an_empty_one_is_what_comes_with_dcnsim) {
  for (const char* path : {"plain.onnx", "some/plain", "/"})
    expect_users(data_.network(path), path);
  // Also where it is a file that comes with dcnsim.
  const std::string shipped = folder_.path("models/arch/presets/edge.yaml");
  expect_users(data_.accelerator(shipped), shipped);
  expect_users(data_.images("mine"), "mine");
  expect_shipped(data_.images(), "workloads/cifar10/test_1000.bin");
  expect_shipped(data_.calibration(), "workloads/cifar10/calibration_500.bin");
  expect_shipped(data_.cost_tables().file("sram.csv"), "models/cost/tables/sram.csv");
}

TEST_F(ShippedDataTest, an_unknown_name_is_told_with_those_there_are) {
  EXPECT_EQ(error_of([&] { data_.network("plane"); }),
            "plane: no such network (plain, w4) or file");
  EXPECT_EQ(error_of([&] { data_.accelerator("w4"); }),
            "w4: no such accelerator preset (edge) or file");
  EXPECT_THROW(ShippedData(""), std::invalid_argument);
}

TEST_F(ShippedDataTest, a_folder_that_is_missing_is_named) {
  std::filesystem::remove_all(folder_.path("workloads/networks"));
  const std::string error =
      "data folder " + folder_.path("workloads/networks") + " is missing: reinstall dcnsim";
  EXPECT_EQ(error_of([&] { data_.network("plain"); }), error);
  EXPECT_EQ(error_of([&] { data_.has_network("plain"); }), error);
  EXPECT_FALSE(data_.has_network("mine.yaml"));
  expect_users(data_.network("mine.onnx"), "mine.onnx");
  expect_shipped(data_.accelerator("edge"), "models/arch/presets/edge.yaml");
}

}  // namespace
}  // namespace dcnsim

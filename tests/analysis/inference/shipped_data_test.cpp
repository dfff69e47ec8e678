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

  const TemporaryFolder folder_;
  const ShippedData data_{folder_.path()};
};

TEST_F(ShippedDataTest, names_are_found_without_endings) {
  EXPECT_EQ(data_.network("plain"), folder_.path("workloads/networks/plain_float.onnx"));
  EXPECT_EQ(data_.network("w4"), folder_.path("workloads/networks/w4.onnx.gz"));
  EXPECT_EQ(data_.accelerator("edge"), folder_.path("models/arch/presets/edge.yaml"));
  EXPECT_TRUE(data_.has_network("w4"));
  EXPECT_FALSE(data_.has_network("README"));
  EXPECT_FALSE(data_.has_network("edge"));
}

TEST_F(ShippedDataTest, paths_stay_and_an_empty_one_is_what_comes_with_dcnsim) {
  for (const char* path : {"plain.onnx", "some/plain", "/"}) EXPECT_EQ(data_.network(path), path);
  EXPECT_EQ(data_.images("mine"), "mine");
  EXPECT_EQ(data_.images(), folder_.path("workloads/cifar10/test_1000.bin"));
  EXPECT_EQ(data_.calibration(), folder_.path("workloads/cifar10/calibration_500.bin"));
}

TEST_F(ShippedDataTest, an_unknown_name_is_told_with_those_there_are) {
  EXPECT_EQ(error_of([&] { data_.network("plane"); }),
            "plane: no such network (plain, w4) or file");
  EXPECT_EQ(error_of([&] { data_.accelerator("w4"); }),
            "w4: no such accelerator preset (edge) or file");
  EXPECT_THROW(ShippedData(""), std::invalid_argument);
}

}  // namespace
}  // namespace dcnsim

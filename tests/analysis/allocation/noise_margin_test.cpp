// SPDX-License-Identifier: Apache-2.0
// The claim behind every allocation: noise measured one tensor at a time adds up to the noise of
// all tensors together, on both built-in networks, within the margin the command warns beyond.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analysis/allocation/study.h"
#include "analysis/evaluation/machine.h"
#include "analysis/evaluation/output_noise.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

const std::string kSource = DCNSIM_SOURCE_DIR;

/// Output SQNR below which the networks do not classify any more.
constexpr double kUsefulDb = 10;

class NoiseMargin : public testing::TestWithParam<const char*> {};

TEST_P(NoiseMargin, the_sum_of_measured_parts_is_within_the_margin_of_the_whole) {
  const auto loaded = load_network(kSource + "/workloads/networks/" + GetParam());
  const auto& network = std::get<FloatNetwork>(loaded);
  const Dataset images = load_cifar10(kSource + "/workloads/cifar10/calibration_500.bin", 32);
  const Machine machine = load_machine(kSource + "/models/arch/presets/small_edge.yaml",
                                       kSource + "/models/cost/tables");
  StudyOptions options;
  options.scope = Scope::kAll;
  options.range = {5, 10};
  options.sensitivity_images = 32;
  options.jobs = 2;
  AllocationStudy study(network, images, machine, options);
  const NoiseTables& noise = study.noise(NoiseModel::kMeasured);

  std::vector<std::vector<int>> allocations;
  for (int bits = 6; bits <= 10; ++bits) allocations.push_back(equal_widths(study.space(), bits));
  std::mt19937 random(7);
  for (int i = 0; i < 8; ++i) {
    std::vector<int> widths = equal_widths(study.space(), 5);
    for (int& bits : widths) bits += static_cast<int>(random() % 6);
    allocations.push_back(widths);
  }
  int useful = 0;
  for (const std::vector<int>& widths : allocations) {
    const FixedNetwork fixed = study.quantizer().quantize(study.widths(widths)).network;
    const double measured = to_db(measured_noise(network, fixed, images, 2).back());
    if (measured < kUsefulDb) continue;
    ++useful;
    EXPECT_NEAR(to_db(predicted_output_noise(study.space(), noise, widths)), measured, kLawMarginDb)
        << testing::PrintToString(widths);
  }
  EXPECT_GE(useful, 8);
}

INSTANTIATE_TEST_SUITE_P(Networks, NoiseMargin,
                         testing::Values("cifar10_plain7_float.onnx.gz",
                                         "cifar10_res8_float.onnx.gz"));

}  // namespace
}  // namespace dcnsim

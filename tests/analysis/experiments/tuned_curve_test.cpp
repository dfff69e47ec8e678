// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/tuned_curve.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/analysis/experiments/tuned_study.h"
#include "tests/support/error_of.h"

namespace dcnsim {
namespace {

class TunedCurveTest : public testing::Test {
 protected:
  TunedCurveTest() {
    for (const char* name : {"size_a", "size_b", "energy_a"}) {
      study_.write_bytes("allocations/" + std::string(name) + ".onnx.gz", name);
    }
    study_.write("size_a", with_equal(CostKind::kSize, tuned_figures("allocation", 3000, 9e6)));
    study_.write("size_b", with_equal(CostKind::kSize, tuned_figures("allocation", 2000, 8e6)));
    study_.write("energy_a", with_equal(CostKind::kEnergy, tuned_figures("allocation", 5e3, 3e6)));
    study_.write("b_equal_seed1", tuned_result(4, 1, 940));
    study_.write("a_equal_seed1", tuned_result(8, 1, 950));
    study_.write("c_seed1", study_.of_allocation("size_a", 1, 945));
    study_.write("d_seed1", study_.of_allocation("size_b", 1, 930));
    study_.write("e_seed1", study_.of_allocation("energy_a", 1, 948));
  }

  static AllocationReport with_equal(CostKind cost, const AllocationFigures& figures) {
    AllocationReport report = tuned_allocation(cost, figures);
    report.equal = {tuned_figures("equal 4", 4000, 4e6), tuned_figures("equal 8", 8000, 8e6)};
    return report;
  }

  std::string error() const {
    return error_of([&] { load_tuned_curve(study_.path()); });
  }
  /// What is wrong once this result is there too, or instead.
  template <class Report>
  std::string error_with(const Report& report, const std::string& name = "z") const {
    study_.write(name, report);
    return error();
  }

  const TunedStudy study_;
};

void expect_line(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

TEST_F(TunedCurveTest, knows_what_every_point_costs) {
  const TunedCurve curve = load_tuned_curve(study_.path());
  EXPECT_EQ(curve.network_sha256, "aa");
  EXPECT_EQ(curve.test_images, 1000U);
  EXPECT_EQ(curve.accelerator, "machine");
  EXPECT_EQ(curve.activation_bits, 8);
  std::vector<std::string> names;
  for (const TunedPoint& point : curve.points) names.push_back(point.rule + ": " + point.name);
  EXPECT_EQ(names, (std::vector<std::string>{"equal: equal 4", "equal: equal 8", "size: size_b",
                                             "size: size_a", "energy: energy_a"}));
  EXPECT_EQ(curve.points[0].weight_bits, 4000U);
  EXPECT_EQ(curve.points[1].energy_pj, 8e6);
  EXPECT_EQ(curve.points[3].weight_bits, 3000U);
  EXPECT_EQ(curve.points[4].energy_pj, 3e6);
  ASSERT_EQ(curve.points[3].runs.size(), 1U);
  EXPECT_EQ(curve.points[3].runs[0].fine_tuned.correct, 945U);
  EXPECT_EQ(curve.points[3].runs[0].network, study_.path() + "/c_seed1.onnx.gz");
}

TEST_F(TunedCurveTest, has_the_seeds_of_all_points) {
  EXPECT_EQ(error_with(tuned_result(4, 2, 941), "b_equal_seed2"), "no error");
  TunedCurve curve = load_tuned_curve(study_.path());
  EXPECT_EQ(curve.seeds, std::vector<std::uint64_t>{1});
  EXPECT_EQ(curve.left_out, 1U);
  EXPECT_EQ(curve.points[0].runs.size(), 1U);
  study_.write("a_equal_seed2", tuned_result(8, 2, 950));
  for (const auto& [file, name] :
       {std::pair{"c", "size_a"}, std::pair{"d", "size_b"}, std::pair{"e", "energy_a"}}) {
    study_.write(std::string(file) + "_seed2", study_.of_allocation(name, 2, 940));
  }
  curve = load_tuned_curve(study_.path());
  EXPECT_EQ(curve.seeds, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(curve.left_out, 0U);
  EXPECT_EQ(curve.points[0].runs.at(1).fine_tuned.correct, 941U);
  study_.write("a_equal_seed1", tuned_result(8, 3, 950));
  study_.write("a_equal_seed2", tuned_result(8, 4, 950));
  expect_line(error(), "no seed that all points");
}

TEST_F(TunedCurveTest, refuses_results_of_another_study) {
  FinetuneReport other = tuned_result(8, 2, 950);
  other.recipe.epochs = 1;
  expect_line(error_with(other), "z.json: /recipe/epochs: 1, expected 3");
  other = tuned_result(8, 2, 950);
  other.recipe.filter_rate = 0.1;
  expect_line(error_with(other), "z.json: has other rates than other seeds");
  other = tuned_result(8, 2, 950);
  other.recipe.shift = 1;
  expect_line(error_with(other), "z.json: is of another recipe");
  other = tuned_result(8, 2, 950);
  other.inputs[0].sha256 = "cc";
  expect_line(error_with(other), "z.json: is of another network");
  other = tuned_result(8, 2, 950);
  other.widths.activations = 4;
  expect_line(error_with(other), "z.json: /widths/activations: expected 8 bits");
  expect_line(error_with(tuned_result(8, 1, 950)), "z.json: is of equal 8 with seed 1, as is ");
  expect_line(error_with(tuned_result(7, 1, 950)), "z.json: no figures of equal 7 bits in ");
  other = tuned_result(kFloat, 1, 950);
  expect_line(error_with(other), "z.json: expected equal widths or an allocation");
  study_.write_bytes("z.json", "{\"schema\": \"dcnsim.finetune/1\"}");
  expect_line(error(), "z.json: /version");
}

TEST_F(TunedCurveTest, refuses_allocations_that_are_stale_or_for_something_else) {
  // The network was allocated anew after it had been fine-tuned.
  study_.write_bytes("allocations/size_a.onnx.gz", "other");
  expect_line(error(), "allocations/size_a.onnx.gz is another one than was fine-tuned");
  study_.write_bytes("allocations/size_a.onnx.gz", "size_a");
  EXPECT_EQ(error(), "no error");
  const AllocationReport right =
      with_equal(CostKind::kSize, tuned_figures("allocation", 3000, 9e6));
  AllocationReport other = right;
  other.inputs[0].sha256 = "cc";
  expect_line(error_with(other, "size_a"), "size_a.json: is of another network than the results");
  other = right;
  other.inputs[1].sha256 = "cc";
  expect_line(error_with(other, "size_a"), "is for another accelerator");
  other = right;
  other.equal[0].energy_pj = 1;
  expect_line(error_with(other, "size_a"), "/equal_widths: other figures of equal 4 bits");
  other = right;
  other.tensors[0].name = "conv.output";
  expect_line(error_with(other, "size_a"), "size_a.json: allocates conv.output");
  other = right;
  other.cost_kind = CostKind::kMacs;
  expect_line(error_with(other, "size_a"), "/cost/kind: macs, expected size or energy");
  study_.write_bytes("allocations/size_a.json", "{}");
  expect_line(error(), "allocations/size_a.json: /schema");
  std::filesystem::remove(study_.path() + "/allocations/size_a.json");
  expect_line(error(), "c_seed1.json: no size_a.json in ");
}

TEST_F(TunedCurveTest, wants_results_and_allocations) {
  std::filesystem::remove_all(study_.path() + "/allocations");
  expect_line(error(), "/allocations: ");
  const TemporaryFolder empty;
  expect_line(error_of([&] { load_tuned_curve(empty.path()); }), ": no results of dcnsim finetune");
  expect_line(error_of([&] { load_tuned_curve(empty.path("nowhere")); }), "/nowhere: ");
}

}  // namespace
}  // namespace dcnsim

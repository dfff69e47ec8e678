// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/study.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/evaluation/output_noise.h"
#include "tests/support/small_edge.h"
#include "tests/support/small_float_network.h"

namespace dcnsim {
namespace {

using Widths = std::vector<int>;

class Study : public testing::Test {
 protected:
  void SetUp() override {
    options_.range = {2, 8};
    options_.sensitivity_images = 10;
    options_.jobs = 2;
    options_.progress = [this](const std::string& what, std::size_t total) {
      announced_[what] += total;
      return [this, what](std::size_t done) { done_[what] = done; };
    };
    cache_ = testing::TempDir() + "dcnsim_study_" + std::to_string(::getpid());
  }
  void TearDown() override { std::filesystem::remove_all(cache_); }

  AllocationStudy study() { return AllocationStudy(network_, images_, machine_, options_); }

  /// What making the study throws, "" for nothing.
  std::string error() {
    try {
      study();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  }

  std::size_t batches_measured() { return announced_["measuring sensitivities, batches"]; }

  const Machine machine_ = small_edge();
  FloatNetwork network_ = mixed_network();
  Dataset images_ = random_images(12);
  StudyOptions options_;
  std::string cache_;
  std::map<std::string, std::size_t> announced_, done_;
};

TEST_F(Study, refuses_ranges_naming_the_field_and_what_was_expected) {
  const std::string expected = ", expected widths within 1..16, the lower one first";
  options_.range = {0, 8};
  EXPECT_EQ(error(), "widths: 0..8" + expected);
  options_.range = {2, 17};
  EXPECT_EQ(error(), "widths: 2..17" + expected);
  options_.range = {5, 4};
  EXPECT_EQ(error(), "widths: 5..4" + expected);
  options_.range = {4, 4};
  EXPECT_EQ(error(), "");
  options_.ranges = {{"conv0", {9, 3}}};
  EXPECT_EQ(error(), "conv0: 9..3" + expected);
}

TEST_F(Study, refuses_names_it_does_not_know_with_a_suggestion) {
  options_.ranges = {{"conv3", {2, 3}}};
  EXPECT_EQ(error().rfind("conv3: no such tensor takes part in the allocation", 0), 0U) << error();
  EXPECT_NE(error().find("did you mean \"conv0\" or \"conv1\"?"), std::string::npos) << error();
  options_.ranges = {{"conv1.wieght", {2, 3}}};
  EXPECT_NE(error().find("did you mean \"conv1.weight\"?"), std::string::npos) << error();
  // Outputs take part only where asked for.
  options_.ranges = {{"conv0.output", {2, 3}}};
  EXPECT_NE(error(), "");
  options_.scope = Scope::kAll;
  EXPECT_EQ(error(), "");
}

TEST_F(Study, refuses_ranges_before_it_calibrates) {
  options_.range = {5, 4};
  error();
  EXPECT_EQ(announced_["calibrating"], 0U);
}

TEST_F(Study, refuses_weights_that_are_no_numbers_and_missing_images) {
  network_.layers[1].weights[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error(), "layer 'conv1': a weight or bias is not a finite number");
  network_ = mixed_network();
  network_.layers[0].bias[0] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(error(), "layer 'conv0': a weight or bias is not a finite number");
  network_ = mixed_network();
  images_ = {};
  EXPECT_EQ(error(), "no calibration images");
}

TEST_F(Study, refuses_a_network_without_weights) {
  FloatLayer pool;
  pool.node.name = "pool";
  pool.node.kind = LayerKind::kPool;
  pool.node.pool.in = kCifarShape;
  pool.node.pool.kernel_h = pool.node.pool.kernel_w = 32;
  network_.layers = {pool};
  EXPECT_EQ(error(), "the network has no weights: nothing to allocate");
}

TEST_F(Study, keeps_ranges_of_single_tensors_in_every_allocation) {
  options_.scope = Scope::kAll;
  options_.ranges = {{"conv1", {6, 6}}, {"conv0.output", {3, 4}}};
  AllocationStudy study = this->study();
  EXPECT_EQ(study.space().tensors[2].name, "conv1.weight");
  const Goal goal{Goal::Kind::kNoise, 0.01};
  for (const CostKind cost : {CostKind::kSize, CostKind::kMacs, CostKind::kCycles}) {
    for (const NoiseModel noise : {NoiseModel::kTensor, NoiseModel::kMeasured}) {
      const Widths widths = study.allocate(noise, cost, goal).solution.widths;
      EXPECT_EQ(widths[2], 6);
      EXPECT_GE(widths[1], 3);
      EXPECT_LE(widths[1], 4);
    }
  }
}

TEST_F(Study, turns_widths_into_options_over_the_base) {
  options_.base.activation_bits = 7;
  const QuantizeOptions options = study().widths({3, 4, 5});
  EXPECT_EQ(options.activation_bits, 7);
  ASSERT_EQ(options.layers.size(), 3U);
  EXPECT_EQ(options.layers[2].layer, "fc");
  EXPECT_EQ(options.layers[2].weight_bits, 5);
}

TEST_F(Study, measures_sensitivities_once_and_on_the_images_asked_for) {
  AllocationStudy study = this->study();
  EXPECT_EQ(announced_["calibrating"], 12U);
  EXPECT_EQ(batches_measured(), 0U);
  const NoiseTables noise = study.noise(NoiseModel::kMeasured);
  EXPECT_EQ(batches_measured(), 2U);  // 10 images
  EXPECT_EQ(study.noise(NoiseModel::kMeasured).noise, noise.noise);
  EXPECT_EQ(batches_measured(), 2U);

  Dataset ten = images_;
  ten.labels.resize(10);
  ten.pixels.resize(10 * kCifarShape.elements());
  NetworkQuantizer quantizer(network_, calibrate(network_, images_));
  const Sensitivity expected =
      measure_sensitivity(quantizer, study.space().tensors, options_.base, 2, 8, ten, 1);
  EXPECT_EQ(noise.noise, expected.noise);
  EXPECT_EQ(noise.fixed, expected.fixed);
}

TEST_F(Study, takes_sensitivities_from_the_cache_to_the_bit) {
  options_.cache_folder = cache_;
  options_.subject = "a network";
  const NoiseTables first = study().noise(NoiseModel::kMeasured);
  EXPECT_EQ(batches_measured(), 2U);
  const NoiseTables again = study().noise(NoiseModel::kMeasured);
  EXPECT_EQ(batches_measured(), 2U);
  EXPECT_EQ(again.noise, first.noise);
  EXPECT_EQ(again.fixed, first.fixed);
}

TEST_F(Study, measures_again_where_the_cache_is_damaged_or_of_something_else) {
  options_.cache_folder = cache_;
  options_.subject = "a network";
  const NoiseTables first = study().noise(NoiseModel::kMeasured);
  std::size_t kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(cache_)) {
    std::filesystem::resize_file(entry.path(), entry.file_size() / 2);
    ++kept;
  }
  EXPECT_EQ(kept, 2U);  // sensitivities, and the calibration
  EXPECT_EQ(study().noise(NoiseModel::kMeasured).noise, first.noise);
  EXPECT_EQ(batches_measured(), 4U);
  options_.subject = "another network";
  EXPECT_EQ(study().noise(NoiseModel::kMeasured).noise, first.noise);
  EXPECT_EQ(batches_measured(), 6U);
  options_.range = {3, 8};
  study().noise(NoiseModel::kMeasured);
  EXPECT_EQ(batches_measured(), 8U);
}

TEST_F(Study, takes_sensitivities_of_another_study) {
  AllocationStudy first = study();
  const NoiseTables noise = first.noise(NoiseModel::kMeasured);
  options_.sensitivity = first.space().sensitivity;
  EXPECT_EQ(study().noise(NoiseModel::kMeasured).noise, noise.noise);
  EXPECT_EQ(batches_measured(), 2U);
}

TEST_F(Study, reports_tensors_that_are_exact_and_allocates_all_the_same) {
  FloatLayer& conv1 = network_.layers[1];
  std::fill(conv1.weights.begin(), conv1.weights.end(), 0.0F);
  AllocationStudy study = this->study();
  EXPECT_EQ(study.exact_tensors(), std::vector<std::string>{"conv1.weight"});
  for (const NoiseModel noise : {NoiseModel::kTensor, NoiseModel::kMeasured}) {
    const Allocation allocation = study.allocate(
        noise, CostKind::kSize,
        {Goal::Kind::kNoise, predicted_output_noise(study.space(), study.noise(noise), {5, 5, 5})});
    EXPECT_EQ(allocation.solution.widths[1], 2);
    EXPECT_LE(allocation.solution.cost, 5 * (288 + 270 + 50));
  }
  EXPECT_NO_THROW(study.allocate(
      NoiseModel::kTensor, CostKind::kEnergy,
      {Goal::Kind::kNoise,
       predicted_output_noise(study.space(), study.noise(NoiseModel::kTensor), {5, 5, 5})}));
}

TEST_F(Study, has_no_exact_tensors_among_random_weights) {
  EXPECT_TRUE(study().exact_tensors().empty());
}

TEST_F(Study, reports_figures_that_are_measured_and_simulated) {
  AllocationStudy study = this->study();
  const Widths widths{4, 5, 6};
  Dataset evaluation = random_images(20);
  for (std::size_t i = 0; i < 20; ++i) evaluation.labels[i] = static_cast<std::uint8_t>(i % 10);
  const AllocationFigures figures = study.figures("mine", widths, NoiseModel::kTensor, evaluation);
  const FixedNetwork fixed = quantize_network(network_, images_, study.widths(widths)).network;
  EXPECT_EQ(figures.name, "mine");
  EXPECT_EQ(figures.weight_bits, 288U * 4 + 270 * 5 + 50 * 6);
  EXPECT_EQ(figures.correct, count_correct(fixed, evaluation, 1));
  EXPECT_EQ(figures.measured_sqnr_db, to_db(measured_noise(network_, fixed, images_, 1).back()));
  EXPECT_EQ(figures.predicted_sqnr_db,
            to_db(predicted_output_noise(study.space(), study.noise(NoiseModel::kTensor), widths)));
  NetworkQuantizer quantizer(network_, calibrate(network_, images_));
  const Candidate candidate{fixed, expected_zeros(quantizer, study.widths(widths))};
  const LayerCost cost = total(simulate_costs(
                                   machine_, 1, [&](std::size_t) { return candidate; }, 1)
                                   .front());
  EXPECT_EQ(figures.energy_pj, cost.energy_pj);
  EXPECT_EQ(figures.cycles, cost.cycles);
}

TEST_F(Study, draws_curves_of_equal_widths_and_every_rule_without_evaluating_twice) {
  options_.range = {2, 9};
  AllocationStudy study = this->study();
  Dataset evaluation = random_images(20);
  KnownAccuracies known{{{3, 3, 3}, 0.625}};  // not what would come out
  const auto curve =
      study.curve({{"size", NoiseModel::kTensor, CostKind::kSize}}, evaluation, known);
  EXPECT_EQ(rules_of(curve), (std::vector<std::string>{kEqualRule, "size"}));
  ASSERT_GT(curve.size(), 7U);
  for (int bits = kCurveLowest; bits <= kCurveHighest; ++bits) {
    EXPECT_EQ(curve[static_cast<std::size_t>(bits - kCurveLowest)].widths, Widths(3, bits));
  }
  EXPECT_EQ(curve[0].top1, 0.625);
  for (const CurvePoint& point : curve) {
    ASSERT_EQ(known.count(point.widths), 1U);
    EXPECT_EQ(point.top1, known.at(point.widths));
    EXPECT_EQ(point.energy_pj, study.simulate(point.widths).energy_pj);
    EXPECT_EQ(point.cycles, study.simulate(point.widths).cycles);
    EXPECT_EQ(point.weight_bits,
              static_cast<std::uint64_t>(288 * point.widths[0] + 270 * point.widths[1] +
                                         50 * point.widths[2]));
    EXPECT_EQ(point.predicted_sqnr_db,
              to_db(predicted_output_noise(study.space(), study.noise(NoiseModel::kTensor),
                                           point.widths)));
  }
  const CurvePoint& last = curve.back();
  const FixedNetwork fixed = quantize_network(network_, images_, study.widths(last.widths)).network;
  EXPECT_EQ(last.top1, static_cast<double>(count_correct(fixed, evaluation, 1)) / 20);
}

}  // namespace
}  // namespace dcnsim

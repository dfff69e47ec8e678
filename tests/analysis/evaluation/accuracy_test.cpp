// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/accuracy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "analysis/evaluation/float_outputs.h"
#include "analysis/quantizer/format_search.h"
#include "analysis/quantizer/quantize_network.h"
#include "tests/support/small_float_network.h"
#include "workloads/executor.h"
#include "workloads/float_executor.h"

namespace dcnsim {
namespace {

/// 37 images of different colours: two whole batches and a part of one. Every second label is the
/// float network's own answer, the others one beside it: 19 are right.
class AccuracyTest : public testing::Test {
 protected:
  AccuracyTest() {
    std::mt19937 random(6);
    for (std::size_t plane = 0; plane < 3 * images_.size(); ++plane) {
      const auto level = random() % 256;
      for (std::size_t i = 0; i < 1024; ++i) {
        std::uint8_t& pixel = images_.pixels[1024 * plane + i];
        pixel = static_cast<std::uint8_t>((3 * level + pixel) / 4);
      }
    }
    // Without their means, the outputs give many answers.
    FloatExecutor biased(network_);
    std::vector<float>& bias = network_.layers.back().bias;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const std::vector<float>& logits = biased.run(image_values(images_, i)).back();
      for (std::size_t k = 0; k < bias.size(); ++k) bias[k] -= logits[k] / 37;
    }
    FloatExecutor executor(network_);
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const std::size_t answer = largest(executor.run(image_values(images_, i)).back());
      images_.labels[i] = static_cast<int>((answer + i % 2) % 10);
    }
  }

  static std::size_t largest(const std::vector<float>& logits) {
    return static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) -
                                    logits.begin());
  }

  FloatNetwork network_ = mixed_network();
  Dataset images_ = random_images(37);
};

TEST_F(AccuracyTest, of_floats_counts_the_labels_met_for_any_number_of_jobs) {
  for (const std::size_t jobs : {1U, 2U, 5U})
    EXPECT_EQ(count_correct(network_, images_, jobs), 19U);
}

TEST_F(AccuracyTest, of_codes_equals_a_plain_loop_for_any_number_of_jobs) {
  for (const int input_bits : {8, 5}) {
    QuantizeOptions options;
    options.weight_bits = options.activation_bits = 4;
    options.input_bits = input_bits;
    const FixedNetwork fixed = quantize_network(network_, images_, options).network;
    Executor executor(fixed, {});
    std::size_t expected = 0;
    std::string right;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const CodeTensor image = image_codes(images_, i, fixed.input_format);
      const int answer = argmax(executor.run(image).layers.back());
      expected += answer == images_.labels[i] ? 1 : 0;
      right += answer == images_.labels[i] ? '1' : '0';
    }
    EXPECT_GT(expected, 0U);
    for (const std::size_t jobs : {1U, 2U, 5U}) {
      EXPECT_EQ(count_correct(fixed, images_, jobs), expected);
      EXPECT_EQ(right_images(fixed, images_, jobs), right);
    }
  }
}

TEST_F(AccuracyTest, of_codes_is_by_the_accumulator_given) {
  const FixedNetwork fixed = quantize_network(network_, images_, {}).network;
  const Accumulator narrow{16, Overflow::kSaturate};
  Executor executor(fixed, narrow);
  std::size_t expected = 0;
  std::uint64_t overflows = 0;
  for (std::size_t i = 0; i < images_.size(); ++i) {
    const Activations& result = executor.run(image_tensor(images_, i));
    expected += argmax(result.layers.back()) == images_.labels[i] ? 1 : 0;
    overflows += result.overflows;
  }
  ASSERT_GT(overflows, 0U);
  ASSERT_NE(expected, count_correct(fixed, images_, 1));
  EXPECT_EQ(count_correct(fixed, images_, 2, {}, narrow), expected);
}

TEST_F(AccuracyTest, of_held_outputs_equals_a_plain_loop_for_any_number_of_jobs) {
  NetworkQuantizer quantizer(network_, calibrate(network_, images_));
  QuantizeOptions options;
  options.activation_bits = 3;
  const NetworkFormats formats = quantizer.network_formats(options);
  FloatExecutor executor(network_);
  std::size_t expected = 0;
  for (std::size_t i = 0; i < images_.size(); ++i) {
    FloatExecutor::Outputs outputs(network_.layers.size());
    for (std::size_t layer = 0; layer < outputs.size(); ++layer) {
      executor.resume(image_values(images_, i), layer, layer + 1, outputs);
      outputs[layer] = as_held(outputs[layer], formats.layers[layer].output);
    }
    expected += static_cast<int>(largest(outputs.back())) == images_.labels[i] ? 1 : 0;
  }
  ASSERT_NE(expected, 19U);  // 3 bits are seen
  for (const std::size_t jobs : {1U, 2U, 5U}) {
    EXPECT_EQ(count_correct(network_, formats, {true, false}, images_, jobs), expected);
  }
}

TEST_F(AccuracyTest, in_formats_is_of_the_fixed_point_network_or_of_held_weights) {
  NetworkQuantizer quantizer(network_, calibrate(network_, images_));
  QuantizeOptions options;
  options.weight_bits = options.activation_bits = 3;
  const NetworkFormats formats = quantizer.network_formats(options);
  EXPECT_EQ(count_correct(network_, formats, {}, images_, 1),
            count_correct(quantizer.quantize(options).network, images_, 1));
  const FloatNetwork held = held_weights(network_, formats, {false, true});
  EXPECT_EQ(held.layers[0].weights, as_held(network_.layers[0].weights, formats.layers[0].weight));
  EXPECT_EQ(count_correct(network_, formats, {false, true}, images_, 1),
            count_correct(held, images_, 1));
  EXPECT_EQ(held_weights(network_, formats, {true, false}).layers[0].weights,
            network_.layers[0].weights);
}

TEST_F(AccuracyTest, reports_images_done_up_to_all_of_them) {
  std::vector<std::size_t> progress;
  count_correct(network_, images_, 2, [&](std::size_t done) { progress.push_back(done); });
  ASSERT_EQ(progress.size(), 3U);
  EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
  EXPECT_EQ(progress.back(), 37U);
}

/// Kept ones serve again, and not for other images.
TEST_F(AccuracyTest, of_kept_outputs_is_that_of_the_network) {
  const std::string folder =
      testing::TempDir() + "dcnsim_outputs_" + std::to_string(::getpid()) + "/kept";
  const auto outputs_of = [&](const Dataset& images, const std::string& network) {
    std::vector<std::size_t> progress;
    FloatOutputs outputs = kept_float_outputs({folder, network}, network_, images, 2,
                                              [&](std::size_t done) { progress.push_back(done); });
    return std::pair{std::move(outputs), progress.size() == 1};
  };
  const auto [made, were_known] = outputs_of(images_, "a hash");
  EXPECT_FALSE(were_known);
  FloatExecutor executor(network_);
  const std::vector<float>& last = executor.run(image_values(images_, 36)).back();
  ASSERT_EQ(made.size(), 37 * last.size());
  EXPECT_TRUE(std::equal(last.begin(), last.end(), made.end() - 10));
  EXPECT_EQ(count_correct(network_, made, images_), 19U);
  EXPECT_EQ(outputs_of(images_, "a hash"), (std::pair{made, true}));
  EXPECT_FALSE(outputs_of(images_, "another").second);
  Dataset changed = images_;
  changed.pixels.back() ^= 1;
  EXPECT_FALSE(outputs_of(changed, "a hash").second);
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 4);
  }
  EXPECT_EQ(outputs_of(images_, "a hash"), (std::pair{made, false}));
  std::filesystem::remove_all(std::filesystem::path(folder).parent_path());

  EXPECT_EQ(kept_float_outputs({}, network_, images_, 1), made);
  Dataset unlabelled = images_;
  unlabelled.labels.clear();
  EXPECT_THROW(count_correct(network_, made, unlabelled), std::invalid_argument);
}

TEST_F(AccuracyTest, of_no_images_is_none_right) { EXPECT_EQ(count_correct(network_, {}, 2), 0U); }

TEST_F(AccuracyTest, refuses_networks_for_other_images) {
  FloatNetwork network = network_;
  network.input = {28, 28, 1};
  EXPECT_THROW(count_correct(network, images_, 1), std::invalid_argument);
  FixedNetwork fixed = quantize_network(network_, images_, {}).network;
  fixed.input = {32, 32, 1};
  EXPECT_THROW(count_correct(fixed, images_, 1), std::invalid_argument);
}

}  // namespace
}  // namespace dcnsim

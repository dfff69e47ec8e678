// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/sensitivity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/quantizer/format_search.h"
#include "models/numeric/rounding.h"
#include "tests/support/small_float_network.h"
#include "workloads/float_executor.h"

namespace dcnsim {
namespace {

class SensitivityTest : public testing::Test {
 protected:
  Sensitivity measure(Scope scope, int lowest, int highest, std::size_t jobs,
                      const OnProgress& progress = {}) {
    return measure_sensitivity(quantizer_, tensors_of(network_, scope), base_, lowest, highest,
                               images_, jobs, progress);
  }

  /// Sum of y^2 of the float network's output over all images.
  double signal() const {
    FloatExecutor executor(network_);
    double sum = 0;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      for (const float y : executor.run(image_values(images_, i)).back()) sum += double{y} * y;
    }
    return sum;
  }

  /// Sum of (y' - y)^2, y' of `changed` with the outputs of layers held in formats, where wanted.
  double noise(const FloatNetwork& changed, const std::vector<const Format*>& formats) const {
    FloatExecutor exact(network_), executor(changed);
    double sum = 0;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const std::vector<float> image = image_values(images_, i);
      FloatExecutor::Outputs outputs(network_.layers.size());
      for (std::size_t layer = 0; layer < outputs.size(); ++layer) {
        executor.resume(image, layer, layer + 1, outputs);
        if (formats[layer] == nullptr) continue;
        for (float& y : outputs[layer]) {
          const std::int32_t code = quantize(double{y} / scale_, *formats[layer]);
          y = static_cast<float>(dequantize(code, *formats[layer]) * scale_);
        }
      }
      const std::vector<float>& expected = exact.run(image).back();
      for (std::size_t k = 0; k < expected.size(); ++k) {
        const double error = double{outputs.back()[k]} - double{expected[k]};
        sum += error * error;
      }
    }
    return sum;
  }

  FloatNetwork network_ = mixed_network();
  Dataset images_ = random_images(19);  // two batches and a part of one
  NetworkQuantizer quantizer_{network_, calibrate(network_, images_)};
  QuantizeOptions base_;
  double scale_ = 1;  ///< of the outputs in formats, times that of the formats
};

TEST_F(SensitivityTest, of_weights_is_the_noise_of_a_network_with_these_weights_quantized) {
  const Sensitivity sensitivity = measure(Scope::kWeights, 2, 6, 2);
  EXPECT_EQ(sensitivity.lowest, 2);
  const std::vector<Tensor> tensors = tensors_of(network_, Scope::kWeights);
  ASSERT_EQ(sensitivity.noise.size(), tensors.size());
  for (std::size_t tensor = 0; tensor < tensors.size(); ++tensor) {
    ASSERT_EQ(sensitivity.noise[tensor].size(), 5U);
    for (const int bits : {2, 3, 6}) {
      FloatNetwork changed = network_;
      const Format format = quantizer_.weight(tensors[tensor].layer, bits).format;
      for (float& w : changed.layers[tensors[tensor].layer].weights) {
        w = static_cast<float>(dequantize(quantize(double{w}, format), format));
      }
      const double expected =
          noise(changed, std::vector<const Format*>(network_.layers.size())) / signal();
      EXPECT_GT(expected, 0);
      EXPECT_NEAR(sensitivity.noise[tensor][static_cast<std::size_t>(bits - 2)], expected,
                  1e-12 * expected);
    }
  }
}

TEST_F(SensitivityTest, under_free_scales_is_the_noise_of_what_codes_stand_for) {
  for (const Scales scales : {Scales::kPerTensor, Scales::kPerChannel}) {
    base_.scales = scales;
    const Sensitivity sensitivity = measure(Scope::kAll, 3, 4, 1);
    const std::vector<Tensor> tensors = tensors_of(network_, Scope::kAll);
    for (std::size_t tensor = 0; tensor < tensors.size(); ++tensor) {
      const std::size_t layer = tensors[tensor].layer;
      FloatNetwork changed = network_;
      std::vector<const Format*> formats(network_.layers.size());
      Format held;
      std::vector<float>& weights = changed.layers[layer].weights;
      if (tensors[tensor].is_weight) {
        const std::vector<double> all = quantizer_.weight(layer, 4, scales).weight_scales;
        const std::size_t channel = weights.size() / all.size();
        for (std::size_t k = 0; k < weights.size(); ++k) {
          const double scale = all[k / channel];
          const double code = std::nearbyint(double{weights[k]} / scale);
          weights[k] = static_cast<float>(std::min(std::max(code, -8.0), 7.0) * scale);
        }
        EXPECT_EQ(all.front() == all.back(), scales == Scales::kPerTensor);
      } else {
        // In units of the scale, so that the format's own is 1.
        const FormatChoice choice = quantizer_.output(layer, 4, scales).output;
        EXPECT_LE(choice.noise, quantizer_.output(layer, 4).noise);
        scale_ = choice.scale();
        held = choice.format;
        held.frac = 0;
        formats[layer] = &held;
      }
      EXPECT_NEAR(sensitivity.noise[tensor][1], noise(changed, formats) / signal(),
                  1e-4 * sensitivity.noise[tensor][1])
          << tensors[tensor].name;
      scale_ = 1;
    }
  }
}

TEST_F(SensitivityTest, of_outputs_is_the_noise_of_holding_these_outputs_in_their_format) {
  const Sensitivity sensitivity = measure(Scope::kAll, 3, 5, 1);
  const std::vector<Tensor> tensors = tensors_of(network_, Scope::kAll);
  for (std::size_t tensor = 0; tensor < tensors.size(); ++tensor) {
    if (tensors[tensor].is_weight) continue;
    for (const int bits : {3, 5}) {
      std::vector<const Format*> formats(network_.layers.size());
      formats[tensors[tensor].layer] = &quantizer_.output(tensors[tensor].layer, bits).format;
      const double expected = noise(network_, formats) / signal();
      EXPECT_GT(expected, 0);
      EXPECT_NEAR(sensitivity.noise[tensor][static_cast<std::size_t>(bits - 3)], expected,
                  1e-12 * expected);
    }
  }
}

TEST_F(SensitivityTest, of_what_is_not_allocated_is_that_of_the_base_widths_together) {
  base_.activation_bits = 5;
  base_.logit_bits = 6;
  const std::vector<LayerFormats> chosen = quantizer_.formats(base_);
  std::vector<const Format*> formats;
  for (const LayerFormats& layer : chosen) formats.push_back(&layer.output.format);
  const double all = noise(network_, formats) / signal();
  EXPECT_NEAR(measure(Scope::kWeights, 2, 2, 2).fixed, all, 1e-12 * all);

  // With outputs allocated, what remains are the logits and the max pool, which adds nothing of
  // its own to values that were held in its format, but does to floats.
  std::vector<const Format*> rest(formats.size());
  rest[2] = formats[2];
  rest[5] = formats[5];
  const double remaining = noise(network_, rest) / signal();
  EXPECT_NEAR(measure(Scope::kAll, 2, 2, 2).fixed, remaining, 1e-12 * remaining);
}

TEST_F(SensitivityTest, has_equal_bits_for_any_number_of_jobs) {
  const Sensitivity one = measure(Scope::kAll, 2, 4, 1);
  for (const std::size_t jobs : {2U, 3U, 5U}) {
    const Sensitivity several = measure(Scope::kAll, 2, 4, jobs);
    EXPECT_EQ(several.noise, one.noise);
    EXPECT_EQ(several.fixed, one.fixed);
  }
}

TEST_F(SensitivityTest, of_a_width_does_not_depend_on_the_others_asked_for) {
  const Sensitivity wide = measure(Scope::kAll, 2, 6, 2);
  const Sensitivity narrow = measure(Scope::kAll, 4, 5, 2);
  EXPECT_EQ(narrow.fixed, wide.fixed);
  for (std::size_t tensor = 0; tensor < wide.noise.size(); ++tensor) {
    EXPECT_EQ(narrow.noise[tensor][0], wide.noise[tensor][2]);
    EXPECT_EQ(narrow.noise[tensor][1], wide.noise[tensor][3]);
  }
}

TEST_F(SensitivityTest, reports_every_batch) {
  std::vector<std::size_t> progress;
  measure(Scope::kWeights, 3, 3, 2, [&](std::size_t done) { progress.push_back(done); });
  EXPECT_EQ(progress, (std::vector<std::size_t>{1, 2, 3}));
}

TEST_F(SensitivityTest, that_is_known_is_not_measured_again) {
  const std::vector<Tensor> weights = tensors_of(network_, Scope::kWeights);
  const std::vector<Tensor> all = tensors_of(network_, Scope::kAll);
  const auto measured = [&](const std::vector<Tensor>& tensors, int highest, KnownNoise* known) {
    return measure_sensitivity(quantizer_, tensors, base_, 3, highest, images_, 2, {}, known);
  };
  KnownNoise known;
  const Sensitivity of_weights = measured(weights, 4, &known);
  EXPECT_EQ(known.size(), 2 * weights.size());
  EXPECT_EQ(of_weights.noise, measured(weights, 4, nullptr).noise);

  // More tensors, and more widths: what is there is taken as it is.
  const Sensitivity of_all = measured(all, 5, &known);
  const Sensitivity anew = measured(all, 5, nullptr);
  EXPECT_EQ(of_all.noise, anew.noise);
  EXPECT_EQ(of_all.fixed, anew.fixed);
  EXPECT_EQ(known.size(), 3 * all.size());
  known[{weights[0].layer, true, base_.scales, 4}] = 42;
  EXPECT_EQ(measured(weights, 5, &known).noise[0][1], 42);
}

TEST_F(SensitivityTest, of_weights_without_error_is_nothing) {
  FloatLayer& fc = network_.layers.back();
  for (std::size_t i = 0; i < fc.weights.size(); ++i) fc.weights[i] = i % 3 == 0 ? 0.25F : -0.5F;
  NetworkQuantizer quantizer(network_, calibrate(network_, images_));
  const Sensitivity sensitivity =
      measure_sensitivity(quantizer, {{5, true, "fc.weight"}}, base_, 3, 4, images_, 1);
  EXPECT_EQ(sensitivity.noise, (std::vector<std::vector<double>>{{0, 0}}));
}

TEST_F(SensitivityTest, refuses_a_network_whose_output_is_zero) {
  FloatLayer& fc = network_.layers.back();
  std::fill(fc.weights.begin(), fc.weights.end(), 0.0F);
  std::fill(fc.bias.begin(), fc.bias.end(), 0.0F);
  NetworkQuantizer quantizer(network_, calibrate(network_, images_));
  const std::vector<Tensor> tensors = tensors_of(network_, Scope::kWeights);
  EXPECT_THROW(measure_sensitivity(quantizer, tensors, base_, 2, 3, images_, 2),
               std::invalid_argument);
  EXPECT_THROW(measure_sensitivity(quantizer_, tensors, base_, 2, 3, {}, 2), std::invalid_argument);
}

}  // namespace
}  // namespace dcnsim

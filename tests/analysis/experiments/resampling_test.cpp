// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/resampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "analysis/allocation/curve.h"
#include "analysis/evaluation/confidence.h"

namespace dcnsim {
namespace {

/// `right` images, then `wrong` ones, and so on.
std::string judged(std::size_t right, std::size_t wrong, std::size_t right_too = 0) {
  return std::string(right, '1') + std::string(wrong, '0') + std::string(right_too, '1');
}

double first(const std::vector<double>& accuracies) { return accuracies[0]; }

TEST(Resampling, of_one_network_gives_about_the_interval_of_its_share) {
  const ResampledAccuracies accuracies({{judged(900, 100)}});
  EXPECT_DOUBLE_EQ(accuracies.measured().at(0), 0.9);
  const Estimate share = accuracies.estimate(first);
  const ShareInterval wilson = wilson_interval(900, 1000);
  EXPECT_DOUBLE_EQ(share.value, 0.9);
  EXPECT_NEAR(share.low, wilson.low, 0.002);
  EXPECT_NEAR(share.high, wilson.high, 0.002);
}

/// b images only the first has right, c only the second: (b - c) / n, whose variance is
/// (b + c - (b - c)^2 / n) / n^2, whatever both have right.
TEST(Resampling, of_a_difference_depends_on_the_images_that_one_alone_has_right) {
  const auto difference = [](const std::vector<double>& a) { return a[0] - a[1]; };
  const double b = 60, c = 20, n = 1000;
  const ResampledAccuracies accuracies({{judged(860, 140)}, {judged(800, 60) + judged(20, 120)}});
  const Estimate found = accuracies.estimate(difference);
  const double half = 1.96 * std::sqrt((b + c - (b - c) * (b - c) / n) / (n * n));
  EXPECT_NEAR(found.value, (b - c) / n, 1e-12);
  EXPECT_NEAR(found.low, found.value - half, 0.0015);
  EXPECT_NEAR(found.high, found.value + half, 0.0015);
  const ResampledAccuracies same({{judged(860, 140)}, {judged(860, 140)}});
  EXPECT_EQ(same.estimate(difference).low, 0);
  EXPECT_EQ(same.estimate(difference).high, 0);
}

/// Another training moves a mean of two runs by their deviation over the square root of 2.
TEST(Resampling, of_several_runs_draws_trainings_too) {
  constexpr std::size_t kImages = 100000;  // whose own deviation is small beside it
  const auto point = [](std::size_t more) {
    return std::vector<std::string>{judged(kImages * 9 / 10 - more, kImages / 10 + more),
                                    judged(kImages * 9 / 10 + more, kImages / 10 - more)};
  };
  const ResampledAccuracies accuracies({point(1000), point(1000), point(1000)}, 400);
  const Estimate share = accuracies.estimate(first);
  EXPECT_DOUBLE_EQ(share.value, 0.9);
  // Residuals are +-0.01 sqrt(2): the mean of two is -0.0141, 0 or +0.0141.
  EXPECT_NEAR(share.low, 0.9 - 0.01414, 0.003);
  EXPECT_NEAR(share.high, 0.9 + 0.01414, 0.003);
  const ResampledAccuracies single({{point(1000)[0]}, {point(1000)[1]}}, 400);
  EXPECT_GT(single.estimate(first).low, 0.886) << "of one run nothing is known of others";
}

/// Where accuracies lie on two lines over cost, one of half the other's costs, half is saved in
/// every resample.
TEST(Resampling, of_a_saving_on_curves_of_half_the_cost_is_half) {
  const std::vector<std::string> runs = {judged(600, 400), judged(700, 300), judged(800, 200)};
  ResampledAccuracies accuracies({{runs[0]}, {runs[1]}, {runs[2]}, {runs[0]}, {runs[2]}});
  const auto saving = [](const std::vector<double>& a) {
    const auto equal = cost_at_accuracy({{100, a[0]}, {200, a[1]}, {300, a[2]}}, a[1]);
    const auto rule = cost_at_accuracy({{50, a[3]}, {150, a[4]}}, a[1]);
    return 1 - *rule / *equal;
  };
  const Estimate saved = accuracies.estimate(saving);
  EXPECT_NEAR(saved.value, 0.5, 1e-12);
  EXPECT_NEAR(saved.low, 0.5, 0.06);
  EXPECT_NEAR(saved.high, 0.5, 0.06);
  EXPECT_LE(saved.low, saved.value);
}

TEST(Resampling, figures_may_be_infinite) {
  const ResampledAccuracies accuracies({{judged(500, 500)}});
  const Estimate found = accuracies.estimate([](const std::vector<double>& a) {
    return a[0] < 0.5 ? -std::numeric_limits<double>::infinity() : a[0];
  });
  EXPECT_EQ(found.value, 0.5);
  EXPECT_EQ(found.low, -std::numeric_limits<double>::infinity());
  EXPECT_GT(found.high, 0.5);
}

TEST(Resampling, is_of_the_same_images_and_some) {
  using Right = std::vector<std::vector<std::string>>;
  for (const Right& right : {Right{}, Right(1), Right{{std::string()}},
                             Right{{std::string("10")}, std::vector<std::string>{}},
                             Right{{std::string("10")}, {std::string("101")}}}) {
    EXPECT_THROW(ResampledAccuracies{right}, std::invalid_argument);
  }
}

}  // namespace
}  // namespace dcnsim

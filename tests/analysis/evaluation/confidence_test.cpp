// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/confidence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace dcnsim {
namespace {

/// By definition: the shares of which the observed one is as far as 1.96 standard deviations.
double deviations(double share, std::uint64_t hits, std::uint64_t trials) {
  const auto n = static_cast<double>(trials);
  return std::abs(static_cast<double>(hits) / n - share) / std::sqrt(share * (1 - share) / n);
}

TEST(Wilson, ends_lie_as_far_as_its_confidence_says) {
  for (const std::uint64_t trials : {1u, 2u, 10u, 50u, 1000u, 10'000u}) {
    for (const std::uint64_t hits :
         {std::uint64_t{0}, trials / 3, trials / 2, trials - 1, trials}) {
      const ShareInterval interval = wilson_interval(hits, trials);
      const double share = static_cast<double>(hits) / static_cast<double>(trials);
      EXPECT_LE(interval.low, share);
      EXPECT_GE(interval.high, share);
      if (hits == 0) {
        EXPECT_NEAR(interval.low, 0, 1e-12);
      } else {
        EXPECT_NEAR(deviations(interval.low, hits, trials), 1.96, 1e-4);
      }
      if (hits == trials) {
        EXPECT_NEAR(interval.high, 1, 1e-12);
      } else {
        EXPECT_NEAR(deviations(interval.high, hits, trials), 1.96, 1e-4);
      }
    }
  }
  EXPECT_EQ(wilson_interval(0, 0).low, 0);
  EXPECT_EQ(wilson_interval(0, 0).high, 1);
}

TEST(McNemar, counts_the_splits_that_are_as_unequal) {
  for (std::size_t first = 0; first <= 14; ++first) {
    for (std::size_t second = 0; second <= 14; ++second) {
      // Every sequence of coins once, by the number of heads: Pascal's triangle.
      std::vector<double> sequences{1};
      for (std::size_t coin = 0; coin < first + second; ++coin) {
        sequences.push_back(0);
        for (std::size_t k = sequences.size() - 1; k > 0; --k) sequences[k] += sequences[k - 1];
      }
      double as_unequal = 0, all = 0;
      for (std::size_t k = 0; k < sequences.size(); ++k) {
        all += sequences[k];
        const auto gap = [&](std::size_t heads) {
          return std::abs(2.0 * static_cast<double>(heads) - static_cast<double>(first + second));
        };
        if (gap(k) >= gap(first)) as_unequal += sequences[k];
      }
      const std::string both(7, '1'), none(5, '0');
      const PairedTest test =
          mcnemar(both + std::string(first, '1') + std::string(second, '0') + none,
                  both + std::string(first, '0') + std::string(second, '1') + none);
      EXPECT_EQ(test.only_first, first);
      EXPECT_EQ(test.only_second, second);
      EXPECT_NEAR(test.p, as_unequal / all, 1e-12) << first << " " << second;
      EXPECT_EQ(test.differ(), as_unequal / all < 0.05);
    }
  }
  EXPECT_THROW(mcnemar("10", "1"), std::invalid_argument);
}

}  // namespace
}  // namespace dcnsim

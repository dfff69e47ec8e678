// SPDX-License-Identifier: Apache-2.0
#include "analysis/allocation/problem.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "analysis/allocation/marginal_analysis.h"

namespace dcnsim {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

Problem valid() {
  return {{{"conv1", 2, {0.5, 0.25}, {3, 5}}, {"fc", 4, {0.125, kUnbounded}, {1, 2}}}, 1, 10};
}

std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

std::string complaint_about(const std::function<void(Problem&)>& spoil) {
  Problem problem = valid();
  spoil(problem);
  return complaint([&] { validate(problem); });
}

TEST(problem, valid_tables_with_a_forbidden_width_are_accepted) {
  EXPECT_NO_THROW(validate(valid()));
  EXPECT_NO_THROW(validate(Problem{}));
}

TEST(problem, invalid_tables_are_refused_by_the_name_of_the_tensor) {
  EXPECT_EQ(complaint_about([](Problem& p) { p.tensors[1].noise = p.tensors[1].cost = {}; }),
            "tensor 1 'fc': expected the noise of at least one width");
  EXPECT_EQ(complaint_about([](Problem& p) { p.tensors[1].cost.pop_back(); }),
            "tensor 1 'fc': expected a noise and a cost for every width, not 2 noises and 1 costs");
  EXPECT_EQ(complaint_about([](Problem& p) { p.tensors[0].cost[1] = std::nan(""); }),
            "tensor 0 'conv1', width 3: expected a finite cost, not nan");
  EXPECT_EQ(complaint_about([](Problem& p) { p.tensors[0].cost[0] = -kUnbounded; }),
            "tensor 0 'conv1', width 2: expected a finite cost, not -inf");
  EXPECT_EQ(complaint_about([](Problem& p) { p.tensors[0].noise[1] = std::nan(""); }),
            "tensor 0 'conv1', width 3: expected a noise of at least 0, not nan");
  EXPECT_EQ(complaint_about([](Problem& p) { p.tensors[0].noise[1] = -1; }),
            "tensor 0 'conv1', width 3: expected a noise of at least 0, not -1.000000");
  EXPECT_EQ(complaint_about([](Problem& p) { p.tensors[1].noise[0] = kUnbounded; }),
            "tensor 1 'fc': expected a width of finite noise; all are forbidden");
}

TEST(problem, invalid_fixed_parts_are_refused) {
  EXPECT_EQ(complaint_about([](Problem& p) { p.fixed_noise = -1; }),
            "fixed noise: expected a finite number of at least 0, not -1.000000");
  EXPECT_EQ(complaint_about([](Problem& p) { p.fixed_cost = kUnbounded; }),
            "fixed cost: expected a finite number, not inf");
}

TEST(problem, every_optimiser_validates) {
  Problem problem = valid();
  problem.tensors[1].cost.pop_back();
  EXPECT_THROW(minimise_cost(problem, 1), std::invalid_argument);
  EXPECT_THROW(minimise_noise(problem, 1), std::invalid_argument);
  EXPECT_THROW(trade_off(problem), std::invalid_argument);
  EXPECT_THROW(solution_of(problem, {2, 4}), std::invalid_argument);
}

TEST(problem, evaluation_adds_the_fixed_part_and_every_tensor) {
  const Solution solution = solution_of(valid(), {3, 4});
  EXPECT_EQ(solution.widths, (std::vector<int>{3, 4}));
  EXPECT_EQ(solution.noise, 1.375);
  EXPECT_EQ(solution.cost, 16);
  EXPECT_FALSE(solution.is_proven);
  EXPECT_EQ(solution_of(valid(), {3, 5}).noise, kUnbounded);
}

TEST(problem, evaluation_refuses_widths_that_do_not_fit_the_tables) {
  EXPECT_EQ(complaint([] { solution_of(valid(), {3}); }),
            "widths: expected one for each of 2 tensors, not 1");
  EXPECT_EQ(complaint([] {
              solution_of(valid(), {1, 4});
            }),
            "tensor 0 'conv1': expected a width from 2 to 3, not 1");
  EXPECT_EQ(complaint([] {
              solution_of(valid(), {2, 6});
            }),
            "tensor 1 'fc': expected a width from 4 to 5, not 6");
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/muon.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace dcnsim {
namespace {

TEST(Muon, MakesStepsOrthogonal) {
  torch::manual_seed(1);
  for (const auto& [rows, columns] : {std::pair{8, 64}, {64, 8}, {16, 200}}) {
    const torch::Tensor values =
        torch::linalg_svdvals(orthogonalized(torch::randn({rows, columns})), c10::nullopt);
    EXPECT_GT(values.min().item<double>(), 0.6) << rows;
    EXPECT_LT(values.max().item<double>(), 1.3) << rows;
  }
}

TEST(Muon, KeepsDirections) {
  torch::manual_seed(2);
  const torch::Tensor matrix = torch::randn({6, 30});
  const auto [u, s, vh] = torch::linalg_svd(matrix, false, c10::nullopt);
  const torch::Tensor alignment = u.t().mm(orthogonalized(matrix)).mm(vh.t());
  const torch::Tensor off_diagonal = alignment - alignment.diagonal().diag();
  EXPECT_LT(off_diagonal.abs().max().item<double>(), 1e-5);
}

TEST(Muon, MakesStepsOrthogonalInBFloat16) {
  if (precision_named("auto") != Precision::kBFloat16) {
    GTEST_SKIP() << "libtorch rounds sums, too, where the processor does not multiply bfloat16";
  }
  torch::manual_seed(5);
  for (const auto& [rows, columns] : {std::pair{48, 27}, {64, 576}, {128, 1152}}) {
    const torch::Tensor matrix = torch::randn({rows, columns});
    const torch::Tensor exact = orthogonalized(matrix);
    const torch::Tensor rounded = orthogonalized(matrix, Precision::kBFloat16);
    EXPECT_EQ(rounded.scalar_type(), torch::kFloat32);
    const double distance = ((rounded - exact).norm() / exact.norm()).item<double>();
    EXPECT_GT(distance, 0) << rows;
    EXPECT_LT(distance, 0.06) << rows;
  }
}

TEST(Muon, StepsAreRelativeToTheNorm) {
  torch::manual_seed(3);
  for (const double scale : {1e-3, 1.0, 1e3}) {
    torch::Tensor filter = (scale * torch::randn({8, 3, 3, 3})).requires_grad_();
    const torch::Tensor before = filter.detach().clone();
    filter.mutable_grad() = torch::randn({8, 3, 3, 3});
    Muon({filter}, 0.9, Muon::Norm::kFree).step(0.01);
    EXPECT_NEAR(((filter.detach() - before).norm() / before.norm()).item<double>(), 0.01, 1e-4);
  }
}

TEST(Muon, KeepsFiltersAtUnitNorm) {
  torch::manual_seed(4);
  torch::Tensor filter = (100 * torch::randn({8, 3, 3, 3})).requires_grad_();
  filter.mutable_grad() = torch::zeros({8, 3, 3, 3});
  Muon({filter}, 0.9, Muon::Norm::kUnit).step(0.01);
  EXPECT_NEAR(filter.detach().norm().item<double>(), std::sqrt(8.0), 1e-4);
}

TEST(Muon, DescendsALeastSquaresProblem) {
  torch::manual_seed(5);
  const torch::Tensor wanted = torch::randn({4, 10});
  torch::Tensor filter = torch::randn({4, 10}).requires_grad_();
  Muon muon({filter}, 0.5, Muon::Norm::kFree);
  const auto loss = [&] { return (filter - wanted).square().sum(); };
  const double before = loss().item<double>();
  for (int i = 0; i < 100; ++i) {
    if (filter.grad().defined()) filter.mutable_grad().zero_();
    loss().backward();
    muon.step(0.1 * (1 - i / 100.0));
  }
  EXPECT_LT(loss().item<double>(), 0.05 * before);
}

TEST(Muon, GoesOnFromItsSavedState) {
  torch::manual_seed(6);
  torch::Tensor filter = torch::randn({4, 10}).requires_grad_();
  const torch::Tensor gradient = torch::randn({4, 10});
  filter.mutable_grad() = gradient;
  Muon muon({filter}, 0.9, Muon::Norm::kFree);
  muon.step(0.1);
  std::stringstream bytes;
  torch::serialize::OutputArchive out;
  muon.save(out);
  out.save_to(bytes);

  torch::Tensor twin = filter.detach().clone().requires_grad_();
  twin.mutable_grad() = torch::ones({4, 10});
  filter.mutable_grad() = torch::ones({4, 10});
  Muon resumed({twin}, 0.9, Muon::Norm::kFree);
  torch::serialize::InputArchive in;
  in.load_from(bytes);
  resumed.load(in);
  muon.step(0.1);
  resumed.step(0.1);
  EXPECT_TRUE(twin.equal(filter));
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/trained_network.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/network_images.h"
#include "tests/workloads/training/tiny_training.h"
#include "workloads/float_executor.h"

namespace dcnsim {
namespace {

/// Batch-norm statistics, biases and weights as training could leave them.
void disturb(TrainedNet& net, const torch::Tensor& images) {
  torch::NoGradGuard no_gradients;
  torch::manual_seed(1);
  net.train();
  for (int i = 0; i < 5; ++i) net.forward(images);
  for (torch::Tensor& parameter : net.parameters()) {
    parameter.add_(0.05 * torch::randn_like(parameter));
  }
  net.eval();
}

class FoldedNetwork : public testing::TestWithParam<std::string> {};

TEST_P(FoldedNetwork, ComputesWhatWasTrained) {
  const TrainedArchitecture architecture =
      GetParam() == "tiny" ? tiny_architecture() : trained_architecture(GetParam());
  const Dataset images = embedded_images().validation;
  const PixelStatistics statistics = pixel_statistics(images);
  TrainedNet net(architecture, statistics);
  const torch::Tensor batch = plain_batch(images, statistics, 0, 10).first;
  disturb(net, batch);
  torch::NoGradGuard no_gradients;
  const torch::Tensor expected = net.forward(batch);
  // Of sums in single precision, in another order.
  const double tolerance = 1e-4 * expected.abs().max().item<double>();
  const FloatNetwork folded = net.folded();
  FloatExecutor executor(folded);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::vector<float> logits = executor.run(image_values(images, i)).back();
    ASSERT_EQ(logits.size(), 10U);
    for (std::size_t c = 0; c < 10; ++c) {
      EXPECT_NEAR(
          logits[c],
          expected[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(c)].item<float>(),
          tolerance);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Of, FoldedNetwork,
                         testing::Values("tiny", "compact", "large", "deep", "wide"),
                         [](const auto& test) { return test.param; });

TEST(TrainedNet, TakesSmallerImages) {
  for (const char* name : {"compact", "large", "deep", "wide"}) {
    TrainedNet net(trained_architecture(name), raw_pixels());
    EXPECT_EQ(net.forward(torch::zeros({2, 3, 24, 24})).sizes(), torch::IntArrayRef({2, 10}));
  }
}

TEST(TrainedNet, DividesItsParametersInTwo) {
  TrainedNet net(trained_architecture("wide"), raw_pixels());
  EXPECT_EQ(net.filters().size(), 8U);
  EXPECT_EQ(net.filters().size() + net.others().size(), net.parameters().size());
}

TEST(TrainedNet, RefusesUnknownNamesAndPoolsThatLeaveNothing) {
  EXPECT_THROW(trained_architecture("narrow"), std::invalid_argument);
  EXPECT_THROW(TrainedNet({"none", {{4, 0, 8}, {4, 0, 8}}, {}}, raw_pixels()),
               std::invalid_argument);
}

TEST(TrainedNet, RefusesToAddWhatIsNoEarlierOutputOfTheSameShape) {
  for (const int added : {-2, 0, 2, 3}) {  // 0: before the pool
    EXPECT_THROW(TrainedNet({"none", {{4, 1}, {4, 1, 2}, {4, 1, 1, added}}, {}}, raw_pixels()),
                 std::invalid_argument)
        << added;
  }
  EXPECT_NO_THROW(TrainedNet({"one", {{4, 1}, {4, 1, 2}, {4, 1, 1, 1}}, {}}, raw_pixels()));
}

}  // namespace
}  // namespace dcnsim

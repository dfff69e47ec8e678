// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/learner.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace dcnsim {
namespace {

constexpr std::size_t kEvaluationBatch = 500;
constexpr double kAdamBeta1 = 0.9, kAdamBeta2 = 0.99;

}  // namespace

torch::optim::AdamOptions adam_options() {
  return torch::optim::AdamOptions().betas(std::make_tuple(kAdamBeta1, kAdamBeta2));
}

void require_rate(const char* field, double rate) {
  if (rate > 0) return;
  throw std::invalid_argument(fmt::format("{}: {}, expected more than 0", field, rate));
}

double share_right(const Dataset& images, const PixelStatistics& statistics, torch::Device device,
                   const std::function<torch::Tensor(const torch::Tensor&)>& logits) {
  torch::NoGradGuard no_gradients;
  std::int64_t correct = 0;
  for (std::size_t first = 0; first < images.size(); first += kEvaluationBatch) {
    const std::size_t count = std::min(kEvaluationBatch, images.size() - first);
    const auto [batch, labels] = plain_batch(images, statistics, first, count);
    const torch::Tensor classes = logits(batch.to(device)).argmax(1);
    correct += (classes == labels.to(device)).sum().item<std::int64_t>();
  }
  return static_cast<double>(correct) / static_cast<double>(images.size());
}

}  // namespace dcnsim

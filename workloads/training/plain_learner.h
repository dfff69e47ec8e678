// SPDX-License-Identifier: Apache-2.0
// A plain network trained from scratch: Muon for the filters, Adam for everything else.
#pragma once

#include <memory>

#include "workloads/training/learner.h"
#include "workloads/training/muon.h"
#include "workloads/training/plain_network.h"

namespace dcnsim {

/// Rates of the first step.
struct PlainRates {
  double filters = 0.05;   ///< Muon: relative to the filters
  double momentum = 0.85;  ///< of filters, a step
  double others = 0.002;   ///< Adam: biases, last layer
};

class PlainLearner : public Learner {
 public:
  /// `images`: the training images, which must outlive it. Throws std::invalid_argument: a rate
  /// that is not positive.
  PlainLearner(const PlainArchitecture& architecture, const Dataset& images,
               const PlainRates& rates, std::uint64_t seed, torch::Device device);

  /// With batch-norm and the normalisation of pixels folded in.
  FloatNetwork network() const { return net_->folded(); }

  std::string description() const override;
  torch::Tensor forward(const torch::Tensor& images) override;
  void step(double rate) override;
  double accuracy(const Dataset& images) override;
  void save(torch::serialize::OutputArchive& archive) const override;
  void load(torch::serialize::InputArchive& archive) override;

 private:
  const PlainArchitecture architecture_;
  const PlainRates rates_;
  const torch::Device device_;
  const PixelStatistics statistics_;
  std::shared_ptr<PlainNet> net_;
  Muon muon_;
  torch::optim::Adam adam_;
};

}  // namespace dcnsim

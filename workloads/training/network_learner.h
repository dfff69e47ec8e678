// SPDX-License-Identifier: Apache-2.0
// A network trained from scratch: Muon for the filters, Adam for everything else.
#pragma once

#include <memory>

#include "workloads/training/learner.h"
#include "workloads/training/muon.h"
#include "workloads/training/trained_network.h"

namespace dcnsim {

struct LearnerOptions {
  double filter_rate = 0.05;  ///< Muon: of the first step, relative to the filters
  double filter_momentum = 0.85;
  double other_rate = 0.002;  ///< Adam: of the first step, biases and the last layer
  Precision precision = Precision::kFloat32;
  /// What is validated and written is the average of the network over about so many steps, recent
  /// ones count most (by e in so many steps); 1: the network of the last step.
  std::int64_t averaged_steps = 100;
  /// Checkpoint of a training of the same network, whose average is what this one begins with;
  /// empty: begins with random filters.
  std::string start;
};

class NetworkLearner : public Learner {
 public:
  /// `images`: the training images, which must outlive it. Throws std::invalid_argument: a rate or
  /// a number of steps that is not positive. std::runtime_error: `options.start` is no checkpoint
  /// of this network.
  NetworkLearner(const TrainedArchitecture& architecture, const Dataset& images,
                 const LearnerOptions& options, std::uint64_t seed, torch::Device device);

  /// The average, with batch-norm and the normalisation of pixels folded in.
  FloatNetwork network() const { return average_->folded(); }

  std::string description() const override;
  torch::Tensor forward(const torch::Tensor& images) override;
  void step(double rate) override;
  double accuracy(const Dataset& images) override;
  void save(torch::serialize::OutputArchive& archive) const override;
  void load(torch::serialize::InputArchive& archive) override;

 private:
  void start_from(const std::string& path);
  void average();

  const TrainedArchitecture architecture_;
  const LearnerOptions options_;
  const torch::Device device_;
  const PixelStatistics statistics_;
  std::string start_sha256_;  ///< of the checkpoint it begins with, if any
  std::shared_ptr<TrainedNet> net_, average_;
  std::int64_t averaged_ = 0;  ///< steps in the average
  Muon muon_;
  torch::optim::Adam adam_;
};

}  // namespace dcnsim

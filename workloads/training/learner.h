// SPDX-License-Identifier: Apache-2.0
// What a trainer trains.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <string>

#include "workloads/training/training_data.h"

namespace dcnsim {

class Learner {
 public:
  virtual ~Learner() = default;

  /// What distinguishes it from other learners, in words, for checkpoints.
  virtual std::string description() const = 0;

  /// N x 3 x H x W normalised images, channels innermost in memory, to N x 10 logits.
  virtual torch::Tensor forward(const torch::Tensor& images) = 0;

  /// A step down the gradients that the last backward pass left; `rate` falls from 1 to 0.
  virtual void step(double rate) = 0;

  /// Share of the images classified right.
  virtual double accuracy(const Dataset& images) = 0;

  /// Called after each epoch (and before the first) with the accuracy on the validation images.
  virtual void epoch_ended(double /*validation_accuracy*/) {}

  /// Everything that decides about its next steps.
  virtual void save(torch::serialize::OutputArchive& archive) const = 0;
  /// Throws c10::Error if something is missing or has another shape.
  virtual void load(torch::serialize::InputArchive& archive) = 0;
};

/// Adam's, of all learners; its rate is set at every step.
torch::optim::AdamOptions adam_options();

/// Throws std::invalid_argument with the field unless the rate is positive.
void require_rate(const char* field, double rate);

/// Share of the images, normalised by `statistics`, whose largest of `logits(batch)` is their
/// label's.
double share_right(const Dataset& images, const PixelStatistics& statistics, torch::Device device,
                   const std::function<torch::Tensor(const torch::Tensor&)>& logits);

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Shows images to a learner, step by step, with a state that can be kept and taken up again.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/recipe.h"
#include "workloads/training/learner.h"
#include "workloads/training/training_data.h"

namespace dcnsim {

/// What an epoch gave.
struct EpochRecord {
  double loss = 0;                 ///< mean over the batches
  double training_accuracy = 0;    ///< share of the varied images, while the network changed
  double validation_accuracy = 0;  ///< after the epoch
  double seconds = 0;              ///< of work since the beginning, interruptions left out
};

/// What Trainer::save() wrote.
struct Checkpoint {
  std::string description;  ///< of the training, in words
  std::string sha256;       ///< of all
  torch::serialize::InputArchive archive;
  std::vector<double> progress;
};

/// Throws std::runtime_error: not such a file.
Checkpoint read_checkpoint(const std::string& path, torch::Device device);

class Trainer {
 public:
  /// `learner` and `data` must outlive it. Throws std::invalid_argument: a recipe that cannot be,
  /// with the field.
  Trainer(Learner& learner, const TrainingData& data, const Recipe& recipe, torch::Device device);

  /// One batch; at the end of an epoch also the validation.
  void step();
  bool finished() const { return done_ == steps(); }
  std::int64_t done() const { return done_; }
  std::int64_t steps() const { return recipe_.epochs * steps_an_epoch_; }
  std::int64_t steps_an_epoch() const { return steps_an_epoch_; }
  const std::vector<EpochRecord>& records() const { return records_; }

  /// Everything that decides about the steps to come. The file appears whole or not at all.
  void save(const std::string& path) const;
  /// Goes on where a trainer of the same learner, recipe and data was saved: the same bytes come
  /// out on the same machine with as many threads. Throws std::runtime_error: not such a file, or
  /// of another training (says which).
  void resume(const std::string& path);

 private:
  std::string description() const;

  Learner& learner_;
  const TrainingData& data_;
  const std::string pixels_sha256_;  ///< of the training images
  const Recipe recipe_;
  const torch::Device device_;
  const std::int64_t steps_an_epoch_;
  Augmenter augmenter_;
  std::int64_t done_ = 0;
  double loss_ = 0, correct_ = 0, seconds_ = 0;  ///< of the epoch, of the epoch, of all
  std::vector<EpochRecord> records_;
};

}  // namespace dcnsim

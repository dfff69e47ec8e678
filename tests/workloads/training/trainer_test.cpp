// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include "analysis/quantizer/quantize_network.h"
#include "tests/fuzz/mutation.h"
#include "tests/support/network_images.h"
#include "tests/support/temporary_folder.h"
#include "tests/workloads/training/tiny_training.h"
#include "workloads/executor.h"
#include "workloads/training/fine_tuner.h"
#include "workloads/training/memory.h"

namespace dcnsim {
namespace {

/// Of tests that demand a success of training. A processor's instruction sets round its float sums
/// each in their own way, which sends the same training elsewhere: what is demanded must hold far
/// beyond the differences between seeds.
constexpr std::uint64_t kSeeds[] = {1, 2, 3};

bool operator==(const FloatNetwork& a, const FloatNetwork& b) {
  if (a.layers.size() != b.layers.size()) return false;
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    if (a.layers[i].weights != b.layers[i].weights || a.layers[i].bias != b.layers[i].bias) {
      return false;
    }
  }
  return true;
}

class TrainerTest : public testing::Test {
 protected:
  void SetUp() override { torch::set_num_threads(1); }

  std::string path(const std::string& name) const { return folder_.path(name); }

  static std::unique_ptr<NetworkLearner> learner_of(const TrainingData& data, std::uint64_t seed,
                                                    Precision precision = Precision::kFloat32) {
    LearnerOptions options;
    options.precision = precision;
    return std::make_unique<NetworkLearner>(tiny_architecture(), data.training, options, seed,
                                            torch::kCPU);
  }
  std::unique_ptr<NetworkLearner> network_learner(std::uint64_t seed = 1) const {
    return learner_of(data_, seed);
  }

  /// A tiny network after a short training.
  static std::unique_ptr<NetworkLearner> trained_on(const TrainingData& data, std::uint64_t seed) {
    auto learner = learner_of(data, seed);
    Recipe recipe = tiny_recipe();
    recipe.seed = seed;
    Trainer trainer(*learner, data, recipe, torch::kCPU);
    while (!trainer.finished()) trainer.step();
    return learner;
  }
  FloatNetwork trained() const { return trained_on(data_, 1)->network(); }

  static NetworkFormats formats(const FloatNetwork& network, int weight_bits, int activation_bits,
                                const Dataset& calibration = embedded_images().training) {
    QuantizeOptions options;
    options.weight_bits = weight_bits;
    options.activation_bits = activation_bits;
    return formats_of(quantize_network(network, calibration, options).network);
  }

  std::unique_ptr<FineTuner> fine_tuner(const FloatNetwork& network, int weight_bits,
                                        int activation_bits, bool reestimates = false) const {
    FineTuneOptions options;
    if (reestimates) {
      options.reestimate = [=](const FloatNetwork& tuned) {
        return formats(tuned, weight_bits, activation_bits);
      };
    }
    return std::make_unique<FineTuner>(network, formats(network, weight_bits, activation_bits),
                                       options, data_.training, torch::kCPU);
  }

  static Recipe fine_tuning_recipe() {
    Recipe recipe = tiny_recipe();
    recipe.small_share = 0;
    recipe.epochs = 2;
    return recipe;
  }

  std::string error_of_resuming(Learner& learner, const std::string& checkpoint) const {
    Trainer trainer(learner, data_, tiny_recipe(), torch::kCPU);
    try {
      trainer.resume(checkpoint);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }

  const TrainingData data_ = embedded_images();
  const TemporaryFolder folder_;
};

class LearnerTest : public TrainerTest, public testing::WithParamInterface<Precision> {};
INSTANTIATE_TEST_SUITE_P(In, LearnerTest,
                         testing::Values(Precision::kFloat32, Precision::kBFloat16),
                         [](const auto& test) { return to_string(test.param); });

TEST_P(LearnerTest, Learns) {
  const TrainingData data = striped_images();
  for (const std::uint64_t seed : kSeeds) {
    SCOPED_TRACE(seed);
    const auto learner = learner_of(data, seed, GetParam());
    Recipe recipe = tiny_recipe();
    recipe.epochs = 5;
    recipe.seed = seed;
    Trainer trainer(*learner, data, recipe, torch::kCPU);
    EXPECT_EQ(trainer.steps(), 50);
    while (!trainer.finished()) trainer.step();
    ASSERT_EQ(trainer.records().size(), 5U);
    EXPECT_LT(trainer.records().back().loss, trainer.records().front().loss - 0.4);
    // Ten classes: chance is 10 %.
    EXPECT_GT(learner->accuracy(data.training), 0.7);
    EXPECT_GT(trainer.records().back().validation_accuracy, 0.7);
  }
}

TEST_F(TrainerTest, GoesOnFromACheckpointToTheSameBytes) {
  for (const std::int64_t stop : {1, 10, 17}) {
    SCOPED_TRACE(stop);
    const auto straight = network_learner(), first = network_learner(), second = network_learner();
    Trainer through(*straight, data_, tiny_recipe(), torch::kCPU);
    while (!through.finished()) through.step();
    {
      Trainer before(*first, data_, tiny_recipe(), torch::kCPU);
      while (before.done() < stop) before.step();
      before.save(path("checkpoint"));
    }
    Trainer after(*second, data_, tiny_recipe(), torch::kCPU);
    after.resume(path("checkpoint"));
    EXPECT_EQ(after.done(), stop);
    while (!after.finished()) after.step();
    EXPECT_TRUE(second->network() == straight->network());
    ASSERT_EQ(after.records().size(), through.records().size());
    for (std::size_t i = 0; i < after.records().size(); ++i) {
      EXPECT_EQ(after.records()[i].loss, through.records()[i].loss);
      EXPECT_EQ(after.records()[i].validation_accuracy, through.records()[i].validation_accuracy);
    }
  }
}

TEST_F(TrainerTest, PrecisionDecidesAndIsPartOfCheckpoints) {
  const auto in_float = learner_of(data_, 1),
             in_bfloat = learner_of(data_, 1, Precision::kBFloat16);
  for (NetworkLearner* learner : {in_float.get(), in_bfloat.get()}) {
    Trainer trainer(*learner, data_, tiny_recipe(), torch::kCPU);
    trainer.step();
    trainer.save(path("checkpoint"));
  }
  EXPECT_FALSE(in_bfloat->network() == in_float->network());
  EXPECT_NE(error_of_resuming(*in_float, path("checkpoint"))
                .find("(convolutions in bfloat16, expected convolutions in float32)"),
            std::string::npos);
}

TEST_F(TrainerTest, FineTuningComputesNarrowCodesInBFloat16Alone) {
  const FloatNetwork network = trained();
  const torch::Tensor pixels =
      plain_batch(data_.validation, raw_pixels(), 0, 20).first.contiguous();
  const auto outputs = [&](int bits, Precision precision) {
    return QuantizedNet(network, formats(network, bits, bits), {}, QuantizedNet::Images::kPixels,
                        precision)
        .outputs(pixels);
  };
  for (const int bits : {4, 8, 9}) {
    const auto in_float = outputs(bits, Precision::kFloat32),
               in_bfloat = outputs(bits, Precision::kBFloat16);
    EXPECT_TRUE(in_bfloat[0].equal(in_float[0])) << "the image's sums";
    EXPECT_EQ(in_bfloat[1].equal(in_float[1]), bits > 8) << bits;
    // Sums have 8 bits.
    const double largest = in_float[1].abs().max().item<double>();
    EXPECT_LT((in_bfloat[1] - in_float[1]).abs().max().item<double>(), largest / 8) << bits;
  }
}

TEST_F(TrainerTest, WhatIsWrittenIsTheAverageOfTheLastSteps) {
  const auto weights = [&](std::int64_t averaged_steps, int steps) {
    LearnerOptions options;
    options.averaged_steps = averaged_steps;
    NetworkLearner learner(tiny_architecture(), data_.training, options, 1, torch::kCPU);
    Trainer trainer(learner, data_, tiny_recipe(), torch::kCPU);
    while (trainer.done() < steps) trainer.step();
    return learner.network().layers.back().weights;
  };
  const std::vector<float> first = weights(1, 1), second = weights(1, 2), third = weights(1, 3),
                           mean = weights(100, 3);
  EXPECT_NE(first, second);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    EXPECT_NEAR(mean[i], (first[i] + second[i] + third[i]) / 3, 1e-6);
  }
}

/// Says the same of every image.
class Stubborn : public Learner {
 public:
  std::string description() const override { return "stubborn"; }
  torch::Tensor forward(const torch::Tensor& images) override {
    return logits_.expand({images.size(0), 10});
  }
  void step(double) override {}
  double accuracy(const Dataset&) override { return 0; }
  void save(torch::serialize::OutputArchive&) const override {}
  void load(torch::serialize::InputArchive&) override {}

 private:
  torch::Tensor logits_ = torch::arange(10).to(torch::kFloat).requires_grad_();
};

TEST_F(TrainerTest, LabelsOfMixedImagesCountByArea) {
  Recipe recipe = tiny_recipe();
  recipe.epochs = 1;
  recipe.label_smoothing = 0.25;
  recipe.augmentation.mixed_share = 0.75;
  Stubborn learner;
  Trainer trainer(learner, data_, recipe, torch::kCPU);
  while (!trainer.finished()) trainer.step();

  double sum = 0;  // of exp(0) to exp(9)
  for (int i = 0; i < 10; ++i) sum += std::exp(i);
  const auto loss = [&](int label) {  // logits are their own numbers, 4.5 in the mean
    return std::log(sum) - 0.75 * label - 0.25 * 4.5;
  };
  const Augmenter augmenter(data_.training, pixel_statistics(data_.training), recipe.augmentation,
                            recipe.seed);
  const Batch batch = augmenter.batch(0, data_.training.size());
  double expected = 0;
  int mixed = 0;
  for (std::int64_t i = 0; i < 400; ++i) {
    const std::int64_t next = i % 40 == 39 ? i - 39 : i + 1;  // batches of 40
    const double own = batch.own_shares[i].item<float>();
    expected += (own * loss(batch.labels[i].item<int>()) +
                 (1 - own) * loss(batch.labels[next].item<int>())) /
                400;
    mixed += own < 1 ? 1 : 0;
  }
  EXPECT_GT(mixed, 200);
  EXPECT_NEAR(trainer.records().front().loss, expected, 1e-4);
}

TEST_F(TrainerTest, StartsWithWhatAnotherTrainingReached) {
  const auto first = network_learner();
  Trainer before(*first, data_, tiny_recipe(), torch::kCPU);
  while (!before.finished()) before.step();
  before.save(path("first"));

  LearnerOptions options;
  options.start = path("first");
  const auto started = [&] {
    return std::make_unique<NetworkLearner>(tiny_architecture(), data_.training, options, 2,
                                            torch::kCPU);
  };
  const auto second = started(), again = started();
  EXPECT_TRUE(second->network() == first->network());
  Trainer on(*second, data_, tiny_recipe(), torch::kCPU);
  on.step();
  on.save(path("second"));
  on.step();
  EXPECT_FALSE(second->network() == first->network());
  Trainer resumed(*again, data_, tiny_recipe(), torch::kCPU);
  resumed.resume(path("second"));
  resumed.step();
  EXPECT_TRUE(again->network() == second->network());
  EXPECT_NE(error_of_resuming(*network_learner(), path("second")).find("is of another training"),
            std::string::npos)
      << "one that did not start there";

  const auto refusal = [&](const TrainedArchitecture& architecture, const std::string& start) {
    options.start = start;
    try {
      NetworkLearner(architecture, data_.training, options, 1, torch::kCPU);
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refusal(trained_architecture("compact"), path("first"))
                .find("first: is of another training than of a network compact"),
            std::string::npos);
  EXPECT_NE(refusal(tiny_architecture(), DCNSIM_SOURCE_DIR "/README.md").find("README.md: is not"),
            std::string::npos);
  TrainedArchitecture other = tiny_architecture();
  other.convs[1].channels = 8;
  EXPECT_NE(refusal(other, path("first")).find("first: is of a network tiny of other layers"),
            std::string::npos);
}

TEST_F(TrainerTest, SeedsDecide) {
  const auto a = network_learner(1), b = network_learner(2);
  EXPECT_FALSE(a->network() == b->network());
  EXPECT_TRUE(network_learner(1)->network() == a->network());
}

TEST_F(TrainerTest, RefusesCheckpointsOfOtherTrainings) {
  const auto learner = network_learner();
  Trainer(*learner, data_, tiny_recipe(), torch::kCPU).save(path("checkpoint"));
  EXPECT_EQ(error_of_resuming(*learner, path("checkpoint")), "");
  LearnerOptions faster;
  faster.filter_rate = 0.1;
  NetworkLearner other(tiny_architecture(), data_.training, faster, 1, torch::kCPU);
  EXPECT_NE(error_of_resuming(other, path("checkpoint"))
                .find("checkpoint: is of another training (filter rate 0.05, expected filter rate "
                      "0.1); delete it or write to another file"),
            std::string::npos)
      << error_of_resuming(other, path("checkpoint"));
  const FloatNetwork network = trained();
  EXPECT_NE(error_of_resuming(*fine_tuner(network, 8, 8), path("checkpoint"))
                .find("is of another training"),
            std::string::npos);
}

TEST_F(TrainerTest, RefusesDamagedCheckpointsAndStaysAsItWas) {
  const auto learner = network_learner();
  Trainer(*learner, data_, tiny_recipe(), torch::kCPU).save(path("checkpoint"));
  std::ifstream in(path("checkpoint"), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, std::size_t{80}}) {
    std::ofstream(path("cut"), std::ios::binary) << bytes.substr(0, size);
    EXPECT_NE(error_of_resuming(*learner, path("cut")).find("cut: is not a checkpoint"),
              std::string::npos)
        << size;
  }
  fuzz::Mutation mutation(1);
  const std::string line = "dcnsim checkpoint 1\n";
  for (int trial = 0; trial < 200; ++trial) {
    const std::string odd = trial == 0 ? bytes.substr(0, bytes.size() / 2)
                                       : line + mutation(bytes.substr(line.size()), bytes);
    if (odd == bytes) continue;
    std::ofstream(path("odd"), std::ios::binary) << odd;
    EXPECT_EQ(error_of_resuming(*learner, path("odd")),
              path("odd") + ": is damaged: not what was written")
        << trial;
  }
  EXPECT_NE(error_of_resuming(*learner, DCNSIM_SOURCE_DIR "/README.md").find("README.md: is not"),
            std::string::npos);
}

TEST_F(TrainerTest, RefusesRecipesThatCannotBe) {
  const auto learner = network_learner();
  for (const auto& spoil : std::vector<void (*)(Recipe&)>{
           [](Recipe& r) { r.epochs = 0; }, [](Recipe& r) { r.batch = 1; },
           [](Recipe& r) { r.batch = 401; }, [](Recipe& r) { r.label_smoothing = 1; },
           [](Recipe& r) { r.small_share = 1.5; },
           [](Recipe& r) { r.augmentation.mixed_share = 1.5; }}) {
    Recipe recipe = tiny_recipe();
    spoil(recipe);
    EXPECT_THROW(Trainer(*learner, data_, recipe, torch::kCPU), std::invalid_argument);
  }
  LearnerOptions still;
  still.filter_rate = 0;
  EXPECT_THROW(NetworkLearner(tiny_architecture(), data_.training, still, 1, torch::kCPU),
               std::invalid_argument);
}

TEST_P(LearnerTest, FineTuningRecoversWhatNarrowWidthsLose) {
  const TrainingData data = striped_images();
  Recipe recipe = fine_tuning_recipe();
  recipe.epochs = 6;
  recipe.batch = 20;
  double lost = 0, recovered = 0;  // means over the seeds
  for (const std::uint64_t seed : kSeeds) {
    const auto learner = trained_on(data, seed);
    const FloatNetwork network = learner->network();
    const NetworkFormats narrow = formats(network, 2, 1, data.validation);
    FineTuneOptions options;
    options.rates = rates_by_width(network, narrow, {});
    options.precision = GetParam();
    FineTuner tuner(network, narrow, options, data.training, torch::kCPU);
    const double before = tuner.accuracy(data.training);
    recipe.seed = seed;
    Trainer trainer(tuner, data, recipe, torch::kCPU);
    while (!trainer.finished()) trainer.step();
    EXPECT_GE(tuner.best_accuracy(), trainer.records().back().validation_accuracy);
    lost += (learner->accuracy(data.training) - before) / std::size(kSeeds);
    recovered += (tuner.accuracy(data.training) - before) / std::size(kSeeds);
  }
  EXPECT_GT(lost, 0.5);
  EXPECT_GT(recovered, lost / 2);
}

TEST_F(TrainerTest, FineTuningTakesLargerStepsWithCoarserWeights) {
  const FloatNetwork network = trained();
  const auto filter_rate = [&](NetworkFormats of, LeftInFloat in_float = {}) {
    return rates_by_width(network, of, in_float).filters;
  };
  EXPECT_DOUBLE_EQ(filter_rate(formats(network, 4, 8)), 0.005);
  EXPECT_DOUBLE_EQ(filter_rate(formats(network, 2, 8)), 0.005 * std::sqrt(5));
  for (const int fine : {8, 16}) EXPECT_DOUBLE_EQ(filter_rate(formats(network, fine, 4)), 0.001);
  EXPECT_DOUBLE_EQ(filter_rate(formats(network, 4, 8), {true, false}), 0.001);
  EXPECT_DOUBLE_EQ(rates_by_width(network, formats(network, 8, 8), {}).others, 0.0004);
  // The mean is over weights: a small layer counts for little.
  NetworkFormats mixed = formats(network, 4, 8);
  mixed.layers.front().weight.bits = 16;
  EXPECT_LT(filter_rate(mixed), 0.005);
  EXPECT_GT(filter_rate(mixed), 0.003);
  FloatNetwork pools = network;
  for (FloatLayer& layer : pools.layers) layer.weights.clear();
  EXPECT_THROW(rates_by_width(pools, mixed, {}), std::invalid_argument);
}

TEST_F(TrainerTest, FineTuningJudgesByTheReferenceExecutor) {
  const FloatNetwork network = trained();
  const auto tuner = fine_tuner(network, 4, 4);
  Trainer trainer(*tuner, data_, fine_tuning_recipe(), torch::kCPU);
  while (!trainer.finished()) trainer.step();
  const FixedNetwork best = in_fixed_point(tuner->best(), tuner->best_formats());
  Executor executor(best, Accumulator{});
  int correct = 0;
  for (std::size_t i = 0; i < data_.validation.size(); ++i) {
    correct += argmax(executor.run(image_tensor(data_.validation, i)).layers.back()) ==
               data_.validation.labels[i];
  }
  EXPECT_EQ(correct / 100.0, tuner->best_accuracy());
}

TEST_F(TrainerTest, FineTuningKeepsTheBestStateTheBeginningIncluded) {
  const TrainingData data = striped_images();
  const FloatNetwork network = trained_on(data, 1)->network();
  FineTuneOptions options;
  options.rates = {10, 0.9, 10};  // destroys it
  FineTuner tuner(network, formats(network, 8, 8, data.validation), options, data.training,
                  torch::kCPU);
  const double before = tuner.accuracy(data.validation);
  Trainer trainer(tuner, data, fine_tuning_recipe(), torch::kCPU);
  while (!trainer.finished()) trainer.step();
  EXPECT_LT(trainer.records().back().validation_accuracy, before - 0.3);
  EXPECT_EQ(tuner.best_accuracy(), before);
}

TEST_F(TrainerTest, FineTuningGoesOnFromACheckpointToTheSameBytes) {
  const FloatNetwork network = trained();
  for (const bool reestimates : {false, true}) {
    SCOPED_TRACE(reestimates);
    const auto straight = fine_tuner(network, 3, 4, reestimates),
               first = fine_tuner(network, 3, 4, reestimates),
               second = fine_tuner(network, 3, 4, reestimates);
    Trainer through(*straight, data_, fine_tuning_recipe(), torch::kCPU);
    while (!through.finished()) through.step();
    {
      Trainer before(*first, data_, fine_tuning_recipe(), torch::kCPU);
      while (before.done() < 13) before.step();
      before.save(path("checkpoint"));
    }
    Trainer after(*second, data_, fine_tuning_recipe(), torch::kCPU);
    after.resume(path("checkpoint"));
    while (!after.finished()) after.step();
    EXPECT_TRUE(second->best() == straight->best());
    EXPECT_EQ(second->best_accuracy(), straight->best_accuracy());
  }
}

TEST_F(TrainerTest, ReestimatedFormatsFollowTheWeights) {
  const FloatNetwork network = trained();
  FineTuneOptions options;
  const NetworkFormats wide = formats(network, 8, 8), narrow = formats(network, 4, 4);
  int asked = 0;
  options.reestimate = [&](const FloatNetwork&) {
    ++asked;
    return narrow;
  };
  FineTuner tuner(network, wide, options, data_.training, torch::kCPU);
  Trainer trainer(tuner, data_, fine_tuning_recipe(), torch::kCPU);
  while (!trainer.finished()) trainer.step();
  EXPECT_EQ(asked, 3);  // before the first epoch and after each
  // The state before was judged in the first formats, later ones in those asked for.
  EXPECT_TRUE(tuner.best_formats().layers[0].weight == wide.layers[0].weight ||
              tuner.best_formats().layers[0].weight == narrow.layers[0].weight);
}

TEST_F(TrainerTest, MemoryIsAskedForBefore) {
  const FloatNetwork network = network_learner()->network();
  EXPECT_GT(step_memory_bytes(network, 100), 50 * step_memory_bytes(network, 1));
  EXPECT_NO_THROW(require_memory(network, 1));
  try {
    require_memory(network, 1'000'000'000);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("batch: 1000000000 images take about"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace dcnsim

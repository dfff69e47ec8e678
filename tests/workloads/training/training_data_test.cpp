// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/training_data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/small_float_network.h"
#include "tests/support/temporary_folder.h"
#include "workloads/images/npy_file.h"

namespace dcnsim {
namespace {

const std::string kImages = DCNSIM_SOURCE_DIR "/workloads/cifar10/calibration_500.bin";

std::string message_of(const std::string& path, std::size_t validation) {
  try {
    load_training_data({path, ""}, kCifarShape, validation);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

/// One image whose pixel at row y, column x has the value 6 y + x in every channel.
Dataset ramp() {
  Dataset image{kCifarShape, {3}, {}, {}, ""};
  for (int plane = 0; plane < 3; ++plane) {
    for (int y = 0; y < 32; ++y) {
      for (int x = 0; x < 32; ++x) image.pixels.push_back(static_cast<std::uint8_t>(6 * y + x));
    }
  }
  return image;
}

TEST(TrainingData, HoldsTheLastImagesOut) {
  const Dataset all = load_cifar10(kImages);
  const TrainingData data = load_training_data({kImages, ""}, kCifarShape, 120);
  ASSERT_EQ(data.training.size(), 380U);
  ASSERT_EQ(data.validation.size(), 120U);
  EXPECT_EQ(image_tensor(data.training, 379), image_tensor(all, 379));
  EXPECT_EQ(image_tensor(data.validation, 0), image_tensor(all, 380));
  EXPECT_EQ(data.validation.labels[119], all.labels[499]);
}

TEST(TrainingData, ReadsTheTrainingBatchesOfAFolderAndNeverTheTestBatch) {
  const TemporaryFolder folder;
  const std::string& path = folder.path();
  std::filesystem::copy_file(DCNSIM_SOURCE_DIR "/workloads/cifar10/test_1000.bin",
                             path + "/test_batch.bin");
  for (int i = 1; i <= 4; ++i) {
    std::filesystem::copy_file(kImages, path + "/data_batch_" + std::to_string(i) + ".bin");
  }
  EXPECT_NE(message_of(path, 10).find("data_batch_5.bin: is missing; workloads/cifar10/fetch"),
            std::string::npos)
      << message_of(path, 10);
  std::filesystem::copy_file(kImages, path + "/data_batch_5.bin");
  EXPECT_EQ(load_training_data({path, ""}, kCifarShape, 10).training.size(), 2490U);
}

TEST(TrainingData, RefusesAWrongFolderAndTooFewImages) {
  const TemporaryFolder folder;
  const std::string missing = folder.path("missing");
  EXPECT_NE(message_of(missing, 10).find(missing), std::string::npos);
  EXPECT_NE(message_of(kImages, 500).find("500 images, expected more than the 500"),
            std::string::npos);
}

TEST(TrainingData, TakesArraysOfAnyShapeWithLabels) {
  const TemporaryFolder folder;
  std::string bytes;
  for (int i = 0; i < 4 * 6; ++i) bytes += static_cast<char>(i);
  const std::string images =
      folder.write("images.npy", npy_bytes({NpyType::Kind::kUnsigned, 1}, {4, 1, 2, 3}, bytes));
  const std::string labels = folder.write("labels.txt", "3\n2\n1\n0\n");
  const TrainingData data = load_training_data({images, labels}, {2, 3, 1}, 1);
  EXPECT_EQ(data.training.labels, (std::vector<int>{3, 2, 1}));
  EXPECT_EQ(data.validation.labels, std::vector<int>{0});
  EXPECT_EQ(data.validation.shape, (Shape{2, 3, 1}));
  EXPECT_EQ(data.validation.pixels, (std::vector<std::uint8_t>{18, 19, 20, 21, 22, 23}));
  EXPECT_THROW(load_training_data({images, ""}, {2, 3, 1}, 1), std::runtime_error);
}

TEST(TrainingData, NormalisesToMeanZeroAndDeviationOne) {
  const Dataset images = load_cifar10(kImages);
  const torch::Tensor batch = plain_batch(images, pixel_statistics(images), 0, 500).first;
  EXPECT_LT(batch.mean({0, 2, 3}).abs().max().item<double>(), 1e-4);
  EXPECT_LT((batch.std({0, 2, 3}) - 1).abs().max().item<double>(), 1e-4);
  EXPECT_TRUE(batch.is_contiguous(torch::MemoryFormat::ChannelsLast));
}

TEST(Augmenter, ShowsEveryImageOnceAnEpochInAnotherOrder) {
  Dataset images = random_images(200);
  for (std::size_t i = 0; i < 200; ++i) images.pixels[i * 3072] = static_cast<std::uint8_t>(i);
  Augmenter augmenter(images, raw_pixels(), {false, 0, 0}, 7);
  std::vector<std::set<int>> seen(2);
  std::vector<std::vector<int>> order(2);
  for (std::size_t epoch = 0; epoch < 2; ++epoch) {
    augmenter.begin_epoch(static_cast<std::int64_t>(epoch));
    for (std::size_t first = 0; first < 200; first += 50) {
      const torch::Tensor batch = augmenter.batch(first, 50).images;
      for (int i = 0; i < 50; ++i) order[epoch].push_back(batch[i][0][0][0].item<int>());
    }
    seen[epoch] = {order[epoch].begin(), order[epoch].end()};
  }
  EXPECT_EQ(seen[0].size(), 200U);
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_NE(order[0], order[1]);
}

TEST(Augmenter, IsDecidedBySeedAndEpoch) {
  const Dataset images = random_images(20);
  const auto epoch = [&](std::uint64_t seed, std::int64_t number) {
    Augmenter augmenter(images, raw_pixels(), {}, seed);
    augmenter.begin_epoch(number);
    return augmenter.batch(0, 20).images;
  };
  EXPECT_TRUE(epoch(1, 3).equal(epoch(1, 3)));
  EXPECT_FALSE(epoch(1, 3).equal(epoch(2, 3)));
  EXPECT_FALSE(epoch(1, 3).equal(epoch(1, 4)));
}

TEST(Augmenter, FlipsEveryImageEveryOtherEpoch) {
  const Dataset images = ramp();
  Augmenter augmenter(images, raw_pixels(), {true, 0, 0}, 1);
  const torch::Tensor straight = plain_batch(images, raw_pixels(), 0, 1).first;
  int flipped = 0;
  for (int number = 0; number < 6; ++number) {
    augmenter.begin_epoch(number);
    const torch::Tensor seen = augmenter.batch(0, 1).images;
    const bool is_flipped = seen.equal(straight.flip(3));
    EXPECT_TRUE(is_flipped || seen.equal(straight));
    flipped += is_flipped ? 1 : 0;
  }
  EXPECT_EQ(flipped, 3);
}

TEST(Augmenter, ShiftsByUpToTheGivenPixels) {
  const Dataset images = ramp();
  Augmenter augmenter(images, raw_pixels(), {false, 2, 0}, 1);
  std::set<int> shifts;
  for (int number = 0; number < 200; ++number) {
    augmenter.begin_epoch(number);
    const torch::Tensor seen = augmenter.batch(0, 1).images;
    // The middle of a ramp says by how much it moved: 6 a row, 1 a column.
    shifts.insert(seen[0][0][16][16].item<int>() - (6 * 16 + 16));
  }
  EXPECT_EQ(shifts.size(), 25U);
  EXPECT_EQ(*shifts.begin(), -14);
  EXPECT_EQ(*shifts.rbegin(), 14);
}

/// One image of values of 3 rows, 5 columns and 2 channels, each another.
Dataset values_3x5() {
  Dataset image{{3, 5, 2}, {1}, {}, {}, ""};
  for (int i = 0; i < 30; ++i) image.values.push_back(0.125F * static_cast<float>(i) - 1);
  return image;
}

TEST(Augmenter, VariesValuesOfAnyShape) {
  const Dataset images = values_3x5();
  const torch::Tensor straight = plain_batch(images, raw_pixels(2), 0, 1).first;
  ASSERT_EQ(straight.sizes(), (std::vector<std::int64_t>{1, 2, 3, 5}));
  EXPECT_EQ(straight[0][1][2][3].item<float>(), 0.125F * (15 + 2 * 5 + 3) - 1);
  Augmenter augmenter(images, raw_pixels(2), {true, 2, 0}, 1);
  std::set<int> corners;
  for (int number = 0; number < 300; ++number) {
    augmenter.begin_epoch(number);
    const torch::Tensor seen = augmenter.batch(0, 1).images;
    // Every row and column shows one of the image's, and channels move together.
    corners.insert(static_cast<int>(8 * (seen[0][0][0][0].item<float>() + 1)));
    EXPECT_TRUE((seen[0][1] - seen[0][0]).allclose(torch::full({3, 5}, 0.125F * 15)));
  }
  EXPECT_EQ(corners.size(), 15U) << "each of 3 x 5 positions comes into the corner";
  EXPECT_THROW(Augmenter(images, raw_pixels(2), {true, 3, 0}, 1), std::invalid_argument);
}

TEST(Augmenter, NormalisesValuesOfAnyMagnitude) {
  Dataset images = values_3x5();
  const torch::Tensor batch = plain_batch(images, pixel_statistics(images), 0, 1).first;
  EXPECT_LT(batch.mean({0, 2, 3}).abs().max().item<double>(), 1e-5);
  EXPECT_LT((batch.std({0, 2, 3}, false) - 1).abs().max().item<double>(), 1e-5);
}

TEST(Augmentation, IsSmallerOnSmallImages) {
  const auto of = [](const Shape& input) {
    const Augmentation augmentation = scaled({}, input);
    return std::pair(augmentation.shift, augmentation.cutout);
  };
  EXPECT_EQ(of({32, 32, 3}), std::pair(4, 12));
  EXPECT_EQ(of({224, 224, 3}), std::pair(4, 12));
  EXPECT_EQ(of({28, 28, 1}), std::pair(3, 10));
  EXPECT_EQ(of({64, 8, 1}), std::pair(1, 3));
  EXPECT_EQ(of({1, 1, 100}), std::pair(0, 0));
}

TEST(Augmenter, CutsASquareOut) {
  Dataset images{kCifarShape, {0}, std::vector<std::uint8_t>(3072, 200), {}, ""};
  Augmenter augmenter(images, raw_pixels(), {false, 2, 8}, 1);
  int largest = 0;
  for (int number = 0; number < 50; ++number) {
    augmenter.begin_epoch(number);
    const torch::Tensor blank = augmenter.batch(0, 1).images[0][0] == 0;
    const int area = blank.sum().item<int>();
    EXPECT_GE(area, 16);
    EXPECT_LE(area, 64);
    largest = std::max(largest, area);
  }
  EXPECT_EQ(largest, 64);
}

TEST(Augmenter, MixesImagesWithTheNextOfTheBatch) {
  // Image i has i + 1 everywhere.
  constexpr int kCount = 40, kEpochs = 25;
  Dataset images{kCifarShape, {}, {}, {}, ""};
  for (int i = 0; i < kCount; ++i) {
    images.labels.push_back(i % 10);
    images.pixels.insert(images.pixels.end(), 3072, static_cast<std::uint8_t>(i + 1));
  }
  Augmentation augmentation{true, 4, 0};
  EXPECT_FALSE(Augmenter(images, raw_pixels(), augmentation, 3).batch(0, 5).own_shares.defined());
  augmentation.mixed_share = 0.5;
  Augmenter augmenter(images, raw_pixels(), augmentation, 3);
  int mixed = 0, mostly_another = 0;
  for (int number = 0; number < kEpochs; ++number) {
    augmenter.begin_epoch(number);
    const Batch batch = augmenter.batch(0, kCount);
    // A corner may be another's, so that the labels say which image it is: i, i + 10, ...
    for (int i = 0; i < kCount; ++i) {
      const int label = batch.labels[i].item<int>();
      const int other = batch.labels[(i + 1) % kCount].item<int>();
      EXPECT_EQ(batch.other_labels[i].item<int>(), other);
      const torch::Tensor plane = batch.images[i][0].to(torch::kInt);
      ASSERT_TRUE(batch.images[i][2].to(torch::kInt).equal(plane));
      const float own_share = batch.own_shares[i].item<float>();
      const torch::Tensor is_own = (plane - 1).remainder(10) == label;
      if (own_share == 1) {
        EXPECT_TRUE(is_own.all().item<bool>());
        EXPECT_EQ(plane.min().item<int>(), plane.max().item<int>());
        continue;
      }
      ++mixed;
      mostly_another += own_share < 0.5 ? 1 : 0;
      if (other == label) continue;
      EXPECT_EQ(is_own.sum().item<int>(), std::lround(own_share * 1024));
      const torch::Tensor shown = torch::nonzero(is_own.logical_not());
      const torch::Tensor extent =
          std::get<0>(shown.max(0)) - std::get<0>(shown.min(0)) + torch::ones(2, torch::kLong);
      EXPECT_EQ(extent.prod().item<std::int64_t>(), shown.size(0)) << "a rectangle";
      EXPECT_EQ(((plane - 1).remainder(10) == other).sum().item<int>(), shown.size(0));
    }
  }
  EXPECT_NEAR(mixed, kCount * kEpochs / 2, 60);
  // Of squares that lie inside half would be larger than half of the image.
  EXPECT_GT(mostly_another, mixed / 10);
}

}  // namespace
}  // namespace dcnsim

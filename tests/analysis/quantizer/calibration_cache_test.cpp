// SPDX-License-Identifier: Apache-2.0
#include "analysis/quantizer/calibration_cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/small_float_network.h"

namespace dcnsim {
namespace {

class CalibrationCache : public testing::Test {
 protected:
  void SetUp() override {
    place_.folder = testing::TempDir() + "dcnsim_calibration_" + std::to_string(::getpid());
  }
  void TearDown() override { std::filesystem::remove_all(place_.folder); }

  /// Whether images were looked at; the result is in calibration_.
  bool looks(const FloatNetwork& network, const Dataset& images) {
    bool looked = false;
    calibration_ = kept_calibration(place_, network, images, [&](std::size_t) { looked = true; });
    return looked;
  }

  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> all;
    for (const auto& entry : std::filesystem::directory_iterator(place_.folder)) {
      all.push_back(entry.path());
    }
    return all;
  }

  CachePlace place_{"", "the hash of a file"};
  Calibration calibration_;
};

void expect_equal(const Histogram& a, const Histogram& b) {
  EXPECT_EQ(a.count(), b.count());
  EXPECT_EQ(a.signal(), b.signal());
  EXPECT_EQ(a.kurtosis(), b.kurtosis());
  EXPECT_EQ(a.largest_magnitude(), b.largest_magnitude());
  for (const int frac : {-2, 3, 7}) {
    const Format format{6, frac, true, false};
    EXPECT_EQ(a.noise(format), b.noise(format));
    EXPECT_EQ(a.zero_fraction(format), b.zero_fraction(format));
  }
}

TEST_F(CalibrationCache, keeps_distributions_to_the_last_bit) {
  const FloatNetwork network = mixed_network();
  Dataset images = random_images(3);
  for (const bool labelled : {false, true}) {
    images.labels.assign(labelled ? images.size() : 0, 0);
    EXPECT_TRUE(looks(network, images));
    EXPECT_FALSE(looks(network, images));
    const Calibration expected = calibrate(network, images);
    EXPECT_EQ(calibration_.images, expected.images);
    EXPECT_EQ(calibration_.has_raw_pixels, expected.has_raw_pixels);
    EXPECT_EQ(calibration_.top1, expected.top1);
    EXPECT_EQ(calibration_.top1.has_value(), labelled);
    expect_equal(calibration_.input, expected.input);
    ASSERT_EQ(calibration_.outputs.size(), expected.outputs.size());
    for (std::size_t layer = 0; layer < expected.outputs.size(); ++layer) {
      expect_equal(calibration_.outputs[layer], expected.outputs[layer]);
    }
  }
}

TEST_F(CalibrationCache, knows_nothing_of_other_networks_pixels_or_images) {
  FloatNetwork network = mixed_network();
  Dataset images = random_images(3);
  EXPECT_TRUE(looks(network, images));
  EXPECT_TRUE(looks(network, random_images(2)));
  images.pixels.back() ^= 1;
  EXPECT_TRUE(looks(network, images));
  network.convention.pixels = PixelConvention{1, 255, {}, {}, false};
  EXPECT_TRUE(looks(network, images));
  place_.network = "another";
  EXPECT_TRUE(looks(network, images));
  EXPECT_FALSE(looks(network, images));
  EXPECT_EQ(files().size(), 5U);
}

TEST_F(CalibrationCache, calibrates_again_where_the_file_is_damaged_anywhere) {
  const FloatNetwork network = mixed_network();
  const Dataset images = random_images(2);
  looks(network, images);
  const std::filesystem::path file = files().at(0);
  std::ifstream in(file, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  ASSERT_GT(whole.size(), 1000U);
  for (std::size_t place = 0; place < whole.size(); place += whole.size() / 50) {
    std::string damaged = whole;
    damaged[place] ^= 1;
    std::ofstream(file, std::ios::binary) << damaged;
    EXPECT_TRUE(looks(network, images)) << place;
    std::ofstream(file, std::ios::binary) << whole.substr(0, place);
    EXPECT_TRUE(looks(network, images)) << place;
  }
  EXPECT_FALSE(looks(network, images));
}

TEST_F(CalibrationCache, that_cannot_be_written_is_no_error) {
  place_.folder = "/dev/null/nowhere";
  EXPECT_TRUE(looks(mixed_network(), random_images(1)));
  place_.folder = "";
  EXPECT_TRUE(looks(mixed_network(), random_images(1)));
}

}  // namespace
}  // namespace dcnsim

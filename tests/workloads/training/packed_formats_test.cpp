// SPDX-License-Identifier: Apache-2.0
#include "workloads/training/packed_formats.h"

#include <gtest/gtest.h>

#include <random>

namespace dcnsim {
namespace {

NetworkFormats random_formats(std::size_t layers, std::mt19937& random) {
  const auto format = [&] {
    const int bits = 2 + static_cast<int>(random() % 15);
    return Format{bits, static_cast<int>(random() % 20) - 10, random() % 2 != 0, random() % 2 != 0};
  };
  NetworkFormats formats{format(), {}};
  for (std::size_t i = 0; i < layers; ++i) {
    formats.layers.push_back({format(), format(), static_cast<Rounding>(random() % 5)});
    if (layers % 2 == 0) continue;
    formats.layers.back().output_step = 1 + 1.0 / static_cast<double>(random() % 7 + 1);
    for (std::size_t scales = random() % 4; scales > 0; --scales) {
      formats.layers.back().weight_scales.push_back(0.1 * static_cast<double>(scales));
    }
  }
  return formats;
}

TEST(PackedFormats, ComeBackAsTheyWere) {
  std::mt19937 random(1);
  for (std::size_t layers = 0; layers < 20; ++layers) {
    const NetworkFormats formats = random_formats(layers, random);
    const NetworkFormats back = unpacked(torch::tensor(packed(formats)), layers);
    EXPECT_EQ(packed(back), packed(formats));
    EXPECT_EQ(back.input, formats.input);
    ASSERT_EQ(back.layers.size(), layers);
    for (std::size_t i = 0; i < layers; ++i) {
      EXPECT_EQ(back.layers[i].weight, formats.layers[i].weight);
      EXPECT_EQ(back.layers[i].output, formats.layers[i].output);
      EXPECT_EQ(back.layers[i].rounding, formats.layers[i].rounding);
      EXPECT_EQ(back.layers[i].output_step, formats.layers[i].output_step);
      EXPECT_EQ(back.layers[i].weight_scales, formats.layers[i].weight_scales);
    }
  }
}

TEST(PackedFormats, RefusesWhatIsNotFormatsOfThatManyLayers) {
  std::mt19937 random(2);
  const std::vector<std::int64_t> sound = packed(random_formats(3, random));
  std::vector<std::int64_t> cut = sound, longer = sound;
  cut.pop_back();
  longer.push_back(0);
  EXPECT_THROW(unpacked(torch::tensor(cut), 3), c10::Error);
  EXPECT_THROW(unpacked(torch::tensor(longer), 3), c10::Error);
  EXPECT_THROW(unpacked(torch::tensor(sound), 2), c10::Error);
  EXPECT_THROW(unpacked(torch::tensor(sound), 4), c10::Error);
  for (const auto& [at, value] :
       {std::pair<std::size_t, std::int64_t>{0, 0}, {4, 1000}, {5, 1 << 20}, {12, -1}, {12, 5}}) {
    std::vector<std::int64_t> damaged = sound;
    damaged[at] = value;
    EXPECT_THROW(unpacked(torch::tensor(damaged), 3), c10::Error) << at;
  }
}

}  // namespace
}  // namespace dcnsim

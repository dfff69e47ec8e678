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
    }
  }
}

TEST(PackedFormats, RefusesWhatIsNotFormatsOfThatManyLayers) {
  std::mt19937 random(2);
  const std::vector<std::int64_t> sound = packed(random_formats(3, random));
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

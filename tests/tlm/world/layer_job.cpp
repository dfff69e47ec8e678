// SPDX-License-Identifier: Apache-2.0
#include "tests/tlm/world/layer_job.h"

#include <algorithm>
#include <cstddef>
#include <random>

#include "tests/support/accelerator_bench.h"

namespace dcnsim::world {
namespace {

constexpr int kSide = 8, kChannels = 8, kKernel = 3, kShift = 5;

std::size_t place(int y, int x, int c, int width) {
  return static_cast<std::size_t>((y * width + x) * kChannels + c);
}

LayerJob job_on_random_map(std::mt19937& random) {
  LayerJob job;
  job.input.resize(kSide * kSide * kChannels);
  for (std::uint8_t& code : job.input) code = static_cast<std::uint8_t>(random());
  Descriptor& d = job.descriptor;
  d.input = d.requant.out = {8, 0, false, false};
  d.input_address = bench::kInput;
  d.weight_address = bench::kWeights;
  d.output_address = bench::kOutput;
  return job;
}

}  // namespace

LayerJob pool_job(unsigned seed) {
  std::mt19937 random(seed);
  LayerJob job = job_on_random_map(random);
  Descriptor& d = job.descriptor;
  d.kind = LayerKind::kPool;
  d.weight_address = 0;
  d.pool.in = {kSide, kSide, kChannels};
  d.pool.kernel_h = d.pool.kernel_w = d.pool.stride_h = d.pool.stride_w = 2;
  d.tiling.tile_h = d.tiling.tile_w = kSide / 2;
  for (int y = 0; y < kSide; y += 2) {
    for (int x = 0; x < kSide; x += 2) {
      for (int c = 0; c < kChannels; ++c) {
        const auto in = [&](int dy, int dx) { return job.input[place(y + dy, x + dx, c, kSide)]; };
        job.output.push_back(std::max({in(0, 0), in(0, 1), in(1, 0), in(1, 1)}));
      }
    }
  }
  return job;
}

LayerJob convolution_job() {
  std::mt19937 random(2);
  LayerJob job = job_on_random_map(random);
  Descriptor& d = job.descriptor;
  d.conv.in = {kSide, kSide, kChannels};
  d.conv.out_channels = kChannels;
  d.conv.kernel_h = d.conv.kernel_w = kKernel;
  d.conv.pad_top = d.conv.pad_left = d.conv.pad_bottom = d.conv.pad_right = 1;
  d.weight = {8, 0, true, false};
  d.requant.shift = kShift;
  d.requant.relu = true;
  d.tiling = {kSide, kSide, kChannels, kKernel * kKernel * kChannels, LoopOrder::kWeightOuter};

  // One block: a 32-bit bias a channel, then the weights of all channels for each product.
  std::vector<int> biases(kChannels), weights(kKernel * kKernel * kChannels * kChannels);
  for (int& bias : biases) bias = static_cast<int>(random() % 4001) - 2000;
  for (int& weight : weights) weight = static_cast<int>(random() % 15) - 7;
  for (const int bias : biases) {
    const auto bits = static_cast<std::uint32_t>(bias);
    for (int i = 0; i < 4; ++i) job.weights.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
  }
  for (const int weight : weights) job.weights.push_back(static_cast<std::uint8_t>(weight));

  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      for (int c = 0; c < kChannels; ++c) {
        int sum = biases[static_cast<std::size_t>(c)];
        std::size_t weight = static_cast<std::size_t>(c);
        for (int dy = -1; dy <= 1; ++dy) {
          for (int dx = -1; dx <= 1; ++dx) {
            const bool inside = y + dy >= 0 && y + dy < kSide && x + dx >= 0 && x + dx < kSide;
            for (int k = 0; k < kChannels; ++k, weight += kChannels) {
              if (inside) sum += weights[weight] * job.input[place(y + dy, x + dx, k, kSide)];
            }
          }
        }
        const int half = 1 << (kShift - 1);
        job.output.push_back(static_cast<std::uint8_t>(std::clamp((sum + half) >> kShift, 0, 255)));
      }
    }
  }
  return job;
}

}  // namespace dcnsim::world

// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation/multiplier_distance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "models/numeric/post.h"
#include "workloads/executor.h"
#include "workloads/images/network_input.h"

namespace dcnsim {
namespace {

/// Enough for a share, few enough for a network of 10^9 products.
constexpr std::size_t kImages = 20;

bool same_multipliers(const FixedNetwork& a, const FixedNetwork& b) {
  return std::equal(a.layers.begin(), a.layers.end(), b.layers.begin(),
                    [](const FixedLayer& one, const FixedLayer& other) {
                      return one.scales == other.scales &&
                             one.requant.multiplier == other.requant.multiplier &&
                             one.requant.multiplier2 == other.requant.multiplier2 &&
                             one.requant.sum_multiplier == other.requant.sum_multiplier &&
                             one.requant.shift == other.requant.shift;
                    });
}

void compare(const CodeTensor& found, const CodeTensor& expected, MovedCodes& counts) {
  counts.codes += found.size();
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::int64_t distance = std::abs(std::int64_t{found.get(i)} - expected.get(i));
    counts.moved += distance != 0;
    counts.farthest = std::max(counts.farthest, distance);
  }
}

std::string share(const MovedCodes& counts) {
  return fmt::format("{:.3g} %",
                     100.0 * static_cast<double>(counts.moved) / static_cast<double>(counts.codes));
}

}  // namespace

std::string MultiplierDistance::text() const {
  return fmt::format(
      "multipliers rounded to {} bits move {} of the output's codes, by {} at most, and {} of all "
      "layers', by {} at most, from those of the network's own (image{})",
      multiplier_bits, share(output), output.farthest, share(all), all.farthest,
      images == 1 ? " 0" : fmt::format("s 0 to {}", images - 1));
}

std::optional<MultiplierDistance> multiplier_distance(const FixedNetwork& network,
                                                      const Accumulator& accumulator,
                                                      const Dataset& images) {
  const bool multiplies =
      std::any_of(network.layers.begin(), network.layers.end(),
                  [](const FixedLayer& layer) { return layer.requant.multiplies; });
  if (!multiplies) return std::nullopt;  // without a copy of the weights
  const FixedNetwork rounded = with_multipliers_of(network, accumulator.multiplier_bits);
  if (same_multipliers(rounded, network)) return std::nullopt;
  Accumulator widest = accumulator;
  widest.multiplier_bits = kMaxMultiplierBits;
  Executor executor(rounded, widest), expected(network, widest);
  MultiplierDistance distance;
  distance.multiplier_bits = accumulator.multiplier_bits;
  distance.images = std::min(kImages, images.size());
  const CodeInput input(network, images);
  for (std::size_t image = 0; image < distance.images; ++image) {
    const CodeTensor codes = input(image);
    const std::vector<CodeTensor>& found = executor.run(codes).layers;
    const std::vector<CodeTensor>& own = expected.run(codes).layers;
    for (std::size_t layer = 0; layer < found.size(); ++layer) {
      compare(found[layer], own[layer], distance.all);
    }
    compare(found.back(), own.back(), distance.output);
  }
  return distance;
}

}  // namespace dcnsim

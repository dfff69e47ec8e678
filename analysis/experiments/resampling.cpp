// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/resampling.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <stdexcept>

namespace dcnsim {
namespace {

using Right = std::vector<std::vector<std::string>>;

/// Any seed will do; it is the same for all, so that equal results give equal pages.
constexpr std::uint64_t kResamplingSeed = 1;

/// Uniform below `count`, the same with every standard library. What 2^64 modulo `count` prefers is
/// less than a 10^14th.
std::size_t draw(std::mt19937_64& random, std::size_t count) { return random() % count; }

double share_right(const std::string& run) {
  return static_cast<double>(std::count(run.begin(), run.end(), '1')) /
         static_cast<double>(run.size());
}

/// What the runs of all points are away from their means, widened to be without bias; none if all
/// are single.
std::vector<double> training_residuals(const Right& right, const std::vector<double>& means) {
  std::vector<double> residuals;
  for (std::size_t point = 0; point < right.size(); ++point) {
    const auto runs = static_cast<double>(right[point].size());
    if (runs < 2) continue;
    for (const std::string& run : right[point]) {
      residuals.push_back((share_right(run) - means[point]) * std::sqrt(runs / (runs - 1)));
    }
  }
  return residuals;
}

/// Of every image, in how many runs of each point it is right.
std::vector<std::vector<std::uint32_t>> times_right(const Right& right, std::size_t images) {
  std::vector<std::vector<std::uint32_t>> times(images, std::vector<std::uint32_t>(right.size()));
  for (std::size_t point = 0; point < right.size(); ++point) {
    for (const std::string& run : right[point]) {
      for (std::size_t i = 0; i < images; ++i) times[i][point] += run[i] == '1' ? 1 : 0;
    }
  }
  return times;
}

void check(const Right& right) {
  if (right.empty() || right.front().empty()) throw std::invalid_argument("no points to resample");
  const std::size_t images = right.front().front().size();
  for (const std::vector<std::string>& runs : right) {
    const bool is_whole = std::all_of(runs.begin(), runs.end(), [&](const std::string& run) {
      return images > 0 && run.size() == images;
    });
    if (runs.empty() || !is_whole) throw std::invalid_argument("not the same images");
  }
}

}  // namespace

ResampledAccuracies::ResampledAccuracies(const Right& right, std::size_t resamples) {
  check(right);
  const std::size_t images = right.front().front().size();
  for (const std::vector<std::string>& runs : right) {
    double sum = 0;
    for (const std::string& run : runs) sum += share_right(run);
    measured_.push_back(sum / static_cast<double>(runs.size()));
  }
  const std::vector<double> residuals = training_residuals(right, measured_);
  const auto times = times_right(right, images);
  std::mt19937_64 random(kResamplingSeed);
  std::vector<std::uint32_t> sums(right.size());
  for (std::size_t resample = 0; resample < resamples; ++resample) {
    std::fill(sums.begin(), sums.end(), 0);
    for (std::size_t i = 0; i < images; ++i) {
      const std::vector<std::uint32_t>& image = times[draw(random, images)];
      for (std::size_t point = 0; point < sums.size(); ++point) sums[point] += image[point];
    }
    std::vector<double> accuracies;
    for (std::size_t point = 0; point < sums.size(); ++point) {
      const std::size_t runs = right[point].size();
      double sum = static_cast<double>(sums[point]) / static_cast<double>(images);
      for (std::size_t run = 0; run < runs && !residuals.empty(); ++run) {
        sum += residuals[draw(random, residuals.size())];
      }
      accuracies.push_back(sum / static_cast<double>(runs));
    }
    resampled_.push_back(std::move(accuracies));
  }
}

Estimate ResampledAccuracies::estimate(
    const std::function<double(const std::vector<double>&)>& figure) const {
  std::vector<double> values;
  for (const std::vector<double>& accuracies : resampled_) values.push_back(figure(accuracies));
  std::sort(values.begin(), values.end());
  const auto tail = values.size() / 40;
  return {figure(measured_), values.at(tail), values.at(values.size() - 1 - tail)};
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// How sure figures are that are made of several networks' accuracies on the same test images: the
// bootstrap (Efron, Ann. Statist. 7, 1979). Images are drawn anew, the same for all networks, so
// that what they have in common cancels out as in paired tests.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace dcnsim {

/// A figure as measured, and where 95 % of its resamples lie.
struct Estimate {
  double value = 0, low = 0, high = 0;
};

class ResampledAccuracies {
 public:
  /// right[point][run]: '1' for each image that a network has right, else '0', in the same order
  /// for all. A point's accuracy is the mean of its runs, which differ by seed. Where points have
  /// several runs, another training's accuracy is drawn too: as far from the point's mean as one of
  /// all runs is from its own, times sqrt(n / (n - 1)) for n runs. Of single runs that is unknown,
  /// and intervals are those of the images alone. Deterministic. Throws std::invalid_argument: no
  /// points, a point without runs, runs on no images or on another number of them.
  explicit ResampledAccuracies(const std::vector<std::vector<std::string>>& right,
                               std::size_t resamples = 2000);

  /// Of each point, 0..1.
  const std::vector<double>& measured() const { return measured_; }

  /// `figure` of the points' accuracies; it may be infinite. The interval is from the 2.5th to the
  /// 97.5th percentile.
  Estimate estimate(
      const std::function<double(const std::vector<double>& accuracies)>& figure) const;

 private:
  std::vector<double> measured_;
  std::vector<std::vector<double>> resampled_;
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// What a design point is judged by. All per image, one inference from an idle accelerator, but for
// what a stream of batches gets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dcnsim {

enum class Metric : std::uint8_t {
  kTop1,
  kLoss,
  kCycles,
  kLatency,
  kEnergy,
  kPower,
  kEnergyDelay,
  kArea,
  kTraffic,
  kModel,
  kClockSlack,
  kImagesPerS,
  kStreamEnergy
};
inline constexpr std::size_t kMetrics = 13;

struct MetricInfo {
  std::string_view name;  ///< with its unit, as files and tables have it
  std::string_view unit;
  bool higher_is_better;
  std::string_view meaning;
};
const MetricInfo& info(Metric metric);
std::optional<Metric> metric_named(const std::string& name);

/// What was counted for one point.
struct Figures {
  std::uint64_t cycles = 0;
  double seconds = 0;
  double energy_pj = 0;
  double area_um2 = 0;
  double clock_share = 0;  ///< of the clock period that the critical path takes
  std::uint64_t traffic_bytes = 0;
  std::uint64_t weight_bits = 0;
  std::uint64_t images = 0;   ///< 0: accuracy was not asked for
  std::uint64_t correct = 0;  ///< of these
  /// Of these, by the float network, if there is one.
  std::optional<std::uint64_t> float_correct = 0;
  /// Of an image of a stream, if one was asked for.
  std::optional<double> stream_seconds, stream_energy_pj;
};

/// In the metric's unit; nothing for accuracy that was not asked for or has nothing to be compared
/// with.
std::optional<double> value(const Figures& figures, Metric metric);

/// Whether `a` is better than `b` in this metric.
inline bool is_better(Metric metric, double a, double b) {
  return info(metric).higher_is_better ? a > b : a < b;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/metric.h"

namespace dcnsim {

const MetricInfo& info(Metric metric) {
  static constexpr std::array<MetricInfo, kMetrics> kInfos{{
      {"top1_percent", "%", true, "right among the sweep's images"},
      {"loss_points", "points", false, "percentage points of top-1 below the float network"},
      {"cycles", "cycles", false, "from START to the interrupt, loosely timed"},
      {"latency_ms", "ms", false, "from START to the interrupt, loosely timed"},
      {"energy_uj", "uJ", false, "on chip and DRAM, an image"},
      {"power_mw", "mW", false, "energy / latency"},
      {"energy_delay_uj_ms", "uJ ms", false, "energy x latency"},
      {"area_mm2", "mm2", false, "cells and SRAM on chip"},
      {"traffic_kb", "kB", false, "on the memory bus, 1,000 bytes, an image"},
      {"model_kb", "kB", false, "packed weights, without biases, 1,000 bytes"},
      {"clock_slack", "", true, "share of the clock period that the critical path leaves"},
      {"images_per_s", "1/s", true, "of a stream of batches, loosely timed"},
      {"stream_energy_uj", "uJ", false, "on chip and DRAM, an image of that stream"},
  }};
  return kInfos[static_cast<std::size_t>(metric)];
}

std::optional<Metric> metric_named(const std::string& name) {
  for (std::size_t i = 0; i < kMetrics; ++i) {
    if (info(static_cast<Metric>(i)).name == name) return static_cast<Metric>(i);
  }
  return {};
}

std::optional<double> value(const Figures& f, Metric metric) {
  const auto percent = [&](std::uint64_t correct) {
    return 100.0 * static_cast<double>(correct) / static_cast<double>(f.images);
  };
  const double latency_ms = f.seconds * 1e3, energy_uj = f.energy_pj * 1e-6;
  switch (metric) {
    case Metric::kTop1:
      return f.images == 0 ? std::nullopt : std::optional(percent(f.correct));
    case Metric::kLoss:
      return f.images == 0 || !f.float_correct
                 ? std::nullopt
                 : std::optional(percent(*f.float_correct) - percent(f.correct));
    case Metric::kCycles:
      return static_cast<double>(f.cycles);
    case Metric::kLatency:
      return latency_ms;
    case Metric::kEnergy:
      return energy_uj;
    case Metric::kPower:
      return latency_ms == 0 ? 0 : energy_uj / latency_ms;
    case Metric::kEnergyDelay:
      return energy_uj * latency_ms;
    case Metric::kArea:
      return f.area_um2 * 1e-6;
    case Metric::kTraffic:
      return static_cast<double>(f.traffic_bytes) / 1e3;
    case Metric::kModel:
      return static_cast<double>(f.weight_bits) / 8e3;
    case Metric::kClockSlack:
      return 1 - f.clock_share;
    case Metric::kImagesPerS:
      return f.stream_seconds ? std::optional(1 / *f.stream_seconds) : std::nullopt;
    case Metric::kStreamEnergy:
      return f.stream_energy_pj ? std::optional(*f.stream_energy_pj * 1e-6) : std::nullopt;
  }
  return {};
}

}  // namespace dcnsim

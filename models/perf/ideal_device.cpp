// SPDX-License-Identifier: Apache-2.0
#include "models/perf/ideal_device.h"

#include <algorithm>
#include <cmath>

#include "models/perf/clock.h"

namespace dcnsim {
namespace {

constexpr double kPsPerNs = 1e3;

}  // namespace

IdealConfig ideal_memory(const AcceleratorConfig& config) {
  IdealConfig ideal = config.ideal;
  if (config.memory_bytes_per_cycle) {
    ideal.gbytes_per_s = *config.memory_bytes_per_cycle * kPsPerNs /
                         static_cast<double>(Clock(config.clock_mhz).period_ps());
  }
  return ideal;
}

IdealDevice::IdealDevice(const IdealConfig& config)
    : latency_ps_(static_cast<std::uint64_t>(std::llround(config.latency_ns * kPsPerNs))),
      ps_per_byte_(config.gbytes_per_s ? kPsPerNs / *config.gbytes_per_s : 0) {}

std::uint64_t IdealDevice::access(std::uint64_t now_ps, std::uint64_t, std::uint64_t bytes,
                                  bool is_write) {
  // Of a whole number of cycles, no rounding error makes one more.
  constexpr double kCertain = 1 - 1e-12;
  const double transfer_ps = kCertain * ps_per_byte_ * static_cast<double>(bytes);
  free_ps_ = std::max(free_ps_, now_ps) + static_cast<std::uint64_t>(std::ceil(transfer_ps));
  (is_write ? events_.write_bytes : events_.read_bytes) += bytes;
  return free_ps_ + latency_ps_;
}

void IdealDevice::begin_job(std::uint64_t now_ps) {
  free_ps_ = now_ps;
  events_ = {};
}

}  // namespace dcnsim

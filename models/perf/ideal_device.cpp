// SPDX-License-Identifier: Apache-2.0
#include "models/perf/ideal_device.h"

#include <algorithm>
#include <cmath>

namespace dcnsim {
namespace {

constexpr double kPsPerNs = 1e3;

}  // namespace

IdealDevice::IdealDevice(const IdealConfig& config)
    : latency_ps_(static_cast<std::uint64_t>(std::llround(config.latency_ns * kPsPerNs))),
      ps_per_byte_(config.gbytes_per_s ? kPsPerNs / *config.gbytes_per_s : 0) {}

std::uint64_t IdealDevice::access(std::uint64_t now_ps, std::uint64_t, std::uint64_t bytes,
                                  bool is_write) {
  const double transfer_ps = ps_per_byte_ * static_cast<double>(bytes);
  free_ps_ = std::max(free_ps_, now_ps) + static_cast<std::uint64_t>(std::ceil(transfer_ps));
  (is_write ? events_.write_bytes : events_.read_bytes) += bytes;
  return free_ps_ + latency_ps_;
}

void IdealDevice::begin_job(std::uint64_t now_ps) {
  free_ps_ = now_ps;
  events_ = {};
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// A DRAM as a MemoryMeter, by whose memory it is.
#pragma once

#include <cstdint>

#include "models/perf/dram/device.h"
#include "models/perf/memory_meter.h"

namespace dcnsim {

/// For the only one who works with a DRAM. Each of his jobs begins with closed rows and a fresh
/// refresh interval, whatever ran before, and all that the DRAM does is done for him.
class OwnDramMeter : public MemoryMeter {
 public:
  /// `device` stays.
  explicit OwnDramMeter(DramDevice& device) : device_(device) {}

  void begin_job(std::uint64_t now_ps) override { device_.reset(now_ps); }
  DramTime time_between(std::uint64_t from_ps, std::uint64_t to_ps) override {
    device_.run_until(to_ps);  // nobody else can come before
    return device_.time_between(from_ps, to_ps);
  }
  DramEvents events_until(std::uint64_t now_ps) override { return device_.events(now_ps); }

 private:
  DramDevice& device_;
};

/// For any number of those who share a DRAM. It goes on living between their jobs, and whoever asks
/// moves nothing: others may come at times before his present, so a refresh is told once an access
/// has met it. Its events cannot be given to one of them, so nobody gets any.
class SharedDramMeter : public MemoryMeter {
 public:
  /// `device` stays.
  explicit SharedDramMeter(const DramDevice& device) : device_(device) {}

  void begin_job(std::uint64_t) override {}
  DramTime time_between(std::uint64_t from_ps, std::uint64_t to_ps) override {
    return device_.time_between(from_ps, to_ps);
  }
  DramEvents events_until(std::uint64_t) override { return {}; }

 private:
  const DramDevice& device_;
};

}  // namespace dcnsim

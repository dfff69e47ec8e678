// SPDX-License-Identifier: Apache-2.0
// What the DRAM tests share: presets of the tables, configurations, random traffic.
// DCNSIM_TABLES_DIR must be defined.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/cost/cost_model.h"
#include "models/perf/dram/device.h"

namespace dcnsim {

inline const std::string kTables = DCNSIM_TABLES_DIR;

inline DramSpec preset(const std::string& name) { return load_dram_spec(kTables, name); }

/// As far apart as a preset may say: no refresh strikes within a millisecond.
inline DramSpec without_refresh(DramSpec spec) {
  spec.trefi_ns = 1e6;
  return spec;
}

inline DramConfig dram_config(int channels = 1) {
  DramConfig config;
  config.channels = channels;
  config.capacity_bytes = std::int64_t{1} << 30;
  return config;
}

/// A controller that writes each write before the next read.
inline DramConfig without_write_queue(DramConfig config) {
  config.write_queue_depth = config.write_high = 1;
  config.write_low = 0;
  return config;
}

/// Room for `depth` reads and as many writes, with watermarks that go with it.
inline DramConfig of_depth(DramConfig config, int depth) {
  config.queue_depth = config.write_queue_depth = depth;
  config.write_high = std::max(1, depth * 7 / 8);
  config.write_low = std::min(depth / 8, config.write_high - 1);
  return config;
}

/// Remembers the commands of a device.
class Recorder {
 public:
  /// `device` stays and has no other observer.
  explicit Recorder(DramDevice& device) : device_(device) {
    device.observe([this](const DramCommand& c) { commands.push_back(c); });
  }
  ~Recorder() { device_.observe(nullptr); }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Of the latest command of a kind; 0 if there was none.
  std::uint64_t end_of(DramCommand::Kind kind) const {
    std::uint64_t end = 0;
    for (const DramCommand& c : commands) {
      if (c.kind == kind) end = std::max(end, c.end_ps);
    }
    return end;
  }
  std::vector<DramCommand> commands;

 private:
  DramDevice& device_;
};

struct Access {
  std::uint64_t at_ps, address, bytes;
  bool is_write;
};

/// Arrivals at random distances; bursts of neighbours and jumps, reads and writes.
inline std::vector<Access> random_traffic(unsigned seed, std::size_t count,
                                          std::uint64_t mean_gap_ps) {
  std::mt19937_64 random(seed);
  std::vector<Access> traffic;
  std::uint64_t now = 0;
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (random() % 3 != 0) now += random() % (2 * mean_gap_ps + 1);
    if (random() % 2 == 0) next = random() % (std::uint64_t{1} << (12 + random() % 15));
    const std::uint64_t bytes = random() % 4 == 0 ? 1 + random() % 3000 : 1 + random() % 128;
    traffic.push_back({now, next, bytes, random() % 3 == 0});
    next += bytes;
  }
  return traffic;
}

}  // namespace dcnsim

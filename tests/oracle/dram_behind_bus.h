// SPDX-License-Identifier: Apache-2.0
// A DRAM for the naive machine, two cycles of the bus away. tests/perf/dram checks the DRAM itself.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "models/perf/dram/device.h"
#include "tests/oracle/machine/naive_machine.h"

namespace dcnsim::oracle {

class DramBehindBus : public Memory {
 public:
  DramBehindBus(const DramSpec& spec, const AcceleratorConfig& config)
      : dram_(spec, config.dram), period_ps_(std::llround(1e6 / config.clock_mhz)) {}

  Int access(Int cycle, const Burst& burst) override {
    const Int arrival_ps = (cycle + 2) * period_ps_;
    return pieces_of_time(dram_.access(
        static_cast<std::uint64_t>(arrival_ps), static_cast<std::uint64_t>(burst.address),
        static_cast<std::uint64_t>(burst.bytes), burst.stream == Stream::kOutput));
  }

  void waited(Wait cause, Int from, Int to) override {
    const std::string part = "." + std::string(to_string(cause));
    dram_.run_until(ps(to));
    const DramTime time = dram_.time_between(ps(from), ps(to));
    const Int refresh = std::min(to - from, static_cast<Int>(time.refresh_ps) / period_ps_);
    counts_["refresh_cycles" + part] += refresh;
    counts_["memory_busy_cycles" + part] +=
        std::min(to - from - refresh, static_cast<Int>(time.busy_ps) / period_ps_);
  }

  /// By name, of what happened since the call before; a layer ends in `cycle`.
  std::map<std::string, Int> counts_of_layer(Int cycle) {
    const DramEvents now = dram_.events(ps(cycle));
    std::map<std::string, Int> counts = std::move(counts_);
    counts_.clear();
    for (const char* cause : {"descriptor", "weight", "input", "output", "conflict"}) {
      counts.emplace(std::string("refresh_cycles.") + cause, 0);
      counts.emplace(std::string("memory_busy_cycles.") + cause, 0);
    }
    const auto since = [&](const char* name, std::uint64_t DramEvents::*event) {
      counts[name] = static_cast<Int>(now.*event - before_.*event);
    };
    since("dram.activates", &DramEvents::activates);
    since("dram.read_bytes", &DramEvents::read_bytes);
    since("dram.write_bytes", &DramEvents::write_bytes);
    since("dram.refreshes", &DramEvents::refreshes);
    since("dram.active_ps", &DramEvents::active_ps);
    since("dram.precharged_ps", &DramEvents::precharged_ps);
    before_ = now;
    return counts;
  }

 private:
  std::uint64_t ps(Int cycle) const { return static_cast<std::uint64_t>(cycle * period_ps_); }
  /// The clock edge at or after a time.
  Int pieces_of_time(std::uint64_t ps) const {
    const Int time = static_cast<Int>(ps);
    return time / period_ps_ + (time % period_ps_ == 0 ? 0 : 1);
  }

  DramDevice dram_;
  Int period_ps_;
  DramEvents before_;
  std::map<std::string, Int> counts_;
};

}  // namespace dcnsim::oracle

// SPDX-License-Identifier: Apache-2.0
// A memory of a stated latency and bandwidth, over integer picoseconds: no banks, no rows, no
// refresh, no queue that could be full. What is left of a wait behind it is the bus's.
#pragma once

#include <cstdint>

#include "models/arch/accelerator_config.h"
#include "models/perf/memory_model.h"

namespace dcnsim {

/// That of the machine, its bandwidth in time: bytes a cycle of its clock pass in whole cycles.
IdealConfig ideal_memory(const AcceleratorConfig& config);

class IdealDevice : public MemoryModel {
 public:
  explicit IdealDevice(const IdealConfig& config);

  /// Accesses pass one behind the other at the bandwidth, in the order of the calls; arrivals in
  /// the past of an earlier one count as coming with it. Done a latency after the last byte.
  std::uint64_t access(std::uint64_t now_ps, std::uint64_t address, std::uint64_t bytes,
                       bool is_write) override;

  /// Nothing is under way, counts are 0.
  void begin_job(std::uint64_t now_ps) override;
  /// It is never at work: whoever waits for its latency waits for what he loads.
  DramTime time_between(std::uint64_t, std::uint64_t) override { return {}; }
  /// Bytes as asked for, no commands and no background time.
  DramEvents events_until(std::uint64_t) override { return events_; }

 private:
  const std::uint64_t latency_ps_;
  const double ps_per_byte_;   ///< 0: no limit
  std::uint64_t free_ps_ = 0;  ///< when the bytes of all accesses have passed
  DramEvents events_;
};

}  // namespace dcnsim

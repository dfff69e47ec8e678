// SPDX-License-Identifier: Apache-2.0
// A memory as whoever drives a Pipeline without SystemC sees it: when its accesses are done, and
// what only a memory knows. One class a MemoryKind; with SystemC it is MainMemory
// (models/tlm/main_memory.h).
#pragma once

#include <cstdint>
#include <memory>

#include "models/perf/memory_meter.h"

namespace dcnsim {

struct AcceleratorConfig;
struct DramSpec;

class MemoryModel : public MemoryMeter {
 public:
  /// Access of `bytes` at `address` that arrives at `now_ps`, served after all before it; returns
  /// when it is done.
  virtual std::uint64_t access(std::uint64_t now_ps, std::uint64_t address, std::uint64_t bytes,
                               bool is_write) = 0;
};

/// The memory that the configuration asks for (memory.kind), for one user. Throws what DramDevice
/// throws.
std::unique_ptr<MemoryModel> make_memory(const AcceleratorConfig& config, const DramSpec& dram);

}  // namespace dcnsim

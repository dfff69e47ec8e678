// SPDX-License-Identifier: Apache-2.0
// The memory that a machine's configuration asks for (memory.kind), to be joined and measured by
// those who need not know its kind.
#pragma once

#include <memory>
#include <tlm>

#include "models/perf/dram/command.h"
#include "models/perf/memory_meter.h"

namespace dcnsim {

struct AcceleratorConfig;
struct DramSpec;

class MainMemory {
 public:
  virtual ~MainMemory() = default;
  virtual tlm::tlm_target_socket<32>& socket() = 0;
  /// For the one accelerator that works with this memory.
  virtual MemoryMeter& own_meter() = 0;
  /// For each of several that share it.
  virtual MemoryMeter& shared_meter() = 0;
  /// Tells `observer` every DRAM command from now on; another kind of memory has none.
  virtual void observe(const DramObserver& observer) = 0;
};

/// Called while a system is elaborated; the module is named after its kind, "dram" or "memory".
/// Throws what Dram throws.
std::unique_ptr<MainMemory> make_main_memory(const AcceleratorConfig& config, const DramSpec& dram);

}  // namespace dcnsim

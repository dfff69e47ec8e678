// SPDX-License-Identifier: Apache-2.0
// A system on chip to run firmware on: RISC-V CPU with its RAM, timer, interrupt controller, UART
// and finisher, one or more accelerators, and the DRAM they all share, on one bus (memory_map.h).
// One VirtualPlatform lives in a process (SystemC elaborates once).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/arch/transport.h"
#include "models/perf/counters.h"
#include "models/perf/dram/command.h"
#include "models/perf/pipeline.h"
#include "platform/riscv/boot_table.h"

namespace dcnsim {
class Wiring;
}

namespace dcnsim::riscv {

class Debugger;

struct PlatformAccelerator {
  AcceleratorConfig config;  ///< but for its memory, which is the platform's
  Transport transport = Transport::kLooselyTimed;
  DcnPlace place{};
  /// Told of everything that its pipeline does; may be null. Stays.
  PipelineClient* observer = nullptr;
};

struct PlatformConfig {
  AcceleratorConfig memory;  ///< of which the memory alone counts: kind, ideal, dram
  DramSpec dram;
  std::vector<PlatformAccelerator> accelerators;  ///< 1..DCN_ACCELERATORS_MAX
  /// How far processor and loosely timed accelerators may run ahead of simulated time.
  std::uint64_t quantum_ps = 1'000'000;
  double cpu_mhz = 400;
  /// Joins the sockets (models/tlm/wiring.h), directly if null. Stays.
  Wiring* wiring = nullptr;
  /// Decides when the processor runs; may be null. Stays.
  Debugger* debugger = nullptr;
  /// Told of every command of the DRAM; may be empty.
  DramObserver dram_observer;
  /// Waveforms go to this file, to whose name SystemC adds ".vcd"; none if empty.
  std::string vcd;
  /// Accelerators do not run ahead of simulated time, whatever the quantum: what they do is seen
  /// when it happens.
  bool accelerators_on_time = false;
};

/// An accelerator's configuration with the memory of a platform's.
AcceleratorConfig with_memory_of(AcceleratorConfig accelerator, const AcceleratorConfig& memory);

/// Accelerators that are alike, at their usual places, with the memory of their configuration.
PlatformConfig alike(const AcceleratorConfig& accelerator, const DramSpec& dram,
                     std::uint32_t count = 1, Transport transport = Transport::kLooselyTimed);

/// How a run ended.
enum class PlatformEnd : std::uint8_t {
  kFinished,  ///< the firmware said so
  kAsleep,    ///< it sleeps, and nothing would wake it
  kTimeout,
  kDebugger
};

struct PlatformRun {
  PlatformEnd end = PlatformEnd::kFinished;
  std::optional<std::uint32_t> exit_code;  ///< of kFinished
  std::uint64_t simulated_ps = 0;
  std::uint64_t slept_ps = 0;  ///< by the CPU, in WFI
  std::uint64_t instructions = 0;
};

class VirtualPlatform {
 public:
  /// Elaborates the system. `terminal` shows what the firmware writes to the UART, and stays.
  /// Throws std::runtime_error if the memory map has no room for the configuration.
  VirtualPlatform(const PlatformConfig& config, std::ostream& terminal);
  ~VirtualPlatform();

  /// Loads an ELF file; throws std::runtime_error naming it if it is none or does not fit.
  void load_firmware(const std::string& elf_path);

  /// Memory without time; throws std::runtime_error if the address is not all memory.
  void write_memory(std::uint32_t address, const std::vector<std::uint8_t>& bytes);
  std::vector<std::uint8_t> read_memory(std::uint32_t address, std::size_t count);

  /// The firmware, which begins with `a1`, until it ends or sleeps for ever, or for `max_ps` of
  /// simulated time (0: without a limit); once.
  PlatformRun run(std::uint32_t a1 = 0, std::uint64_t max_ps = 0);

  /// What each descriptor that an accelerator has executed since it was last started counted: of
  /// one job and of those queued behind it. DRAM events are 0: the memory
  /// is shared, and its events cannot be given to one of those who work with it.
  const std::vector<LayerCounters>& layer_counters(std::uint32_t accelerator) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dcnsim::riscv

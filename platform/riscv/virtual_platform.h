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

namespace dcnsim {
class Wiring;
}

namespace dcnsim::riscv {

struct PlatformConfig {
  AcceleratorConfig accelerator;
  DramSpec dram;
  std::uint32_t accelerators = 1;  ///< 1..DCN_ACCELERATORS_MAX
  Transport transport = Transport::kLooselyTimed;
  /// How far processor and loosely timed accelerators may run ahead of simulated time.
  std::uint64_t quantum_ps = 1'000'000;
  double cpu_mhz = 400;
  /// Joins the sockets (models/tlm/wiring.h), directly if null. Stays.
  Wiring* wiring = nullptr;
};

struct PlatformRun {
  std::optional<std::uint32_t> exit_code;  ///< nothing: it sleeps, and nothing would wake it
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

  /// The firmware, which begins with `a1`, until it ends or sleeps for ever; once.
  PlatformRun run(std::uint32_t a1 = 0);

  /// What each descriptor of the last job of an accelerator counted. DRAM events are 0: the memory
  /// is shared, and its events cannot be given to one of those who work with it.
  const std::vector<LayerCounters>& layer_counters(std::uint32_t accelerator) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dcnsim::riscv

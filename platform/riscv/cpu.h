// SPDX-License-Identifier: Apache-2.0
// The RISC-V processor as a SystemC module: a Core whose instructions take time, whose memories are
// reached through the direct memory interface and whose other accesses are transactions. Runs ahead
// of simulated time within the global quantum; an access is made, and an interrupt taken, on time.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/tlm/clocking.h"
#include "platform/riscv/core.h"
#include "platform/riscv/debugger.h"

namespace dcnsim::riscv {

struct CpuConfig {
  double clock_mhz = 400;
  std::uint64_t cycles_per_instruction = 1;
};

class Cpu : public sc_core::sc_module, private CoreClient, private DebugTarget {
 public:
  tlm_utils::simple_initiator_socket<Cpu, 32> bus;
  sc_core::sc_in<bool> external_irq, timer_irq;  ///< level

  /// Bus addresses of a target that grants direct memory access.
  struct MemoryRange {
    std::uint32_t base;
    std::uint64_t bytes;
  };

  Cpu(const sc_core::sc_module_name& name, const CpuConfig& config,
      std::vector<MemoryRange> memories);
  /// Asks for direct access to the memories; an error report if one refuses, or withdraws it later.
  void start_of_simulation() override;

  /// Where execution begins, and what register a1 holds then; before the simulation starts.
  void boot(std::uint32_t pc, std::uint32_t a1);

  /// Before the simulation starts: `debugger`, which stays, decides from the first instruction on.
  void debug(Debugger& debugger) { debugger_ = &debugger; }
  /// The debugger has ended the simulation.
  bool ended_by_debugger() const { return ended_by_debugger_; }
  /// Shows what it does in `file`.
  void trace(sc_core::sc_trace_file* file) const override;

  std::uint64_t instructions() const { return core_ ? core_->instructions() : 0; }
  /// Time spent in WFI.
  sc_core::sc_time slept() const {
    return asleep_ ? slept_ + (sc_core::sc_time_stamp() - asleep_since_) : slept_;
  }

 private:
  // CoreClient
  bool load(std::uint32_t address, unsigned bytes, std::uint32_t& value) override;
  bool store(std::uint32_t address, unsigned bytes, std::uint32_t value) override;
  std::uint64_t checkpoint(std::uint64_t instructions) override;

  // DebugTarget
  Core& core() override { return *core_; }
  std::optional<std::vector<std::uint8_t>> read_memory(std::uint32_t address,
                                                       std::uint32_t bytes) override;
  bool write_memory(std::uint32_t address, std::vector<std::uint8_t> bytes) override;

  void execute();
  Pause sleep();
  bool stop(Pause why);
  bool debug_access(tlm::tlm_command command, std::uint32_t address,
                    std::vector<std::uint8_t>& bytes);
  void memory_withdrawn(sc_dt::uint64 start, sc_dt::uint64 end);
  void interrupts_changed();
  bool access(tlm::tlm_command command, std::uint32_t address, unsigned bytes, std::uint8_t* data);
  sc_core::sc_time time_of(std::uint64_t instructions) const;
  void pass_time();

  const Clocking clocking_;
  const std::uint64_t cycles_per_instruction_;
  const std::vector<MemoryRange> ranges_;
  std::uint32_t boot_pc_ = 0, boot_a1_ = 0;
  std::unique_ptr<Core> core_;
  /// Of every access. On the stack of a process that never runs again it would not be freed.
  tlm::tlm_generic_payload payload_;
  tlm_utils::tlm_quantumkeeper keeper_;
  std::uint64_t timed_instructions_ = 0;  ///< whose time the keeper has
  sc_core::sc_time slept_;
  bool asleep_ = false;
  sc_core::sc_time asleep_since_;
  sc_core::sc_event interrupt_;
  Debugger* debugger_ = nullptr;
  bool ended_by_debugger_ = false;
  std::uint64_t asks_debugger_at_ = 0;  ///< instructions
};

}  // namespace dcnsim::riscv

// SPDX-License-Identifier: Apache-2.0
// An RV32IMAC hart in machine mode: Unicorn's translated code, and around it what Unicorn leaves
// out: traps, interrupts, sleep, a count of instructions. Knows neither time nor a bus, which its
// client brings.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <vector>

struct uc_struct;

namespace dcnsim::riscv {

/// What a Core asks of whoever it runs in; may switch coroutines, may throw.
class CoreClient {
 public:
  virtual ~CoreClient() = default;
  /// An access outside the core's memories; false on a bus error.
  virtual bool load(std::uint32_t address, unsigned bytes, std::uint32_t& value) = 0;
  virtual bool store(std::uint32_t address, unsigned bytes, std::uint32_t value) = 0;
  /// Called when `instructions` have been executed, the last checkpoint or more; returns the next.
  virtual std::uint64_t checkpoint(std::uint64_t instructions) = 0;
};

/// Memory that the core reaches without its client, in whole pages of 4 KiB.
struct CoreMemory {
  std::uint32_t base;
  std::uint64_t bytes;
  std::uint8_t* data;
};

/// Interrupt lines and their causes, low to high priority.
enum class Interrupt : std::uint32_t { kTimer = 7, kExternal = 11 };

/// Why a core stopped executing.
enum class Pause : std::uint8_t {
  kAsleep,      ///< in a WFI that has to wait: go on once can_wake()
  kBreakpoint,  ///< the next instruction has one
  kStep,        ///< an instruction was executed, or a trap taken in its place
  kRequest      ///< request_pause()
};

/// Interrupts are taken between basic blocks. A bus error is an imprecise access fault, for within
/// an access Unicorn only knows the PC of the block: the trap comes before the next basic block,
/// whose address is in mepc, with the address accessed in mtval.
class Core {
 public:
  /// `memories` in ascending order, without overlap; every other address is the client's.
  Core(CoreClient& client, const std::vector<CoreMemory>& memories);
  ~Core();

  /// Reset: begins at `pc` with `a1`.
  void start(std::uint32_t pc, std::uint32_t a1);
  /// Executes until there is a reason to pause. Throws what the client threw, and
  /// std::runtime_error if a trap has no handler.
  Pause run() { return run(false); }
  /// The same for one instruction. Asleep, it has been executed.
  Pause step() { return run(true); }

  void set_interrupt(Interrupt line, bool level);
  /// An enabled interrupt is pending, whether interrupts are on or not.
  bool can_wake() const;
  std::uint64_t instructions() const { return instructions_; }

  // For debuggers, between two runs but where it says otherwise.

  /// Before the next basic block; also called by the client within a run.
  void request_pause() { pause_requested_ = attention_ = true; }
  /// Pauses before the instruction is executed, but for the one that it paused at. Costs nothing
  /// elsewhere.
  void add_breakpoint(std::uint32_t address);
  void remove_breakpoint(std::uint32_t address);
  /// Code may have been written into the memory behind the core's back.
  void memory_written(std::uint32_t address, std::uint32_t bytes);
  std::uint32_t pc() const { return pc_; }
  void set_pc(std::uint32_t pc);
  /// x0..x31.
  std::uint32_t x(unsigned number) const;
  void set_x(unsigned number, std::uint32_t value);
  /// Control and status registers by their numbers; nothing, or false, for one that it does not
  /// show or that cannot be written.
  std::optional<std::uint32_t> csr(std::uint32_t number) const;
  bool set_csr(std::uint32_t number, std::uint32_t value);

 private:
  struct Fault {
    std::uint32_t cause;
    std::uint32_t value;
  };
  struct Callbacks;
  struct Close {
    void operator()(uc_struct* engine) const;
  };

  Pause run(bool step);
  std::optional<Pause> execute(bool step);
  std::size_t hook_code(std::uint32_t address);
  void unhook_code(std::size_t hook, std::uint32_t address);
  void reach(std::uint32_t address);
  void map(const CoreMemory& memory);
  void forward(std::uint64_t from, std::uint64_t to);
  std::uint32_t load(std::uint32_t address, unsigned bytes);
  void store(std::uint32_t address, unsigned bytes, std::uint32_t value);
  void fail(const Fault& bus_error);
  void keep_thrown();
  bool leaves() const;
  void begin_block(std::uint32_t address, std::uint32_t bytes);
  void trap(const Fault& fault);
  std::optional<Fault> taken_interrupt() const;
  bool is_memory(std::uint32_t address) const;
  const std::uint8_t* bytes_at(std::uint32_t address) const;
  std::uint32_t block_length(std::uint32_t address, std::uint32_t bytes);
  bool is_after_wfi() const;
  std::uint32_t get(int reg) const;
  void set(int reg, std::uint32_t value);

  struct BlockLength {
    std::uint32_t address = 0, bytes = 0, instructions = 0;
  };
  struct Window {  ///< of the client's addresses
    Core* core;
    std::uint32_t base;
  };

  CoreClient& client_;
  const std::vector<CoreMemory> memories_;
  std::deque<Window> windows_;  ///< stay where they are
  std::unique_ptr<uc_struct, Close> engine_;
  std::uint32_t pc_ = 0;
  std::uint32_t lines_ = 0;  ///< as in mip
  std::uint64_t instructions_ = 0;
  std::uint64_t checkpoint_ = 0;
  bool leaving_ = false;            ///< begin_block has stopped the engine
  std::optional<Fault> bus_error_;  ///< to be reported before the next block
  std::optional<std::uint32_t> exception_;
  std::exception_ptr thrown_;  ///< by the client, under Unicorn's frames
  struct Block {
    std::uint32_t address = 0, bytes = 0;
  } block_;                                           ///< begun last
  bool stepping_ = false, stepped_ = false;           ///< stepped_: its block has begun
  bool pause_requested_ = false;                      ///< and not yet made
  bool attention_ = false;                            ///< each block is looked at
  bool reached_ = false;                              ///< an instruction to pause before
  std::map<std::uint32_t, std::size_t> breakpoints_;  ///< Unicorn's hooks, by address
  std::optional<std::uint32_t> paused_at_;            ///< its breakpoint does not count again
  std::array<BlockLength, 4096> lengths_;             ///< direct-mapped cache
};

}  // namespace dcnsim::riscv

// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/core.h"

#include <unicorn/unicorn.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace dcnsim::riscv {
namespace {

constexpr std::uint32_t kStatusMie = 1u << 3, kStatusMpie = 1u << 7, kStatusMpp = 3u << 11;
constexpr std::uint32_t kInterruptCause = 1u << 31;
constexpr std::uint32_t kFetchFault = 1, kIllegalInstruction = 2, kLoadFault = 5, kStoreFault = 7;
constexpr std::uint32_t kUserCall = 8, kMachineCall = 11;
constexpr std::uint32_t kWfi = 0x10500073;
constexpr std::uint64_t kNowhere = UINT64_MAX;  ///< code never gets there

void require(uc_err error, const char* what) {
  if (error != UC_ERR_OK) {
    throw std::runtime_error(std::string("unicorn: ") + what + ": " + uc_strerror(error));
  }
}

std::string hex(std::uint32_t value) {
  char text[11];
  std::snprintf(text, sizeof text, "0x%08x", static_cast<unsigned>(value));
  return text;
}

/// Those that debuggers see, and what Unicorn calls them.
constexpr std::pair<std::uint32_t, int> kCsrs[] = {
    {0x300, UC_RISCV_REG_MSTATUS},  {0x304, UC_RISCV_REG_MIE},  {0x305, UC_RISCV_REG_MTVEC},
    {0x340, UC_RISCV_REG_MSCRATCH}, {0x341, UC_RISCV_REG_MEPC}, {0x342, UC_RISCV_REG_MCAUSE},
    {0x343, UC_RISCV_REG_MTVAL}};
constexpr std::uint32_t kMip = 0x344;

std::optional<int> unicorn_csr(std::uint32_t number) {
  for (const auto& [csr, name] : kCsrs) {
    if (csr == number) return name;
  }
  return std::nullopt;
}

std::uint32_t line_bit(Interrupt line) { return 1u << static_cast<std::uint32_t>(line); }

}  // namespace

/// Unicorn calls these from translated code, which no exception may cross.
struct Core::Callbacks {
  static std::uint64_t read(uc_engine*, std::uint64_t offset, unsigned bytes, void* data) {
    const auto& window = *static_cast<const Window*>(data);
    return window.core->load(window.base + static_cast<std::uint32_t>(offset), bytes);
  }
  static void write(uc_engine*, std::uint64_t offset, unsigned bytes, std::uint64_t value,
                    void* data) {
    const auto& window = *static_cast<const Window*>(data);
    window.core->store(window.base + static_cast<std::uint32_t>(offset), bytes,
                       static_cast<std::uint32_t>(value));
  }
  static void block(uc_engine*, std::uint64_t address, std::uint32_t bytes, void* data) {
    static_cast<Core*>(data)->begin_block(static_cast<std::uint32_t>(address), bytes);
  }
  static void code(uc_engine*, std::uint64_t address, std::uint32_t, void* data) {
    static_cast<Core*>(data)->reach(static_cast<std::uint32_t>(address));
  }
  /// Unicorn reports exceptions here and vectors none of them.
  static void exception(uc_engine* engine, std::uint32_t cause, void* data) {
    static_cast<Core*>(data)->exception_ = cause;
    uc_emu_stop(engine);
  }
};

void Core::Close::operator()(uc_struct* engine) const { uc_close(engine); }

Core::Core(CoreClient& client, const std::vector<CoreMemory>& memories)
    : client_(client), memories_(memories) {
  uc_engine* engine = nullptr;
  require(uc_open(UC_ARCH_RISCV, UC_MODE_RISCV32, &engine), "open");
  engine_.reset(engine);
  std::uint64_t end = 0;
  for (const CoreMemory& memory : memories_) {
    forward(end, memory.base);
    map(memory);
    end = memory.base + memory.bytes;
  }
  forward(end, std::uint64_t{1} << 32);

  const auto add_hook = [&](int type, auto* function) {
    uc_hook hook = 0;
    require(uc_hook_add(engine, &hook, type, reinterpret_cast<void*>(function), this,
                        std::uint64_t{1}, std::uint64_t{0}),
            "hook");
  };
  add_hook(UC_HOOK_BLOCK, &Callbacks::block);
  add_hook(UC_HOOK_INTR, &Callbacks::exception);
}

Core::~Core() = default;

void Core::map(const CoreMemory& memory) {
  require(uc_mem_map_ptr(engine_.get(), memory.base, memory.bytes, UC_PROT_ALL, memory.data),
          "memory");
}

/// An unmapped access would end the emulation: all that is not memory goes to the client, which
/// knows what a bus error is.
void Core::forward(std::uint64_t from, std::uint64_t to) {
  if (from == to) return;
  Window* window = &windows_.emplace_back(Window{this, static_cast<std::uint32_t>(from)});
  require(uc_mmio_map(engine_.get(), from, to - from, &Callbacks::read, window, &Callbacks::write,
                      window),
          "window");
}

void Core::start(std::uint32_t pc, std::uint32_t a1) {
  pc_ = pc;
  set(UC_RISCV_REG_A1, a1);
}

Pause Core::run(bool step) {
  std::optional<Pause> pause;
  while (!pause) {
    if (pause_requested_) {
      pause = Pause::kRequest;
    } else if (const auto interrupt = taken_interrupt()) {
      trap(*interrupt);
      if (step) pause = Pause::kStep;
    } else {
      pause = execute(step);
    }
  }
  paused_at_.reset();
  if (*pause == Pause::kAsleep) return *pause;
  paused_at_ = pc_;
  pause_requested_ = false;
  return *pause;
}

/// Until Unicorn returns, for whatever reason.
std::optional<Pause> Core::execute(bool step) {
  leaving_ = reached_ = stepped_ = false;
  stepping_ = step;
  attention_ = step || pause_requested_ || !breakpoints_.empty();
  // An instruction that does not end its block is stepped by a pause before the next one. Unicorn's
  // own count would have it drop all translated code.
  const std::uint8_t* code = bytes_at(pc_);
  const std::uint32_t next = pc_ + (code != nullptr && (*code & 3) == 3 ? 4 : 2);
  const std::size_t hook = step ? hook_code(next) : 0;
  const uc_err error = uc_emu_start(engine_.get(), pc_, kNowhere, 0, 0);
  if (step) unhook_code(hook, next);
  pc_ = get(UC_RISCV_REG_PC);
  if (reached_) {
    instructions_ -= block_length(block_.address, block_.bytes);
    instructions_ += block_length(block_.address, pc_ - block_.address);
  }
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  const std::optional<Pause> done = step ? std::optional(Pause::kStep) : std::nullopt;
  if (bus_error_) {
    trap(*std::exchange(bus_error_, std::nullopt));
  } else if (exception_) {
    pc_ -= 4;  // Unicorn has gone on by as much, whatever the instruction
    const std::uint32_t cause = *std::exchange(exception_, std::nullopt);
    trap({cause == kUserCall ? kMachineCall : cause, 0});
  } else if (reached_) {
    return done.value_or(Pause::kBreakpoint);
  } else if (error == UC_ERR_OK && leaving_) {
    return stepped_ ? done : std::nullopt;
  } else if (error == UC_ERR_OK) {
    // Unicorn returns from a WFI without a word, with the PC behind it.
    if (!is_after_wfi()) throw std::runtime_error("unicorn: stopped at " + hex(pc_));
    if (!can_wake()) return Pause::kAsleep;
  } else if (error == UC_ERR_INSN_INVALID) {
    trap({kIllegalInstruction, 0});
  } else {
    trap({kFetchFault, pc_});
  }
  return done;
}

void Core::set_interrupt(Interrupt line, bool level) {
  lines_ = level ? lines_ | line_bit(line) : lines_ & ~line_bit(line);
}

bool Core::can_wake() const { return (lines_ & get(UC_RISCV_REG_MIE)) != 0; }

std::optional<Core::Fault> Core::taken_interrupt() const {
  if (!can_wake() || (get(UC_RISCV_REG_MSTATUS) & kStatusMie) == 0) {
    return std::nullopt;
  }
  const bool external = (lines_ & get(UC_RISCV_REG_MIE) & line_bit(Interrupt::kExternal)) != 0;
  const Interrupt line = external ? Interrupt::kExternal : Interrupt::kTimer;
  return Fault{kInterruptCause | static_cast<std::uint32_t>(line), 0};
}

/// Unicorn has no interrupt logic: what the privileged specification (3.1.6.1, 3.1.7) has the
/// hardware do.
void Core::trap(const Fault& fault) {
  const std::uint32_t status = get(UC_RISCV_REG_MSTATUS);
  const std::uint32_t vector = get(UC_RISCV_REG_MTVEC);
  const bool vectored = (vector & 3) == 1 && (fault.cause & kInterruptCause) != 0;
  const std::uint32_t handler =
      (vector & ~3u) + (vectored ? 4 * (fault.cause & ~kInterruptCause) : 0);
  if (!is_memory(handler)) {
    throw std::runtime_error("trap with cause " + hex(fault.cause) + " at " + hex(pc_) +
                             ", value " + hex(fault.value) + ": mtvec is " + hex(vector) +
                             ", expected a handler in memory");
  }
  set(UC_RISCV_REG_MEPC, pc_);
  set(UC_RISCV_REG_MCAUSE, fault.cause);
  set(UC_RISCV_REG_MTVAL, fault.value);
  set(UC_RISCV_REG_MSTATUS, (status & ~(kStatusMie | kStatusMpie)) | kStatusMpp |
                                ((status & kStatusMie) != 0 ? kStatusMpie : 0));
  pc_ = handler;
  paused_at_.reset();
}

std::uint32_t Core::load(std::uint32_t address, unsigned bytes) {
  std::uint32_t value = 0;
  if (thrown_) return value;
  try {
    if (!client_.load(address, bytes, value)) fail({kLoadFault, address});
  } catch (...) {
    keep_thrown();
  }
  return value;
}

void Core::store(std::uint32_t address, unsigned bytes, std::uint32_t value) {
  if (thrown_) return;
  try {
    if (!client_.store(address, bytes, value)) fail({kStoreFault, address});
  } catch (...) {
    keep_thrown();
  }
}

void Core::fail(const Fault& bus_error) {
  bus_error_ = bus_error;
  attention_ = true;
}

void Core::keep_thrown() {
  thrown_ = std::current_exception();
  attention_ = true;
}

/// Whether the block that begins has to wait.
bool Core::leaves() const {
  return bus_error_ || thrown_ || pause_requested_ || (stepping_ && stepped_) ||
         (lines_ != 0 && taken_interrupt());
}

/// Called before each basic block, and the only place that stops the engine: stopped from an
/// access, Unicorn would execute the whole block once more, with all its writes.
void Core::begin_block(std::uint32_t address, std::uint32_t bytes) {
  try {
    if (instructions_ >= checkpoint_) checkpoint_ = client_.checkpoint(instructions_);
  } catch (...) {
    keep_thrown();
  }
  if (attention_ || lines_ != 0) {
    if (leaves()) {
      leaving_ = true;
      uc_emu_stop(engine_.get());
      return;
    }
    stepped_ = true;
    block_ = {address, bytes};
  }
  instructions_ += block_length(address, bytes);
}

/// Called before an instruction that is hooked.
void Core::reach(std::uint32_t address) {
  if (leaving_ || std::exchange(paused_at_, std::nullopt) == address) return;
  reached_ = true;
  uc_emu_stop(engine_.get());
}

/// Unicorn looks for hooks when it translates.
std::size_t Core::hook_code(std::uint32_t address) {
  uc_hook hook = 0;
  require(uc_hook_add(engine_.get(), &hook, UC_HOOK_CODE, reinterpret_cast<void*>(&Callbacks::code),
                      this, std::uint64_t{address}, std::uint64_t{address}),
          "hook");
  memory_written(address, 2);
  return hook;
}

void Core::unhook_code(std::size_t hook, std::uint32_t address) {
  require(uc_hook_del(engine_.get(), hook), "hook");
  memory_written(address, 2);
}

void Core::add_breakpoint(std::uint32_t address) {
  if (breakpoints_.count(address) == 0) breakpoints_[address] = hook_code(address);
}

void Core::remove_breakpoint(std::uint32_t address) {
  const auto found = breakpoints_.find(address);
  if (found == breakpoints_.end()) return;
  unhook_code(found->second, address);
  breakpoints_.erase(found);
}

/// What was translated from there is translated anew.
void Core::memory_written(std::uint32_t address, std::uint32_t bytes) {
  if (!is_memory(address)) return;
  require(
      uc_ctl_remove_cache(engine_.get(), std::uint64_t{address}, std::uint64_t{address} + bytes),
      "translated code");
  lengths_.fill({});
}

void Core::set_pc(std::uint32_t pc) {
  pc_ = pc;
  paused_at_.reset();
}

std::uint32_t Core::x(unsigned number) const {
  return get(UC_RISCV_REG_X0 + static_cast<int>(number));
}

void Core::set_x(unsigned number, std::uint32_t value) {
  if (number != 0) set(UC_RISCV_REG_X0 + static_cast<int>(number), value);
}

std::optional<std::uint32_t> Core::csr(std::uint32_t number) const {
  if (number == kMip) return lines_;
  const std::optional<int> reg = unicorn_csr(number);
  return reg ? std::optional(get(*reg)) : std::nullopt;
}

bool Core::set_csr(std::uint32_t number, std::uint32_t value) {
  const std::optional<int> reg = unicorn_csr(number);
  if (reg) set(*reg, value);
  return reg.has_value();
}

const std::uint8_t* Core::bytes_at(std::uint32_t address) const {
  for (const CoreMemory& memory : memories_) {
    if (address >= memory.base && address - memory.base < memory.bytes) {
      return memory.data + (address - memory.base);
    }
  }
  return nullptr;
}

bool Core::is_memory(std::uint32_t address) const { return bytes_at(address) != nullptr; }

/// Counting by the block is four times as fast as Unicorn's count, which hooks every instruction.
std::uint32_t Core::block_length(std::uint32_t address, std::uint32_t bytes) {
  BlockLength& known = lengths_[address / 2 % lengths_.size()];
  if (known.address == address && known.bytes == bytes) return known.instructions;
  known = {address, bytes, 0};
  // Where an illegal instruction begins a block, Unicorn gives 0 or 16 bits of a negative size.
  if (bytes > INT16_MAX) return 0;
  const std::uint8_t* code = bytes_at(address);
  for (std::uint32_t at = 0; code != nullptr && at < bytes; ++known.instructions) {
    at += (code[at] & 3) == 3 ? 4 : 2;  // the others are compressed
  }
  return known.instructions;
}

bool Core::is_after_wfi() const {
  const std::uint8_t* code = bytes_at(pc_ - 4);
  std::uint32_t instruction = 0;
  if (code != nullptr && is_memory(pc_ - 1)) std::memcpy(&instruction, code, sizeof instruction);
  return instruction == kWfi;
}

std::uint32_t Core::get(int reg) const {
  std::uint32_t value = 0;
  require(uc_reg_read(engine_.get(), reg, &value), "register");
  return value;
}

void Core::set(int reg, std::uint32_t value) {
  require(uc_reg_write(engine_.get(), reg, &value), "register");
}

}  // namespace dcnsim::riscv

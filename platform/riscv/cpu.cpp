// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/cpu.h"

#include <algorithm>
#include <string>

#include "models/tlm/systemc.h"

namespace dcnsim::riscv {
namespace {

/// How often a debugger is asked whether it wants to stop the processor.
constexpr std::uint64_t kInstructionsBetweenQuestions = 100'000;
sc_core::sc_time sleep_between_questions() { return {10, sc_core::SC_US}; }

}  // namespace

Cpu::Cpu(const sc_core::sc_module_name& name, const CpuConfig& config,
         std::vector<MemoryRange> memories)
    : sc_module(name),
      bus("bus"),
      external_irq("external_irq"),
      timer_irq("timer_irq"),
      clocking_(config.clock_mhz),
      cycles_per_instruction_(config.cycles_per_instruction),
      ranges_(std::move(memories)),
      interrupt_("interrupt") {
  bus.register_invalidate_direct_mem_ptr(this, &Cpu::memory_withdrawn);
  DCNSIM_PROCESSES_OF(Cpu);
  SC_THREAD(execute);
  set_stack_size(1 << 20);  // Unicorn translates on the stack of whoever runs it
  SC_METHOD(interrupts_changed);
  sensitive << external_irq << timer_irq;
  dont_initialize();
}

void Cpu::start_of_simulation() {
  std::vector<CoreMemory> memories;
  for (const MemoryRange& range : ranges_) {
    tlm::tlm_generic_payload payload;
    payload.set_address(range.base);
    payload.set_read();
    tlm::tlm_dmi dmi;
    const bool granted = bus->get_direct_mem_ptr(payload, dmi) && dmi.is_read_write_allowed() &&
                         dmi.get_start_address() <= range.base &&
                         dmi.get_end_address() >= range.base + range.bytes - 1;
    if (!granted) {
      SC_REPORT_ERROR(name(), ("no direct access to the memory at " + std::to_string(range.base) +
                               ", which the processor needs")
                                  .c_str());
    }
    memories.push_back(
        {range.base, range.bytes, dmi.get_dmi_ptr() + (range.base - dmi.get_start_address())});
  }
  core_ = std::make_unique<Core>(static_cast<CoreClient&>(*this), memories);
  core_->start(boot_pc_, boot_a1_);
}

void Cpu::boot(std::uint32_t pc, std::uint32_t a1) {
  boot_pc_ = pc;
  boot_a1_ = a1;
}

void Cpu::trace(sc_core::sc_trace_file* file) const {
  const std::string prefix = std::string(name()) + ".";
  sc_core::sc_trace(file, asleep_, prefix + "asleep");
  sc_core::sc_trace(file, external_irq, prefix + "external_irq");
  sc_core::sc_trace(file, timer_irq, prefix + "timer_irq");
}

void Cpu::execute() {
  bool step = debugger_ != nullptr && stop(Pause::kRequest);
  while (true) {
    Pause pause = step ? core_->step() : core_->run();
    pass_time();
    keeper_.sync();
    if (pause == Pause::kAsleep) {
      pause = sleep();
      if (pause == Pause::kAsleep && step) pause = Pause::kStep;
    }
    if (pause != Pause::kAsleep) step = stop(pause);
  }
}

/// Until an interrupt (kAsleep), or until the debugger wants to stop (kRequest).
Pause Cpu::sleep() {
  asleep_since_ = sc_core::sc_time_stamp();
  asleep_ = true;
  bool pause = false;
  while (!core_->can_wake() && !pause) {
    if (debugger_ == nullptr || !debugger_->is_attached()) {
      sc_core::wait(interrupt_);
    } else {
      pause = debugger_->wants_pause(!sc_core::sc_pending_activity());
      if (!pause) sc_core::wait(sleep_between_questions(), interrupt_);
    }
  }
  asleep_ = false;
  slept_ += sc_core::sc_time_stamp() - asleep_since_;
  return pause ? Pause::kRequest : Pause::kAsleep;
}

/// Whether the debugger wants a step.
bool Cpu::stop(Pause why) {
  const Resume resume = debugger_->stopped(*this, why);
  if (resume == Resume::kEnd) {
    ended_by_debugger_ = true;
    sc_core::sc_pause();
    while (true) sc_core::wait(interrupt_);
  }
  return resume == Resume::kStep;
}

std::optional<std::vector<std::uint8_t>> Cpu::read_memory(std::uint32_t address,
                                                          std::uint32_t count) {
  std::vector<std::uint8_t> bytes(count);
  if (!debug_access(tlm::TLM_READ_COMMAND, address, bytes)) return std::nullopt;
  return bytes;
}

bool Cpu::write_memory(std::uint32_t address, std::vector<std::uint8_t> bytes) {
  const bool ok = debug_access(tlm::TLM_WRITE_COMMAND, address, bytes);
  if (ok) core_->memory_written(address, static_cast<std::uint32_t>(bytes.size()));
  return ok;
}

bool Cpu::debug_access(tlm::tlm_command command, std::uint32_t address,
                       std::vector<std::uint8_t>& bytes) {
  const auto count = static_cast<unsigned>(bytes.size());
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(bytes.data());
  payload.set_data_length(count);
  payload.set_streaming_width(count);
  return bus->transport_dbg(payload) == count;
}

void Cpu::memory_withdrawn(sc_dt::uint64 start, sc_dt::uint64) {
  SC_REPORT_ERROR(name(), ("direct access to the memory at " + std::to_string(start) +
                           " was withdrawn, and the processor has no other")
                              .c_str());
}

void Cpu::interrupts_changed() {
  core_->set_interrupt(Interrupt::kExternal, external_irq.read());
  core_->set_interrupt(Interrupt::kTimer, timer_irq.read());
  interrupt_.notify();
}

bool Cpu::load(std::uint32_t address, unsigned bytes, std::uint32_t& value) {
  std::uint8_t data[4] = {};
  const bool ok = access(tlm::TLM_READ_COMMAND, address, bytes, data);
  value = 0;
  for (unsigned i = 0; ok && i < bytes; ++i) value |= std::uint32_t{data[i]} << (8 * i);
  return ok;
}

bool Cpu::store(std::uint32_t address, unsigned bytes, std::uint32_t value) {
  std::uint8_t data[4];
  for (unsigned i = 0; i < bytes; ++i) data[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return access(tlm::TLM_WRITE_COMMAND, address, bytes, data);
}

std::uint64_t Cpu::checkpoint(std::uint64_t instructions) {
  pass_time();
  if (keeper_.need_sync()) keeper_.sync();
  if (debugger_ != nullptr && instructions >= asks_debugger_at_) {
    asks_debugger_at_ = instructions + kInstructionsBetweenQuestions;
    if (debugger_->wants_pause(false)) core_->request_pause();
  }
  const sc_core::sc_time slice = tlm::tlm_global_quantum::instance().compute_local_quantum();
  const sc_core::sc_time spent = keeper_.get_local_time();
  const std::uint64_t left = slice > spent ? (slice - spent).value() / time_of(1).value() : 0;
  return instructions + std::max<std::uint64_t>(left, 1);
}

/// A device sees an access at its time, and interrupt lines have followed it when it is over.
bool Cpu::access(tlm::tlm_command command, std::uint32_t address, unsigned bytes,
                 std::uint8_t* data) {
  pass_time();
  keeper_.sync();
  payload_.set_command(command);
  payload_.set_address(address);
  payload_.set_data_ptr(data);
  payload_.set_data_length(bytes);
  payload_.set_streaming_width(bytes);
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  bus->b_transport(payload_, delay);
  keeper_.inc(std::max(delay, time_of(1)));
  keeper_.sync();
  return payload_.is_response_ok();
}

sc_core::sc_time Cpu::time_of(std::uint64_t instructions) const {
  return clocking_.cycles(instructions * cycles_per_instruction_);
}

void Cpu::pass_time() {
  keeper_.inc(time_of(core_->instructions() - timed_instructions_));
  timed_instructions_ = core_->instructions();
}

}  // namespace dcnsim::riscv

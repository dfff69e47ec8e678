// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/virtual_platform.h"

#include <stdexcept>

#include "models/tlm/accelerator.h"
#include "models/tlm/bus.h"
#include "models/tlm/main_memory.h"
#include "models/tlm/wiring.h"
#include "platform/driver/dcn_registers.h"
#include "platform/riscv/cpu.h"
#include "platform/riscv/elf_file.h"
#include "platform/riscv/finisher.h"
#include "platform/riscv/interrupt_controller.h"
#include "platform/riscv/memory_map.h"
#include "platform/riscv/ram.h"
#include "platform/riscv/timer.h"
#include "platform/riscv/uart.h"

namespace dcnsim::riscv {
namespace {

const PlatformConfig& checked(const PlatformConfig& config) {
  const auto refuse = [](const std::string& what, auto value, const std::string& expected) {
    throw std::runtime_error("virtual platform: " + what + ": " + std::to_string(value) +
                             ", expected " + expected);
  };
  if (config.accelerators < 1 || config.accelerators > DCN_ACCELERATORS_MAX) {
    refuse("accelerators", config.accelerators, "1.." + std::to_string(DCN_ACCELERATORS_MAX));
  }
  const std::int64_t bytes = config.accelerator.dram.capacity_bytes;
  if (bytes > std::int64_t{DCN_MAP_DRAM_BYTES_MAX} || bytes % 4096 != 0) {
    refuse("dram.capacity_bytes", bytes,
           "pages of 4096, no more than " + std::to_string(DCN_MAP_DRAM_BYTES_MAX));
  }
  return config;
}

std::string no_memory(std::uint32_t address, std::size_t count) {
  return "no memory of " + std::to_string(count) + " bytes at address " + std::to_string(address);
}

std::vector<Bus::Range> ranges(const PlatformConfig& config) {
  std::vector<Bus::Range> ranges{
      {DCN_MAP_RAM, DCN_MAP_RAM_BYTES},
      {DCN_MAP_DRAM, static_cast<std::uint64_t>(config.accelerator.dram.capacity_bytes)},
      {DCN_MAP_FINISHER, DCN_MAP_FINISHER_BYTES},
      {DCN_MAP_TIMER, DCN_MAP_TIMER_BYTES},
      {DCN_MAP_PLIC, DCN_MAP_PLIC_BYTES},
      {DCN_MAP_UART, DCN_MAP_UART_BYTES}};
  for (std::uint32_t k = 0; k < config.accelerators; ++k) {
    ranges.push_back({DCN_MAP_ACCELERATOR(k), DCN_WINDOW_BYTES});
  }
  return ranges;
}

}  // namespace

struct VirtualPlatform::Impl {
  Impl(const PlatformConfig& config, std::ostream& terminal)
      : clocking(config.accelerator.clock_mhz),
        bus("bus", clocking.cycles(kBusLatencyCycles), 1 + config.accelerators, ranges(config)),
        cpu("cpu", {config.cpu_mhz, 1},
            {{DCN_MAP_RAM, DCN_MAP_RAM_BYTES},
             {DCN_MAP_DRAM, static_cast<std::uint64_t>(config.accelerator.dram.capacity_bytes)}}),
        ram("ram", DCN_MAP_RAM_BYTES),
        memory(make_main_memory(config.accelerator, config.dram)),
        finisher("finisher"),
        timer("timer"),
        interrupts("interrupts", config.accelerators),
        uart("uart", terminal),
        irqs("irqs", config.accelerators),
        external_irq("external_irq"),
        timer_irq("timer_irq"),
        reset("reset") {
    tlm::tlm_global_quantum::instance().set(Clocking::to_time(config.quantum_ps));
    Wiring direct;
    Wiring& wiring = config.wiring != nullptr ? *config.wiring : direct;
    wiring.join(bus.to_targets[0], ram.socket);
    wiring.join(bus.to_targets[1], memory->socket());
    std::size_t target = 2;
    for (auto* socket : {&finisher.socket, &timer.socket, &interrupts.socket, &uart.socket}) {
      wiring.join(bus.to_targets[target++], *socket);
    }
    wiring.join(cpu.bus, bus.from_initiators[0]);
    cpu.external_irq.bind(external_irq);
    cpu.timer_irq.bind(timer_irq);
    timer.irq.bind(timer_irq);
    interrupts.irq.bind(external_irq);
    for (std::size_t k = 0; k < config.accelerators; ++k) {
      Accelerator& accelerator = *accelerators.emplace_back(std::make_unique<Accelerator>(
          ("accelerator" + std::to_string(k)).c_str(), config.accelerator, config.transport));
      wiring.join(accelerator.memory, bus.from_initiators[1 + k]);
      wiring.join(bus.to_targets[target++], accelerator.registers);
      accelerator.irq.bind(irqs[k]);
      accelerator.reset.bind(reset);
      accelerator.measure(memory->shared_meter());
      interrupts.sources[k].bind(irqs[k]);
    }
  }

  /// False if the address is not all memory.
  bool debug(tlm::tlm_command command, std::uint32_t address, std::uint8_t* data,
             std::size_t count) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(data);
    payload.set_data_length(static_cast<unsigned>(count));
    payload.set_streaming_width(static_cast<unsigned>(count));
    return cpu.bus->transport_dbg(payload) == count;
  }

  const Clocking clocking;
  Bus bus;
  Cpu cpu;
  Ram ram;
  const std::unique_ptr<MainMemory> memory;
  Finisher finisher;
  Timer timer;
  InterruptController interrupts;
  Uart uart;
  std::vector<std::unique_ptr<Accelerator>> accelerators;
  sc_core::sc_vector<sc_core::sc_signal<bool>> irqs;  ///< by accelerator
  sc_core::sc_signal<bool> external_irq, timer_irq, reset;
  std::uint32_t entry = 0;  ///< of the firmware
};

VirtualPlatform::VirtualPlatform(const PlatformConfig& config, std::ostream& terminal)
    : impl_(std::make_unique<Impl>(checked(config), terminal)) {}

VirtualPlatform::~VirtualPlatform() = default;

void VirtualPlatform::load_firmware(const std::string& elf_path) {
  ElfFile elf = load_elf(elf_path);
  for (ElfSegment& segment : elf.segments) {
    if (!impl_->debug(tlm::TLM_WRITE_COMMAND, segment.address, segment.bytes.data(),
                      segment.bytes.size())) {
      throw std::runtime_error(elf_path +
                               ": segment: " + no_memory(segment.address, segment.bytes.size()));
    }
  }
  impl_->entry = elf.entry;
}

void VirtualPlatform::write_memory(std::uint32_t address, const std::vector<std::uint8_t>& bytes) {
  std::vector<std::uint8_t> copy = bytes;
  if (!impl_->debug(tlm::TLM_WRITE_COMMAND, address, copy.data(), copy.size())) {
    throw std::runtime_error(no_memory(address, bytes.size()));
  }
}

std::vector<std::uint8_t> VirtualPlatform::read_memory(std::uint32_t address, std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  if (!impl_->debug(tlm::TLM_READ_COMMAND, address, bytes.data(), count)) {
    throw std::runtime_error(no_memory(address, count));
  }
  return bytes;
}

PlatformRun VirtualPlatform::run(std::uint32_t a1) {
  impl_->cpu.boot(impl_->entry, a1);
  sc_core::sc_start();
  PlatformRun run;
  run.exit_code = impl_->finisher.exit_code();
  run.simulated_ps = Clocking::to_ps(sc_core::sc_time_stamp());
  run.slept_ps = Clocking::to_ps(impl_->cpu.slept());
  run.instructions = impl_->cpu.instructions();
  return run;
}

const std::vector<LayerCounters>& VirtualPlatform::layer_counters(std::uint32_t accelerator) const {
  return impl_->accelerators.at(accelerator)->layer_counters();
}

}  // namespace dcnsim::riscv

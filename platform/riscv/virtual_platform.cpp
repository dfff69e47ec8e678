// SPDX-License-Identifier: Apache-2.0
#include "platform/riscv/virtual_platform.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "models/tlm/accelerator.h"
#include "models/tlm/bus.h"
#include "models/tlm/main_memory.h"
#include "models/tlm/wiring.h"
#include "platform/driver/dcn_registers.h"
#include "platform/riscv/cpu.h"
#include "platform/riscv/debugger.h"
#include "platform/riscv/elf_file.h"
#include "platform/riscv/finisher.h"
#include "platform/riscv/interrupt_controller.h"
#include "platform/riscv/memory_map.h"
#include "platform/riscv/ram.h"
#include "platform/riscv/timer.h"
#include "platform/riscv/uart.h"

namespace dcnsim::riscv {
namespace {

constexpr std::uint32_t kInterruptsMax = 31;

const PlatformConfig& checked(const PlatformConfig& config) {
  const auto refuse = [](const std::string& what, auto value, const std::string& expected) {
    throw std::runtime_error("virtual platform: " + what + ": " + std::to_string(value) +
                             ", expected " + expected);
  };
  const std::size_t count = config.accelerators.size();
  if (count < 1 || count > DCN_ACCELERATORS_MAX) {
    refuse("accelerators", count, "1.." + std::to_string(DCN_ACCELERATORS_MAX));
  }
  std::set<std::uint32_t> interrupts;
  for (const PlatformAccelerator& accelerator : config.accelerators) {
    const DcnPlace& place = accelerator.place;
    if (place.registers % DCN_WINDOW_BYTES != 0) {
      refuse("registers", place.registers, "a multiple of " + std::to_string(DCN_WINDOW_BYTES));
    }
    if (place.interrupt < 1 || place.interrupt > kInterruptsMax ||
        !interrupts.insert(place.interrupt).second) {
      refuse("interrupt", place.interrupt,
             "1.." + std::to_string(kInterruptsMax) + ", each accelerator's own");
    }
  }
  const std::int64_t bytes = config.memory.dram.capacity_bytes;
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
      {DCN_MAP_DRAM, static_cast<std::uint64_t>(config.memory.dram.capacity_bytes)},
      {DCN_MAP_FINISHER, DCN_MAP_FINISHER_BYTES},
      {DCN_MAP_TIMER, DCN_MAP_TIMER_BYTES},
      {DCN_MAP_PLIC, DCN_MAP_PLIC_BYTES},
      {DCN_MAP_UART, DCN_MAP_UART_BYTES}};
  for (const PlatformAccelerator& accelerator : config.accelerators) {
    ranges.push_back({accelerator.place.registers, DCN_WINDOW_BYTES});
  }
  return ranges;
}

std::size_t interrupt_sources(const PlatformConfig& config) {
  std::uint32_t sources = 0;
  for (const PlatformAccelerator& accelerator : config.accelerators) {
    sources = std::max(sources, accelerator.place.interrupt);
  }
  return sources;
}

}  // namespace

struct VirtualPlatform::Impl {
  Impl(const PlatformConfig& config, std::ostream& terminal)
      : clocking(config.accelerators.front().config.clock_mhz),
        bus("bus", clocking.cycles(kBusLatencyCycles), 1 + config.accelerators.size(),
            ranges(config)),
        cpu("cpu", {config.cpu_mhz, 1},
            {{DCN_MAP_RAM, DCN_MAP_RAM_BYTES},
             {DCN_MAP_DRAM, static_cast<std::uint64_t>(config.memory.dram.capacity_bytes)}}),
        ram("ram", DCN_MAP_RAM_BYTES),
        memory(make_main_memory(config.memory, config.dram)),
        finisher("finisher"),
        timer("timer"),
        interrupts("interrupts", interrupt_sources(config)),
        uart("uart", terminal),
        irqs("irqs", interrupt_sources(config)),
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
    interrupts.sources.bind(irqs);
    for (std::size_t k = 0; k < config.accelerators.size(); ++k) {
      const PlatformAccelerator& settings = config.accelerators[k];
      AcceleratorOptions options = settings.transport;
      if (config.accelerators_on_time) options.quantum = sc_core::SC_ZERO_TIME;
      Accelerator& accelerator = *accelerators.emplace_back(
          std::make_unique<Accelerator>(("accelerator" + std::to_string(k)).c_str(),
                                        with_memory_of(settings.config, config.memory), options));
      wiring.join(accelerator.memory, bus.from_initiators[1 + k]);
      wiring.join(bus.to_targets[target++], accelerator.registers);
      accelerator.irq.bind(irqs[settings.place.interrupt - 1]);
      accelerator.reset.bind(reset);
      accelerator.measure(memory->shared_meter());
      if (settings.observer != nullptr) accelerator.add_observer(*settings.observer);
    }
    memory->observe(config.dram_observer);
    debugger = config.debugger;
    if (debugger != nullptr) cpu.debug(*debugger);
    if (!config.vcd.empty()) waveforms = std::make_unique<Waveforms>(config.vcd, *this);
  }

  /// What the modules show.
  class Waveforms {
   public:
    Waveforms(const std::string& stem, const Impl& system)
        : file_(sc_core::sc_create_vcd_trace_file(stem.c_str())) {
      // SystemC would say so on standard output.
      const auto actions =
          sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
      file_->set_time_unit(1, sc_core::SC_PS);
      sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, actions);
      system.cpu.trace(file_);
      for (const auto& accelerator : system.accelerators) accelerator->trace(file_);
    }
    ~Waveforms() { sc_core::sc_close_vcd_trace_file(file_); }
    Waveforms(const Waveforms&) = delete;
    Waveforms& operator=(const Waveforms&) = delete;

   private:
    sc_core::sc_trace_file* const file_;
  };

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
  sc_core::sc_vector<sc_core::sc_signal<bool>> irqs;  ///< by source, from 1 on
  sc_core::sc_signal<bool> external_irq, timer_irq, reset;
  Debugger* debugger = nullptr;
  std::uint32_t entry = 0;  ///< of the firmware
  std::unique_ptr<Waveforms> waveforms;
};

AcceleratorConfig with_memory_of(AcceleratorConfig accelerator, const AcceleratorConfig& memory) {
  accelerator.memory = memory.memory;
  accelerator.ideal = memory.ideal;
  accelerator.dram = memory.dram;
  return accelerator;
}

PlatformConfig alike(const AcceleratorConfig& accelerator, const DramSpec& dram,
                     std::uint32_t count, Transport transport) {
  PlatformConfig config;
  config.memory = accelerator;
  config.dram = dram;
  for (std::uint32_t k = 0; k < count; ++k) {
    config.accelerators.push_back(
        {accelerator, transport, {DCN_MAP_ACCELERATOR(k), DCN_PLIC_ACCELERATOR(k)}});
  }
  return config;
}

VirtualPlatform::VirtualPlatform(const PlatformConfig& config, std::ostream& terminal)
    : impl_(std::make_unique<Impl>(checked(config), terminal)) {}

VirtualPlatform::~VirtualPlatform() = default;

void VirtualPlatform::load_firmware(const std::string& elf_path) {
  ElfFile elf = load_elf(elf_path);
  const auto access = [&](tlm::tlm_command command, std::uint64_t address,
                          std::vector<std::uint8_t>& bytes) {
    const auto place = static_cast<std::uint32_t>(address);
    if (impl_->debug(command, place, bytes.data(), bytes.size())) return;
    throw std::runtime_error(elf_path + ": segment: " + no_memory(place, bytes.size()));
  };
  for (ElfSegment& segment : elf.segments) {
    std::uint64_t address = segment.address;
    if (!segment.bytes.empty()) access(tlm::TLM_WRITE_COMMAND, address, segment.bytes);
    address += segment.bytes.size();
    for (const std::uint64_t end = address + segment.zeros; address < end;) {
      constexpr std::uint64_t kAtOnce = std::uint64_t{1} << 16;
      std::vector<std::uint8_t> there(std::min(kAtOnce, end - address));
      access(tlm::TLM_READ_COMMAND, address, there);
      // Pages that hold zeros already cost the host nothing.
      if (std::any_of(there.begin(), there.end(), [](std::uint8_t byte) { return byte != 0; })) {
        std::fill(there.begin(), there.end(), std::uint8_t{0});
        access(tlm::TLM_WRITE_COMMAND, address, there);
      }
      address += there.size();
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

PlatformRun VirtualPlatform::run(std::uint32_t a1, std::uint64_t max_ps) {
  impl_->cpu.boot(impl_->entry, a1);
  if (max_ps == 0) {
    sc_core::sc_start();
  } else {
    sc_core::sc_start(Clocking::to_time(max_ps), sc_core::SC_EXIT_ON_STARVATION);
  }
  PlatformRun run;
  run.exit_code = impl_->finisher.exit_code();
  if (run.exit_code) {
    run.end = PlatformEnd::kFinished;
  } else if (impl_->cpu.ended_by_debugger()) {
    run.end = PlatformEnd::kDebugger;
  } else if (sc_core::sc_pending_activity()) {
    run.end = PlatformEnd::kTimeout;
    // Nothing happens any more until then.
    const sc_core::sc_time end = Clocking::to_time(max_ps);
    if (sc_core::sc_time_stamp() < end) sc_core::sc_start(end - sc_core::sc_time_stamp());
  } else {
    run.end = PlatformEnd::kAsleep;
  }
  if (impl_->debugger != nullptr && run.exit_code) impl_->debugger->ended(*run.exit_code);
  run.simulated_ps = Clocking::to_ps(sc_core::sc_time_stamp());
  run.slept_ps = Clocking::to_ps(impl_->cpu.slept());
  run.instructions = impl_->cpu.instructions();
  return run;
}

const std::vector<LayerCounters>& VirtualPlatform::layer_counters(std::uint32_t accelerator) const {
  return impl_->accelerators.at(accelerator)->layer_counters();
}

}  // namespace dcnsim::riscv

// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/machines.h"

#include <pthread.h>

#include <algorithm>
#include <cstring>

#include "models/arch/accelerator_yaml.h"
#include "models/arch/registers.h"
#include "models/cost/cost_model.h"
#include "models/tlm/accelerator.h"
#include "models/tlm/bus.h"
#include "models/tlm/main_memory.h"
#include "models/tlm/wiring.h"
#include "platform/standalone/host.h"
#include "tests/fuzz/reader.h"
#include "tests/fuzz/sanitizer.h"
#ifdef DCNSIM_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace dcnsim::fuzz {
namespace {

constexpr std::uint64_t kRegisterBase = std::uint64_t{1} << 40;
constexpr std::uint64_t kMemoryBytes = std::uint64_t{1} << 20;
const sc_core::sc_time kLongestJob(10, sc_core::SC_SEC);

#ifdef DCNSIM_ADDRESS_SANITIZER
/// SystemC tells the sanitizer of every switch of stacks, but not how large the first one is, so
/// that it would not see what an exception on it has left.
void tell_sanitizer_of_own_stack() {
  pthread_attr_t attributes;
  void* bottom = nullptr;
  std::size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &bottom, &size);
  pthread_attr_destroy(&attributes);
  void* kept = nullptr;
  __sanitizer_start_switch_fiber(&kept, bottom, size);
  __sanitizer_finish_switch_fiber(kept, nullptr, nullptr);
}
#else
void tell_sanitizer_of_own_stack() {}
#endif

AcceleratorConfig preset(const std::string& name) {
  AcceleratorConfig config =
      load_accelerator(std::string(DCNSIM_SOURCE_DIR "/models/arch/presets/") + name + ".yaml");
  set_fields(config, {{"dram.capacity_mbytes", "1"}});
  // The last of machines().
  if (name == "large_edge") set_fields(config, {{"accumulator.requantizer", "multiplier"}});
  return config;
}

}  // namespace

struct Machine::System {
  System(const AcceleratorConfig& config, const DramSpec& spec)
      : clocking(config.clock_mhz),
        bus(sc_core::sc_gen_unique_name("bus"), clocking.cycles(4), 2,
            {{0, kMemoryBytes}, {kRegisterBase, reg::kWindowBytes}}),
        memory(make_main_memory(config, spec)),
        accelerator(sc_core::sc_gen_unique_name("accelerator"), config),
        host(sc_core::sc_gen_unique_name("host"), kRegisterBase, clocking) {
    accelerator.measure(memory->own_meter());
    Wiring wiring;
    wiring.join(host.bus, bus.from_initiators[0]);
    wiring.join(accelerator.memory, bus.from_initiators[1]);
    wiring.join(bus.to_targets[0], memory->socket());
    wiring.join(bus.to_targets[1], accelerator.registers);
    accelerator.irq.bind(irq);
    accelerator.reset.bind(reset);
    host.irq.bind(irq);
  }

  const Clocking clocking;
  Bus bus;
  const std::unique_ptr<MainMemory> memory;
  Accelerator accelerator;
  Host host;
  sc_core::sc_signal<bool> irq, reset;
};

Machine::Machine(const std::string& name)
    : config_(preset(name)),
      dram_(load_dram_spec(DCNSIM_SOURCE_DIR "/models/cost/tables", config_.dram.preset)),
      system_(std::make_unique<System>(config_, dram_)) {}

Machine::~Machine() = default;
Machine::Machine(Machine&&) noexcept = default;

void Machine::load(const std::vector<std::uint8_t>& bytes) {
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_address(0);
  tlm::tlm_dmi memory;
  require(system_->host.bus->get_direct_mem_ptr(payload, memory), "memory grants direct access");
  const std::size_t count = std::min<std::size_t>(bytes.size(), kMemoryBytes);
  std::memset(std::copy_n(bytes.begin(), count, memory.get_dmi_ptr()), 0, kMemoryBytes - count);
}

void Machine::write(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  system_->host.write_memory(address, bytes);
}

std::vector<std::uint8_t> Machine::read(std::uint64_t address, std::size_t count) {
  return system_->host.read_memory(address, count);
}

Job Machine::run(std::uint64_t descriptor_address, std::uint32_t descriptor_count) {
  Host& host = system_->host;
  host.request({descriptor_address, descriptor_count});
  sc_core::sc_start(kLongestJob, sc_core::SC_EXIT_ON_STARVATION);
  tell_sanitizer_of_own_stack();
  require(host.finished(), "a job ends in bounded simulated time");
  const DcnResult& result = host.result();
  return {result.status, result.error_code, result.error_layer,
          result.status == DCN_OK ? host.cycles() : 0};
}

std::vector<Machine>& machines() {
  static std::vector<Machine>& all = *[] {
    sc_core::sc_report_handler::set_verbosity_level(sc_core::SC_NONE);
    // That a bounded run ends early is what is hoped for.
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);
    auto* made = new std::vector<Machine>;  // SystemC's kernel outlives what is static
    for (const char* const name :
         {"small_edge", "small_edge_serial", "small_edge_composable", "bit_fusion", "large_edge"}) {
      made->emplace_back(name);
    }
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    tell_sanitizer_of_own_stack();
    return made;
  }();
  return all;
}

}  // namespace dcnsim::fuzz

/// SystemC's library asks for it; the programs here have a main of their own.
int sc_main(int, char**) { return 0; }

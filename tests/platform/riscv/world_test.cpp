// SPDX-License-Identifier: Apache-2.0
// The virtual platform with an interconnect and a memory that nobody here wrote: the same firmware
// does the same, resets and faults included.
#include <gtest/gtest.h>

#include <sstream>

#include "tests/platform/riscv/workload.h"
#include "tests/support/fresh_kernel.h"
#include "tests/tlm/world/interposing_wiring.h"
#include "tests/tlm/world/routers.h"
#include "workloads/executor.h"

namespace dcnsim::riscv {
namespace {

constexpr std::size_t kTwoImages = 2;

/// What firmware prints, and the outputs that it leaves.
struct Report {
  std::string terminal;
  std::vector<std::vector<std::uint8_t>> outputs;
};

Report run(const Workload& workload, PlatformConfig config, Wiring& wiring, const char* elf) {
  config.wiring = &wiring;
  std::ostringstream terminal;
  VirtualPlatform platform(config, terminal);
  const MemoryImage memory =
      workload.memory(static_cast<std::uint32_t>(config.accelerators.size()), kTwoImages);
  platform.write_memory(DCN_MAP_DRAM, memory.bytes);
  platform.load_firmware(elf);
  EXPECT_EQ(platform.run(memory.table_address).exit_code, 0u);
  Report report{terminal.str(), {}};
  for (std::uint32_t i = 0; i < kTwoImages; ++i) {
    report.outputs.push_back(
        platform.read_memory(memory.table.tasks[0].outputs + i * memory.table.tasks[0].output_bytes,
                             memory.table.tasks[0].output_bytes));
  }
  return report;
}

/// Between each accelerator and the bus, and before the memory.
bool leads_to_memory(const std::string& initiator, const std::string& target) {
  return target == "dram.socket" || initiator.rfind("accelerator", 0) == 0;
}

template <typename Kind>
void expect_the_same_behind(Transport transport) {
  const Workload workload;
  PlatformConfig config = workload.platform(2, transport);
  renew_kernel();
  std::string expected;
  {
    CheckedWiring wiring;
    expected = run(workload, config, wiring, DCNSIM_FAULTS_ELF).terminal;
  }
  Executor executor(workload.network, workload.machine.config.accumulator);
  for (const std::uint64_t quantum_ps : {0U, 1'000'000U}) {
    config.quantum_ps = quantum_ps;
    renew_kernel();
    {
      world::InterposingWiring<Kind> wiring(leads_to_memory);
      EXPECT_EQ(run(workload, config, wiring, DCNSIM_FAULTS_ELF).terminal, expected);
      EXPECT_EQ(wiring.interposed(), 3u);
    }
    renew_kernel();
    world::InterposingWiring<Kind> wiring(leads_to_memory);
    const Report report = run(workload, config, wiring, DCNSIM_CLASSIFY_ELF);
    for (std::size_t i = 0; i < kTwoImages; ++i) {
      const CodeTensor& codes = executor.run(workload.images[i]).layers.back();
      EXPECT_EQ(report.outputs[i], pack_map(codes, workload.machine.config.dma.bus_bytes)) << i;
    }
  }
}

using PlatformWorldTest = FreshKernel;

TEST_F(PlatformWorldTest, locks_that_are_held_while_time_passes) {
  expect_the_same_behind<world::TicketRouter>(Transport::kLooselyTimed);
}

TEST_F(PlatformWorldTest, locks_behind_an_adapter_of_phases) {
  expect_the_same_behind<world::TicketRouter>(Transport::kApproximatelyTimed);
}

TEST_F(PlatformWorldTest, phases_of_a_strict_interconnect) {
  expect_the_same_behind<world::StrictRelay>(Transport::kApproximatelyTimed);
}

}  // namespace
}  // namespace dcnsim::riscv

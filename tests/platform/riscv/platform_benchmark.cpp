// SPDX-License-Identifier: Apache-2.0
// What the virtual platform costs: instructions per second of the processor with and without a
// store in each round of a loop, and processor time an image beside the stand-alone system's. In
// turn, three times; medians.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <sstream>
#include <systemc>

#include "platform/standalone/simulation.h"
#include "tests/platform/riscv/firmware/spins.h"
#include "tests/platform/riscv/workload.h"
#include "tests/support/fresh_kernel.h"

namespace dcnsim::riscv {
namespace {

constexpr int kRounds = 3;
constexpr std::uint32_t kRoundsComputing = 500, kRoundsStoring = 50;

/// Of the processor, so that it matters less what else the machine does.
double seconds(const std::function<void()>& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double mips(const PlatformConfig& config, std::uint32_t argument) {
  renew_bare_kernel();
  std::ostringstream terminal;
  VirtualPlatform platform(config, terminal);
  platform.load_firmware(DCNSIM_SPINS_ELF);
  PlatformRun run;
  const double time = seconds([&] { run = platform.run(argument); });
  return 1e-6 * static_cast<double>(run.instructions) / time;
}

double platform_ms_an_image(const Workload& workload, const PlatformConfig& config) {
  renew_bare_kernel();
  const MemoryImage memory = workload.memory(1);
  std::ostringstream terminal;
  VirtualPlatform platform(config, terminal);
  platform.write_memory(DCN_MAP_DRAM, memory.bytes);
  platform.load_firmware(DCNSIM_CLASSIFY_ELF);
  return 1e3 * seconds([&] { platform.run(memory.table_address); }) / kImages;
}

double standalone_ms_an_image(const Workload& workload, const PlatformConfig& config) {
  renew_bare_kernel();
  SimulationOptions options;
  options.transport = config.accelerators.front().transport;
  Simulation simulation(config.memory, config.dram, workload.program, options);
  return 1e3 * seconds([&] {
           for (const CodeTensor& image : workload.images) simulation.run(image);
         }) /
         kImages;
}

void print_costs() {
  const Workload workload;
  for (const std::uint64_t quantum_us : {0U, 1U, 1000U}) {
    PlatformConfig config = workload.platform();
    config.quantum_ps = quantum_us * 1'000'000;
    std::vector<double> computing, storing, loose, approximate, loose_alone, approximate_alone;
    for (int round = 0; round < kRounds; ++round) {
      computing.push_back(mips(config, kRoundsComputing));
      storing.push_back(mips(config, kRoundsStoring | SPINS_STORING));
      config.accelerators.front().transport = Transport::kLooselyTimed;
      loose.push_back(platform_ms_an_image(workload, config));
      loose_alone.push_back(standalone_ms_an_image(workload, config));
      config.accelerators.front().transport = Transport::kApproximatelyTimed;
      approximate.push_back(platform_ms_an_image(workload, config));
      approximate_alone.push_back(standalone_ms_an_image(workload, config));
    }
    std::printf(
        "quantum %4llu us: %.0f MIPS, storing %.1f; ms an image, platform / stand-alone: LT %.2f / "
        "%.2f, "
        "AT %.2f / %.2f\n",
        static_cast<unsigned long long>(quantum_us), median(computing), median(storing),
        median(loose), median(loose_alone), median(approximate), median(approximate_alone));
  }
}

}  // namespace
}  // namespace dcnsim::riscv

int main(int argc, char** argv) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}

int sc_main(int, char**) {
  dcnsim::riscv::print_costs();
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// The firmware argv[2] on the machine argv[1].
#include <iostream>
#include <systemc>

#include "dcnsim/models/arch/accelerator_yaml.h"
#include "dcnsim/models/cost/cost_model.h"
#include "dcnsim/platform/riscv/virtual_platform.h"

int sc_main(int, char** argv) {
  const dcnsim::AcceleratorConfig machine = dcnsim::load_accelerator(argv[1]);
  const dcnsim::DramSpec dram =
      dcnsim::load_dram_spec(DCNSIM_DATA_DIR "/models/cost/tables", machine.dram.preset);
  dcnsim::riscv::VirtualPlatform platform(dcnsim::riscv::alike(machine, dram), std::cout);
  platform.load_firmware(argv[2]);
  const dcnsim::riscv::PlatformRun run = platform.run();
  std::cout << "exit code " << run.exit_code.value_or(99) << "\n";
  return 0;
}

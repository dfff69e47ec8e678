// SPDX-License-Identifier: Apache-2.0
// The firmware argv[2] on the machine argv[1].
#include <iostream>
#include <systemc>

#include "dcnsim/models/arch/accelerator_yaml.h"
#include "dcnsim/models/cost/cost_model.h"
#include "dcnsim/platform/riscv/virtual_platform.h"

int sc_main(int, char** argv) {
  dcnsim::riscv::PlatformConfig config;
  config.accelerator = dcnsim::load_accelerator(argv[1]);
  config.dram = dcnsim::load_dram_spec(DCNSIM_DATA_DIR "/models/cost/tables",
                                       config.accelerator.dram.preset);
  dcnsim::riscv::VirtualPlatform platform(config, std::cout);
  platform.load_firmware(argv[2]);
  const dcnsim::riscv::PlatformRun run = platform.run();
  std::cout << "exit code " << run.exit_code.value_or(99) << "\n";
  return 0;
}

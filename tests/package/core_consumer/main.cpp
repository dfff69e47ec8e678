// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "headers.h"

int main(int, char** argv) {
  const dcnsim::AcceleratorConfig config = dcnsim::load_accelerator(argv[1]);
  std::cout << config.name << ", " << dcnsim::decode_cycles(config.dma) << " cycles to decode\n";
}

// SPDX-License-Identifier: Apache-2.0
// The compiler as a library: a file to copy. Usage:
// example NET.onnx ACCELERATOR.yaml BASE job.bin job.h
#include <cstdlib>
#include <iostream>
#include <variant>

#include "dcnsim/models/arch/accelerator_yaml.h"
#include "dcnsim/models/arch/dram_spec.h"
#include "dcnsim/models/base/file/atomic_file.h"
#include "dcnsim/models/cost/cost_model.h"
#include "dcnsim/platform/compiler/job.h"
#include "dcnsim/platform/compiler/job_files.h"
#include "dcnsim/workloads/onnx/onnx_network.h"

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  try {
    const auto file = dcnsim::load_network(argv[1]);
    const auto* const network = std::get_if<dcnsim::FixedNetwork>(&file);
    if (network == nullptr) throw std::runtime_error("a float network: dcnsim quantize it first");
    const dcnsim::AcceleratorConfig config = dcnsim::load_accelerator(argv[2]);
    const dcnsim::DramSpec dram =
        dcnsim::load_dram_spec(DCNSIM_DATA_DIR "/models/cost/tables", config.dram.preset);
    const dcnsim::NetworkJob anywhere = dcnsim::compile_job(*network, config, dram, 0);
    const dcnsim::NetworkJob job = dcnsim::moved(anywhere, std::strtoull(argv[3], nullptr, 0));
    dcnsim::write_file_atomically(argv[4], dcnsim::job_file(job, dcnsim::job_format(argv[4])));
    dcnsim::write_file_atomically(argv[5], dcnsim::job_c_header(job, "job"));
    std::cout << job.network << ": " << job.bytes << " bytes, image to " << std::hex
              << job.input.address << ", codes at " << job.output.address << "\n";
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 1;
  }
  return 0;
}

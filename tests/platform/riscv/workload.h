// SPDX-License-Identifier: Apache-2.0
// The built-in network and the first of the built-in images, for the virtual platform and for the
// systems it is compared with. DCNSIM_SOURCE_DIR must be defined.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/quantizer/quantize_network.h"
#include "platform/compiler/program.h"
#include "platform/riscv/memory_image.h"
#include "platform/riscv/virtual_platform.h"
#include "tests/support/network_images.h"
#include "tests/support/small_edge.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::riscv {

inline constexpr std::size_t kImages = 20;

/// On small_edge at 8/8 bits.
struct Workload {
  Machine machine = small_edge();
  FixedNetwork network = quantize();
  Program program = compile(network, machine.config, machine.dram);
  std::vector<CodeTensor> images;
  std::vector<std::uint32_t> labels;

  Workload() {
    const Dataset set = load_cifar10(folder() + "/workloads/cifar10/test_1000.bin", kImages);
    labels.assign(set.labels.begin(), set.labels.end());
    for (std::size_t i = 0; i < set.size(); ++i) {
      images.push_back(image_codes(set, i, network.input_format));
    }
  }

  static std::string folder() { return DCNSIM_SOURCE_DIR; }
  static FixedNetwork quantize() {
    const auto loaded = load_network(folder() + "/workloads/networks/cifar10_plain7_float.onnx.gz");
    return quantize_network(std::get<FloatNetwork>(loaded),
                            load_cifar10(folder() + "/workloads/cifar10/calibration_500.bin", 20),
                            {})
        .network;
  }

  MemoryImage memory(std::uint32_t accelerators, std::size_t count = kImages,
                     std::uint32_t sets = 1) const {
    const auto first = static_cast<std::ptrdiff_t>(count);
    return compose({{program,
                     machine.config.dma.bus_bytes,
                     {images.begin(), images.begin() + first},
                     {labels.begin(), labels.begin() + first},
                     usual_places(accelerators)}},
                   static_cast<std::uint64_t>(machine.config.dram.capacity_bytes), sets);
  }
  PlatformConfig platform(std::uint32_t accelerators = 1,
                          Transport transport = Transport::kLooselyTimed) const {
    return alike(machine.config, machine.dram, accelerators, transport);
  }
};

}  // namespace dcnsim::riscv

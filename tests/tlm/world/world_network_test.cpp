// SPDX-License-Identifier: Apache-2.0
// The built-in network behind every memory of the world: all codes are the reference executor's,
// and where a pace is promised, it takes as many cycles behind all memories of that pace, whatever
// the quantum.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "analysis/quantizer/quantize_network.h"
#include "models/arch/memory_layout.h"
#include "platform/compiler/program.h"
#include "tests/support/dram_lpddr4.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/network_images.h"
#include "tests/tlm/world/world_bench.h"
#include "tests/tlm/world/world_machine.h"
#include "workloads/executor.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim::world {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

const std::string kWorkloads = DCNSIM_SOURCE_DIR "/workloads/";

/// At 8/8 bits on small_edge, with one image and its codes.
struct Network {
  AcceleratorConfig config = machine();
  FixedNetwork network = quantize();
  Program program = compile(network, config, lpddr4_3200());
  CodeTensor image =
      image_codes(load_cifar10(kWorkloads + "cifar10/test_1000.bin", 1), 0, network.input_format);
  std::vector<std::uint8_t> output = expected();

  static FixedNetwork quantize() {
    const auto loaded = load_network(kWorkloads + "networks/cifar10_plain7_float.onnx.gz");
    const Dataset calibration = load_cifar10(kWorkloads + "cifar10/calibration_500.bin", 5);
    return quantize_network(std::get<FloatNetwork>(loaded), calibration, {}).network;
  }
  std::vector<std::uint8_t> expected() const {
    Executor executor(network, config.accumulator);
    return pack_map(executor.run(image).layers.back(), config.dma.bus_bytes);
  }

  /// Cycles of the image behind that memory.
  std::uint64_t run_behind(const Inhabitant& inhabitant, int quantum_ns) const {
    renew_kernel();
    tlm::tlm_global_quantum::instance().set(sc_time(quantum_ns, SC_NS));
    std::uint64_t cycles = 0;
    const Timing timing{sc_time(20, SC_NS), sc_time(80, SC_NS), true};
    simulate(inhabitant, timing, config, [&](WorldBench& b) {
      ASSERT_LE(program.memory_bytes, b.storage.bytes.size());
      std::copy(program.image.begin(), program.image.end(), b.storage.bytes.begin());
      const auto input = pack_map(image, config.dma.bus_bytes);
      std::copy(input.begin(), input.end(),
                b.storage.bytes.begin() + static_cast<std::ptrdiff_t>(program.input_address));
      b.start(static_cast<std::uint32_t>(program.layers.size()));
      b.wait_irq();
      EXPECT_EQ(b.read(reg::kStatus), reg::kStatusDone);
      cycles = b.read(reg::kCycles);
      const auto at = b.storage.bytes.begin() +
                      static_cast<std::ptrdiff_t>(program.layers.back().descriptor.output_address);
      EXPECT_TRUE(std::equal(output.begin(), output.end(), at)) << "wrong codes";
    });
    return cycles;
  }
};

class WorldNetworkTest : public testing::TestWithParam<Transport> {};

TEST_P(WorldNetworkTest, is_bit_exact_and_as_fast_as_the_pace) {
  const Network network;
  std::map<Pace, std::uint64_t> cycles;
  for (const Inhabitant& inhabitant : inhabitants()) {
    if (inhabitant.transport != GetParam()) continue;
    SCOPED_TRACE(inhabitant.name);
    const bool promised = inhabitant.pace != Pace::kOwn;
    const bool has_quantum = promised && inhabitant.transport == Transport::kLooselyTimed;
    for (const int quantum_ns : {0, 100, 1000, 1'000'000}) {
      const std::uint64_t here = network.run_behind(inhabitant, quantum_ns);
      if (promised) {
        EXPECT_EQ(here, cycles.emplace(inhabitant.pace, here).first->second) << quantum_ns;
      }
      if (!has_quantum) break;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Transports, WorldNetworkTest,
                         testing::Values(Transport::kLooselyTimed, Transport::kApproximatelyTimed));

}  // namespace
}  // namespace dcnsim::world

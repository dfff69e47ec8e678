// SPDX-License-Identifier: Apache-2.0
// The built-in network on real images: every code of every layer that the SystemC system leaves in
// memory equals the reference executor's, for equal and mixed odd widths, on both presets and both
// dataflows.
#include <gtest/gtest.h>

#include <tuple>

#include "analysis/quantizer/quantize_network.h"
#include "models/arch/accelerator_yaml.h"
#include "models/cost/cost_model.h"
#include "models/perf/prediction.h"
#include "platform/standalone/simulation.h"
#include "tests/support/fresh_kernel.h"
#include "tests/support/network_images.h"
#include "tests/support/tries.h"
#include "tests/tlm/checked_wiring.h"
#include "workloads/executor.h"
#include "workloads/images/cifar10_file.h"
#include "workloads/onnx/onnx_network.h"

namespace dcnsim {
namespace {

const std::string kSource = DCNSIM_SOURCE_DIR;
const auto kImages = static_cast<std::size_t>(tries(10, 100));

QuantizeOptions equal_widths(int bits) {
  QuantizeOptions options;
  options.weight_bits = options.activation_bits = bits;
  return options;
}

/// Weights and outputs of 2..7 bits, all different from layer to layer.
QuantizeOptions mixed_odd_widths(const FloatNetwork& network) {
  QuantizeOptions options;
  const int weight_bits[] = {7, 5, 3, 2, 6, 4, 5, 7};
  const int output_bits[] = {6, 7, 5, 3, 4, 2, 7, 5};
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    options.layers.push_back({network.layers[i].node.name, weight_bits[i % 8], output_bits[i % 8]});
  }
  return options;
}

class Cifar10CodesTest
    : public FreshKernel,
      public testing::WithParamInterface<std::tuple<const char*, const char*, Dataflow>> {};

TEST_P(Cifar10CodesTest, every_code_of_every_layer_equals_the_executors) {
  const auto [allocation, preset, dataflow] = GetParam();
  const auto loaded = load_network(kSource + "/workloads/networks/cifar10_plain7_float.onnx.gz");
  const auto& floats = std::get<FloatNetwork>(loaded);
  const std::string widths = allocation;
  const FixedNetwork network =
      quantize_network(
          floats, load_cifar10(kSource + "/workloads/cifar10/calibration_500.bin", 20),
          widths == "mixed" ? mixed_odd_widths(floats) : equal_widths(std::stoi(widths)))
          .network;
  AcceleratorConfig config = load_accelerator(kSource + "/models/arch/presets/" + preset + ".yaml");
  config.array.dataflow = dataflow;
  if (config.accumulator_buffer_bytes == 0) config.accumulator_buffer_bytes = 64 * 1024;
  const DramSpec dram = load_dram_spec(kSource + "/models/cost/tables", config.dram.preset);

  const Program program = compile(network, config, dram);
  Executor executor(network, config.accumulator);
  CheckedWiring wiring;
  SimulationOptions options;
  options.wiring = &wiring;
  Simulation simulation(config, dram, program, options);
  const Dataset images = load_cifar10(kSource + "/workloads/cifar10/test_1000.bin", kImages);
  ASSERT_EQ(images.size(), kImages);
  for (std::size_t i = 0; i < kImages; ++i) {
    const CodeTensor image = image_tensor(images, i);
    const Inference result = simulation.run(image);
    const Activations& expected = executor.run(image);
    for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
      ASSERT_EQ(simulation.layer_output(layer), expected.layers[layer])
          << network.layers[layer].node.name << " of image " << i;
    }
    for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
      const LayerCounters predicted = predicted_counters(program.layers[layer].descriptor, config);
      ASSERT_EQ(result.layers[layer].stream_bytes, predicted.stream_bytes);
      ASSERT_EQ(result.layers[layer].compute_cycles, predicted.compute_cycles);
    }
  }
}

std::string case_name(const testing::TestParamInfo<Cifar10CodesTest::ParamType>& values) {
  return std::string(std::get<0>(values.param)) + "_" + std::get<1>(values.param) +
         (std::get<2>(values.param) == Dataflow::kWeightStationary ? "_weight_stationary"
                                                                   : "_output_stationary");
}

INSTANTIATE_TEST_SUITE_P(Allocations, Cifar10CodesTest,
                         testing::Combine(testing::Values("8", "4", "16", "mixed"),
                                          testing::Values("small_edge", "large_edge"),
                                          testing::Values(Dataflow::kWeightStationary,
                                                          Dataflow::kOutputStationary)),
                         case_name);

INSTANTIATE_TEST_SUITE_P(
    Datapaths, Cifar10CodesTest,
    testing::Combine(testing::Values("8", "4", "16", "mixed"),
                     testing::Values("small_edge_serial", "small_edge_composable",
                                     "small_edge_composable_area"),
                     testing::Values(Dataflow::kWeightStationary, Dataflow::kOutputStationary)),
    case_name);

// In the dataflow they are built for.
INSTANTIATE_TEST_SUITE_P(SerialOfOneArea, Cifar10CodesTest,
                         testing::Combine(testing::Values("8", "mixed"),
                                          testing::Values("small_edge_serial_area"),
                                          testing::Values(Dataflow::kWeightStationary)),
                         case_name);
INSTANTIATE_TEST_SUITE_P(FullySerialOfOneArea, Cifar10CodesTest,
                         testing::Combine(testing::Values("8", "mixed"),
                                          testing::Values("small_edge_fully_serial_area"),
                                          testing::Values(Dataflow::kOutputStationary)),
                         case_name);

// 1,024 reduction steps side by side are more than the weight buffer has room for.
INSTANTIATE_TEST_SUITE_P(FullySerial, Cifar10CodesTest,
                         testing::Combine(testing::Values("8", "4", "16", "mixed"),
                                          testing::Values("small_edge_fully_serial"),
                                          testing::Values(Dataflow::kOutputStationary)),
                         case_name);

}  // namespace
}  // namespace dcnsim

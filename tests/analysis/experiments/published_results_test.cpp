// SPDX-License-Identifier: Apache-2.0
// The published results against the preset bit_fusion: what `dcnsim experiment bit-fusion` shows,
// held to the last digit.
#include "analysis/experiments/published_results.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "models/arch/accelerator_yaml.h"

namespace dcnsim {
namespace {

const std::string kProject = DCNSIM_SOURCE_DIR;

std::vector<PublishedLayer> published() {
  return published_layers(CsvTable::load(kProject + "/analysis/experiments/bitfusion_cifar10.csv"));
}

AcceleratorConfig bit_fusion_machine() {
  return load_accelerator(kProject + "/models/arch/presets/bit_fusion.yaml");
}

BitFusionAssumptions with_interface(int bits) {
  BitFusionAssumptions assumptions;
  assumptions.interface_bits = bits;
  return assumptions;
}

TEST(PublishedResults, table_has_nine_layers_the_first_of_which_is_unrolled) {
  const std::vector<PublishedLayer> layers = published();
  ASSERT_EQ(layers.size(), 9u);
  EXPECT_EQ(layers[0].name, "conv0");
  EXPECT_EQ(layers[8].name, "fc8");
  for (const PublishedLayer& p : layers) EXPECT_EQ(p.layer.unrolled, p.name == "conv0") << p.name;
}

TEST(PublishedResults, every_layer_is_reproduced_exactly) {
  const AcceleratorConfig machine = bit_fusion_machine();
  for (const PublishedLayer& p : published()) {
    const BitFusionCounts c =
        bit_fusion_counts(machine, p.layer, with_interface(kPublishedInterfaceBits));
    EXPECT_EQ(c.cycles, p.cycles) << p.name;
    EXPECT_EQ(c.memory_wait_cycles, p.memory_wait_cycles) << p.name;
    EXPECT_EQ(c.dram_read_bits(), p.dram_read_bits) << p.name;
    EXPECT_EQ(c.dram_write_bits(), p.dram_write_bits) << p.name;
    const BitFusionCounts wide =
        bit_fusion_counts(machine, p.layer, with_interface(kPublishedWideInterfaceBits));
    EXPECT_EQ(wide.cycles, p.compute_bound_cycles) << p.name;
  }
}

// The comparison can fail: another machine or assumption does not give the published figures.
TEST(PublishedResults, another_configuration_misses_them) {
  std::vector<AcceleratorConfig> machines(5, bit_fusion_machine());
  machines[0].weight_buffer.capacity_bytes /= 2;
  machines[1].input_buffer.capacity_bytes /= 2;
  machines[2].output_buffer.capacity_bytes /= 2;
  machines[3].array.columns /= 2;
  machines[4].array.datapath = DatapathFamily::kBitParallel;
  for (std::size_t i = 0; i < machines.size(); ++i) {
    int missed = 0;
    for (const PublishedLayer& p : published()) {
      missed += bit_fusion_counts(machines[i], p.layer, {}).cycles != p.cycles ? 1 : 0;
    }
    EXPECT_GT(missed, 0) << "machine " << i;
  }
  BitFusionAssumptions narrow;
  narrow.output_bits = 8;
  for (const PublishedLayer& p : published()) {
    EXPECT_LT(bit_fusion_counts(bit_fusion_machine(), p.layer, narrow).cycles, p.cycles) << p.name;
  }
}

TEST(PublishedResults, a_damaged_table_is_named_with_line_and_column) {
  const std::string good =
      "layer,kind,in_channels,out_channels,out_height,out_width,kernel,act_bits,weight_bits,"
      "cycles_192b,memory_wait_cycles_192b,dram_read_bits,dram_write_bits,cycles_4096b\n"
      "a,conv,3,8,4,4,3,8,8,1,1,1,1,1\n";
  EXPECT_EQ(published_layers(CsvTable::parse(good, "t.csv")).size(), 1u);
  const auto message = [](std::string text, const std::string& from, const std::string& to) {
    try {
      published_layers(CsvTable::parse(text.replace(text.find(from), from.size(), to), "t.csv"));
    } catch (const std::runtime_error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_NE(message(good, "a,conv,3", "a,conv,three").find("t.csv:2: column in_channels: three"),
            std::string::npos);
  EXPECT_NE(message(good, "dram_read_bits", "dram_reads").find("dram_read_bits"),
            std::string::npos);
}

}  // namespace
}  // namespace dcnsim

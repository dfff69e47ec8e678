// SPDX-License-Identifier: Apache-2.0
// The rule on layers small enough to count by hand, on published layers that had no part in finding
// it (other networks, arrays and interfaces), and what it refuses.
#include "analysis/experiments/bit_fusion_schedule.h"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <vector>

namespace dcnsim {
namespace {

/// 16 x 32 fusion units, 64 / 32 / 16 KB for weights / inputs / outputs; `scale` times the columns
/// and buffers.
AcceleratorConfig machine_of(int scale = 1) {
  AcceleratorConfig machine;
  machine.name = "machine";
  machine.array.rows = 16;
  machine.array.columns = 32 * scale;
  machine.array.datapath = DatapathFamily::kComposable;
  machine.weight_buffer.capacity_bytes = std::int64_t{65536} * scale;
  machine.input_buffer.capacity_bytes = std::int64_t{32768} * scale;
  machine.output_buffer.capacity_bytes = std::int64_t{16384} * scale;
  return machine;
}

BitFusionLayer layer_of(int in_channels, int out_channels, int size, int kernel, int bits) {
  BitFusionLayer layer;
  layer.in_channels = in_channels;
  layer.out_channels = out_channels;
  layer.out_height = layer.out_width = size;
  layer.kernel = kernel;
  layer.activation_bits = layer.weight_bits = bits;
  return layer;
}

/// A network's first layer.
BitFusionLayer first_layer(BitFusionLayer layer, int activation_bits, int stride) {
  layer.unrolled = true;
  layer.activation_bits = activation_bits;
  layer.stride = stride;
  return layer;
}

TEST(BitFusionSchedule, what_fits_the_buffers_crosses_the_interface_once) {
  const BitFusionAssumptions one{1, 64, 32};
  const BitFusionCounts c = bit_fusion_counts(machine_of(), layer_of(16, 32, 4, 1, 8), one);
  EXPECT_EQ(c.weight_bits, 16 * 32 * 8);
  EXPECT_EQ(c.input_bits, 4 * 4 * 16 * 8);
  EXPECT_EQ(c.output_bits, 4 * 4 * 32 * 32);
  // Fill, 16 pixels of one step each, drain: nothing overlaps.
  EXPECT_EQ(c.memory_wait_cycles, (c.dram_read_bits() + c.dram_write_bits()) / 64);
  EXPECT_EQ(c.cycles, c.memory_wait_cycles + 16);
}

TEST(BitFusionSchedule, idle_rows_and_columns_cost_what_busy_ones_do) {
  const BitFusionAssumptions one{1, 64, 32};
  const BitFusionCounts full = bit_fusion_counts(machine_of(), layer_of(16, 32, 1, 1, 8), one);
  const BitFusionCounts part = bit_fusion_counts(machine_of(), layer_of(9, 20, 1, 1, 8), one);
  EXPECT_EQ(part.weight_bits, 16 * 20 * 8) << "rows are padded, columns not";
  EXPECT_EQ(part.input_bits, 9 * 8);
  EXPECT_EQ(part.output_bits, full.output_bits);
}

// Both operands rounded up to 2, 4 or 8 bits, by the composable datapath.
TEST(BitFusionSchedule, compute_follows_the_products_of_the_datapath) {
  const BitFusionAssumptions wide{16, 65536, 32};
  const auto compute = [&](int weight_bits, int activation_bits) {
    BitFusionLayer layer = layer_of(256, 32, 8, 3, weight_bits);
    layer.activation_bits = activation_bits;
    const BitFusionCounts c = bit_fusion_counts(machine_of(), layer, wide);
    return c.cycles - c.memory_wait_cycles;
  };
  const std::int64_t one_step = 16 * 8 * 8 * 3 * 3;
  EXPECT_EQ(compute(2, 2), one_step);
  EXPECT_EQ(compute(1, 1), one_step);
  EXPECT_EQ(compute(2, 4), 2 * one_step);
  EXPECT_EQ(compute(3, 5), 8 * one_step);
  EXPECT_EQ(compute(8, 8), 16 * one_step);
}

TEST(BitFusionSchedule, unrolled_windows_fill_the_rows_and_are_fetched_whole) {
  const BitFusionAssumptions one{1, 65536, 32};
  BitFusionLayer layer = layer_of(3, 32, 8, 3, 8);
  const BitFusionCounts by_position = bit_fusion_counts(machine_of(), layer, one);
  layer.unrolled = true;
  const BitFusionCounts unrolled = bit_fusion_counts(machine_of(), layer, one);
  EXPECT_EQ(by_position.cycles - by_position.memory_wait_cycles, 64 * 9);
  EXPECT_EQ(unrolled.cycles - unrolled.memory_wait_cycles, 64 * 2) << "27 products in 16 rows";
  EXPECT_EQ(by_position.input_bits, 10 * 10 * 3 * 8);
  EXPECT_EQ(unrolled.input_bits, 64 * 27 * 8);
}

// Stored with the same simulator (commit 04ec1c8) for other networks and, last, a larger array.
TEST(BitFusionSchedule, published_layers_of_other_networks_and_machines_come_out_exactly) {
  struct Published {
    const char* name;
    BitFusionLayer layer;
    int interface_bits;
    int scale;
    std::int64_t cycles, memory_wait_cycles, dram_read_bits, dram_write_bits;
  };
  BitFusionLayer reducing = layer_of(128, 256, 28, 1, 4);
  reducing.stride = 2;
  const std::vector<Published> all = {
      {"SVHN conv0", first_layer(layer_of(3, 64, 32, 3, 1), 8, 1), 192, 1, 367979, 335211, 37097472,
       33554432},
      {"SVHN conv5", layer_of(256, 256, 8, 3, 1), 192, 1, 102742, 29014, 11337728, 8388608},
      {"SVHN fc6", layer_of(4096, 1024, 1, 1, 1), 192, 1, 27649, 19457, 4784128, 524288},
      {"LeNet-5 conv1", layer_of(32, 64, 16, 5, 2), 192, 1, 205635, 835, 21626880, 8388608},
      {"AlexNet conv1_a", first_layer(layer_of(3, 96, 55, 11, 8), 8, 4), 192, 1, 3746423, 406823,
       570628224, 148684800},
      {"AlexNet conv4_a", layer_of(384, 384, 13, 3, 4), 192, 1, 2436097, 403969, 352124928,
       115605504},
      {"ResNet-18 conv1_a", first_layer(layer_of(3, 128, 112, 7, 8), 8, 2), 192, 1, 9793537,
       1765377, 1058275328, 822083584},
      {"ResNet-18 conv3_1_a", reducing, 192, 1, 1104555, 903851, 109314048, 102760448},
      {"LSTM matmul", layer_of(3600, 3600, 1, 1, 4), 192, 1, 337175, 231383, 62836736, 1900544},
      {"LSTM matmul, wide", layer_of(3600, 3600, 1, 1, 4), 4096, 1, 103063, 7, 211292160,
       105529344},
      {"CIFAR10 conv1, 64 columns", layer_of(128, 128, 32, 3, 2), 4096, 2, 294999, 87, 142934016,
       67108864},
      {"CIFAR10 fc8, 64 columns", layer_of(1024, 10, 1, 1, 2), 4096, 2, 93, 29, 86016, 32768},
      {"SVHN conv0, 128 columns", first_layer(layer_of(3, 64, 32, 3, 1), 8, 1), 4096, 4, 33633,
       17249, 70651904, 67108864},
  };
  for (const Published& p : all) {
    const BitFusionAssumptions assumptions{16, p.interface_bits, 32};
    const BitFusionCounts c = bit_fusion_counts(machine_of(p.scale), p.layer, assumptions);
    EXPECT_EQ(c.cycles, p.cycles) << p.name;
    EXPECT_EQ(c.memory_wait_cycles, p.memory_wait_cycles) << p.name;
    EXPECT_EQ(c.dram_read_bits(), p.dram_read_bits) << p.name;
    EXPECT_EQ(c.dram_write_bits(), p.dram_write_bits) << p.name;
  }
}

TEST(BitFusionSchedule, narrower_outputs_and_larger_buffers_move_less) {
  const BitFusionLayer layer = layer_of(256, 256, 16, 3, 2);
  BitFusionAssumptions narrow;
  narrow.output_bits = 8;
  const BitFusionCounts c32 = bit_fusion_counts(machine_of(), layer, {});
  const BitFusionCounts c8 = bit_fusion_counts(machine_of(), layer, narrow);
  EXPECT_EQ(c8.dram_write_bits(), c32.dram_write_bits() / 4);
  EXPECT_LT(c8.cycles, c32.cycles);

  AcceleratorConfig half = machine_of();
  half.output_buffer.capacity_bytes /= 2;
  EXPECT_GT(bit_fusion_counts(half, layer, {}).dram_read_bits(), c32.dram_read_bits());

  AcceleratorConfig single = machine_of();
  for (BufferConfig* b : {&single.input_buffer, &single.weight_buffer, &single.output_buffer}) {
    b->capacity_bytes /= 2;
    b->double_buffered = false;
  }
  EXPECT_EQ(bit_fusion_counts(single, layer, {}).cycles, c32.cycles)
      << "half a double buffer holds what a single one of half the size does";
}

TEST(BitFusionSchedule, impossible_values_are_refused_by_field) {
  const auto refused =
      [](const std::function<void(BitFusionLayer&, BitFusionAssumptions&)>& break_it) {
        BitFusionLayer layer = layer_of(16, 32, 4, 3, 8);
        BitFusionAssumptions assumptions;
        break_it(layer, assumptions);
        try {
          bit_fusion_counts(machine_of(), layer, assumptions);
        } catch (const InvalidField& e) {
          return std::string(e.what());
        }
        return std::string("accepted");
      };
  EXPECT_EQ(refused([](auto&, auto&) {}), "accepted");
  EXPECT_EQ(refused([](auto& l, auto&) { l.in_channels = 0; }),
            "layer.in_channels: 0, expected an integer 1..65536");
  EXPECT_EQ(refused([](auto& l, auto&) { l.out_channels = 65537; }),
            "layer.out_channels: 65537, expected an integer 1..65536");
  EXPECT_EQ(refused([](auto& l, auto&) { l.out_height = -1; }),
            "layer.out_height: -1, expected an integer 1..65536");
  EXPECT_EQ(refused([](auto& l, auto&) { l.out_width = 0; }),
            "layer.out_width: 0, expected an integer 1..65536");
  EXPECT_EQ(refused([](auto& l, auto&) { l.kernel = 17; }),
            "layer.kernel: 17, expected an integer 1..16");
  EXPECT_EQ(refused([](auto& l, auto&) { l.stride = 0; }),
            "layer.stride: 0, expected an integer 1..16");
  EXPECT_EQ(refused([](auto& l, auto&) { l.activation_bits = 17; }),
            "layer.activation_bits: 17, expected an integer 1..16");
  EXPECT_EQ(refused([](auto& l, auto&) { l.weight_bits = 0; }),
            "layer.weight_bits: 0, expected an integer 1..16");
  EXPECT_EQ(refused([](auto&, auto& a) { a.images = 0; }),
            "images: 0, expected an integer 1..65536");
  EXPECT_EQ(refused([](auto&, auto& a) { a.interface_bits = 0; }),
            "interface_bits: 0, expected an integer 1..65536");
  EXPECT_EQ(refused([](auto&, auto& a) { a.output_bits = 65; }),
            "output_bits: 65, expected an integer 1..64");
  EXPECT_EQ(refused([](auto& l, auto&) { l.in_channels = l.out_channels = l.out_height = 65536; }),
            "layer: more than 2^40 products for the batch, expected fewer");
}

TEST(BitFusionSchedule, a_layer_no_tile_of_which_fits_is_refused) {
  AcceleratorConfig machine = machine_of();
  machine.output_buffer.capacity_bytes = 64;
  EXPECT_THROW(bit_fusion_counts(machine, layer_of(16, 32, 4, 3, 8), {}), std::invalid_argument);
}

}  // namespace
}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Cycles and DRAM traffic of a layer on a batch of images as the authors of Bit Fusion (Sharma et
// al., ISCA 2018) count them: a formula for each tiling and loop order, and a search for the best.
// It is there to compare with their figures; what dcnsim simulates is schedule.h. The rule and how
// it differs is in bit_fusion_schedule.md beside this file.
#pragma once

#include <cstdint>

#include "models/arch/accelerator_config.h"

namespace dcnsim {

/// A convolution. A fully-connected layer is one with a 1 x 1 kernel on a 1 x 1 map.
struct BitFusionLayer {
  int in_channels = 1;
  int out_channels = 1;
  int out_height = 1;
  int out_width = 1;
  int kernel = 1;
  int stride = 1;
  int activation_bits = 8;
  int weight_bits = 8;
  /// The host hands over each pixel's whole window (im2col), as for a network's first layer: the
  /// kernel's positions share the array's rows. Else the array does them one after the other.
  bool unrolled = false;
};

/// What the authors assume beside the machine: array and buffers are those of AcceleratorConfig.
struct BitFusionAssumptions {
  int images = 16;           ///< of a batch
  int interface_bits = 192;  ///< to and from DRAM, a cycle
  int output_bits = 32;      ///< of an output on its way to DRAM and back
};

/// Of a layer, for the whole batch.
struct BitFusionCounts {
  std::int64_t cycles = 0;
  std::int64_t memory_wait_cycles = 0;  ///< of these, cycles in which nothing is computed
  std::int64_t weight_bits = 0;         ///< from DRAM
  std::int64_t input_bits = 0;          ///< from DRAM
  std::int64_t output_bits = 0;         ///< from DRAM, and again to DRAM

  std::int64_t dram_read_bits() const { return weight_bits + input_bits + output_bits; }
  std::int64_t dram_write_bits() const { return output_bits; }
};

/// Of the tiling and loop order with the fewest cycles; among these, with the least traffic.
/// `machine` is validated. Throws InvalidField if a field of the others is out of range or the
/// layer has more than 2^40 products, std::invalid_argument if no tiling fits the buffers.
BitFusionCounts bit_fusion_counts(const AcceleratorConfig& machine, const BitFusionLayer& layer,
                                  const BitFusionAssumptions& assumptions);

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Where the tiles of a layer lie in memory (pipeline.md, "Memory"), and the bursts that move them.
#pragma once

#include <cstdint>
#include <vector>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "tests/oracle/machine/layer_steps.h"

namespace dcnsim::oracle {

using Int = std::int64_t;

/// Pieces of at most `size` that `amount` is moved in, counted one by one.
inline Int pieces(Int amount, Int size) {
  Int count = 0;
  for (; amount > 0; amount -= size) ++count;
  return count;
}

/// Codes side by side in memory, in the bus words that hold any bit of them.
struct Run {
  Stream stream = Stream::kInput;
  Int address = 0, bytes = 0;
  Int codes = 0;
  Int buffer_words = 0;  ///< in which they lie in the on-chip buffer
};
using Runs = std::vector<Run>;

/// Its codes are looked up, in a table that comes with each tile of them.
bool has_table(const Descriptor& layer);

/// Its second operand is one pixel, which comes with each tile of the first.
bool has_one_pixel(const Descriptor& layer);

/// Of a channel of a convolution: its multiplier and a shift of 6 bits, in whole bytes; none where
/// the requantizer only shifts.
Int parameter_bits(const Descriptor& layer, const AcceleratorConfig& machine);

Runs weight_runs(const Descriptor& layer, const AcceleratorConfig& machine, const Step& step);
Runs input_runs(const Descriptor& layer, const AcceleratorConfig& machine, const Step& step);
Runs output_runs(const Descriptor& layer, const AcceleratorConfig& machine, const Step& step);
Runs descriptor_runs(Int address);

/// Of the channels `wanted` of an input of so many, those that its map has, as the map counts them.
Range real_channels(const InputSlice& slice, int channels, const Range& wanted);

Int bytes_of(const Runs& runs);

struct Burst {
  Stream stream = Stream::kInput;
  Int address = 0, bytes = 0;
};

/// In the order in which they are asked for.
std::vector<Burst> bursts_of(const Runs& runs, Int max_burst_bytes);

}  // namespace dcnsim::oracle

// SPDX-License-Identifier: Apache-2.0
// What the PE array, the requantizer and the vector unit make of the tiles in the buffers: values
// only, by models/numeric. Timing is array_cycles.h, the order of tiles schedule.h.
#pragma once

#include <cstdint>
#include <vector>

#include "models/numeric/conv.h"
#include "models/numeric/tensor.h"
#include "models/perf/schedule.h"

namespace dcnsim {

/// Real (unpadded) part of the input map under a pixel tile, all channels. kAdd has two operands.
struct InputTile {
  CodeTensor first;
  CodeTensor second;
};

/// Weights of output channels [channel0, channel0 + channels), at most one array width, for
/// reduction steps [k0, k1): codes k-major in host form, biases if k0 is 0.
struct WeightBlock {
  int channel0 = 0;
  int channels = 0;
  int k0 = 0, k1 = 0;
  std::vector<std::uint8_t> codes;
  std::vector<std::int64_t> bias;
};
using WeightTile = std::vector<WeightBlock>;

/// Codes of channels [channel0, channel0 + shape.channels) of a pixel tile.
struct OutputTile {
  CodeTensor codes;
  PixelTile pixels;
  int channel0 = 0;
};

/// Writes a tile's codes to their place in the whole map.
void place_tile(const OutputTile& tile, CodeTensor& map);

/// The codes of part of a whole map, all channels.
CodeTensor take_region(const CodeTensor& map, const InputRegion& region);

/// Executes the steps of descriptors, one descriptor after the other; memory is reused between
/// them. A sum that is split into chunks is evaluated when its last chunk has arrived, which gives
/// the same value because chunks arrive in the normative order.
class TileCompute {
 public:
  explicit TileCompute(const Accumulator& accumulator) : accumulator_(accumulator) {}

  /// `descriptor` must stay until the next begin().
  void begin(const Descriptor& descriptor) { descriptor_ = &descriptor; }

  /// A weight tile (chunk) has become current.
  void take_weights(const WeightTile& tile, const Step& step);

  /// Runs the step; on the last chunk writes the step's channels into `output`. Returns the number
  /// of outputs whose accumulator lost the exact sum.
  std::uint64_t run(const Step& step, const InputTile& input, OutputTile& output);

 private:
  struct Block {
    int channel0 = 0;
    int channels = 0;
    std::vector<std::uint8_t> codes;  ///< of the chunks so far, if there are several
    std::vector<std::int64_t> bias;
    ConvWeights weights;  ///< packed once all chunks are there
  };

  std::uint64_t convolve(const Step& step, const InputTile& input, OutputTile& output);

  const Accumulator accumulator_;
  const Descriptor* descriptor_ = nullptr;
  std::vector<Block> blocks_;  ///< those of earlier, larger tiles stay for their memory
  std::size_t block_count_ = 0;
  Accumulators accumulators_;
};

}  // namespace dcnsim

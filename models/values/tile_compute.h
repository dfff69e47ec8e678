// SPDX-License-Identifier: Apache-2.0
// What the PE array, the requantizer and the vector unit make of the tiles in the buffers: values
// only, by models/numeric. Timing is array_cycles.h, the order of tiles schedule.h.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/numeric/conv.h"
#include "models/numeric/post.h"
#include "models/numeric/tensor.h"
#include "models/perf/schedule.h"

namespace dcnsim {

/// Real (unpadded) part of the input map under a pixel tile, channels of a step's input tile. kAdd
/// has two operands, and a table is the second of what is looked up in it.
struct InputTile {
  CodeTensor first;
  CodeTensor second;
};

/// Weights of output channels [channel0, channel0 + channels) of one group for the reduction steps
/// of a step: codes k-major in host form, biases if it is the first chunk, the scales or
/// thresholds that channels have (post.h) if it is the last.
struct WeightBlock {
  int channel0 = 0;
  int channels = 0;
  std::vector<std::uint8_t> codes;
  std::vector<std::int64_t> bias;
  std::vector<Scale> scales;
  std::vector<std::int64_t> thresholds;
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

/// The codes of part of a whole map: channels [channel0, channel1).
CodeTensor take_region(const CodeTensor& map, const InputRegion& region, int channel0,
                       int channel1);

/// The same of what a layer sees of the map.
CodeTensor take_slice(const CodeTensor& map, const InputSlice& slice, const InputRegion& region,
                      int channel0, int channel1);

/// Executes the steps of descriptors, one descriptor after the other; memory is reused between
/// them. A sum that is split into chunks or input tiles is evaluated when its last chunk has
/// arrived, from what has arrived before: that is the same value, because chunks arrive in the
/// normative order and input tiles are legal only where the order does not matter.
class TileCompute {
 public:
  struct Block {
    int channel0 = 0;
    int channels = 0;
    int groups = 1;                   ///< whole ones
    std::vector<std::uint8_t> codes;  ///< of the chunks so far, if there are several
    std::vector<std::int64_t> bias;
    std::vector<Scale> scales;
    std::vector<std::int64_t> thresholds;
    ConvWeights weights;  ///< packed once all chunks are there
  };
  struct ChannelTile {
    std::vector<Block> blocks;  ///< those of earlier, larger tiles stay for their memory
    std::size_t block_count = 0;
    bool is_packed = false;
  };
  /// By first channel.
  using ChannelTiles = std::unordered_map<int, ChannelTile>;

  explicit TileCompute(const Accumulator& accumulator) : accumulator_(accumulator) {}

  /// `descriptor` must stay until the next begin(), `kept` likewise: the layer's weights are kept
  /// there, and found again when the same layer is begun with it once more.
  void begin(const Descriptor& descriptor, ChannelTiles& kept);

  /// Whether those of a step's channels are kept: they need not be taken.
  bool has_weights(const Step& step) const;

  /// A weight tile has become current.
  void take_weights(const WeightTile& tile, const Step& step);
  /// An input tile has become current.
  void take_input(const InputTile& tile, const Step& step);

  /// Runs the step with the current tiles; on the last chunk writes the step's channels into
  /// `output`. Returns the number of outputs whose accumulator lost the exact sum.
  std::uint64_t run(const Step& step, const InputTile& input, OutputTile& output);

 private:
  ChannelTile& channel_tile(const Step& step);
  /// The blocks as one, in which the channels of each lie side by side: a kernel takes them at
  /// once.
  const WeightTile& joined(const WeightTile& tile, const Step& step);
  void add_chunk(const WeightBlock& part, const Step& step, Block& block) const;
  std::uint64_t convolve(const Step& step, const InputTile& input, OutputTile& output);

  const Accumulator accumulator_;
  const Descriptor* descriptor_ = nullptr;
  ChannelTiles* kept_ = nullptr;
  WeightTile joined_;
  /// If input tiles lack channels: the inputs of all images, as far as they have arrived.
  std::vector<CodeTensor> maps_;
  Accumulators accumulators_;
};

}  // namespace dcnsim

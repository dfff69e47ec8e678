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

/// Codes of channels [channel0, channel1) of a pixel tile.
struct OutputTile {
  CodeTensor codes;  ///< empty until the first are there
  PixelTile pixels;
  int channel0 = 0, channel1 = 0;

  Shape shape() const {
    return {pixels.y1 - pixels.y0, pixels.x1 - pixels.x0, channel1 - channel0};
  }
  /// Takes those of channels from `first` on.
  void put(CodeTensor part, int first);
};

/// Writes a tile's codes to their place in the whole map.
void place_tile(OutputTile tile, CodeTensor& map);

/// The codes of part of a whole map: channels [channel0, channel1).
CodeTensor take_region(const CodeTensor& map, const InputRegion& region, int channel0,
                       int channel1);

/// The same of what a layer sees of the map.
CodeTensor take_slice(const CodeTensor& map, const InputSlice& slice, const InputRegion& region,
                      int channel0, int channel1);

/// Executes the steps of descriptors, one descriptor after the other; memory is reused between
/// them. Sums are evaluated when the last step that has a part in them has come, those of all
/// channels that are stored together at once: from what has arrived before, that is the same value,
/// because chunks arrive in the normative order, input tiles are legal only where the order does
/// not matter, and kernels are faster with more channels.
class TileCompute {
 public:
  /// Output channels that are computed at once: those of a tile that is stored or, of a convolution
  /// in groups, whose inputs may come group by group, those of a step.
  struct Channels {
    int first, last;
    int groups;  ///< whole ones, or 1

    std::uint64_t key() const {
      return static_cast<std::uint64_t>(first) << 32 | static_cast<unsigned>(last);
    }
  };
  Channels channels_of(const Step& step) const;
  /// Whether a step is the first (last) of those that bring weights of its channels.
  bool begins(const Step& step) const {
    return step.first_chunk && step.channel0 == channels_of(step).first;
  }
  bool completes(const Step& step) const {
    return step.last_chunk && step.channel1 == channels_of(step).last;
  }

  /// The weights of some Channels.
  struct Weights {
    std::vector<std::uint8_t> codes;  ///< k-major, as far as they have come
    std::vector<std::int64_t> bias;
    std::vector<Scale> scales;
    std::vector<std::int64_t> thresholds;
    ConvWeights packed;  ///< once all are there
    bool is_packed = false;
  };
  /// By Channels::key().
  using LayerWeights = std::unordered_map<std::uint64_t, Weights>;

  explicit TileCompute(const Accumulator& accumulator) : accumulator_(accumulator) {}

  /// `descriptor` must stay until the next begin(), `kept` likewise: the layer's weights are kept
  /// there, and found again when the same layer is begun with it once more.
  void begin(const Descriptor& descriptor, LayerWeights& kept);

  /// Whether those of a step's channels are kept: they need not be taken.
  bool has_weights(const Step& step) const;

  /// A weight tile has become current.
  void take_weights(const WeightTile& tile, const Step& step);
  /// An input tile has become current.
  void take_input(const InputTile& tile, const Step& step);

  /// Runs the step with the current tiles; if it completes() its channels, writes these into
  /// `output`. Returns the number of outputs whose accumulator lost the exact sum.
  std::uint64_t run(const Step& step, const InputTile& input, OutputTile& output);

 private:
  std::uint64_t convolve(const Step& step, const InputTile& input, OutputTile& output);

  const Accumulator accumulator_;
  const Descriptor* descriptor_ = nullptr;
  LayerWeights* kept_ = nullptr;
  /// If input tiles lack channels: the inputs of all images, as far as they have arrived.
  std::vector<CodeTensor> maps_;
  Accumulators accumulators_;
};

}  // namespace dcnsim

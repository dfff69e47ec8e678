// SPDX-License-Identifier: Apache-2.0
// The order of loads, computations and stores that executes one descriptor. The accelerator model
// follows it and the compiler predicts from it: one source of truth for both.
#pragma once

#include <cstdint>
#include <functional>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"

namespace dcnsim {

/// Part of an output map, after the fused pool: rows [y0, y1), columns [x0, x1).
struct PixelTile {
  int y0 = 0, y1 = 0, x0 = 0, x1 = 0;
  int image = 0;  ///< of the batch
};

/// The real (unpadded) input rows and columns a PixelTile needs, and the padding around them. For
/// kAdd the same region; rows and columns are clipped to the map.
struct InputRegion {
  int y0 = 0, y1 = 0, x0 = 0, x1 = 0;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
};
InputRegion input_region(const Descriptor& descriptor, const PixelTile& tile);

/// Of the second operand of kAdd: `first`, the region of the other one, or the one pixel there is.
inline InputRegion second_region(const Descriptor& descriptor, const InputRegion& first) {
  return descriptor.pair == PairKind::kScaling ? InputRegion{0, 1, 0, 1, 0, 0, 0, 0} : first;
}
/// Codes in a region of `channels`.
inline std::uint64_t codes_of(const InputRegion& region, int channels) {
  return static_cast<std::uint64_t>(region.y1 - region.y0) *
         static_cast<std::uint64_t>(region.x1 - region.x0) * static_cast<std::uint64_t>(channels);
}

/// The convolution (without pool) of a tile as a layer of its own over its InputRegion.
ConvShape tile_conv(const Descriptor& descriptor, const PixelTile& tile);
/// Likewise for a stand-alone pool.
PoolShape tile_pool(const Descriptor& descriptor, const PixelTile& tile);

/// Whether input tiles come from memory: not if the input is on chip, but the second operand of an
/// addition always does.
inline bool loads_input(const Descriptor& descriptor) {
  return !descriptor.input_on_chip || descriptor.kind == LayerKind::kAdd;
}

/// One step: one weight tile meets one input tile.
struct Step {
  PixelTile pixels;
  int channel0 = 0, channel1 = 0;  ///< output channels [channel0, channel1)
  int groups = 1;                  ///< whole groups that they are; 1 if they lie within one
  int in0 = 0, in1 = 0;            ///< channels [in0, in1) of the input tile
  int k0 = 0, k1 = 0;              ///< reduction steps [k0, k1) of the input tile, of each group
  bool load_input = false;         ///< the input tile differs from the previous step's
  bool load_weights = false;       ///< likewise the weight tile (always false for pool and add)
  bool first_chunk = true;         ///< begins the sums of its outputs
  bool last_chunk = true;          ///< completes them
  int sums = 0;                    ///< which of the sums that are not complete it goes on with
  bool sums_wait = false;          ///< others are computed between their chunks
  bool opens_layer = false;        ///< the first of all
  bool last_use_of_input = false;  ///< next step loads another input tile, or there is none
  bool last_use_of_weights = false;
  /// Step after which the output buffer's tile is complete and is written: channels
  /// [store_channel0, store_channel1) of `pixels`. Where channel tiles gather, all channels are
  /// written at the last of them, else each writes its own.
  bool store = false;
  int store_channel0 = 0, store_channel1 = 0;
};

/// Channels [first, last) of a map.
struct ChannelRange {
  int first, last;
  int count() const { return last - first; }
};
/// Those of the map behind `slice` that a step's input tile has; its others are zeros.
ChannelRange map_channels(const Descriptor& descriptor, const InputSlice& slice, const Step& step);

/// Input channels of a group, counted from its first, that a step's reduction goes over.
struct GroupInputs {
  int first, last;
};
GroupInputs inputs_of_group(const Descriptor& descriptor, const Step& step);

/// Step k of a step's reduction as a step of the whole one, which goes over kernel rows, columns
/// and all channels of the group.
int whole_reduction_step(const Descriptor& descriptor, const GroupInputs& inputs, int k);

/// Calls `visit` for every step in order.
void for_each_step(const Descriptor& descriptor, const std::function<void(const Step&)>& visit);

/// Reduction steps of which a chunk that is not the last has a multiple where nothing is to be
/// lost: whole row tiles of a weight-stationary array, whole groups of an output-stationary one's
/// PEs (and, for short, its rows); whole kernel positions where the array takes them one by one.
int reduction_unit(const Descriptor& descriptor, const ArrayConfig& array);

}  // namespace dcnsim

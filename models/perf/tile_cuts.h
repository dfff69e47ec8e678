// SPDX-License-Identifier: Apache-2.0
// How a Tiling cuts a layer: tiles along each axis and how many of them there are.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/arch/descriptor.h"
#include "models/arch/memory_layout.h"
#include "models/base/enum_array.h"

namespace dcnsim {

/// Tiles of `size` along one axis of `total`.
struct Extent {
  int first, last;
  int size() const { return last - first; }
};
inline std::vector<Extent> extents(int total, int size) {
  std::vector<Extent> result;
  for (int at = 0; at < total; at += size) result.push_back({at, std::min(total, at + size)});
  return result;
}

/// The same by size: whole tiles and, if there is one, the smaller last tile. The mapper cuts
/// millions of times, so they lie in place.
struct EqualTiles {
  int size;
  std::uint64_t count;
};
class TileSizes {
 public:
  TileSizes(int total, int size) {
    if (total >= size) tiles_[count_++] = {size, static_cast<std::uint64_t>(total / size)};
    if (total % size != 0) tiles_[count_++] = {total % size, 1};
  }
  const EqualTiles* begin() const { return tiles_.data(); }
  const EqualTiles* end() const { return tiles_.data() + count_; }
  const EqualTiles& front() const { return tiles_.front(); }
  const EqualTiles& back() const { return tiles_[count_ - 1]; }

 private:
  std::array<EqualTiles, 2> tiles_{};
  std::size_t count_ = 0;
};
inline TileSizes equal_tiles(int total, int size) { return {total, size}; }

/// Channel groups. A pool or an addition is as a convolution with a group a channel.
inline int group_count(const Descriptor& d) {
  return d.kind == LayerKind::kConv ? d.conv.groups : d.input_shape().channels;
}
/// Output channels of a group.
inline int group_channels(const Descriptor& d) {
  return d.kind == LayerKind::kConv ? d.conv.out_channels / d.conv.groups : 1;
}
/// Input channels of a group.
inline int group_inputs(const Descriptor& d) {
  return d.kind == LayerKind::kConv ? d.conv.in.channels / d.conv.groups : 1;
}

/// Steps of the sum for one output; pool and add layers have one step.
inline int reduction(const Descriptor& d) {
  return d.kind == LayerKind::kConv ? d.conv.reduction() : 1;
}

/// Of all images: no tile has pixels of two.
inline int pixel_tile_count(const Descriptor& d) {
  const Shape out = d.output_shape();
  return d.images() * ceil_div(out.height, d.tiling.tile_h) * ceil_div(out.width, d.tiling.tile_w);
}

/// Groups that a channel tile has whole; 1 if it lies within one.
inline int tile_groups(const Descriptor& d) {
  const int channels = d.kind == LayerKind::kConv ? d.tiling.tile_channels
                       : d.tiling.tile_in == 0    ? d.input_shape().channels
                                                  : d.tiling.tile_in;
  return std::clamp(channels / group_channels(d), 1, group_count(d));
}
/// Times that groups are taken up.
inline int group_tile_count(const Descriptor& d) {
  return ceil_div(group_count(d), tile_groups(d));
}
/// Output channels of a group that one channel tile has.
inline int tile_channels_of_group(const Descriptor& d) {
  return d.kind == LayerKind::kConv ? std::min(d.tiling.tile_channels, group_channels(d)) : 1;
}
/// Channel tiles of a group or of groups that are taken up together.
inline int channel_tiles_of_group(const Descriptor& d) {
  return ceil_div(group_channels(d), tile_channels_of_group(d));
}
inline int channel_tile_count(const Descriptor& d) {
  return group_tile_count(d) * channel_tiles_of_group(d);
}
/// Channel tiles by size: within a group, or of whole groups.
struct ChannelTiles {
  int channels;  ///< of a group
  int groups;
  std::uint64_t count;
};
template <typename Visit>
void for_channel_tiles(const Descriptor& d, const Visit& visit) {
  for (const EqualTiles& groups : equal_tiles(group_count(d), tile_groups(d))) {
    for (const EqualTiles& channels : equal_tiles(group_channels(d), tile_channels_of_group(d))) {
      visit(ChannelTiles{channels.size, groups.size, groups.count * channels.count});
    }
  }
}

/// Input channels of a group that one input tile has.
inline int tile_inputs_of_group(const Descriptor& d) {
  const int all = group_inputs(d);
  return d.kind != LayerKind::kConv || d.tiling.tile_in == 0 ? all
                                                             : std::min(d.tiling.tile_in, all);
}
/// Input tiles that a sum takes up one after the other.
inline int input_tiles_of_group(const Descriptor& d) {
  return ceil_div(group_inputs(d), tile_inputs_of_group(d));
}
/// Whether input tiles have the channels of the groups they are for, or else, where those are not
/// whole planes of the map, all.
inline bool inputs_by_group(const Descriptor& d) {
  if (d.kind != LayerKind::kConv || input_tiles_of_group(d) > 1) return true;
  return d.input_segment != 0 && !d.input_slice.has_zeros() &&
         tile_groups(d) * group_inputs(d) % d.input_segment == 0;
}
/// Most channels of an input tile.
inline int input_tile_channels(const Descriptor& d) {
  return inputs_by_group(d) ? tile_groups(d) * tile_inputs_of_group(d) : d.input_shape().channels;
}
/// Input tiles that differ.
inline std::int64_t input_tile_count(const Descriptor& d) {
  return std::int64_t{pixel_tile_count(d)} * input_tiles_of_group(d) *
         (inputs_by_group(d) ? group_tile_count(d) : 1);
}

/// Positions of the kernel: reduction steps an input channel.
inline int kernel_size(const Descriptor& d) {
  return d.kind == LayerKind::kConv ? d.conv.kernel_h * d.conv.kernel_w : 1;
}
/// Reduction steps of the largest chunk.
inline int largest_chunk(const Descriptor& d) {
  return d.kind == LayerKind::kConv
             ? std::min(d.tiling.chunk_k, kernel_size(d) * tile_inputs_of_group(d))
             : 1;
}
/// Whether an input tile's reduction is cut.
inline bool has_chunks(const Descriptor& d) {
  return d.kind == LayerKind::kConv && largest_chunk(d) < kernel_size(d) * tile_inputs_of_group(d);
}
/// Chunks of a sum by size, in their order: those of each input tile.
template <typename Visit>
void for_chunks(const Descriptor& d, const Visit& visit) {
  const int chunk_k = largest_chunk(d);
  for (const EqualTiles& inputs : equal_tiles(group_inputs(d), tile_inputs_of_group(d))) {
    for (const EqualTiles& chunk : equal_tiles(kernel_size(d) * inputs.size, chunk_k)) {
      visit(EqualTiles{chunk.size, inputs.count * chunk.count});
    }
  }
}
inline int chunk_count(const Descriptor& d) {
  std::uint64_t count = 0;
  for_chunks(d, [&](const EqualTiles& chunk) { count += chunk.count; });
  return static_cast<int>(count);
}

/// The loops of a schedule. Channel tiles are counted within a group, or groups that are taken up
/// together; chunks within an input tile.
enum class Loop : std::uint8_t { kPixels, kGroups, kChannels, kInputs, kChunks };
inline constexpr int kLoops = 5;
/// Outermost first.
using Nest = std::array<Loop, kLoops>;

/// A group's sums are complete before the next group is begun, in every order.
inline Nest nest(const Descriptor& d) {
  const LoopOrder order = d.kind == LayerKind::kConv ? d.tiling.order : LoopOrder::kPixelOuter;
  switch (order) {
    case LoopOrder::kWeightOuter:
      return {Loop::kGroups, Loop::kChannels, Loop::kPixels, Loop::kInputs, Loop::kChunks};
    case LoopOrder::kPixelOuter:
      return {Loop::kPixels, Loop::kGroups, Loop::kChannels, Loop::kInputs, Loop::kChunks};
    case LoopOrder::kWeightChunkOuter:
      return {Loop::kGroups, Loop::kChannels, Loop::kInputs, Loop::kChunks, Loop::kPixels};
    case LoopOrder::kPixelChunkOuter:
      return {Loop::kPixels, Loop::kGroups, Loop::kInputs, Loop::kChunks, Loop::kChannels};
  }
  return {};
}

/// How often each loop goes round while those around it stand still; chunks: in the first input
/// tile.
inline EnumArray<Loop, int, kLoops> loop_counts(const Descriptor& d) {
  EnumArray<Loop, int, kLoops> counts;
  counts[Loop::kPixels] = pixel_tile_count(d);
  counts[Loop::kGroups] = group_tile_count(d);
  counts[Loop::kChannels] = channel_tiles_of_group(d);
  counts[Loop::kInputs] = input_tiles_of_group(d);
  counts[Loop::kChunks] = ceil_div(kernel_size(d) * tile_inputs_of_group(d), largest_chunk(d));
  return counts;
}

/// Whether an input tile is another one when `loop` goes round.
inline bool inputs_depend_on(Loop loop, const Descriptor& d) {
  return loop == Loop::kPixels || loop == Loop::kInputs ||
         (loop == Loop::kGroups && inputs_by_group(d));
}
/// Likewise a weight tile.
inline bool weights_depend_on(Loop loop) { return loop != Loop::kPixels; }

/// How often all tiles of a kind are loaded: as often as those loops go round on which the tile
/// does not depend and which lie outside the innermost one on which it does.
template <typename Depends>
std::uint64_t visits(const Descriptor& d, const Depends& depends_on) {
  const EnumArray<Loop, int, kLoops> counts = loop_counts(d);
  std::uint64_t visits = 1, outside = 1;
  for (const Loop loop : nest(d)) {
    if (!depends_on(loop)) {
      outside *= static_cast<std::uint64_t>(counts[loop]);
    } else if (counts[loop] > 1) {
      visits = outside;
    }
  }
  return visits;
}
inline std::uint64_t input_visits(const Descriptor& d) {
  return visits(d, [&](Loop loop) { return inputs_depend_on(loop, d); });
}
inline std::uint64_t weight_visits(const Descriptor& d) { return visits(d, weights_depend_on); }

/// Whether between the chunks of a sum those of other tiles are computed.
inline bool sums_wait(const Descriptor& d) {
  if (d.kind != LayerKind::kConv || chunk_count(d) == 1) return false;
  return (d.tiling.order == LoopOrder::kWeightChunkOuter && pixel_tile_count(d) > 1) ||
         (d.tiling.order == LoopOrder::kPixelChunkOuter && channel_tiles_of_group(d) > 1);
}

/// True if pixel tiles are the outer loop. With one pixel tile or one channel tile both loop orders
/// are the same.
inline bool pixels_outside(const Descriptor& d) {
  return nest(d).front() == Loop::kPixels || pixel_tile_count(d) == 1 || channel_tile_count(d) == 1;
}

/// Whether several channel tiles are whole planes of the output each.
inline bool tiles_are_planes(const Descriptor& d) {
  const int segment = d.output_segment;
  return segment != 0 && channel_tile_count(d) > 1 &&
         tile_groups(d) * tile_channels_of_group(d) % segment == 0 &&
         (group_tile_count(d) == 1 || tile_groups(d) * group_channels(d) % segment == 0);
}

/// True if all channels of a pixel tile are gathered in the output buffer before they are stored.
inline bool gathers(const Descriptor& d) { return pixels_outside(d) && !tiles_are_planes(d); }

/// Output channels that are stored at a time; the last time they may be fewer.
inline int stored_channels(const Descriptor& d) {
  return gathers(d) ? d.output_shape().channels : tile_groups(d) * tile_channels_of_group(d);
}

}  // namespace dcnsim

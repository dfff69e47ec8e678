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

inline int group_channels(const Descriptor& d) { return d.conv.out_channels / d.conv.groups; }

/// Steps of the sum for one output; pool and add layers have one step.
inline int reduction(const Descriptor& d) {
  return d.kind == LayerKind::kConv ? d.conv.reduction() : 1;
}

inline int pixel_tile_count(const Descriptor& d) {
  const Shape out = d.output_shape();
  return ceil_div(out.height, d.tiling.tile_h) * ceil_div(out.width, d.tiling.tile_w);
}

/// Channel tiles never span two groups.
inline int channel_tile_count(const Descriptor& d) {
  if (d.kind != LayerKind::kConv) return 1;
  return d.conv.groups * ceil_div(group_channels(d), d.tiling.tile_channels);
}

inline int chunk_count(const Descriptor& d) {
  return d.kind == LayerKind::kConv ? ceil_div(reduction(d), d.tiling.chunk_k) : 1;
}

/// True if all channels of a pixel tile are gathered in the output buffer before they are stored.
/// With a single pixel tile both loop orders are the same and gathering costs nothing.
inline bool gathers(const Descriptor& d) {
  return d.kind != LayerKind::kConv || d.tiling.order == LoopOrder::kPixelOuter ||
         pixel_tile_count(d) == 1 || channel_tile_count(d) == 1;
}

}  // namespace dcnsim

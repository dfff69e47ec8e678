// SPDX-License-Identifier: Apache-2.0
// A layer as pipeline.md ("Tiles") cuts it: every step with what it works on, one after the other.
#pragma once

#include <vector>

#include "models/arch/descriptor.h"

namespace dcnsim::oracle {

struct Range {
  int first = 0, last = 0;  ///< [first, last)
  int size() const { return last - first; }
  friend bool operator==(const Range& a, const Range& b) {
    return a.first == b.first && a.last == b.last;
  }
};

/// Pieces of `size`, of which the last may be smaller.
std::vector<Range> cut(Range whole, int size);

/// Windows along one axis of a map; an addition has windows of one.
struct Axis {
  int extent = 1;
  int kernel = 1, stride = 1, before = 0, after = 0;
  int pool = 1;
  int dilation = 1;

  /// Outputs after the fused pool, window by window.
  int outputs() const;
  /// From the first to the last input that windows of these outputs look at, without padding.
  Range inputs(const Range& outputs) const;
};

/// The sizes of a layer, whatever its kind.
struct Geometry {
  Axis rows, columns;
  int in_channels = 1, out_channels = 1, groups = 1;
  int reduction = 1;

  explicit Geometry(const Descriptor& layer);
  int group_channels() const { return out_channels / groups; }
};

struct Step {
  Range rows, columns;  ///< of the output map
  int image = 0;        ///< of the batch
  Range channels;
  int groups = 1;      ///< that the channels are, if not part of one
  Range in_channels;   ///< of the input tile
  Range group_inputs;  ///< channels of a group that the reduction goes over
  Range reduction;     ///< of those channels
  bool first_chunk = true, last_chunk = true;
  bool alone = true;  ///< no other sums come between the chunks of its own
  /// Numbers in the order of use; steps that follow one another and share a tile share its number.
  int weight_tile = 0, input_tile = 0;
  bool stores = false;  ///< completes its output tile
  Range stored_channels;
};

/// Of all channels, those of the weight tiles one after the other, in the order in which they lie
/// in memory: what their steps have in common.
std::vector<Step> weight_tiles(const Descriptor& layer);

/// Channels of each plane of a map of `channels`, in the order in which they lie.
std::vector<Range> planes(int channels, int segment);

/// Whether pixel tiles are outside, channel tiles inside.
bool pixels_outside(const Descriptor& layer);

/// Whether all channels of a pixel tile gather in the output buffer before they are stored.
bool gathers(const Descriptor& layer);

std::vector<Step> steps_of(const Descriptor& layer);

}  // namespace dcnsim::oracle

// SPDX-License-Identifier: Apache-2.0
// The order of loads, computations and stores that executes one descriptor. The accelerator model
// follows it and the compiler predicts from it: one source of truth for both.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "models/perf/counters.h"

namespace dcnsim {

/// Part of an output map, after the fused pool: rows [y0, y1), columns [x0, x1).
struct PixelTile {
  int y0 = 0, y1 = 0, x0 = 0, x1 = 0;
};

/// The real (unpadded) input rows and columns a PixelTile needs, and the padding around them. For
/// kAdd the same region; rows and columns are clipped to the map.
struct InputRegion {
  int y0 = 0, y1 = 0, x0 = 0, x1 = 0;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
};
InputRegion input_region(const Descriptor& descriptor, const PixelTile& tile);

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
  int channel0 = 0, channel1 = 0;  ///< output channels [channel0, channel1), inside one group
  int k0 = 0, k1 = 0;              ///< reduction steps [k0, k1)
  bool load_input = false;         ///< the input tile differs from the previous step's
  bool load_weights = false;       ///< likewise the weight tile (always false for pool and add)
  bool first_chunk = true;
  bool last_chunk = true;
  bool last_use_of_input = false;  ///< next step loads another input tile, or there is none
  bool last_use_of_weights = false;
  /// Step after which the output buffer's tile is complete and is written: channels
  /// [store_channel0, store_channel1) of `pixels`. With kPixelOuter all channels are gathered and
  /// written at the last channel tile; with kWeightOuter each step stores its own channels.
  bool store = false;
  int store_channel0 = 0, store_channel1 = 0;
};

/// Calls `visit` for every step in order.
void for_each_step(const Descriptor& descriptor, const ArrayConfig& array,
                   const std::function<void(const Step&)>& visit);

/// Reduction steps of which a chunk that is not the last must have a multiple: whole row tiles of a
/// weight-stationary array, whole groups of an output-stationary one's PEs (and, for short, its
/// rows).
int reduction_unit(const Descriptor& descriptor, const ArrayConfig& array);

/// Packed bytes of buffer space (rows padded to buffer words) the largest tile of each kind takes,
/// and what is available to one tile: the whole buffer if it is not double-buffered or the layer
/// has only one tile of that kind, else half of it.
struct BufferNeed {
  std::int64_t input = 0, weight = 0, output = 0, accumulator = 0;
  std::int64_t input_available = 0, weight_available = 0, output_available = 0,
               accumulator_available = 0;
  /// An output that stays on chip, as input of the next layer, and the half of the input buffer.
  std::int64_t kept = 0, kept_available = 0;
};
BufferNeed buffer_need(const Descriptor& descriptor, const AcceleratorConfig& config);

/// Empty if the tiling is legal on this machine; else one line: which buffer lacks how many bytes,
/// or which alignment rule is broken. Rules: tiles fit; every stored run starts and ends on a bus
/// word or at the end of a row (no two tiles share a bus word of output); chunks of weights start
/// on a bus word; tile_channels and chunk_k as Tiling says.
std::string why_illegal(const Descriptor& descriptor, const AcceleratorConfig& config);

/// Bytes on the bus by stream for executing this descriptor, its own fetch included.
std::array<std::uint64_t, kStreams> predicted_traffic(const Descriptor& descriptor,
                                                      const AcceleratorConfig& config);

/// Array or vector-unit cycles of the whole descriptor, without any waiting.
std::uint64_t predicted_compute_cycles(const Descriptor& descriptor,
                                       const AcceleratorConfig& config);

}  // namespace dcnsim

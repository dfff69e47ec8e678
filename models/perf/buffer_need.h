// SPDX-License-Identifier: Apache-2.0
// Which tilings are legal on a machine: what the tiles of a layer take of each buffer, and the
// alignment rules that keep tiles off each other's bus words.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"

namespace dcnsim {

/// Packed bytes (rows padded to buffer words) the largest tile takes of a buffer, and what is
/// available to one tile: the whole buffer if it is not double-buffered or the layer has only one
/// tile of that kind, else half of it.
struct Room {
  std::int64_t needed = 0, available = 0;
  bool fits() const { return needed <= available; }
};

/// By what they depend on: tile_h and tile_w; tile_channels and chunk_k; all of the tiling.
Room input_room(const Descriptor& descriptor, const AcceleratorConfig& config);
Room weight_room(const Descriptor& descriptor, const AcceleratorConfig& config);
Room output_room(const Descriptor& descriptor, const AcceleratorConfig& config);
Room accumulator_room(const Descriptor& descriptor, const AcceleratorConfig& config);
/// Of an output that stays on chip, as input of the next layer, in a half of the input buffer or
/// beside all else in the scratchpad.
Room kept_room(const Descriptor& descriptor, const AcceleratorConfig& config);

/// Of a scratchpad (AcceleratorConfig::shares_buffer()): all tiles that are in it at a time, two of
/// each kind that has several if it is double-buffered, and maps that stay. A kind alone may take
/// all of it or, if there are two of its tiles, a half. Nothing and no room without one.
Room shared_room(const Descriptor& descriptor, const AcceleratorConfig& config);

/// Tiles that can be in a buffer at a time: halves of a double buffer are used in turn unless there
/// is one tile, which may have all of it, or a map that stays on chip has the other half.
std::size_t input_slots(const Descriptor& descriptor, const AcceleratorConfig& config);
std::size_t weight_slots(const Descriptor& descriptor, const AcceleratorConfig& config);
std::size_t output_slots(const Descriptor& descriptor, const AcceleratorConfig& config);

/// Empty if the tiling is legal on this machine; else one line: which buffer lacks how many bytes,
/// or which alignment rule is broken. Rules: tiles fit; no two tiles share a bus word of output, as
/// tiles of some columns are whole strips or, where a row is one strip, whole bus words, and
/// channel tiles that are stored by themselves are whole planes or, where a map is one plane, whole
/// bus words; chunks of weights start on a bus word; tile_channels and chunk_k as Tiling says.
std::string why_illegal(const Descriptor& descriptor, const AcceleratorConfig& config);

/// The same in parts: a tiling is legal if the layer is, tile_h and tile_w are, tile_channels and
/// chunk_k are, and its outputs fit.
std::string why_layer_illegal(const Descriptor& descriptor, const AcceleratorConfig& config);
std::string why_pixels_illegal(const Descriptor& descriptor, const AcceleratorConfig& config);
std::string why_weights_illegal(const Descriptor& descriptor, const AcceleratorConfig& config);
bool outputs_fit(const Descriptor& descriptor, const AcceleratorConfig& config);

/// What decides which tilings of a layer are legal on machines that differ in the capacities of
/// their buffers alone, whatever the tiling of `layer`: what holds inputs, weights, outputs, sums
/// and, in a scratchpad, all of them. kHoldsAny where a half holds any tile, and maps that stay.
inline constexpr std::int64_t kHoldsAny = -1;
std::array<std::int64_t, 5> deciding_capacities(const Descriptor& layer,
                                                const AcceleratorConfig& config);

}  // namespace dcnsim

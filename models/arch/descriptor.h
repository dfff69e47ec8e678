// SPDX-License-Identifier: Apache-2.0
// One layer's worth of work as the host hands it to the accelerator: 256 bytes, little-endian,
// versioned. descriptor_fields.h holds the one table of fields from which encoding, decoding, the
// reference page and the driver's C header come.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "models/arch/layer.h"
#include "models/numeric/conv.h"
#include "models/numeric/post.h"

namespace dcnsim {

/// Order of the loops over pixel tiles (P), output-channel tiles (N) and input-channel tiles (I),
/// outermost first; chunks of an input tile's reduction are always innermost within I. Where I or
/// the chunks are not innermost, the sums of all tiles of the inner loop wait in the accumulators.
enum class LoopOrder : std::uint8_t {
  kWeightOuter = 0,       ///< N P I: a weight tile stays while pixels stream past it
  kPixelOuter = 1,        ///< P N I: an input tile stays while weights stream past it
  kWeightChunkOuter = 2,  ///< N I P: so does a part of a weight tile; sums of a whole map wait
  kPixelChunkOuter = 3    ///< P I N: so does a part of an input tile; sums of all channels wait
};

/// How a layer is cut to fit the buffers. Pool and add layers use tile_h, tile_w and tile_in.
struct Tiling {
  int tile_h = 1;         ///< output rows (after the fused pool) a tile
  int tile_w = 1;         ///< output columns a tile
  int tile_channels = 1;  ///< output channels a weight tile: array widths, planes of the output,
                          ///< all channels of a group, or those of several groups
  int chunk_k = 1;        ///< reduction steps a weight tile, of those of an input tile
  LoopOrder order = LoopOrder::kWeightOuter;
  int tile_in = 0;  ///< input channels an input tile (pool, add: those of the output as well):
                    ///< whole planes of the map, or 0 for all, of a convolution all of a group

  friend constexpr bool operator==(const Tiling& a, const Tiling& b) {
    return a.tile_h == b.tile_h && a.tile_w == b.tile_w && a.tile_channels == b.tile_channels &&
           a.chunk_k == b.chunk_k && a.order == b.order && a.tile_in == b.tile_in;
  }
};

/// Which part of a feature map a layer has as its input: rows and columns from a first one on, each
/// some behind the one before, and zeros for channels that the map does not have. All zero: the map
/// is the input. A range of whole planes of channels needs none: it is a map of its own in memory.
struct InputSlice {
  int row = 0, column = 0;         ///< of the map, the input's first
  int stride_h = 0, stride_w = 0;  ///< from one row or column of the input to the next; 0 for 1
  int height = 0, width = 0;       ///< of the map, 0 for those of the input
  int zeros_before = 0, zeros_after = 0;  ///< channels of zeros around the map's

  /// The map of which an input of shape `in` is this part.
  constexpr Shape map(const Shape& in) const {
    return {height == 0 ? in.height : height, width == 0 ? in.width : width,
            in.channels - zeros_before - zeros_after};
  }
  constexpr int row_step() const { return stride_h == 0 ? 1 : stride_h; }
  constexpr int column_step() const { return stride_w == 0 ? 1 : stride_w; }
  constexpr int row_of(int y) const { return row + y * row_step(); }
  constexpr int column_of(int x) const { return column + x * column_step(); }
  constexpr bool has_strides() const { return row_step() > 1 || column_step() > 1; }
  constexpr bool has_zeros() const { return zeros_before > 0 || zeros_after > 0; }
  /// Rows, columns or channels are not those of the map.
  constexpr bool any() const {
    return row > 0 || column > 0 || has_strides() || height > 0 || width > 0 || has_zeros();
  }
};

struct Descriptor {
  LayerKind kind = LayerKind::kConv;
  ConvShape conv;      ///< kConv
  int fused_pool = 1;  ///< kConv: max pool window and stride on the output codes, 1 for none
  PoolShape pool;      ///< kPool
  Shape add;           ///< kAdd: shape of the first input and the output
  PairKind pair = PairKind::kSum;  ///< kAdd
  Format input;
  Format input2;  ///< kAdd
  Format weight;  ///< kConv
  Requant requant;
  bool proved = false;  ///< the compiler proved that no accumulator can overflow
  Tiling tiling;
  /// The input is the output that the descriptor before left in the input buffer; it is one tile.
  bool input_on_chip = false;
  /// The output stays in a half of the input buffer for the next descriptor, and is not stored.
  bool output_on_chip = false;
  std::uint64_t input_address = 0;  ///< all addresses are multiples of the bus width
  std::uint64_t input2_address = 0;
  std::uint64_t weight_address = 0;
  std::uint64_t output_address = 0;
  /// Channels of a plane of the map in memory, 0 for all: a map is one plane after the other.
  int input_segment = 0;
  int input2_segment = 0;  ///< kAdd
  int output_segment = 0;
  /// Columns of a strip of the map in memory, 0 for all: every strip of a row starts on a bus word.
  int input_strip = 0;
  int input2_strip = 0;  ///< kAdd
  int output_strip = 0;
  InputSlice input_slice;
  InputSlice input2_slice;  ///< kAdd
  /// Images that the layer is executed for, with the same weights; 0 for 1. Of each it has an input
  /// and an output map of its own, in memory so many bytes behind those of the image before.
  int batch = 0;
  std::uint64_t batch_stride = 0;  ///< a multiple of the bus width

  int images() const { return batch == 0 ? 1 : batch; }
  bool has_table() const { return kind == LayerKind::kPool && pool.kind == PoolKind::kTable; }
  Shape input_shape() const {
    return kind == LayerKind::kConv ? conv.in : kind == LayerKind::kPool ? pool.in : add;
  }
  /// kAdd
  Shape input2_shape() const {
    return pair == PairKind::kScaling ? Shape{1, 1, add.channels} : add;
  }
  /// Of the feature map written to memory, after the fused pool.
  Shape output_shape() const {
    if (kind == LayerKind::kPool) return pool.out();
    if (kind == LayerKind::kAdd) return add;
    return {conv.out_h() / fused_pool, conv.out_w() / fused_pool, conv.out_channels};
  }
  /// Multiply-accumulates this layer's work needs: outputs dropped by the pool are not computed.
  std::uint64_t macs() const {
    if (kind != LayerKind::kConv) return 0;
    const Shape out = output_shape();
    return static_cast<std::uint64_t>(images()) * static_cast<std::uint64_t>(out.height) *
           static_cast<std::uint64_t>(out.width) *
           static_cast<std::uint64_t>(fused_pool * fused_pool) *
           static_cast<std::uint64_t>(out.channels) * static_cast<std::uint64_t>(conv.reduction());
  }
};

inline constexpr std::size_t kDescriptorBytes = 256;
inline constexpr std::uint32_t kDescriptorMagic = 0x444C4E44;  ///< "DNLD" as bytes 'D','N','L','D'
inline constexpr std::uint16_t kDescriptorVersion = 2;         ///< written; 1 is read as well

/// Steps one descriptor may ask for (schedule.h): bounds what a bad descriptor can cost.
inline constexpr std::int64_t kMaxSteps = std::int64_t{1} << 20;

/// Steps of a tiling that is within its layer; anything above kMaxSteps if there are more.
std::int64_t step_count(const Descriptor& descriptor);

using DescriptorBytes = std::array<std::uint8_t, kDescriptorBytes>;

/// Throws std::invalid_argument if a field does not fit its place in the format.
DescriptorBytes encode(const Descriptor& descriptor);

/// Throws std::invalid_argument naming the field: impossible geometry (also sizes above 65535,
/// products above 2^30 and padding as large as the kernel), widths outside 1..16, shifts beyond
/// 192, tiling outside the layer or of more than kMaxSteps steps, what is not executed yet.
void validate(const Descriptor& descriptor);

/// Throws std::invalid_argument naming the field: wrong magic or version, unknown enumerators,
/// fields of later versions, of other kinds of layer or reserved ones that are not zero, and what
/// validate() refuses.
/// A descriptor that decodes is safe to execute apart from its addresses and whether its tiles fit
/// a given machine (schedule.h checks that).
Descriptor decode(const DescriptorBytes& bytes);

/// The table of fields in Markdown, as in descriptor.md.
std::string descriptor_reference();

}  // namespace dcnsim

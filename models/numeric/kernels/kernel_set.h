// SPDX-License-Identifier: Apache-2.0
// The inner loops of numeric/, once for each instruction set, behind one table of functions. All
// sets compute the same values, bit for bit; internal to numeric/ and its tests.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/numeric/instruction_set.h"

namespace dcnsim::kernels {

/// Output channels computed together; weights are stored in blocks of this many.
inline constexpr std::size_t kBlockChannels = 16;
/// Bytes of input that one step of a kernel consumes: four 8-bit codes or two 16-bit ones.
inline constexpr std::size_t kStepBytes = 4;
/// Bytes of weights that one step of one block consumes.
inline constexpr std::size_t kBlockStepBytes = kBlockChannels * kStepBytes;

/// What one output pixel sees of a feature map, and where its sums go.
struct DotWindow {
  std::ptrdiff_t input;  ///< byte offset of the window
  std::size_t pixel;     ///< of the output
};

/// Windows of which the same part of every run is taken, and the same runs: beyond it their codes
/// are zeros.
struct DotPass {
  std::size_t first_window, windows;
  std::size_t first_run, runs;
  std::size_t first_step, steps;
};

/// Steps of single blocks beside those of the runs, taken of all windows: those of block b are
/// [first[b], first[b + 1]).
struct ExtraSteps {
  const std::size_t* first = nullptr;      ///< null: there are none
  const std::ptrdiff_t* inputs = nullptr;  ///< byte offset of each from its window
  const std::uint8_t* weights = nullptr;   ///< kBlockStepBytes each
};

/// Dot products of windows of a feature map with blocks of output channels, modulo 2^32. A window
/// is runs of `run_steps` steps; over-read codes at the end of a run meet zero weights.
struct DotArgs {
  const std::uint8_t* input;
  const DotWindow* windows;
  const DotPass* passes;
  std::size_t pass_count;
  const std::ptrdiff_t* runs;  ///< byte offset of each run from its window
  std::size_t run_steps;
  const std::uint8_t* weights;  ///< [block][run][step][channel of block][code of step], 64-aligned
  std::size_t block_bytes;      ///< from one block to the next
  ExtraSteps extra;
  const std::int32_t* bias;  ///< padded to whole blocks
  std::int32_t* out;         ///< [pixel][channel]
  std::size_t out_stride;    ///< values from one pixel to the next
  std::size_t channels;      ///< to be written; the last block may be partly used
};

/// The same where every output channel has a window of its own, as with many groups: a step of the
/// input holds kStepBytes for each channel of a block (kBlockStepBytes), and the steps of a run lie
/// so for one block after the other.
struct LaneDotArgs {
  DotArgs dot;
  std::size_t input_block_bytes;  ///< from one block of a run to the next
};

/// Which part of a weight a packed copy holds: all of it, or its unsigned low or signed high byte.
enum class WeightPart { kWhole, kLow, kHigh };

/// Weights of one group from [k][channel] to the order of DotArgs. k runs over `stretches` of
/// `stretch_codes`, each of which becomes `pieces` runs of `run_steps` steps, zero-filled.
struct PackArgs {
  const std::uint8_t* codes;  ///< of the group's first channel, host form
  int host_bytes;
  bool is_signed;
  WeightPart part;
  std::size_t row_codes;  ///< codes from one k to the next
  std::size_t channels;
  std::size_t stretches;
  std::size_t stretch_codes;
  std::size_t pieces;
  std::size_t run_steps;
  std::uint8_t* out;
  std::size_t block_bytes;
};

/// Dot products in 32 bits added up in 64: sums += scale * partial.
struct AddPartialArgs {
  const std::int32_t* partial;
  std::int64_t scale;
  std::size_t count;
  std::int64_t* sums;
};

/// Sums of products to accumulators that wrap.
struct FinishArgs {
  std::int64_t* sums;  ///< [pixel][channel]; overwritten if `narrow` is null
  std::int32_t* narrow;
  const std::int64_t* bias;
  const std::int64_t* compensation;  ///< added to the sum of products
  std::size_t pixels;
  std::size_t channels;
  int bits;
};

/// int32 sums brought to the output's codes: shift right, round, clamp.
struct RequantArgs {
  const std::int32_t* acc;
  std::size_t count;
  int shift;     ///< 0..31
  int rounding;  ///< a Rounding
  std::int32_t min_code;
  std::int32_t max_code;
  void* out;  ///< int8 or int16 codes, only the low byte or bytes are kept
};

/// The same by a multiplier and a shift of each channel, and a zero point.
struct ScaleArgs {
  const std::int32_t* acc;  ///< [pixel][channel]
  std::size_t pixels;
  std::size_t channels;
  const std::int32_t* multipliers;  ///< 0 or more
  const std::uint64_t* shifts;      ///< 0..63; Rounding::kTwice: behind its first rounding
  const std::int64_t* halves;       ///< 2^(shift - 1), or 0
  const std::uint64_t* offsets;     ///< 2^(63 - shift)
  int rounding;                     ///< a Rounding
  std::int32_t zero_point;
  std::int32_t min_code;
  std::int32_t max_code;
  void* out;  ///< as RequantArgs
};

/// One output row of a max pool with pool x pool windows: [x][channel].
struct MaxPoolArgs {
  const std::int32_t* rows;  ///< `pool` rows of [x][channel]
  std::size_t row_stride;    ///< values from one row to the next
  std::size_t pool;
  std::size_t out_width;
  std::size_t channels;
  std::int32_t* out;
};

/// Saturating sums of one window in the normative order, as changes from the bias, and the exact
/// sums beside them. All per channel, padded to blocks.
struct OrderedArgs {
  const std::int32_t* window;  ///< first code of the first run
  const std::ptrdiff_t* runs;  ///< offset of each run, in codes
  std::size_t run_count;
  std::size_t run_codes;
  const std::int32_t* weights;  ///< [block][run][code][channel of block]
  std::size_t blocks;
  const std::int64_t* min_change;  ///< lowest accumulator minus the bias
  const std::int64_t* max_change;
  std::int64_t* change;    ///< out: accumulator minus the bias
  std::int64_t* products;  ///< out: exact sum of products
};

/// Bit-packed codes to host form: `windows` times codes_per_window(bits) of them. Eight bytes from
/// the first one of each window are read.
struct UnpackBitsArgs {
  const std::uint8_t* packed;
  std::size_t bit;  ///< of the first code
  int bits;         ///< 1..16
  bool is_signed;
  std::size_t windows;
  std::uint8_t* host;
};

/// The way back. Eight bytes from the first one of each window are written, of which those behind
/// the window are left undefined; bits before the first code are kept.
struct PackBitsArgs {
  const std::uint8_t* host;
  std::size_t bit;
  int bits;
  std::size_t windows;
  std::uint8_t* packed;
};

struct KernelSet {
  const char* name;
  void (*dot_u8s8)(const DotArgs&);
  void (*dot_s16)(const DotArgs&);
  void (*lane_dot_u8s8)(const LaneDotArgs&);
  void (*lane_dot_s16)(const LaneDotArgs&);
  void (*pack_to_8)(const PackArgs&);
  void (*pack_to_16)(const PackArgs&);
  void (*add_partial)(const AddPartialArgs&);
  std::uint64_t (*finish)(const FinishArgs&);  ///< returns how many are not exact
  void (*requantize_to_8)(const RequantArgs&);
  void (*requantize_to_16)(const RequantArgs&);
  void (*scale_to_8)(const ScaleArgs&);
  void (*scale_to_16)(const ScaleArgs&);
  void (*max_pool_row)(const MaxPoolArgs&);
  void (*ordered)(const OrderedArgs&);
  void (*unpack_bits)(const UnpackBitsArgs&);
  void (*pack_bits)(const PackBitsArgs&);
  /// Null where dot_u8s8 is exact for all codes. Else it is where two products of neighbours add up
  /// to 16 bits, and this moves the weights of a block's step that might not, with codes of all 8
  /// bits, to a step of their own, otherwise zeros; false: there are none, nothing is changed.
  bool (*split_pairs)(std::uint8_t* step, std::uint8_t* extra_step);
};

/// The fastest of what `set`, which the processor must have, allows.
const KernelSet& set_for(InstructionSet set);

/// set_for(instruction_set()).
const KernelSet& selected();

extern const KernelSet kScalar;
#if defined(__x86_64__)
extern const KernelSet kAvx2;
extern const KernelSet kAvx512Vnni;
#elif defined(__aarch64__)
extern const KernelSet kNeon;
extern const KernelSet kI8mm;
#endif

}  // namespace dcnsim::kernels

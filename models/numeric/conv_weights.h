// SPDX-License-Identifier: Apache-2.0
// What ConvWeights prepares for conv_fast: the route a layer takes, how a window splits into runs,
// and the packed weights. Internal to numeric/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/numeric/aligned_vector.h"
#include "models/numeric/conv.h"
#include "models/numeric/kernels/kernel_set.h"

namespace dcnsim {

/// How the sums of a layer are computed.
enum class ConvRoute {
  kInt32,   ///< modulo 2^32, which is exact or all that is asked for
  kInt64,   ///< exact: int32 dot products short enough not to overflow, added up in 64 bits
  kOrdered  ///< one addition after the other, for accumulators that may saturate
};

/// A window as equally long stretches of contiguous input codes.
struct ConvRuns {
  int rows = 1;     ///< kernel rows
  int columns = 1;  ///< kernel columns that start a stretch of their own
  int pieces = 1;   ///< equal pieces that each stretch is split into, the last one padded
  int codes = 1;    ///< codes of a stretch
  int piece_codes = 1;

  std::size_t count() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) *
           static_cast<std::size_t>(pieces);
  }
  /// Codes read past the end of a stretch; they meet zero weights.
  int slack_codes() const { return pieces * piece_codes - codes; }
};

/// Bytes of input codes as the kernel reads them, and what is added to a code to get there.
struct KernelInput {
  int bytes = 1;  ///< 1: u8, 2: s16, 4: s32
  int offset = 0;
};

struct PackedConv {
  const kernels::KernelSet* kernels = nullptr;
  ConvShape shape;
  Accumulator accumulator;
  ConvRoute route = ConvRoute::kInt32;
  KernelInput input;
  ConvRuns runs;
  std::size_t run_steps = 1;   ///< kernel steps of a run (kOrdered: codes)
  std::size_t chunk_runs = 1;  ///< runs whose products fit 32 bits together (kInt64)
  std::size_t parts = 1;       ///< 2: weights split into a low and a high byte (kInt64)

  AlignedVector<std::uint8_t> packed;  ///< [part][group][block][run][step][channel][code of step]
  /// Steps of a block beside its runs: weights that were taken from `packed`, and where they were.
  struct ExtraStep {
    std::size_t run, step;
  };
  std::vector<ExtraStep> extra_steps;
  std::vector<std::size_t> first_extra;       ///< [group][block], and the end, if there are any
  AlignedVector<std::uint8_t> extra_weights;  ///< kBlockStepBytes each
  AlignedVector<std::int32_t> ordered;  ///< kOrdered: [group][block][run][code][channel of block]
  AlignedVector<std::int32_t> bias32;   ///< kInt32: [group], padded to blocks, compensated
  std::vector<std::int64_t> bias;
  std::vector<std::int64_t> compensation;  ///< kInt64: a channel's -offset * sum of weights

  /// Many groups of few channels (kInt32): blocks hold channels of several groups, each of which
  /// has codes of its own in every step of the input.
  bool has_lanes = false;

  /// As far as packing is concerned: with lanes all groups are one.
  std::size_t groups() const { return has_lanes ? 1 : static_cast<std::size_t>(shape.groups); }
  std::size_t group_channels() const {
    return static_cast<std::size_t>(shape.out_channels) / groups();
  }
  std::size_t group_inputs() const {
    return static_cast<std::size_t>(shape.in.channels / shape.groups);
  }
  std::size_t group_blocks() const {
    return (group_channels() + kernels::kBlockChannels - 1) / kernels::kBlockChannels;
  }
  /// Whether a row of the kernel meets codes that lie together.
  bool rows_lie_together() const { return groups() == 1 && shape.dilation_w() == 1; }
  /// What lanes read for one window and one kernel row.
  std::size_t lane_bytes() const { return group_blocks() * run_steps * kernels::kBlockStepBytes; }
  std::size_t block_bytes() const { return runs.count() * run_steps * kernels::kBlockStepBytes; }
  std::size_t part_bytes() const { return groups() * group_blocks() * block_bytes(); }

  /// Everything below `kernels` from weights in host form, k-major. `fits_int32`: no sum can leave
  /// 32 bits.
  void prepare(const ConvShape& conv, const Format& weight_format, const Format& input_format,
               const std::uint8_t* codes, const std::vector<std::int64_t>& channel_bias,
               const Accumulator& acc, bool proved, bool fits_int32);

 private:
  void choose_route(const Format& weight_format, const Format& input_format, bool proved,
                    bool fits_int32);
  void choose_runs();
  void pack(const Format& weight_format, const std::uint8_t* codes);
  bool split_pairs();
  void pack_ordered(const Format& weight_format, const std::uint8_t* codes);
  void compensate_int32();
  void compensate_int64(const Format& weight_format, const std::uint8_t* codes);
};

}  // namespace dcnsim

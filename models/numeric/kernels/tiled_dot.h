// SPDX-License-Identifier: Apache-2.0
// Register tiling shared by the SIMD kernels: strips of pixels times groups of blocks, accumulators
// in registers over the whole reduction. An instruction set gives the vector operations (`Isa`):
//   Vector               kLanes int32 values; kVectors of them make a block of output channels
//   kMaxBlocks           blocks computed together at most
//   kMaxPixels[blocks]   pixels computed together at most, for each number of blocks
//   load, broadcast, dot, store
//   kHasExtraSteps       whether it takes steps beside the runs
// Local to the including file, for the reason given in plain_loops.h.
#pragma once

#include "models/numeric/kernels/kernel_set.h"

#if defined(__clang__)
#define DCNSIM_UNROLL _Pragma("unroll")
#else
#define DCNSIM_UNROLL _Pragma("GCC unroll 32")
#endif

namespace dcnsim::kernels {
namespace {

/// Sums of one pixel to their places; a block may be partly used.
template <class Isa, std::size_t kVectors>
inline void store_pixel(const DotArgs& args, std::size_t first_block, const DotWindow& window,
                        const typename Isa::Vector (&sums)[kVectors]) {
  std::int32_t* out = args.out + window.pixel * args.out_stride;
  DCNSIM_UNROLL
  for (std::size_t v = 0; v < kVectors; ++v) {
    const std::size_t channel = first_block * kBlockChannels + v * Isa::kLanes;
    if (channel + Isa::kLanes <= args.channels) {
      Isa::store(out + channel, sums[v]);
    } else if (channel < args.channels) {
      Isa::store_first(out + channel, sums[v], args.channels - channel);
    }
  }
}

/// One step: `factors` are the weights of a pixel, its codes lie `offset` bytes into its input.
template <class Isa, std::size_t kPixels, std::size_t kVectors>
inline void add_step(const std::uint8_t* const (&input)[kPixels], std::ptrdiff_t offset,
                     const typename Isa::Vector (&factors)[kVectors],
                     typename Isa::Vector (&sums)[kPixels][kVectors]) {
  DCNSIM_UNROLL
  for (std::size_t p = 0; p < kPixels; ++p) {
    const typename Isa::Vector codes = Isa::broadcast(input[p] + offset);
    DCNSIM_UNROLL
    for (std::size_t v = 0; v < kVectors; ++v) {
      sums[p][v] = Isa::dot(sums[p][v], codes, factors[v]);
    }
  }
}

/// One strip: kPixels windows times kBlocks blocks.
template <class Isa, std::size_t kBlocks, std::size_t kPixels>
void dot_strip(const DotArgs& args, const DotPass& pass, std::size_t first_block,
               const DotWindow* windows) {
  using Vector = typename Isa::Vector;
  constexpr std::size_t kVectors = kBlocks * Isa::kVectors;
  constexpr std::size_t kVectorBytes = kBlockStepBytes / Isa::kVectors;
  Vector sums[kPixels][kVectors];
  DCNSIM_UNROLL
  for (std::size_t v = 0; v < kVectors; ++v) {
    const Vector bias = Isa::load(args.bias + first_block * kBlockChannels + v * Isa::kLanes);
    DCNSIM_UNROLL
    for (std::size_t p = 0; p < kPixels; ++p) sums[p][v] = bias;
  }

  const auto first_byte = static_cast<std::ptrdiff_t>(pass.first_step * kStepBytes);
  const auto end_byte = first_byte + static_cast<std::ptrdiff_t>(pass.steps * kStepBytes);
  for (std::size_t run = pass.first_run; run < pass.first_run + pass.runs; ++run) {
    const std::uint8_t* weights = args.weights + first_block * args.block_bytes +
                                  (run * args.run_steps + pass.first_step) * kBlockStepBytes;
    const std::uint8_t* input[kPixels];
    DCNSIM_UNROLL
    for (std::size_t p = 0; p < kPixels; ++p) {
      input[p] = args.input + windows[p].input + args.runs[run];
    }
    for (std::ptrdiff_t byte = first_byte; byte < end_byte;
         byte += static_cast<std::ptrdiff_t>(kStepBytes), weights += kBlockStepBytes) {
      Vector factors[kVectors];
      DCNSIM_UNROLL
      for (std::size_t v = 0; v < kVectors; ++v) {
        factors[v] = Isa::load(weights + v / Isa::kVectors * args.block_bytes +
                               v % Isa::kVectors * kVectorBytes);
      }
      add_step<Isa>(input, byte, factors, sums);
    }
  }

  if constexpr (Isa::kHasExtraSteps) {
    static_assert(kBlocks == 1, "blocks have extra steps of their own");
    if (args.extra.first != nullptr) {
      const std::uint8_t* input[kPixels];
      DCNSIM_UNROLL
      for (std::size_t p = 0; p < kPixels; ++p) input[p] = args.input + windows[p].input;
      for (std::size_t step = args.extra.first[first_block];
           step < args.extra.first[first_block + 1]; ++step) {
        const std::uint8_t* weights = args.extra.weights + step * kBlockStepBytes;
        Vector factors[kVectors];
        DCNSIM_UNROLL
        for (std::size_t v = 0; v < kVectors; ++v) {
          factors[v] = Isa::load(weights + v * kVectorBytes);
        }
        add_step<Isa>(input, args.extra.inputs[step], factors, sums);
      }
    }
  }

  DCNSIM_UNROLL
  for (std::size_t p = 0; p < kPixels; ++p) {
    store_pixel<Isa>(args, first_block, windows[p], sums[p]);
  }
}

template <class Isa, std::size_t kBlocks, std::size_t kPixels>
void dispatch_strip(const DotArgs& args, const DotPass& pass, std::size_t first_block,
                    const DotWindow* windows, std::size_t pixels) {
  if (pixels == kPixels) {
    dot_strip<Isa, kBlocks, kPixels>(args, pass, first_block, windows);
  } else if constexpr (kPixels > 1) {
    dispatch_strip<Isa, kBlocks, kPixels - 1>(args, pass, first_block, windows, pixels);
  }
}

/// All pixels for one group of blocks, in strips whose sizes differ by one at most: a short last
/// strip would leave the multipliers waiting for weights.
template <class Isa, std::size_t kBlocks>
void dot_blocks(const DotArgs& args, std::size_t first_block) {
  constexpr std::size_t kMaxPixels = Isa::kMaxPixels[kBlocks];
  for (const DotPass* pass = args.passes; pass < args.passes + args.pass_count; ++pass) {
    const std::size_t strips = (pass->windows + kMaxPixels - 1) / kMaxPixels;
    const std::size_t size = pass->windows / strips;
    const std::size_t longer = pass->windows % strips;
    const DotWindow* windows = args.windows + pass->first_window;
    for (std::size_t strip = 0; strip < strips; ++strip) {
      const std::size_t pixels = size + (strip < longer ? 1 : 0);
      dispatch_strip<Isa, kBlocks, kMaxPixels>(args, *pass, first_block, windows, pixels);
      windows += pixels;
    }
  }
}

template <class Isa, std::size_t kBlocks>
void dispatch_blocks(const DotArgs& args, std::size_t first_block, std::size_t blocks) {
  if (blocks == kBlocks) {
    dot_blocks<Isa, kBlocks>(args, first_block);
  } else if constexpr (kBlocks > 1) {
    dispatch_blocks<Isa, kBlocks - 1>(args, first_block, blocks);
  }
}

template <class Isa>
void tiled_dot(const DotArgs& args) {
  const std::size_t blocks = (args.channels + kBlockChannels - 1) / kBlockChannels;
  for (std::size_t done = 0; done < blocks;) {
    const std::size_t left = blocks - done;
    // One block more than fits is better halved than left alone.
    const std::size_t now = left > Isa::kMaxBlocks && left < 2 * Isa::kMaxBlocks
                                ? (left + 1) / 2
                                : (left < Isa::kMaxBlocks ? left : Isa::kMaxBlocks);
    dispatch_blocks<Isa, Isa::kMaxBlocks>(args, done, now);
    done += now;
  }
}

/// One strip of one block whose channels read windows of their own.
template <class Isa, std::size_t kPixels>
void lane_strip(const LaneDotArgs& lanes, const DotPass& pass, std::size_t block,
                const DotWindow* windows) {
  using Vector = typename Isa::Vector;
  constexpr std::size_t kVectors = Isa::kVectors;
  constexpr std::size_t kVectorBytes = kBlockStepBytes / kVectors;
  const DotArgs& args = lanes.dot;
  Vector sums[kPixels][kVectors];
  DCNSIM_UNROLL
  for (std::size_t v = 0; v < kVectors; ++v) {
    const Vector bias = Isa::load(args.bias + block * kBlockChannels + v * Isa::kLanes);
    DCNSIM_UNROLL
    for (std::size_t p = 0; p < kPixels; ++p) sums[p][v] = bias;
  }
  const std::uint8_t* weights =
      args.weights + block * args.block_bytes + pass.first_run * args.run_steps * kBlockStepBytes;
  const std::uint8_t* input = args.input + block * lanes.input_block_bytes;
  for (std::size_t run = pass.first_run; run < pass.first_run + pass.runs; ++run) {
    for (std::size_t step = 0; step < args.run_steps; ++step, weights += kBlockStepBytes) {
      DCNSIM_UNROLL
      for (std::size_t v = 0; v < kVectors; ++v) {
        const Vector factors = Isa::load(weights + v * kVectorBytes);
        DCNSIM_UNROLL
        for (std::size_t p = 0; p < kPixels; ++p) {
          const std::uint8_t* codes =
              input + windows[p].input + args.runs[run] + step * kBlockStepBytes + v * kVectorBytes;
          sums[p][v] = Isa::dot(sums[p][v], Isa::load(codes), factors);
        }
      }
    }
  }
  DCNSIM_UNROLL
  for (std::size_t p = 0; p < kPixels; ++p) {
    store_pixel<Isa>(args, block, windows[p], sums[p]);
  }
}

/// Runs are taken whole.
template <class Isa>
void lane_dot(const LaneDotArgs& lanes) {
  constexpr std::size_t kPixels = 4;
  const DotArgs& args = lanes.dot;
  const std::size_t blocks = (args.channels + kBlockChannels - 1) / kBlockChannels;
  for (const DotPass* pass = args.passes; pass < args.passes + args.pass_count; ++pass) {
    const DotWindow* windows = args.windows + pass->first_window;
    const DotWindow* const end = windows + pass->windows;
    for (; windows + kPixels <= end; windows += kPixels) {
      for (std::size_t b = 0; b < blocks; ++b) lane_strip<Isa, kPixels>(lanes, *pass, b, windows);
    }
    for (; windows < end; ++windows) {
      for (std::size_t b = 0; b < blocks; ++b) lane_strip<Isa, 1>(lanes, *pass, b, windows);
    }
  }
}

}  // namespace
}  // namespace dcnsim::kernels

// SPDX-License-Identifier: Apache-2.0
// What the kernels of AArch64 share: vectors of four sums, and 16-bit codes. kMaxPixels is the most
// with which gcc keeps all that a step needs in the 32 registers. Local to the including file, for
// the reason given in plain_loops.h.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

namespace dcnsim::kernels {
namespace {

struct Neon {
  using Vector = int32x4_t;
  static constexpr std::size_t kLanes = 4;
  static constexpr std::size_t kVectors = 4;
  static constexpr std::size_t kMaxBlocks = 1;
  static constexpr bool kHasExtraSteps = false;

  static Vector load(const void* from) {
    return vreinterpretq_s32_u8(vld1q_u8(static_cast<const std::uint8_t*>(from)));
  }
  static Vector broadcast(const std::uint8_t* from) {
    std::int32_t step;
    __builtin_memcpy(&step, from, sizeof(step));
    return vdupq_n_s32(step);
  }
  static void store(std::int32_t* to, Vector value) { vst1q_s32(to, value); }
  static void store_first(std::int32_t* to, Vector value, std::size_t count) {
    std::int32_t lanes[kLanes];
    vst1q_s32(lanes, value);
    __builtin_memcpy(to, lanes, count * sizeof(lanes[0]));
  }
};

/// First and second codes of all lanes apart, so that both products of a lane go to its own sum.
struct NeonWords : Neon {
  static constexpr std::size_t kMaxPixels[] = {0, 4};

  static Vector dot(Vector sum, Vector codes, Vector weights) {
    sum = vmlal_s16(sum, vmovn_s32(codes), vmovn_s32(weights));
    return vmlal_s16(sum, vshrn_n_s32(codes, 16), vshrn_n_s32(weights, 16));
  }
};

}  // namespace
}  // namespace dcnsim::kernels

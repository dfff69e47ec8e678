// SPDX-License-Identifier: Apache-2.0
// AArch64, whatever the processor: smlal on 16-bit codes. Nothing there multiplies an unsigned byte
// by a signed one, but their product fits 16 bits.
#if defined(__aarch64__)
#include "models/numeric/kernels/neon_vectors.h"
#include "models/numeric/kernels/plain_bits.h"
#include "models/numeric/kernels/plain_loops.h"
#include "models/numeric/kernels/tiled_dot.h"

namespace dcnsim::kernels {
namespace {

/// Codes with even numbers in their step and with odd ones apart: sadalp then adds the two products
/// of each that belong to one sum.
struct NeonBytes : Neon {
  static constexpr std::size_t kMaxPixels[] = {0, 3};

  static Vector dot(Vector sum, Vector codes, Vector weights) {
    const uint16x8_t code_pairs = vreinterpretq_u16_s32(codes);
    const int16x8_t weight_pairs = vreinterpretq_s16_s32(weights);
    const int16x8_t even_codes = vreinterpretq_s16_u16(vandq_u16(code_pairs, vdupq_n_u16(0xFF)));
    const int16x8_t odd_codes = vreinterpretq_s16_u16(vshrq_n_u16(code_pairs, 8));
    const int16x8_t even_weights = vshrq_n_s16(vshlq_n_s16(weight_pairs, 8), 8);
    const int16x8_t odd_weights = vshrq_n_s16(weight_pairs, 8);
    sum = vpadalq_s16(sum, vmulq_s16(even_codes, even_weights));
    return vpadalq_s16(sum, vmulq_s16(odd_codes, odd_weights));
  }
};

}  // namespace

const KernelSet kNeon =
    kernel_set("neon", tiled_dot<NeonBytes>, tiled_dot<NeonWords>, lane_dot<NeonBytes>,
               lane_dot<NeonWords>, plain_unpack_bits, plain_pack_bits);

}  // namespace dcnsim::kernels
#endif

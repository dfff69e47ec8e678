// SPDX-License-Identifier: Apache-2.0
// AArch64 with I8MM, which ARMv8.6 asks for: usdot on 8-bit codes.
#if defined(__aarch64__)
#include "models/numeric/kernels/neon_vectors.h"
#include "models/numeric/kernels/plain_bits.h"
#include "models/numeric/kernels/plain_loops.h"
#include "models/numeric/kernels/tiled_dot.h"

namespace dcnsim::kernels {
namespace {

struct I8mmBytes : Neon {
  static constexpr std::size_t kMaxPixels[] = {0, 5};

  static Vector dot(Vector sum, Vector codes, Vector weights) {
    return vusdotq_s32(sum, vreinterpretq_u8_s32(codes), vreinterpretq_s8_s32(weights));
  }
};

}  // namespace

const KernelSet kI8mm =
    kernel_set("i8mm", tiled_dot<I8mmBytes>, tiled_dot<NeonWords>, lane_dot<I8mmBytes>,
               lane_dot<NeonWords>, plain_unpack_bits, plain_pack_bits);

}  // namespace dcnsim::kernels
#endif

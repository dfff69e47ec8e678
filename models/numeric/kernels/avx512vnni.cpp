// SPDX-License-Identifier: Apache-2.0
// x86-64 with AVX-512 VNNI: vpdpbusd for 8-bit codes, vpdpwssd for 16-bit ones.
#if defined(__x86_64__)
#include <immintrin.h>

#include "models/numeric/kernels/plain_loops.h"
#include "models/numeric/kernels/tiled_dot.h"

namespace dcnsim::kernels {
namespace {

struct Avx512 {
  using Vector = __m512i;
  static constexpr std::size_t kLanes = 16;
  static constexpr std::size_t kVectors = 1;
  static constexpr std::size_t kMaxBlocks = 4;
  // 32 registers hold the sums, one vector of weights a block, and a broadcast step of input.
  static constexpr std::size_t kMaxPixels[] = {0, 12, 12, 9, 6};

  static Vector load(const void* from) { return _mm512_loadu_si512(from); }
  static Vector broadcast(const std::uint8_t* from) {
    int step;
    __builtin_memcpy(&step, from, sizeof(step));
    return _mm512_set1_epi32(step);
  }
  static void store(std::int32_t* to, Vector value) { _mm512_storeu_si512(to, value); }
  static void store_first(std::int32_t* to, Vector value, std::size_t count) {
    _mm512_mask_storeu_epi32(to, static_cast<__mmask16>((1U << count) - 1U), value);
  }
};

struct Bytes : Avx512 {
  static Vector dot(Vector sum, Vector codes, Vector weights) {
    return _mm512_dpbusd_epi32(sum, codes, weights);
  }
};

struct Words : Avx512 {
  static Vector dot(Vector sum, Vector codes, Vector weights) {
    return _mm512_dpwssd_epi32(sum, codes, weights);
  }
};

}  // namespace

const KernelSet kAvx512Vnni = kernel_set("avx512vnni", tiled_dot<Bytes>, tiled_dot<Words>);

}  // namespace dcnsim::kernels
#endif

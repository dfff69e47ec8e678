// SPDX-License-Identifier: Apache-2.0
// x86-64 with AVX2: vpmaddwd on 16-bit codes. The 8-bit vpmaddubsw saturates its pairwise sums, so
// narrow codes are widened instead.
#if defined(__x86_64__)
#include <immintrin.h>

#include "models/numeric/kernels/plain_bits.h"
#include "models/numeric/kernels/plain_loops.h"
#include "models/numeric/kernels/tiled_dot.h"

namespace dcnsim::kernels {
namespace {

struct Avx2 {
  using Vector = __m256i;
  static constexpr std::size_t kLanes = 8;
  static constexpr std::size_t kVectors = 2;
  static constexpr std::size_t kMaxBlocks = 1;
  static constexpr std::size_t kMaxPixels[] = {0, 6};

  static Vector load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
  }
  static Vector broadcast(const std::uint8_t* from) {
    int step;
    __builtin_memcpy(&step, from, sizeof(step));
    return _mm256_set1_epi32(step);
  }
  static Vector dot(Vector sum, Vector codes, Vector weights) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(codes, weights));
  }
  static void store(std::int32_t* to, Vector value) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), value);
  }
  static void store_first(std::int32_t* to, Vector value, std::size_t count) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lanes);
    _mm256_maskstore_epi32(to, mask, value);
  }
};

}  // namespace

const KernelSet kAvx2 = kernel_set("avx2", nullptr, tiled_dot<Avx2>, nullptr, lane_dot<Avx2>,
                                   plain_unpack_bits, plain_pack_bits);

}  // namespace dcnsim::kernels
#endif

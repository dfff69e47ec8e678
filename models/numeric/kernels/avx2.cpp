// SPDX-License-Identifier: Apache-2.0
// x86-64 with AVX2: vpmaddwd on 16-bit codes, vpmaddubsw on 8-bit ones. The latter saturates sums
// of two products at 16 bits, so one of two weights that could get there has a step of its own.
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
  static constexpr std::size_t kMaxPixels[] = {0, 5};
  static constexpr bool kHasExtraSteps = true;

  static Vector load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
  }
  static Vector broadcast(const std::uint8_t* from) {
    int step;
    __builtin_memcpy(&step, from, sizeof(step));
    return _mm256_set1_epi32(step);
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

struct Bytes : Avx2 {
  static Vector dot(Vector sum, Vector codes, Vector weights) {
    const Vector pairs = _mm256_maddubs_epi16(codes, weights);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
};

struct Words : Avx2 {
  static Vector dot(Vector sum, Vector codes, Vector weights) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(codes, weights));
  }
};

/// No sum that is in range is a saturated one: neither 32767 nor 32768 is a multiple of 255. Two
/// weights of different signs are in range whatever their codes.
bool split_pairs(std::uint8_t* step, std::uint8_t* extra_step) {
  __m256i saturated[2];
  __m256i any = _mm256_setzero_si256();
  for (std::size_t v = 0; v < 2; ++v) {
    const __m256i sums = _mm256_maddubs_epi16(_mm256_set1_epi8(-1), Avx2::load(step + 32 * v));
    saturated[v] = _mm256_or_si256(_mm256_cmpeq_epi16(sums, _mm256_set1_epi16(INT16_MAX)),
                                   _mm256_cmpeq_epi16(sums, _mm256_set1_epi16(INT16_MIN)));
    any = _mm256_or_si256(any, saturated[v]);
  }
  if (_mm256_testz_si256(any, any) != 0) return false;
  for (std::size_t v = 0; v < 2; ++v) {
    const __m256i weights = Avx2::load(step + 32 * v);
    const __m256i moved = _mm256_slli_epi16(saturated[v], 8);  // the second of each pair
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(extra_step + 32 * v),
                        _mm256_and_si256(moved, weights));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(step + 32 * v),
                        _mm256_andnot_si256(moved, weights));
  }
  return true;
}

}  // namespace

const KernelSet kAvx2 =
    kernel_set("avx2", tiled_dot<Bytes>, tiled_dot<Words>, lane_dot<Bytes>, lane_dot<Words>,
               plain_unpack_bits, plain_pack_bits, split_pairs);

}  // namespace dcnsim::kernels
#endif

// SPDX-License-Identifier: Apache-2.0
// x86-64 with AVX-512 VNNI: vpdpbusd for 8-bit codes, vpdpwssd for 16-bit ones; BMI2 for packed
// bits.
#if defined(__x86_64__)
#include <immintrin.h>

#include "models/numeric/kernels/bit_windows.h"
#include "models/numeric/kernels/plain_loops.h"
#include "models/numeric/kernels/tiled_dot.h"

namespace dcnsim::kernels {
namespace {

struct Avx512 {
  using Vector = __m512i;
  static constexpr std::size_t kLanes = 16;
  static constexpr std::size_t kVectors = 1;
  static constexpr std::size_t kMaxBlocks = 4;
  static constexpr bool kHasExtraSteps = false;
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

/// `value` in each lane of one host code; `codes` lanes.
std::uint64_t in_lanes(std::uint64_t value, int lane_bits, std::size_t codes) {
  std::uint64_t lanes = 0;
  for (std::size_t i = 0; i < codes; ++i) lanes |= value << (i * static_cast<unsigned>(lane_bits));
  return lanes;
}

/// One window at a time by pdep and pext. These are slow on some processors with AVX2 only, on none
/// with AVX-512 VNNI. kHostBytes: 8 or 4, what a window's codes take in host form.
template <std::size_t kHostBytes>
void deposit_windows(const UnpackBitsArgs& args) {
  const int lane_bits = args.bits <= 8 ? 8 : 16;
  const std::size_t codes = codes_per_window(args.bits);
  const std::uint64_t mask = in_lanes(low_bits(args.bits), lane_bits, codes);
  // (code ^ sign) - sign in each lane; the top bit, kept set, stops the borrow.
  const bool extend = args.is_signed && args.bits < lane_bits;
  const std::uint64_t sign = extend ? in_lanes(1ULL << (args.bits - 1), lane_bits, codes) : 0;
  const std::uint64_t top = extend ? in_lanes(1ULL << (lane_bits - 1), lane_bits, codes) : 0;
  const std::size_t step_bits = codes * static_cast<std::size_t>(args.bits);
  const std::uint8_t* packed = args.packed;
  std::uint8_t* __restrict host = args.host;
  const std::size_t windows = args.windows;
  std::size_t bit = args.bit;
  for (std::size_t w = 0; w < windows; ++w, bit += step_bits, host += kHostBytes) {
    const std::uint64_t lanes = _pdep_u64(load_window(packed + bit / 8) >> bit % 8, mask);
    const std::uint64_t extended = (((lanes ^ sign) | top) - sign) ^ top;
    __builtin_memcpy(host, &extended, kHostBytes);
  }
}

template <std::size_t kHostBytes>
void extract_windows(const PackBitsArgs& args) {
  const int lane_bits = args.bits <= 8 ? 8 : 16;
  const std::size_t codes = codes_per_window(args.bits);
  const std::uint64_t mask = in_lanes(low_bits(args.bits), lane_bits, codes);
  const std::size_t step_bits = codes * static_cast<std::size_t>(args.bits);
  const std::uint8_t* host = args.host;
  std::uint8_t* __restrict packed = args.packed;
  const std::size_t windows = args.windows;
  std::size_t bit = args.bit;
  std::uint64_t pending = packed[bit / 8] & low_bits(static_cast<int>(bit % 8));
  for (std::size_t w = 0; w < windows; ++w, host += kHostBytes) {
    std::uint64_t lanes = 0;
    __builtin_memcpy(&lanes, host, kHostBytes);
    pending |= _pext_u64(lanes, mask) << bit % 8;
    __builtin_memcpy(packed + bit / 8, &pending, 8);
    const std::size_t first_byte = bit / 8;
    bit += step_bits;
    pending >>= (bit / 8 - first_byte) * 8;
  }
}

bool window_is_half(int bits) { return bits == 8 || bits > 14; }

void unpack_bits(const UnpackBitsArgs& args) {
  window_is_half(args.bits) ? deposit_windows<4>(args) : deposit_windows<8>(args);
}

void pack_bits(const PackBitsArgs& args) {
  window_is_half(args.bits) ? extract_windows<4>(args) : extract_windows<8>(args);
}

}  // namespace

const KernelSet kAvx512Vnni = kernel_set("avx512vnni", tiled_dot<Bytes>, tiled_dot<Words>,
                                         lane_dot<Bytes>, lane_dot<Words>, unpack_bits, pack_bits);

}  // namespace dcnsim::kernels
#endif

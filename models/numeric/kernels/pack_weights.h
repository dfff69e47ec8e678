// SPDX-License-Identifier: Apache-2.0
// Weights from [k][channel] to the blocks that the dot products read. Local to the including file,
// for the reason given in plain_loops.h.
#pragma once

#include "models/numeric/kernels/kernel_set.h"

namespace dcnsim::kernels {
namespace {

// Vectors as gcc and clang both have them: neither turns these interleavings into shuffles itself.
typedef std::uint8_t Bytes16 __attribute__((vector_size(16)));
typedef std::uint16_t Words8 __attribute__((vector_size(16)));

/// Four rows of 16 bytes to [channel][row].
inline void interleave_bytes(const std::uint8_t* codes, std::size_t row_bytes, std::uint8_t* out) {
  Bytes16 rows[4];
  for (std::size_t r = 0; r < 4; ++r) __builtin_memcpy(&rows[r], codes + r * row_bytes, 16);
  Words8 pairs[4];
  for (std::size_t p = 0; p < 2; ++p) {
    pairs[p] = reinterpret_cast<Words8>(__builtin_shufflevector(
        rows[2 * p], rows[2 * p + 1], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    pairs[p + 2] = reinterpret_cast<Words8>(__builtin_shufflevector(rows[2 * p], rows[2 * p + 1], 8,
                                                                    24, 9, 25, 10, 26, 11, 27, 12,
                                                                    28, 13, 29, 14, 30, 15, 31));
  }
  for (std::size_t half = 0; half < 2; ++half) {
    const Words8 low =
        __builtin_shufflevector(pairs[2 * half], pairs[2 * half + 1], 0, 8, 1, 9, 2, 10, 3, 11);
    const Words8 high =
        __builtin_shufflevector(pairs[2 * half], pairs[2 * half + 1], 4, 12, 5, 13, 6, 14, 7, 15);
    __builtin_memcpy(out + 32 * half, &low, 16);
    __builtin_memcpy(out + 32 * half + 16, &high, 16);
  }
}

/// Two rows of 16 words to [channel][row], or one byte of each, extended.
template <WeightPart kPart, class Host>
inline void interleave_words(const std::uint8_t* codes, std::size_t row_bytes, std::uint8_t* out) {
  typedef Host Codes8 __attribute__((vector_size(16)));
  for (std::size_t half = 0; half < 2; ++half, codes += 16) {
    Codes8 rows[2];
    __builtin_memcpy(&rows[0], codes, 16);
    __builtin_memcpy(&rows[1], codes + row_bytes, 16);
    for (Codes8& row : rows) {
      if (kPart == WeightPart::kLow) row &= 0xFF;
      if (kPart == WeightPart::kHigh) row >>= 8;
    }
    const Codes8 low = __builtin_shufflevector(rows[0], rows[1], 0, 8, 1, 9, 2, 10, 3, 11);
    const Codes8 high = __builtin_shufflevector(rows[0], rows[1], 4, 12, 5, 13, 6, 14, 7, 15);
    __builtin_memcpy(out + 32 * half, &low, 16);
    __builtin_memcpy(out + 32 * half + 16, &high, 16);
  }
}

/// One step of one block: whole rows of 16 codes to [channel][row].
template <class Kernel, WeightPart kPart, class Host>
inline void pack_step(const std::uint8_t* codes, std::size_t row_bytes, std::uint8_t* out) {
  if constexpr (sizeof(Kernel) == 1) {
    interleave_bytes(codes, row_bytes, out);
  } else if constexpr (sizeof(Host) == 2) {
    interleave_words<kPart, Host>(codes, row_bytes, out);
  } else {
    Kernel words[2 * kBlockChannels];
    for (std::size_t c = 0; c < kBlockChannels; ++c) {
      words[c] = static_cast<Host>(codes[c]);
      words[kBlockChannels + c] = static_cast<Host>(codes[row_bytes + c]);
    }
    interleave_words<WeightPart::kWhole, Kernel>(reinterpret_cast<const std::uint8_t*>(words),
                                                 sizeof(words) / 2, out);
  }
}

/// The same at the edges, where rows or channels are missing: zeros take their place.
template <class Kernel, WeightPart kPart, class Host>
void pack_partial_step(const std::uint8_t* codes, std::size_t row_bytes, std::size_t rows,
                       std::size_t channels, std::uint8_t* out) {
  constexpr std::size_t kRows = kStepBytes / sizeof(Kernel);
  Host whole[kRows][kBlockChannels] = {};
  for (std::size_t r = 0; r < rows; ++r) {
    __builtin_memcpy(whole[r], codes + r * row_bytes, channels * sizeof(Host));
  }
  pack_step<Kernel, kPart, Host>(reinterpret_cast<const std::uint8_t*>(whole), sizeof(whole[0]),
                                 out);
}

/// Four blocks at a time, so that whole cache lines of the rows are read.
template <class Kernel, WeightPart kPart, class Host>
void pack_group(const PackArgs& args) {
  constexpr std::size_t kRows = kStepBytes / sizeof(Kernel);
  constexpr std::size_t kChunk = 4 * kBlockChannels;
  const std::size_t row_bytes = args.row_codes * sizeof(Host);
  const std::size_t stretch_steps = args.pieces * args.run_steps;
  for (std::size_t chunk = 0; chunk < args.channels; chunk += kChunk) {
    const std::size_t end = chunk + kChunk < args.channels ? chunk + kChunk : args.channels;
    std::uint8_t* out = args.out + chunk / kBlockChannels * args.block_bytes;
    for (std::size_t stretch = 0; stretch < args.stretches; ++stretch) {
      for (std::size_t k = 0; k < stretch_steps * kRows; k += kRows, out += kBlockStepBytes) {
        const std::size_t left = k < args.stretch_codes ? args.stretch_codes - k : 0;
        const std::uint8_t* rows = args.codes + (stretch * args.stretch_codes + k) * row_bytes;
        std::uint8_t* to = out;
        for (std::size_t c = chunk; c < end; c += kBlockChannels, to += args.block_bytes) {
          const std::uint8_t* codes = rows + c * sizeof(Host);
          if (left >= kRows && end - c >= kBlockChannels) {
            pack_step<Kernel, kPart, Host>(codes, row_bytes, to);
          } else {
            pack_partial_step<Kernel, kPart, Host>(
                codes, row_bytes, left < kRows ? left : kRows,
                end - c < kBlockChannels ? end - c : kBlockChannels, to);
          }
        }
      }
    }
  }
}

template <class Kernel, class Host>
void pack_host(const PackArgs& args) {
  if (sizeof(Host) == 1) return pack_group<Kernel, WeightPart::kWhole, Host>(args);
  switch (args.part) {
    case WeightPart::kWhole:
      return pack_group<Kernel, WeightPart::kWhole, Host>(args);
    case WeightPart::kLow:
      return pack_group<Kernel, WeightPart::kLow, Host>(args);
    case WeightPart::kHigh:
      return pack_group<Kernel, WeightPart::kHigh, Host>(args);
  }
}

template <class Kernel>
void pack_weights(const PackArgs& args) {
  if (args.host_bytes == 1) {
    return args.is_signed ? pack_host<Kernel, std::int8_t>(args)
                          : pack_host<Kernel, std::uint8_t>(args);
  }
  if constexpr (sizeof(Kernel) == 2) {  // a two-byte weight never goes into an 8-bit kernel
    return args.is_signed ? pack_host<Kernel, std::int16_t>(args)
                          : pack_host<Kernel, std::uint16_t>(args);
  }
}

}  // namespace
}  // namespace dcnsim::kernels

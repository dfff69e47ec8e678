// SPDX-License-Identifier: Apache-2.0
// Weights from [k][channel] to the blocks that the dot products read. Local to the including file,
// for the reason given in plain_loops.h.
#pragma once

#include "models/numeric/kernels/kernel_set.h"

namespace dcnsim::kernels {
namespace {

template <WeightPart kPart, class Host>
constexpr int part_of(Host code) {
  switch (kPart) {
    case WeightPart::kWhole:
      return code;
    case WeightPart::kLow:
      return code & 0xFF;
    case WeightPart::kHigh:
      return code >> 8;
  }
  return 0;
}

/// The 32 bits of one step that belong to channel `c`: the codes of `rows` rows, first one lowest.
template <class Kernel, WeightPart kPart, class Host>
inline std::uint32_t channel_step(const std::uint8_t* codes, std::size_t row_codes,
                                  std::size_t rows, std::size_t c) {
  constexpr unsigned kCodeBits = 8 * sizeof(Kernel);
  constexpr std::uint32_t kMask = (1U << kCodeBits) - 1U;
  std::uint32_t step = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    Host code;
    __builtin_memcpy(&code, codes + (r * row_codes + c) * sizeof(Host), sizeof(Host));
    step |= (static_cast<std::uint32_t>(part_of<kPart>(code)) & kMask) << (r * kCodeBits);
  }
  return step;
}

template <class Kernel, WeightPart kPart, class Host>
inline void pack_step(const std::uint8_t* codes, std::size_t row_codes, std::size_t rows,
                      std::size_t channels, std::uint8_t* out) {
  constexpr std::size_t kRows = kStepBytes / sizeof(Kernel);
  std::uint32_t steps[kBlockChannels];
  if (rows == kRows && channels == kBlockChannels) {
    for (std::size_t c = 0; c < kBlockChannels; ++c) {
      steps[c] = channel_step<Kernel, kPart, Host>(codes, row_codes, kRows, c);
    }
  } else {
    for (std::size_t c = 0; c < kBlockChannels; ++c) {
      steps[c] = c < channels ? channel_step<Kernel, kPart, Host>(codes, row_codes, rows, c) : 0U;
    }
  }
  __builtin_memcpy(out, steps, sizeof(steps));
}

/// Four blocks at a time, so that whole cache lines of the rows are read.
template <class Kernel, WeightPart kPart, class Host>
void pack_group(const PackArgs& args) {
  constexpr std::size_t kRows = kStepBytes / sizeof(Kernel);
  constexpr std::size_t kChunk = 4 * kBlockChannels;
  for (std::size_t chunk = 0; chunk < args.channels; chunk += kChunk) {
    const std::size_t end = chunk + kChunk < args.channels ? chunk + kChunk : args.channels;
    std::uint8_t* out = args.out + chunk / kBlockChannels * args.block_bytes;
    for (std::size_t stretch = 0; stretch < args.stretches; ++stretch) {
      const std::size_t first_k = stretch * args.stretch_codes;
      for (std::size_t step = 0; step < args.pieces * args.run_steps; ++step) {
        const std::size_t k = step * kRows;
        const std::size_t left = k < args.stretch_codes ? args.stretch_codes - k : 0;
        const std::uint8_t* row = args.codes + (first_k + k) * args.row_codes * sizeof(Host);
        std::uint8_t* to = out;
        for (std::size_t c = chunk; c < end; c += kBlockChannels, to += args.block_bytes) {
          pack_step<Kernel, kPart, Host>(row + c * sizeof(Host), args.row_codes,
                                         left < kRows ? left : kRows,
                                         end - c < kBlockChannels ? end - c : kBlockChannels, to);
        }
        out += kBlockStepBytes;
      }
    }
  }
}

template <class Kernel, class Host>
void pack_host(const PackArgs& args) {
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

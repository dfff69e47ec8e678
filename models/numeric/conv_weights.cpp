// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/conv_weights.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <type_traits>

namespace dcnsim {
namespace {

using kernels::kBlockChannels;
using kernels::kStepBytes;

constexpr std::int64_t kMaxInt32 = INT32_MAX;

std::int64_t largest_magnitude(const Format& format) {
  return std::max<std::int64_t>(-std::int64_t{format.min_code()}, format.max_code());
}

template <class Code>
Code load(const std::uint8_t* codes, std::size_t index) {
  Code code;
  std::memcpy(&code, codes + index * sizeof(Code), sizeof(Code));
  return code;
}

/// Calls action(Code()) with the type of a format's codes in host form.
template <class Action>
void with_host_type(const Format& format, const Action& action) {
  if (format.host_bytes() == 1) {
    format.is_signed ? action(std::int8_t{}) : action(std::uint8_t{});
  } else {
    format.is_signed ? action(std::int16_t{}) : action(std::uint16_t{});
  }
}

/// Which byte of a weight goes into a part: all of it, the unsigned low byte, the signed high one.
enum class Part { kWhole, kLow, kHigh };

template <Part kPart, class Kernel, class Host>
Kernel part_of(Host code) {
  switch (kPart) {
    case Part::kWhole:
      return static_cast<Kernel>(code);
    case Part::kLow:
      return static_cast<Kernel>(code & 0xFF);
    case Part::kHigh:
      return static_cast<Kernel>(code >> 8);
  }
}

/// One step of one block: `rows` (at most kRows) rows of `channels` (at most 16) codes to
/// [channel][row], the rest zero.
template <Part kPart, class Kernel, class Host>
void interleave(const std::uint8_t* codes, std::size_t row_codes, std::size_t rows,
                std::size_t channels, std::uint8_t* to) {
  constexpr std::size_t kRows = kStepBytes / sizeof(Kernel);
  Kernel step[kBlockChannels * kRows];
  if (rows == kRows && channels == kBlockChannels) {
    for (std::size_t c = 0; c < kBlockChannels; ++c) {
      for (std::size_t r = 0; r < kRows; ++r) {
        step[c * kRows + r] = part_of<kPart, Kernel>(load<Host>(codes, r * row_codes + c));
      }
    }
  } else {
    std::fill(std::begin(step), std::end(step), Kernel{0});
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < channels; ++c) {
        step[c * kRows + r] = part_of<kPart, Kernel>(load<Host>(codes, r * row_codes + c));
      }
    }
  }
  std::memcpy(to, step, sizeof(step));
}

}  // namespace

void PackedConv::prepare(const ConvShape& conv, const Format& weight_format,
                         const Format& input_format, const std::uint8_t* codes,
                         const std::vector<std::int64_t>& channel_bias, const Accumulator& acc,
                         bool proved, bool fits_int32) {
  shape = conv;
  accumulator = acc;
  bias = channel_bias;
  choose_route(weight_format, input_format, proved, fits_int32);
  choose_runs();
  pack(weight_format, codes);
  if (route == ConvRoute::kInt32) compensate_int32();
  if (route == ConvRoute::kInt64) compensate_int64(weight_format, codes);
}

void PackedConv::choose_route(const Format& weight_format, const Format& input_format, bool proved,
                              bool fits_int32) {
  parts = 1;
  chunk_runs = SIZE_MAX;
  if (accumulator.overflow == Overflow::kSaturate && !proved) {
    route = ConvRoute::kOrdered;
    input = {4, 0};
    return;
  }
  const std::int64_t max_weight = largest_magnitude(weight_format);
  const bool weights_fit_int16 = max_weight <= INT16_MAX + (weight_format.is_signed ? 1 : 0);
  route = fits_int32 && weights_fit_int16 ? ConvRoute::kInt32 : ConvRoute::kInt64;
  const bool weights_fit_int8 = max_weight <= INT8_MAX + (weight_format.is_signed ? 1 : 0);
  if (route == ConvRoute::kInt32 && kernels->dot_u8s8 != nullptr && weights_fit_int8 &&
      input_format.bits <= 8) {
    input = {1, input_format.is_signed ? 128 : 0};
    return;
  }
  input = {2, !input_format.is_signed && input_format.bits == 16 ? INT16_MIN : 0};
  if (route == ConvRoute::kInt32) return;

  // Terms whose sum fits 32 bits: of whole weights if that is a useful number, else of bytes.
  const std::int64_t max_input = input.offset != 0 ? 32768 : largest_magnitude(input_format);
  constexpr std::int64_t kUsefulTerms = 64;
  std::int64_t terms = kMaxInt32 / std::max<std::int64_t>(max_input * max_weight, 1);
  if (terms < kUsefulTerms || !weights_fit_int16) {
    parts = 2;
    terms = kMaxInt32 / std::max<std::int64_t>(max_input * 255, 1);
  }
  chunk_runs = static_cast<std::size_t>(terms);  // in terms; choose_runs() turns it into runs
}

void PackedConv::choose_runs() {
  const int channels = shape.in.channels / shape.groups;
  const bool rows_are_contiguous = shape.groups == 1;
  runs.rows = shape.kernel_h;
  runs.columns = rows_are_contiguous ? 1 : shape.kernel_w;
  runs.codes = rows_are_contiguous ? shape.kernel_w * channels : channels;

  const int step_codes =
      route == ConvRoute::kOrdered ? 1 : static_cast<int>(kStepBytes) / input.bytes;
  const int steps = (runs.codes + step_codes - 1) / step_codes;
  const int max_steps = static_cast<int>(std::min<std::size_t>(
      chunk_runs / static_cast<std::size_t>(step_codes), static_cast<std::size_t>(steps)));
  runs.pieces = (steps + max_steps - 1) / max_steps;
  run_steps = static_cast<std::size_t>((steps + runs.pieces - 1) / runs.pieces);
  runs.piece_codes = static_cast<int>(run_steps) * step_codes;
  chunk_runs = std::min(chunk_runs / static_cast<std::size_t>(runs.piece_codes), runs.count());
}

void PackedConv::pack(const Format& weight_format, const std::uint8_t* codes) {
  const bool is_ordered = route == ConvRoute::kOrdered;
  const auto row_codes = static_cast<std::size_t>(shape.out_channels);
  const auto piece_codes = static_cast<std::size_t>(runs.piece_codes);
  const auto pieces = static_cast<std::size_t>(runs.pieces);
  const std::size_t step_codes = piece_codes / run_steps;
  const auto run_codes = static_cast<std::size_t>(runs.codes);
  const auto code_bytes = static_cast<std::size_t>(weight_format.host_bytes());

  // Calls visit(first k, rows, first channel, channels, index of the step in packed order).
  const auto for_each_step = [&](const auto& visit) {
    for (std::size_t group = 0; group < groups(); ++group) {
      for (std::size_t block = 0; block < group_blocks(); ++block) {
        const std::size_t first = block * kBlockChannels;
        const std::size_t channels = std::min(kBlockChannels, group_channels() - first);
        std::size_t index = (group * group_blocks() + block) * runs.count() * run_steps;
        for (std::size_t run = 0; run < runs.count(); ++run) {
          const std::size_t begin = run % pieces * piece_codes;
          for (std::size_t step = 0; step < run_steps; ++step, ++index) {
            const std::size_t code = begin + step * step_codes;
            const std::size_t rows = code < run_codes ? std::min(step_codes, run_codes - code) : 0;
            visit(run / pieces * run_codes + code, rows, group * group_channels() + first, channels,
                  index);
          }
        }
      }
    }
  };
  const auto pack_part = [&](auto host, auto kernel, auto part, std::size_t part_index) {
    std::uint8_t* to = packed.data() + part_index * part_bytes();
    for_each_step([&](std::size_t k, std::size_t rows, std::size_t channel, std::size_t channels,
                      std::size_t index) {
      interleave<decltype(part)::value, decltype(kernel), decltype(host)>(
          codes + (k * row_codes + channel) * code_bytes, row_codes, rows, channels,
          to + index * kernels::kBlockStepBytes);
    });
  };

  with_host_type(weight_format, [&](auto host) {
    using Host = decltype(host);
    using Whole = std::integral_constant<Part, Part::kWhole>;
    if (is_ordered) {
      ordered.assign(groups() * group_blocks() * runs.count() * run_steps * kBlockChannels, 0);
      for_each_step([&](std::size_t k, std::size_t, std::size_t channel, std::size_t channels,
                        std::size_t index) {
        for (std::size_t c = 0; c < channels; ++c) {
          ordered[index * kBlockChannels + c] = load<Host>(codes, k * row_codes + channel + c);
        }
      });
      return;
    }
    packed.resize(parts * part_bytes());
    if (parts == 2) {
      pack_part(host, std::int16_t{}, std::integral_constant<Part, Part::kLow>(), 0);
      pack_part(host, std::int16_t{}, std::integral_constant<Part, Part::kHigh>(), 1);
    } else if (input.bytes == 1) {
      pack_part(host, std::int8_t{}, Whole(), 0);
    } else {
      pack_part(host, std::int16_t{}, Whole(), 0);
    }
  });
}

void PackedConv::compensate_int32() {
  const std::size_t padded = group_blocks() * kBlockChannels;
  bias32.assign(groups() * padded, 0);
  if (input.offset != 0) {
    // The sum of a channel's weights is its dot product with ones.
    const std::vector<std::uint8_t> ones = [&] {
      std::vector<std::uint8_t> codes(run_steps * kStepBytes, 0);
      for (std::size_t i = 0; i < codes.size(); i += static_cast<std::size_t>(input.bytes)) {
        codes[i] = 1;
      }
      return codes;
    }();
    const std::vector<std::ptrdiff_t> zeros(runs.count(), 0);
    const AlignedVector<std::int32_t> no_bias(padded, 0);
    const auto dot = input.bytes == 1 ? kernels->dot_u8s8 : kernels->dot_s16;
    for (std::size_t group = 0; group < groups(); ++group) {
      dot({ones.data(), zeros.data(), 1, zeros.data(), runs.count(), run_steps,
           packed.data() + group * group_blocks() * block_bytes(), block_bytes(), no_bias.data(),
           bias32.data() + group * padded, padded, padded});
    }
  }
  const auto offset = static_cast<std::uint32_t>(input.offset);
  for (std::size_t channel = 0; channel < bias.size(); ++channel) {
    std::int32_t& value = bias32[channel / group_channels() * padded + channel % group_channels()];
    value = static_cast<std::int32_t>(static_cast<std::uint32_t>(bias[channel]) -
                                      offset * static_cast<std::uint32_t>(value));
  }
}

void PackedConv::compensate_int64(const Format& weight_format, const std::uint8_t* codes) {
  compensation.assign(bias.size(), 0);
  if (input.offset == 0) return;
  with_host_type(weight_format, [&](auto host) {
    const auto reduction = static_cast<std::size_t>(shape.reduction());
    for (std::size_t k = 0; k < reduction; ++k) {
      for (std::size_t channel = 0; channel < bias.size(); ++channel) {
        compensation[channel] -=
            std::int64_t{input.offset} * load<decltype(host)>(codes, k * bias.size() + channel);
      }
    }
  });
}

ConvWeights::ConvWeights() = default;
ConvWeights::ConvWeights(ConvWeights&&) noexcept = default;
ConvWeights& ConvWeights::operator=(ConvWeights&&) noexcept = default;
ConvWeights::~ConvWeights() = default;

ConvWeights::ConvWeights(const ConvShape& shape, const Format& weight_format,
                         const Format& input_format, const std::vector<std::int32_t>& weights,
                         const std::vector<std::int64_t>& bias, const Accumulator& accumulator,
                         const kernels::KernelSet* kernels)
    : input_format_(input_format),
      proved_(cannot_overflow(weights, shape.out_channels, bias, input_format, accumulator)),
      packed_(std::make_unique<PackedConv>()) {
  const auto reduction = static_cast<std::size_t>(shape.reduction());
  const auto channels = static_cast<std::size_t>(shape.out_channels);
  CodeTensor k_major({shape.reduction(), 1, shape.out_channels}, weight_format);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    for (std::size_t k = 0; k < reduction; ++k) {
      k_major.set(k * channels + channel, weights[channel * reduction + k]);
    }
  }
  packed_->kernels = kernels != nullptr ? kernels : &kernels::best();
  packed_->prepare(
      shape, weight_format, input_format, k_major.data(), bias, accumulator, proved_,
      (proved_ && accumulator.bits <= 32) ||
          cannot_overflow(weights, shape.out_channels, bias, input_format, {32, Overflow::kWrap}));
}

ConvWeights ConvWeights::from_k_major(const ConvShape& shape, const Format& weight_format,
                                      const Format& input_format, const std::uint8_t* codes,
                                      const std::vector<std::int64_t>& bias,
                                      const Accumulator& accumulator, bool proved,
                                      const kernels::KernelSet* kernels) {
  ConvWeights weights;
  weights.repack_k_major(shape, weight_format, input_format, codes, bias, accumulator, proved,
                         kernels);
  return weights;
}

void ConvWeights::repack_k_major(const ConvShape& shape, const Format& weight_format,
                                 const Format& input_format, const std::uint8_t* codes,
                                 const std::vector<std::int64_t>& bias,
                                 const Accumulator& accumulator, bool proved,
                                 const kernels::KernelSet* kernels) {
  // Without looking at the weights; a looser bound than cannot_overflow().
  const std::int64_t max_product =
      largest_magnitude(weight_format) * largest_magnitude(input_format);
  const std::int64_t max_products = max_product * shape.reduction();
  const bool fits_int32 =
      max_products <= kMaxInt32 && std::all_of(bias.begin(), bias.end(), [&](std::int64_t value) {
        return value <= kMaxInt32 - max_products && value >= max_products - kMaxInt32;
      });
  if (packed_ == nullptr) packed_ = std::make_unique<PackedConv>();
  input_format_ = input_format;
  proved_ = proved;
  packed_->kernels = kernels != nullptr ? kernels : &kernels::best();
  packed_->prepare(shape, weight_format, input_format, codes, bias, accumulator, proved,
                   fits_int32 || (proved && accumulator.bits <= 32));
}

std::string kernel_name() { return kernels::best().name; }

}  // namespace dcnsim

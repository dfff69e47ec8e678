// SPDX-License-Identifier: Apache-2.0
#include "models/numeric/conv_weights.h"

#include <algorithm>
#include <cstring>

#include "models/numeric/host_codes.h"

namespace dcnsim {
namespace {

using kernels::kBlockChannels;
using kernels::kStepBytes;

constexpr std::int64_t kMaxInt32 = INT32_MAX;

std::int64_t largest_magnitude(const Format& format) {
  return std::max<std::int64_t>(-std::int64_t{format.min_code()}, format.max_code());
}

/// Whether sums of two products can leave what the 8-bit kernel of the set adds up.
bool may_saturate(const kernels::KernelSet& set, const Format& weight_format,
                  const Format& input_format) {
  const std::int64_t max_code = (1 << input_format.bits) - 1;
  return set.split_pairs != nullptr && 2 * largest_magnitude(weight_format) * max_code > INT16_MAX;
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
  if (route == ConvRoute::kOrdered) return pack_ordered(weight_format, codes);
  pack(weight_format, codes);
  extra_steps.clear();
  if (route == ConvRoute::kInt64) return compensate_int64(weight_format, codes);
  compensate_int32();
  if (input.bytes == 1 && may_saturate(*kernels, weight_format, input_format) && !split_pairs()) {
    input = {2, 0};
    chunk_runs = SIZE_MAX;
    choose_runs();
    pack(weight_format, codes);
    compensate_int32();
  }
}

void PackedConv::choose_route(const Format& weight_format, const Format& input_format, bool proved,
                              bool fits_int32) {
  parts = 1;
  chunk_runs = SIZE_MAX;
  has_lanes = false;
  if (accumulator.overflow == Overflow::kSaturate && !proved) {
    route = ConvRoute::kOrdered;
    input = {4, 0};
    return;
  }
  const std::int64_t max_weight = largest_magnitude(weight_format);
  const bool weights_fit_int16 = max_weight <= INT16_MAX + (weight_format.is_signed ? 1 : 0);
  route = fits_int32 && weights_fit_int16 ? ConvRoute::kInt32 : ConvRoute::kInt64;
  // Lanes are of kernel rows that lie together. Measured: groups of four channels or more do better
  // in blocks of their own.
  has_lanes = route == ConvRoute::kInt32 && shape.groups > 1 &&
              shape.out_channels <= 2 * shape.groups && shape.dilation_w() == 1;
  const bool weights_fit_int8 = max_weight <= INT8_MAX + (weight_format.is_signed ? 1 : 0);
  if (route == ConvRoute::kInt32 && weights_fit_int8 && input_format.bits <= 8 &&
      !(has_lanes && may_saturate(*kernels, weight_format, input_format))) {
    input = {1, input_format.is_signed ? 1 << (input_format.bits - 1) : 0};
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
  runs.rows = shape.kernel_h;
  runs.columns = rows_lie_together() ? 1 : shape.kernel_w;
  runs.codes = rows_lie_together() ? shape.kernel_w * channels : channels;

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
  const auto pack_group = input.bytes == 1 ? kernels->pack_to_8 : kernels->pack_to_16;
  const auto code_bytes = static_cast<std::size_t>(weight_format.host_bytes());
  packed.resize(parts * part_bytes());
  for (std::size_t part = 0; part < parts; ++part) {
    const kernels::WeightPart bytes =
        parts == 1 ? kernels::WeightPart::kWhole
                   : (part == 0 ? kernels::WeightPart::kLow : kernels::WeightPart::kHigh);
    for (std::size_t group = 0; group < groups(); ++group) {
      pack_group({codes + group * group_channels() * code_bytes, weight_format.host_bytes(),
                  weight_format.is_signed, bytes, groups() * group_channels(), group_channels(),
                  static_cast<std::size_t>(runs.rows * runs.columns),
                  static_cast<std::size_t>(runs.codes), static_cast<std::size_t>(runs.pieces),
                  run_steps,
                  packed.data() + part * part_bytes() + group * group_blocks() * block_bytes(),
                  block_bytes()});
    }
  }
}

/// Gives each pair of weights that the kernel might not add up two steps. False if there are too
/// many of them to be fast.
bool PackedConv::split_pairs() {
  constexpr std::size_t kFewOf = 8;  // the 16-bit kernel takes a fifth longer
  const std::size_t blocks = groups() * group_blocks(), steps = runs.count() * run_steps;
  extra_weights.clear();
  first_extra.assign(1, 0);
  AlignedVector<std::uint8_t> extra(kernels::kBlockStepBytes);
  std::uint8_t* weights = packed.data();
  for (std::size_t block = 0; block < blocks; ++block) {
    for (std::size_t step = 0; step < steps; ++step, weights += kernels::kBlockStepBytes) {
      if (!kernels->split_pairs(weights, extra.data())) continue;
      extra_steps.push_back({step / run_steps, step % run_steps});
      extra_weights.insert(extra_weights.end(), extra.begin(), extra.end());
    }
    if (extra_steps.size() > blocks * steps / kFewOf) {
      extra_steps.clear();
      return false;
    }
    first_extra.push_back(extra_steps.size());
  }
  return true;
}

void PackedConv::pack_ordered(const Format& weight_format, const std::uint8_t* codes) {
  const auto reduction = static_cast<std::size_t>(shape.reduction());
  const std::size_t channels = bias.size();
  ordered.assign(groups() * group_blocks() * reduction * kBlockChannels, 0);
  with_host_type(weight_format, [&](auto host) {
    for (std::size_t channel = 0; channel < channels; ++channel) {
      const std::size_t in_group = channel % group_channels();
      const std::size_t block =
          channel / group_channels() * group_blocks() + in_group / kBlockChannels;
      std::int32_t* to = ordered.data() + block * reduction * kBlockChannels;
      for (std::size_t k = 0; k < reduction; ++k) {
        to[k * kBlockChannels + in_group % kBlockChannels] =
            load_code<decltype(host)>(codes, k * channels + channel);
      }
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
    const kernels::DotWindow window{};
    const kernels::DotPass all{0, 1, 0, runs.count(), 0, run_steps};
    const std::vector<std::ptrdiff_t> zeros(runs.count(), 0);
    const AlignedVector<std::int32_t> no_bias(padded, 0);
    const auto dot = input.bytes == 1 ? kernels->dot_u8s8 : kernels->dot_s16;
    for (std::size_t group = 0; group < groups(); ++group) {
      dot({ones.data(),
           &window,
           &all,
           1,
           zeros.data(),
           run_steps,
           packed.data() + group * group_blocks() * block_bytes(),
           block_bytes(),
           {},
           no_bias.data(),
           bias32.data() + group * padded,
           padded,
           padded});
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
        compensation[channel] -= std::int64_t{input.offset} *
                                 load_code<decltype(host)>(codes, k * bias.size() + channel);
      }
    }
  });
}

ConvWeights::ConvWeights() = default;
ConvWeights::ConvWeights(ConvWeights&&) noexcept = default;
ConvWeights& ConvWeights::operator=(ConvWeights&&) noexcept = default;
ConvWeights::~ConvWeights() = default;

ConvWeights::ConvWeights(const ConvShape& shape, const Format& weight_format,
                         const Format& input_format, const CodeList& weights,
                         const std::vector<std::int64_t>& bias, const Accumulator& accumulator,
                         const kernels::KernelSet* kernels)
    : input_format_(input_format),
      proved_(cannot_overflow(weights, shape.out_channels, bias, input_format, accumulator)),
      packed_(std::make_unique<PackedConv>()) {
  const auto reduction = static_cast<std::size_t>(shape.reduction());
  const auto channels = static_cast<std::size_t>(shape.out_channels);
  CodeTensor k_major({shape.reduction(), 1, shape.out_channels}, weight_format);
  weights.visit([&](const auto& codes) {
    for (std::size_t channel = 0; channel < channels; ++channel) {
      for (std::size_t k = 0; k < reduction; ++k) {
        k_major.set(k * channels + channel, codes[channel * reduction + k]);
      }
    }
  });
  packed_->kernels = kernels != nullptr ? kernels : &kernels::selected();
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
  packed_->kernels = kernels != nullptr ? kernels : &kernels::selected();
  packed_->prepare(shape, weight_format, input_format, codes, bias, accumulator, proved,
                   fits_int32 || (proved && accumulator.bits <= 32));
}

std::string kernel_name() { return kernels::selected().name; }

}  // namespace dcnsim

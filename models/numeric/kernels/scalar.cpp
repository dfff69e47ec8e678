// SPDX-License-Identifier: Apache-2.0
// Every machine: plain C++, the form that the other kernels must equal.
#include "models/numeric/kernels/plain_bits.h"
#include "models/numeric/kernels/plain_loops.h"

namespace dcnsim::kernels {
namespace {

/// kLanes: 1 if the channels of a block share their codes, else kBlockChannels.
template <class InputCode, class WeightCode, std::size_t kLanes>
void dot_pass(const DotArgs& args, const DotPass& pass, std::size_t input_block_bytes) {
  constexpr std::size_t kCodes = kStepBytes / sizeof(WeightCode);
  for (std::size_t first = 0; first < args.channels; first += kBlockChannels) {
    const std::uint8_t* block = args.weights + first / kBlockChannels * args.block_bytes;
    for (std::size_t w = 0; w < pass.windows; ++w) {
      const DotWindow& window = args.windows[pass.first_window + w];
      std::uint32_t sums[kBlockChannels];
      for (std::size_t c = 0; c < kBlockChannels; ++c) {
        sums[c] = static_cast<std::uint32_t>(args.bias[first + c]);
      }
      for (std::size_t run = pass.first_run; run < pass.first_run + pass.runs; ++run) {
        const std::uint8_t* input =
            args.input + window.input + args.runs[run] + first / kBlockChannels * input_block_bytes;
        const std::uint8_t* weights =
            block + (run * args.run_steps + pass.first_step) * kBlockStepBytes;
        for (std::size_t step = pass.first_step; step < pass.first_step + pass.steps; ++step) {
          InputCode codes[kLanes * kCodes];
          WeightCode factors[kBlockChannels * kCodes];
          __builtin_memcpy(codes, input + step * sizeof(codes), sizeof(codes));
          __builtin_memcpy(factors, weights, sizeof(factors));
          weights += kBlockStepBytes;
          for (std::size_t c = 0; c < kBlockChannels; ++c) {
            for (std::size_t k = 0; k < kCodes; ++k) {
              sums[c] += static_cast<std::uint32_t>(std::int32_t{codes[c % kLanes * kCodes + k]} *
                                                    std::int32_t{factors[c * kCodes + k]});
            }
          }
        }
      }
      std::int32_t* out = args.out + window.pixel * args.out_stride + first;
      for (std::size_t c = 0; c < kBlockChannels && first + c < args.channels; ++c) {
        out[c] = static_cast<std::int32_t>(sums[c]);
      }
    }
  }
}

template <class InputCode, class WeightCode>
void dot(const DotArgs& args) {
  for (std::size_t p = 0; p < args.pass_count; ++p) {
    dot_pass<InputCode, WeightCode, 1>(args, args.passes[p], 0);
  }
}

template <class InputCode, class WeightCode>
void lane_dot(const LaneDotArgs& lanes) {
  for (std::size_t p = 0; p < lanes.dot.pass_count; ++p) {
    dot_pass<InputCode, WeightCode, kBlockChannels>(lanes.dot, lanes.dot.passes[p],
                                                    lanes.input_block_bytes);
  }
}

}  // namespace

const KernelSet kScalar =
    kernel_set("scalar", dot<std::uint8_t, std::int8_t>, dot<std::int16_t, std::int16_t>,
               lane_dot<std::uint8_t, std::int8_t>, lane_dot<std::int16_t, std::int16_t>,
               plain_unpack_bits, plain_pack_bits);

}  // namespace dcnsim::kernels

// SPDX-License-Identifier: Apache-2.0
// Integer convolution: the golden loops that define the result, and a fast path proved equal to
// them. A fully-connected layer is a convolution whose kernel covers its whole input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/numeric/aligned_vector.h"
#include "models/numeric/code_list.h"
#include "models/numeric/format.h"
#include "models/numeric/tensor.h"

namespace dcnsim {

struct PackedConv;
namespace kernels {
struct KernelSet;
}

/// Geometry of a convolution. Output pixel (y, x) sees input rows y*stride_h - pad_top +
/// k*dilation_h for k below kernel_h, and columns likewise; padding holds the code 0.
struct ConvShape {
  Shape in;
  int out_channels = 1;
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  int groups = 1;
  int gap_h = 0, gap_w = 0;  ///< rows and columns left out between two of the window

  constexpr int dilation_h() const { return gap_h + 1; }
  constexpr int dilation_w() const { return gap_w + 1; }
  /// Rows from the first to the last that a window sees, and columns.
  constexpr int span_h() const { return (kernel_h - 1) * dilation_h() + 1; }
  constexpr int span_w() const { return (kernel_w - 1) * dilation_w() + 1; }
  constexpr int out_h() const {
    return (in.height + pad_top + pad_bottom - span_h()) / stride_h + 1;
  }
  constexpr int out_w() const {
    return (in.width + pad_left + pad_right - span_w()) / stride_w + 1;
  }
  constexpr Shape out() const { return {out_h(), out_w(), out_channels}; }
  /// Products summed for one output: kernel_h * kernel_w * in.channels / groups.
  constexpr int reduction() const { return kernel_h * kernel_w * (in.channels / groups); }
  constexpr std::uint64_t macs() const {
    return out().elements() * static_cast<std::uint64_t>(reduction());
  }
};

/// Throws std::invalid_argument naming the field if the geometry is impossible (empty output,
/// channels not divisible by groups, non-positive sizes).
void validate(const ConvShape& shape);

/// Raw accumulators of a convolution: out_h x out_w x out_channels values, channels innermost. One
/// of the two vectors is in use: `narrow` when the accumulator has at most 32 bits, else `wide`.
struct Accumulators {
  std::vector<std::int32_t> narrow;
  std::vector<std::int64_t> wide;
  std::uint64_t overflowed = 0;         ///< outputs whose accumulator does not hold the exact sum
  AlignedVector<std::uint8_t> scratch;  ///< working memory of conv_fast, kept between calls

  std::int64_t get(std::size_t i) const {
    return wide.empty() ? static_cast<std::int64_t>(narrow[i]) : wide[i];
  }
};

/// The definition. `weights` is [out_channel][kernel row][kernel column][input channel of group],
/// codes of `weight_format`; `bias` has one value an output channel, on the accumulator's grid.
/// The bias itself is brought into the accumulator's range first.
Accumulators conv_golden(const ConvShape& shape, const CodeTensor& input,
                         const std::vector<std::int32_t>& weights,
                         const std::vector<std::int64_t>& bias, const Accumulator& accumulator);

/// Proof from the weights' L1 norm: no partial sum of any output, in any order, can leave the
/// accumulator for any input codes of `input`. README.md has the inequalities.
bool cannot_overflow(const CodeList& weights, int out_channels,
                     const std::vector<std::int64_t>& bias, const Format& input,
                     const Accumulator& accumulator);

/// Weights in the order the selected kernel reads them, made once and used for many inputs.
/// `kernels` overrides run-time dispatch; tests use it to run every instruction set.
class ConvWeights {
 public:
  /// Holds nothing; to be filled by repack_k_major().
  ConvWeights();
  /// Same layout of `weights` and `bias` as conv_golden. Decides here, once, whether the layer is
  /// proved free of overflow and which kernel runs it.
  ConvWeights(const ConvShape& shape, const Format& weight_format, const Format& input_format,
              const CodeList& weights, const std::vector<std::int64_t>& bias,
              const Accumulator& accumulator, const kernels::KernelSet* kernels = nullptr);
  /// From codes in host form (weight_format.host_bytes() a code) laid out [k][out_channel] with k =
  /// (kernel row, kernel column, input channel of group). `proved` is cannot_overflow() of these
  /// weights or of a superset of them; false is always safe and slower.
  static ConvWeights from_k_major(const ConvShape& shape, const Format& weight_format,
                                  const Format& input_format, const std::uint8_t* codes,
                                  const std::vector<std::int64_t>& bias,
                                  const Accumulator& accumulator, bool proved,
                                  const kernels::KernelSet* kernels = nullptr);
  ConvWeights(ConvWeights&&) noexcept;
  ConvWeights& operator=(ConvWeights&&) noexcept;
  ~ConvWeights();

  /// from_k_major() into this object, whose memory is reused.
  void repack_k_major(const ConvShape& shape, const Format& weight_format,
                      const Format& input_format, const std::uint8_t* codes,
                      const std::vector<std::int64_t>& bias, const Accumulator& accumulator,
                      bool proved, const kernels::KernelSet* kernels = nullptr);

  const Format& input_format() const { return input_format_; }
  bool proved() const { return proved_; }

 private:
  friend void conv_fast(const ConvShape&, const CodeTensor&, const ConvWeights&, Accumulators&);

  Format input_format_;
  bool proved_ = false;
  std::unique_ptr<PackedConv> packed_;
};

/// Equal to conv_golden, bit for bit, `overflowed` included. `shape` may differ from the one the
/// weights were prepared for in input height/width and padding only (tiles of a feature map).
/// `out` is resized; reuse it across calls to avoid allocation.
void conv_fast(const ConvShape& shape, const CodeTensor& input, const ConvWeights& weights,
               Accumulators& out);

/// "avx512vnni", "avx2", "i8mm", "neon" or "scalar": what run-time dispatch chose on this machine.
std::string kernel_name();

}  // namespace dcnsim

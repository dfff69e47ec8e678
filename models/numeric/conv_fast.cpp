// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <cstring>

#include "models/numeric/conv.h"
#include "models/numeric/conv_weights.h"
#include "models/numeric/host_codes.h"
#include "models/numeric/rounding.h"

namespace dcnsim {
namespace {

using kernels::kBlockChannels;

/// How a kernel's input is made of host codes.
struct InputCopy {
  int offset;      ///< added to every code
  int zero_point;  ///< the code of padding
  std::size_t slack;
};

/// Rows of host codes into the padded input in the kernel's type.
template <class Host, class Kernel>
void copy_padded(const ConvShape& shape, const std::uint8_t* host, const InputCopy& copy,
                 Kernel* to) {
  const auto channels = static_cast<std::size_t>(shape.in.channels);
  const std::size_t row = static_cast<std::size_t>(shape.in.width) * channels;
  const std::size_t left = static_cast<std::size_t>(shape.pad_left) * channels;
  const std::size_t right = static_cast<std::size_t>(shape.pad_right) * channels;
  const std::size_t padded_row = left + row + right;
  const int offset = copy.offset;
  const auto zero = static_cast<Kernel>(copy.zero_point + offset);
  to = std::fill_n(to, static_cast<std::size_t>(shape.pad_top) * padded_row, zero);
  for (int y = 0; y < shape.in.height; ++y, host += row * sizeof(Host)) {
    to = std::fill_n(to, left, zero);
    if (sizeof(Host) == sizeof(Kernel) && offset == 0) {
      std::memcpy(to, host, row * sizeof(Kernel));
    } else {
      for (std::size_t i = 0; i < row; ++i) {
        Host code;
        std::memcpy(&code, host + i * sizeof(Host), sizeof(Host));
        to[i] = static_cast<Kernel>(code + offset);
      }
    }
    to = std::fill_n(to + row, right, zero);
  }
  to = std::fill_n(to, static_cast<std::size_t>(shape.pad_bottom) * padded_row, zero);
  std::fill_n(to, copy.slack, zero);
}

template <class Host>
void copy_as(const ConvShape& shape, const std::uint8_t* host, int bytes, const InputCopy& copy,
             std::uint8_t* to) {
  switch (bytes) {
    case 1:
      return copy_padded<Host>(shape, host, copy, to);
    case 2:
      return copy_padded<Host>(shape, host, copy, reinterpret_cast<std::int16_t*>(to));
    case 4:
      return copy_padded<Host>(shape, host, copy, reinterpret_cast<std::int32_t*>(to));
  }
}

void copy_input(const ConvShape& shape, const CodeTensor& tensor, const KernelInput& input,
                std::size_t slack, std::uint8_t* to) {
  const Format& format = tensor.format();
  const InputCopy copy{input.offset, format.zero_point, slack};
  const auto as = [&](auto host) {
    copy_as<decltype(host)>(shape, tensor.data(), input.bytes, copy, to);
  };
  with_host_type(format, as);
}

/// Whether the kernel can read the tensor as it lies.
bool readable_in_place(const ConvShape& shape, const Format& format, const KernelInput& input,
                       const ConvRuns& runs) {
  const bool no_padding =
      shape.pad_top == 0 && shape.pad_left == 0 && shape.pad_bottom == 0 && shape.pad_right == 0;
  return no_padding && runs.slack_codes() == 0 && input.offset == 0 &&
         input.bytes == format.host_bytes();
}

/// The padded input as lanes read it: for every row of it and every output column the codes under a
/// kernel row, [block][step][channel of block][code of step]. `row_buffer`: one row, spread so that
/// every output channel has codes of its own.
template <class Kernel>
void fill_lanes(const ConvShape& shape, const PackedConv& conv, const std::uint8_t* padded,
                Kernel* row_buffer, std::uint8_t* lanes) {
  const auto pack = sizeof(Kernel) == 1 ? conv.kernels->pack_to_8 : conv.kernels->pack_to_16;
  const auto in_channels = static_cast<std::size_t>(shape.in.channels);
  const auto channels = static_cast<std::size_t>(shape.out_channels);
  const std::size_t inputs = conv.group_inputs(), outputs = channels * inputs / in_channels;
  const auto width = static_cast<std::size_t>(shape.in.width + shape.pad_left + shape.pad_right);
  const std::size_t stride =
      static_cast<std::size_t>(shape.stride_w) * inputs * channels * sizeof(Kernel);
  const int height = shape.in.height + shape.pad_top + shape.pad_bottom;
  for (int y = 0; y < height; ++y, padded += width * in_channels * sizeof(Kernel)) {
    const std::uint8_t* row = padded;
    if (inputs > 1 || outputs > 1) {
      Kernel* to = row_buffer;
      for (std::size_t x = 0; x < width; ++x) {
        for (std::size_t i = 0; i < inputs; ++i) {
          for (std::size_t at = i; at < in_channels; at += inputs) {
            Kernel code;
            std::memcpy(&code, padded + (x * in_channels + at) * sizeof(Kernel), sizeof(Kernel));
            to = std::fill_n(to, outputs, code);
          }
        }
      }
      row = reinterpret_cast<const std::uint8_t*>(row_buffer);
    }
    for (int x = 0; x < shape.out_w(); ++x, row += stride, lanes += conv.lane_bytes()) {
      // Codes beyond the kernel row meet zero weights.
      pack({row, sizeof(Kernel), true, kernels::WeightPart::kWhole, channels, channels, 1,
            static_cast<std::size_t>(conv.runs.piece_codes), 1, conv.run_steps, lanes,
            conv.run_steps * kernels::kBlockStepBytes});
    }
  }
}

/// Everything a call needs besides the weights, in the caller's scratch buffer.
struct Workspace {
  const std::uint8_t* input;  ///< codes as the kernel reads them, padded
  std::size_t pixels;
  kernels::DotWindow* windows;
  kernels::DotPass* passes;
  std::size_t pass_count;
  std::ptrdiff_t* run_offsets;
  std::ptrdiff_t* extra_offsets;
  std::int32_t* sums;  ///< kInt64: one group's partial sums, [pixel][channel of group]
};

/// Bytes from one to the next in the input as the kernels read it.
struct Pitches {
  std::ptrdiff_t row, column, piece;
  std::ptrdiff_t output_column;  ///< from the window of an output column to the next
};

/// Neighbouring rows of the output, or columns, of which the same rows of the kernel lie in the
/// map.
struct Stretch {
  int begin, end;
  int kernel_begin, kernel_end;
};

/// One direction of a convolution.
struct Axis {
  int outputs, stride, padding, kernel, dilation, inputs;
};

/// Calls visit(stretch), in order. Between the edges there is one.
template <class Visit>
void for_stretches(const Axis& axis, const Visit& visit) {
  const int last_start = axis.inputs + axis.padding - (axis.kernel - 1) * axis.dilation - 1;
  const int begin = std::min(axis.outputs, (axis.padding + axis.stride - 1) / axis.stride);
  const int end =
      std::clamp(last_start < 0 ? 0 : last_start / axis.stride + 1, begin, axis.outputs);
  const auto visit_edge = [&](int output) {
    const int before = axis.padding - output * axis.stride;
    const auto kernel_at = [&](int row) {
      return std::clamp((row + axis.dilation - 1) / axis.dilation, 0, axis.kernel);
    };
    visit(Stretch{output, output + 1, kernel_at(before), kernel_at(before + axis.inputs)});
  };
  for (int output = 0; output < begin; ++output) visit_edge(output);
  if (begin < end) visit(Stretch{begin, end, 0, axis.kernel});
  for (int output = end; output < axis.outputs; ++output) visit_edge(output);
}

/// Windows, in passes. Where padding is zero for the kernel, what is known to be padding is left
/// out, if enough windows remain together: single ones would leave the multipliers waiting.
void fill_windows(const ConvShape& shape, const PackedConv& conv, const Pitches& pitches,
                  bool padding_is_zero, Workspace& work) {
  constexpr int kEnough = 3;
  const ConvRuns& runs = conv.runs;
  const Stretch all_rows{0, shape.out_h(), 0, shape.kernel_h};
  const Stretch all_columns{0, shape.out_w(), 0, shape.kernel_w};
  const auto row_runs = static_cast<std::size_t>(runs.columns * runs.pieces);
  const auto column_bytes =
      static_cast<std::size_t>(shape.in.channels) * static_cast<std::size_t>(conv.input.bytes);
  kernels::DotWindow* window = work.windows;
  kernels::DotPass* pass = work.passes;
  const auto add = [&](const Stretch& rows, const Stretch& columns) {
    const auto first_window = static_cast<std::size_t>(window - work.windows);
    for (int y = rows.begin; y < rows.end; ++y) {
      for (int x = columns.begin; x < columns.end; ++x) {
        *window++ = {y * shape.stride_h * pitches.row + x * pitches.output_column,
                     static_cast<std::size_t>(y * shape.out_w() + x)};
      }
    }
    const auto row = static_cast<std::size_t>(rows.kernel_begin);
    const auto row_count = static_cast<std::size_t>(rows.kernel_end - rows.kernel_begin);
    *pass = {first_window,
             static_cast<std::size_t>(window - work.windows) - first_window,
             row * row_runs,
             row_count * row_runs,
             0,
             conv.run_steps};
    const auto column = static_cast<std::size_t>(columns.kernel_begin);
    const auto column_end = static_cast<std::size_t>(columns.kernel_end);
    if (column == column_end) {
      pass->steps = 0;
    } else if (column_end - column < static_cast<std::size_t>(shape.kernel_w)) {
      pass->first_step = column * column_bytes / kernels::kStepBytes;
      pass->steps = (column_end * column_bytes + kernels::kStepBytes - 1) / kernels::kStepBytes -
                    pass->first_step;
    }
    ++pass;
  };
  if (!padding_is_zero || shape.out_w() < kEnough) {
    add(all_rows, all_columns);
  } else {
    const bool columns_lie_together = conv.rows_lie_together() && !conv.has_lanes;
    for_stretches({shape.out_h(), shape.stride_h, shape.pad_top, shape.kernel_h, shape.dilation_h(),
                   shape.in.height},
                  [&](const Stretch& rows) {
                    if (!columns_lie_together || rows.end - rows.begin < kEnough) {
                      return add(rows, all_columns);
                    }
                    for_stretches({shape.out_w(), shape.stride_w, shape.pad_left, shape.kernel_w,
                                   shape.dilation_w(), shape.in.width},
                                  [&](const Stretch& columns) { add(rows, columns); });
                  });
  }
  work.pass_count = static_cast<std::size_t>(pass - work.passes);
}

/// Offsets of runs, and of the steps beside them.
void fill_offsets(const ConvShape& shape, const PackedConv& conv, const Pitches& pitches,
                  const Workspace& work) {
  const ConvRuns& runs = conv.runs;
  std::ptrdiff_t* run = work.run_offsets;
  for (int y = 0; y < runs.rows; ++y) {
    for (int x = 0; x < runs.columns; ++x) {
      for (int piece = 0; piece < runs.pieces; ++piece) {
        *run++ = y * shape.dilation_h() * pitches.row + x * shape.dilation_w() * pitches.column +
                 piece * pitches.piece;
      }
    }
  }
  std::ptrdiff_t* extra = work.extra_offsets;
  for (const PackedConv::ExtraStep& at : conv.extra_steps) {
    *extra++ =
        work.run_offsets[at.run] + static_cast<std::ptrdiff_t>(at.step * kernels::kStepBytes);
  }
}

/// Of the padded input, or of lanes.
Pitches pitches_of(const ConvShape& shape, const PackedConv& conv) {
  if (conv.has_lanes) {
    const auto position = static_cast<std::ptrdiff_t>(conv.lane_bytes());
    return {shape.out_w() * position, 0, 0, position};
  }
  const std::ptrdiff_t unit = conv.route == ConvRoute::kOrdered ? 1 : conv.input.bytes;
  const std::ptrdiff_t column = shape.in.channels * unit;
  return {(shape.in.width + shape.pad_left + shape.pad_right) * column, column,
          conv.runs.piece_codes * unit, shape.stride_w * column};
}

Workspace make_workspace(const ConvShape& shape, const CodeTensor& input, const PackedConv& conv,
                         AlignedVector<std::uint8_t>& scratch) {
  const bool in_place =
      !conv.has_lanes && readable_in_place(shape, input.format(), conv.input, conv.runs);
  const Shape padded{shape.in.height + shape.pad_top + shape.pad_bottom,
                     shape.in.width + shape.pad_left + shape.pad_right, shape.in.channels};
  const auto unit = static_cast<std::size_t>(conv.input.bytes);
  // With lanes a code of a run is one of every channel.
  const std::size_t slack =
      static_cast<std::size_t>(conv.runs.slack_codes()) * (conv.has_lanes ? conv.bias.size() : 1);
  Workspace work{};
  work.pixels = static_cast<std::size_t>(shape.out_h()) * static_cast<std::size_t>(shape.out_w());

  std::size_t size = 0;
  const auto reserve = [&](std::size_t bytes) {
    const std::size_t offset = size;
    size += (bytes + 63) / 64 * 64;
    return offset;
  };
  const std::size_t windows_at = reserve(work.pixels * sizeof(kernels::DotWindow));
  const std::size_t passes_at =
      reserve(static_cast<std::size_t>(shape.out_h() + shape.out_w()) * sizeof(kernels::DotPass));
  const std::size_t runs_at = reserve(conv.runs.count() * sizeof(std::ptrdiff_t));
  const std::size_t extra_at = reserve(conv.extra_steps.size() * sizeof(std::ptrdiff_t));
  const std::size_t sums_at = reserve(
      conv.route == ConvRoute::kInt64 ? work.pixels * conv.group_channels() * sizeof(std::int32_t)
                                      : 0);
  const std::size_t input_at = reserve(in_place ? 0 : (padded.elements() + slack) * unit);
  const std::size_t spread_codes =
      static_cast<std::size_t>(padded.width) * conv.group_inputs() * conv.bias.size() + slack;
  const std::size_t spread_at = reserve(conv.has_lanes ? spread_codes * unit : 0);
  const std::size_t lanes_at =
      reserve(conv.has_lanes ? static_cast<std::size_t>(padded.height) *
                                   static_cast<std::size_t>(shape.out_w()) * conv.lane_bytes()
                             : 0);
  if (scratch.size() < size) scratch.resize(size);

  work.windows = reinterpret_cast<kernels::DotWindow*>(scratch.data() + windows_at);
  work.passes = reinterpret_cast<kernels::DotPass*>(scratch.data() + passes_at);
  work.run_offsets = reinterpret_cast<std::ptrdiff_t*>(scratch.data() + runs_at);
  work.extra_offsets = reinterpret_cast<std::ptrdiff_t*>(scratch.data() + extra_at);
  work.sums = reinterpret_cast<std::int32_t*>(scratch.data() + sums_at);
  work.input = in_place ? input.data() : scratch.data() + input_at;
  if (!in_place) copy_input(shape, input, conv.input, slack, scratch.data() + input_at);
  if (conv.has_lanes) {
    std::uint8_t* spread = scratch.data() + spread_at;
    std::uint8_t* lanes = scratch.data() + lanes_at;
    std::fill_n(spread + (spread_codes - slack) * unit, slack * unit, std::uint8_t{0});
    unit == 1 ? fill_lanes(shape, conv, work.input, spread, lanes)
              : fill_lanes(shape, conv, work.input, reinterpret_cast<std::int16_t*>(spread), lanes);
    work.input = lanes;
  }
  const Pitches pitches = pitches_of(shape, conv);
  const bool padding_is_zero = input.format().zero_point + conv.input.offset == 0;
  fill_windows(shape, conv, pitches, padding_is_zero && conv.route == ConvRoute::kInt32, work);
  fill_offsets(shape, conv, pitches, work);
  return work;
}

/// Input of a group of channels: its first code.
const std::uint8_t* group_input(const PackedConv& conv, const Workspace& work, std::size_t group) {
  const auto channels = static_cast<std::size_t>(conv.shape.in.channels / conv.shape.groups);
  return work.input + group * channels * static_cast<std::size_t>(conv.input.bytes);
}

/// Exact sums that fit 32 bits to an accumulator that may be narrower, or wider.
void finish_int32(const Accumulator& accumulator, bool proved, Accumulators& out) {
  if (accumulator.bits > 32) {
    out.wide.assign(out.narrow.begin(), out.narrow.end());
    out.narrow.clear();
    return;
  }
  out.wide.clear();
  if (proved || accumulator.bits == 32) return;
  const int unused = 32 - accumulator.bits;
  for (std::int32_t& sum : out.narrow) {
    const auto wrapped =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) << unused) >> unused;
    out.overflowed += wrapped != sum ? 1U : 0U;
    sum = wrapped;
  }
}

void run_int32(const PackedConv& conv, const Workspace& work, bool proved, Accumulators& out) {
  const auto channels = static_cast<std::size_t>(conv.shape.out_channels);
  const auto dot = conv.input.bytes == 1 ? conv.kernels->dot_u8s8 : conv.kernels->dot_s16;
  const auto lane_dot =
      conv.input.bytes == 1 ? conv.kernels->lane_dot_u8s8 : conv.kernels->lane_dot_s16;
  out.narrow.resize(work.pixels * channels);
  for (std::size_t group = 0; group < conv.groups(); ++group) {
    const std::size_t first_block = group * conv.group_blocks();
    const kernels::DotArgs args{
        group_input(conv, work, group),
        work.windows,
        work.passes,
        work.pass_count,
        work.run_offsets,
        conv.run_steps,
        conv.packed.data() + first_block * conv.block_bytes(),
        conv.block_bytes(),
        {conv.extra_steps.empty() ? nullptr : conv.first_extra.data() + first_block,
         work.extra_offsets, conv.extra_weights.data()},
        conv.bias32.data() + first_block * kBlockChannels,
        out.narrow.data() + group * conv.group_channels(),
        channels,
        conv.group_channels()};
    if (conv.has_lanes) {
      lane_dot({args, conv.run_steps * kernels::kBlockStepBytes});
    } else {
      dot(args);
    }
  }
  finish_int32(conv.accumulator, proved, out);
}

void run_int64(const PackedConv& conv, const Workspace& work, Accumulators& out) {
  const auto channels = static_cast<std::size_t>(conv.shape.out_channels);
  const std::size_t group_channels = conv.group_channels();
  const AlignedVector<std::int32_t> no_bias(conv.group_blocks() * kBlockChannels, 0);
  out.wide.assign(work.pixels * channels, 0);
  for (std::size_t part = 0; part < conv.parts; ++part) {
    const std::int64_t scale = part == 0 ? 1 : 256;
    for (std::size_t group = 0; group < conv.groups(); ++group) {
      const std::uint8_t* weights = conv.packed.data() + part * conv.part_bytes() +
                                    group * conv.group_blocks() * conv.block_bytes();
      for (std::size_t run = 0; run < conv.runs.count(); run += conv.chunk_runs) {
        const kernels::DotPass chunk{0,   work.pixels,
                                     run, std::min(conv.chunk_runs, conv.runs.count() - run),
                                     0,   conv.run_steps};
        conv.kernels->dot_s16({group_input(conv, work, group),
                               work.windows,
                               &chunk,
                               1,
                               work.run_offsets,
                               conv.run_steps,
                               weights,
                               conv.block_bytes(),
                               {},
                               no_bias.data(),
                               work.sums,
                               group_channels,
                               group_channels});
        if (conv.groups() == 1) {
          conv.kernels->add_partial({work.sums, scale, out.wide.size(), out.wide.data()});
          continue;
        }
        for (std::size_t pixel = 0; pixel < work.pixels; ++pixel) {
          conv.kernels->add_partial({work.sums + pixel * group_channels, scale, group_channels,
                                     out.wide.data() + pixel * channels + group * group_channels});
        }
      }
    }
  }
  const bool narrow = conv.accumulator.bits <= 32;
  out.narrow.resize(narrow ? out.wide.size() : 0);
  out.overflowed = conv.kernels->finish({out.wide.data(), narrow ? out.narrow.data() : nullptr,
                                         conv.bias.data(), conv.compensation.data(), work.pixels,
                                         channels, conv.accumulator.bits});
  if (narrow) out.wide.clear();
}

std::int64_t saturating_difference(std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) return a > b ? INT64_MAX : INT64_MIN;
  return difference;
}

/// Stores `sum` and counts it if it is not bias + products.
void store(std::int64_t sum, std::int64_t bias, std::int64_t products, bool narrow, std::size_t at,
           Accumulators& out) {
  std::int64_t exact = 0;
  const bool fits_int64 = !__builtin_add_overflow(bias, products, &exact);
  out.overflowed += fits_int64 && sum == exact ? 0U : 1U;
  if (narrow) {
    out.narrow[at] = static_cast<std::int32_t>(sum);
  } else {
    out.wide[at] = sum;
  }
}

void run_ordered(const PackedConv& conv, const Workspace& work, Accumulators& out) {
  const bool narrow = conv.accumulator.bits <= 32;
  const std::size_t group_channels = conv.group_channels();
  const std::size_t padded = conv.group_blocks() * kBlockChannels;
  AlignedVector<std::int64_t> min_change(padded, 0);
  AlignedVector<std::int64_t> max_change(padded, 0);
  AlignedVector<std::int64_t> change(padded);
  AlignedVector<std::int64_t> products(padded);
  out.narrow.resize(narrow ? work.pixels * conv.bias.size() : 0);
  out.wide.resize(narrow ? 0 : work.pixels * conv.bias.size());
  for (std::size_t group = 0; group < conv.groups(); ++group) {
    const std::int64_t* bias = conv.bias.data() + group * group_channels;
    for (std::size_t c = 0; c < group_channels; ++c) {
      const std::int64_t start = fit(bias[c], conv.accumulator);
      min_change[c] = saturating_difference(conv.accumulator.min_value(), start);
      max_change[c] = saturating_difference(conv.accumulator.max_value(), start);
    }
    const std::size_t block_values = conv.runs.count() * conv.run_steps * kBlockChannels;
    const std::int32_t* weights = conv.ordered.data() + group * conv.group_blocks() * block_values;
    const auto* codes = reinterpret_cast<const std::int32_t*>(group_input(conv, work, group));
    for (std::size_t pixel = 0; pixel < work.pixels; ++pixel) {
      conv.kernels->ordered({codes + work.windows[pixel].input, work.run_offsets, conv.runs.count(),
                             conv.run_steps, weights, conv.group_blocks(), min_change.data(),
                             max_change.data(), change.data(), products.data()});
      const std::size_t at = pixel * conv.bias.size() + group * group_channels;
      for (std::size_t c = 0; c < group_channels; ++c) {
        store(fit(bias[c], conv.accumulator) + change[c], bias[c], products[c], narrow, at + c,
              out);
      }
    }
  }
}

}  // namespace

void conv_fast(const ConvShape& shape, const CodeTensor& input, const ConvWeights& weights,
               Accumulators& out) {
  assert(weights.packed_ != nullptr && input.shape() == shape.in);
  const PackedConv& conv = *weights.packed_;
  assert(input.format() == weights.input_format_);
  assert(shape.in.channels == conv.shape.in.channels &&
         shape.out_channels == conv.shape.out_channels && shape.groups == conv.shape.groups);
  const Workspace work = make_workspace(shape, input, conv, out.scratch);
  out.overflowed = 0;
  switch (conv.route) {
    case ConvRoute::kInt32:
      return run_int32(conv, work, weights.proved_, out);
    case ConvRoute::kInt64:
      return run_int64(conv, work, out);
    case ConvRoute::kOrdered:
      return run_ordered(conv, work, out);
  }
}

}  // namespace dcnsim

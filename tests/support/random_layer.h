// SPDX-License-Identifier: Apache-2.0
// Random single layers and machines, legal in themselves; whether the tiling fits is another
// matter.
#pragma once

#include <algorithm>
#include <numeric>
#include <random>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "tests/support/random_datapath.h"

namespace dcnsim {

class RandomLayer {
 public:
  explicit RandomLayer(unsigned seed) : engine_(seed) {}

  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }
  /// True once in `n` times.
  bool chance(int n) { return pick(1, n) == 1; }

  /// Without tiling and addresses.
  Descriptor layer() {
    switch (pick(0, 4)) {
      case 0:
        return pool();
      case 1:
        return add();
      default:
        return conv();
    }
  }

  Descriptor conv() {
    Descriptor d;
    d.kind = LayerKind::kConv;
    ConvShape& c = d.conv;
    c.groups = chance(4) ? pick(2, 4) : 1;
    c.in = {pick(1, 20), pick(1, 20), c.groups * pick(1, 12)};
    c.out_channels = c.groups * pick(1, 40);
    window(c);
    d.fused_pool = chance(3) ? pick(1, std::min({3, c.out_h(), c.out_w()})) : 1;
    d.weight = format();
    return with_formats(d);
  }

  Descriptor pool() {
    Descriptor d;
    d.kind = LayerKind::kPool;
    d.pool.kind = chance(2) ? PoolKind::kMax : PoolKind::kAverage;
    d.pool.in = {pick(1, 20), pick(1, 20), pick(1, 40)};
    d.pool.count_include_pad = chance(2);
    window(d.pool);
    return with_formats(d);
  }

  /// Looks the codes of a pool's input up instead.
  void make_table(Descriptor& d) {
    const Shape in = d.pool.in;
    d.pool = {};
    d.pool.kind = PoolKind::kTable;
    d.pool.in = in;
    d.input.bits = std::min(d.input.bits, kMaxTableBits);
    d.requant.shift = 0;
  }

  /// Of an addition.
  void make_product(Descriptor& d) { d.pair = chance(3) ? PairKind::kProduct : PairKind::kScaling; }

  Descriptor add() {
    Descriptor d;
    d.kind = LayerKind::kAdd;
    d.add = {pick(1, 20), pick(1, 20), pick(1, 40)};
    d.input2 = map_format();
    return with_formats(d);
  }

  /// Gives it bounds between which there is a code or more.
  void bound(Requant& requant) {
    const int least = pick(requant.min_code(), requant.max_code());
    requant.clamp_high = pick(0, requant.max_code() - least);
    requant.clamp_low = least - requant.out.min_code();
  }

  /// Zero points for its maps, and multipliers of at most `bits`; those of channels lie in memory.
  void make_affine(Descriptor& d, int bits) {
    d.requant.multiplies = !d.has_table();
    d.requant.shift = 0;
    for (Format* format : {&d.input, &d.requant.out}) {
      format->zero_point = pick(format->min_code(), format->max_code());
    }
    if (d.has_table()) return;
    d.requant.clamp_low = d.requant.clamp_high = 0;
    if (d.kind == LayerKind::kConv) {
      d.requant.leaky = chance(3);
      return;
    }
    const auto multiplier = [&] { return std::uint32_t{1} << pick(0, bits - 1) | 1U; };
    d.requant.shift = pick(0, kMaxScaleShift);
    d.requant.multiplier = multiplier();
    if (d.kind != LayerKind::kAdd) return;
    d.input2.zero_point = pick(d.input2.min_code(), d.input2.max_code());
    if (!multiplies(d.pair)) d.requant.multiplier2 = multiplier();
  }

  /// Lets what multiplies round twice. Draws nothing.
  static void round_twice(Descriptor& d) {
    const bool is_average = d.kind == LayerKind::kPool && d.pool.kind == PoolKind::kAverage;
    if (!d.requant.multiplies || is_average) return;
    d.requant.rounding = Rounding::kTwice;
    if (d.kind != LayerKind::kAdd || multiplies(d.pair)) return;
    d.requant.sum_multiplier = d.requant.multiplier2;
    d.requant.operand_shift = d.requant.shift;
    d.requant.operand2_shift = d.requant.shift / 2;
  }

  /// Lets a convolution that does not multiply count thresholds, 1 to 15 a channel. Draws nothing.
  static void count_thresholds(Descriptor& d) {
    Requant& requant = d.requant;
    if (d.kind != LayerKind::kConv || requant.multiplies) return;
    requant.shift = requant.clamp_low = requant.clamp_high = 0;
    requant.out.bits = (requant.out.bits - 1) % 4 + 1;
    requant.out.narrow = requant.out.narrow && requant.out.bits > 1;
    requant.relu = requant.relu && requant.out.max_code() > 0;
    requant.rounding = Rounding::kHalfEven;
    requant.counts = true;
  }

  /// Any tiling inside the layer; chunks and channels mostly as the array wants them.
  Tiling tiling(const Descriptor& d, const ArrayConfig& array) {
    const Shape out = d.output_shape();
    Tiling t;
    t.tile_h = pick(1, out.height);
    t.tile_w = chance(2) ? out.width : pick(1, out.width);
    if (d.output_strip != 0 && t.tile_w < out.width && chance(2)) {
      t.tile_w = std::min(out.width, d.output_strip * pick(1, 3));
    }
    if (d.kind != LayerKind::kConv) return t;
    const int channels = d.conv.out_channels / d.conv.groups;
    t.tile_channels = d.conv.groups > 1 && chance(2)
                          ? channels * pick(1, d.conv.groups)
                          : std::min(channels, array.columns * pick(1, 3));
    if (d.output_segment != 0 && chance(4)) {
      t.tile_channels = std::min(channels, d.output_segment * pick(1, 3));
    }
    t.chunk_k =
        chance(2) ? std::min(d.conv.reduction(), array.rows * pick(1, 4)) : d.conv.reduction();
    t.order = static_cast<LoopOrder>(pick(0, 3));
    return t;
  }

  AcceleratorConfig machine() {
    AcceleratorConfig c;
    c.name = "random";
    c.array = random_datapath(*this);
    c.array.rows = pick(1, 20);
    c.array.columns = pick(1, 20);
    c.array.lanes = pick(1, 20);
    c.accumulator.bits = chance(3) ? pick(20, 48) : 32;
    c.input_buffer = buffer();
    c.weight_buffer = buffer();
    c.output_buffer = buffer();
    c.accumulator_buffer_bytes = 1024 * pick(1, 16);
    c.dma.bus_bytes = 4 << pick(0, 3);
    return c;
  }

  /// Leaves out rows and columns between those of the window, as far as the map goes.
  void dilate(Descriptor& d) {
    ConvShape& c = d.conv;
    const auto most = [](int kernel, int extent) {
      return kernel == 1 ? 2 : std::max(1, (extent - 1) / (kernel - 1)) - 1;
    };
    c.gap_h = pick(0, std::min(2, most(c.kernel_h, c.in.height)));
    c.gap_w = pick(0, std::min(2, most(c.kernel_w, c.in.width)));
    d.fused_pool = std::min({d.fused_pool, c.out_h(), c.out_w()});
  }

  /// Makes the operands of `d` parts of larger maps, or of maps with fewer channels, or of both.
  void slice_inputs(Descriptor& d) {
    slice_input(d.input_slice, d.input_shape());
    if (d.kind == LayerKind::kAdd) slice_input(d.input2_slice, d.input2_shape());
  }

  /// Lays the maps of `d` in planes that suit an array of so many columns, or groups, or any, or
  /// none, and in strips of any width or none.
  void cut_into_planes(Descriptor& d, int columns) {
    const int groups = d.kind == LayerKind::kConv ? d.conv.groups : 4;
    const auto segment = [&](int channels) {
      if (chance(3)) return 0;
      if (chance(3)) return pick(1, std::max(1, channels / groups));
      return std::min(channels, chance(2) ? pick(1, channels) : columns * pick(1, 2));
    };
    const auto strip = [&](int width) { return chance(2) ? 0 : pick(1, width); };
    if (!d.input_on_chip) {
      const Shape in = d.input_slice.map(d.input_shape());
      d.input_segment = segment(in.channels);
      d.input_strip = strip(in.width);
    }
    if (d.kind == LayerKind::kAdd) {
      const Shape in2 = d.input2_slice.map(d.input2_shape());
      d.input2_segment = segment(in2.channels);
      d.input2_strip = strip(in2.width);
    }
    if (!d.output_on_chip) {
      d.output_segment = segment(d.output_shape().channels);
      d.output_strip = strip(d.output_shape().width);
    }
  }

  /// Gives a layer with a tiling input tiles of whole planes, if it can have any.
  void cut_inputs(Descriptor& d) {
    if (d.input_slice.has_zeros() || d.input2_slice.has_zeros()) return;
    const bool conv = d.kind == LayerKind::kConv;
    int unit = d.input_on_chip ? 1 : d.input_segment;
    if (d.kind == LayerKind::kAdd) unit = std::lcm(unit, d.input2_segment);
    if (!conv && !d.output_on_chip) unit = std::lcm(unit, d.output_segment);
    const int channels = d.input_shape().channels / (conv ? d.conv.groups : 1);
    if (unit == 0 || unit > channels) return;
    if (conv && d.conv.groups > 1 && channels % unit != 0) return;
    if (conv && d.tiling.tile_channels > d.conv.out_channels / d.conv.groups) return;
    d.tiling.tile_in = unit * pick(1, channels / unit);
    if (d.tiling.order == LoopOrder::kWeightChunkOuter) d.tiling.chunk_k = d.conv.reduction();
  }

 private:
  /// Of a map, whose signed bit is never -1 or +1.
  Format map_format() {
    Format f = format();
    f.narrow = f.narrow && f.bits > 1;
    return f;
  }

  void slice_input(InputSlice& slice, const Shape& in) {
    if (chance(2)) {
      slice.stride_h = pick(0, 3);
      slice.stride_w = pick(0, 3);
      slice.row = pick(0, 2);
      slice.column = pick(0, 2);
      slice.height = slice.row_of(in.height - 1) + 1 + pick(0, 2);
      slice.width = slice.column_of(in.width - 1) + 1 + pick(0, 2);
    }
    if (chance(2)) {
      slice.zeros_before = pick(0, in.channels - 1);
      slice.zeros_after = pick(0, in.channels - 1 - slice.zeros_before);
    }
  }

  Format format() { return {pick(1, 16), pick(-3, 9), chance(2), chance(4)}; }

  Descriptor with_formats(Descriptor d) {
    d.input = map_format();
    d.requant = {pick(0, 9), static_cast<Rounding>(pick(0, 4)), chance(2), map_format()};
    return d;
  }

  BufferConfig buffer() {
    const int word_bits = 8 << pick(0, 4);
    const int banks = pick(1, 4);
    return {std::int64_t{word_bits / 8} * banks * pick(1, 2000), word_bits, banks, chance(2)};
  }

  template <class Window>
  void window(Window& w) {
    w.kernel_h = pick(1, std::min(4, w.in.height));
    w.kernel_w = pick(1, std::min(4, w.in.width));
    w.stride_h = pick(1, 3);
    w.stride_w = pick(1, 3);
    w.pad_top = pick(0, w.kernel_h - 1);
    w.pad_left = pick(0, w.kernel_w - 1);
    w.pad_bottom = pick(0, w.kernel_h - 1);
    w.pad_right = pick(0, w.kernel_w - 1);
  }

  std::mt19937 engine_;
};

/// One machine of `n` with a scratchpad in the place of its buffers.
inline AcceleratorConfig some_with_scratchpad(AcceleratorConfig config, RandomLayer& random,
                                              int n) {
  if (!random.chance(n)) return config;
  BufferConfig scratchpad = config.input_buffer;
  scratchpad.capacity_bytes += scratchpad.capacity_bytes;
  config.share(scratchpad);
  return config;
}

/// The same machine with buffers that hold anything here.
inline AcceleratorConfig with_room(AcceleratorConfig config) {
  for (BufferConfig* buffer :
       {&config.input_buffer, &config.weight_buffer, &config.output_buffer}) {
    buffer->capacity_bytes = std::int64_t{1} << 26;
  }
  config.accumulator_buffer_bytes = std::int64_t{1} << 26;
  return config;
}

}  // namespace dcnsim

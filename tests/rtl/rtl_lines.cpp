// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/rtl_lines.h"

#include <algorithm>
#include <functional>

namespace dcnsim {
namespace {

int divide_up(int a, int b) { return (a + b - 1) / b; }

/// Fields packed without gaps; every fetch begins on a new line.
class Packer {
 public:
  Packer(std::deque<RtlLine>& lines, int line_bits) : lines_(lines), line_bits_(line_bits) {}

  void begin_fetch() { used_ = line_bits_; }

  void add(std::int32_t value, int bits) {
    for (int i = 0; i < bits; ++i) {
      if (used_ == line_bits_) {
        lines_.push_back({});
        used_ = 0;
      }
      const auto bit = (static_cast<std::uint32_t>(value) >> i) & 1u;
      lines_.back()[static_cast<std::size_t>(used_ / 32)] |= bit << (used_ % 32);
      ++used_;
    }
  }

 private:
  std::deque<RtlLine>& lines_;
  int line_bits_;
  int used_ = 0;
};

/// Fetch `f` of a code: the field that arrives in it.
struct Fields {
  int fetches = 1;
  int bits = 8;
  std::function<std::int32_t(std::int32_t code, int f)> field;
};

/// Digit `index`, counted from the least significant; the top one keeps the sign.
std::int32_t digit(std::int32_t code, int index, int bits) { return code >> (index * bits); }

struct Layout {
  int group = 1;
  Fields weight, activation;
};

/// As the comments of mode.sv have it.
Layout layout(const ArrayConfig& array, int w, int a) {
  Layout l;
  const auto whole = [](std::int32_t code, int) { return code; };
  switch (array.datapath) {
    case DatapathFamily::kBitParallel: {
      const int passes = divide_up(w, array.weight_bits) * divide_up(a, array.activation_bits);
      l.weight = {passes, w, whole};
      l.activation = {passes, a, whole};
      return l;
    }
    case DatapathFamily::kActivationSerial: {
      const int b = array.bits_per_cycle, native = array.weight_bits;
      const int nw = divide_up(w, native), na = divide_up(a, b);
      l.group = array.lanes;
      l.weight = {nw, std::min(w, native),
                  [=](std::int32_t code, int f) { return digit(code, f, native); }};
      l.activation = {nw * na, b,
                      [=](std::int32_t code, int f) { return digit(code, na - 1 - f % na, b); }};
      return l;
    }
    case DatapathFamily::kFullySerial: {
      const int b = array.bits_per_cycle;
      const int na = divide_up(a, b);
      l.group = array.lanes;
      l.weight = {w * na, 1,
                  [=](std::int32_t code, int f) { return digit(code, w - 1 - f % w, 1); }};
      l.activation = {na, b, [=](std::int32_t code, int f) { return digit(code, na - 1 - f, b); }};
      return l;
    }
    case DatapathFamily::kComposable: {
      const auto fused = [](int bits) { return bits > 4 ? 8 : bits > 2 ? 4 : 2; };
      const int nw = divide_up(w, 8), na = divide_up(a, 8);
      l.group = (8 / fused(w)) * (8 / fused(a));
      l.weight = {nw * na, std::min(w, 8),
                  [=](std::int32_t code, int f) { return digit(code, f / na, 8); }};
      l.activation = {nw * na, std::min(a, 8),
                      [=](std::int32_t code, int f) { return digit(code, f % na, 8); }};
      return l;
    }
  }
  return l;
}

/// One side of a step: for every fetch, `group` fields from `at` on of the items first..last, each
/// of `width` codes.
void add_step(Packer& packer, const Fields& fields, const std::vector<std::int32_t>& codes,
              int width, int first, int last, int at, int group) {
  for (int f = 0; f < fields.fetches; ++f) {
    packer.begin_fetch();
    for (int item = first; item < last; ++item) {
      for (int k = at; k < at + group; ++k) {
        packer.add(fields.field(codes[static_cast<std::size_t>(item * width + k)], f), fields.bits);
      }
    }
  }
}

}  // namespace

RtlLines rtl_lines(const ArrayConfig& array, const RtlLayer& layer, int begin, int end,
                   int weight_line_bits, int activation_line_bits) {
  const Layout l = layout(array, layer.weight_format.bits, layer.activation_format.bits);
  std::vector<std::int32_t> weight_codes = layer.weights;
  if (layer.weight_format.is_sign()) {
    for (std::int32_t& code : weight_codes) code = code < 0 ? 1 : 0;
  }
  RtlLines lines;
  Packer weights(lines.weights, weight_line_bits);
  Packer activations(lines.activations, activation_line_bits);
  const Fields all_bits{1, layer.weight_format.bits, [](std::int32_t code, int) { return code; }};
  const int width = layer.groups * layer.reduction;  // of a pixel
  const auto end_of_position = [&](int at) {
    return layer.position == 0 ? end : at - at % layer.position + layer.position;
  };
  for (int group = 0; group < layer.groups; ++group) {
    const int first = group * layer.channels, end_of_group = first + layer.channels;
    const int from = group * layer.reduction;
    for (int channel = first; channel < end_of_group; channel += array.columns) {
      const int channels_end = std::min(channel + array.columns, end_of_group);
      if (array.dataflow == Dataflow::kWeightStationary) {
        for (int at = begin, tile_end = begin; at < end; at = tile_end) {
          tile_end = std::min(at + array.rows * l.group, end_of_position(at));
          for (int row = at; row < tile_end; row += l.group) {
            add_step(weights, all_bits, weight_codes, layer.reduction, channel, channels_end, row,
                     std::min(l.group, tile_end - row));
          }
          for (int pixel = 0; pixel < layer.pixels; ++pixel) {
            add_step(activations, l.activation, layer.activations, width, pixel, pixel + 1,
                     from + at, tile_end - at);
          }
        }
        continue;
      }
      for (int pixel = 0; pixel < layer.pixels; pixel += array.rows) {
        const int pixels_end = std::min(pixel + array.rows, layer.pixels);
        for (int at = begin, steps = 0; at < end; at += steps) {
          steps = std::min(l.group, end_of_position(at) - at);
          add_step(weights, l.weight, weight_codes, layer.reduction, channel, channels_end, at,
                   steps);
          add_step(activations, l.activation, layer.activations, width, pixel, pixels_end,
                   from + at, steps);
        }
      }
    }
  }
  return lines;
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// A tiling of a layer by walking its loops, from models/perf/pipeline.md alone: whether it fits a
// machine with three buffers, and what it moves, tile by tile, when one is not the one before.
// Nothing of what the mapper asks is used.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"

namespace dcnsim {

class LoopWalk {
 public:
  /// Both stay.
  LoopWalk(const Descriptor& d, const AcceleratorConfig& config)
      : d_(d), t_(d.tiling), config_(config), bus_bits_(8 * config.dma.bus_bytes) {
    conv_ = d.kind == LayerKind::kConv;
    in_ = d.input_shape();
    out_ = d.output_shape();
    groups_ = conv_ ? d.conv.groups : in_.channels;
    in_group_ = conv_ ? in_.channels / groups_ : 1;
    out_group_ = conv_ ? d.conv.out_channels / groups_ : 1;
    const int channels = conv_ ? t_.tile_channels : t_.tile_in == 0 ? in_.channels : t_.tile_in;
    tile_groups_ = std::max(1, channels / out_group_);
    tile_out_ = std::min(channels, out_group_);
    tile_in_ = !conv_ || t_.tile_in == 0 ? in_group_ : t_.tile_in;
    by_group_ = !conv_ || tile_in_ < in_group_ ||
                (d.input_segment != 0 && tile_groups_ * in_group_ % d.input_segment == 0);
    counts_ = {up(out_.height, t_.tile_h) * up(out_.width, t_.tile_w), up(groups_, tile_groups_),
               up(out_group_, tile_out_), up(in_group_, tile_in_), 0};
    pixels_outside_ = !conv_ || t_.order == LoopOrder::kPixelOuter ||
                      t_.order == LoopOrder::kPixelChunkOuter || counts_[0] == 1 ||
                      channel_tiles() == 1;
    const int segment = d.output_segment;
    tiles_are_planes_ = segment != 0 && channel_tiles() > 1 &&
                        tile_groups_ * tile_out_ % segment == 0 &&
                        (counts_[1] == 1 || tile_groups_ * out_group_ % segment == 0);
  }

  /// Whether tiles of so many channels can be, whatever their pixels.
  bool has_legal_channels() const {
    const int columns = config_.array.columns;
    if (tile_in_ < in_group_ || (!conv_ && tile_groups_ < groups_)) {
      const auto are_planes = [&](int planes) { return planes != 0 && t_.tile_in % planes == 0; };
      if (!d_.input_on_chip && !are_planes(d_.input_segment)) return false;
      if (d_.kind == LayerKind::kAdd && !are_planes(d_.input2_segment)) return false;
      if (!conv_) return d_.output_on_chip || are_planes(d_.output_segment);
      const bool of_groups = groups_ > 1 && !d_.input_on_chip;
      if (of_groups && in_group_ % d_.input_segment != 0) return false;
      const bool is_cut_again = chunk() < kernel() * tile_in_;
      if (t_.order == LoopOrder::kWeightChunkOuter && is_cut_again) return false;
      if (t_.tile_channels > out_group_) return false;
    }
    if (!conv_) return true;
    if (t_.tile_channels > out_group_) return t_.tile_channels % out_group_ == 0;
    return tile_out_ == out_group_ || tile_out_ % columns == 0 || tiles_are_planes_;
  }

  bool is_legal() const {
    return has_legal_channels() && stores_are_apart() && inputs_fit() && weights_fit() &&
           outputs_fit() && sums_fit();
  }

  /// On the bus, descriptor included.
  std::int64_t bytes() {
    // Loops by number: pixels, groups, output channels, input channels, chunks.
    constexpr std::array<std::array<int, 5>, 4> kNests{
        {{1, 2, 0, 3, 4}, {0, 1, 2, 3, 4}, {1, 2, 3, 4, 0}, {0, 1, 3, 4, 2}}};
    nest_ = kNests[conv_ ? static_cast<std::size_t>(t_.order) : 1];
    bits_ = 0;
    is_first_ = true;
    go_round(0);
    if (!d_.output_on_chip) {
      bits_ += region(output(), {0, out_.channels}, {0, out_.height}, {0, out_.width});
    }
    return 256 + bits_ / 8;
  }

 private:
  /// First and one behind the last.
  using Range = std::pair<int, int>;
  static int length(const Range& range) { return range.second - range.first; }
  struct Map {
    Shape shape;
    int bits, segment, strip;
    int plane() const { return segment == 0 ? shape.channels : segment; }
  };

  template <typename Int>
  static Int up(Int a, Int b) {
    return (a + b - 1) / b;
  }
  Map input() const { return {in_, d_.input.bits, d_.input_segment, d_.input_strip}; }
  Map input2() const { return {in_, d_.input2.bits, d_.input2_segment, d_.input2_strip}; }
  Map output() const { return {out_, d_.requant.out.bits, d_.output_segment, d_.output_strip}; }

  int kernel() const { return conv_ ? d_.conv.kernel_h * d_.conv.kernel_w : 1; }
  int inputs_of(int tile) const { return std::min(tile_in_, in_group_ - tile * tile_in_); }
  int chunk() const { return conv_ ? std::min(t_.chunk_k, kernel() * tile_in_) : 1; }
  int chunks() const {
    int count = 0;
    for (int i = 0; i < counts_[3]; ++i) count += up(kernel() * inputs_of(i), chunk());
    return count;
  }
  int channel_tiles() const { return counts_[1] * counts_[2]; }
  int blocks(int channels) const { return up(channels, config_.array.columns); }

  /// No bus word is written by two tiles.
  bool stores_are_apart() const {
    const Map map = output();
    const auto are_words = [&](int codes) { return codes * map.bits % bus_bits_ == 0; };
    if (t_.tile_w < out_.width) {
      if (map.strip != 0 && map.strip < out_.width) {
        if (t_.tile_w % map.strip != 0) return false;
      } else if (!are_words(t_.tile_w * std::min(map.plane(), out_.channels)) ||
                 !are_words(t_.tile_w * (out_.channels % map.plane()))) {
        return false;
      }
    }
    if (pixels_outside_ || tiles_are_planes_) return true;
    return map.plane() >= out_.channels && are_words(out_.channels) &&
           are_words(t_.tile_channels) && are_words(out_group_);
  }

  static std::int64_t words_bytes(std::int64_t bits, const BufferConfig& buffer) {
    return up(bits, std::int64_t{buffer.word_bits}) * buffer.word_bits / 8;
  }
  /// Half of a double buffer if there are several tiles.
  static bool fits(std::int64_t bytes, const BufferConfig& buffer, bool several) {
    return bytes <= buffer.capacity_bytes / (buffer.double_buffered && several ? 2 : 1);
  }
  static std::int64_t tile_bytes(const Map& map, std::int64_t rows, std::int64_t columns,
                                 int channels, const BufferConfig& buffer) {
    std::int64_t bytes = 0;
    for (int c = 0; c < channels; c += map.plane()) {
      bytes += rows * words_bytes(columns * std::min(map.plane(), channels - c) * map.bits, buffer);
    }
    return bytes;
  }

  bool inputs_fit() const {
    const bool add = d_.kind == LayerKind::kAdd, on_chip = d_.input_on_chip || d_.output_on_chip;
    if (on_chip && !config_.input_buffer.double_buffered) return false;
    if (add && d_.input_on_chip && d_.output_on_chip) return false;
    int rows = 0, columns = 0;
    for (int y = 0; y < out_.height; y += t_.tile_h) rows = std::max(rows, length(rows_of(y)));
    for (int x = 0; x < out_.width; x += t_.tile_w) {
      columns = std::max(columns, length(columns_of(x)));
    }
    int channels = by_group_ ? std::min(tile_groups_ * tile_in_, in_.channels) : in_.channels;
    if (d_.input_on_chip && !add) {
      rows = in_.height;
      columns = in_.width;
      channels = in_.channels;
    }
    const BufferConfig& buffer = config_.input_buffer;
    std::int64_t bytes = 0;
    if (!add || !d_.input_on_chip) bytes += tile_bytes(input(), rows, columns, channels, buffer);
    if (add) bytes += tile_bytes(input2(), rows, columns, channels, buffer);
    const int tiles = counts_[0] * counts_[3] * (by_group_ ? counts_[1] : 1);
    if (!fits(bytes, buffer, on_chip || tiles > 1)) return false;
    if (!d_.output_on_chip) return true;
    const Map kept{out_, d_.requant.out.bits, 0, 0};
    return fits(tile_bytes(kept, out_.height, out_.width, out_.channels, buffer), buffer, true);
  }

  bool weights_fit() const {
    if (!conv_) return true;
    const BufferConfig& buffer = config_.weight_buffer;
    const int bias_bits = config_.accumulator.bits > 32 ? 64 : 32;
    const int channels = tile_groups_ * tile_out_;
    const int width = tile_groups_ > 1 ? channels : config_.array.columns;
    std::int64_t bytes = 0;
    for (int c = 0; c < channels; c += width) {
      const int block = std::min(width, channels - c);
      bytes += words_bytes(std::int64_t{chunk()} * block * d_.weight.bits, buffer) +
               words_bytes(std::int64_t{block} * bias_bits, buffer);
    }
    return fits(bytes, buffer, channel_tiles() * chunks() > 1);
  }

  bool outputs_fit() const {
    if (d_.output_on_chip) return true;
    const bool gathers = pixels_outside_ && !tiles_are_planes_;
    const int channels = gathers ? out_.channels : tile_groups_ * tile_out_;
    const std::int64_t bytes =
        tile_bytes(output(), std::min(t_.tile_h, out_.height), std::min(t_.tile_w, out_.width),
                   std::min(channels, out_.channels), config_.output_buffer);
    return fits(bytes, config_.output_buffer, counts_[0] > 1 || tiles_are_planes_);
  }

  /// A word a pixel, before the pool, and block of channels in the bank of every column; sums that
  /// wait those of all tiles between two of their chunks.
  bool sums_fit() const {
    if (!conv_) return true;
    const bool cut = chunks() > 1;
    const bool pixels_wait = cut && t_.order == LoopOrder::kWeightChunkOuter && counts_[0] > 1;
    const bool channels_wait = cut && t_.order == LoopOrder::kPixelChunkOuter && counts_[2] > 1;
    std::int64_t pixels =
        std::int64_t{std::min(t_.tile_h, out_.height)} * std::min(t_.tile_w, out_.width);
    if (pixels_wait) pixels = std::int64_t{out_.height} * out_.width;
    pixels *= d_.fused_pool * d_.fused_pool;
    std::int64_t words = cut ? tile_groups_ * blocks(tile_out_) : 1;
    if (channels_wait) {
      words = 0;
      for (int c = 0; c < out_group_; c += tile_out_) {
        words += blocks(std::min(tile_out_, out_group_ - c));
      }
    }
    if (config_.array.dataflow == Dataflow::kOutputStationary) {
      const bool stay = pixels <= config_.array.rows && tile_groups_ * blocks(tile_out_) == 1;
      if (!cut || (stay && !pixels_wait && !channels_wait)) return true;
    }
    const int banks = std::min(config_.array.columns, tile_out_);
    return up(pixels * words * banks * config_.accumulator.bits, std::int64_t{8}) <=
           config_.accumulator_buffer_bytes;
  }

  void go_round(std::size_t loop) {
    if (loop == nest_.size()) return step();
    const auto number = static_cast<std::size_t>(nest_[loop]);
    const int count = number == 4 ? up(kernel() * inputs_of(at_[3]), chunk()) : counts_[number];
    for (at_[number] = 0; at_[number] < count; ++at_[number]) go_round(loop + 1);
    at_[number] = 0;
  }

  void step() {
    const std::tuple input(at_[0], by_group_ ? at_[1] : 0, at_[3]);
    const std::tuple weights(at_[1], at_[2], at_[3], at_[4]);
    if (is_first_ || input != input_) load_input();
    if (conv_ && (is_first_ || weights != weights_)) load_weights();
    input_ = input;
    weights_ = weights;
    is_first_ = false;
  }

  /// Of the input that windows of outputs look at.
  Range rows_of(int y) const {
    const Range rows{y, std::min(out_.height, y + t_.tile_h)};
    if (d_.kind == LayerKind::kAdd) return rows;
    return conv_ ? span(rows, d_.fused_pool, d_.conv.kernel_h, d_.conv.stride_h, d_.conv.pad_top,
                        in_.height)
                 : span(rows, 1, d_.pool.kernel_h, d_.pool.stride_h, d_.pool.pad_top, in_.height);
  }
  Range columns_of(int x) const {
    const Range columns{x, std::min(out_.width, x + t_.tile_w)};
    if (d_.kind == LayerKind::kAdd) return columns;
    return conv_
               ? span(columns, d_.fused_pool, d_.conv.kernel_w, d_.conv.stride_w, d_.conv.pad_left,
                      in_.width)
               : span(columns, 1, d_.pool.kernel_w, d_.pool.stride_w, d_.pool.pad_left, in_.width);
  }
  static Range span(const Range& outputs, int pool, int kernel, int stride, int pad, int extent) {
    const int from = std::clamp(outputs.first * pool * stride - pad, 0, extent);
    return {from, std::clamp((outputs.second * pool - 1) * stride - pad + kernel, from, extent)};
  }

  void load_input() {
    const int across = up(out_.width, t_.tile_w);
    const Range rows = rows_of(at_[0] / across * t_.tile_h);
    const Range columns = columns_of(at_[0] % across * t_.tile_w);
    Range channels{0, in_.channels};
    if (by_group_) {
      channels.first = at_[1] * tile_groups_ * in_group_ + at_[3] * tile_in_;
      channels.second = tile_in_ < in_group_
                            ? channels.first + inputs_of(at_[3])
                            : std::min(in_.channels, channels.first + tile_groups_ * in_group_);
    }
    if (!d_.input_on_chip) bits_ += region(input(), channels, rows, columns);
    if (d_.kind == LayerKind::kAdd) bits_ += region(input2(), channels, rows, columns);
  }

  /// Bits of the bus words that hold part of a map.
  std::int64_t region(const Map& map, const Range& channels, const Range& rows,
                      const Range& columns) const {
    if (length(columns) == 0) return 0;
    std::int64_t sum = 0;
    const int plane = map.plane();
    for (int c = channels.first / plane * plane; c < channels.second; c += plane) {
      const int pixel = std::min(plane, map.shape.channels - c) * map.bits;
      const auto at = [&](int column) {
        if (map.strip == 0) return column * pixel;
        const int pitch = up(map.strip * pixel, bus_bits_) * bus_bits_;
        return column / map.strip * pitch + column % map.strip * pixel;
      };
      const int first = at(columns.first) / bus_bits_;
      const int last = up(at(columns.second - 1) + pixel, bus_bits_);
      sum += std::int64_t{length(rows)} * (last - first) * bus_bits_;
    }
    return sum;
  }

  void load_weights() {
    const int groups = std::min(tile_groups_, groups_ - at_[1] * tile_groups_);
    const int channels = std::min(tile_out_, out_group_ - at_[2] * tile_out_);
    const int steps = std::min(chunk(), kernel() * inputs_of(at_[3]) - at_[4] * chunk());
    const bool has_biases = at_[3] == 0 && at_[4] == 0;
    const int bias_bits = config_.accumulator.bits > 32 ? 64 : 32;
    // A tile of several groups is one block.
    const int width = groups > 1 ? groups * channels : config_.array.columns;
    for (int c = 0; c < groups * channels; c += width) {
      const int block = std::min(width, groups * channels - c);
      if (has_biases) bits_ += std::int64_t{up(block * bias_bits, bus_bits_)} * bus_bits_;
      bits_ += std::int64_t{up(steps * block * d_.weight.bits, bus_bits_)} * bus_bits_;
    }
  }

  const Descriptor& d_;
  const Tiling& t_;
  const AcceleratorConfig& config_;
  const int bus_bits_;
  Shape in_, out_;
  bool conv_ = false, by_group_ = true, is_first_ = true;
  bool pixels_outside_ = false, tiles_are_planes_ = false;
  int groups_ = 1, in_group_ = 1, out_group_ = 1, tile_groups_ = 1, tile_out_ = 1, tile_in_ = 1;
  std::array<int, 5> counts_{}, at_{}, nest_{};
  std::tuple<int, int, int> input_;
  std::tuple<int, int, int, int> weights_;
  std::int64_t bits_ = 0;
};

}  // namespace dcnsim

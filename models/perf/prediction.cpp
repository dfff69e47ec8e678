// SPDX-License-Identifier: Apache-2.0
#include "models/perf/prediction.h"

#include <algorithm>
#include <bitset>
#include <utility>

#include "models/arch/memory_layout.h"
#include "models/base/integer.h"
#include "models/perf/buffer_need.h"
#include "models/perf/schedule.h"
#include "models/perf/tile_cuts.h"
#include "models/perf/weight_layout.h"

namespace dcnsim {
namespace {

std::uint64_t words(std::int64_t bits, const BufferConfig& buffer) {
  return u64((bits + buffer.word_bits - 1) / buffer.word_bits);
}

/// Share of a buffer's bank cycles that a step has.
double bank_use(const BufferConfig& buffer, const SramAccesses& accesses, std::uint64_t cycles) {
  return static_cast<double>(accesses.reads + accesses.writes) /
         static_cast<double>(u64(buffer.banks) * std::max<std::uint64_t>(cycles, 1));
}

/// Calls visit(layout, slice) for the operands that come from memory pixel by pixel.
template <typename Visit>
void for_loaded_operands(const Descriptor& d, int bus_bytes, const Visit& visit) {
  if (!d.input_on_chip) visit(input_layout(d, bus_bytes), d.input_slice);
  if (d.kind == LayerKind::kAdd && d.pair != PairKind::kScaling) {
    visit(input2_layout(d, bus_bytes), d.input2_slice);
  }
}

}  // namespace

std::uint64_t least_requests(std::uint64_t bytes, const DmaConfig& dma) {
  const auto most = u64(dma.max_burst_bytes);
  return bytes / most + std::bitset<64>(bytes % most / u64(dma.bus_bytes)).count();
}

LayerCounters predicted_counters(const Descriptor& descriptor, const AcceleratorConfig& config) {
  return Predictor(descriptor, config).predict(descriptor.tiling).counters;
}

Predictor::Predictor(const Descriptor& layer, const AcceleratorConfig& config,
                     std::shared_ptr<Work> work)
    : layer_(layer),
      config_(config),
      work_(work ? std::move(work) : std::make_shared<Work>(config)) {
  layer_.tiling = {};
  layer_.tiling.tile_channels = 0;
}

const Prediction& Predictor::predict(const Tiling& tiling) {
  use(tiling);
  const Axis& y = rows(tiling.tile_h);
  const Axis& x = columns(tiling.tile_w);
  add_steps(y, x);
  add_transfers(y, x);
  return prediction_;
}

const Prediction& Predictor::predict_transfers(const Tiling& tiling) {
  use(tiling);
  prediction_.input.use = prediction_.weight.use = prediction_.output.use = 0;
  add_transfers(rows(tiling.tile_h), columns(tiling.tile_w));
  return prediction_;
}

void Predictor::add_transfers(const Axis& rows, const Axis& columns) {
  prediction_.steps = u64(step_count(layer_));
  prediction_.input.part_bytes = std::max(columns.part_bytes, rows.most * columns.joined_bytes);
  prediction_.weight.part_bytes = used_->weights.part_bytes;
  prediction_.counters.stream_bytes[Stream::kDescriptor] = kDescriptorBytes;
  add_loads(rows, columns);
  add_stores();
  prediction_.lone_load_bytes = prediction_.first_load_bytes;
  add_lone_loads();
}

void Predictor::use(const Tiling& tiling) {
  prediction_ = {};
  const Tiling& before = layer_.tiling;
  const bool same = used_ != nullptr && tiling.tile_channels == before.tile_channels &&
                    tiling.chunk_k == before.chunk_k && tiling.tile_in == before.tile_in;
  layer_.tiling = tiling;
  if (same) return;
  const auto [found, is_new] = work_->weight_tiles_.try_emplace(
      std::array<int, 4>{tiling.tile_channels, tiling.tile_in, tiling.chunk_k,
                         static_cast<int>(layer_.output_on_chip)});
  used_ = &found->second;
  if (is_new) find_weights();
}

const Predictor::Axis& Predictor::rows(int tile_h) {
  const auto [found, is_new] = rows_.try_emplace(tile_h);
  Axis& axis = found->second;
  if (!is_new) return axis;
  for (const Extent& e : extents(layer_.output_shape().height, tile_h)) {
    const InputRegion r = input_region(layer_, {e.first, e.last, 0, 1});
    if (e.first == 0) axis.first = {r.y0, r.y1};
    axis.input += u64(r.y1 - r.y0);
    axis.most = std::max(axis.most, u64(r.y1 - r.y0));
    TileClass* last = axis.classes.empty() ? nullptr : &axis.classes.back();
    if (last != nullptr && last->last - last->first == e.size()) {
      const InputRegion before = input_region(layer_, {last->first, last->last, 0, 1});
      if (before.y1 - before.y0 == r.y1 - r.y0) {
        ++last->count;
        continue;
      }
    }
    axis.classes.push_back({e.first, e.last, 1});
  }
  // Those of all images.
  axis.input *= u64(layer_.images());
  for (TileClass& one : axis.classes) one.count *= u64(layer_.images());
  return axis;
}

const Predictor::Axis& Predictor::columns(int tile_w) {
  const auto [found, is_new] = columns_.try_emplace(tile_w);
  Axis& axis = found->second;
  if (!is_new) return axis;
  const int bus = config_.dma.bus_bytes;
  for (const Extent& e : extents(layer_.output_shape().width, tile_w)) {
    const InputRegion r = input_region(layer_, {0, 1, e.first, e.last});
    axis.input += u64(r.x1 - r.x0);
    if (e.first == 0) axis.first = {r.x0, r.x1};
    for_loaded_operands(layer_, bus, [&](const MapLayout& map, const InputSlice& slice) {
      if (r.x0 == r.x1) return;
      const int x0 = slice.column_of(r.x0), x1 = slice.column_of(r.x1 - 1) + 1;
      for (const EqualTiles& plane : equal_tiles(map.shape().channels, map.segment())) {
        const std::int64_t pixel_bits = std::int64_t{plane.size} * map.bits();
        const std::uint64_t bytes = u64(map.bus_bytes(plane.size, x0, x1));
        const bool joined =
            map.joins_rows() && !slice.has_strides() && x1 - x0 == map.shape().width;
        std::uint64_t& most = joined ? axis.joined_bytes : axis.part_bytes;
        most = std::max(most, bytes);
        axis.bus_bytes += plane.count * bytes;
        if (joined) {
          axis.joined_bus_bytes += plane.count * bytes;
        } else {
          axis.requests += plane.count * least_requests(bytes, config_.dma);
        }
        axis.buffer_words += plane.count * words((r.x1 - r.x0) * pixel_bits, config_.input_buffer);
      }
    });
    TileClass* last = axis.classes.empty() ? nullptr : &axis.classes.back();
    if (last != nullptr && last->last - last->first == e.size()) {
      const InputRegion before = input_region(layer_, {0, 1, last->first, last->last});
      if (before.x1 - before.x0 == r.x1 - r.x0) {
        ++last->count;
        continue;
      }
    }
    axis.classes.push_back({e.first, e.last, 1});
  }
  return axis;
}

void Predictor::find_weights() {
  if (layer_.kind != LayerKind::kConv) return;
  Weights& weights = used_->weights;
  const WeightLayout layout(layer_, config_);
  const std::int64_t bias_bits = std::int64_t{8} * bias_bytes(config_.accumulator.bits);
  const std::int64_t parameter_bits = std::int64_t{8} * parameter_bytes(layer_, config_);
  const bool one_chunk = chunk_count(layer_) == 1;
  for_channel_tiles(layer_, [&](const ChannelTiles& tile) {
    std::uint64_t first = 0;
    for (const EqualTiles& block : layout.blocks(tile.channels, tile.groups)) {
      const std::uint64_t count = tile.count * block.count;
      const std::uint64_t bias = u64(layout.block(block.size, 1).bias_bytes);
      const std::uint64_t parameters = u64(layout.block(block.size, 1).parameter_bytes);
      weights.bias_bytes += count * bias;
      weights.parameter_bytes += count * parameters;
      weights.requests +=
          count * (least_requests(bias, config_.dma) + least_requests(parameters, config_.dma));
      weights.buffer_words += count * (words(bias_bits * block.size, config_.weight_buffer) +
                                       words(parameter_bits * block.size, config_.weight_buffer));
      bool is_first = true;
      for_chunks(layer_, [&](const EqualTiles& chunk) {
        const std::uint64_t bytes = u64(layout.block(block.size, chunk.size).weight_bytes);
        const std::int64_t bits = std::int64_t{chunk.size} * block.size * layer_.weight.bits;
        weights.bytes += count * chunk.count * bytes;
        weights.requests += count * chunk.count * least_requests(bytes, config_.dma);
        weights.buffer_words += count * chunk.count * words(bits, config_.weight_buffer);
        weights.part_bytes = std::max({weights.part_bytes, bias, parameters, bytes});
        if (is_first) first += block.count * (bias + bytes + (one_chunk ? parameters : 0));
        is_first = false;
      });
    }
    if (weights.first_bytes == 0) weights.first_bytes = first;
  });
}

/// The steps of a pixel tile of these classes; those of a convolution depend on its size alone.
const Predictor::PixelTileWork& Predictor::work(const TileClass& rows, const TileClass& columns) {
  const bool conv = layer_.kind == LayerKind::kConv;
  const int height = rows.last - rows.first;
  const int width = columns.last - columns.first;
  const bool waits = sums_wait(layer_);
  const std::uint64_t key = conv ? u64(std::int64_t{height} * width) << 1 | (waits ? 1 : 0)
                                 : u64(rows.first) << 32 | static_cast<unsigned>(columns.first);
  // Tilings of a pool or an addition share no tiles.
  if (!conv) used_->work.clear();
  const auto [found, is_new] = used_->work.try_emplace(key);
  PixelTileWork& work = found->second;
  if (!is_new) return work;

  Step step;
  step.pixels = {rows.first, rows.last, columns.first, columns.last};
  step.sums_wait = waits;
  const auto add_step = [&](int k, bool first_chunk, bool last_chunk, std::uint64_t count) {
    if (count == 0) return;
    step.k1 = k;
    step.first_chunk = first_chunk;
    step.last_chunk = last_chunk;
    const StepWorks::Counted& counted = work_->steps_.of(layer_, step);
    LayerCounters counters = counted.counters;
    const StepWork& cycles = counted.work;
    const auto use = [&](const BufferConfig& buffer, const SramAccesses& accesses) {
      return bank_use(buffer, accesses, cycles.cycles);
    };
    counters.compute_cycles = cycles.cycles;
    counters.fill_drain_cycles = cycles.fill_drain;
    counters.overhead_cycles = cycles.overhead;
    add(work.counters, counters, count);
    work.last_step_cycles = cycles.cycles;
    work.input_use = std::min(work.input_use, use(config_.input_buffer, cycles.input_buffer));
    work.weight_use = std::min(work.weight_use, use(config_.weight_buffer, cycles.weight_buffer));
    work.output_use = std::min(work.output_use, use(config_.output_buffer, cycles.output_buffer));
    work.kept_conflict_cycles += count * cycles.conflicts;
  };
  const auto chunks = u64(chunk_count(layer_));
  for_channel_tiles(layer_, [&](const ChannelTiles& tile) {
    step.groups = tile.groups;
    step.channel1 = tile.channels * tile.groups;
    if (!conv) step.in1 = step.channel1;
    std::uint64_t before = 0;
    for_chunks(layer_, [&](const EqualTiles& chunk) {
      const bool has_first = before == 0;
      before += chunk.count;
      const bool has_last = before == chunks;
      if (chunks == 1) return add_step(chunk.size, true, true, tile.count);
      std::uint64_t others = chunk.count;
      if (has_first) {
        add_step(chunk.size, true, false, tile.count);
        --others;
      }
      if (has_last) --others;
      add_step(chunk.size, false, false, others * tile.count);
      if (has_last) add_step(chunk.size, false, true, tile.count);
    });
  });
  return work;
}

void Predictor::add_steps(const Axis& rows, const Axis& columns) {
  for (const TileClass& y : rows.classes) {
    for (const TileClass& x : columns.classes) {
      const PixelTileWork& tile = work(y, x);
      add(prediction_.counters, tile.counters, y.count * x.count);
      prediction_.last_step_cycles = tile.last_step_cycles;
      prediction_.kept_conflict_cycles += y.count * x.count * tile.kept_conflict_cycles;
      prediction_.input.use = std::min(prediction_.input.use, tile.input_use);
      prediction_.weight.use = std::min(prediction_.weight.use, tile.weight_use);
      prediction_.output.use = std::min(prediction_.output.use, tile.output_use);
    }
  }
  add_opening(rows.classes.front(), columns.classes.front());
}

/// What the first step takes beyond what it would take in the middle of the layer.
void Predictor::add_opening(const TileClass& rows, const TileClass& columns) {
  if (config_.array.steps == ArraySteps::kApart && config_.overhead.layer_cycles == 0) return;
  Step step;
  step.pixels = {rows.first, rows.last, columns.first, columns.last};
  step.groups = tile_groups(layer_);
  step.channel1 = step.groups * tile_channels_of_group(layer_);
  if (layer_.kind != LayerKind::kConv) step.in1 = step.channel1;
  step.k1 = largest_chunk(layer_);
  step.last_chunk = chunk_count(layer_) == 1;
  step.sums_wait = sums_wait(layer_);
  const StepWork& within = work_->steps_.of(layer_, step).work;
  step.opens_layer = true;
  const StepWork& opening = work_->steps_.of(layer_, step).work;
  prediction_.counters.compute_cycles += opening.cycles - within.cycles;
  prediction_.counters.fill_drain_cycles += opening.fill_drain - within.fill_drain;
  prediction_.counters.overhead_cycles += opening.overhead - within.overhead;
  if (step_count(layer_) == 1) prediction_.last_step_cycles = opening.cycles;
  prediction_.kept_conflict_cycles += opening.conflicts;
  prediction_.kept_conflict_cycles -= within.conflicts;
  const auto take = [&](double& least, const BufferConfig& buffer, const SramAccesses& accesses) {
    least = std::min(least, bank_use(buffer, accesses, opening.cycles));
  };
  take(prediction_.input.use, config_.input_buffer, opening.input_buffer);
  take(prediction_.weight.use, config_.weight_buffer, opening.weight_buffer);
  take(prediction_.output.use, config_.output_buffer, opening.output_buffer);
}

void Predictor::add_loads(const Axis& rows, const Axis& columns) {
  LayerCounters& counters = prediction_.counters;
  const bool conv = layer_.kind == LayerKind::kConv;
  const int channels = layer_.input_slice.map(layer_.input_shape()).channels;
  if (loads_input(layer_)) {
    const std::uint64_t visits = input_visits(layer_);
    const std::uint64_t bytes = visits * rows.input * columns.bus_bytes;
    counters.stream_bytes[Stream::kInput] = bytes;
    counters.input_buffer.writes += visits * rows.input * columns.buffer_words;
    prediction_.requests +=
        visits * rows.input * columns.requests +
        visits * rows.input * columns.joined_bus_bytes / u64(config_.dma.max_burst_bytes);
    add_shared();
    if (conv) counters.input_codes = visits * rows.input * columns.input * u64(channels);
    prediction_.first_load_bytes += u64(rows.first.size()) * first_row_bytes(columns);
  } else if (conv) {
    const Shape out = layer_.output_shape();
    const InputRegion region = input_region(layer_, {0, out.height, 0, out.width});
    counters.input_codes = u64(layer_.images()) * codes_of(region, channels);
  }
  if (!conv) return;

  // Biases come with the first chunk, weights with every chunk, parameters with the last: each time
  // a tile becomes current.
  const std::uint64_t visits = weight_visits(layer_);
  const Weights& weights = used_->weights;
  counters.stream_bytes[Stream::kBias] = visits * weights.bias_bytes;
  counters.stream_bytes[Stream::kParameter] = visits * weights.parameter_bytes;
  counters.stream_bytes[Stream::kWeight] = visits * weights.bytes;
  counters.weight_buffer.writes += visits * weights.buffer_words;
  prediction_.requests += visits * weights.requests;
  prediction_.first_load_bytes += weights.first_bytes;
}

/// What all pixels share comes with every tile of the input: the table, or of the pixel that
/// multiplies them the channels of the tile.
void Predictor::add_shared() {
  const auto add = [&](std::uint64_t count, std::int64_t bits, std::uint64_t bytes) {
    prediction_.counters.stream_bytes[Stream::kInput] += count * bytes;
    prediction_.counters.input_buffer.writes += count * words(bits, config_.input_buffer);
    prediction_.requests += count * least_requests(bytes, config_.dma);
    prediction_.input.part_bytes = std::max(prediction_.input.part_bytes, bytes);
  };
  const int bus = config_.dma.bus_bytes;
  if (layer_.has_table()) {
    const std::uint64_t bytes = u64(align_up((table_bits(layer_) + 7) / 8, bus));
    add(prediction_.steps, table_bits(layer_), bytes);
    prediction_.first_load_bytes += bytes;
  }
  if (layer_.kind != LayerKind::kAdd || layer_.pair != PairKind::kScaling) return;
  const MapLayout map = input2_layout(layer_, bus);
  const int column = layer_.input2_slice.column_of(0);
  const auto each_plane = [&](int channels, const auto& visit) {
    for (const EqualTiles& plane : equal_tiles(channels, map.segment())) {
      visit(plane, u64(map.bus_bytes(plane.size, column, column + 1)));
    }
  };
  each_plane(map.shape().channels, [&](const EqualTiles& plane, std::uint64_t bytes) {
    add(u64(pixel_tile_count(layer_)) * plane.count, std::int64_t{plane.size} * map.bits(), bytes);
  });
  each_plane(std::min(input_tile_channels(layer_), map.shape().channels),
             [&](const EqualTiles& plane, std::uint64_t bytes) {
               prediction_.first_load_bytes += plane.count * bytes;
             });
}

/// Tiles that have one place are never loaded while the array computes.
void Predictor::add_lone_loads() {
  const StreamBytes& bytes = prediction_.counters.stream_bytes;
  std::uint64_t& lone = prediction_.lone_load_bytes;
  const std::uint64_t first_weights = used_->weights.first_bytes;
  if (loads_input(layer_) && input_slots(layer_, config_) == 1) {
    lone += bytes[Stream::kInput] - (prediction_.first_load_bytes - first_weights);
  }
  if (layer_.kind == LayerKind::kConv && weight_slots(layer_, config_) == 1) {
    lone += weight_tile_bytes(bytes) - first_weights;
  }
}

/// Of the first input tile.
std::uint64_t Predictor::first_row_bytes(const Axis& columns) const {
  std::uint64_t bytes = 0;
  const auto [x0, x1] = columns.first;
  if (x0 == x1) return 0;
  for_loaded_operands(
      layer_, config_.dma.bus_bytes,
      [&, first = x0, last = x1 - 1](const MapLayout& map, const auto& slice) {
        const int channels = std::min(input_tile_channels(layer_), map.shape().channels);
        for (const EqualTiles& plane : equal_tiles(channels, map.segment())) {
          bytes += plane.count * u64(map.bus_bytes(plane.size, slice.column_of(first),
                                                   slice.column_of(last) + 1));
        }
      });
  return bytes;
}

void Predictor::add_stores() {
  if (layer_.output_on_chip) return;
  const MapLayout map = output_layout(layer_, config_.dma.bus_bytes);
  const std::uint64_t images = u64(layer_.images());
  prediction_.counters.stream_bytes[Stream::kOutput] = images * u64(map.bytes());
  prediction_.stores =
      u64(pixel_tile_count(layer_)) * (gathers(layer_) ? 1 : u64(channel_tile_count(layer_)));
  if (gathers(layer_)) return add_stored_rows(map, map.shape().channels, images);
  for_channel_tiles(layer_, [&](const ChannelTiles& tile) {
    const int channels = tile.channels * tile.groups;
    if (tiles_are_planes(layer_)) {
      add_stored_rows(map, channels, images * tile.count);
    } else {
      add_stored_pixels(map, channels, images * tile.count);
    }
  });
}

/// Of `count` channel tiles of whole planes, the last so far.
void Predictor::add_stored_rows(const MapLayout& map, int channels, std::uint64_t count) {
  const TileSizes heights = equal_tiles(map.shape().height, layer_.tiling.tile_h);
  const TileSizes widths = equal_tiles(map.shape().width, layer_.tiling.tile_w);
  const bool joined = map.joins_rows() && widths.front().size == map.shape().width;
  const std::uint64_t run_rows = joined ? u64(heights.front().size) : 1;
  std::uint64_t row_words = 0, row_requests = 0, row_bytes = 0, last_row_bytes = 0;
  for (const EqualTiles& plane : equal_tiles(channels, map.segment())) {
    const std::int64_t pixel_bits = std::int64_t{plane.size} * map.bits();
    for (const EqualTiles& w : widths) {
      row_words += plane.count * w.count * words(w.size * pixel_bits, config_.output_buffer);
      const std::uint64_t bytes = u64(map.bus_bytes(plane.size, 0, w.size));
      row_requests += plane.count * w.count * least_requests(bytes, config_.dma);
      row_bytes += plane.count * w.count * bytes;
    }
    prediction_.output.part_bytes =
        std::max(prediction_.output.part_bytes,
                 run_rows * u64(map.bus_bytes(plane.size, 0, widths.front().size)));
    last_row_bytes += plane.count * u64(map.bus_bytes(plane.size, 0, widths.back().size));
  }
  prediction_.counters.output_buffer.reads += count * u64(map.shape().height) * row_words;
  prediction_.requests += count * u64(map.shape().height) *
                          (joined ? row_bytes / u64(config_.dma.max_burst_bytes) : row_requests);
  prediction_.last_store_bytes = u64(heights.back().size) * last_row_bytes;
}

/// Likewise of tiles that are parts of the only plane: pixel by pixel.
void Predictor::add_stored_pixels(const MapLayout& map, int channels, std::uint64_t count) {
  const Shape& shape = map.shape();
  const TileSizes heights = equal_tiles(shape.height, layer_.tiling.tile_h);
  const TileSizes widths = equal_tiles(shape.width, layer_.tiling.tile_w);
  const std::int64_t bits = std::int64_t{channels} * map.bits();
  prediction_.output.part_bytes = std::max(prediction_.output.part_bytes, u64(bits / 8));
  prediction_.counters.output_buffer.reads +=
      count * u64(shape.height) * u64(shape.width) * words(bits, config_.output_buffer);
  prediction_.requests +=
      count * u64(shape.height) * u64(shape.width) * least_requests(u64(bits / 8), config_.dma);
  prediction_.last_store_bytes = u64(heights.back().size) * u64(widths.back().size) * u64(bits / 8);
}

}  // namespace dcnsim

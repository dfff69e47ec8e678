// SPDX-License-Identifier: Apache-2.0
#include "models/perf/step_work.h"

#include <algorithm>

#include "models/arch/memory_layout.h"
#include "models/base/integer.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {
namespace {

std::uint64_t words(std::uint64_t bits, const BufferConfig& buffer) {
  const std::uint64_t word_bits = u64(buffer.word_bits);
  return (bits + word_bits - 1) / word_bits;
}

/// Kernel positions in a step that the array takes one after the other; why_weights_illegal() sees
/// to it that they are whole ones.
int positions(const ArrayConfig& array, const Descriptor& d, const Step& step) {
  if (array.reduction == Reduction::kWindow) return 1;
  return has_chunks(d) ? (step.k1 - step.k0) / tile_inputs_of_group(d) : kernel_size(d);
}

std::uint64_t output_codes(const Step& step) {
  const PixelTile& tile = step.pixels;
  return u64(tile.y1 - tile.y0) * u64(tile.x1 - tile.x0) * u64(step.channel1 - step.channel0);
}

/// Pooling, adding and writing the results, once a step's outputs exist. Outputs that stay on chip
/// go to the input buffer.
void count_post_processing(const AcceleratorConfig& config, const Descriptor& d, const Step& step,
                           LayerCounters& counters) {
  const std::uint64_t outputs = output_codes(step);
  const std::uint64_t output_bits = outputs * u64(d.requant.out.bits);
  switch (d.kind) {
    case LayerKind::kConv:
      counters.pool_operations += outputs * u64(d.fused_pool * d.fused_pool - 1);
      break;
    case LayerKind::kPool:
      counters.pool_operations += outputs * u64(d.pool.kernel_h * d.pool.kernel_w - 1);
      counters.requantized += outputs;
      break;
    case LayerKind::kAdd:
      counters.additions += outputs;
      counters.requantized += outputs;
      break;
  }
  if (d.output_on_chip) {
    counters.input_buffer.writes += words(output_bits, config.input_buffer);
  } else {
    counters.output_buffer.writes += words(output_bits, config.output_buffer);
  }
}

/// Cycles of the vector unit, which reads the operands of a pool or add layer from the input
/// buffer.
std::uint64_t vector_step(const AcceleratorConfig& config, const Descriptor& d, const Step& step,
                          LayerCounters& counters) {
  int pixel_bits = map_channels(d, d.input_slice, step).count() * d.input.bits;
  // A table, or the pixel that multiplies all others, goes from the buffer to where it is used
  // before the first code does.
  std::int64_t once_bits = table_bits(d);
  if (d.kind == LayerKind::kAdd) {
    const int bits = map_channels(d, d.input2_slice, step).count() * d.input2.bits;
    if (d.pair == PairKind::kScaling) {
      once_bits += bits;
    } else {
      pixel_bits += bits;
    }
  }
  const std::uint64_t once = words(u64(once_bits), config.input_buffer);
  counters.input_buffer.reads +=
      words(codes_of(input_region(d, step.pixels), pixel_bits), config.input_buffer) + once;
  const int window = d.kind == LayerKind::kPool ? d.pool.kernel_h * d.pool.kernel_w : 2;
  return once + vector_cycles(config, output_codes(step) * u64(window));
}

/// `work` with the accesses of one buffer in the place of those of three.
StepWork in_scratchpad(const AcceleratorConfig& config, StepWork work) {
  const std::uint64_t inputs = work.input_buffer.reads, weights = work.weight_buffer.reads;
  const SramAccesses all{inputs + weights, work.input_buffer.writes + work.output_buffer.writes};
  work.conflicts = lost_cycles(config.shared_buffer, weights, inputs, work.cycles) +
                   lost_cycles(config.shared_buffer, all.writes, all.reads, work.cycles);
  work.input_buffer = work.weight_buffer = work.output_buffer = all;
  return work;
}

SramAccesses operator-(const SramAccesses& a, const SramAccesses& b) {
  return {a.reads - b.reads, a.writes - b.writes};
}

}  // namespace

ArrayWork array_work(const AcceleratorConfig& config, const Descriptor& d, const Step& step) {
  const ArrayConfig& array = config.array;
  const ConvShape conv = tile_conv(d, step.pixels);
  ArrayWork work;
  work.pixels = conv.out_h() * conv.out_w();
  work.groups = step.groups;
  work.channels = (step.channel1 - step.channel0) / step.groups;
  work.reduction = step.k1 - step.k0;
  work.positions = positions(array, d, step);
  work.weight_bits = d.weight.bits;
  work.activation_bits = d.input.bits;
  work.first_chunk = step.first_chunk;
  work.last_chunk = step.last_chunk;
  work.parameter_bits = 8 * parameter_bytes(d, config);
  work.sums_stay = !step.sums_wait && fits_the_pes(array, work);
  return work;
}

std::uint64_t lost_cycles(const BufferConfig& buffer, std::uint64_t words, std::uint64_t accesses,
                          std::uint64_t cycles) {
  if (buffer.separate_halves || cycles == 0) return 0;
  const auto banks = static_cast<std::uint64_t>(buffer.banks);
  const std::uint64_t lines = (words + banks - 1) / banks;
  const std::uint64_t slots = banks * cycles;
  return (lines * std::min(accesses, slots) + slots - 1) / slots;
}

StepWork step_work(const AcceleratorConfig& config, const Descriptor& d, const Step& step,
                   LayerCounters& counters) {
  const SramAccesses input = counters.input_buffer, weight = counters.weight_buffer,
                     output = counters.output_buffer;
  StepWork work;
  std::uint64_t passes = 1;
  if (d.kind == LayerKind::kConv) {
    const ArrayWork array = array_work(config, d, step);
    // Of steps that overlap the first stands for all that fills and drains.
    const bool overlaps = config.array.steps == ArraySteps::kOverlapped && !step.opens_layer;
    work.cycles = overlaps ? overlapped_array_cycles(config, array) : array_cycles(config, array);
    work.fill_drain = overlaps ? 0 : array_fill_drain_cycles(config, array);
    passes = array_passes(config, array);
    count_array_events(config, array, counters);
  } else {
    work.cycles = vector_step(config, d, step, counters);
  }
  work.overhead = passes * u64(config.overhead.tile_cycles) +
                  (step.opens_layer ? u64(config.overhead.layer_cycles) : 0);
  work.cycles += work.overhead;
  if (step.last_chunk) count_post_processing(config, d, step, counters);
  work.input_buffer = counters.input_buffer - input;
  work.weight_buffer = counters.weight_buffer - weight;
  work.output_buffer = counters.output_buffer - output;
  if (config.shares_buffer()) return in_scratchpad(config, work);
  if (d.output_on_chip) {
    work.conflicts = lost_cycles(config.input_buffer, work.input_buffer.writes,
                                 work.input_buffer.reads, work.cycles);
  }
  return work;
}

std::size_t StepWorks::Hash::operator()(const Key& key) const {
  std::uint64_t hash = 0;
  for (const int value : key) {
    hash = (hash ^ static_cast<unsigned>(value)) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 32;
  }
  return hash;
}

const StepWorks::Counted& StepWorks::of(const Descriptor& d, const Step& step) {
  const PixelTile& tile = step.pixels;
  const bool conv = d.kind == LayerKind::kConv;
  const int flags = d.output_on_chip << 4 | step.first_chunk << 3 | step.last_chunk << 2 |
                    step.sums_wait << 1 | static_cast<int>(step.opens_layer);
  // A convolution's work depends on how many pixels it is for, that of others on their input too.
  const int position_count = conv ? positions(config_.array, d, step) : 1;
  const InputRegion region = conv ? InputRegion{} : input_region(d, tile);
  const Key key{(tile.y1 - tile.y0) * (tile.x1 - tile.x0),
                step.channel1 - step.channel0,
                step.groups,
                conv ? step.k1 - step.k0 : step.in1 - step.in0,
                position_count,
                (region.y1 - region.y0) * (region.x1 - region.x0),
                flags};
  if (latest_ == nullptr || latest_->first != key) {
    const auto [found, is_new] = known_.try_emplace(key);
    if (is_new) found->second.work = step_work(config_, d, step, found->second.counters);
    latest_ = &*found;
  }
  return latest_->second;
}

}  // namespace dcnsim

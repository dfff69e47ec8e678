// SPDX-License-Identifier: Apache-2.0
#include "models/perf/array_cycles.h"

#include <algorithm>
#include <optional>

#include "models/arch/memory_layout.h"
#include "models/perf/array_registers.h"
#include "models/perf/datapath/datapath.h"
#include "models/perf/window_feeder.h"

namespace dcnsim {
namespace {

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

std::uint64_t bits_per_cycle(const BufferConfig& buffer) {
  return u64(buffer.banks) * u64(buffer.word_bits);
}

/// Cycles to fetch `codes` codes side by side from a buffer.
std::uint64_t feed_cycles(int codes, int bits, const BufferConfig& buffer) {
  return std::max<std::uint64_t>(1, divide_up(u64(codes) * u64(bits), bits_per_cycle(buffer)));
}

/// Cycles of all fetches of one step for `codes` codes side by side.
std::uint64_t fetch_cycles(const OperandFetch& fetch, int codes, const BufferConfig& buffer) {
  return u64(fetch.times) * feed_cycles(codes, fetch.bits, buffer);
}

DatapathMode mode_of(const AcceleratorConfig& config, const ArrayWork& work) {
  return datapath_mode(config.array, work.weight_bits, work.activation_bits);
}

/// Cycles in which the weights of `steps` x `columns` enter the array row by row.
std::uint64_t weight_load_cycles(const AcceleratorConfig& config, const ArrayWork& work, int steps,
                                 int columns) {
  const int group = mode_of(config, work).group;
  return Cut(steps, group).sum([&](int row) {
    return feed_cycles(row * columns, work.weight_bits, config.weight_buffer);
  });
}

/// From a sum's last step in the first PE to its result below (beside) the last one.
std::uint64_t drain_cycles(const AcceleratorConfig& config, const DatapathMode& mode) {
  return u64(config.array.rows) + u64(config.array.columns) - 1 + u64(mode.pipeline);
}

/// Cycles of a step in its parts.
struct StepCycles {
  std::uint64_t fill = 0, passes = 0, last_pass = 0, drain = 0;
  std::uint64_t loads = 0;  ///< of the passes: the next one's weights enter and nothing computes
};

StepCycles weight_stationary_cycles(const AcceleratorConfig& config, const ArrayWork& work) {
  const DatapathMode mode = mode_of(config, work);
  const RepeatedCut row_tiles = cut_reduction(work, config.array.rows * mode.group);
  const Cut blocks(work.channels, config.array.columns);
  const bool exposed = config.array.weight_load == WeightLoad::kExposed;
  const auto load = [&](int steps, int columns) {
    return weight_load_cycles(config, work, steps, columns);
  };
  const auto pixel = [&](int steps) {
    return std::max(u64(mode.passes), fetch_cycles(mode.activation, steps, config.input_buffer));
  };
  // From the last pixel of a pass to the first of the next, which is fetched meanwhile.
  const auto turn = [&](int next_steps, int next_columns) {
    return exposed ? std::max(pixel(next_steps), u64(mode.passes) + load(next_steps, next_columns))
                   : pixel(next_steps);
  };
  // From the start of a pass to that of the next.
  const auto advance = [&](int steps, int next_steps, int next_columns) {
    const std::uint64_t streamed =
        (u64(work.pixels) - 1) * pixel(steps) + turn(next_steps, next_columns);
    return exposed ? streamed : std::max(streamed, load(next_steps, next_columns));
  };
  const auto waits_for_load = [&](int, int next_steps, int next_columns) {
    return turn(next_steps, next_columns) - pixel(next_steps);
  };

  // Passes run group by group, block by block, row tile by row tile.
  const auto sum_of_turns = [&](const auto& f) {
    const auto next_block = [&](int columns) {
      return f(row_tiles.cut.last, row_tiles.cut.first(), columns);
    };
    std::uint64_t sum = blocks.sum([&](int columns) {
      return row_tiles.sum_of_pairs([&](int steps, int next) { return f(steps, next, columns); });
    });
    if (blocks.count > 1) {
      sum += (blocks.count - 2) * next_block(blocks.full) + next_block(blocks.last);
    }
    return u64(work.groups) * sum + (u64(work.groups) - 1) * next_block(blocks.first());
  };
  StepCycles cycles;
  cycles.fill = load(row_tiles.cut.first(), blocks.first());
  cycles.passes = sum_of_turns(advance);
  cycles.last_pass = (u64(work.pixels) - 1) * pixel(row_tiles.cut.last) + u64(mode.passes);
  cycles.drain = drain_cycles(config, mode);
  if (exposed) cycles.loads = sum_of_turns(waits_for_load);
  return cycles;
}

/// How much later than the first PE the last one starts, and the last sums shifted out if they
/// leave.
std::uint64_t skew_and_shift_cycles(const AcceleratorConfig& config, const ArrayWork& work) {
  const bool leave = work.last_chunk || !work.sums_stay;
  return drain_cycles(config, mode_of(config, work)) - 1 + (leave ? u64(config.array.rows) : 0);
}

StepCycles output_stationary_cycles(const AcceleratorConfig& config, const ArrayWork& work) {
  const DatapathMode mode = mode_of(config, work);
  const Cut pixel_blocks(work.pixels, config.array.rows);
  const Cut blocks(work.channels, config.array.columns);
  const auto step = [&](int group, int rows, int columns) {
    return std::max({u64(mode.passes),
                     fetch_cycles(mode.activation, group * rows, config.input_buffer),
                     fetch_cycles(mode.weight, group * columns, config.weight_buffer)});
  };
  const RepeatedCut side_by_side = cut_reduction(work, mode.group);
  const auto stream = [&](int rows, int columns) {
    return side_by_side.sum([&](int group) { return step(group, rows, columns); });
  };

  // Every block but the first hides the shift of the sums before it. The operands of the very first
  // step are there.
  const std::uint64_t shift = u64(config.array.rows);
  const std::uint64_t all_hiding = u64(work.groups) * blocks.sum([&](int columns) {
    return pixel_blocks.sum([&](int rows) { return std::max(stream(rows, columns), shift); });
  });
  const int rows = pixel_blocks.first();
  const int columns = blocks.first();
  const std::uint64_t first = stream(rows, columns);
  const std::uint64_t waits_for_first_step =
      step(side_by_side.cut.first(), rows, columns) - u64(mode.passes);
  StepCycles cycles;
  cycles.passes = all_hiding - std::max(first, shift);
  cycles.last_pass = first - waits_for_first_step;
  cycles.drain = skew_and_shift_cycles(config, work);
  return cycles;
}

StepCycles step_cycles(const AcceleratorConfig& config, const ArrayWork& work) {
  switch (config.array.dataflow) {
    case Dataflow::kWeightStationary:
      return weight_stationary_cycles(config, work);
    case Dataflow::kOutputStationary:
      return output_stationary_cycles(config, work);
  }
  return {};
}

/// `cycles` less `fewer`; nothing if that were less than nothing.
std::optional<std::uint64_t> less(std::uint64_t cycles, std::uint64_t fewer) {
  return fewer > cycles ? std::nullopt : std::optional(cycles - fewer);
}

/// The first pixel of a step has been fetched, so that it comes `early`.
LeastArrayCycles least_weight_stationary(const AcceleratorConfig& config, const ArrayWork& work) {
  const DatapathMode mode = mode_of(config, work);
  const RepeatedCut row_tiles = cut_reduction(work, config.array.rows * mode.group);
  const Cut blocks(work.channels, config.array.columns);
  const bool apart = config.array.steps == ArraySteps::kApart;
  const bool exposed = config.array.weight_load == WeightLoad::kExposed;
  const auto load = [&](int steps, int columns) {
    return weight_load_cycles(config, work, steps, columns);
  };
  const auto pixel = [&](int steps) {
    return std::max(u64(mode.passes), fetch_cycles(mode.activation, steps, config.input_buffer));
  };
  const std::uint64_t passes = u64(work.groups) * blocks.count * row_tiles.count();
  const std::uint64_t loads = u64(work.groups) * blocks.sum([&](int columns) {
    return row_tiles.sum([&](int steps) { return load(steps, columns); });
  });
  const std::uint64_t fill = load(row_tiles.cut.first(), blocks.first());
  const std::uint64_t alone = exposed ? loads : apart ? fill : 0;
  const std::uint64_t drain = apart ? drain_cycles(config, mode) : 0;
  LeastArrayCycles least;
  least.unit = passes * u64(mode.passes);
  least.once = alone + drain;
  if (exposed) return least;
  least.least = loads - alone;
  const std::uint64_t early = pixel(row_tiles.cut.first()) - u64(mode.passes);
  if (const auto once = less(least.once, early)) {
    least.unit = u64(work.groups) * blocks.count * row_tiles.sum(pixel);
    least.once = *once;
  }
  return least;
}

LeastArrayCycles least_output_stationary(const AcceleratorConfig& config, const ArrayWork& work) {
  const DatapathMode mode = mode_of(config, work);
  const Cut blocks(work.channels, config.array.columns);
  const RepeatedCut side_by_side = cut_reduction(work, mode.group);
  const bool apart = config.array.steps == ArraySteps::kApart;
  const std::uint64_t shift = u64(config.array.rows);
  // However many of the rows have a pixel.
  const auto step = [&](int group, int columns) {
    return std::max(u64(mode.passes),
                    fetch_cycles(mode.weight, group * columns, config.weight_buffer));
  };
  const auto stream = [&](int columns) {
    return side_by_side.sum([&](int group) { return step(group, columns); });
  };
  LeastArrayCycles least;
  least.unit = u64(work.groups) * blocks.count * side_by_side.count() * u64(mode.passes);
  least.once = apart ? drain_cycles(config, mode) - 1 : 0;
  const int group = side_by_side.cut.first();
  const std::uint64_t early =
      std::max(step(group, blocks.first()),
               fetch_cycles(mode.activation, group * config.array.rows, config.input_buffer)) -
      u64(mode.passes);
  // Nothing hides the last shift, or, if the sums do not leave, the first block's is none.
  const std::uint64_t first = stream(blocks.first());
  const std::uint64_t hidden = work.last_chunk ? 0 : shift - std::min(first, shift);
  const std::uint64_t shown = work.last_chunk && apart ? std::min(first, shift) : 0;
  if (const auto once = less(least.once + shown, early + hidden)) {
    least.unit = u64(work.groups) *
                 blocks.sum([&](int columns) { return std::max(stream(columns), shift); });
    least.once = *once;
  }
  return least;
}

std::uint64_t words(std::uint64_t codes, int bits, const BufferConfig& buffer) {
  return divide_up(codes * u64(bits), u64(buffer.word_bits));
}

/// Words of all blocks of a x b codes that the cuts make.
std::uint64_t words_of_blocks(const RepeatedCut& a, const Cut& b, int bits,
                              const BufferConfig& buffer) {
  return a.sum([&](int rows) {
    return b.sum([&](int columns) { return words(u64(rows) * u64(columns), bits, buffer); });
  });
}

}  // namespace

bool fits_the_pes(const ArrayConfig& array, const ArrayWork& work) {
  return work.pixels <= array.rows && work.channels <= array.columns && work.groups == 1;
}

std::uint64_t array_cycles(const AcceleratorConfig& config, const ArrayWork& work) {
  const StepCycles cycles = step_cycles(config, work);
  return cycles.fill + cycles.passes + cycles.last_pass + cycles.drain;
}

std::uint64_t overlapped_array_cycles(const AcceleratorConfig& config, const ArrayWork& work) {
  const StepCycles cycles = step_cycles(config, work);
  const bool weight_stationary = config.array.dataflow == Dataflow::kWeightStationary;
  const bool leave = work.last_chunk || !work.sums_stay;
  const std::uint64_t beside = weight_stationary ? cycles.fill : leave ? u64(config.array.rows) : 0;
  const std::uint64_t last = config.array.weight_load == WeightLoad::kExposed
                                 ? cycles.last_pass + beside
                                 : std::max(cycles.last_pass, beside);
  return cycles.passes + last;
}

int unit_pixels(const ArrayConfig& array) {
  return array.dataflow == Dataflow::kOutputStationary ? array.rows : 1;
}

LeastArrayCycles least_array_cycles(const AcceleratorConfig& config, const ArrayWork& work) {
  switch (config.array.dataflow) {
    case Dataflow::kWeightStationary:
      return least_weight_stationary(config, work);
    case Dataflow::kOutputStationary:
      return least_output_stationary(config, work);
  }
  return {};
}

std::uint64_t array_passes(const AcceleratorConfig& config, const ArrayWork& work) {
  const ArrayConfig& array = config.array;
  const std::uint64_t inner =
      array.dataflow == Dataflow::kWeightStationary
          ? cut_reduction(work, array.rows * mode_of(config, work).group).count()
          : Cut(work.pixels, array.rows).count;
  return u64(work.groups) * Cut(work.channels, array.columns).count * inner;
}

RepeatedCut cut_reduction(const ArrayWork& work, int size) {
  return {u64(work.positions), Cut(work.reduction / work.positions, size)};
}

std::uint64_t array_fill_drain_cycles(const AcceleratorConfig& config, const ArrayWork& work) {
  const StepCycles cycles = step_cycles(config, work);
  return cycles.fill + cycles.loads + cycles.drain;
}

void count_array_events(const AcceleratorConfig& config, const ArrayWork& work,
                        LayerCounters& counters) {
  const DatapathMode mode = mode_of(config, work);
  const Cut blocks(work.channels, config.array.columns);
  const std::uint64_t groups = u64(work.groups);
  const std::uint64_t outputs = groups * u64(work.pixels) * u64(work.channels);
  const std::uint64_t steps = cut_reduction(work, mode.group).count();
  counters.macs += outputs * u64(work.reduction);
  counters.pe_cycles += outputs * steps * u64(mode.passes);
  counters.activation_loads += outputs * steps * u64(mode.activation.times);
  if (work.last_chunk) counters.requantized += outputs;
  count_register_loads(config, work, counters.registers);
  if (has_window_feeder(config.array)) {
    counters.feeder_bits += groups * blocks.count * u64(work.pixels) * u64(work.reduction) *
                            u64(mode.activation.times) * u64(mode.activation.bits);
  }
  const auto read_of_channels = [&](int bits) {
    counters.weight_buffer.reads += groups * blocks.sum([&](int columns) {
      return words(u64(columns), bits, config.weight_buffer);
    });
  };
  if (work.first_chunk) read_of_channels(8 * bias_bytes(config.accumulator.bits));
  if (work.last_chunk) read_of_channels(work.parameter_bits);

  switch (config.array.dataflow) {
    case Dataflow::kWeightStationary: {
      const RepeatedCut row_tiles = cut_reduction(work, config.array.rows * mode.group);
      counters.weight_loads += groups * u64(work.channels) * steps * u64(mode.weight.times);
      counters.input_buffer.reads +=
          groups * blocks.count * u64(mode.activation.times) * row_tiles.sum([&](int reduction) {
            return words(u64(work.pixels) * u64(reduction), mode.activation.bits,
                         config.input_buffer);
          });
      counters.weight_buffer.reads +=
          groups * words_of_blocks(row_tiles, blocks, work.weight_bits, config.weight_buffer);
      counters.accumulator_buffer.writes += row_tiles.count() * outputs;
      counters.accumulator_buffer.reads +=
          (row_tiles.count() - (work.first_chunk ? 1 : 0)) * outputs;
      return;
    }
    case Dataflow::kOutputStationary: {
      const Cut pixel_blocks(work.pixels, config.array.rows);
      counters.weight_loads += outputs * steps * u64(mode.weight.times);
      counters.input_buffer.reads +=
          groups * blocks.count * u64(mode.activation.times) * pixel_blocks.sum([&](int rows) {
            return words(u64(work.reduction) * u64(rows), mode.activation.bits,
                         config.input_buffer);
          });
      counters.weight_buffer.reads +=
          groups * pixel_blocks.count * u64(mode.weight.times) * blocks.sum([&](int columns) {
            return words(u64(work.reduction) * u64(columns), mode.weight.bits,
                         config.weight_buffer);
          });
      if (!work.sums_stay) {
        if (!work.first_chunk) counters.accumulator_buffer.reads += outputs;
        if (!work.last_chunk) counters.accumulator_buffer.writes += outputs;
      }
      return;
    }
  }
}

std::uint64_t vector_cycles(const AcceleratorConfig& config, std::uint64_t elements) {
  return divide_up(elements, u64(config.array.columns));
}

}  // namespace dcnsim

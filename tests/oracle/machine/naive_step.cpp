// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/machine/naive_step.h"

#include "tests/oracle/machine/memory_runs.h"
#include "tests/oracle/machine/naive_array.h"

namespace dcnsim::oracle {
namespace {

Int outputs_of(const Step& step) {
  return Int{step.rows.size()} * step.columns.size() * step.channels.size();
}

ArrayTime convolve(const AcceleratorConfig& machine, const Descriptor& layer, const Step& step,
                   Tally& tally) {
  ArrayTask task;
  task.pixels = step.rows.size() * layer.fused_pool * step.columns.size() * layer.fused_pool;
  task.channels = step.channels.size() / step.groups;
  task.groups = step.groups;
  task.reduction = step.reduction.size();
  if (machine.array.reduction == Reduction::kChannels) {
    task.position = step.group_inputs.size();
  }
  task.weight_bits = layer.weight.bits;
  task.activation_bits = layer.input.bits;
  task.parameter_bits = static_cast<int>(parameter_bits(layer, machine));
  task.first_chunk = step.first_chunk;
  task.last_chunk = step.last_chunk;
  task.sums_stay = step.alone && task.groups == 1 && task.pixels <= machine.array.rows &&
                   task.channels <= machine.array.columns;
  return run_array(machine, task, tally);
}

/// All positions of all windows, or two operands an addition or product, over one lane a column;
/// before them the words of a table, or of the pixel that multiplies all others.
Int vector_unit(const AcceleratorConfig& machine, const Descriptor& layer, const Step& step,
                Tally& tally) {
  const Geometry g(layer);
  const bool add = layer.kind == LayerKind::kAdd;
  const Int pixels = Int{g.rows.inputs(step.rows).size()} * g.columns.inputs(step.columns).size();
  const auto channels = [&](const InputSlice& slice) {
    return Int{real_channels(slice, g.in_channels, step.in_channels).size()};
  };
  Int pixel_bits = channels(layer.input_slice) * layer.input.bits;
  const bool one_pixel = has_one_pixel(layer);
  if (add && !one_pixel) pixel_bits += channels(layer.input2_slice) * layer.input2.bits;
  tally.input_buffer.reads += pieces(pixels * pixel_bits, machine.input_buffer.word_bits);
  Int bits_before = 0;
  if (has_table(layer)) bits_before = (Int{1} << layer.input.bits) * layer.requant.out.bits;
  if (one_pixel) bits_before = channels(layer.input2_slice) * layer.input2.bits;
  const Int before = pieces(bits_before, machine.input_buffer.word_bits);
  tally.input_buffer.reads += before;
  Int operands = 0;
  for (Int output = 0; output < outputs_of(step); ++output) {
    operands += add ? 2 : g.rows.kernel * g.columns.kernel;
    ++tally.requantized;
  }
  return before + pieces(operands, machine.array.columns);
}

/// What joins two values in a window, or two maps.
void count_operations(const Descriptor& layer, const Step& step, Tally& tally) {
  for (Int output = 0; output < outputs_of(step); ++output) {
    switch (layer.kind) {
      case LayerKind::kConv:
        for (int value = 1; value < layer.fused_pool * layer.fused_pool; ++value) {
          ++tally.pool_operations;
        }
        break;
      case LayerKind::kPool:
        for (int value = 1; value < layer.pool.kernel_h * layer.pool.kernel_w; ++value) {
          ++tally.pool_operations;
        }
        break;
      case LayerKind::kAdd:
        ++tally.additions;
        break;
    }
  }
}

Accesses between(const Accesses& before, const Accesses& after) {
  return {after.reads - before.reads, after.writes - before.writes};
}

}  // namespace

StepRun run_step(const AcceleratorConfig& machine, const Descriptor& layer, const Step& step,
                 Tally& tally) {
  const Tally before = tally;
  StepRun run;
  Int passes = 1;
  if (layer.kind == LayerKind::kConv) {
    const ArrayTime time = convolve(machine, layer, step, tally);
    run.cycles = time.cycles;
    run.fill_drain = time.fill_drain;
    passes = time.passes;
  } else {
    run.cycles = vector_unit(machine, layer, step, tally);
  }
  for (Int pass = 0; pass < passes; ++pass) run.overhead += machine.overhead.tile_cycles;
  if (step.last_chunk) {
    count_operations(layer, step, tally);
    const Int bits = outputs_of(step) * layer.requant.out.bits;
    if (layer.output_on_chip) {
      tally.input_buffer.writes += pieces(bits, machine.input_buffer.word_bits);
    } else {
      tally.output_buffer.writes += pieces(bits, machine.output_buffer.word_bits);
    }
  }
  run.weight_buffer = between(before.weight_buffer, tally.weight_buffer);
  run.input_buffer = between(before.input_buffer, tally.input_buffer);
  run.output_buffer = between(before.output_buffer, tally.output_buffer);
  return run;
}

}  // namespace dcnsim::oracle

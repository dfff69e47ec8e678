// SPDX-License-Identifier: Apache-2.0
#include "models/perf/array_registers.h"

#include <algorithm>

#include "models/perf/cut.h"
#include "models/perf/datapath/datapath.h"

namespace dcnsim {
namespace {

/// Registers, each as wide as an operand, that delay `lines` neighbours by 0, 1, 2 ... cycles.
std::uint64_t triangle(int lines) { return u64(lines) * u64(lines - 1) / 2; }

/// Of a weight-stationary PE: the weights of the next pass beside its own, of which the unit has
/// some of the bits.
std::uint64_t shadow_bits_a_pe(const ArrayConfig& array, const DatapathMode& mode) {
  const std::uint64_t sets = array.weight_load == WeightLoad::kHidden ? 2 : 1;
  return sets * u64(widest_step_bits(array)) - u64(mode.weight_register_bits);
}

void count_weight_stationary(const AcceleratorConfig& config, const ArrayWork& work,
                             RegisterLoads& loads) {
  const DatapathMode mode = datapath_mode(config.array, work.weight_bits, work.activation_bits);
  const RepeatedCut row_tiles = cut_reduction(work, config.array.rows * mode.group);
  const Cut blocks(work.channels, config.array.columns);
  const std::uint64_t groups = u64(work.groups);
  loads.edge_activation_bits +=
      groups * blocks.count * u64(work.pixels) * u64(mode.activation.times) *
      row_tiles.sum([&](int steps) {
        return u64(steps) * u64(mode.activation.bits) +
               triangle(ceil_div(steps, mode.group)) * u64(mode.activation_register_bits);
      });
  const std::uint64_t bits_a_channel = groups * u64(work.reduction) * u64(work.weight_bits);
  loads.edge_weight_bits +=
      bits_a_channel * blocks.sum([](int columns) { return u64(columns) + triangle(columns); });
  // What the units have no room for, where the weights enter them without a detour.
  const auto beside_units = [&](int steps) {
    const std::uint64_t bits = u64(steps) * u64(work.weight_bits);
    return bits - std::min(bits, u64(mode.weight_register_bits));
  };
  const bool hidden = config.array.weight_load == WeightLoad::kHidden;
  loads.shadow_bits +=
      u64(work.channels) *
      (hidden ? bits_a_channel : groups * cut_reduction(work, mode.group).sum(beside_units));
}

void count_output_stationary(const AcceleratorConfig& config, const ArrayWork& work,
                             RegisterLoads& loads) {
  const DatapathMode mode = datapath_mode(config.array, work.weight_bits, work.activation_bits);
  const Cut pixel_blocks(work.pixels, config.array.rows);
  const Cut blocks(work.channels, config.array.columns);
  const std::uint64_t groups = u64(work.groups);
  const std::uint64_t steps = cut_reduction(work, mode.group).count();
  const auto operand = [&](const OperandFetch& fetch, int register_bits, int lines) {
    return u64(fetch.times) * (u64(work.reduction) * u64(lines) * u64(fetch.bits) +
                               steps * triangle(lines) * u64(register_bits));
  };
  loads.edge_activation_bits += groups * blocks.count * pixel_blocks.sum([&](int rows) {
    return operand(mode.activation, mode.activation_register_bits, rows);
  });
  loads.edge_weight_bits += groups * pixel_blocks.count * blocks.sum([&](int columns) {
    return operand(mode.weight, mode.weight_register_bits, columns);
  });
  if (!work.last_chunk && work.sums_stay) return;
  // The sum of row r is captured and shifts down R - 1 - r rows.
  loads.shadow_bits +=
      groups * u64(config.accumulator.bits) * u64(work.channels) * pixel_blocks.sum([&](int rows) {
        return u64(rows) * u64(config.array.rows) - triangle(rows);
      });
}

}  // namespace

ArrayRegisters array_registers(const AcceleratorConfig& config) {
  const ArrayConfig& array = config.array;
  // Register widths do not depend on the data's.
  const DatapathMode mode = datapath_mode(array, array.weight_bits, array.activation_bits);
  const std::uint64_t rows = u64(array.rows), columns = u64(array.columns);
  const std::uint64_t step = u64(widest_step_bits(array));
  const std::uint64_t activations =
      2 * rows * step + triangle(array.rows) * u64(mode.activation_register_bits);
  switch (array.dataflow) {
    case Dataflow::kWeightStationary:
      return {activations + (columns + triangle(array.columns)) * step,
              rows * columns * shadow_bits_a_pe(array, mode)};
    case Dataflow::kOutputStationary:
      return {activations + 2 * columns * step +
                  triangle(array.columns) * u64(mode.weight_register_bits),
              rows * columns * u64(config.accumulator.bits)};
  }
  return {};
}

void count_register_loads(const AcceleratorConfig& config, const ArrayWork& work,
                          RegisterLoads& loads) {
  switch (config.array.dataflow) {
    case Dataflow::kWeightStationary:
      return count_weight_stationary(config, work, loads);
    case Dataflow::kOutputStationary:
      return count_output_stationary(config, work, loads);
  }
}

}  // namespace dcnsim

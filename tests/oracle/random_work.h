// SPDX-License-Identifier: Apache-2.0
// Random machines and legal layers for them, small enough to be counted one by one.
#pragma once

#include <optional>
#include <vector>

#include "models/base/integer.h"
#include "models/perf/buffer_need.h"
#include "models/perf/schedule.h"
#include "tests/support/random_layer.h"

namespace dcnsim {

class RandomWork : public RandomLayer {
 public:
  using RandomLayer::RandomLayer;

  /// Half of the machines and their layers are such that tiles end on bus words, without which few
  /// loop orders and chunks are legal.
  AcceleratorConfig machine() {
    AcceleratorConfig c = RandomLayer::machine();
    even_ = chance(2);
    c.array.rows = pick(1, 9);
    c.array.columns = even_ ? 4 * pick(1, 2) : pick(1, 9);
    c.array.lanes = pick(1, 6);
    for (BufferConfig* buffer : {&c.input_buffer, &c.weight_buffer, &c.output_buffer}) {
      buffer->capacity_bytes = buffer->word_bits / 8 * buffer->banks * 2 * pick(32, 2000);
      buffer->double_buffered = !chance(3);
      buffer->separate_halves = chance(4);
    }
    c.clock_mhz = pick(100, 999);
    c.dma.bus_bytes = even_ ? 4 : 1 << pick(0, 5);
    c.dma.max_burst_bytes = 64 << pick(0, 6);
    c.dma.outstanding = pick(1, 12);
    if (chance(3)) c.array.reduction = Reduction::kChannels;
    if (chance(3) && c.array.dataflow == Dataflow::kWeightStationary) {
      c.array.weight_load = WeightLoad::kExposed;
    }
    if (chance(3)) c.overhead = {pick(0, 500), pick(0, 30)};
    c.dma.arbitration = chance(2) ? Arbitration::kNeededFirst : Arbitration::kRoundRobin;
    if (chance(2)) c.requantizer = RequantizerKind::kMultiplier;
    c.accumulator.multiplier_bits = pick(kMinMultiplierBits, kMaxMultiplierBits);
    c.dram.preset = "lpddr4";
    c.dram.channels = 1 << pick(0, 1);
    if (chance(4)) {
      BufferConfig scratchpad = c.input_buffer;
      scratchpad.capacity_bytes *= 2;
      scratchpad.separate_halves = false;
      c.share(scratchpad);
    }
    return c;
  }

  /// At most `count`, with tilings and addresses: fewer where no legal tilings are found.
  std::vector<Descriptor> legal_layers(const AcceleratorConfig& machine, int count) {
    std::vector<Descriptor> layers;
    for (int i = 0; i < count; ++i) {
      if (const auto layer = legal_layer(machine)) layers.push_back(*layer);
    }
    return layers;
  }

 private:
  static constexpr std::uint64_t kMostMacs = 60000;
  static constexpr std::int64_t kMostSteps = 400;

  std::optional<Descriptor> legal_layer(const AcceleratorConfig& machine) {
    for (int tries = 0; tries < 40; ++tries) {
      Descriptor d = layer();
      if (even_ && d.kind == LayerKind::kConv) make_even(d, machine);
      if (d.kind == LayerKind::kConv && chance(4)) dilate(d);
      if (d.kind == LayerKind::kPool && chance(4)) make_table(d);
      if (d.kind == LayerKind::kAdd && chance(2)) make_product(d);
      if (d.macs() > kMostMacs) continue;
      if (machine.requantizer == RequantizerKind::kMultiplier && chance(2)) {
        make_affine(d, machine.accumulator.multiplier_bits);
      } else if (d.macs() % 3 == 0) {
        count_thresholds(d);
      }
      place(d, machine.dma.bus_bytes);
      d.output_on_chip = chance(4);
      d.input_on_chip = chance(4);
      if (chance(3)) slice_inputs(d);
      if (chance(4)) {
        d.batch = pick(1, 3);
        d.batch_stride = u64(machine.dma.bus_bytes) * u64(pick(0, 3000));
      }
      if (chance(2)) cut_into_planes(d, machine.array.columns);
      for (int tilings = 0; tilings < 10; ++tilings) {
        d.tiling = tiling_of(d, machine.array);
        if (chance(2)) cut_inputs(d);
        if (step_count(d) < kMostSteps && why_illegal(d, machine).empty()) return d;
      }
    }
    return std::nullopt;
  }

  void make_even(Descriptor& d, const AcceleratorConfig& machine) {
    const int columns = machine.array.columns;
    d.requant.out.bits = 8 * pick(1, 2);
    d.weight.bits = 8 * pick(1, 2);
    if (chance(4)) {
      d.conv.groups = d.conv.in.channels = d.conv.out_channels = 4 * pick(1, 3);
    } else {
      d.conv.out_channels = d.conv.groups * (columns * pick(1, 3) + 4 * pick(0, 1));
    }
  }

  void place(Descriptor& d, int bus_bytes) {
    std::uint64_t region = 0;
    for (std::uint64_t* address :
         {&d.input_address, &d.input2_address, &d.weight_address, &d.output_address}) {
      const auto words = static_cast<std::uint64_t>(pick(0, 1000));
      *address = (++region << 20) + words * static_cast<std::uint64_t>(bus_bytes);
    }
  }

  Tiling tiling_of(const Descriptor& d, const ArrayConfig& array) {
    Tiling t = tiling(d, array);
    if (d.input_on_chip && chance(2)) {
      t.tile_h = d.output_shape().height;
      t.tile_w = d.output_shape().width;
    }
    if (d.kind != LayerKind::kConv) return t;
    const int unit = reduction_unit(d, array);
    if (t.tile_channels <= array.columns && unit < d.conv.reduction() && !chance(3)) {
      t.chunk_k = unit * pick(1, d.conv.reduction() / unit);
    }
    return t;
  }

  bool even_ = false;
};

}  // namespace dcnsim

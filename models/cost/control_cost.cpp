// SPDX-License-Identifier: Apache-2.0
#include "models/cost/control_cost.h"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "models/arch/descriptor_fields.h"

namespace dcnsim {
namespace {

constexpr int kCounterBits = 16;  ///< of a loop, as the descriptor's dimensions
constexpr int kMemoryAddressBits = 64;
constexpr int kDirections = 2;
/// Streams of weights, inputs and outputs; buffers likewise.
constexpr int kStreamsAtOnce = 3;
constexpr int kTransferLoops = 3;  ///< planes, rows, beats
constexpr int kStepLoops = 6;      ///< channels, kernel, pixels, passes
/// Of the three buffers, and of the tiles.
constexpr int kStepGenerators = kStreamsAtOnce + 1;
constexpr int kDescriptors = 2;  ///< in use, and on its way
/// Of a request in flight, beside its place in a buffer: beats that are left (4096 of a byte),
/// stream.
constexpr int kRequestBits = 13 + 3;

int bits_to_count(std::int64_t values) {
  int bits = 0;
  while ((std::int64_t{1} << bits) < values) ++bits;
  return bits;
}

/// A last count and a step for each loop, and where the walk begins.
int setting_bits(int loops, int address_bits) {
  return loops * (kCounterBits + address_bits) + address_bits;
}

struct FieldBits {
  template <typename Member>
  void operator()(const descriptor_fields::Field& field, Member&) {
    // Registers of units that most machines do not have.
    if (field.offset >= descriptor_fields::kFieldsOfUnitsOnRequest) return;
    bits += 8 * static_cast<int>(field.bytes);
  }
  template <typename Value>
  void constant(const descriptor_fields::Field&, Value) {}
  template <typename Value>
  void version(const descriptor_fields::Field&, Value) {}
  int bits = 0;
};

int descriptor_bits() {
  Descriptor descriptor;
  FieldBits fields;
  descriptor_fields::visit_fields(descriptor, fields);
  return fields.bits;
}

/// Adds area and leakage.
void add(MeasuredUnit& sum, double times, const MeasuredUnit& unit) {
  sum.area_um2 += times * unit.area_um2;
  sum.leakage_nw += times * unit.leakage_nw;
}

}  // namespace

ControlBits control_bits(const AcceleratorConfig& config) {
  std::int64_t lines = 0;
  for (const BufferConfig* buffer :
       {&config.input_buffer, &config.weight_buffer, &config.output_buffer}) {
    const std::int64_t line_bits = std::int64_t{buffer->word_bits} * buffer->banks;
    lines = std::max(lines, buffer->capacity_bytes * 8 / line_bits);
  }
  ControlBits bits;
  bits.beat = 8 * config.dma.bus_bytes;
  bits.buffer_address = bits_to_count(lines);
  bits.requests = kDirections * config.dma.outstanding * (kRequestBits + bits.buffer_address);
  bits.dma_settings = kStreamsAtOnce * (setting_bits(kTransferLoops, kMemoryAddressBits) +
                                        setting_bits(kTransferLoops, bits.buffer_address));
  bits.descriptors = kDescriptors * descriptor_bits();
  bits.sequencer_settings = kStepGenerators * setting_bits(kStepLoops, bits.buffer_address);
  return bits;
}

ControlCost::ControlCost(const PriceTables& tables, const AcceleratorConfig& config,
                         const RegisterCost& registers)
    : bits_(control_bits(config)), bus_bytes_(config.dma.bus_bytes) {
  const CsvTable& table = tables("requant_etc.csv");
  table_ = {table.file_name(), table.sha256()};
  UnitGrid fifos, generators;
  UnitSource rows =
      load_units(table, tables, config.cost,
                 {{fifos, error_bars_, "fifo2", "", "uniform", false, "energy_fj_per_op", false},
                  {generators, error_bars_, "address_generator", "", "walk", true,
                   "energy_fj_per_op", false}});
  conditions_ = rows.conditions;
  by_ = std::move(rows.by);
  by_.insert(by_.end(), registers.by().begin(), registers.by().end());

  const auto unit = [&table](const UnitGrid& grid, int bits, int in_bits) {
    const auto corners = grid.around(std::max(bits, *grid.xs().begin()), in_bits);
    if (corners.empty()) {
      throw std::runtime_error(table.path() + ": no FIFO or address generator of " +
                               std::to_string(bits) + " bits");
    }
    return MeasuredUnit{blend(corners, &MeasuredUnit::energy_fj),
                        blend(corners, &MeasuredUnit::area_um2),
                        blend(corners, &MeasuredUnit::leakage_nw)};
  };
  const auto generator = [&](int loops, int address_bits) {
    return unit(generators, address_bits, loops * kCounterBits);
  };
  const MeasuredUnit fifo = unit(fifos, bits_.beat, kAnyInput),
                     memory = generator(kTransferLoops, kMemoryAddressBits),
                     buffer = generator(kTransferLoops, bits_.buffer_address),
                     step = generator(kStepLoops, bits_.buffer_address),
                     bit{0, registers.area_um2(), registers.leakage_nw()};
  add(dma_, kDirections, fifo);
  add(dma_, kStreamsAtOnce, memory);
  add(dma_, kStreamsAtOnce, buffer);
  add(dma_, bits_.requests + bits_.dma_settings, bit);
  add(sequencer_, kStepGenerators, step);
  add(sequencer_, bits_.descriptors + bits_.sequencer_settings, bit);

  beat_fj_ = fifo.energy_fj + memory.energy_fj + buffer.energy_fj;
  cycle_fj_ = kStreamsAtOnce * step.energy_fj;
  descriptor_fj_ = descriptor_bits() * registers.clocked_fj(kRandomToggleRate);
}

Figure ControlCost::dma_fj(const LayerCounters& counters) const {
  const std::uint64_t beats =
      counters.stream_bytes.total() / static_cast<std::uint64_t>(bus_bytes_);
  return {beat_fj_ * static_cast<double>(beats), by_};
}

Figure ControlCost::sequencer_fj(const LayerCounters& counters) const {
  const std::uint64_t descriptors = counters.stream_bytes[Stream::kDescriptor] / kDescriptorBytes;
  return {cycle_fj_ * static_cast<double>(counters.compute_cycles) +
              descriptor_fj_ * static_cast<double>(descriptors),
          by_};
}

}  // namespace dcnsim

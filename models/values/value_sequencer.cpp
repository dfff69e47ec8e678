// SPDX-License-Identifier: Apache-2.0
#include "models/values/value_sequencer.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include "models/perf/buffer_need.h"
#include "models/perf/tile_cuts.h"

namespace dcnsim {
namespace {

std::uint8_t* at(MemoryBytes memory, std::uint64_t address, std::uint64_t bytes) {
  if (address > memory.size || bytes > memory.size - address) {
    throw std::runtime_error("no memory of " + std::to_string(bytes) + " bytes at address " +
                             std::to_string(address));
  }
  return memory.data + address;
}

/// Whether all channels of a pixel tile may be computed and stored at once, though the machine
/// stores one tile of them after the other.
bool stores_together(const Descriptor& d) {
  return d.kind == LayerKind::kConv && d.conv.groups == 1 && pixels_outside(d);
}

Step storing_all(const Descriptor& d, Step step) {
  step.store_channel0 = 0;
  step.store_channel1 = d.conv.out_channels;
  step.store = step.last_chunk && step.channel1 == d.conv.out_channels;
  return step;
}

}  // namespace

std::vector<LayerCounters> ValueSequencer::run(MemoryBytes memory, std::uint64_t address,
                                               std::uint32_t count, KeptWeights& kept,
                                               const LayerDone& done) {
  if (layers_.size() != count || address_ != address) fetch(memory, address, count);
  values_.reset();
  std::vector<LayerCounters> counters(count);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const Descriptor& descriptor = layers_[i].descriptor;
    if (!values_.begin(descriptor, counters[i], kept.of(i, descriptor))) {
      throw std::runtime_error("layer " + std::to_string(i) + ": its input is not on chip");
    }
    execute(memory, layers_[i]);
    done(i, values_.kept());
  }
  return counters;
}

void ValueSequencer::fetch(MemoryBytes memory, std::uint64_t address, std::uint32_t count) {
  layers_.clear();
  for (std::uint32_t i = 0; i < count; ++i) {
    DescriptorBytes bytes;
    std::memcpy(bytes.data(), at(memory, address + i * kDescriptorBytes, bytes.size()),
                bytes.size());
    Layer& layer = layers_.emplace_back();
    layer.descriptor = decode(bytes);
    const std::string wrong = why_illegal(layer.descriptor, config_);
    if (!wrong.empty()) throw std::runtime_error("layer " + std::to_string(i) + ": " + wrong);
    const bool together = stores_together(layer.descriptor);
    for_each_step(layer.descriptor, [&](const Step& step) {
      layer.steps.push_back(together ? storing_all(layer.descriptor, step) : step);
    });
  }
  address_ = address;
}

void ValueSequencer::execute(MemoryBytes memory, Layer& layer) {
  const Descriptor& descriptor = layer.descriptor;
  RunningStep running;
  std::uint32_t stored = 0;
  for (const Step& step : layer.steps) {
    running.step = &step;
    if (step.load_weights) {
      ++running.weight_tile;
      if (!values_.has_weights(step)) {
        weight_parts(descriptor, config_, step, parts_);
        load(memory, TileKind::kWeight, running.weight_tile, step);
      }
    }
    if (step.load_input) {
      ++running.input_tile;
      if (loads_input(descriptor)) {
        input_parts(descriptor, config_, step, parts_);
        load(memory, TileKind::kInput, running.input_tile, step);
      }
    }
    values_.step_started(running);
    values_.step_finished(running);
    if (step.store && !descriptor.output_on_chip) {
      output_parts(descriptor, config_, step, parts_);
      store(memory, stored++, step);
    }
  }
}

void ValueSequencer::load(MemoryBytes memory, TileKind kind, std::uint32_t number,
                          const Step& step) {
  values_.tile_begun(kind, number, step, parts_, 0);
  std::uint8_t* to = values_.bytes(kind, number);
  for (const Part& part : parts_) {
    std::memcpy(to, at(memory, part.address, part.bytes), part.bytes);
    to += part.bytes;
  }
  values_.tile_moved(kind, number, step, 0);
}

void ValueSequencer::store(MemoryBytes memory, std::uint32_t number, const Step& step) {
  values_.tile_begun(TileKind::kOutput, number, step, parts_, 0);
  const std::uint8_t* from = values_.bytes(TileKind::kOutput, number);
  for (const Part& part : parts_) {
    std::memcpy(at(memory, part.address, part.bytes), from, part.bytes);
    from += part.bytes;
  }
}

}  // namespace dcnsim

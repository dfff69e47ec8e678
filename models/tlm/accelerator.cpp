// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/accelerator.h"

#include <stdexcept>

#include "models/perf/array_cycles.h"

namespace dcnsim {
namespace {

/// Cycles to decode a descriptor and set up the address generators: one bus word of it a cycle.
std::uint64_t decode_cycles(const DmaConfig& dma) {
  return kDescriptorBytes / static_cast<std::uint64_t>(dma.bus_bytes);
}

ArrayWork array_work(const Descriptor& d, const Step& step) {
  const ConvShape conv = tile_conv(d, step.pixels);
  ArrayWork work;
  work.pixels = conv.out_h() * conv.out_w();
  work.channels = step.channel1 - step.channel0;
  work.reduction = step.k1 - step.k0;
  work.weight_bits = d.weight.bits;
  work.activation_bits = d.input.bits;
  work.first_chunk = step.first_chunk;
  work.last_chunk = step.last_chunk;
  return work;
}

std::uint64_t output_pixels(const PixelTile& tile) {
  return static_cast<std::uint64_t>(tile.y1 - tile.y0) *
         static_cast<std::uint64_t>(tile.x1 - tile.x0);
}

/// Events of pooling, adding and filling the output buffer, once a step's outputs exist.
void count_post_processing(const AcceleratorConfig& config, const Descriptor& d, const Step& step,
                           LayerCounters& counters) {
  const std::uint64_t outputs =
      output_pixels(step.pixels) * static_cast<std::uint64_t>(step.channel1 - step.channel0);
  switch (d.kind) {
    case LayerKind::kConv:
      counters.pool_operations +=
          outputs * static_cast<std::uint64_t>(d.fused_pool * d.fused_pool - 1);
      break;
    case LayerKind::kPool:
      counters.pool_operations +=
          outputs * static_cast<std::uint64_t>(d.pool.kernel_h * d.pool.kernel_w - 1);
      counters.requantized += outputs;
      break;
    case LayerKind::kAdd:
      counters.additions += outputs;
      counters.requantized += outputs;
      break;
  }
  const auto word_bits = static_cast<std::uint64_t>(config.output_buffer.word_bits);
  counters.output_buffer.writes +=
      (outputs * static_cast<std::uint64_t>(d.requant.out.bits) + word_bits - 1) / word_bits;
}

/// Buffer words the vector unit reads for a tile of a pool or add layer.
std::uint64_t vector_input_words(const AcceleratorConfig& config, const Descriptor& d,
                                 const PixelTile& tile) {
  const InputRegion region = input_region(d, tile);
  const auto codes = static_cast<std::uint64_t>(region.y1 - region.y0) *
                     static_cast<std::uint64_t>(region.x1 - region.x0) *
                     static_cast<std::uint64_t>(d.input_shape().channels);
  const auto bits =
      static_cast<std::uint64_t>(d.input.bits + (d.kind == LayerKind::kAdd ? d.input2.bits : 0));
  const auto word_bits = static_cast<std::uint64_t>(config.input_buffer.word_bits);
  return (codes * bits + word_bits - 1) / word_bits;
}

}  // namespace

Accelerator::Accelerator(const sc_core::sc_module_name& name, const AcceleratorConfig& config)
    : sc_module(name),
      registers("registers"),
      memory("memory"),
      irq("irq"),
      reset("reset"),
      config_((validate(config), config)),
      clocking_(config.clock_mhz),
      bank_("bank", *this),
      dma_("dma", config_.dma, clocking_),
      loader_("loader", config_, dma_),
      writer_("writer", config_, dma_),
      compute_(config_.accumulator),
      start_event_("start_event"),
      irq_event_("irq_event") {
  registers.bind(bank_.socket);
  dma_.memory.bind(memory);

  SC_HAS_PROCESS(Accelerator);
  SC_THREAD(sequence);
  sequencer_ = sc_core::sc_get_current_process_handle();
  SC_METHOD(drive_irq);
  sensitive << irq_event_;
  SC_METHOD(reset_changed);
  sensitive << reset;
  dont_initialize();
}

void Accelerator::start(const sc_core::sc_time& delay) {
  bank_.set(reg::kStatus, reg::kStatusBusy);
  bank_.set(reg::kErrorCode, reg::kNone);
  bank_.set(reg::kErrorLayer, 0);
  start_event_.notify(delay);
}

void Accelerator::soft_reset() {
  start_event_.cancel();
  abandon();
  bank_.reset();
  layers_.clear();
  totals_ = {};
  sequencer_.reset();
  update_interrupt();
}

void Accelerator::reset_changed() {
  if (reset.read()) soft_reset();
}

void Accelerator::update_interrupt() { irq_event_.notify(sc_core::SC_ZERO_TIME); }

void Accelerator::drive_irq() { irq.write(bank_.interrupt()); }

std::uint64_t Accelerator::counter(std::uint32_t offset) const {
  const auto stall = [&](Stall s) { return totals_.stall_cycles[static_cast<std::size_t>(s)]; };
  const auto bytes = [&](Stream s) { return totals_.stream_bytes[static_cast<std::size_t>(s)]; };
  switch (offset) {
    case reg::kCycles:
      return totals_.cycles;
    case reg::kMacs:
      return totals_.macs;
    case reg::kStallDescriptor:
      return stall(Stall::kDescriptor);
    case reg::kStallWeight:
      return stall(Stall::kWeight);
    case reg::kStallInput:
      return stall(Stall::kInput);
    case reg::kStallOutput:
      return stall(Stall::kOutput);
    case reg::kBytesDescriptor:
      return bytes(Stream::kDescriptor);
    case reg::kBytesWeight:
      return bytes(Stream::kWeight);
    case reg::kBytesBias:
      return bytes(Stream::kBias);
    case reg::kBytesInput:
      return bytes(Stream::kInput);
    case reg::kBytesOutput:
      return bytes(Stream::kOutput);
    case reg::kOverflows:
      return totals_.overflows;
    default:
      return 0;
  }
}

void Accelerator::sequence() {
  while (true) {
    sc_core::wait(start_event_);
    const std::uint32_t error = run_job();
    finish(error, layers_.empty() ? 0 : layers_.size() - 1);
  }
}

std::uint64_t Accelerator::elapsed() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const std::uint64_t edge = clocking_.edge_at_or_after(now);
  const sc_core::sc_time at_edge = clocking_.cycles(edge);
  if (at_edge > now) sc_core::wait(at_edge - now);
  const std::uint64_t cycles = edge - mark_cycle_;
  mark_cycle_ = edge;
  return cycles;
}

std::uint32_t Accelerator::run_job() {
  layers_.clear();
  totals_ = {};
  dma_.reset();
  mark_cycle_ = clocking_.edge_at_or_after(sc_core::sc_time_stamp());
  elapsed();
  if (on_job_begin) on_job_begin();
  const std::uint64_t address = bank_.get(reg::kDescriptorAddressLo) |
                                std::uint64_t{bank_.get(reg::kDescriptorAddressHi)} << 32;
  const std::uint32_t count = bank_.get(reg::kDescriptorCount);
  if (count == 0 || address % static_cast<std::uint64_t>(config_.dma.bus_bytes) != 0) {
    return reg::kBadDescriptor;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    LayerCounters& counters = layers_.emplace_back();
    const auto bytes_before = dma_.stream_bytes();
    const std::uint32_t error = run_layer(address + i * kDescriptorBytes, counters);
    for (std::size_t s = 0; s < kStreams; ++s) {
      counters.stream_bytes[s] = dma_.stream_bytes()[s] - bytes_before[s];
    }
    counters.cycles = counters.compute_cycles;
    for (const std::uint64_t stall : counters.stall_cycles) counters.cycles += stall;
    totals_ += counters;
    if (error != reg::kNone) return error;
    if (on_layer_done) on_layer_done();
  }
  return reg::kNone;
}

std::uint32_t Accelerator::run_layer(std::uint64_t descriptor_address, LayerCounters& counters) {
  DescriptorBytes bytes;
  const sc_core::sc_time done =
      dma_.read(Stream::kDescriptor, descriptor_address, bytes.size(), bytes.data());
  sc_core::wait(done - sc_core::sc_time_stamp() + clocking_.cycles(decode_cycles(config_.dma)));
  counters.stall_cycles[static_cast<std::size_t>(Stall::kDescriptor)] += elapsed();
  if (dma_.failed()) return reg::kBusError;
  try {
    job_.descriptor = decode(bytes);
  } catch (const std::invalid_argument&) {
    return reg::kBadDescriptor;
  }
  if (!why_illegal(job_.descriptor, config_).empty()) return reg::kDoesNotFit;
  return execute(counters);
}

std::uint32_t Accelerator::execute(LayerCounters& counters) {
  const Descriptor& d = job_.descriptor;
  const auto stall = [&](Stall cause) {
    counters.stall_cycles[static_cast<std::size_t>(cause)] += elapsed();
  };
  job_.steps.clear();
  for_each_step(d, config_.array, [&](const Step& step) { job_.steps.push_back(step); });
  loader_.start(job_, counters);
  writer_.start(job_, counters);

  compute_.begin(d);
  OutputTile output;
  bool output_open = false;
  for (const Step& step : job_.steps) {
    if (d.kind == LayerKind::kConv) {
      const WeightTile& weights = loader_.weights.front();
      stall(Stall::kWeight);
      if (step.load_weights) compute_.take_weights(weights, step);
    }
    const InputTile& input = loader_.inputs.front();
    stall(Stall::kInput);
    if (!output_open) {
      writer_.outputs.acquire();
      stall(Stall::kOutput);
      output_open = true;
      const PixelTile& tile = step.pixels;
      output = {CodeTensor({tile.y1 - tile.y0, tile.x1 - tile.x0,
                            step.store_channel1 - step.store_channel0},
                           d.requant.out),
                tile, step.store_channel0};
    }
    if (dma_.failed()) {
      abandon();
      return reg::kBusError;
    }

    counters.overflows += compute_.run(step, input, output);
    std::uint64_t cycles = 0;
    if (d.kind == LayerKind::kConv) {
      const ArrayWork work = array_work(d, step);
      cycles = array_cycles(config_, work);
      count_array_events(config_, work, counters);
    } else {
      const auto window = static_cast<std::uint64_t>(
          d.kind == LayerKind::kPool ? d.pool.kernel_h * d.pool.kernel_w : 2);
      cycles = vector_cycles(config_, output.codes.size() * window);
      counters.input_buffer.reads += vector_input_words(config_, d, step.pixels);
    }
    if (step.last_chunk) count_post_processing(config_, d, step, counters);
    sc_core::wait(clocking_.cycles(cycles));
    counters.compute_cycles += elapsed();

    if (step.last_use_of_input) loader_.inputs.pop();
    if (d.kind == LayerKind::kConv && step.last_use_of_weights) loader_.weights.pop();
    if (step.store) {
      writer_.outputs.publish(std::move(output), sc_core::sc_time_stamp());
      output_open = false;
    }
  }
  writer_.drain();
  stall(Stall::kOutput);
  return dma_.failed() ? std::uint32_t{reg::kBusError} : std::uint32_t{reg::kNone};
}

void Accelerator::abandon() {
  loader_.reset();
  writer_.reset();
  dma_.reset();
}

void Accelerator::finish(std::uint32_t error_code, std::size_t layer) {
  const bool ok = error_code == reg::kNone;
  bank_.set(reg::kStatus, ok ? reg::kStatusDone : reg::kStatusError);
  bank_.set(reg::kErrorCode, error_code);
  bank_.set(reg::kErrorLayer, ok ? 0 : static_cast<std::uint32_t>(layer));
  bank_.set(reg::kIrqStatus, bank_.get(reg::kIrqStatus) | (ok ? reg::kIrqDone : reg::kIrqError));
  update_interrupt();
}

}  // namespace dcnsim

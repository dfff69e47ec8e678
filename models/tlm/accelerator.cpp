// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/accelerator.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "models/perf/buffer_need.h"
#include "models/perf/evaluate.h"

namespace dcnsim {
Accelerator::Accelerator(const sc_core::sc_module_name& name, const AcceleratorConfig& config,
                         const AcceleratorOptions& options)
    : sc_module(name),
      registers("registers"),
      memory("memory"),
      irq("irq"),
      reset("reset"),
      config_((validate(config), config)),
      clocking_(config.clock_mhz),
      bank_("bank", *this),
      dma_("dma", options, clocking_, 2 * static_cast<std::size_t>(config.dma.outstanding)),
      pipeline_(config_, *this),
      values_(config_),
      start_event_("start_event"),
      irq_event_("irq_event") {
  registers.bind(bank_.socket);
  dma_.memory.bind(memory);

  add_observer(signals_);

  DCNSIM_PROCESSES_OF(Accelerator);
  SC_THREAD(sequence);
  SC_METHOD(drive_irq);
  sensitive << irq_event_;
  SC_METHOD(reset_changed);
  sensitive << reset;
  dont_initialize();
}

void Accelerator::trace(sc_core::sc_trace_file* file) const {
  signals_.trace(file, name());
  bank_.trace(file);
  const std::string prefix = std::string(name()) + ".";
  sc_core::sc_trace(file, irq, prefix + "irq");
  sc_core::sc_trace(file, pipeline_.reads_in_flight(), prefix + "reads_in_flight");
  sc_core::sc_trace(file, pipeline_.writes_in_flight(), prefix + "writes_in_flight");
}

void Accelerator::start(const Job& job) {
  if (reset.read()) return;
  started_ = job;
  layers_.clear();
  totals_ = {};
  signals_.set_busy(true);
  start_event_.notify(sc_core::SC_ZERO_TIME);
}

void Accelerator::soft_reset() {
  started_.reset();
  signals_.set_busy(false);
  abandon();
  layers_.clear();
  totals_ = {};
  update_interrupt();
}

void Accelerator::reset_changed() {
  bank_.reset();  // on both edges: nothing written in between counts
  soft_reset();
}

void Accelerator::update_interrupt() { irq_event_.notify(sc_core::SC_ZERO_TIME); }

void Accelerator::drive_irq() { irq.write(bank_.interrupt()); }

std::uint64_t Accelerator::counter(std::uint32_t offset) const {
  for (const reg::Counter& counter : reg::kCounters) {
    if (counter.offset == offset) return counter_named(totals_, counter.shows);
  }
  return 0;
}

void Accelerator::tile_begun(TileKind kind, std::uint32_t number, const Step& step,
                             const Parts& parts, std::uint64_t cycle) {
  values_.tile_begun(kind, number, step, parts, cycle);
  for (PipelineClient* observer : observers_) {
    observer->tile_begun(kind, number, step, parts, cycle);
  }
}

void Accelerator::burst_requested(const Burst& burst, std::uint64_t cycle) {
  for (PipelineClient* observer : observers_) observer->burst_requested(burst, cycle);
}

void Accelerator::burst_passed(const Burst& burst, std::uint64_t cycle) {
  for (PipelineClient* observer : observers_) observer->burst_passed(burst, cycle);
}

void Accelerator::tile_moved(TileKind kind, std::uint32_t number, const Step& step,
                             std::uint64_t cycle) {
  values_.tile_moved(kind, number, step, cycle);
  for (PipelineClient* observer : observers_) observer->tile_moved(kind, number, step, cycle);
}

void Accelerator::step_started(const RunningStep& running) {
  values_.step_started(running);
  for (PipelineClient* observer : observers_) observer->step_started(running);
}

void Accelerator::step_finished(const RunningStep& running) {
  values_.step_finished(running);
  for (PipelineClient* observer : observers_) observer->step_finished(running);
}

void Accelerator::waited(Stall cause, std::uint64_t from, std::uint64_t to) {
  if (memory_share_) memory_share_->waited(cause, from, to, layers_.back());
  for (PipelineClient* observer : observers_) observer->waited(cause, from, to);
}

void Accelerator::layer_finished(std::uint64_t cycle) {
  if (memory_share_) memory_share_->end_layer(cycle, layers_.back());
  for (PipelineClient* observer : observers_) observer->layer_finished(cycle);
}

std::uint8_t* Accelerator::data(const Burst& burst) { return values_.data(burst); }

void Accelerator::sequence() {
  while (true) {
    while (!started_) sc_core::wait(start_event_);
    try {
      dma_.settle();
      const Job job = *std::exchange(started_, std::nullopt);
      const std::uint32_t error = run_job(job);
      dma_.finish();
      if (error != reg::kNone) abandon();
      finish(error, layers_.empty() ? 0 : layers_.size() - 1);
    } catch (const Dma::Abandoned&) {
      // soft_reset() has cleared what there was.
    }
  }
}

std::uint32_t Accelerator::run_job(const Job& job) {
  abandon();
  const std::uint64_t first_cycle = clocking_.edge_at_or_after(sc_core::sc_time_stamp());
  pipeline_.reset(first_cycle);
  dma_.advance_to(first_cycle);
  if (memory_share_) memory_share_->begin_job(first_cycle);
  const std::uint64_t address = job.descriptor_address;
  if (job.descriptor_count == 0 ||
      address % static_cast<std::uint64_t>(config_.dma.bus_bytes) != 0) {
    return reg::kBadDescriptor;
  }
  for (std::uint32_t i = 0; i < job.descriptor_count; ++i) {
    LayerCounters& counters = layers_.emplace_back();
    const std::uint32_t error = run_layer(address + i * kDescriptorBytes, counters);
    counters.cycles = accounted_cycles(counters);
    totals_ += counters;
    if (error != reg::kNone) return error;
  }
  return reg::kNone;
}

std::uint32_t Accelerator::run_layer(std::uint64_t descriptor_address, LayerCounters& counters) {
  pipeline_.fetch(descriptor_address, counters);
  if (!dma_.run(pipeline_, *this)) return reg::kBusError;
  const std::uint64_t decoded = pipeline_.now() + decode_cycles(config_.dma);
  dma_.advance_to(decoded);
  pipeline_.advance(decoded);
  pipeline_.charge(Stall::kDescriptor, decoded);
  Descriptor descriptor;
  try {
    descriptor = decode(values_.descriptor_bytes());
  } catch (const std::invalid_argument&) {
    return reg::kBadDescriptor;
  }
  if (!why_illegal(descriptor, config_).empty()) return reg::kDoesNotFit;
  if (!values_.begin(descriptor, counters)) return reg::kBadDescriptor;
  pipeline_.execute(descriptor);
  return dma_.run(pipeline_, *this) ? std::uint32_t{reg::kNone} : std::uint32_t{reg::kBusError};
}

void Accelerator::abandon() {
  dma_.reset();
  pipeline_.reset(0);
  values_.reset();
}

void Accelerator::finish(std::uint32_t error_code, std::size_t layer) {
  signals_.set_busy(false);
  if (bank_.reset_pending()) return;
  const bool ok = error_code == reg::kNone;
  bank_.set(reg::kStatus, ok ? reg::kStatusDone : reg::kStatusError);
  bank_.set(reg::kErrorCode, error_code);
  bank_.set(reg::kErrorLayer, ok ? 0 : static_cast<std::uint32_t>(layer));
  bank_.set(reg::kIrqStatus, bank_.get(reg::kIrqStatus) | (ok ? reg::kIrqDone : reg::kIrqError));
  update_interrupt();
}

}  // namespace dcnsim

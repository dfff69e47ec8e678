// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/accelerator.h"

#include <algorithm>
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
      irq_event_("irq_event"),
      completion_event_("completion_event") {
  registers.bind(bank_.socket);
  dma_.memory.bind(memory);

  add_observer(signals_);

  DCNSIM_PROCESSES_OF(Accelerator);
  SC_THREAD(sequence);
  SC_METHOD(drive_irq);
  sensitive << irq_event_;
  SC_METHOD(complete_due);
  sensitive << completion_event_;
  dont_initialize();
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
  is_running_ = true;
  layers_.clear();
  totals_ = {};
  signals_.set_busy(true);
  start_event_.notify(sc_core::SC_ZERO_TIME);
}

void Accelerator::queue(const Job& job) {
  if (reset.read()) return;
  if (is_running_) {
    queued_ = job;
    return;
  }
  bank_.set(reg::kStatus, reg::kStatusBusy);
  start(job);
}

void Accelerator::soft_reset() {
  started_.reset();
  is_running_ = false;
  signals_.set_busy(false);
  abandon();
  forget_queue();
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
  if (!follower_) return;
  // Loosely timed, simulated time may be behind.
  completions_.push_back(cycle);
  complete_due();
}

std::uint8_t* Accelerator::data(const Burst& burst) { return values_.data(burst); }

void Accelerator::sequence() {
  while (true) {
    while (!started_) sc_core::wait(start_event_);
    try {
      dma_.settle();
      const Job job = *std::exchange(started_, std::nullopt);
      const std::uint32_t error = run_jobs(job);
      dma_.finish();
      complete_due();
      if (error != reg::kNone) {
        abandon();
        forget_queue();
      }
      finish(error);
    } catch (const Dma::Abandoned&) {
      // soft_reset() has cleared what there was.
    }
  }
}

/// One after the other, as long as they are queued in time.
std::uint32_t Accelerator::run_jobs(const Job& first) {
  abandon();
  const std::uint64_t first_cycle = clocking_.edge_at_or_after(sc_core::sc_time_stamp());
  pipeline_.reset(first_cycle);
  dma_.advance_to(first_cycle);
  if (memory_share_) memory_share_->begin_job(first_cycle);
  std::uint32_t error = run_job(first);
  while (error == reg::kNone) {
    if (follower_) {
      error = run_job(*follower_);
      continue;
    }
    dma_.finish();
    if (!queued_) break;
    // Too late to be asked for ahead.
    complete();
    error = run_job(take_queued());
  }
  return error;
}

Job Accelerator::take_queued() {
  bank_.set(reg::kStatus, bank_.get(reg::kStatus) & ~reg::kStatusQueued);
  return *std::exchange(queued_, std::nullopt);
}

bool Accelerator::can_run(const Job& job) const {
  return job.descriptor_count > 0 &&
         job.descriptor_address % static_cast<std::uint64_t>(config_.dma.bus_bytes) == 0;
}

std::uint32_t Accelerator::run_job(const Job job) {
  const std::uint64_t address = job.descriptor_address;
  const std::uint32_t count = job.descriptor_count;
  layer_ = 0;
  if (!can_run(job)) return reg::kBadDescriptor;
  for (; layer_ < count; ++layer_) {
    LayerCounters& counters = layers_.emplace_back();
    const std::uint32_t error =
        run_layer(address + layer_ * kDescriptorBytes, counters, layer_ + 1 == count);
    counters.cycles = accounted_cycles(counters);
    totals_ += counters;
    if (error != reg::kNone) return error;
  }
  return reg::kNone;
}

std::uint32_t Accelerator::run_layer(std::uint64_t descriptor_address, LayerCounters& counters,
                                     bool is_last) {
  std::uint64_t fetched = 0;
  if (std::exchange(follower_, std::nullopt)) {
    fetched = pipeline_.follow(counters);
  } else {
    pipeline_.fetch(descriptor_address, counters);
    if (!dma_.run(pipeline_, *this)) return reg::kBusError;
    fetched = pipeline_.now();
  }
  const std::uint64_t decoded = std::max(pipeline_.now(), fetched + decode_cycles(config_.dma));
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
  if (!values_.begin(descriptor, counters, kept_weights_.of(layer_, descriptor))) {
    return reg::kBadDescriptor;
  }
  if (is_last) dma_.finish();  // so that nothing queued by now is overlooked
  pipeline_.execute(descriptor);
  if (is_last) fetch_follower();
  return dma_.run(pipeline_, *this) ? std::uint32_t{reg::kNone} : std::uint32_t{reg::kBusError};
}

/// There is room in the queue then. A list that cannot run fails when its turn has come.
void Accelerator::fetch_follower() {
  if (!queued_ || !can_run(*queued_)) return;
  follower_ = take_queued();
  pipeline_.prefetch(follower_->descriptor_address);
}

void Accelerator::abandon() {
  dma_.reset();
  pipeline_.reset(0);
  values_.reset();
  follower_.reset();
}

void Accelerator::forget_queue() {
  queued_.reset();
  completions_.clear();
  completion_event_.cancel();
}

void Accelerator::complete_due() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  for (; !completions_.empty(); completions_.pop_front()) {
    const sc_core::sc_time at = clocking_.cycles(completions_.front());
    if (at > now) {
      completion_event_.notify(at - now);
      return;
    }
    complete();
  }
}

/// A job has succeeded.
void Accelerator::complete() {
  if (bank_.reset_pending()) return;
  bank_.set(reg::kJobs, bank_.get(reg::kJobs) + 1);
  bank_.set(reg::kIrqStatus, bank_.get(reg::kIrqStatus) | reg::kIrqDone);
  update_interrupt();
}

void Accelerator::finish(std::uint32_t error_code) {
  is_running_ = false;
  signals_.set_busy(false);
  if (bank_.reset_pending()) return;
  if (error_code == reg::kNone) {
    bank_.set(reg::kStatus, reg::kStatusDone);
    complete();
  } else {
    bank_.forget_queue();
    bank_.set(reg::kStatus, reg::kStatusError);
    bank_.set(reg::kErrorCode, error_code);
    bank_.set(reg::kErrorLayer, layer_);
    bank_.set(reg::kIrqStatus, bank_.get(reg::kIrqStatus) | reg::kIrqError);
    update_interrupt();
  }
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "models/perf/pipeline.h"

#include <algorithm>
#include <utility>

#include "models/perf/buffer_need.h"

namespace dcnsim {
Pipeline::Pipeline(const AcceleratorConfig& config, PipelineClient& client)
    : config_(config),
      client_(client),
      reads_(config.dma.bus_bytes, config.dma.outstanding),
      writes_(config.dma.bus_bytes, config.dma.outstanding),
      works_(config) {
  in_flight_.resize(2 * static_cast<std::size_t>(config.dma.outstanding));
  reset(0);
}

void Pipeline::reset(std::uint64_t cycle) {
  now_ = charged_ = next_request_ = cycle;
  for (TileStream& s : streams_) s.reset(1);
  for (MemoryPort* p : {&reads_, &writes_}) p->reset();
  free_tags_.clear();
  for (std::size_t i = in_flight_.size(); i-- > 0;) {
    free_tags_.push_back(static_cast<std::uint32_t>(i));
  }
  steps_.clear();
  next_step_ = next_weights_ = next_inputs_ = outputs_taken_ = 0;
  stored_.clear();
  output_open_ = computing_ = is_ahead_ = may_begin_ = false;
  awaited_.reset();
  prefetch_.reset();
}

void Pipeline::fetch(std::uint64_t descriptor_address, LayerCounters& counters) {
  begin_layer(counters);
  begin_descriptor(descriptor_address);
}

void Pipeline::begin_layer(LayerCounters& counters) {
  counters_ = &counters;
  steps_.clear();
  next_step_ = next_weights_ = next_inputs_ = 0;
}

void Pipeline::begin_descriptor(std::uint64_t address) {
  TileStream& s = stream(TileKind::kDescriptor);
  s.begin(0);
  Part part;
  part.stream = Stream::kDescriptor;
  part.address = address;
  part.bytes = kDescriptorBytes;
  s.parts().assign(1, part);
  begin_tile(TileKind::kDescriptor, no_step_);
}

void Pipeline::prefetch(std::uint64_t descriptor_address) {
  prefetch_ = descriptor_address;
  may_begin_ = true;
  begin_tiles();
}

std::uint64_t Pipeline::follow(LayerCounters& counters) {
  begin_layer(counters);
  counters.stream_bytes[Stream::kDescriptor] += kDescriptorBytes;
  is_ahead_ = false;
  return descriptor_cycle_;
}

void Pipeline::execute(const Descriptor& descriptor) {
  descriptor_ = descriptor;
  works_.clear();
  steps_.clear();
  last_weights_ = last_inputs_ = 0;
  const bool loads = loads_input(descriptor);
  for_each_step(descriptor, [&](const Step& step) {
    steps_.push_back(step);
    if (step.load_weights) last_weights_ = steps_.size();
    if (step.load_input && loads) last_inputs_ = steps_.size();
  });
  layer_ended_ = false;
  stream(TileKind::kWeight).reset(weight_slots(descriptor, config_));
  stream(TileKind::kInput).reset(input_slots(descriptor, config_));
  output_slots_ = output_slots(descriptor, config_);
  stream(TileKind::kOutput).reset(output_slots_);
  next_step_ = next_weights_ = next_inputs_ = outputs_taken_ = 0;
  if (descriptor.kind == LayerKind::kConv && descriptor.input_on_chip) {
    const Shape out = descriptor.output_shape();
    const InputRegion region = input_region(descriptor, {0, out.height, 0, out.width});
    counters_->input_codes +=
        static_cast<std::uint64_t>(descriptor.images()) *
        codes_of(region, descriptor.input_slice.map(descriptor.conv.in).channels);
  }
  may_begin_ = true;
  settle();
}

bool Pipeline::idle() const {
  return layer_is_done() && reads_.idle() && !prefetch_ && stream(TileKind::kDescriptor).empty();
}

bool Pipeline::layer_is_done() const {
  return !computing_ && next_step_ == steps_.size() && writes_.idle() &&
         stream(TileKind::kOutput).empty() && stored_.empty();
}

bool Pipeline::has_loads_left() const {
  return next_weights_ < last_weights_ || next_inputs_ < last_inputs_ ||
         stream(TileKind::kWeight).has_bursts() || stream(TileKind::kInput).has_bursts();
}

void Pipeline::charge(Stall cause, std::uint64_t cycle) {
  if (cycle <= charged_) return;
  counters_->stall_cycles[cause] += cycle - charged_;
  client_.waited(cause, charged_, cycle);
  charged_ = cycle;
}

std::uint64_t Pipeline::next_cycle(bool may_request) const {
  std::uint64_t next = kNever;
  if (reads_.any_passing()) next = std::min(next, reads_.next_cycle());
  if (writes_.any_passing()) next = std::min(next, writes_.next_cycle());
  if (computing_) next = std::min(next, running_.end_cycle);
  if (may_request && next_source() >= 0) next = std::min(next, next_request_);
  return next == kNever ? kNever : std::max(next, now_);
}

void Pipeline::advance(std::uint64_t cycle) {
  now_ = cycle;
  settle();
}

/// Everything that happens in the present cycle but requests.
void Pipeline::settle() {
  retire(reads_);
  retire(writes_);
  if (computing_ && running_.end_cycle <= now_) finish_step();
  if (!computing_ && next_step_ < steps_.size()) start_step();
  begin_tiles();
  if (next_step_ == 0 || layer_ended_ || !layer_is_done()) return;
  layer_ended_ = true;
  charge(Stall::kOutput, now_);
  client_.layer_finished(now_);
}

/// New tiles wherever the bursts of the one before are out.
void Pipeline::begin_tiles() {
  if (!std::exchange(may_begin_, false)) return;
  begin_load(TileKind::kWeight, next_weights_, &Step::load_weights);
  begin_load(TileKind::kInput, next_inputs_, &Step::load_input);
  TileStream& outputs = stream(TileKind::kOutput);
  while (!stored_.empty() && !outputs.has_bursts()) {
    outputs.begin(stored_.front());
    output_parts(descriptor_, config_, steps_[stored_.front()], outputs.parts());
    stored_.pop_front();
    begin_tile(TileKind::kOutput, steps_[outputs.newest_step()]);
  }
  if (prefetch_ && !has_loads_left()) {
    is_ahead_ = true;
    begin_descriptor(*std::exchange(prefetch_, std::nullopt));
  }
}

void Pipeline::retire(MemoryPort& port) {
  while (port.any_passing() && port.next_cycle() <= now_) {
    const Burst& burst = in_flight_[port.retire()].burst;
    const TileKind kind = burst.kind;
    client_.burst_passed(burst, now_);
    if (computing_ && running_.end_cycle > now_) running_.end_cycle += collide(kind, burst.bytes);
    if (stream(kind).complete(burst.tile)) tile_moved(kind, burst.tile);
    free_tags_.push_back(burst.tag);
  }
}

/// Loaded tiles wait for the array; stored ones and descriptors are done with.
void Pipeline::tile_moved(TileKind kind, std::uint32_t number) {
  TileStream& s = stream(kind);
  client_.tile_moved(kind, number, step_of(kind, number), now_);
  if (kind == TileKind::kWeight || kind == TileKind::kInput) return;
  // Slots come free in order, whatever the order in which the memory took the tiles.
  while (s.front_complete()) {
    s.pop();
    if (kind == TileKind::kOutput) --outputs_taken_;
  }
  if (kind != TileKind::kDescriptor) return;
  descriptor_cycle_ = now_;
  if (!is_ahead_) charge(Stall::kDescriptor, now_);
}

const Step& Pipeline::step_of(TileKind kind, std::uint32_t number) const {
  return kind == TileKind::kDescriptor ? no_step_ : steps_[stream(kind).step_of(number)];
}

/// Cycles the running step loses to a burst that comes into, or leaves, a buffer it works with.
std::uint64_t Pipeline::collide(TileKind kind, std::uint32_t bytes) {
  const auto lost = [&](const BufferConfig& buffer, const SramAccesses& accesses) {
    const std::uint64_t words =
        (8 * std::uint64_t{bytes} + static_cast<std::uint64_t>(buffer.word_bits) - 1) /
        static_cast<std::uint64_t>(buffer.word_bits);
    return lost_cycles(buffer, words, accesses.reads + accesses.writes, work_.cycles);
  };
  std::uint64_t cycles = 0;
  if (kind == TileKind::kWeight) cycles = lost(config_.weight_buffer, work_.weight_buffer);
  if (kind == TileKind::kInput) cycles = lost(config_.input_buffer, work_.input_buffer);
  if (kind == TileKind::kOutput) cycles = lost(config_.output_buffer, work_.output_buffer);
  return cycles;
}

void Pipeline::finish_step() {
  const Step& step = *running_.step;
  counters_->compute_cycles += work_.cycles;
  counters_->fill_drain_cycles += work_.fill_drain;
  counters_->overhead_cycles += work_.overhead;
  counters_->stall_cycles[Stall::kConflict] +=
      running_.end_cycle - running_.first_cycle - work_.cycles;
  charged_ = running_.end_cycle;
  computing_ = false;
  may_begin_ = true;
  client_.step_finished(running_);
  if (step.last_use_of_input && loads_input(descriptor_)) stream(TileKind::kInput).pop();
  if (step.last_use_of_weights) stream(TileKind::kWeight).pop();
  if (step.store && !descriptor_.output_on_chip) {
    stored_.push_back(next_step_ - 1);
    output_open_ = false;
  }
}

/// What the next step cannot start without, if anything.
std::optional<Stall> Pipeline::lacking() const {
  if (descriptor_.kind == LayerKind::kConv && !stream(TileKind::kWeight).front_complete()) {
    return Stall::kWeight;
  }
  if (loads_input(descriptor_) && !stream(TileKind::kInput).front_complete()) return Stall::kInput;
  if (steps_[next_step_].last_chunk && !output_open_ && !descriptor_.output_on_chip &&
      outputs_taken_ == output_slots_) {
    return Stall::kOutput;
  }
  return std::nullopt;
}

void Pipeline::start_step() {
  const std::optional<Stall> lacks = lacking();
  if (awaited_ && awaited_ != lacks) charge(*awaited_, now_);
  awaited_ = lacks;
  if (lacks) return;
  const Step& step = steps_[next_step_];
  if (step.last_chunk && !output_open_ && !descriptor_.output_on_chip) {
    ++outputs_taken_;
    output_open_ = true;
  }
  const StepWorks::Counted& counted = works_.of(descriptor_, step);
  work_ = counted.work;
  *counters_ += counted.counters;
  running_ = {&step,
              now_,
              now_ + work_.cycles,
              stream(TileKind::kWeight).front(),
              stream(TileKind::kInput).front(),
              work_.cycles,
              work_.fill_drain,
              work_.overhead};
  running_.end_cycle += work_.conflicts;
  computing_ = true;
  ++next_step_;
  client_.step_started(running_);
}

/// Takes a free slot for the next tile to be loaded, once the bursts of the one before are out.
void Pipeline::begin_load(TileKind kind, std::size_t& next, bool Step::*loads) {
  TileStream& s = stream(kind);
  while (s.has_free_slot() && !s.has_bursts()) {
    while (next < steps_.size() && !(steps_[next].*loads)) ++next;
    if (next == steps_.size() || (kind == TileKind::kInput && !loads_input(descriptor_))) return;
    const Step& step = steps_[next];
    s.begin(next++);
    if (kind == TileKind::kWeight) {
      weight_parts(descriptor_, config_, step, s.parts());
    } else {
      input_parts(descriptor_, config_, step, s.parts());
    }
    begin_tile(kind, step);
  }
}

void Pipeline::begin_tile(TileKind kind, const Step& step) {
  TileStream& s = stream(kind);
  client_.tile_begun(kind, s.newest(), step, s.parts(), now_);
  std::uint64_t words = 0, codes = 0;
  for (const Part& part : s.parts()) {
    words += part.buffer_words;
    codes += part.codes;
  }
  if (kind == TileKind::kWeight) counters_->weight_buffer.writes += words;
  if (kind == TileKind::kInput) counters_->input_buffer.writes += words;
  if (kind == TileKind::kOutput) counters_->output_buffer.reads += words;
  if (kind == TileKind::kInput && descriptor_.kind == LayerKind::kConv) {
    counters_->input_codes += codes;
  }
  // A tile of padding alone has nothing to move.
  if (!s.has_bursts()) tile_moved(kind, s.newest());
}

/// The stream that may request next: output first, because it frees a buffer, then, of the loads,
/// what the array needs first; or each in its turn.
int Pipeline::next_source() const {
  const auto ready = [&](int source) {
    const TileKind kind = static_cast<TileKind>(source);
    return stream(kind).has_bursts() && (kind == TileKind::kOutput ? writes_ : reads_).has_room();
  };
  if (config_.dma.arbitration == Arbitration::kRoundRobin) {
    for (int i = 1; i <= kTileKinds; ++i) {
      const int source = (last_source_ + i) % kTileKinds;
      if (ready(source)) return source;
    }
    return -1;
  }
  constexpr int kDescriptor = 0, kWeight = 1, kInput = 2, kOutput = 3;
  if (ready(kOutput)) return kOutput;
  if (ready(kDescriptor)) return kDescriptor;
  const bool weight = ready(kWeight), input = ready(kInput);
  if (weight && input) {
    return stream(TileKind::kWeight).newest_step() <= stream(TileKind::kInput).newest_step()
               ? kWeight
               : kInput;
  }
  return weight ? kWeight : input ? kInput : -1;
}

const Burst* Pipeline::request() {
  if (now_ < next_request_) return nullptr;
  const int source = next_source();
  if (source < 0) return nullptr;
  last_source_ = source;
  const TileKind kind = static_cast<TileKind>(source);
  const std::uint32_t tag = free_tags_.back();
  free_tags_.pop_back();
  // Written in its place: bursts are many.
  InFlight& entry = in_flight_[tag];
  Burst& burst = entry.burst;
  stream(kind).take(static_cast<std::uint32_t>(config_.dma.max_burst_bytes), burst);
  burst.kind = kind;
  burst.is_write = kind == TileKind::kOutput;
  burst.tag = tag;
  entry.requested = now_;
  port(burst.is_write).request();
  // A descriptor that is asked for ahead counts where it is executed.
  if (kind != TileKind::kDescriptor || !is_ahead_) {
    counters_->stream_bytes[burst.stream] += burst.bytes;
  }
  next_request_ = now_ + 1;
  client_.burst_requested(burst, now_);
  // The next tile may follow at once.
  may_begin_ = may_begin_ || !stream(kind).has_bursts();
  begin_tiles();
  return &burst;
}

void Pipeline::respond(std::uint32_t tag, std::uint64_t cycle) {
  const InFlight& entry = in_flight_[tag];
  port(entry.burst.is_write).respond(tag, entry.burst.bytes, entry.requested, cycle);
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/machine/naive_machine.h"

#include <algorithm>

namespace dcnsim::oracle {
namespace {

Int accesses(const Accesses& a) { return a.reads + a.writes; }

/// Bank conflicts (pipeline.md): a burst of `words` has all banks for as many cycles as it takes,
/// and the array would have used its share of them. The array cannot use more than there are.
Int lost_cycles(const BufferConfig& buffer, Int words, Int uses, Int cycles) {
  if (buffer.separate_halves) return 0;
  const Int bank_cycles = buffer.banks * cycles;
  return pieces(pieces(words, buffer.banks) * std::min(uses, bank_cycles), bank_cycles);
}

}  // namespace

LayerRun NaiveMachine::run(const Descriptor& layer, std::uint64_t descriptor_address,
                           std::optional<Int> next) {
  run_ = {};
  const Int begin_cycle = ended_;
  if (is_fetched_) {
    await_descriptor();
  } else {
    fetch_descriptor(static_cast<Int>(descriptor_address));
  }
  ahead_ = next;
  is_fetched_ = next.has_value();
  begin(layer);
  while (true) {
    pass_bursts(reads_);
    pass_bursts(writes_);
    finish_step();
    start_step();
    take_slots();
    if (done()) break;
    request();
    ++now_;
  }
  wait_for({});
  ended_ = now_;
  run_.tally.cycles = ended_ - begin_cycle;
  return run_;
}

/// Of which the layer before asked for: its bytes are this layer's, and what is left of its way.
void NaiveMachine::await_descriptor() {
  for (const Burst& burst : bursts_of(descriptor_runs(0), 256)) {
    run_.tally.bytes[static_cast<std::size_t>(burst.stream)] += burst.bytes;
  }
  wait_for(Wait::kDescriptor);
  while (!queues_[kDescriptor].tiles.empty()) {
    request();
    ++now_;
    pass_bursts(reads_);
  }
  while (now_ < fetched_ + 256 / config_.dma.bus_bytes) ++now_;
  wait_for({});
}

/// Then a cycle for each of its bus words, in which it is decoded: a wait of its own.
void NaiveMachine::fetch_descriptor(Int address) {
  wait_for(Wait::kDescriptor);
  begin_tile(kDescriptor, 0, descriptor_runs(address));
  while (true) {
    pass_bursts(reads_);
    if (queues_[kDescriptor].tiles.empty()) break;
    request();
    ++now_;
  }
  wait_for({});
  wait_for(Wait::kDescriptor);
  for (Int byte = 0; byte < 256; byte += config_.dma.bus_bytes) ++now_;
  wait_for({});
}

void NaiveMachine::begin(const Descriptor& layer) {
  layer_ = layer;
  steps_ = steps_of(layer);
  next_step_ = 0;
  weights_to_load_.clear();
  inputs_to_load_.clear();
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const bool first = i == 0;
    if (layer.kind == LayerKind::kConv &&
        (first || steps_[i].weight_tile != steps_[i - 1].weight_tile)) {
      weights_to_load_.push_back(i);
    }
    if (loads_inputs() && (first || steps_[i].input_tile != steps_[i - 1].input_tile)) {
      inputs_to_load_.push_back(i);
    }
  }
  const auto halves = [](const BufferConfig& buffer, bool several) -> std::size_t {
    return buffer.double_buffered && several ? 2 : 1;
  };
  const bool on_chip = layer.input_on_chip || layer.output_on_chip;
  queues_[kWeights] = {};
  queues_[kWeights].slots = halves(config_.weight_buffer, steps_.back().weight_tile > 0);
  queues_[kInputs] = {};
  queues_[kInputs].slots = halves(config_.input_buffer, !on_chip && steps_.back().input_tile > 0);
  queues_[kOutputs] = {};
  queues_[kOutputs].slots = halves(
      config_.output_buffer,
      std::count_if(steps_.begin(), steps_.end(), [](const Step& s) { return s.stores; }) > 1);
  if (layer.kind == LayerKind::kConv && layer.input_on_chip) {
    const Geometry g(layer);
    const Int of_one = Int{g.rows.inputs({0, g.rows.outputs()}).size()} *
                       g.columns.inputs({0, g.columns.outputs()}).size() *
                       real_channels(layer.input_slice, g.in_channels, {0, g.in_channels}).size();
    for (int image = 0; image < std::max(1, layer.batch); ++image) run_.tally.input_codes += of_one;
  }
  run_.steps = static_cast<Int>(steps_.size());
}

bool NaiveMachine::loads_inputs() const {
  return !layer_.input_on_chip || layer_.kind == LayerKind::kAdd;
}

void NaiveMachine::pass_bursts(Port& port) {
  while (!port.bursts.empty() && port.bursts.front().passed == now_) {
    const InFlight burst = port.bursts.front();
    port.bursts.pop_front();
    port.free = burst.passed;
    pass(burst);
  }
}

void NaiveMachine::pass(const InFlight& burst) {
  if (running_ && running_->end > now_) {
    const Int lost = collide(burst);
    running_->end += lost;
    run_.tally.conflicts += lost;
  }
  Queue& queue = queues_[burst.source];
  for (Tile& tile : queue.tiles) {
    if (tile.number == burst.tile) --tile.in_flight;
  }
  if (burst.source == kWeights || burst.source == kInputs) return;
  while (queue.oldest_moved()) {
    queue.tiles.pop_front();
    if (burst.source == kOutputs) --output_slots_taken_;
    if (burst.source == kDescriptor) fetched_ = now_;
  }
}

Int NaiveMachine::collide(const InFlight& burst) {
  const auto lost = [&](const BufferConfig& buffer, const Accesses& used, BufferUse& use) {
    const Int cycles = lost_cycles(buffer, pieces(8 * burst.bytes, buffer.word_bits),
                                   accesses(used), running_->step.cycles);
    use.collisions += cycles;
    return cycles;
  };
  const StepRun& step = running_->step;
  switch (burst.source) {
    case kWeights:
      return lost(config_.weight_buffer, met_by(step, step.weight_buffer), run_.weight);
    case kInputs:
      return lost(config_.input_buffer, met_by(step, step.input_buffer), run_.input);
    case kOutputs:
      return lost(config_.output_buffer, met_by(step, step.output_buffer), run_.output);
    case kDescriptor:
      break;
  }
  return 0;
}

void NaiveMachine::finish_step() {
  if (!running_ || running_->end != now_) return;
  running_.reset();
  const Step& step = steps_[next_step_ - 1];
  const bool last = next_step_ == steps_.size();
  if (loads_inputs() && (last || steps_[next_step_].input_tile != step.input_tile)) {
    queues_[kInputs].tiles.pop_front();
  }
  if (layer_.kind == LayerKind::kConv &&
      (last || steps_[next_step_].weight_tile != step.weight_tile)) {
    queues_[kWeights].tiles.pop_front();
  }
  if (step.stores && !layer_.output_on_chip) {
    to_store_.push_back(next_step_ - 1);
    output_open_ = false;
  }
}

void NaiveMachine::start_step() {
  if (running_) return;
  if (next_step_ == steps_.size()) return wait_for(Wait::kOutput);
  const std::optional<Wait> lacks = lacking();
  wait_for(lacks);
  if (lacks) return;
  if (steps_[next_step_].last_chunk && !output_open_ && !layer_.output_on_chip) {
    ++output_slots_taken_;
    output_open_ = true;
  }
  StepRun step = run_step(config_, layer_, steps_[next_step_], run_.tally);
  if (next_step_ == 0) step.overhead += config_.overhead.layer_cycles;
  step.cycles += step.overhead;
  note(step);
  running_ = Running{step, now_ + step.cycles};
  const Int lost = lost_to_itself(step);
  running_->end += lost;
  run_.tally.conflicts += lost;
  run_.kept_conflicts += lost;
  ++next_step_;
}

/// Accesses of the step to the banks that a burst into or out of one buffer goes to.
Accesses NaiveMachine::met_by(const StepRun& step, const Accesses& of_buffer) const {
  if (config_.shared_buffer.capacity_bytes == 0) return of_buffer;
  Accesses all;
  for (const Accesses& one : {step.weight_buffer, step.input_buffer, step.output_buffer}) {
    all.reads += one.reads;
    all.writes += one.writes;
  }
  return all;
}

/// Outputs that stay go where inputs come from. In a scratchpad everything comes from and goes to
/// the same banks: weights find those of the inputs taken, outputs those of both.
Int NaiveMachine::lost_to_itself(const StepRun& step) const {
  const Int inputs = step.input_buffer.reads, weights = step.weight_buffer.reads;
  const Int outputs = step.input_buffer.writes + step.output_buffer.writes;
  if (config_.shared_buffer.capacity_bytes == 0) {
    if (!layer_.output_on_chip) return 0;
    return lost_cycles(config_.input_buffer, step.input_buffer.writes, inputs, step.cycles);
  }
  return lost_cycles(config_.shared_buffer, weights, inputs, step.cycles) +
         lost_cycles(config_.shared_buffer, outputs, inputs + weights, step.cycles);
}

void NaiveMachine::note(const StepRun& step) {
  run_.tally.compute_cycles += step.cycles;
  run_.tally.fill_drain_cycles += step.fill_drain;
  run_.tally.overhead_cycles += step.overhead;
  run_.last_step_cycles = step.cycles;
  const auto use = [&](const BufferConfig& buffer, const Accesses& used, BufferUse& of) {
    of.least = std::min(of.least, static_cast<double>(accesses(used)) /
                                      static_cast<double>(buffer.banks * step.cycles));
  };
  use(config_.weight_buffer, met_by(step, step.weight_buffer), run_.weight);
  use(config_.input_buffer, met_by(step, step.input_buffer), run_.input);
  use(config_.output_buffer, met_by(step, step.output_buffer), run_.output);
}

std::optional<Wait> NaiveMachine::lacking() const {
  if (layer_.kind == LayerKind::kConv && !queues_[kWeights].oldest_moved()) return Wait::kWeight;
  if (loads_inputs() && !queues_[kInputs].oldest_moved()) return Wait::kInput;
  if (steps_[next_step_].last_chunk && !layer_.output_on_chip && !output_open_ &&
      output_slots_taken_ == queues_[kOutputs].slots) {
    return Wait::kOutput;
  }
  return {};
}

/// From now on, until something else is waited for or nothing.
void NaiveMachine::wait_for(std::optional<Wait> cause) {
  if (cause == waiting_) return;
  if (waiting_ && waiting_from_ < now_) {
    memory_.waited(*waiting_, waiting_from_, now_);
    const Int cycles = now_ - waiting_from_;
    switch (*waiting_) {
      case Wait::kDescriptor:
        run_.tally.waits_descriptor += cycles;
        break;
      case Wait::kWeight:
        run_.tally.waits_weight += cycles;
        break;
      case Wait::kInput:
        run_.tally.waits_input += cycles;
        break;
      case Wait::kOutput:
        run_.tally.waits_output += cycles;
        break;
    }
  }
  waiting_ = cause;
  waiting_from_ = now_;
}

void NaiveMachine::take_slots() {
  take_slot(kWeights, weights_to_load_);
  take_slot(kInputs, inputs_to_load_);
  while (!to_store_.empty() && !queues_[kOutputs].requests()) {
    const std::size_t step = to_store_.front();
    to_store_.pop_front();
    begin_tile(kOutputs, step, output_runs(layer_, config_, steps_[step]));
  }
  const auto loaded = [&](Source source, const std::deque<std::size_t>& left) {
    return left.empty() && !queues_[source].requests();
  };
  if (ahead_ && loaded(kWeights, weights_to_load_) && loaded(kInputs, inputs_to_load_)) {
    begin_tile(kDescriptor, 0, descriptor_runs(*ahead_));
    ahead_.reset();
  }
}

void NaiveMachine::take_slot(Source source, std::deque<std::size_t>& first_steps) {
  Queue& queue = queues_[source];
  while (!first_steps.empty() && queue.tiles.size() < queue.slots && !queue.requests()) {
    const std::size_t step = first_steps.front();
    first_steps.pop_front();
    begin_tile(source, step,
               source == kWeights ? weight_runs(layer_, config_, steps_[step])
                                  : input_runs(layer_, config_, steps_[step]));
  }
}

void NaiveMachine::begin_tile(Source source, std::size_t step, const Runs& runs) {
  Queue& queue = queues_[source];
  Tile tile;
  tile.number = queue.begun++;
  tile.step = step;
  const std::vector<Burst> bursts = bursts_of(runs, config_.dma.max_burst_bytes);
  tile.to_request.assign(bursts.begin(), bursts.end());
  queue.tiles.push_back(tile);

  Tally& tally = run_.tally;
  BufferUse* const use[kSources] = {nullptr, &run_.weight, &run_.input, &run_.output};
  Int* const moved[kSources] = {nullptr, &tally.weight_buffer.writes, &tally.input_buffer.writes,
                                &tally.output_buffer.reads};
  if (source == kDescriptor) return;
  for (const Run& run : runs) {
    *moved[source] += run.buffer_words;
    use[source]->longest_run = std::max(use[source]->longest_run, run.bytes);
    if (source == kInputs && layer_.kind == LayerKind::kConv) tally.input_codes += run.codes;
  }
  if (source == kOutputs) {
    run_.last_store_bytes = bytes_of(runs);
  } else if (queue.slots == 1 || tile.number == 0) {
    run_.lone_load_bytes += bytes_of(runs);
  }
}

void NaiveMachine::request() {
  const std::optional<Source> source = next_source();
  if (!source) return;
  last_source_ = *source;
  Tile& tile = queues_[*source].tiles.back();
  const Burst burst = tile.to_request.front();
  tile.to_request.pop_front();
  ++tile.in_flight;
  const bool is_ahead = *source == kDescriptor && is_fetched_;
  if (!is_ahead) run_.tally.bytes[static_cast<std::size_t>(burst.stream)] += burst.bytes;
  Port& port = *source == kOutputs ? writes_ : reads_;
  const Int done = memory_.access(now_, burst);
  port.bursts.push_back({*source, tile.number, burst.bytes, now_, done, 0});
  std::stable_sort(port.bursts.begin(), port.bursts.end(),
                   [](const InFlight& a, const InFlight& b) { return a.done < b.done; });
  Int free = port.free;
  for (InFlight& waiting : port.bursts) {
    free = std::max(waiting.done,
                    std::max(waiting.requested, free) + waiting.bytes / config_.dma.bus_bytes);
    waiting.passed = free;
  }
  take_slots();
}

std::optional<NaiveMachine::Source> NaiveMachine::next_source() const {
  if (config_.dma.arbitration == Arbitration::kRoundRobin) {
    for (int turn = 1; turn <= kSources; ++turn) {
      const auto source = static_cast<Source>((last_source_ + turn) % kSources);
      if (may_request(source)) return source;
    }
    return {};
  }
  if (may_request(kOutputs)) return kOutputs;
  if (may_request(kDescriptor)) return kDescriptor;
  if (may_request(kWeights) && may_request(kInputs)) {
    const bool inputs_first =
        queues_[kInputs].tiles.back().step < queues_[kWeights].tiles.back().step;
    return inputs_first ? kInputs : kWeights;
  }
  if (may_request(kWeights)) return kWeights;
  if (may_request(kInputs)) return kInputs;
  return {};
}

bool NaiveMachine::may_request(Source source) const {
  const Port& port = source == kOutputs ? writes_ : reads_;
  return queues_[source].requests() &&
         static_cast<Int>(port.bursts.size()) < config_.dma.outstanding;
}

bool NaiveMachine::done() const {
  return next_step_ == steps_.size() && !running_ && writes_.bursts.empty() && to_store_.empty() &&
         queues_[kOutputs].tiles.empty();
}

}  // namespace dcnsim::oracle

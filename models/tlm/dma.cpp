// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/dma.h"

#include <algorithm>
#include <sstream>

#include "models/tlm/reports.h"

namespace dcnsim {
namespace {

void set_attributes(Transaction& transaction, std::uint8_t* data) {
  const Burst& burst = transaction.burst;
  transaction.set_command(burst.is_write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  transaction.set_address(burst.address);
  transaction.set_data_ptr(data);
  transaction.set_data_length(burst.bytes);
  transaction.set_streaming_width(burst.bytes);
  transaction.set_byte_enable_ptr(nullptr);
  transaction.set_byte_enable_length(0);
  transaction.set_dmi_allowed(false);
  transaction.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

/// As the DMA asked: a payload's address may have been changed on its way.
std::string named(const Burst& burst) {
  std::ostringstream text;
  text << (burst.is_write ? "write" : "read") << " of " << burst.bytes << " bytes at 0x" << std::hex
       << burst.address;
  return text.str();
}

}  // namespace

Dma::Dma(const sc_core::sc_module_name& name, const AcceleratorOptions& options,
         const Clocking& clocking, std::size_t outstanding)
    : sc_module(name),
      memory("memory"),
      options_(options),
      clocking_(clocking),
      stirred_("stirred"),
      ended_("ended") {
  memory.register_nb_transport_bw(this, &Dma::nb_transport_bw);

  DCNSIM_PROCESSES_OF(Dma);
  SC_METHOD(watch);
  sensitive << watch_;
  dont_initialize();
  if (options.transport == Transport::kApproximatelyTimed) {
    SC_METHOD(end_responses);
    sensitive << stirred_;
    dont_initialize();
    return;
  }
  // As many as may be inside the memory, and one that drives meanwhile.
  for (std::size_t i = 0; i <= outstanding; ++i) {
    callers_.emplace_back(sc_core::sc_gen_unique_name("caller"), *this);
  }
}

Dma::Caller::Caller(const sc_core::sc_module_name& name, Dma& owner) : sc_module(name), dma(owner) {
  DCNSIM_PROCESSES_OF(Caller);
  SC_THREAD(run);
}

void Dma::end_of_simulation() {
  const std::size_t left = pool_.in_use() + calls_;
  if (left == 0) return;
  report(report::kOutstanding,
         std::to_string(left) + " transactions were outstanding at the end of simulation");
}

bool Dma::run(Pipeline& pipeline, BurstData& data) {
  const std::uint32_t generation = generation_;
  failed_cycle_ = Pipeline::kNever;
  pipeline_ = &pipeline;
  data_ = &data;
  if (options_.transport == Transport::kApproximatelyTimed) {
    drive(nullptr);
  } else {
    may_take_over_ = true;
    on_call_ = idle_.back();
    on_call_->wake.notify(sc_core::SC_ZERO_TIME);
    // A reset before this run may still be heard.
    while (pipeline_ != nullptr && generation == generation_) sc_core::wait(ended_);
    if (generation != generation_) throw Abandoned();
  }
  if (failed_cycle_ == Pipeline::kNever) return true;
  report(report::kBusError, failure_);
  return false;
}

void Dma::advance_to(std::uint64_t cycle) {
  local_time_ = clocking_.cycles(cycle);
  if (options_.transport == Transport::kApproximatelyTimed || local_time_ >= sync_point_) sync();
}

void Dma::sync() {
  // The memory may have waited, or stir while we do.
  while (local_time_ > sc_core::sc_time_stamp()) pause(local_time_ - sc_core::sc_time_stamp());
  sync_point_ = next_sync_point();
}

void Dma::settle() {
  while (calls_ > 0) await_memory();
}

void Dma::finish() {
  sync();
  stop_watching();
}

void Dma::reset() {
  ++generation_;
  pipeline_ = nullptr;
  driver_ = nullptr;
  may_take_over_ = false;
  said_no_progress_ = false;
  awaiting_since_ = sc_core::sc_max_time();
  stop_watching();
  local_time_ = sc_core::SC_ZERO_TIME;
  sync_point_ = next_sync_point();
  stirred_.notify(sc_core::SC_ZERO_TIME);
  ended_.notify(sc_core::SC_ZERO_TIME);
}

void Dma::stand_by(Caller& me) {
  while (true) {
    idle_.push_back(&me);
    do {
      sc_core::wait(me.wake);
      on_call_ = nullptr;
    } while (!may_take_over_);
    may_take_over_ = false;
    driver_ = &me;
    idle_.erase(std::find(idle_.begin(), idle_.end(), &me));
    try {
      drive(&me);
    } catch (const Abandoned&) {
      // run() tells its caller.
    }
  }
}

void Dma::drive(Caller* me) {
  while (!pipeline_->idle()) {
    const std::uint64_t cycle = std::min(pipeline_->next_cycle(may_request()), failed_cycle_);
    if (!reach(cycle)) continue;
    if (failed_cycle_ <= cycle || has_come(failed_cycle_)) break;
    pipeline_->advance(cycle);
    while (may_request()) {
      const Burst* burst = pipeline_->request();
      if (burst == nullptr) break;
      if (me == nullptr) {
        begin(*burst);
      } else if (!call(*burst, *me)) {
        return;
      }
    }
  }
  pipeline_ = nullptr;
  call_off();
  ended_.notify(sc_core::SC_ZERO_TIME);
}

bool Dma::call(const Burst& burst, Caller& me) {
  Transaction& transaction = prepare(me.transaction, burst);
  set_attributes(transaction, data_->data(burst));
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  sc_core::sc_time delay = local_time_ > now ? local_time_ - now : sc_core::SC_ZERO_TIME;
  if (on_call_ == nullptr) {
    on_call_ = idle_.back();
    on_call_->wake.notify(sc_core::SC_ZERO_TIME);
  }
  may_take_over_ = true;
  ++calls_;
  memory->b_transport(transaction, delay);
  --calls_;
  const bool drives = driver_ == &me;
  if (drives) {
    may_take_over_ = false;
  } else {
    stirred_.notify(sc_core::SC_ZERO_TIME);
  }
  answer(transaction, delay);
  if (transaction.generation != generation_) throw Abandoned();
  return drives;
}

bool Dma::may_request() const {
  if (options_.transport == Transport::kLooselyTimed) return true;
  return requesting_ == nullptr && request_end_ <= sc_core::sc_time_stamp();
}

bool Dma::has_come(std::uint64_t cycle) const {
  return cycle != Pipeline::kNever && clocking_.cycles(cycle) <= sc_core::sc_time_stamp();
}

bool Dma::reach(std::uint64_t cycle) {
  const bool ahead = options_.transport == Transport::kLooselyTimed;
  // While a call waits, its answer may come at any time.
  if (ahead && calls_ == 0) {
    advance_to(cycle);
    return true;
  }
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time due =
      cycle == Pipeline::kNever ? sc_core::sc_max_time() : clocking_.cycles(cycle);
  if (due <= now) return true;
  const sc_core::sc_time until = request_end_ > now ? std::min(due, request_end_) : due;
  if (until == sc_core::sc_max_time()) {
    await_memory();
    return false;
  }
  pause(until - now);
  if (due > sc_core::sc_time_stamp()) return false;
  // Calls that return at the same time belong to the same cycle.
  if (ahead) pause(sc_core::SC_ZERO_TIME);
  return true;
}

void Dma::pause(const sc_core::sc_time& time) {
  const std::uint32_t generation = generation_;
  call_off();
  sc_core::wait(time, stirred_);
  if (generation != generation_) throw Abandoned();
}

void Dma::await_memory() {
  const std::uint32_t generation = generation_;
  call_off();
  start_watching();
  awaiting_since_ = sc_core::sc_time_stamp();
  sc_core::wait(stirred_);
  if (generation != generation_) throw Abandoned();
  awaiting_since_ = sc_core::sc_max_time();
}

void Dma::call_off() {
  if (on_call_ == nullptr) return;
  on_call_->wake.cancel();
  on_call_ = nullptr;
}

void Dma::start_watching() {
  if (watches_ || said_no_progress_ || options_.watchdog == sc_core::SC_ZERO_TIME) return;
  watches_ = true;
  watch_.notify(options_.watchdog);
}

void Dma::stop_watching() {
  if (!watches_) return;
  watches_ = false;
  watch_.cancel();
}

/// A timeout of every wait would cost more than all else: this looks now and then.
void Dma::watch() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time waited =
      awaiting_since_ < now ? now - awaiting_since_ : sc_core::SC_ZERO_TIME;
  if (waited < options_.watchdog) {
    watch_.notify(options_.watchdog - waited);
    return;
  }
  said_no_progress_ = true;
  report(report::kNoProgress,
         "nothing from the memory for " + options_.watchdog.to_string() + "; " + awaited());
}

std::string Dma::awaited() const {
  std::size_t count = 0;
  const Transaction* oldest = nullptr;
  const auto look_at = [&](const Transaction& transaction) {
    if (!transaction.under_way) return;
    ++count;
    if (oldest == nullptr || transaction.begun < oldest->begun) oldest = &transaction;
  };
  for (const Caller& caller : callers_) look_at(caller.transaction);
  for (const auto& transaction : pool_.all()) look_at(*transaction);
  if (oldest == nullptr) return "no request is under way";
  std::string text = "requests under way: " + std::to_string(count) + ", the oldest a " +
                     named(oldest->burst) + ", begun at " + oldest->begun.to_string() + ", awaits ";
  if (options_.transport == Transport::kLooselyTimed) return text + "the return of b_transport";
  return text + (oldest == requesting_ ? "END_REQ or BEGIN_RESP" : "BEGIN_RESP");
}

sc_core::sc_time Dma::next_sync_point() const {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const sc_core::sc_time quantum =
      options_.quantum ? *options_.quantum : tlm::tlm_global_quantum::instance().get();
  if (quantum == sc_core::SC_ZERO_TIME) return now;
  return sc_core::sc_time::from_value((now.value() / quantum.value() + 1) * quantum.value());
}

Transaction& Dma::prepare(Transaction& transaction, const Burst& burst) const {
  transaction.burst = burst;
  transaction.begun = sc_core::sc_time_stamp();
  transaction.under_way = true;
  transaction.generation = generation_;
  return transaction;
}

void Dma::begin(const Burst& burst) {
  const std::uint32_t generation = generation_;
  Transaction& transaction = prepare(pool_.acquire(), burst);
  transaction.read_to = data_->data(burst);
  transaction.bytes.resize(burst.bytes);
  if (burst.is_write) std::copy_n(transaction.read_to, burst.bytes, transaction.bytes.begin());
  set_attributes(transaction, transaction.bytes.data());
  requesting_ = &transaction;
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  switch (memory->nb_transport_fw(transaction, phase, delay)) {
    case tlm::TLM_ACCEPTED:
      break;
    case tlm::TLM_UPDATED:
      // This process goes on by itself.
      if (phase == tlm::END_REQ) {
        end_request(transaction, delay);
      } else {
        nb_transport_bw(transaction, phase, delay);
      }
      break;
    case tlm::TLM_COMPLETED:
      end_request(transaction, delay);
      complete(transaction, delay);
      transaction.release();
      break;
  }
  if (generation != generation_) throw Abandoned();
}

/// END_REQ, or what implies it, came on either path: another request may follow `delay` from now.
void Dma::end_request(Transaction& transaction, const sc_core::sc_time& delay) {
  if (requesting_ != &transaction) return;
  requesting_ = nullptr;
  request_end_ = sc_core::sc_time_stamp() + delay;
}

/// Responses are ended as soon as they begin, by a call of its own: all targets take that, while
/// many do not understand a response that is ended by the return value.
void Dma::end_responses() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  while (!responses_.empty() && responses_.front().begins <= now) {
    Transaction& transaction = *responses_.front().transaction;
    responses_.pop_front();
    tlm::tlm_phase phase = tlm::END_RESP;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    memory->nb_transport_fw(transaction, phase, delay);
    transaction.release();
  }
  if (!responses_.empty()) next_trigger(responses_.front().begins - now, stirred_);
}

tlm::tlm_sync_enum Dma::nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                        sc_core::sc_time& delay) {
  // Phases that others have added may be ignored.
  if (phase != tlm::END_REQ && phase != tlm::BEGIN_RESP) return tlm::TLM_ACCEPTED;
  auto& transaction = static_cast<Transaction&>(payload);
  end_request(transaction, delay);
  if (phase == tlm::BEGIN_RESP) {
    complete(transaction, delay);
    const BegunResponse begun{sc_core::sc_time_stamp() + delay, &transaction};
    responses_.insert(std::upper_bound(responses_.begin(), responses_.end(), begun,
                                       [](const BegunResponse& a, const BegunResponse& b) {
                                         return a.begins < b.begins;
                                       }),
                      begun);
  }
  stirred_.notify(sc_core::SC_ZERO_TIME);
  return tlm::TLM_ACCEPTED;
}

void Dma::complete(Transaction& transaction, const sc_core::sc_time& delay) {
  if (transaction.generation == generation_ && transaction.is_read()) {
    std::copy(transaction.bytes.begin(), transaction.bytes.end(), transaction.read_to);
  }
  answer(transaction, delay);
}

void Dma::answer(Transaction& transaction, const sc_core::sc_time& delay) {
  transaction.under_way = false;
  if (transaction.generation != generation_ || pipeline_ == nullptr) return;
  const std::uint64_t cycle = clocking_.edge_at_or_after(sc_core::sc_time_stamp() + delay);
  const bool ok = transaction.is_response_ok() ||
                  (transaction.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE &&
                   options_.incomplete_response == IncompleteResponse::kOk);
  if (!ok && cycle < failed_cycle_) {
    failed_cycle_ = cycle;
    failure_ = named(transaction.burst) + ": " + transaction.get_response_string();
  }
  pipeline_->respond(transaction.burst.tag, cycle);
}

void Dma::report(const char* type, const std::string& message) const {
  SC_REPORT_WARNING(type, (std::string(name()) + ": " + message).c_str());
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/dma.h"

#include <algorithm>
#include <string>

namespace dcnsim {
namespace {

void set_attributes(tlm::tlm_generic_payload& payload, const Burst& burst, std::uint8_t* data) {
  payload.set_command(burst.is_write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_address(burst.address);
  payload.set_data_ptr(data);
  payload.set_data_length(burst.bytes);
  payload.set_streaming_width(burst.bytes);
  payload.set_byte_enable_ptr(nullptr);
  payload.set_byte_enable_length(0);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

}  // namespace

Dma::Dma(const sc_core::sc_module_name& name, Transport transport, const Clocking& clocking)
    : sc_module(name),
      memory("memory"),
      transport_(transport),
      clocking_(clocking),
      answered_("answered") {
  memory.register_nb_transport_bw(this, &Dma::nb_transport_bw);
}

void Dma::end_of_simulation() {
  if (pool_.in_use() == 0) return;
  SC_REPORT_WARNING(name(), (std::to_string(pool_.in_use()) +
                             " transactions were outstanding at the end of simulation")
                                .c_str());
}

bool Dma::run(Pipeline& pipeline, BurstData& data) {
  failed_cycle_ = Pipeline::kNever;
  pipeline_ = &pipeline;
  switch (transport_) {
    case Transport::kLooselyTimed:
      run_loosely_timed(pipeline, data);
      break;
    case Transport::kApproximatelyTimed:
      run_approximately_timed(pipeline, data);
      break;
  }
  pipeline_ = nullptr;
  return failed_cycle_ == Pipeline::kNever;
}

void Dma::advance_to(std::uint64_t cycle) {
  const sc_core::sc_time target = clocking_.cycles(cycle);
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  // Time may have passed in a b_transport that waits.
  keeper_.set(target > now ? target - now : sc_core::SC_ZERO_TIME);
  if (target > now && (transport_ == Transport::kApproximatelyTimed || keeper_.need_sync())) {
    keeper_.sync();
  }
}

void Dma::sync() {
  if (keeper_.get_local_time() > sc_core::SC_ZERO_TIME) keeper_.sync();
}

void Dma::reset() {
  ++generation_;
  pipeline_ = nullptr;
  keeper_.reset();
}

void Dma::run_loosely_timed(Pipeline& pipeline, BurstData& data) {
  tlm::tlm_generic_payload transaction;
  while (!pipeline.idle()) {
    const std::uint64_t cycle = std::min(pipeline.next_cycle(), failed_cycle_);
    advance_to(cycle);
    if (cycle == failed_cycle_) return;
    pipeline.advance(cycle);
    while (const Burst* burst = pipeline.request()) {
      set_attributes(transaction, *burst, data.data(*burst));
      sc_core::sc_time delay = keeper_.get_local_time();
      memory->b_transport(transaction, delay);
      pipeline.respond(burst->tag, answer(transaction, delay));
    }
  }
}

void Dma::run_approximately_timed(Pipeline& pipeline, BurstData& data) {
  while (!pipeline.idle()) {
    const std::uint64_t cycle = std::min(pipeline.next_cycle(may_request()), failed_cycle_);
    if (!reach(cycle)) continue;
    if (has_come(failed_cycle_)) return;
    pipeline.advance(cycle);
    while (may_request()) {
      const Burst* burst = pipeline.request();
      if (burst == nullptr) break;
      Transaction& transaction = pool_.acquire();
      transaction.tag = burst->tag;
      transaction.generation = generation_;
      transaction.bytes.resize(burst->bytes);
      transaction.read_to = data.data(*burst);
      if (burst->is_write) {
        std::copy_n(transaction.read_to, burst->bytes, transaction.bytes.begin());
      }
      set_attributes(transaction, *burst, transaction.bytes.data());
      begin(transaction);
    }
  }
}

bool Dma::may_request() const {
  return requesting_ == nullptr && request_end_ <= sc_core::sc_time_stamp();
}

bool Dma::has_come(std::uint64_t cycle) const {
  return cycle != Pipeline::kNever && clocking_.cycles(cycle) <= sc_core::sc_time_stamp();
}

bool Dma::reach(std::uint64_t cycle) {
  if (has_come(cycle)) return true;
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  sc_core::sc_time until = sc_core::sc_max_time();
  if (cycle != Pipeline::kNever) until = clocking_.cycles(cycle);
  if (request_end_ > now) until = std::min(until, request_end_);
  if (until == sc_core::sc_max_time()) {
    sc_core::wait(answered_);
  } else {
    sc_core::wait(until - now, answered_);
  }
  return has_come(cycle);
}

void Dma::begin(Transaction& transaction) {
  requesting_ = &transaction;
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  switch (memory->nb_transport_fw(transaction, phase, delay)) {
    case tlm::TLM_ACCEPTED:
      return;
    case tlm::TLM_UPDATED:
      end_request(transaction, delay);
      if (phase == tlm::END_REQ) return;
      end_response(transaction, delay);
      complete(transaction, delay);
      return;
    case tlm::TLM_COMPLETED:
      end_request(transaction, delay);
      complete(transaction, delay);
      return;
  }
}

/// END_REQ, or what implies it, came on either path: another request may follow `delay` from now.
void Dma::end_request(Transaction& transaction, const sc_core::sc_time& delay) {
  if (requesting_ != &transaction) return;
  requesting_ = nullptr;
  request_end_ = sc_core::sc_time_stamp() + delay;
}

/// A response that came on the return path, to begin after `delay`, is ended by a call of its own,
/// not before it begins.
void Dma::end_response(Transaction& transaction, sc_core::sc_time delay) {
  tlm::tlm_phase phase = tlm::END_RESP;
  memory->nb_transport_fw(transaction, phase, delay);
}

tlm::tlm_sync_enum Dma::nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                        sc_core::sc_time& delay) {
  auto& transaction = static_cast<Transaction&>(payload);
  end_request(transaction, delay);
  answered_.notify(sc_core::SC_ZERO_TIME);
  if (phase != tlm::BEGIN_RESP) return tlm::TLM_ACCEPTED;
  complete(transaction, delay);
  return tlm::TLM_COMPLETED;
}

void Dma::complete(Transaction& transaction, const sc_core::sc_time& delay) {
  if (transaction.generation == generation_ && pipeline_ != nullptr) {
    if (transaction.is_read()) {
      std::copy(transaction.bytes.begin(), transaction.bytes.end(), transaction.read_to);
    }
    pipeline_->respond(transaction.tag, answer(transaction, delay));
  }
  transaction.release();
}

std::uint64_t Dma::answer(const tlm::tlm_generic_payload& payload, const sc_core::sc_time& delay) {
  const std::uint64_t cycle = clocking_.edge_at_or_after(sc_core::sc_time_stamp() + delay);
  if (!payload.is_response_ok()) failed_cycle_ = std::min(failed_cycle_, cycle);
  return cycle;
}

}  // namespace dcnsim

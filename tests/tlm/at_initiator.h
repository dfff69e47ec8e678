// SPDX-License-Identifier: Apache-2.0
// An approximately timed initiator for tests: sends a list of accesses, as many outstanding as
// allowed, and ends responses in any of the ways the base protocol permits. It takes the phases of
// the target, and makes its own, at the times with which they are annotated.
#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <systemc>
#include <tlm>
#include <utility>
#include <vector>

namespace dcnsim {

class AtInitiator : public sc_core::sc_module, private tlm::tlm_mm_interface {
 public:
  struct Access {
    sc_core::sc_time not_before;
    tlm::tlm_command command;
    std::uint64_t address;
    std::vector<std::uint8_t> data;
  };
  struct Result {
    std::vector<std::uint8_t> data;
    tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
    sc_core::sc_time begin, accepted, done;  ///< BEGIN_REQ, END_REQ, BEGIN_RESP
    std::size_t order = 0;                   ///< of completion
    bool finished = false;
  };
  /// `response_time` after the response began: in the answer to it, by a call that is annotated, or
  /// by a call at that time.
  enum class EndResponse : std::uint8_t { kCompleted, kUpdated, kAnnotated, kLater };

  tlm_utils::simple_initiator_socket<AtInitiator, 32> socket;

  /// Requests come annotated with `ahead`, that much before their time.
  AtInitiator(const sc_core::sc_module_name& name, std::vector<Access> accesses,
              std::size_t outstanding, EndResponse end_response,
              const sc_core::sc_time& response_time = sc_core::SC_ZERO_TIME,
              const sc_core::sc_time& ahead = sc_core::SC_ZERO_TIME)
      : sc_module(name),
        socket("socket"),
        results(accesses.size()),
        accesses_(std::move(accesses)),
        outstanding_(outstanding),
        end_response_(end_response),
        response_time_(response_time),
        ahead_(ahead),
        ends_(this, &AtInitiator::on_end) {
    socket.register_nb_transport_bw(this, &AtInitiator::nb_transport_bw);
    SC_HAS_PROCESS(AtInitiator);
    SC_THREAD(run);
  }

  std::vector<Result> results;  ///< one an access
  int payloads_alive = 0;       ///< whose reference count is not 0

 private:
  using Payload = tlm::tlm_generic_payload;

  void free(Payload* payload) override {
    --payloads_alive;
    payload->reset();
    idle_.push_back(payload);
  }

  void run() {
    for (std::size_t i = 0; i < accesses_.size(); ++i) {
      Access& access = accesses_[i];
      wait_until(access.not_before - std::min(ahead_, access.not_before));
      while (requesting_ != nullptr || in_flight_.size() >= outstanding_) wait(progress_);
      wait_until(request_end_ - std::min(ahead_, request_end_));
      Payload& payload = *obtain();
      payload.acquire();
      ++payloads_alive;
      payload.set_command(access.command);
      payload.set_address(access.address);
      payload.set_data_ptr(access.data.data());
      payload.set_data_length(static_cast<unsigned>(access.data.size()));
      payload.set_streaming_width(static_cast<unsigned>(access.data.size()));
      payload.set_byte_enable_ptr(nullptr);
      payload.set_dmi_allowed(false);
      payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
      in_flight_[&payload] = i;
      results[i].begin = sc_core::sc_time_stamp() + ahead_;
      requesting_ = &payload;
      tlm::tlm_phase phase = tlm::BEGIN_REQ;
      sc_core::sc_time delay = ahead_;
      const tlm::tlm_sync_enum status = socket->nb_transport_fw(payload, phase, delay);
      if (status == tlm::TLM_ACCEPTED) continue;
      if (status == tlm::TLM_UPDATED && phase > tlm::END_RESP) continue;  // added by others
      request_ends(payload, delay);
      if (status == tlm::TLM_UPDATED && phase == tlm::END_REQ) continue;
      take(payload, delay);
      if (status == tlm::TLM_COMPLETED) {
        ends_.notify(payload, kFinish, delay);
      } else {
        ends_.notify(payload, tlm::END_RESP, delay + response_time_);
      }
    }
  }
  void wait_until(const sc_core::sc_time& time) {
    if (time > sc_core::sc_time_stamp()) wait(time - sc_core::sc_time_stamp());
  }

  Payload* obtain() {
    if (idle_.empty()) {
      pool_.push_back(std::make_unique<Payload>(static_cast<tlm::tlm_mm_interface*>(this)));
      return pool_.back().get();
    }
    Payload* payload = idle_.back();
    idle_.pop_back();
    return payload;
  }

  tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) {
    if (phase > tlm::END_RESP) return tlm::TLM_ACCEPTED;  // added by others
    request_ends(payload, delay);
    if (phase == tlm::END_REQ) return tlm::TLM_ACCEPTED;
    take(payload, delay);
    switch (end_response_) {
      case EndResponse::kCompleted:
      case EndResponse::kUpdated:
        phase = tlm::END_RESP;
        delay += response_time_;
        ends_.notify(payload, kFinish, delay);
        return end_response_ == EndResponse::kUpdated ? tlm::TLM_UPDATED : tlm::TLM_COMPLETED;
      case EndResponse::kAnnotated:
        ends_.notify(payload, tlm::END_RESP, delay);
        return tlm::TLM_ACCEPTED;
      case EndResponse::kLater:
        ends_.notify(payload, tlm::END_RESP, delay + response_time_);
        return tlm::TLM_ACCEPTED;
    }
    return tlm::TLM_ACCEPTED;
  }

  void request_ends(Payload& payload, const sc_core::sc_time& delay) {
    if (requesting_ != &payload) return;
    requesting_ = nullptr;
    request_end_ = sc_core::sc_time_stamp() + delay;
    results[in_flight_.at(&payload)].accepted = request_end_;
    progress_.notify(sc_core::SC_ZERO_TIME);
  }
  void take(Payload& payload, const sc_core::sc_time& delay) {
    const std::size_t i = in_flight_.at(&payload);
    Result& result = results[i];
    result.data = accesses_[i].data;
    result.status = payload.get_response_status();
    result.done = sc_core::sc_time_stamp() + delay;
    result.order = completed_++;
    result.finished = true;
  }
  /// The response ends, by a call or because it has been said already.
  void on_end(Payload& payload, const tlm::tlm_phase& end) {
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    if (end == tlm::END_RESP) {
      if (end_response_ == EndResponse::kAnnotated) delay = response_time_;
      tlm::tlm_phase phase = end;
      socket->nb_transport_fw(payload, phase, delay);
    }
    if (delay > sc_core::SC_ZERO_TIME) {
      ends_.notify(payload, kFinish, delay);
      return;
    }
    in_flight_.erase(&payload);
    payload.release();
    progress_.notify(sc_core::SC_ZERO_TIME);
  }

  static constexpr tlm::tlm_phase_enum kFinish = tlm::UNINITIALIZED_PHASE;
  std::vector<Access> accesses_;
  const std::size_t outstanding_;
  const EndResponse end_response_;
  const sc_core::sc_time response_time_, ahead_;
  tlm_utils::peq_with_cb_and_phase<AtInitiator> ends_;
  std::vector<std::unique_ptr<Payload>> pool_;
  std::vector<Payload*> idle_;
  std::map<Payload*, std::size_t> in_flight_;
  Payload* requesting_ = nullptr;
  sc_core::sc_time request_end_;  ///< of the latest request that ended
  std::size_t completed_ = 0;
  sc_core::sc_event progress_;
};

}  // namespace dcnsim

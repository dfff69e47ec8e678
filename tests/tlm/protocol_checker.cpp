// SPDX-License-Identifier: Apache-2.0
#include "tests/tlm/protocol_checker.h"

namespace dcnsim {

using sc_core::sc_time;

namespace {

/// One that somebody has added to those of the base protocol, whose recipient may ignore it.
bool is_ignorable(const tlm::tlm_phase& phase) { return phase > tlm::END_RESP; }

}  // namespace

ProtocolChecker::Attributes::Attributes(const Payload& payload)
    : command(payload.get_command()),
      address(payload.get_address()),
      data(payload.get_data_ptr()),
      length(payload.get_data_length()),
      streaming_width(payload.get_streaming_width()),
      enables(payload.get_byte_enable_ptr()),
      enable_length(payload.get_byte_enable_length()) {}

ProtocolChecker::ProtocolChecker(const sc_core::sc_module_name& name)
    : sc_module(name), from_initiator("from_initiator"), to_target("to_target") {
  from_initiator.register_b_transport(this, &ProtocolChecker::b_transport);
  from_initiator.register_nb_transport_fw(this, &ProtocolChecker::nb_transport_fw);
  from_initiator.register_transport_dbg(this, &ProtocolChecker::transport_dbg);
  from_initiator.register_get_direct_mem_ptr(this, &ProtocolChecker::get_direct_mem_ptr);
  to_target.register_nb_transport_bw(this, &ProtocolChecker::nb_transport_bw);
  to_target.register_invalidate_direct_mem_ptr(this, &ProtocolChecker::invalidate_direct_mem_ptr);
}

void ProtocolChecker::b_transport(Payload& payload, sc_time& delay) {
  expect(sc_core::sc_get_current_process_handle().proc_kind() != sc_core::SC_METHOD_PROC_,
         "b_transport is not called from a method process (11.1.1.5)");
  expect(transactions_.count(&payload) == 0,
         "b_transport and nb_transport are not mixed on one transaction (15.2.10 c)");
  expect_fresh(payload);
  expect_progress();
  const Attributes attributes(payload);
  const sc_time begin = sc_core::sc_time_stamp() + delay;
  expect(calls_.emplace(&payload, Transaction{attributes, State::kRequest, begin}).second,
         "one call at a time has a payload (14.5)");
  try {
    to_target->b_transport(payload, delay);
  } catch (const sc_core::sc_unwind_exception&) {
    expect(false, "a call into the target returns: a reset does not unwind it (11.1.1)");
    calls_.erase(&payload);
    throw;
  }
  calls_.erase(&payload);
  expect(sc_core::sc_time_stamp() + delay >= begin, "time does not run backwards (11.1.3)");
  expect_unchanged(attributes, payload, true);
  expect_response(payload);
  ++completed_;
}

tlm::tlm_sync_enum ProtocolChecker::nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                                    sc_time& delay) {
  const Call call{phase, delay};
  if (phase == tlm::BEGIN_REQ) {
    begin_request(payload, delay);
  } else if (is_ignorable(phase)) {
    expect_under_way(payload);
  } else {
    expect(phase == tlm::END_RESP, "an initiator makes BEGIN_REQ and END_RESP only (15.2.4)");
    if (phase == tlm::END_RESP) next_phase(payload, phase, delay);
  }
  const tlm::tlm_sync_enum status = to_target->nb_transport_fw(payload, phase, delay);
  if (call.phase == tlm::END_RESP) {
    expect(status != tlm::TLM_UPDATED, "no phase follows END_RESP (15.2.4)");
  } else {
    target_answered(payload, status, call, phase, delay);
  }
  return status;
}

tlm::tlm_sync_enum ProtocolChecker::nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                                    sc_time& delay) {
  const Call call{phase, delay};
  if (is_ignorable(phase)) {
    expect_under_way(payload);
  } else {
    const bool known = phase == tlm::END_REQ || phase == tlm::BEGIN_RESP;
    expect(known, "a target makes END_REQ and BEGIN_RESP only (15.2.4)");
    if (known) next_phase(payload, phase, delay);
  }
  const tlm::tlm_sync_enum status = from_initiator->nb_transport_bw(payload, phase, delay);
  if (status == tlm::TLM_ACCEPTED) {
    expect_accepted(call, phase, delay);
  } else if (call.phase == tlm::END_REQ) {
    expect(false, "END_REQ is answered by TLM_ACCEPTED (15.2.4)");
  } else if (status == tlm::TLM_COMPLETED || !is_ignorable(phase)) {
    expect(status == tlm::TLM_COMPLETED || phase == tlm::END_RESP,
           "END_RESP follows BEGIN_RESP (15.2.4)");
    next_phase(payload, tlm::END_RESP, delay);
  }
  return status;
}

unsigned ProtocolChecker::transport_dbg(Payload& payload) {
  const unsigned moved = to_target->transport_dbg(payload);
  expect(moved <= payload.get_data_length(), "debug moves no more than the length (11.3)");
  return moved;
}

bool ProtocolChecker::get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi) {
  const bool granted = to_target->get_direct_mem_ptr(payload, dmi);
  expect(dmi.get_start_address() <= payload.get_address() &&
             payload.get_address() <= dmi.get_end_address(),
         "a DMI answer covers the address asked for (11.2)");
  return granted;
}

void ProtocolChecker::invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) {
  expect(start <= end, "an invalidated range has an end (11.2)");
  from_initiator->invalidate_direct_mem_ptr(start, end);
}

void ProtocolChecker::expect(bool holds, const char* rule) {
  if (!holds) violations_.push_back(sc_core::sc_time_stamp().to_string() + ": " + rule);
}

void ProtocolChecker::expect_fresh(const Payload& payload) {
  expect(payload.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE,
         "the response status starts as TLM_INCOMPLETE_RESPONSE (14.17)");
  expect(!payload.is_dmi_allowed(), "the DMI hint starts as false (14.18)");
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) return;
  expect(payload.get_data_ptr() != nullptr, "there is a data pointer (14.11)");
  expect(payload.get_data_length() > 0, "the data length is greater than 0 (14.12)");
  expect(payload.get_streaming_width() > 0, "the streaming width is greater than 0 (14.15)");
  expect(payload.get_byte_enable_ptr() == nullptr || payload.get_byte_enable_length() > 0,
         "byte enables have a length (14.14)");
}

void ProtocolChecker::expect_unchanged(const Attributes& before, const Payload& payload,
                                       bool with_address) {
  const Attributes now(payload);
  expect(now.command == before.command && now.data == before.data && now.length == before.length &&
             now.streaming_width == before.streaming_width && now.enables == before.enables &&
             now.enable_length == before.enable_length,
         "attributes are not modified between BEGIN_REQ and the end (14.7)");
  expect(!with_address || now.address == before.address, "the address is restored (14.7)");
}

void ProtocolChecker::expect_response(const Payload& payload) {
  expect(payload.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE,
         "a response has a status (14.17)");
}

void ProtocolChecker::expect_accepted(const Call& call, const tlm::tlm_phase& phase,
                                      const sc_time& delay) {
  expect(phase == call.phase && delay == call.delay,
         "TLM_ACCEPTED leaves phase and time alone (11.1.2.7)");
}

void ProtocolChecker::expect_under_way(const Payload& payload) {
  expect(transactions_.count(&payload) > 0, "a phase belongs to a transaction under way (15.2.3)");
}

void ProtocolChecker::expect_progress() {
  const sc_time now = sc_core::sc_time_stamp();
  for (auto* under_way : {&transactions_, &calls_}) {
    for (auto& [payload, transaction] : *under_way) {
      if (transaction.forgotten || now <= transaction.time + patience()) continue;
      transaction.forgotten = true;
      expect(false, "a transaction under way makes progress (15.2)");
    }
  }
}

std::vector<std::string> ProtocolChecker::awaited() const {
  std::vector<std::string> lines;
  const auto add = [&](const Transaction& transaction, const std::string& what) {
    const Attributes& a = transaction.attributes;
    lines.push_back(std::string(a.command == tlm::TLM_WRITE_COMMAND ? "write" : "read") + " of " +
                    std::to_string(a.length) + " bytes at " + std::to_string(a.address) +
                    " waits for " + what + " since " + transaction.time.to_string());
  };
  for (const auto& [payload, transaction] : transactions_) {
    add(transaction, transaction.state == State::kRequest    ? "END_REQ"
                     : transaction.state == State::kResponse ? "END_RESP"
                                                             : "BEGIN_RESP");
  }
  for (const auto& [payload, transaction] : calls_) add(transaction, "the return of b_transport");
  return lines;
}

void ProtocolChecker::begin_request(Payload& payload, const sc_time& delay) {
  expect_progress();
  expect(payload.has_mm() && payload.get_ref_count() >= 1,
         "a payload has a memory manager and a reference (14.5)");
  expect_fresh(payload);
  const sc_time time = sc_core::sc_time_stamp() + delay;
  expect(requesting_ == nullptr && time >= request_end_,
         "one request at a time in its request phase (15.2.6 e)");
  const Transaction begun{Attributes(payload), State::kRequest, time};
  expect(transactions_.emplace(&payload, begun).second,
         "BEGIN_REQ begins a transaction that is not under way (15.2.3)");
  requesting_ = &payload;
}

void ProtocolChecker::target_answered(Payload& payload, tlm::tlm_sync_enum status, const Call& call,
                                      const tlm::tlm_phase& phase, const sc_time& delay) {
  switch (status) {
    case tlm::TLM_ACCEPTED:
      expect_accepted(call, phase, delay);
      return;
    case tlm::TLM_UPDATED:
      if (is_ignorable(phase)) return;
      expect(phase == tlm::END_REQ || phase == tlm::BEGIN_RESP,
             "END_REQ or BEGIN_RESP follows BEGIN_REQ (15.2.4)");
      next_phase(payload, phase, delay);
      return;
    case tlm::TLM_COMPLETED: {
      expect_response(payload);
      const auto found = transactions_.find(&payload);
      if (found == transactions_.end()) return;
      pass(found->second, sc_core::sc_time_stamp() + delay);
      complete(payload, sc_core::sc_time_stamp() + delay);
      return;
    }
  }
}

void ProtocolChecker::next_phase(Payload& payload, const tlm::tlm_phase& phase,
                                 const sc_time& delay) {
  expect_under_way(payload);
  const auto found = transactions_.find(&payload);
  if (found == transactions_.end()) return;
  Transaction& transaction = found->second;
  const sc_time time = sc_core::sc_time_stamp() + delay;
  pass(transaction, time);
  expect_unchanged(transaction.attributes, payload, phase == tlm::BEGIN_RESP);

  if (phase == tlm::END_RESP) {
    expect(transaction.state == State::kResponse, "END_RESP follows BEGIN_RESP (15.2.4)");
    complete(payload, time);
    return;
  }
  end_request(payload, time);
  if (phase == tlm::END_REQ) {
    expect(transaction.state == State::kRequest, "END_REQ follows BEGIN_REQ (15.2.4)");
    transaction.state = State::kBetween;
    return;
  }
  expect(transaction.state != State::kResponse, "BEGIN_RESP comes once (15.2.4)");
  expect(responding_ == nullptr && time >= response_end_,
         "one response at a time in its response phase (15.2.6 f)");
  expect_response(payload);
  transaction.state = State::kResponse;
  responding_ = &payload;
}

void ProtocolChecker::pass(Transaction& transaction, const sc_time& time) {
  expect(time >= transaction.time, "phases of a transaction do not run backwards (11.1.3)");
  transaction.time = time;
}

void ProtocolChecker::end_request(const Payload& payload, const sc_time& time) {
  if (requesting_ != &payload) return;
  requesting_ = nullptr;
  request_end_ = time;
}

void ProtocolChecker::complete(Payload& payload, const sc_time& time) {
  end_request(payload, time);
  if (responding_ == &payload) {
    responding_ = nullptr;
    response_end_ = time;
  }
  completed_ += transactions_.erase(&payload);
}

}  // namespace dcnsim

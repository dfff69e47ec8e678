// SPDX-License-Identifier: Apache-2.0
// A transparent TLM-2.0 interposer that checks the base protocol (IEEE 1666-2011) on one binding:
// bind it between an initiator and a target, run, look at violations(). A phase that is annotated
// counts from its time on, so that an exclusion rule is broken by whoever goes before it. Phases
// that others have added pass and change nothing. Beyond the standard it expects what our
// components do: no streaming width of 0, addresses restored with the response, no transaction
// without progress for kPatience.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <map>
#include <string>
#include <systemc>
#include <tlm>
#include <utility>
#include <vector>

namespace dcnsim {

class ProtocolChecker : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<ProtocolChecker, 32> from_initiator;
  tlm_utils::simple_initiator_socket<ProtocolChecker, 32> to_target;

  explicit ProtocolChecker(const sc_core::sc_module_name& name);

  /// Of simulated time, until a transaction that makes no progress is one that has been forgotten.
  static sc_core::sc_time patience() { return {100, sc_core::SC_MS}; }

  /// One line each: time, clause, what happened.
  const std::vector<std::string>& violations() const { return violations_; }
  /// Those up to now, which are then forgotten.
  std::vector<std::string> take_violations() { return std::exchange(violations_, {}); }
  /// Transactions that have begun and not ended, by either interface.
  std::size_t outstanding() const { return transactions_.size() + calls_.size(); }
  /// One line for each of those: what it is, what it waits for and since when.
  std::vector<std::string> awaited() const;
  /// Transactions that have ended, by either interface.
  std::size_t completed() const { return completed_; }

 private:
  using Payload = tlm::tlm_generic_payload;

  struct Attributes {
    explicit Attributes(const Payload& payload);
    tlm::tlm_command command;
    std::uint64_t address;
    const std::uint8_t* data;
    unsigned length, streaming_width;
    const std::uint8_t* enables;
    unsigned enable_length;
  };
  enum class State : std::uint8_t { kRequest, kBetween, kResponse };
  struct Transaction {
    Attributes attributes;
    State state;
    sc_core::sc_time time;   ///< of the latest phase, annotation included
    bool forgotten = false;  ///< without progress for too long, and reported
  };
  /// What a callee may not modify when it answers TLM_ACCEPTED.
  struct Call {
    tlm::tlm_phase phase;
    sc_core::sc_time delay;
  };

  void b_transport(Payload& payload, sc_core::sc_time& delay);
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  unsigned transport_dbg(Payload& payload);
  bool get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi);
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end);

  void expect(bool holds, const char* rule);
  void expect_fresh(const Payload& payload);
  void expect_unchanged(const Attributes& before, const Payload& payload, bool with_address);
  void expect_response(const Payload& payload);
  void expect_accepted(const Call& call, const tlm::tlm_phase& phase,
                       const sc_core::sc_time& delay);
  void expect_under_way(const Payload& payload);
  void expect_progress();
  void begin_request(Payload& payload, const sc_core::sc_time& delay);
  /// What a target answered, on the return path, to a phase other than END_RESP.
  void target_answered(Payload& payload, tlm::tlm_sync_enum status, const Call& call,
                       const tlm::tlm_phase& phase, const sc_core::sc_time& delay);
  /// The phases after BEGIN_REQ, whoever makes them.
  void next_phase(Payload& payload, const tlm::tlm_phase& phase, const sc_core::sc_time& delay);
  /// A phase of `transaction`, or its early end, counts from `time` on.
  void pass(Transaction& transaction, const sc_core::sc_time& time);
  void end_request(const Payload& payload, const sc_core::sc_time& time);
  void complete(Payload& payload, const sc_core::sc_time& time);

  std::map<const Payload*, Transaction> transactions_;
  std::map<const Payload*, Transaction> calls_;  ///< of b_transport, while they last
  const Payload* requesting_ = nullptr;          ///< in its request phase
  const Payload* responding_ = nullptr;          ///< in its response phase
  sc_core::sc_time request_end_, response_end_;  ///< of the latest that ended, annotation included
  std::size_t completed_ = 0;
  std::vector<std::string> violations_;
};

}  // namespace dcnsim

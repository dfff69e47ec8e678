// SPDX-License-Identifier: Apache-2.0
// Memories that know b_transport only. They take their latency for each access and as many at once
// as come, but for those that hold a lock.
#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>

#include <set>

#include "tests/tlm/world/memory.h"
#include "tests/tlm/world/ticket_lock.h"

namespace dcnsim::world {

class LooseMemory : public Memory {
 public:
  LooseMemory(const sc_core::sc_module_name& name, Storage& storage, const Timing& timing)
      : Memory(name, storage, timing) {
    take_calls();
  }

 protected:
  /// All of the time that the caller is ahead passes.
  static void pass(sc_core::sc_time& delay) {
    sc_core::wait(delay);
    delay = sc_core::SC_ZERO_TIME;
  }
  /// Where a model gives time back to the others: when the caller is a quantum ahead.
  static void pass_from_the_quantum_on(sc_core::sc_time& delay) {
    if (delay >= tlm::tlm_global_quantum::instance().get()) pass(delay);
  }
};

class AnnotatingMemory : public LooseMemory {
  using LooseMemory::LooseMemory;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    storage_.serve(payload);
    delay += latency_of(payload);
  }
};

class WaitingMemory : public LooseMemory {
  using LooseMemory::LooseMemory;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    delay += latency_of(payload);
    pass(delay);
    storage_.serve(payload);
  }
};

class SometimesWaitingMemory : public LooseMemory {
  using LooseMemory::LooseMemory;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    delay += latency_of(payload);
    pass_from_the_quantum_on(delay);
    storage_.serve(payload);
  }
};

/// Waits now and then so long that others overtake; what it then returns is old.
class StragglingMemory : public LooseMemory {
  using LooseMemory::LooseMemory;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    storage_.serve(payload);
    const unsigned char* data = payload.get_data_ptr();
    const std::vector<unsigned char> old(data, data + payload.get_data_length());
    delay += latency_of(payload) * (++accesses_ % 5 == 0 ? 8 : 1);
    pass(delay);
    if (payload.is_read()) std::copy(old.begin(), old.end(), payload.get_data_ptr());
  }
  int accesses_ = 0;
};

/// As the target sockets of vcml, around such a memory.
class TicketMemory : public LooseMemory {
  using LooseMemory::LooseMemory;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    lock_.take();
    delay += latency_of(payload);
    pass_from_the_quantum_on(delay);
    storage_.serve(payload);
    lock_.give_back();
  }
  TicketLock lock_;
};

/// One access at a time, whatever the quantum.
class LockingMemory : public LooseMemory {
  using LooseMemory::LooseMemory;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    pass(delay);
    lock_.take();
    wait(latency_of(payload));
    storage_.serve(payload);
    lock_.give_back();
  }
  TicketLock lock_;
};

class RewritingMemory : public LooseMemory {
  using LooseMemory::LooseMemory;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    storage_.serve(payload);
    delay += latency_of(payload);
    payload.set_address(~payload.get_address());
  }
};

class IncompleteMemory : public LooseMemory {
  using LooseMemory::LooseMemory;
  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    storage_.serve(payload);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    delay += latency_of(payload);
  }
};

/// Takes calls and never lets them return.
class SilentMemory : public LooseMemory {
  using LooseMemory::LooseMemory;
  void b_transport(Payload&, sc_core::sc_time&) override { wait(never_); }
  sc_core::sc_event never_;
};

/// As a bridge to the pins of a bus: keeps pointers to the payloads of its callers while the pins
/// work, writes to payloads and to extensions of its own in them afterwards, and has a reset line,
/// which refuses all that is under way.
class Bridge : public LooseMemory {
 public:
  Bridge(const sc_core::sc_module_name& name, Storage& storage, const Timing& timing)
      : LooseMemory(name, storage, timing), pins_(this, &Bridge::answer) {}

  void line_reset() override {
    pins_.cancel_all();
    for (Payload* payload : under_way_) {
      payload->set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
      payload->get_extension<Tag>()->answered.notify(sc_core::SC_ZERO_TIME);
    }
    under_way_.clear();
  }

 private:
  struct Tag : tlm::tlm_extension<Tag> {
    sc_core::sc_event answered;
    tlm_extension_base* clone() const override { return nullptr; }
    void copy_from(const tlm_extension_base&) override {}
  };

  void b_transport(Payload& payload, sc_core::sc_time& delay) override {
    pass(delay);
    Tag tag;
    payload.set_extension(&tag);
    under_way_.insert(&payload);
    pins_.notify(payload, tlm::BEGIN_REQ, latency_of(payload));
    wait(tag.answered);
    payload.clear_extension(&tag);
  }
  void answer(Payload& payload, const tlm::tlm_phase&) {
    storage_.serve(payload);
    payload.get_extension<Tag>()->answered.notify();
    under_way_.erase(&payload);
  }

  tlm_utils::peq_with_cb_and_phase<Bridge> pins_;
  std::set<Payload*> under_way_;
};

}  // namespace dcnsim::world

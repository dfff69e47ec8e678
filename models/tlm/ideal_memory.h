// SPDX-License-Identifier: Apache-2.0
// A memory of a stated latency and bandwidth as a TLM-2.0 target: storage plus the timing of
// IdealDevice. Takes every request at once and answers in their order, loosely or approximately
// timed.
#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <deque>
#include <tlm>

#include "models/arch/accelerator_config.h"
#include "models/perf/ideal_device.h"
#include "models/perf/memory_meter.h"
#include "models/tlm/memory_storage.h"
#include "models/tlm/systemc.h"

namespace dcnsim {

class IdealMemory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<IdealMemory, 32> socket;

  IdealMemory(const sc_core::sc_module_name& name, const IdealConfig& config,
              std::uint64_t capacity_bytes);

  /// For the one accelerator that works with this memory.
  MemoryMeter& own_meter() { return own_meter_; }
  /// For each of several that share it: its events cannot be given to one of them.
  MemoryMeter& shared_meter() { return shared_meter_; }

 private:
  using Payload = tlm::tlm_generic_payload;

  void b_transport(Payload& payload, sc_core::sc_time& delay);
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  unsigned transport_dbg(Payload& payload) { return storage_.debug(payload); }
  bool get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi) {
    return storage_.grant(payload, dmi);
  }
  void on_phase(Payload& payload, const tlm::tlm_phase& phase);
  void accept(Payload& payload);
  void respond();

  /// A job that begins while requests of one that was abandoned are under way does not begin
  /// afresh.
  class OwnMeter : public MemoryMeter {
   public:
    explicit OwnMeter(IdealMemory& memory) : memory_(memory) {}
    void begin_job(std::uint64_t now_ps) override {
      if (memory_.under_way_.empty()) memory_.device_.begin_job(now_ps);
    }
    DramTime time_between(std::uint64_t, std::uint64_t) override { return {}; }
    DramEvents events_until(std::uint64_t now_ps) override {
      return memory_.device_.events_until(now_ps);
    }

   private:
    IdealMemory& memory_;
  };
  class SharedMeter : public MemoryMeter {
   public:
    void begin_job(std::uint64_t) override {}
    DramTime time_between(std::uint64_t, std::uint64_t) override { return {}; }
    DramEvents events_until(std::uint64_t) override { return {}; }
  };
  struct UnderWay {
    Payload* payload;
    std::uint64_t done_ps;
  };

  IdealDevice device_;
  OwnMeter own_meter_{*this};
  SharedMeter shared_meter_;
  MemoryStorage storage_;
  tlm_utils::peq_with_cb_and_phase<IdealMemory> phases_;  ///< of the initiator, in their time
  sc_core::sc_event next_;                                ///< the first request may be due
  std::deque<UnderWay> under_way_;                        ///< taken and without END_RESP, in order
  bool responding_ = false;                               ///< BEGIN_RESP of the first sent
};

}  // namespace dcnsim

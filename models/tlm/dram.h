// SPDX-License-Identifier: Apache-2.0
// DRAM as a TLM-2.0 target: storage plus the timing of models/perf/dram. b_transport adds the time
// to the caller's delay (LT); nb_transport follows the four phases with several requests
// outstanding (AT); both may be used side by side. Any other TLM-2.0 memory can take its place.
#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <deque>
#include <tlm>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/perf/dram/device.h"
#include "models/perf/dram/meters.h"
#include "models/perf/dram/request_queue.h"
#include "models/perf/memory_meter.h"
#include "models/tlm/memory_storage.h"
#include "models/tlm/systemc.h"

namespace dcnsim {

class Dram : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Dram, 32> socket;

  Dram(const sc_core::sc_module_name& name, const DramSpec& spec, const DramConfig& config);

  /// For the one accelerator that works with this memory. A job that begins while requests of one
  /// that was abandoned are under way does not begin afresh.
  MemoryMeter& own_meter() { return own_meter_; }
  /// For each of several that share it.
  MemoryMeter& shared_meter() { return shared_meter_; }

  /// Tells `observer` every DRAM command from now on; nullptr stops it.
  void observe(const DramObserver& observer) { device_.observe(observer); }

 private:
  using Payload = tlm::tlm_generic_payload;

  void b_transport(Payload& payload, sc_core::sc_time& delay);
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  unsigned transport_dbg(Payload& payload) { return storage_.debug(payload); }
  bool get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi) {
    return storage_.grant(payload, dmi);
  }
  void take(Payload& payload, const tlm::tlm_phase& phase, const sc_core::sc_time& delay);
  void on_phase(Payload& payload, const tlm::tlm_phase& phase);
  void go_on();
  void serve();
  /// Whether another request may be taken.
  bool has_room() const;
  /// Gives the request to the queue. Whether it has found room.
  bool enter(Payload& payload);
  void accepted(Payload& payload);
  void admit();
  void respond();
  void schedule();

  // The queue is lazy: it is brought up to date before the device is asked.

  class OwnMeter : public OwnDramMeter {
   public:
    explicit OwnMeter(Dram& dram) : OwnDramMeter(dram.device_), dram_(dram) {}
    void begin_job(std::uint64_t now_ps) override;
    DramTime time_between(std::uint64_t from_ps, std::uint64_t to_ps) override;
    DramEvents events_until(std::uint64_t now_ps) override;

   private:
    Dram& dram_;
  };
  class SharedMeter : public SharedDramMeter {
   public:
    explicit SharedMeter(Dram& dram) : SharedDramMeter(dram.device_), dram_(dram) {}
    DramTime time_between(std::uint64_t from_ps, std::uint64_t to_ps) override;

   private:
    Dram& dram_;
  };
  DramDevice device_;
  OwnMeter own_meter_;
  SharedMeter shared_meter_;
  RequestQueue queue_;
  const std::size_t queue_depth_;
  MemoryStorage storage_;

  tlm_utils::peq_with_cb_and_phase<Dram> phases_;  ///< of initiators, annotated
  sc_core::sc_event taken_;                        ///< a phase has come to pass
  sc_core::sc_event wake_;                         ///< the queue has something to do
  std::uint64_t wake_ps_ = RequestQueue::kNever;   ///< at this time
  std::deque<Payload*> at_door_;                   ///< requests that the queue does not know yet
  std::deque<Payload*> responses_;                 ///< done; the first one's response may be open
  bool responding_ = false;                        ///< BEGIN_RESP sent, END_RESP to come
};

}  // namespace dcnsim

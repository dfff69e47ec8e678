// SPDX-License-Identifier: Apache-2.0
// DRAM as a TLM-2.0 target: storage plus the timing of models/perf/dram. b_transport adds the time
// to the caller's delay (LT); nb_transport follows the four phases with several requests
// outstanding (AT); both may be used side by side. Any other TLM-2.0 memory can take its place.
#pragma once

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>
#include <systemc>
#include <tlm>

#include "models/arch/accelerator_config.h"
#include "models/arch/dram_spec.h"
#include "models/perf/dram/device.h"
#include "models/perf/dram/request_queue.h"

namespace dcnsim {

class Dram : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Dram, 32> socket;

  Dram(const sc_core::sc_module_name& name, const DramSpec& spec, const DramConfig& config);

  /// At `now`, closes all rows and restarts clock and refresh interval; contents stay. Call only
  /// while no request is under way.
  void reset_timing(const sc_core::sc_time& now);

  /// Events from reset_timing() to `now`.
  DramEvents events(const sc_core::sc_time& now);

  /// How the time from `from` to `to` (no later than now) was spent.
  DramTime time_between(const sc_core::sc_time& from, const sc_core::sc_time& to);

  /// Tells `observer` every DRAM command from now on; nullptr stops it.
  void observe(const DramObserver& observer) { device_.observe(observer); }

 private:
  using Payload = tlm::tlm_generic_payload;

  void b_transport(Payload& payload, sc_core::sc_time& delay);
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  unsigned transport_dbg(Payload& payload);
  bool get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi);

  /// True if the access has to be made; otherwise the payload holds its response already.
  bool check(Payload& payload) const;
  void on_phase(Payload& payload, const tlm::tlm_phase& phase);
  void serve();
  void admit();
  void respond();
  void schedule();

  struct Free {
    void operator()(std::uint8_t* p) const { std::free(p); }
  };
  DramDevice device_;
  RequestQueue queue_;
  const std::uint64_t capacity_bytes_;
  const std::size_t queue_depth_;
  std::unique_ptr<std::uint8_t[], Free>
      storage_;  ///< calloc: pages that are never touched cost nothing

  tlm_utils::peq_with_cb_and_phase<Dram> phases_;  ///< of initiators, at their annotated times
  sc_core::sc_event wake_;                         ///< the queue has something to do
  std::deque<Payload*> at_door_;                   ///< requests whose END_REQ is withheld
  std::deque<Payload*> responses_;                 ///< done; the first one's response may be open
  bool responding_ = false;                        ///< BEGIN_RESP sent, END_RESP to come
};

}  // namespace dcnsim

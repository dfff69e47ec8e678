// SPDX-License-Identifier: Apache-2.0
// Stands between an initiator and a target and passes on all that is loosely timed; those derived
// from it change something on the way. Approximately timed, its socket turns requests into calls.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <systemc>
#include <tlm>

namespace dcnsim::world {

class Interposer : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Interposer, 32> from_initiator{"from_initiator"};
  tlm_utils::simple_initiator_socket<Interposer, 32> to_target{"to_target"};

  explicit Interposer(const sc_core::sc_module_name& name) : sc_module(name) {
    from_initiator.register_b_transport(this, &Interposer::b_transport);
    from_initiator.register_transport_dbg(this, &Interposer::transport_dbg);
    from_initiator.register_get_direct_mem_ptr(this, &Interposer::get_direct_mem_ptr);
    to_target.register_invalidate_direct_mem_ptr(this, &Interposer::invalidate_direct_mem_ptr);
  }

 protected:
  using Payload = tlm::tlm_generic_payload;

  virtual void b_transport(Payload& payload, sc_core::sc_time& delay) {
    to_target->b_transport(payload, delay);
  }

  /// For those that pass phases on.
  void take_phases() {
    from_initiator.register_nb_transport_fw(this, &Interposer::nb_transport_fw);
    to_target.register_nb_transport_bw(this, &Interposer::nb_transport_bw);
  }
  virtual tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                             sc_core::sc_time& delay) {
    return to_target->nb_transport_fw(payload, phase, delay);
  }
  virtual tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                             sc_core::sc_time& delay) {
    return from_initiator->nb_transport_bw(payload, phase, delay);
  }

 private:
  unsigned transport_dbg(Payload& payload) { return to_target->transport_dbg(payload); }
  bool get_direct_mem_ptr(Payload& payload, tlm::tlm_dmi& dmi) {
    return to_target->get_direct_mem_ptr(payload, dmi);
  }
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) {
    from_initiator->invalidate_direct_mem_ptr(start, end);
  }
};

}  // namespace dcnsim::world

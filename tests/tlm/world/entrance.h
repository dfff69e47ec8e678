// SPDX-License-Identifier: Apache-2.0
// The way into a memory, which an accelerator shares with another initiator. It changes nothing of
// the accelerator's; the other's accesses wait their turn as the base protocol wants it.
#pragma once

#include <array>

#include "models/arch/transport.h"
#include "tests/tlm/world/interposer.h"

namespace dcnsim::world {

class Entrance : public Interposer, private tlm::tlm_mm_interface {
 public:
  Entrance(const sc_core::sc_module_name& name, Transport transport);

  /// How far ahead of simulated time the accelerator has called.
  const sc_core::sc_time& most_ahead() const { return most_ahead_; }

  /// The other initiator's access, which passes the time that it takes.
  tlm::tlm_response_status access(tlm::tlm_command command, std::uint64_t address,
                                  std::array<std::uint8_t, 4>& data);

 private:
  void b_transport(Payload& payload, sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_fw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_bw(Payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  void free(Payload* payload) override { delete payload; }
  void call_in_phases(Payload& payload);
  /// A phase that may end the request phase, whoever's it is.
  void note(const Payload& payload, const tlm::tlm_phase& phase, const sc_core::sc_time& delay);

  const Transport transport_;
  sc_core::sc_time most_ahead_;
  const Payload* requesting_ = nullptr;
  sc_core::sc_time request_end_;
  sc_core::sc_event request_ended_;
  Payload* own_ = nullptr;  ///< of the other initiator
  bool responded_ = false;
  sc_core::sc_event response_;
};

}  // namespace dcnsim::world

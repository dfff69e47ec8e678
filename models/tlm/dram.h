// SPDX-License-Identifier: Apache-2.0
// DRAM as a loosely timed TLM-2.0 target: storage plus the bank timing of DramBanks, added to the
// caller's delay. Any other TLM-2.0 memory can take its place.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <systemc>
#include <tlm>

#include "models/arch/dram_spec.h"
#include "models/perf/dram_banks.h"

namespace dcnsim {

class Dram : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Dram, 32> socket;

  Dram(const sc_core::sc_module_name& name, const DramSpec& spec, int channels,
       std::uint64_t capacity_bytes);

  /// At `now`, closes all rows and restarts the refresh interval; contents stay.
  void reset_timing(const sc_core::sc_time& now);

  /// Events from reset_timing() to `now`.
  DramEvents events(const sc_core::sc_time& now);

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(tlm::tlm_generic_payload& payload);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);

  struct Free {
    void operator()(std::uint8_t* p) const { std::free(p); }
  };
  DramBanks banks_;
  std::uint64_t capacity_bytes_;
  std::unique_ptr<std::uint8_t[], Free>
      storage_;  ///< calloc: pages that are never touched cost nothing
};

}  // namespace dcnsim

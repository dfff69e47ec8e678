// SPDX-License-Identifier: Apache-2.0
// What all memories of the world share: one target socket, bytes that outlive them, and how long
// they take. Each of them behaves at its socket as a memory that somebody's platform brings.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

namespace dcnsim::world {

using Payload = tlm::tlm_generic_payload;

struct Timing {
  sc_core::sc_time accept;        ///< from BEGIN_REQ to its end, where there are phases
  sc_core::sc_time latency;       ///< from then to the response
  bool varies_by_access = false;  ///< 0 to 3 times as much, by command and address
};

/// Bytes, and what an access does to them.
class Storage {
 public:
  std::vector<std::uint8_t> bytes;

  explicit Storage(std::size_t count) : bytes(count) {}

  void serve(Payload& payload) {
    const std::uint64_t address = payload.get_address();
    const unsigned length = payload.get_data_length();
    if (address > bytes.size() || length > bytes.size() - address) {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    std::uint8_t* at = bytes.data() + address;
    if (payload.is_read()) std::copy_n(at, length, payload.get_data_ptr());
    if (payload.is_write()) std::copy_n(payload.get_data_ptr(), length, at);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

class Memory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Memory, 32> socket{"socket"};

  Memory(const sc_core::sc_module_name& name, Storage& storage, const Timing& timing)
      : sc_module(name), storage_(storage), timing_(timing) {}

  /// The platform's reset line, of those that have one, is active.
  virtual void line_reset() {}

 protected:
  /// A memory takes one of the two; the socket turns the other kind of call into it.
  void take_calls() { socket.register_b_transport(this, &Memory::b_transport); }
  void take_phases() { socket.register_nb_transport_fw(this, &Memory::nb_transport_fw); }
  virtual void b_transport(Payload&, sc_core::sc_time&) {}
  virtual tlm::tlm_sync_enum nb_transport_fw(Payload&, tlm::tlm_phase&, sc_core::sc_time&) {
    return tlm::TLM_ACCEPTED;
  }

  sc_core::sc_time latency_of(const Payload& payload) const {
    if (!timing_.varies_by_access) return timing_.latency;
    const std::uint64_t seed = payload.get_address() / 4 * 2 + (payload.is_write() ? 1 : 0);
    return timing_.latency * static_cast<double>((seed * 2654435761u >> 16) % 4096) / 1365.;
  }

  Storage& storage_;
  const Timing timing_;
};

}  // namespace dcnsim::world

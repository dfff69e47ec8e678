// SPDX-License-Identifier: Apache-2.0
// DMA engine: cuts runs of whole bus words into bursts (powers of two, naturally aligned, never
// across 4 KiB), keeps several in flight per direction and counts bytes by stream. Loosely timed:
// each burst is one b_transport; its completion time is known when it is issued.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstdint>
#include <deque>
#include <systemc>
#include <tlm>

#include "models/arch/accelerator_config.h"
#include "models/arch/layer.h"
#include "models/tlm/clocking.h"

namespace dcnsim {

class Dma : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Dma, 32> memory;

  Dma(const sc_core::sc_module_name& name, const DmaConfig& config, const Clocking& clocking);

  /// Reads `bytes` (a multiple of the bus width, at an aligned address) into `data`. Waits only for
  /// room among the outstanding requests; returns when the last byte will have arrived.
  sc_core::sc_time read(Stream stream, std::uint64_t address, std::uint64_t bytes,
                        std::uint8_t* data);
  /// Likewise for writing; returns when the memory has taken the last byte.
  sc_core::sc_time write(Stream stream, std::uint64_t address, std::uint64_t bytes,
                         std::uint8_t* data);

  /// Forgets requests in flight and the error. Call only while no transfer is under way.
  void reset();

  /// True once any burst has come back with anything but TLM_OK_RESPONSE.
  bool failed() const { return failed_; }
  const std::array<std::uint64_t, kStreams>& stream_bytes() const { return stream_bytes_; }

 private:
  /// One direction: its requests in flight and when its data port is free again.
  struct Channel {
    std::deque<sc_core::sc_time> in_flight;
    sc_core::sc_time next_issue;
    sc_core::sc_time port_free;
    tlm::tlm_generic_payload payload;  ///< of the burst being made; used again for the next
  };

  sc_core::sc_time transfer(Channel& channel, tlm::tlm_command command, Stream stream,
                            std::uint64_t address, std::uint64_t bytes, std::uint8_t* data);
  sc_core::sc_time burst(Channel& channel, tlm::tlm_command command, std::uint64_t address,
                         std::uint64_t bytes, std::uint8_t* data);

  const DmaConfig config_;
  const Clocking clocking_;
  Channel read_, write_;
  bool failed_ = false;
  std::array<std::uint64_t, kStreams> stream_bytes_{};
};

}  // namespace dcnsim

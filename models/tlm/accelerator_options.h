// SPDX-License-Identifier: Apache-2.0
// What a platform decides about an accelerator beside its machine: how its memory port speaks and
// what it makes of memories that are late or say nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "models/arch/transport.h"
#include "models/tlm/systemc.h"

namespace dcnsim {

/// What a burst means whose payload comes back with TLM_INCOMPLETE_RESPONSE: IEEE 1666 (14.17) has
/// the target set a response, many memories set none.
enum class IncompleteResponse : std::uint8_t {
  kError,  ///< the job ends in BUS_ERROR
  kOk,     ///< as TLM_OK_RESPONSE
};

struct AcceleratorOptions {
  // NOLINTNEXTLINE(google-explicit-constructor): a transport alone says all that most need to say
  AcceleratorOptions(Transport port = Transport::kLooselyTimed) : transport(port) {}

  Transport transport;
  /// Loosely timed: how far the DMA runs ahead of simulated time; none: as far as the global
  /// quantum lets everybody.
  std::optional<sc_core::sc_time> quantum;
  /// Simulated time after which a job that waits for nothing but the memory says so, once; 0:
  /// never.
  sc_core::sc_time watchdog{1, sc_core::SC_MS};
  IncompleteResponse incomplete_response = IncompleteResponse::kError;
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// How the accelerator's memory port speaks TLM-2.0.
#pragma once

#include <cstdint>
#include <string_view>

namespace dcnsim {

enum class Transport : std::uint8_t {
  kLooselyTimed,        ///< b_transport: the memory annotates when it is done
  kApproximatelyTimed,  ///< nb_transport: four phases, requests outstanding beside one another
};

constexpr std::string_view to_string(Transport transport) {
  return transport == Transport::kLooselyTimed ? "loosely timed" : "approximately timed";
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// How the accelerator's memory port speaks TLM-2.0.
#pragma once

#include <cstdint>

namespace dcnsim {

enum class Transport : std::uint8_t {
  kLooselyTimed,        ///< b_transport: the memory annotates when it is done
  kApproximatelyTimed,  ///< nb_transport: four phases, requests outstanding beside one another
};

}  // namespace dcnsim

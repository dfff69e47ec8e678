// SPDX-License-Identifier: Apache-2.0
// An extended phase that nobody but its makers knows: it may be ignored and changes nothing.
#pragma once

#include <tlm>

namespace dcnsim::world {

DECLARE_EXTENDED_PHASE(PEEK);

}  // namespace dcnsim::world

// SPDX-License-Identifier: Apache-2.0
// Names of networks that come from files.
#pragma once

#include "workloads/network.h"

namespace dcnsim {

/// Makes the names of a network that was just read fit for terminals and for files of any kind:
/// printable, at most kMaxNameLength characters, those of layers unique as they were before. A name
/// that is so already stays.
void clean_names(FloatNetwork& network);
void clean_names(FixedNetwork& network);

}  // namespace dcnsim

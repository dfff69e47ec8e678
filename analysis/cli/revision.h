// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dcnsim::cli {

/// Of the sources, as git knew it when this was built: "a1b2c3d", "a1b2c3d-dirty", "unknown".
const char* revision();

}  // namespace dcnsim::cli

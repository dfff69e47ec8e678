// SPDX-License-Identifier: Apache-2.0
// The accelerators that come with the command, for programs that know DCNSIM_SOURCE_DIR.
#pragma once

#include <string>

#include "models/arch/accelerator_config.h"
#include "models/arch/accelerator_yaml.h"

namespace dcnsim {

inline AcceleratorConfig preset(const std::string& name) {
  return load_accelerator(DCNSIM_SOURCE_DIR "/models/arch/presets/" + name + ".yaml");
}

}  // namespace dcnsim

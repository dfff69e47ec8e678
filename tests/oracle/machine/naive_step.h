// SPDX-License-Identifier: Apache-2.0
// One step of a schedule on the array or the vector unit, while nobody disturbs it.
#pragma once

#include "models/arch/accelerator_config.h"
#include "models/arch/descriptor.h"
#include "tests/oracle/machine/layer_steps.h"
#include "tests/oracle/machine/tally.h"

namespace dcnsim::oracle {

struct StepRun {
  Int cycles = 0, fill_drain = 0, overhead = 0;
  Accesses weight_buffer, input_buffer, output_buffer;
};

/// Its events are added to `tally`.
StepRun run_step(const AcceleratorConfig& machine, const Descriptor& layer, const Step& step,
                 Tally& tally);

}  // namespace dcnsim::oracle

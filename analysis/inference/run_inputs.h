// SPDX-License-Identifier: Apache-2.0
// What a run works on: everything that its request names, read.
#pragma once

#include <vector>

#include "analysis/evaluation/input_file.h"
#include "analysis/evaluation/machine.h"
#include "analysis/inference/inference.h"
#include "workloads/cifar10/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

struct RunInputs {
  Machine machine;
  FixedNetwork network;
  Dataset images;
  std::vector<InputFile> files;  ///< that all this was read from
};

/// Throws what run() throws of files and of the request.
RunInputs run_inputs(const RunRequest& request, const OnRunProgress& progress);

}  // namespace dcnsim

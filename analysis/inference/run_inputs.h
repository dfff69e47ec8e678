// SPDX-License-Identifier: Apache-2.0
// What a run works on: everything that its request names, read.
#pragma once

#include <vector>

#include "analysis/evaluation/input_file.h"
#include "analysis/evaluation/machine.h"
#include "analysis/inference/inference.h"
#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

struct RunInputs {
  Machine machine;
  FixedNetwork network;
  PixelStatement pixels;
  Dataset images;  ///< one of random pixels where there are none
  bool has_images = true;
  std::string no_accuracy;  ///< why, in words; "" if there is one
  std::vector<std::string> warnings;
  std::vector<InputFile> files;           ///< that all this was read from
  std::vector<TensorRange> tensors = {};  ///< FixedPoint::tensors
};

/// Throws what run() throws of files and of the request.
RunInputs run_inputs(const RunRequest& request, const OnRunProgress& progress);

}  // namespace dcnsim

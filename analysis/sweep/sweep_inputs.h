// SPDX-License-Identifier: Apache-2.0
// The files of a sweep, read and told apart by their hashes.
#pragma once

#include <string>
#include <vector>

#include "analysis/evaluation/input_file.h"
#include "analysis/evaluation/machine.h"
#include "analysis/sweep/store.h"
#include "analysis/sweep/sweep_spec.h"
#include "workloads/cifar10/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

struct SweepInputs {
  std::vector<FloatNetwork> networks;
  std::vector<std::string> network_hashes;
  Dataset calibration;
  std::string calibration_hash;
  Dataset images;  ///< empty if accuracy is not asked for
  std::string images_hash;
  Machine base;                  ///< what axes change
  std::vector<InputFile> files;  ///< named without their folders
  std::string program;           ///< SHA-256 of the running program

  /// What makes a store one of this sweep.
  SweepFacts facts(const SweepSpec& spec, const std::string& version) const;
};

/// Reads everything the sweep names, once each. Throws std::runtime_error naming the file, or the
/// axis and the value that no machine can have.
SweepInputs load_inputs(const SweepSpec& spec, const std::string& tables_dir);

}  // namespace dcnsim

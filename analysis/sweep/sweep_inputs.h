// SPDX-License-Identifier: Apache-2.0
// The files of a sweep, read and told apart by their hashes.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/evaluation/input_file.h"
#include "analysis/evaluation/machine.h"
#include "analysis/evaluation/pixel_statement.h"
#include "analysis/sweep/store.h"
#include "analysis/sweep/sweep_spec.h"
#include "workloads/images/dataset.h"
#include "workloads/network.h"

namespace dcnsim {

/// An allocation that is a network in fixed point.
struct FixedAllocation {
  FixedNetwork network;
  std::string hash;       ///< as network_hashes
  PixelStatement pixels;  ///< what its file and the sweep say of them
};

struct SweepInputs {
  std::vector<FloatNetwork> networks;       ///< of those in fixed point the nodes alone
  std::vector<std::string> network_hashes;  ///< of the files, and of what is asked of pixels
  Dataset calibration;  ///< formats are chosen from; of networks in fixed point, zeros counted on
  std::string calibration_hash;
  Dataset images;  ///< empty if accuracy is not asked for
  std::string images_hash;
  Machine base;  ///< what axes change
  std::vector<InputFile> files;
  std::string program;                                ///< SHA-256 of the running program
  std::map<std::size_t, FixedAllocation> fixed = {};  ///< by allocation
  std::vector<FixedAllocation> own = {};  ///< by network, where networks are in fixed point
  /// Share of zeros in every layer's input, without images to count them on.
  std::optional<double> assumed_zeros = {};
  std::vector<std::string> warnings = {};  ///< what the files left open

  /// What makes a store one of this sweep.
  SweepFacts facts(const SweepSpec& spec, const std::string& version) const;
};

/// The files that load_inputs() and the allocations read. Throws what load_accelerator throws.
void claim_inputs(FileClaims& claims, const SweepSpec& spec, const std::string& tables_dir);

/// Reads everything the sweep names, once each; `cost_tables` is the folder of those that come with
/// dcnsim. Throws std::runtime_error naming the file, or the
/// axis and the value that no machine can have.
SweepInputs load_inputs(const SweepSpec& spec, const InputPath& cost_tables);

}  // namespace dcnsim

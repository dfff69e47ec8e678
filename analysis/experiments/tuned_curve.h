// SPDX-License-Identifier: Apache-2.0
// Networks of one study that were fine-tuned at equal and at allocated widths, and what their
// widths cost: from a folder that workloads/training/fine_tune_curve filled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/allocation/study.h"
#include "analysis/experiments/finetune_results.h"

namespace dcnsim {

/// One fine-tuning of a point.
struct TunedRun {
  std::uint64_t seed = 0;
  std::string result, network;  ///< paths: its JSON, and the network that it wrote
  int accumulator_bits = 0;
  Accuracy before, fine_tuned;  ///< on the test images
  double seconds = 0;
};

/// One set of widths.
struct TunedPoint {
  std::string name;  ///< "equal 4", or of the allocation's file: "size_2.5"
  std::string rule;  ///< kEqualRule, or what was allocated: "size" or "energy"
  /// As `dcnsim allocate` gave them, before fine-tuning.
  std::uint64_t weight_bits = 0;
  double energy_pj = 0;
  double sqnr_db = 0;  ///< measured at the network's output
  FinetuneRecipe recipe;
  std::vector<TunedRun> runs;  ///< one a seed of the curve, in their order
};

struct TunedCurve : FinetuneConditions {
  std::string accelerator;           ///< that energies were simulated on
  int activation_bits = 0;           ///< of points of equal widths
  std::vector<std::uint64_t> seeds;  ///< rising: those that all points have
  std::size_t left_out = 0;          ///< results of other seeds
  std::vector<TunedPoint> points;    ///< equal widths, size, energy; rising cost of each
};

/// From every .json file of `folder`, and of its folder "allocations": figures of equal widths are
/// those beside the allocations. Throws std::runtime_error, one line: what require_same() throws,
/// other epochs or activations than the results before it, no seed that all points have, a point
/// twice with one seed; a result that is neither of equal widths nor of an allocation, no figures
/// for it, an allocation that has changed since; allocations of another network, of several
/// accelerators, of feature maps, or for something else than size or energy.
TunedCurve load_tuned_curve(const std::string& folder);

/// Which of the test images the run's network has right: '1' or '0' each. Throws
/// std::runtime_error if their number or the bits of all weights are not those of the results;
/// what load_network() throws.
std::string right_images(const TunedPoint& point, const TunedRun& run, const Dataset& test,
                         std::size_t jobs, const OnProgress& progress = {});

}  // namespace dcnsim

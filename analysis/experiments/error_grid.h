// SPDX-License-Identifier: Apache-2.0
// Errors over weight and activation widths, gathered from results of `dcnsim finetune --json`.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/experiments/finetune_results.h"

namespace dcnsim {

/// One pair of widths.
struct GridCell {
  std::vector<double> before, fine_tuned;  ///< errors in percent, one a seed
  FinetuneRecipe recipe;                   ///< of the first; seeds differ
};

/// By (weights, activations), FinetuneReport::widths; kFloat is the largest. Epochs and rates of
/// cells may differ.
struct ErrorGrid : FinetuneConditions {
  struct Wider {
    bool operator()(std::pair<int, int> a, std::pair<int, int> b) const;
  };

  std::vector<std::uint64_t> seeds;  ///< rising, each once
  std::map<std::pair<int, int>, GridCell, Wider> cells;
};

/// From every .json file of `folder`. Results for files instead of equal widths are left out.
/// Throws std::runtime_error: no results, what require_same() throws; epochs and rates, which suit
/// some widths better than others, need only be the same within a cell.
ErrorGrid load_error_grid(const std::string& folder);

/// The error the paper gives for a cell (lin2016_fine_tuned.csv), by (weights, activations).
std::map<std::pair<int, int>, double> paper_errors(const std::string& path);

double mean(const std::vector<double>& values);

/// Sample standard deviation; 0 of one value.
double deviation(const std::vector<double>& values);

}  // namespace dcnsim

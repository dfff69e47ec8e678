// SPDX-License-Identifier: Apache-2.0
// Figures that others publish beside dcnsim's own: the one table from which the validation page,
// its CSV, its JSON and what is printed come.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/experiments/validation/inputs.h"

namespace dcnsim {

struct Anchor {
  std::string name;    ///< what was run
  std::string figure;  ///< of it, with its unit
  double published = 0, ours = 0;
  std::string machine;  ///< file of what was simulated, from the top of the tree
  std::string changes;  ///< keys of it that were set otherwise (ValidationInputs::config), "" none
  std::string source;   ///< its name in sources.csv
  std::string fitted = {};           ///< keys that were fitted to this figure, "" none
  std::optional<bool> covered = {};  ///< published inside the error bar of ours, if it has one

  double error_percent() const { return 100 * (ours / published - 1); }
};

struct AnchorTable {
  std::string words;
  std::vector<std::vector<std::string>> rows;  ///< the first is the header
};

struct AnchorGroup {
  std::string name;   ///< in files
  std::string title;  ///< on the page
  std::string words;  ///< what is compared, fitted and not
  std::vector<Anchor> anchors = {};
  std::vector<AnchorTable> tables = {};  ///< what else there is to say
  bool is_long = false;                  ///< the page has the tables only, the files all anchors
};

/// Mean and worst of the magnitudes of errors.
struct Errors {
  double mean_percent = 0, worst_percent = 0;
};
Errors errors_of(const std::vector<Anchor>& anchors);

/// The groups, in the order of the page.
AnchorGroup gemmini_gemms(const ValidationInputs& inputs);
AnchorGroup bit_fusion_rows(const ValidationInputs& inputs);
AnchorGroup serial_laws(const ValidationInputs& inputs);
AnchorGroup systolic_forms(const ValidationInputs& inputs);
AnchorGroup nvdla_frames(const ValidationInputs& inputs);
AnchorGroup dram_streams(const ValidationInputs& inputs);
AnchorGroup prices(const ValidationInputs& inputs);

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// A results page: Markdown that says when, how and from what it was made.
#pragma once

#include <string>
#include <vector>

#include "analysis/experiments/experiment.h"
#include "analysis/plot/plot.h"

namespace dcnsim {

class Page {
 public:
  /// `name`: of the files, without extension.
  Page(const Experiment& experiment, std::string name, const std::string& title);

  void text(const std::string& paragraph);
  void heading(const std::string& text);
  /// Rows of equal length; the first row is the header. Columns but the first are aligned right.
  void table(const std::vector<std::vector<std::string>>& rows);
  /// Draws `plot` into NAME_suffix.svg (NAME.svg if there is no suffix) and shows it.
  void picture(const Plot& plot, const std::string& suffix = "");
  /// Writes NAME_suffix.csv and links it.
  void csv(const std::vector<std::vector<std::string>>& rows, const std::string& suffix = "");
  /// Network, calibration and test images, machines, as far as they are named.
  void provenance(bool networks, bool calibration, bool test, bool machines);

  /// Writes NAME.md.
  void save();

 private:
  std::string file(const std::string& suffix, const std::string& extension) const;

  const Experiment& experiment_;
  std::string name_;
  std::string markdown_;
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// A results page: Markdown that says when, how and from what it was made.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analysis/experiments/experiment.h"
#include "analysis/plot/plot.h"

namespace dcnsim {

/// Text from a file as Markdown that shows it and nothing else.
std::string markdown_text(const std::string& text);

/// A width in bits, or what is left in float (kFloat).
std::string width_text(int bits);

/// Plain text in a table, and where it leads if it is a link.
struct PageCell {
  std::string text, target = {};
};

class Page {
 public:
  /// `name`: of the files, without extension.
  Page(const Experiment& experiment, std::string name, const std::string& title);

  void text(const std::string& paragraph);
  /// Markdown, as above.
  void heading(const std::string& text);
  /// Rows of equal length, plain text; the first row is the header. Columns but the first are
  /// aligned right.
  void table(const std::vector<std::vector<std::string>>& rows);
  void linked_table(const std::vector<std::vector<PageCell>>& rows);
  /// Draws `plot` into NAME_suffix.svg (NAME.svg if there is no suffix), or with a number behind it
  /// where the page has such a file already, and shows it.
  void picture(const Plot& plot, const std::string& suffix = "");
  /// Writes NAME_suffix.csv likewise and links it.
  void csv(const std::vector<std::vector<std::string>>& rows, const std::string& suffix = "");
  /// Writes NAME.json, and links it.
  void json(const std::string& text);
  /// Where a page in the experiment's folder finds a file of dcnsim's tree, `relative` to its top:
  /// "" if the page lies elsewhere.
  std::string link_to(const std::string& relative) const;
  /// Network, calibration and test images, machines, as far as they are named.
  void provenance(bool networks, bool calibration, bool test, bool machines);

  /// Writes NAME.md.
  void save();

 private:
  /// A name no other file of the page has, of letters, digits, '-', '.' and '_'.
  std::string new_file(const std::string& suffix, const std::string& extension);

  const Experiment& experiment_;
  std::string name_;
  std::string markdown_;
  std::set<std::string> files_;
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Error bars as the tables state them: columns of the rows that a figure rests on. A table without
// the column, or an empty field in it, states none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "models/base/table/csv.h"

namespace dcnsim {

/// What is printed where nothing is stated.
inline constexpr const char* kNotStated = "not stated";

/// What the rows behind one figure state.
class ErrorBar {
 public:
  /// "" if the row states none.
  void add(const std::string& stated);
  ErrorBar& operator+=(const ErrorBar& other);

  bool has_rows() const { return !stated_.empty(); }
  /// "A or B" where the rows differ; "not stated" for those that state none.
  std::string text() const;

 private:
  std::vector<std::string> stated_;  ///< each once
};

/// The columns of error bars that tables may have.
struct ErrorBars {
  ErrorBar energy, area;
  ErrorBar accumulate;  ///< of the energy of adding sums up, if a table states another for it
  ErrorBar rule;        ///< of the rule that goes beyond these rows (cost.extrapolate)
  ErrorBar unit_rule;   ///< of MACs: of the rule for other units that their library lacks
  ErrorBar against;     ///< published figures that the bars were drawn against; may have no rows

  void add(const CsvTable& table, std::size_t row);
  ErrorBars& operator+=(const ErrorBars& other);
};

}  // namespace dcnsim

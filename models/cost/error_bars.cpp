// SPDX-License-Identifier: Apache-2.0
#include "models/cost/error_bars.h"

#include <algorithm>

#include "models/base/text/printable.h"

namespace dcnsim {

void ErrorBar::add(const std::string& stated) {
  const std::string text = stated.empty() ? kNotStated : printable(stated);
  if (std::find(stated_.begin(), stated_.end(), text) == stated_.end()) stated_.push_back(text);
}

ErrorBar& ErrorBar::operator+=(const ErrorBar& other) {
  for (const std::string& text : other.stated_) add(text);
  return *this;
}

std::string ErrorBar::text() const {
  std::string all;
  for (const std::string& text : stated_) all += (all.empty() ? "" : " or ") + text;
  return all.empty() ? kNotStated : all;
}

void ErrorBars::add(const CsvTable& table, std::size_t row) {
  energy.add(table.optional_text(row, "energy_error_bar"));
  area.add(table.optional_text(row, "area_error_bar"));
  rule.add(table.optional_text(row, "rule_error_bar"));
  unit_rule.add(table.optional_text(row, "unit_rule_error_bar"));
}

ErrorBars& ErrorBars::operator+=(const ErrorBars& other) {
  energy += other.energy;
  area += other.area;
  rule += other.rule;
  unit_rule += other.unit_rule;
  return *this;
}

}  // namespace dcnsim

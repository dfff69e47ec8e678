// SPDX-License-Identifier: Apache-2.0
#include "models/cost/error_bars.h"

#include <algorithm>

#include "models/base/text/printable.h"

namespace dcnsim {

void ErrorBar::add(const std::string& stated) {
  // Mostly a row states what the one before does.
  if (!stated_.empty() && stated_.back() == stated) return;
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
  const std::string &of_energy = table.optional_text(row, "energy_error_bar"),
                    &of_accumulating = table.optional_text(row, "accumulate_error_bar"),
                    &published = table.optional_text(row, "error_bar_against");
  energy.add(of_energy);
  accumulate.add(of_accumulating.empty() ? of_energy : of_accumulating);
  if (!published.empty()) against.add(published);
  area.add(table.optional_text(row, "area_error_bar"));
  rule.add(table.optional_text(row, "rule_error_bar"));
  unit_rule.add(table.optional_text(row, "unit_rule_error_bar"));
}

ErrorBars& ErrorBars::operator+=(const ErrorBars& other) {
  energy += other.energy;
  area += other.area;
  accumulate += other.accumulate;
  against += other.against;
  rule += other.rule;
  unit_rule += other.unit_rule;
  return *this;
}

}  // namespace dcnsim

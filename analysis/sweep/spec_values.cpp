// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/spec_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "models/arch/config_fields.h"
#include "models/numeric/format.h"

namespace dcnsim {

std::string SpecValues::scalar(const YAML::Node& node, const std::string& field,
                               const std::string& expected) const {
  constexpr std::size_t kLongest = 4096;  // of any path
  return printable(YamlReader::scalar(node, field, expected), kLongest);
}

std::vector<YAML::Node> SpecValues::list(const YAML::Node& node, const std::string& field) const {
  if (!node.IsSequence()) return {node};
  std::vector<YAML::Node> items(node.begin(), node.end());
  if (items.empty()) fail(node, field, "an empty list, expected at least one value");
  if (items.size() > kMostValues) fail(node, field, "more than 100,000 values");
  return items;
}

std::optional<SpecValues::Quantity> SpecValues::quantity(const std::string& text) {
  Quantity result;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, result.number);
  if (parsed.ec != std::errc() || !std::isfinite(result.number)) return {};
  result.unit.assign(parsed.ptr, end);
  return result;
}

SpecValues::Quantity SpecValues::quantity(const YAML::Node& node, const std::string& field) const {
  const auto result = quantity(scalar(node, field, "a number"));
  if (!result) fail(node, field, printable(node.Scalar()) + ", expected a number");
  return *result;
}

double SpecValues::number(const YAML::Node& node, const std::string& field) const {
  const Quantity result = quantity(node, field);
  if (!result.unit.empty()) {
    fail(node, field, printable(node.Scalar()) + ", expected a number without a unit");
  }
  return result.number;
}

int SpecValues::whole(const YAML::Node& node, const std::string& field, int low, int high) const {
  const double value = number(node, field);
  if (value != std::floor(value) || value < low || value > high) {
    fail(node, field,
         printable(node.Scalar()) + ", expected an integer " + std::to_string(low) + ".." +
             std::to_string(high));
  }
  return static_cast<int>(value);
}

/// {from, to, step} or {from, to, times}, both ends included.
std::vector<std::string> SpecValues::range(const YAML::Node& node, const std::string& field) const {
  std::map<std::string, Quantity> part;
  for_each_of(node, field, "range", {"from", "to", "step", "times"},
              [&](const std::string& key, const std::string& child, const YAML::Node& value) {
                part[key] = quantity(value, child);
              });
  if (part.count("from") == 0 || part.count("to") == 0 ||
      part.count("step") + part.count("times") > 1) {
    fail(node, field, "expected a range {from, to, step or times}");
  }
  const Quantity from = part["from"], to = part["to"];
  const bool grows = part.count("times") != 0;
  const double by = grows                     ? part["times"].number
                    : part.count("step") != 0 ? part["step"].number
                                              : 1;
  if (from.unit != to.unit || (part.count("step") != 0 && part["step"].unit != from.unit)) {
    fail(node, field, "a range with different units");
  }
  if (from.number > to.number) fail(node, field, "an empty range: from is above to");
  if (grows ? by <= 1 || from.number <= 0 : by <= 0) {
    fail(node, field,
         grows ? "expected from above 0 and times above 1" : "expected a step above 0");
  }
  std::vector<std::string> values;
  // Steps are counted, not summed up, and the end may be missed by rounding.
  const double slack = 1e-9 * std::max(std::abs(to.number), by);
  for (std::size_t i = 0;; ++i) {
    const auto n = static_cast<double>(i);
    const double value = grows ? from.number * std::pow(by, n) : from.number + n * by;
    if (value > to.number + slack) break;
    if (values.size() == kMostValues) fail(node, field, "a range of more than 100,000 values");
    values.push_back(fields::decimal(value) + from.unit);
  }
  return values;
}

std::vector<std::string> SpecValues::texts(const YAML::Node& node, const std::string& field) const {
  if (node.IsMap()) return range(node, field);
  std::vector<std::string> values;
  for (const YAML::Node& item : list(node, field)) {
    values.push_back(scalar(item, field, "values"));
  }
  return values;
}

std::vector<double> SpecValues::numbers(const YAML::Node& node, const std::string& field) const {
  std::vector<double> values;
  for (const std::string& text : texts(node, field)) {
    const auto value = quantity(text);
    if (!value || !value->unit.empty()) {
      fail(node, field,
           printable(text) + ", expected a number, a list of them or {from, to, step or times}");
    }
    values.push_back(value->number);
  }
  return values;
}

std::vector<int> SpecValues::widths(const YAML::Node& node, const std::string& field) const {
  std::vector<int> values;
  for (const double value : numbers(node, field)) {
    if (value != std::floor(value) || value < kMinBits || value > kMaxBits) {
      fail(node, field, fields::decimal(value) + ", expected widths of 1..16 bits");
    }
    values.push_back(static_cast<int>(value));
  }
  return values;
}

std::string SpecValues::choice(const YAML::Node& node, const std::string& field,
                               const std::vector<std::string>& known) const {
  std::string expected;
  for (const std::string& name : known) expected += (expected.empty() ? "" : ", ") + name;
  std::string text = scalar(node, field, expected);
  if (std::find(known.begin(), known.end(), text) == known.end()) {
    fail(node, field, printable(text) + ", expected one of " + expected + suggestion(text, known));
  }
  return text;
}

}  // namespace dcnsim

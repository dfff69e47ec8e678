// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/json_fields.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "models/arch/printable.h"

namespace dcnsim {
namespace {

using Json = nlohmann::json;

}  // namespace

double Fields::number(const char* pointer) const {
  const Json& value = at(pointer);
  if (!value.is_number()) fail(pointer, "expected a number");
  return value.get<double>();
}

std::optional<double> Fields::number_or_null(const char* pointer) const {
  if (at(pointer).is_null()) return std::nullopt;
  return number(pointer);
}

double Fields::decibels(const char* pointer) const {
  return number_or_null(pointer).value_or(std::numeric_limits<double>::infinity());
}

std::uint64_t Fields::count(const char* pointer) const {
  constexpr double kMost = 9007199254740992;
  const double value = number(pointer);
  if (!(value >= 0 && value <= kMost) || value != std::floor(value)) {
    fail(pointer, "expected a whole number, not negative");
  }
  return static_cast<std::uint64_t>(value);
}

int Fields::integer(const char* pointer, int lowest, int highest) const {
  const double value = number(pointer);
  if (!(value >= lowest && value <= highest) || value != std::floor(value)) {
    fail(pointer, fmt::format("expected a whole number from {} to {}", lowest, highest));
  }
  return static_cast<int>(value);
}

bool Fields::flag(const char* pointer) const {
  const Json& value = at(pointer);
  if (!value.is_boolean()) fail(pointer, "expected true or false");
  return value.get<bool>();
}

std::string Fields::text(const char* pointer, std::size_t longest) const {
  const Json& value = at(pointer);
  if (!value.is_string()) fail(pointer, "expected a string");
  return printable(value.get<std::string>(), longest);
}

std::string Fields::width(const char* pointer) const {
  return at(pointer).is_null() ? "-" : fmt::format("{}", number(pointer));
}

Fields Fields::object(const char* pointer) const {
  const Json& value = at(pointer);
  if (!value.is_object()) fail(pointer, "expected an object");
  return {file_, path_ + pointer, value};
}

std::vector<Fields> Fields::list(const char* pointer) const {
  const Json& value = at(pointer);
  if (!value.is_array()) fail(pointer, "expected a list");
  std::vector<Fields> items;
  for (std::size_t i = 0; i < value.size(); ++i) {
    items.emplace_back(file_, fmt::format("{}{}/{}", path_, pointer, i), value[i]);
  }
  return items;
}

void Fields::fail(const char* pointer, const std::string& problem) const {
  throw std::runtime_error(fmt::format("{}: {}{}: {}", file_, path_, pointer, problem));
}

const Json& Fields::at(const char* pointer) const {
  const Json::json_pointer where(pointer);
  if (!json_.contains(where)) fail(pointer, "missing");
  return json_.at(where);
}

}  // namespace dcnsim

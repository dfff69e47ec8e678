// SPDX-License-Identifier: Apache-2.0
#include "models/base/json/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "models/base/text/printable.h"

namespace dcnsim {
bool Fields::has(const char* pointer) const { return json_.contains(Json::json_pointer(pointer)); }

double Fields::number(const char* pointer) const {
  const Json& value = at(pointer);
  if (!value.is_number()) fail(pointer, "expected a number");
  return value.get<double>();
}

double Fields::positive(const char* pointer) const {
  const double value = number(pointer);
  if (!(value > 0)) fail(pointer, "expected a number above 0");
  return value;
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

std::optional<std::uint64_t> Fields::count_or_null(const char* pointer) const {
  if (at(pointer).is_null()) return std::nullopt;
  return count(pointer);
}

std::size_t Fields::index_below(const char* pointer, std::size_t size) const {
  const std::uint64_t index = count(pointer);
  if (index >= size) fail(pointer, fmt::format("{}, expected less than {}", index, size));
  return index;
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

std::string Fields::exact_text(const char* pointer) const {
  const Json& value = at(pointer);
  if (!value.is_string()) fail(pointer, "expected a string");
  return value.get<std::string>();
}

std::string Fields::one_of(const char* pointer, const std::vector<std::string>& names) const {
  std::string name = exact_text(pointer);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    fail(pointer, fmt::format("\"{}\", expected one of {}", printable(name), listed(names)));
  }
  return name;
}

std::vector<std::string> Fields::exact_texts(const char* pointer) const {
  const Json& value = at(pointer);
  const auto text = [](const Json& item) { return item.is_string(); };
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), text)) {
    fail(pointer, "expected a list of strings");
  }
  return value.get<std::vector<std::string>>();
}

const Json::binary_t& Fields::bytes(const char* pointer) const {
  const Json& value = at(pointer);
  if (!value.is_binary()) fail(pointer, "expected bytes");
  return value.get_binary();
}

std::vector<double> Fields::numbers(const char* pointer, std::size_t size) const {
  const Json& value = at(pointer);
  const auto number = [](const Json& item) { return item.is_number(); };
  if (!value.is_array() || value.size() != size ||
      !std::all_of(value.begin(), value.end(), number)) {
    fail(pointer, fmt::format("expected a list of {} numbers", size));
  }
  return value.get<std::vector<double>>();
}

std::string Fields::width(const char* pointer) const {
  return at(pointer).is_null() ? "-" : fmt::format("{}", number(pointer));
}

Fields Fields::object(const char* pointer) const {
  const Json& value = at(pointer);
  if (!value.is_object()) fail(pointer, "expected an object");
  return {file_, path_ + pointer, value};
}

std::size_t Fields::list_size(const char* pointer) const {
  const Json& value = at(pointer);
  if (!value.is_array()) fail(pointer, "expected a list");
  return value.size();
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

std::vector<Fields> Fields::list(const char* pointer, std::size_t size) const {
  std::vector<Fields> items = list(pointer);
  if (items.size() != size) {
    fail(pointer, fmt::format("a list of {}, expected {}", items.size(), size));
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

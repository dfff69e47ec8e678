// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/value_checks.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"

namespace dcnsim::cli {
namespace {

template <class Number>
std::optional<Number> number(std::string_view text) {
  if (text.substr(0, 1) == "+") text.remove_prefix(1);
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "1..16", "from 1 on".
std::string range_text(const std::string& low, const std::string& high) {
  return high.empty() ? "from " + low + " on" : low + ".." + high;
}

std::string range_text(const RealRange& range) {
  const bool has_low = range.low > -kNoBound;
  const bool has_high = range.high < kNoBound;
  if (range.above) return fmt::format("a number above {:g}", range.low);
  if (!has_low && !has_high) return "a finite number";
  return "a number " + range_text(fmt::format("{:g}", range.low),
                                  has_high ? fmt::format("{:g}", range.high) : "");
}

/// What a value is called that is not taken: quoted unless it is a number.
std::string named(const std::string& text) {
  return number<double>(text) ? text : '"' + printable(text) + '"';
}

/// What it takes is said by the type's name: CLI11 would add the validator's.
CLI::Option* check(CLI::Option* option, std::function<std::string(std::string&)> problem) {
  return option->transform(CLI::Validator(std::move(problem), ""));
}

}  // namespace

CLI::Option* whole(CLI::Option* option, std::int64_t low, std::int64_t high,
                   const std::string& type) {
  option->type_name(type);
  const std::string range =
      range_text(std::to_string(low), high == kNoLimit ? "" : std::to_string(high));
  return check(option, [low, high, range](std::string& text) -> std::string {
    const auto value = number<std::int64_t>(text);
    if (value && low <= *value && *value <= high) {
      text = std::to_string(*value);  // CLI11 takes 010 for 8
      return "";
    }
    const bool is_whole = value || text.find_first_not_of("0123456789") == std::string::npos;
    const bool is_beyond_all = is_whole && !value && !text.empty();
    return fmt::format(
        "{}, expected a {}number {}", named(text), is_whole ? "" : "whole ",
        is_beyond_all ? range_text(std::to_string(low), std::to_string(high)) : range);
  });
}

CLI::Option* address(CLI::Option* option) {
  option->type_name("ADDRESS");
  return check(option, [](std::string& text) -> std::string {
    const bool is_hex = text.rfind("0x", 0) == 0 || text.rfind("0X", 0) == 0;
    const char* const begin = text.data() + (is_hex ? 2 : 0);
    const char* const end = text.data() + text.size();
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(begin, end, value, is_hex ? 16 : 10);
    if (error != std::errc() || stop != end) {
      return fmt::format("{}, expected an address of 64 bits, as 0x80000000", named(text));
    }
    text = std::to_string(value);
    return "";
  });
}

CLI::Option* real(CLI::Option* option, const RealRange& range, const std::string& type) {
  option->type_name(type);
  return check(option, [range](std::string& text) -> std::string {
    const auto value = number<double>(text);
    const bool is_in = value && std::isfinite(*value) && *value >= range.low &&
                       *value <= range.high && !(range.above && *value == range.low);
    return is_in ? "" : named(text) + ", expected " + range_text(range);
  });
}

CLI::Option* one_of(CLI::Option* option, const std::vector<std::string>& words) {
  option->type_name("{" + fmt::format("{}", fmt::join(words, ",")) + "}");
  return check(option, [words](std::string& text) -> std::string {
    if (std::find(words.begin(), words.end(), text) != words.end()) return "";
    return fmt::format("{}, expected one of {}{}", named(text), listed(words),
                       suggestion(text, words));
  });
}

CLI::Option* file_of(CLI::Option* option, const std::vector<FileKind>& kinds,
                     const std::string& type) {
  option->type_name(type);
  return check(option, [kinds](std::string& text) -> std::string {
    const FileKind kind = kind_of(text);
    const std::string words = words_for(kind);
    if (words.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return "";
    return fmt::format("{}: that is {}, expected {}", printable(text), words,
                       words_for(kinds.front()));
  });
}

std::vector<std::string> words_of(const CLI::Option& option) {
  std::vector<std::string> words;
  std::string type = option.get_type_name();
  if (type.size() < 2 || type.front() != '{' || type.back() != '}') return words;
  type = type.substr(1, type.size() - 2);
  for (std::size_t at = 0; at <= type.size();) {
    const std::size_t end = std::min(type.find(',', at), type.size());
    words.push_back(type.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace dcnsim::cli

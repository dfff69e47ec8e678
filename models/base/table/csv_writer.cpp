// SPDX-License-Identifier: Apache-2.0
#include "models/base/table/csv_writer.h"

#include <charconv>
#include <system_error>

#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

bool is_number(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && parsed == end;
}

/// https://owasp.org/www-community/attacks/CSV_Injection
bool is_formula(std::string_view text) {
  constexpr std::string_view kFirst = "=+-@";
  return text.size() > 1 && kFirst.find(text[0]) != std::string_view::npos && !is_number(text);
}

}  // namespace

std::string csv_field(std::string_view text) {
  std::string field = (is_formula(text) ? "'" : "") + plain_text(text);
  if (field.find_first_of(",\"") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) line += csv_field(field) + ',';
  if (!line.empty()) line.pop_back();
  return line + '\n';
}

}  // namespace dcnsim

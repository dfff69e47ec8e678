// SPDX-License-Identifier: Apache-2.0
#include "models/base/table/csv.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <iterator>
#include <set>
#include <stdexcept>

#include "models/base/file/sha256.h"
#include "models/base/file/text_file.h"
#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxColumns = 256;
constexpr double kLargest = 1e30;

/// Splits text into records, one call each.
class Records {
 public:
  Records(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  bool at_end() const { return position_ == text_.size(); }
  int line() const { return line_; }

  std::vector<std::string> next() {
    std::vector<std::string> fields;
    do {
      if (fields.size() == kMaxColumns) fail("more than 256 fields");
      fields.push_back(peek() == '"' ? quoted() : plain());
    } while (take(','));
    take('\r');
    if (!take('\n') && !at_end()) fail("text after a closing quote");
    ++line_;
    return fields;
  }

 private:
  char peek() const { return at_end() ? '\n' : text_[position_]; }
  bool take(char c) {
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  std::string plain() {
    const auto ends = [](char c) { return c == ',' || c == '\r' || c == '\n' || c == '"'; };
    const auto begin = text_.begin() + static_cast<std::ptrdiff_t>(position_);
    std::string field(begin, std::find_if(begin, text_.end(), ends));
    position_ += field.size();
    if (peek() == '"') fail("a quote inside an unquoted field");
    return field;
  }
  std::string quoted() {
    std::string field;
    int lines = 0;
    ++position_;
    while (!at_end()) {
      const char c = text_[position_++];
      if (c == '"' && !take('"')) {
        line_ += lines;
        return field;
      }
      if (c == '\n') ++lines;
      field += c;
    }
    fail("a quote is not closed");
  }
  [[noreturn]] void fail(const std::string& problem) const {
    throw std::runtime_error(path_ + ':' + std::to_string(line_) + ": " + problem);
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t position_ = 0;
  int line_ = 1;
};

}  // namespace

CsvTable CsvTable::load(const std::string& path) {
  return parse(read_text_file(path, kMaxFileBytes), path);
}

CsvTable CsvTable::parse(std::string_view text, const std::string& path) {
  CsvTable table;
  table.path_ = path;
  table.sha256_ = sha256_hex(text);
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // spreadsheets write one
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark) text.remove_prefix(3);
  if (text.empty()) throw std::runtime_error(path + ": empty");

  Records records(text, path);
  table.names_ = records.next();
  std::transform(table.names_.begin(), table.names_.end(), table.names_.begin(), plain_text);
  std::set<std::string> names;
  for (const std::string& name : table.names_) {
    if (!names.insert(name).second) {
      throw std::runtime_error(path + ":1: column " + printable(name) + " given twice");
    }
  }
  while (!records.at_end()) {
    const int line = records.line();
    std::vector<std::string> fields = records.next();
    if (fields.size() != table.names_.size()) {
      throw std::runtime_error(path + ':' + std::to_string(line) + ": " +
                               std::to_string(fields.size()) + " fields, expected " +
                               std::to_string(table.names_.size()));
    }
    std::transform(fields.begin(), fields.end(), std::back_inserter(table.fields_), plain_text);
    table.lines_.push_back(line);
  }
  return table;
}

std::string CsvTable::file_name() const { return path_.substr(path_.find_last_of('/') + 1); }

std::size_t CsvTable::find_column(std::string_view name) const {
  return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
}

std::size_t CsvTable::column(std::string_view name) const {
  const std::size_t found = find_column(name);
  if (found == names_.size()) {
    throw std::runtime_error(path_ + ":1: column " + std::string(name) + " is missing");
  }
  return found;
}

const std::string& CsvTable::text(std::size_t row, std::size_t column) const {
  assert(row < rows() && column < names_.size());
  return fields_[row * names_.size() + column];
}

const std::string& CsvTable::optional_text(std::size_t row, std::string_view name) const {
  static const std::string kNone;
  const std::size_t found = find_column(name);
  return found == names_.size() ? kNone : text(row, found);
}

double CsvTable::number(std::size_t row, std::size_t column) const {
  const std::string& field = text(row, column);
  const char* const end = field.data() + field.size();
  double value = 0;
  const auto result = std::from_chars(field.data(), end, value);
  // Written so that NaN fails; the bound keeps every sum of products finite.
  if (result.ec != std::errc() || result.ptr != end || !(value >= 0 && value <= kLargest)) {
    fail(row, column, "expected a number that is not negative");
  }
  return value;
}

std::optional<double> CsvTable::optional_number(std::size_t row, std::size_t column) const {
  if (text(row, column).empty()) return std::nullopt;
  return number(row, column);
}

int CsvTable::integer(std::size_t row, std::size_t column) const {
  const std::string& field = text(row, column);
  const char* const end = field.data() + field.size();
  int value = 0;
  const auto result = std::from_chars(field.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end || value < 0) {
    fail(row, column, "expected a whole number");
  }
  return value;
}

void CsvTable::fail(std::size_t row, std::size_t column, const std::string& problem) const {
  const std::string& field = text(row, column);
  throw std::runtime_error(path_ + ':' + std::to_string(lines_[row]) + ": column " +
                           printable(names_[column]) + ": " +
                           (field.empty() ? "empty" : printable(field)) + ", " + problem);
}

}  // namespace dcnsim

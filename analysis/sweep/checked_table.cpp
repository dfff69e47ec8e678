// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/checked_table.h"

#include <sqlite3.h>

#include <cmath>
#include <cstring>
#include <stdexcept>

#include "models/base/file/sha256.h"
#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

constexpr std::size_t kLongestKey = 40;
constexpr char kFunction[] = "row_checksum";

std::string column_name(const std::string& column) { return column.substr(0, column.find(' ')); }

/// "a, b, c": one(i) for each column.
template <class One>
std::string list(const CheckedTable& table, const One& one) {
  std::string text;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    text += (i == 0 ? "" : ", ") + one(i);
  }
  return text;
}

std::string checksum_of(const std::string& values) {
  return std::string(kFunction) + '(' + values + ')';
}

void append(std::string& bytes, const void* data, std::size_t size) {
  bytes.append(static_cast<const char*>(data), size);
}

/// Type and value, so that no two lists of values give the same bytes.
void append(std::string& bytes, sqlite3_value* value) {
  const int type = sqlite3_value_type(value);
  bytes += static_cast<char>(type);
  if (type == SQLITE_INTEGER) {
    const sqlite3_int64 number = sqlite3_value_int64(value);
    append(bytes, &number, sizeof number);
  } else if (type == SQLITE_FLOAT) {
    const double number = sqlite3_value_double(value);
    append(bytes, &number, sizeof number);
  } else if (type != SQLITE_NULL) {
    const void* const data = sqlite3_value_blob(value);
    const int size = sqlite3_value_bytes(value);
    append(bytes, &size, sizeof size);
    if (size > 0) append(bytes, data, static_cast<std::size_t>(size));
  }
}

/// The first 15 digits of the values' SHA-256 as an integer.
void row_checksum(sqlite3_context* context, int count, sqlite3_value** values) {
  std::string bytes;
  for (int i = 0; i < count; ++i) append(bytes, values[i]);
  constexpr std::size_t kDigits = 15;
  sqlite3_result_int64(context, std::stoll(sha256_hex(bytes).substr(0, kDigits), nullptr, 16));
}

}  // namespace

std::string CheckedTable::definition() const {
  return "CREATE TABLE " + name + " (" + list(*this, [&](std::size_t i) { return columns[i]; }) +
         ", checksum INTEGER NOT NULL" + ending + ")" + (has_row_ids ? "" : " WITHOUT ROWID") +
         ";\n";
}

std::string CheckedTable::insertion() const {
  const std::string values = list(*this, [](std::size_t i) { return '?' + std::to_string(i + 1); });
  return "INSERT OR IGNORE INTO " + name + " VALUES (" + values + ", " + checksum_of(values) + ")";
}

std::string CheckedTable::selection(const std::string& rest) const {
  const std::string names = list(*this, [&](std::size_t i) { return column_name(columns[i]); });
  return "SELECT " + names + ", checksum = " + checksum_of(names) + " FROM " + name + ' ' + rest;
}

void add_row_checksum(SQLite::Database& sql) {
  sqlite3_create_function_v2(sql.getHandle(), kFunction, -1,
                             SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
                             row_checksum, nullptr, nullptr, nullptr);
}

CheckedRow::CheckedRow(const std::string& path, const CheckedTable& table, SQLite::Statement& row)
    : path_(path), table_(table), row_(row) {
  const auto last = static_cast<int>(table.columns.size());
  if (row.getColumn(last).getInt64() != 1) fail("not what was written");
}

std::uint64_t CheckedRow::count(int column) const {
  const SQLite::Column value = row_.getColumn(column);
  if (!value.isInteger() || value.getInt64() < 0) fail(column, "expected a whole number from 0 on");
  return static_cast<std::uint64_t>(value.getInt64());
}

double CheckedRow::amount(int column) const {
  const SQLite::Column value = row_.getColumn(column);
  if (!value.isFloat() || !std::isfinite(value.getDouble()) || value.getDouble() < 0) {
    fail(column, "expected a finite number from 0 on");
  }
  return value.getDouble();
}

std::string CheckedRow::text(int column) const {
  const SQLite::Column value = row_.getColumn(column);
  if (!value.isText()) fail(column, "expected a text");
  return value.getString();
}

std::string CheckedRow::bytes(int column) const {
  const SQLite::Column value = row_.getColumn(column);
  if (!value.isBlob()) fail(column, "expected bytes");
  return value.getString();
}

void CheckedRow::fail(int column, const std::string& problem) const {
  fail(column_name(table_.columns[static_cast<std::size_t>(column)]) + ": " + problem);
}

void CheckedRow::fail(const std::string& problem) const {
  throw std::runtime_error(path_ + ": is damaged: " + table_.name + ' ' +
                           printable(row_.getColumn(0).getString(), kLongestKey) + ": " + problem);
}

}  // namespace dcnsim

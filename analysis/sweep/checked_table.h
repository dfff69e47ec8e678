// SPDX-License-Identifier: Apache-2.0
// Tables whose rows carry a checksum, and rows that are believed only once it agrees and every
// value is what its column says: a file that colleagues and other machines hand over may hold
// anything.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>
#include <vector>

namespace dcnsim {

struct CheckedTable {
  std::string name;
  std::vector<std::string> columns;  ///< "energy_pj REAL": the first tells rows apart in messages
  std::string ending = {};  ///< of the definition, after the columns: ", PRIMARY KEY (...)"
  bool has_row_ids = true;

  /// CREATE TABLE.
  std::string definition() const;
  /// INSERT OR IGNORE, with one parameter a column.
  std::string insertion() const;
  /// SELECT of all columns, for CheckedRow; `rest` follows FROM.
  std::string selection(const std::string& rest = "") const;
};

/// Makes the SQL function that the statements above call.
void add_row_checksum(SQLite::Database& sql);

/// The row that a statement of CheckedTable::selection() stands on. Everything throws
/// std::runtime_error "PATH: is damaged: TABLE KEY: COLUMN: problem".
class CheckedRow {
 public:
  /// Throws if the checksum is another one.
  CheckedRow(const std::string& path, const CheckedTable& table, SQLite::Statement& row);

  bool is_null(int column) const { return row_.getColumn(column).isNull(); }
  /// A whole number from 0 to 2^63 - 1.
  std::uint64_t count(int column) const;
  /// Finite and not negative.
  double amount(int column) const;
  std::string text(int column) const;
  std::string bytes(int column) const;

  [[noreturn]] void fail(int column, const std::string& problem) const;

 private:
  [[noreturn]] void fail(const std::string& problem) const;

  const std::string& path_;
  const CheckedTable& table_;
  SQLite::Statement& row_;
};

}  // namespace dcnsim

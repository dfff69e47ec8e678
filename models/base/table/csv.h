// SPDX-License-Identifier: Apache-2.0
// A comma-separated table with a header line (RFC 4180: quoted fields, doubled quotes, line breaks
// inside quotes). Numbers are read with the place they stand at, so that every error names it;
// texts as plain_text() makes them, on one line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dcnsim {

class CsvTable {
 public:
  /// Throws std::runtime_error ("FILE:LINE: ...") if the file cannot be read, is larger than 4 MiB,
  /// has more than 256 columns, a row of another length than the header, a column name twice, or
  /// broken quoting.
  static CsvTable load(const std::string& path);
  /// The same for text in memory; `path` is the name that errors carry.
  static CsvTable parse(std::string_view text, const std::string& path);

  const std::string& path() const { return path_; }
  std::string file_name() const;
  /// Of the bytes of the file, in hexadecimal.
  const std::string& sha256() const { return sha256_; }
  std::size_t rows() const { return lines_.size(); }

  /// Index of a column; throws std::runtime_error if the table lacks it.
  std::size_t column(std::string_view name) const;

  const std::string& text(std::size_t row, std::size_t column) const;
  /// The same by the column's name; "" if the table lacks the column.
  const std::string& optional_text(std::size_t row, std::string_view name) const;
  /// A number 0..1e30, else std::runtime_error naming file, line and column.
  double number(std::size_t row, std::size_t column) const;
  /// Likewise; nothing if the field is empty.
  std::optional<double> optional_number(std::size_t row, std::size_t column) const;
  /// A whole number 0..2^31-1.
  int integer(std::size_t row, std::size_t column) const;

  /// Throws std::runtime_error "FILE:LINE: column NAME: VALUE, PROBLEM".
  [[noreturn]] void fail(std::size_t row, std::size_t column, const std::string& problem) const;

 private:
  /// names_.size() if the table lacks the column.
  std::size_t find_column(std::string_view name) const;

  std::string path_, sha256_;
  std::vector<std::string> names_;
  std::vector<std::string> fields_;  ///< row by row
  std::vector<int> lines_;           ///< where each row starts
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// A table of as many columns as a line has room for. What has no room is named below it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "models/base/text/text_layout.h"

namespace dcnsim {

class TextTable {
 public:
  enum class Align : std::uint8_t { kLeft, kRight };

  struct Column {
    std::string title;  ///< on several lines if it has line ends
    Align align = Align::kRight;
    /// 0: always shown. Others where there is room, 1 first; none follows one that found no room.
    int rank = 0;
    std::string group = {};  ///< over neighbours of one group, between rules
    /// Not 0: a column that is always shown may lose the beginnings of its cells, as far as to
    /// this width, where the line is too short.
    std::size_t least = 0;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// A cell for each column, made printable.
  void add(const std::vector<std::string>& cells);

  /// Title and rows, no line longer than the layout's unless it is to be wide or the least widths
  /// need more; then, in parentheses, what is left out.
  std::string text(const TextLayout& layout = {}) const;

 private:
  struct Shown {
    std::size_t column;
    std::size_t width;
    std::vector<std::string> title;  ///< lines
  };

  std::vector<Shown> shown(const TextLayout& layout) const;
  std::vector<Shown> with_rank_up_to(int rank, bool break_titles) const;
  std::size_t length(const std::vector<Shown>& shown) const;
  /// First and last of each run of columns that have the same.
  std::vector<std::pair<std::size_t, std::size_t>> groups(const std::vector<Shown>& shown) const;
  std::size_t group_length(const std::vector<Shown>& shown, std::size_t first,
                           std::size_t last) const;
  void shrink(std::vector<Shown>& shown, std::size_t columns) const;
  /// Between a column and the one before it.
  std::string rule(const std::vector<Shown>& shown, std::size_t i) const;
  std::string group_line(const std::vector<Shown>& shown) const;
  std::string left_out(const std::vector<Shown>& shown, std::size_t columns) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace dcnsim

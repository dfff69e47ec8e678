// SPDX-License-Identifier: Apache-2.0
#include "models/base/text/text_table.h"

#include <algorithm>
#include <set>

#include "models/base/text/printable.h"
#include "models/base/text/wrap.h"

namespace dcnsim {
namespace {

std::size_t longest(const std::vector<std::string>& texts) {
  std::size_t length = 0;
  for (const std::string& text : texts) length = std::max(length, text_length(text));
  return length;
}

/// The lines of a title: those it has, or broken at blanks, and behind dots and underscores too.
std::vector<std::string> lines_of(const std::string& title, bool broken) {
  std::vector<std::string> parts(1);
  for (const char c : title) {
    if (c != '\n' && !(c == ' ' && broken)) parts.back() += c;
    const bool may_end = c == ' ' || c == '.' || c == '_';
    if ((c == '\n' || (broken && may_end)) && !parts.back().empty()) parts.emplace_back();
  }
  if (parts.back().empty() && parts.size() > 1) parts.pop_back();
  return parts;
}

std::string padded(const std::string& text, std::size_t width, TextTable::Align align) {
  const std::string blanks(width - std::min(width, text_length(text)), ' ');
  return align == TextTable::Align::kLeft ? text + blanks : blanks + text;
}

void end_line(std::string& text, std::string line, bool is_title, const TextLayout& layout) {
  line.erase(line.find_last_not_of(' ') + 1);
  const bool is_bold = is_title && layout.emphasis;
  text.append(is_bold ? kBold : "").append(line).append(is_bold ? kPlain : "").append("\n");
}

}  // namespace

void TextTable::add(const std::vector<std::string>& cells) {
  std::vector<std::string> row;
  row.reserve(columns_.size());
  for (const std::string& cell : cells) row.push_back(printable(cell, cell.size()));
  row.resize(columns_.size());
  rows_.push_back(std::move(row));
}

std::vector<TextTable::Shown> TextTable::with_rank_up_to(int rank, bool break_titles) const {
  std::vector<Shown> result;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const Column& column = columns_[c];
    if (column.rank > rank) continue;
    Shown one{c, 0, lines_of(column.title, break_titles)};
    one.width = longest(one.title);
    for (const auto& row : rows_) one.width = std::max(one.width, text_length(row[c]));
    result.push_back(std::move(one));
  }
  for (const auto& [first, last] : groups(result)) {
    const std::size_t title = text_length(columns_[result[first].column].group);
    const std::size_t there = group_length(result, first, last);
    if (title > there) result[last].width += title - there;
  }
  return result;
}

std::vector<std::pair<std::size_t, std::size_t>> TextTable::groups(
    const std::vector<Shown>& shown) const {
  std::vector<std::pair<std::size_t, std::size_t>> runs;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const bool goes_on =
        i > 0 && columns_[shown[i].column].group == columns_[shown[i - 1].column].group;
    if (goes_on) {
      runs.back().second = i;
    } else {
      runs.emplace_back(i, i);
    }
  }
  return runs;
}

std::size_t TextTable::group_length(const std::vector<Shown>& shown, std::size_t first,
                                    std::size_t last) const {
  std::size_t sum = shown[first].width;
  for (std::size_t i = first + 1; i <= last; ++i) sum += rule(shown, i).size() + shown[i].width;
  return sum;
}

std::string TextTable::rule(const std::vector<Shown>& shown, std::size_t i) const {
  if (i == 0) return "";
  return columns_[shown[i].column].group == columns_[shown[i - 1].column].group ? "  " : " | ";
}

std::size_t TextTable::length(const std::vector<Shown>& shown) const {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < shown.size(); ++i) sum += rule(shown, i).size() + shown[i].width;
  return sum;
}

void TextTable::shrink(std::vector<Shown>& shown, std::size_t columns) const {
  while (length(shown) > columns) {
    Shown* widest = nullptr;
    for (Shown& one : shown) {
      const std::size_t least = columns_[one.column].least;
      if (least == 0 || one.width <= std::max(least, longest(one.title))) continue;
      if (widest == nullptr || one.width > widest->width) widest = &one;
    }
    if (widest == nullptr) return;
    --widest->width;
  }
}

std::vector<TextTable::Shown> TextTable::shown(const TextLayout& layout) const {
  std::set<int> ranks;
  for (const Column& column : columns_) ranks.insert(column.rank);
  if (layout.wide) return with_rank_up_to(ranks.empty() ? 0 : *ranks.rbegin(), false);
  std::vector<Shown> result = with_rank_up_to(0, false);
  const bool break_titles = length(result) > layout.columns;
  if (break_titles) {
    result = with_rank_up_to(0, true);
    shrink(result, layout.columns);
  }
  for (const int rank : ranks) {
    std::vector<Shown> more = with_rank_up_to(rank, break_titles);
    if (length(more) > layout.columns) break;
    result = std::move(more);
  }
  return result;
}

std::string TextTable::group_line(const std::vector<Shown>& shown) const {
  std::string line;
  for (const auto& [first, last] : groups(shown)) {
    const std::string& title = columns_[shown[first].column].group;
    const std::size_t width = group_length(shown, first, last);
    const std::size_t before = (width - std::min(width, text_length(title))) / 2;
    line += rule(shown, first) + padded(std::string(before, ' ') + title, width, Align::kLeft);
  }
  return line;
}

std::string TextTable::left_out(const std::vector<Shown>& shown, std::size_t columns) const {
  std::set<std::size_t> there;
  for (const Shown& one : shown) there.insert(one.column);
  std::string names, group;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (there.count(c) != 0) continue;
    const Column& column = columns_[c];
    names += names.empty() ? "" : column.group == group ? ", " : "; ";
    if (column.group != group && !column.group.empty()) names += column.group + ": ";
    for (const char letter : column.title) {
      if (letter != '\n') names += letter;
    }
    group = column.group;
  }
  return names.empty() ? "" : wrapped("(--wide adds " + names + ")", columns) + '\n';
}

std::string TextTable::text(const TextLayout& layout) const {
  const std::vector<Shown> shown = this->shown(layout);
  std::string text;
  const bool has_groups = std::any_of(shown.begin(), shown.end(), [&](const Shown& one) {
    return !columns_[one.column].group.empty();
  });
  if (has_groups) end_line(text, group_line(shown), true, layout);
  std::size_t title_lines = 0;
  bool has_titles = false;
  for (const Shown& one : shown) {
    title_lines = std::max(title_lines, one.title.size());
    has_titles = has_titles || longest(one.title) > 0;
  }
  for (std::size_t n = 0; has_titles && n < title_lines; ++n) {
    std::string line;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const Shown& one = shown[i];
      const std::size_t above = title_lines - one.title.size();
      line += rule(shown, i) +
              padded(n < above ? "" : one.title[n - above], one.width, columns_[one.column].align);
    }
    end_line(text, line, true, layout);
  }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const Shown& one = shown[i];
      line += rule(shown, i) +
              padded(elide(row[one.column], one.width), one.width, columns_[one.column].align);
    }
    end_line(text, line, false, layout);
  }
  return text + left_out(shown, layout.columns);
}

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>

#include "analysis/evaluation/machine.h"
#include "analysis/report/finetune_report.h"
#include "models/base/file/atomic_file.h"
#include "models/base/table/csv_writer.h"
#include "models/base/text/printable.h"

namespace dcnsim {
namespace {

constexpr std::size_t kLongestName = 80;  // of files, without extension

/// Between backquotes.
std::string code_text(const std::string& text) {
  std::string code = printable(text, text.size());
  std::replace(code.begin(), code.end(), '`', '\'');
  return code;
}

}  // namespace

std::string markdown_text(const std::string& text) {
  const std::string plain = printable(text, text.size());
  std::string escaped;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    // A backslash before anything but punctuation is one.
    const bool is_escape = plain[i] == '\\' && i + 1 < plain.size() &&
                           std::ispunct(static_cast<unsigned char>(plain[i + 1])) != 0;
    if (is_escape || std::strchr("`*[]<>|&~", plain[i]) != nullptr) escaped += '\\';
    escaped += plain[i];
  }
  return escaped;
}

std::string width_text(int bits) { return bits == kFloat ? "float" : std::to_string(bits); }

Page::Page(const Experiment& experiment, std::string name, const std::string& title)
    : experiment_(experiment), name_(std::move(name)) {
  markdown_ = fmt::format("# {}\n\nMeasured on {} with dcnsim {} by\n\n    {}\n", title,
                          experiment.date, experiment.version, code_text(experiment.command));
}

void Page::text(const std::string& paragraph) { markdown_ += "\n" + paragraph + "\n"; }

void Page::heading(const std::string& text) { markdown_ += "\n## " + text + "\n"; }

void Page::table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<PageCell>> cells;
  for (const auto& row : rows) {
    cells.emplace_back();
    for (const std::string& text : row) cells.back().push_back({text});
  }
  linked_table(cells);
}

void Page::linked_table(const std::vector<std::vector<PageCell>>& rows) {
  markdown_ += "\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    markdown_ += "|";
    for (const PageCell& cell : rows[i]) {
      const std::string text = markdown_text(cell.text);
      markdown_ += cell.target.empty() ? fmt::format(" {} |", text)
                                       : fmt::format(" [{}]({}) |", text, cell.target);
    }
    markdown_ += "\n";
    if (i > 0) continue;
    markdown_ += "| --- |";
    for (std::size_t column = 1; column < rows[i].size(); ++column) markdown_ += " ---: |";
    markdown_ += "\n";
  }
}

void Page::picture(const Plot& plot, const std::string& suffix) {
  const std::string file = new_file(suffix, ".svg");
  draw(plot, experiment_.folder + "/" + file);
  markdown_ += fmt::format("\n![{}]({})\n", markdown_text(plot.title), file);
}

void Page::csv(const std::vector<std::vector<std::string>>& rows, const std::string& suffix) {
  std::string text;
  for (const auto& row : rows) text += csv_line(row);
  const std::string file = new_file(suffix, ".csv");
  write_file_atomically(experiment_.folder + "/" + file, text);
  markdown_ += fmt::format("\nAs numbers: [{0}]({0}).\n", file);
}

void Page::json(const std::string& text) {
  const std::string file = new_file("", ".json");
  write_file_atomically(experiment_.folder + "/" + file, text);
  markdown_ += fmt::format("\nFor programs: [{0}]({0}).\n", file);
}

std::string Page::link_to(const std::string& relative) const {
  namespace fs = std::filesystem;
  const fs::path tree = fs::weakly_canonical(experiment_.data_folder),
                 page = fs::weakly_canonical(experiment_.folder);
  if (page.lexically_relative(tree).empty() || *page.lexically_relative(tree).begin() == "..") {
    return "";
  }
  return (tree / relative).lexically_relative(page).generic_string();
}

void Page::provenance(bool networks, bool calibration, bool test, bool machines) {
  markdown_ += "\n";
  if (networks) {
    for (const ExperimentNetwork& network : experiment_.networks) {
      markdown_ +=
          fmt::format("* network `{}`, SHA-256 `{}`\n", code_text(network.file), network.sha256);
    }
  }
  if (calibration) {
    markdown_ += fmt::format("* everything is chosen on {}\n", experiment_.calibration_words);
  }
  if (test) {
    markdown_ += fmt::format("* accuracy on {}, used for this page only\n", experiment_.test_words);
  }
  if (machines) {
    for (const Machine* machine : experiment_.machines) {
      markdown_ += fmt::format("* energy and cycles simulated on `{}`\n", machine->config.name);
    }
  }
}

void Page::save() { write_file_atomically(experiment_.folder + "/" + name_ + ".md", markdown_); }

std::string Page::new_file(const std::string& suffix, const std::string& extension) {
  std::string name = (suffix.empty() ? name_ : name_ + "_" + suffix).substr(0, kLongestName);
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '.') c = '_';
  }
  std::string file = name + extension;
  for (int number = 2; !files_.insert(file).second; ++number) {
    file = fmt::format("{}-{}{}", name, number, extension);
  }
  return file;
}

}  // namespace dcnsim

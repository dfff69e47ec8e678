// SPDX-License-Identifier: Apache-2.0
#include "analysis/experiments/page.h"

#include <fmt/format.h>

#include "models/base/file/atomic_file.h"

namespace dcnsim {

Page::Page(const Experiment& experiment, std::string name, const std::string& title)
    : experiment_(experiment), name_(std::move(name)) {
  markdown_ = fmt::format("# {}\n\nMeasured on {} with dcnsim {} by\n\n    {}\n", title,
                          experiment.date, experiment.version, experiment.command);
}

void Page::text(const std::string& paragraph) { markdown_ += "\n" + paragraph + "\n"; }

void Page::heading(const std::string& text) { markdown_ += "\n## " + text + "\n"; }

void Page::table(const std::vector<std::vector<std::string>>& rows) {
  markdown_ += "\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    markdown_ += fmt::format("| {} |\n", fmt::join(rows[i], " | "));
    if (i > 0) continue;
    markdown_ += "| --- |";
    for (std::size_t column = 1; column < rows[i].size(); ++column) markdown_ += " ---: |";
    markdown_ += "\n";
  }
}

void Page::picture(const Plot& plot, const std::string& suffix) {
  draw(plot, experiment_.folder + "/" + file(suffix, ".svg"));
  markdown_ += fmt::format("\n![{}]({})\n", plot.title, file(suffix, ".svg"));
}

void Page::csv(const std::vector<std::vector<std::string>>& rows, const std::string& suffix) {
  std::string text;
  for (const auto& row : rows) text += fmt::format("{}\n", fmt::join(row, ","));
  write_file_atomically(experiment_.folder + "/" + file(suffix, ".csv"), text);
  markdown_ += fmt::format("\nAs numbers: [{0}]({0}).\n", file(suffix, ".csv"));
}

void Page::provenance(bool networks, bool calibration, bool test, bool machines) {
  markdown_ += "\n";
  if (networks) {
    for (const ExperimentNetwork& network : experiment_.networks) {
      markdown_ += fmt::format("* network `{}`, SHA-256 `{}`\n", network.file, network.sha256);
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

std::string Page::file(const std::string& suffix, const std::string& extension) const {
  return name_ + (suffix.empty() ? "" : "_" + suffix) + extension;
}

}  // namespace dcnsim

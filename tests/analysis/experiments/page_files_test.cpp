// SPDX-License-Identifier: Apache-2.0
// Names of networks in results pages and in the names of their files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "analysis/experiments/page.h"
#include "tests/support/temporary_folder.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

std::set<std::string> files_in(const std::string& folder) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    files.insert(entry.path().filename().string());
  }
  return files;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(PageFiles, have_names_of_their_own_inside_the_folder) {
  const TemporaryFolder folder;
  Experiment experiment;
  experiment.folder = folder.path();
  Page page(experiment, "claim", "A claim");
  page.csv({{"one"}}, "same");
  page.csv({{"two"}}, "same");
  page.csv({{"three"}}, "torch/main_graph");
  page.csv({{"four"}}, "x/../../escape");
  page.csv({{"five"}}, std::string(300, 'n'));
  page.save();
  const std::set<std::string> files = files_in(folder.path());
  EXPECT_EQ(files.size(), 6U);
  EXPECT_EQ(text_of(folder.path("claim_same.csv")), "one\n");
  EXPECT_EQ(text_of(folder.path("claim_same-2.csv")), "two\n");
  EXPECT_EQ(text_of(folder.path("claim_torch_main_graph.csv")), "three\n");
  const std::string markdown = text_of(folder.path("claim.md"));
  for (const std::string& file : files) {
    if (file == "claim.md") continue;
    EXPECT_NE(markdown.find("](" + file + ")"), std::string::npos) << file;
  }
}

TEST(PageFiles, show_text_as_it_is) {
  EXPECT_EQ(markdown_text("conv1_b"), "conv1_b");
  EXPECT_EQ(markdown_text("a|b`<img>`[l](u)*&"), "a\\|b\\`\\<img\\>\\`\\[l\\](u)\\*\\&");
  EXPECT_EQ(markdown_text("two\nlines"), "two?lines");
  const TemporaryFolder folder;
  Experiment experiment;
  experiment.folder = folder.path();
  Page page(experiment, "claim", "A claim");
  page.table({{"layer", "dB"}, {"a|b", "1"}});
  page.save();
  EXPECT_NE(text_of(folder.path("claim.md")).find("| a\\|b | 1 |\n"), std::string::npos);
}

}  // namespace
}  // namespace dcnsim

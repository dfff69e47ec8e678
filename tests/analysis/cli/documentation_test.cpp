// SPDX-License-Identifier: Apache-2.0
// Manual pages and completion, as they are written when the command is built.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/analysis/cli/command_runner.h"

namespace dcnsim {
namespace {

namespace fs = std::filesystem;

const std::string kDocumentation = std::string(DCNSIM_DOCUMENTATION) + "/dcnsim";

const std::vector<std::string> kCommands = {
    "run",          "quantize",    "allocate",    "finetune", "map",   "compile",
    "experiment",   "inspect",     "new-machine", "timeline", "sweep", "sweep show",
    "sweep export", "sweep merge", "sweep slurm", "report"};

class DocumentationTest : public CommandTest {
 protected:
  static bool is_installed(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
  }

  /// What bash offers at the end of a command line, its last word unfinished.
  std::set<std::string> offered(const std::vector<std::string>& words) const {
    std::string list;
    for (const std::string& word : words) list += " '" + word + "'";
    spill(path("ask"), "cd " + folder_.string() + "\nsource " + kDocumentation + "/bash/dcnsim\n" +
                           "COMP_WORDS=(dcnsim" + list +
                           ")\nCOMP_CWORD=" + std::to_string(words.size()) + "\n_dcnsim\n" +
                           "printf '%s\\n' \"${COMPREPLY[@]}\"\n");
    const Outcome o = run("bash", path("ask"));
    EXPECT_EQ(o.code, 0) << o.err;
    EXPECT_EQ(o.err, "");
    std::set<std::string> found;
    std::istringstream lines(o.out);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty()) found.insert(line);
    }
    return found;
  }

  /// "--weights" and the like, in a help.
  static std::set<std::string> long_options(const std::string& help) {
    std::set<std::string> options;
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("  -", 0) != 0) continue;
      std::string names = line.substr(2, line.find(' ', 2) - 2);
      std::replace(names.begin(), names.end(), ',', ' ');
      std::istringstream split(names);
      for (std::string name; split >> name;) {
        if (name.rfind("--", 0) == 0) options.insert(name);
      }
    }
    return options;
  }
};

TEST_F(DocumentationTest, shells_can_read_their_completion) {
  const struct {
    const char *shell, *file;
  } files[] = {{"bash", "bash/dcnsim"}, {"zsh", "zsh/_dcnsim"}, {"fish", "fish/dcnsim.fish"}};
  for (const auto& [shell, file] : files) {
    ASSERT_TRUE(fs::exists(kDocumentation + "/" + file)) << file;
    if (!is_installed(shell)) continue;
    const Outcome o = run(shell, "-n " + kDocumentation + "/" + file);
    EXPECT_EQ(o.code, 0) << o.err;
    EXPECT_EQ(o.err, "");
  }
}

TEST_F(DocumentationTest, bash_offers_every_option_of_every_command) {
  EXPECT_EQ(offered({"ru"}), std::set<std::string>{"run"});
  EXPECT_EQ(offered({"sweep", "sh"}), std::set<std::string>{"show"});
  for (const std::string& command : kCommands) {
    std::vector<std::string> words;
    std::istringstream split(command);
    for (std::string word; split >> word;) words.push_back(word);
    words.emplace_back("--");
    const std::set<std::string> expected = long_options(dcnsim(command + " --help").out);
    EXPECT_EQ(expected.count("--help"), 1u) << command;
    EXPECT_EQ(offered(words), expected) << command;
  }
}

TEST_F(DocumentationTest, bash_offers_the_values_that_an_option_takes) {
  EXPECT_EQ(offered({"run", "--timing", ""}), (std::set<std::string>{"at", "auto", "lt"}));
  EXPECT_EQ(offered({"run", "--timing", "=", "a"}), (std::set<std::string>{"at", "auto"}));
  EXPECT_EQ(offered({"map", "--accelerator", "large"}), std::set<std::string>{"large_edge"});
  EXPECT_EQ(offered({"run", "cifar10_pl"}), std::set<std::string>{"cifar10_plain7"});
  EXPECT_TRUE(offered({"run", "--limit", ""}).empty()) << "any number";
  spill(path("two words.yaml"), "");
  EXPECT_EQ(offered({"run", "--widths", "two"}), std::set<std::string>{"two words.yaml"});
  fs::create_directory(path("folder"));
  EXPECT_EQ(offered({"run", "--cache", ""}), std::set<std::string>{"folder"});
}

TEST_F(DocumentationTest, zsh_and_fish_have_every_option_of_every_command) {
  const std::string zsh = slurp(kDocumentation + "/zsh/_dcnsim");
  const std::string fish = slurp(kDocumentation + "/fish/dcnsim.fish");
  for (const std::string& command : kCommands) {
    std::string name = command;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
    const std::size_t at = zsh.find("_dcnsim_" + name + "() {");
    ASSERT_NE(at, std::string::npos) << command;
    const std::string function = zsh.substr(at, zsh.find("\n}\n", at) - at);
    for (const std::string& option : long_options(dcnsim(command + " --help").out)) {
      EXPECT_NE(function.find(option + "["), std::string::npos) << command << " " << option;
      EXPECT_NE(fish.find(" -l " + option.substr(2) + " "), std::string::npos) << option;
    }
  }
}

TEST_F(DocumentationTest, every_command_has_a_manual_page_without_warnings) {
  std::vector<std::string> pages{"dcnsim"};
  for (const std::string& command : kCommands) {
    std::string name = "dcnsim-" + command;
    std::replace(name.begin(), name.end(), ' ', '-');
    pages.push_back(name);
  }
  const bool has_groff = is_installed("groff");
  for (const std::string& name : pages) {
    const std::string file = kDocumentation + "/man1/" + name + ".1";
    const std::string text = slurp(file);
    for (const char* section :
         {".TH ", ".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH EXIT STATUS", ".SH EXAMPLES"}) {
      EXPECT_NE(text.find(section), std::string::npos) << name << section;
    }
    if (!has_groff) continue;
    // break: groff tries to break at the hyphens of an option first, and says that it may not.
    const Outcome o = run("groff", "-ww -Wbreak -man -Tascii -P-cbou " + file);
    EXPECT_EQ(o.code, 0);
    EXPECT_EQ(o.err, "") << name;
    EXPECT_NE(o.out.find("EXAMPLES"), std::string::npos) << name;
    EXPECT_FALSE(std::regex_search(o.out, std::regex("[a-z]-\n"))) << name << " cuts a name in two";
  }
}

}  // namespace
}  // namespace dcnsim

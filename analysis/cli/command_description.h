// SPDX-License-Identifier: Apache-2.0
// A command as data: what its help, its man page and completion by shells are written from, and
// where suggestions for what was mistyped come from.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace dcnsim::cli {

struct Example {
  std::string command;
  std::string about;  ///< may be ""
};

struct OptionDescription {
  std::vector<std::string> names;  ///< "-w", "--weights"; of an argument, its name alone
  std::string value;               ///< what it takes: "N", "FILE|-", "{a,b}"; "" for a flag
  std::vector<std::string> words;  ///< all that it takes, if they are few
  std::string about;               ///< a paragraph, defaults and what it needs included
  std::string group;
  bool is_argument = false;
  bool is_required = false;
  bool may_repeat = false;
};

struct CommandDescription {
  std::string name;     ///< with those of the commands around it: "dcnsim sweep show"
  std::string summary;  ///< a line
  /// Paragraphs between line ends; a line that begins with two blanks stays as it is.
  std::string details;
  std::vector<OptionDescription> options;  ///< arguments first
  std::vector<CommandDescription> commands;
  std::vector<Example> examples;
};

/// `name`: of the program.
CommandDescription describe(const std::string& name, const CLI::App& app);

/// Adds a command, its examples written without the program's name in front.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& summary,
                      const std::string& details, const std::vector<Example>& examples);
/// The same for the program itself.
void set_description(CLI::App& app, const std::string& summary, const std::string& details,
                     const std::vector<Example>& examples);

}  // namespace dcnsim::cli

// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/help_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/cli/command_description.h"
#include "models/base/text/printable.h"
#include "models/base/text/wrap.h"

namespace dcnsim::cli {
namespace {

constexpr std::size_t kIndent = 26;  ///< of what things are

/// "  NAME  about", the second wrapped behind `indent`; on a line of its own if the name is long.
std::string entry(const std::string& name, const std::string& about, std::size_t columns,
                  std::size_t indent = kIndent) {
  std::string text = "  " + name;
  if (about.empty()) return text + '\n';
  if (text.size() + 2 > indent) {
    text += '\n' + std::string(indent, ' ');
  } else {
    text.resize(indent, ' ');
  }
  return text + wrapped(about, columns, indent) + '\n';
}

/// Words that a line has no room for become several.
std::string option_name(const OptionDescription& option, std::size_t columns) {
  const std::string name = fmt::format("{}", fmt::join(option.names, ","));
  if (option.value.empty()) return name;
  if (option.words.empty() || name.size() + option.value.size() + 3 <= columns) {
    return name + ' ' + option.value;
  }
  return wrapped(fmt::format("{} {{{}}}", name, fmt::join(option.words, ", ")), columns, 4);
}

/// Each once, in order; arguments have none.
std::vector<std::string> groups_of(const CommandDescription& command) {
  std::vector<std::string> groups;
  for (const OptionDescription& option : command.options) {
    if (option.is_argument) continue;
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) {
      groups.push_back(option.group);
    }
  }
  return groups;
}

std::string paragraphs(const std::string& details, std::size_t columns) {
  std::string text;
  for (std::size_t at = 0; at < details.size();) {
    const std::size_t end = std::min(details.find('\n', at), details.size());
    const std::string line = details.substr(at, end - at);
    if (line.rfind("  ", 0) == 0) {  // "  name    what it is"
      const std::size_t name = std::min(line.find(' ', 2), line.size());
      const std::size_t about = std::min(line.find_first_not_of(' ', name), line.size());
      text += line.substr(0, about) + wrapped(line.substr(about), columns, about);
    } else {
      text += wrapped(line, columns);
    }
    text += '\n';
    at = end + 1;
  }
  return text;
}

/// A command line on several, as a shell takes it.
std::string continued(const std::string& command, std::size_t columns) {
  std::string text = wrapped(command, columns - 2, 4);
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 3)) {
    text.insert(at, " \\");
  }
  return text;
}

std::string last_word(const std::string& text) { return text.substr(text.rfind(' ') + 1); }

}  // namespace

std::string usage_of(const CommandDescription& command) {
  std::string usage = "[OPTIONS]";
  for (const OptionDescription& option : command.options) {
    if (!option.is_argument) {
      if (option.is_required) usage += fmt::format(" {} {}", option.names.back(), option.value);
      continue;
    }
    const std::string dots = option.may_repeat ? "..." : "";
    usage += option.is_required ? fmt::format(" {}{}", option.names[0], dots)
                                : fmt::format(" [{}{}]", option.names[0], dots);
  }
  if (!command.commands.empty()) usage += " COMMAND";
  return usage;
}

std::string exit_codes() {
  return "  0    done\n"
         "  1    failed: a file, a network, a machine\n"
         "  2    usage: a mistake on the command line\n"
         "  130  interrupted; what is kept is said\n";
}

std::vector<std::pair<std::string, std::string>> environment_variables() {
  return {{"COLUMNS", "length of lines, instead of the terminal's"},
          {"NO_COLOR", "no colours on a terminal either, if it is set to anything"},
          {"DCNSIM_KERNEL", "as --kernels"},
          {"DCNSIM_DATA", "folder of the data that comes with dcnsim"},
          {"XDG_CACHE_HOME", "folder in which a folder dcnsim keeps results [~/.cache]"}};
}

std::string help_text(const CommandDescription& command, std::size_t columns) {
  std::string text =
      "Usage: " + wrapped(command.name + ' ' + usage_of(command), columns, 7) + "\n\n";
  text += wrapped(command.summary, columns) + '\n';
  if (!command.details.empty()) text += '\n' + paragraphs(command.details, columns);
  if (!command.commands.empty()) {
    text += "\nCommands\n";
    for (const CommandDescription& sub : command.commands) {
      text += entry(last_word(sub.name), sub.summary, columns, 15);
    }
    text += "Every command has a --help of its own.\n";
  }
  const auto is_argument = [](const OptionDescription& option) { return option.is_argument; };
  if (std::any_of(command.options.begin(), command.options.end(), is_argument)) {
    text += "\nArguments\n";
    for (const OptionDescription& option : command.options) {
      if (option.is_argument) text += entry(option_name(option, columns), option.about, columns);
    }
  }
  for (const std::string& group : groups_of(command)) {
    text += '\n' + group + '\n';
    for (const OptionDescription& option : command.options) {
      if (!option.is_argument && option.group == group) {
        text += entry(option_name(option, columns), option.about, columns);
      }
    }
  }
  if (!command.commands.empty()) {
    text += "\nExit codes\n" + exit_codes() + "\nEnvironment\n";
    for (const auto& [name, about] : environment_variables()) text += entry(name, about, columns);
  }
  if (command.examples.empty()) return text;
  text += "\nExamples\n";
  for (const Example& example : command.examples) {
    text += "  " + continued(example.command, columns) + '\n';
    if (!example.about.empty()) {
      text += std::string(6, ' ') + wrapped(example.about, columns, 6) + '\n';
    }
  }
  return text;
}

}  // namespace dcnsim::cli

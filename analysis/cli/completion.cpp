// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/cli/command_description.h"

namespace dcnsim::cli {
namespace {

constexpr const char* kOrigin = "written by the program from its own description";

/// A shell function's name: "dcnsim_sweep_show".
std::string identifier(const std::string& command) {
  std::string name = command;
  for (char& c : name) c = c == ' ' || c == '-' ? '_' : c;
  return name;
}

std::string last_word(const std::string& text) { return text.substr(text.rfind(' ') + 1); }

std::string escaped(const std::string& text, const std::string& characters) {
  std::string result;
  for (const char c : text) {
    if (characters.find(c) != std::string::npos) result += '\\';
    result += c;
  }
  return result;
}

/// In single quotes, for all three shells; a quote in it becomes a typographic one.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("\xE2\x80\x99") : std::string(1, c);
  return result + "'";
}

/// Up to the first end of a sentence or clause that says enough for a menu.
std::string short_about(const OptionDescription& option) {
  constexpr std::size_t kLongest = 70;
  const std::string about = option.about.substr(0, option.about.find_first_of(":;["));
  if (about.size() <= kLongest) return about.substr(0, about.find_last_not_of(' ') + 1);
  return about.substr(0, about.rfind(' ', kLongest)) + "...";
}

template <class Visit>
void for_each_command(const CommandDescription& command, const Visit& visit) {
  visit(command);
  for (const CommandDescription& sub : command.commands) for_each_command(sub, visit);
}

// bash

std::string bash_reply(const Completions& c) {
  std::string sources;
  if (!c.words.empty()) {
    sources += fmt::format("compgen -W '{}' -- \"$cur\"; ", fmt::join(c.words, " "));
  }
  if (c.files) sources += "compgen -f -- \"$cur\"; ";
  if (c.folders) sources += "compgen -d -- \"$cur\"; ";
  return sources.empty() ? ":" : "mapfile -t COMPREPLY < <(" + sources + ")";
}

Completions arguments_of(const CommandDescription& command, const KnownNames& names) {
  Completions all;
  for (const CommandDescription& sub : command.commands) all.words.push_back(last_word(sub.name));
  for (const OptionDescription& option : command.options) {
    if (!option.is_argument) continue;
    const Completions one = completions_of(option, names);
    all.words.insert(all.words.end(), one.words.begin(), one.words.end());
    all.files = all.files || one.files;
    all.folders = all.folders || one.folders;
  }
  return all;
}

std::string bash_case(const CommandDescription& command, const KnownNames& names) {
  std::string values, options;
  for (const OptionDescription& option : command.options) {
    if (option.is_argument) continue;
    for (const std::string& name : option.names) options += (options.empty() ? "" : " ") + name;
    if (option.value.empty()) continue;
    values += fmt::format("        {}) {}; return ;;\n", fmt::join(option.names, "|"),
                          bash_reply(completions_of(option, names)));
  }
  return fmt::format(
      "    {})\n      case $prev in\n{}      esac\n"
      "      if [[ $cur == -* ]]; then\n        mapfile -t COMPREPLY < <(compgen -W '{}' -- "
      "\"$cur\")\n      else\n        {}\n      fi\n      ;;\n",
      quoted(command.name), values, options, bash_reply(arguments_of(command, names)));
}

// zsh

std::string zsh_action(const Completions& c) {
  const std::string words = escaped(fmt::format("{}", fmt::join(c.words, " ")), ":");
  if (c.words.empty()) return c.folders ? "_files -/" : c.files ? "_files" : " ";
  if (!c.files) return "(" + words + ")";
  return "_alternative \"names:name:(" + words + ")\" \"files:file:_files\"";
}

std::string zsh_option(const OptionDescription& option, const KnownNames& names) {
  const std::string about = escaped(short_about(option), "[]:\\");
  std::string value;
  if (!option.value.empty()) {
    value = ':' + escaped(option.value, ":\\") + ':' + zsh_action(completions_of(option, names));
  }
  std::string text;
  for (const std::string& name : option.names) {
    const std::string others = fmt::format("({})", fmt::join(option.names, " "));
    text += "    " + quoted((option.may_repeat ? "*" : others) + name + '[' + about + ']' + value) +
            " \\\n";
  }
  return text;
}

std::string zsh_function(const CommandDescription& command, const KnownNames& names) {
  std::string text = "_" + identifier(command.name) + "() {\n";
  text += "  local curcontext=\"$curcontext\" state state_descr line\n  typeset -A opt_args\n";
  text += "  _arguments -C -s \\\n";
  std::size_t position = 0;
  for (const OptionDescription& option : command.options) {
    if (!option.is_argument) {
      text += zsh_option(option, names);
    } else if (command.commands.empty()) {
      const std::string place = option.may_repeat ? "*" : std::to_string(++position);
      text +=
          "    " +
          quoted(place + ':' + option.names[0] + ':' + zsh_action(completions_of(option, names))) +
          " \\\n";
    }
  }
  if (command.commands.empty()) return text + "    && return 0\n}\n\n";
  text += "    '1: :->command' '*:: :->argument' && return 0\n  case $state in\n    command)\n";
  text += "      local -a commands\n      commands=(\n";
  for (const CommandDescription& sub : command.commands) {
    text += "        " + quoted(last_word(sub.name) + ':' + escaped(sub.summary, ":\\")) + '\n';
  }
  text += "      )\n      _describe command commands\n";
  const bool takes_files = arguments_of(command, names).files;
  if (takes_files) text += "      _files\n";
  text += "      ;;\n    argument)\n      case $line[1] in\n";
  for (const CommandDescription& sub : command.commands) {
    text += fmt::format("        {}) _{} ;;\n", last_word(sub.name), identifier(sub.name));
  }
  return text + "      esac\n      ;;\n  esac\n}\n\n";
}

// fish

/// When a command's words are offered: it was named, and none of those in it.
std::string fish_condition(const CommandDescription& command) {
  std::string condition;
  const std::string& name = command.name;
  for (std::size_t at = name.find(' '); at != std::string::npos;) {
    const std::size_t end = std::min(name.find(' ', at + 1), name.size());
    condition += (condition.empty() ? "" : "; and ") +
                 ("__fish_seen_subcommand_from " + name.substr(at + 1, end - at - 1));
    at = end == name.size() ? std::string::npos : end;
  }
  if (command.commands.empty()) return condition;
  std::string none = "not __fish_seen_subcommand_from";
  for (const CommandDescription& sub : command.commands) none += ' ' + last_word(sub.name);
  return condition.empty() ? none : condition + "; and " + none;
}

std::string fish_lines(const std::string& program, const CommandDescription& command,
                       const KnownNames& names) {
  const std::string condition = fish_condition(command);
  const std::string start =
      "complete -c " + program + (condition.empty() ? "" : " -n " + quoted(condition));
  std::string text;
  for (const CommandDescription& sub : command.commands) {
    text += start + " -f -a " + last_word(sub.name) + " -d " + quoted(sub.summary) + '\n';
  }
  for (const OptionDescription& option : command.options) {
    const Completions c = completions_of(option, names);
    const std::string words =
        c.words.empty() ? "" : " -a " + quoted(fmt::format("{}", fmt::join(c.words, " ")));
    const char* const files = c.files || c.folders ? " -F" : " -f";
    text += start;
    if (option.is_argument) {
      text += files + words + '\n';
      continue;
    }
    for (const std::string& name : option.names) {
      text += name.rfind("--", 0) == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    if (!option.value.empty()) text += std::string(" -r") + files + words;
    text += " -d " + quoted(short_about(option)) + '\n';
  }
  return text;
}

bool has_part(const std::string& value, const std::string& part) {
  return ('|' + value + '|').find('|' + part + '|') != std::string::npos;
}

}  // namespace

Completions completions_of(const OptionDescription& option, const KnownNames& names) {
  Completions c;
  c.words = option.words;
  const std::string& value = option.value;
  if (has_part(value, "NAME") && has_part(value, "FILE")) {
    c.words.insert(c.words.end(), names.networks.begin(), names.networks.end());
  }
  if (has_part(value, "PRESET")) {
    c.words.insert(c.words.end(), names.presets.begin(), names.presets.end());
  }
  for (const char* kind : {"FILE", "PATH", "SPEC", "STORE", "OUT", "SHARD"}) {
    c.files = c.files || value.rfind(kind, 0) == 0;
  }
  c.folders = has_part(value, "FOLDER");
  return c;
}

std::string bash_completion(const CommandDescription& program, const KnownNames& names) {
  const std::string function = "_" + identifier(program.name);
  std::string commands, cases;
  for_each_command(program, [&](const CommandDescription& command) {
    if (command.name != program.name)
      commands += (commands.empty() ? "" : "|") + quoted(command.name);
    cases += bash_case(command, names);
  });
  if (commands.empty()) commands = "''";
  return fmt::format(
      "# Completion for bash, {}.\n"
      "{}() {{\n"
      "  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}} command={} i\n"
      "  # bash breaks --option=value in three words.\n"
      "  if [[ $cur == = ]]; then\n    cur=\n"
      "  elif [[ $prev == = ]]; then\n    prev=${{COMP_WORDS[COMP_CWORD - 2]}}\n  fi\n"
      "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
      "    case \"$command ${{COMP_WORDS[i]}}\" in\n"
      "      {}) command+=\" ${{COMP_WORDS[i]}}\" ;;\n    esac\n  done\n"
      "  COMPREPLY=()\n  case $command in\n{}  esac\n}}\n"
      "complete -o filenames -F {} {}\n",
      kOrigin, function, program.name, commands, cases, function, program.name);
}

std::string zsh_completion(const CommandDescription& program, const KnownNames& names) {
  std::string text =
      fmt::format("#compdef {}\n# Completion for zsh, {}.\n\n", program.name, kOrigin);
  for_each_command(
      program, [&](const CommandDescription& command) { text += zsh_function(command, names); });
  return text + '_' + identifier(program.name) + " \"$@\"\n";
}

std::string fish_completion(const CommandDescription& program, const KnownNames& names) {
  std::string text = fmt::format("# Completion for fish, {}.\n", kOrigin);
  for_each_command(program, [&](const CommandDescription& command) {
    text += fish_lines(program.name, command, names);
  });
  return text;
}

}  // namespace dcnsim::cli

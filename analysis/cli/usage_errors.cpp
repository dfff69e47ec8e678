// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/usage_errors.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>

#include "analysis/cli/command_description.h"
#include "analysis/cli/file_kind.h"
#include "models/base/text/printable.h"
#include "models/base/text/suggest.h"

namespace dcnsim::cli {
namespace {

std::vector<std::string> long_options(const CommandDescription& command) {
  std::vector<std::string> names;
  for (const OptionDescription& option : command.options) {
    for (const std::string& name : option.names) {
      if (name.rfind("--", 0) == 0) names.push_back(name);
    }
  }
  return names;
}

std::vector<std::string> command_names(const CommandDescription& command) {
  std::vector<std::string> names;
  for (const CommandDescription& sub : command.commands) {
    names.push_back(sub.name.substr(sub.name.rfind(' ') + 1));
  }
  return names;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Commands at or under `command` that have the option.
void find_owners(const CommandDescription& command, const std::string& option,
                 std::vector<std::string>& owners) {
  if (has(long_options(command), option)) owners.push_back(command.name);
  for (const CommandDescription& sub : command.commands) find_owners(sub, option, owners);
}

/// "; did you mean "dcnsim run --help"?" for what other programs take for it; `named` is the
/// command that the line names.
std::string meant_instead(const std::string& text, const CommandDescription& program,
                          const std::string& named) {
  if (text == "help" || text == "-?") return "; did you mean \"" + named + " --help\"?";
  if (text == "version" || text == "-V") {
    return "; did you mean \"" + program.name + " --version\"?";
  }
  return "";
}

std::string unknown_option(const CommandDescription& program, const CommandDescription& command,
                           const std::string& named, const std::string& text) {
  const std::string option = text.substr(0, text.find('='));
  const std::string meant = meant_instead(option, program, named);
  if (!meant.empty()) return printable(option) + ": no such option" + meant;
  std::string problem = printable(option) + ": no such option of " + command.name;
  std::vector<std::string> owners;
  find_owners(program, option, owners);
  if (named != command.name && has(owners, named)) {
    return fmt::format("{}: belongs after the command: {} {}", printable(option), named,
                       printable(text));
  }
  const std::string with_two_dashes = option.rfind("--", 0) == 0 ? option : '-' + option;
  const std::string near = suggestion(with_two_dashes, long_options(command));
  if (!near.empty()) return problem + near;
  for (const OptionDescription& argument : command.options) {
    if (argument.is_argument && "--" + argument.names[0] == option) {
      return fmt::format("{}: stands without an option: {} {}", printable(option), command.name,
                         argument.value);
    }
  }
  if (has(owners, program.name)) {
    return fmt::format("{}: belongs before the command, as in {} {} ...", printable(option),
                       program.name, printable(text));
  }
  return owners.empty() ? problem : problem + "; it is one of " + listed(owners);
}

/// Values of the arguments that were taken.
std::vector<std::string> given_arguments(const CLI::App& app) {
  std::vector<std::string> values;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    const auto& results = option->results();
    values.insert(values.end(), results.begin(), results.end());
  }
  return values;
}

std::string unexpected_argument(const CommandDescription& program,
                                const CommandDescription& command, const CLI::App& app,
                                const std::string& named, const std::string& text) {
  const std::vector<std::string> commands = command_names(command);
  if (!commands.empty()) {
    // Where a file may stand instead of a command, what was meant to be one was taken for it.
    const std::vector<std::string> given = given_arguments(app);
    const std::string& name = given.empty() ? text : given.front();
    const std::string kind = belongs_to_command(name);
    if (given.empty() && !kind.empty()) return printable(name) + ": " + kind;
    const std::string meant = meant_instead(name, program, named);
    return fmt::format("{}: no such command of {}, expected one of {}{}",
                       name.empty() ? "\"\"" : printable(name), command.name, listed(commands),
                       meant.empty() ? suggestion(name, commands) : meant);
  }
  const std::string too_many = "an argument too many for " + command.name;
  const std::string kind = belongs_to_option(text, long_options(command), too_many);
  return printable(text) + ": " + (kind.empty() ? too_many : kind);
}

/// "; did you mean "--jobs"?" for "-jobs", which is -j with a value.
std::string single_dash(const CommandDescription& command,
                        const std::vector<std::string>& arguments) {
  constexpr std::size_t kLeast = 4;
  for (const std::string& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    if (name.size() < kLeast || name[0] != '-' || std::isalpha(name[1]) == 0) continue;
    const std::string near = suggestion('-' + name, long_options(command));
    if (!near.empty()) return near;
  }
  return "";
}

/// The option whose name CLI11's message has, with what it takes: "N".
std::string value_of(const CommandDescription& command, const std::string& name) {
  for (const OptionDescription& option : command.options) {
    if (has(option.names, name)) return option.value;
  }
  return "";
}

std::string first_name(const std::string& message) {
  const std::size_t at = message.find("--");
  const std::size_t begin = at == std::string::npos ? 0 : at;
  return message.substr(begin, message.find_first_of(": ,", begin) - begin);
}

/// Of a flag with a value CLI11 has the name without dashes.
std::string with_dashes(const CommandDescription& command, const std::string& name) {
  const std::string option = (name.size() == 1 ? "-" : "--") + name;
  const bool is_option = std::any_of(command.options.begin(), command.options.end(),
                                     [&](const auto& known) { return has(known.names, option); });
  return is_option ? option : name;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string problem_of(const CommandDescription& command, const CLI::ParseError& error,
                       const std::vector<std::string>& arguments) {
  const std::string message = error.what();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    const std::string suffix = " is required";
    if (message.rfind("A subcommand", 0) == 0) {
      return "expected a command: " + listed(command_names(command));
    }
    const std::string name = message.substr(0, message.rfind(suffix));
    const std::string value = value_of(command, name);
    return name + ": missing" + (value.empty() ? "" : ", expected " + value);
  }
  if (dynamic_cast<const CLI::RequiresError*>(&error) != nullptr) {
    return replaced(message, " requires ", ": needs ");
  }
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) {
    return replaced(message, " excludes ", ": not together with ");
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string name = with_dashes(command, first_name(message));
    const std::string value = value_of(command, name);
    if (value.empty()) return name + ": takes no value";
    const std::size_t at = message.find("At Most ");
    int most = 0, given = 0;
    if (at != std::string::npos &&
        std::sscanf(message.c_str() + at, "At Most %d required but received %d", &most, &given) ==
            2) {
      if (most == 1)
        return name + ": given " + (given == 2 ? "twice" : fmt::format("{} times", given));
      return fmt::format("{}: {} given, expected at most {}", name, given, most);
    }
    return name + ": expected one value, " + value;
  }
  const bool is_of_value = dynamic_cast<const CLI::ValidationError*>(&error) != nullptr ||
                           dynamic_cast<const CLI::ConversionError*>(&error) != nullptr;
  return is_of_value ? message + single_dash(command, arguments) : message;
}

}  // namespace

NamedCommand named_command(const std::string& program, const CLI::App& app) {
  NamedCommand command{program, &app};
  while (!command.app->get_subcommands().empty()) {
    command.app = command.app->get_subcommands().back();
    command.name += ' ' + command.app->get_name();
  }
  return command;
}

std::string empty_value(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    const std::vector<std::string> values = option->results();
    if (std::find(values.begin(), values.end(), "") == values.end()) continue;
    return fmt::format("{}: \"\", expected {}", option->get_name(), option->get_type_name());
  }
  for (const CLI::App* command : app.get_subcommands()) {
    const std::string problem = empty_value(*command);
    if (!problem.empty()) return problem;
  }
  return "";
}

std::string usage_problem(const std::string& program, const CLI::App& app,
                          const CLI::ParseError& error, const std::vector<std::string>& arguments) {
  // What was not understood is the cause of what is said to be missing; each command of a line has
  // its own.
  NamedCommand named{program, &app};
  while (named.app->remaining().empty() && !named.app->get_subcommands().empty()) {
    named.app = named.app->get_subcommands().back();
    named.name += ' ' + named.app->get_name();
  }
  const CommandDescription command = describe(named.name, *named.app);
  const std::vector<std::string> unknown = named.app->remaining();
  const auto option = std::find_if(unknown.begin(), unknown.end(), [](const std::string& text) {
    return text.size() > 1 && text[0] == '-' && text != "--";
  });
  const CommandDescription whole = describe(program, app);
  const std::string innermost = named_command(program, app).name;
  if (option != unknown.end()) return unknown_option(whole, command, innermost, *option);
  for (const std::string& text : unknown) {
    if (text != "--") return unexpected_argument(whole, command, *named.app, innermost, text);
  }
  return problem_of(command, error, arguments);
}

}  // namespace dcnsim::cli

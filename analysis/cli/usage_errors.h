// SPDX-License-Identifier: Apache-2.0
// What is wrong with a command line, in this tool's words instead of CLI11's.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace dcnsim::cli {

/// The command that a command line names, the innermost, with those around it: "dcnsim sweep show".
struct NamedCommand {
  std::string name;
  const CLI::App* app;
};
NamedCommand named_command(const std::string& program, const CLI::App& app);

/// One line: the option or argument, what it was, what was expected, what is near. `arguments`: the
/// command line behind the program's name.
std::string usage_problem(const std::string& program, const CLI::App& app,
                          const CLI::ParseError& error, const std::vector<std::string>& arguments);

/// What is wrong where an option or argument was given "", which none takes; "" if none was.
std::string empty_value(const CLI::App& app);

}  // namespace dcnsim::cli

// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "analysis/cli/command_description.h"
#include "analysis/cli/help_text.h"

namespace dcnsim::cli {
namespace {

/// As roff prints it: its control characters, and hyphens that people type.
std::string roff(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool begins_line = result.empty() || result.back() == '\n';
    if (begins_line && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
  }
  return result;
}

/// "dcnsim-sweep-show", of "dcnsim sweep show".
std::string page_name(const std::string& command) {
  std::string name = command;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string details(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const bool is_literal = line.rfind("  ", 0) == 0;
    result += is_literal ? ".br\n" : ".PP\n";
    result += roff(is_literal ? line.substr(2) : line) + '\n';
    at = end + 1;
  }
  return result;
}

std::string tagged(const std::string& bold, const std::string& plain, const std::string& about) {
  std::string text = ".TP\n\\fB" + roff(bold) + "\\fR";
  if (!plain.empty()) text += " \\fI" + roff(plain) + "\\fR";
  return text + '\n' + (about.empty() ? "\\&" : roff(about)) + '\n';
}

std::string option(const OptionDescription& o) {
  return tagged(fmt::format("{}", fmt::join(o.names, ", ")), o.value, o.about);
}

std::string options(const CommandDescription& command) {
  std::string arguments, others, group;
  for (const OptionDescription& o : command.options) {
    if (o.is_argument) {
      arguments += option(o);
      continue;
    }
    if (o.group != group && o.group != "Options") others += ".SS " + roff(o.group) + '\n';
    group = o.group;
    others += option(o);
  }
  return (arguments.empty() ? "" : ".SH ARGUMENTS\n" + arguments) + ".SH OPTIONS\n" + others;
}

std::string commands(const CommandDescription& command) {
  std::string text;
  for (const CommandDescription& sub : command.commands) {
    text += tagged(page_name(sub.name) + "(1)", "", sub.summary);
  }
  return text.empty() ? "" : ".SH COMMANDS\n" + text;
}

std::string environment() {
  std::string text = ".SH ENVIRONMENT\n";
  for (const auto& [name, about] : environment_variables()) text += tagged(name, "", about);
  return text;
}

std::string examples(const CommandDescription& command) {
  std::string text;
  for (const Example& example : command.examples) {
    text += tagged(example.command, "", example.about);
  }
  return text.empty() ? "" : ".SH EXAMPLES\n" + text;
}

std::string page(const CommandDescription& command, const std::string& program,
                 const std::string& version) {
  const std::string name = page_name(command.name);
  return ".\\\" Written by " + program + " from its own description.\n" +
         fmt::format(".TH {} 1 \"\" \"{} {}\" \"dcnsim\"\n", roff(upper(name)), roff(program),
                     version) +
         ".nh\n.ad l\n.SH NAME\n" + roff(name) + " \\- " + roff(command.summary) + '\n' +
         ".SH SYNOPSIS\n\\fB" + roff(command.name) + "\\fR " + roff(usage_of(command)) + '\n' +
         ".SH DESCRIPTION\n" +
         (command.details.empty() ? roff(command.summary) + ".\n" : details(command.details)) +
         commands(command) + options(command) + ".SH EXIT STATUS\n.nf\n" + roff(exit_codes()) +
         ".fi\n" + environment() + examples(command);
}

void add_pages(const CommandDescription& command, const std::string& program,
               const std::string& version, std::map<std::string, std::string>& pages) {
  pages[page_name(command.name) + ".1"] = page(command, program, version);
  for (const CommandDescription& sub : command.commands) {
    add_pages(sub, program, version, pages);
  }
}

}  // namespace

std::map<std::string, std::string> man_pages(const CommandDescription& command,
                                             const std::string& version) {
  std::map<std::string, std::string> pages;
  add_pages(command, command.name, version, pages);
  return pages;
}

}  // namespace dcnsim::cli

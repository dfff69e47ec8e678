// SPDX-License-Identifier: Apache-2.0
#include "analysis/cli/command_description.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "analysis/cli/value_checks.h"

namespace dcnsim::cli {
namespace {

/// CLI11 has one text for each of them: parts lie between these.
constexpr char kPart = '\x1e', kField = '\x1f';

std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

/// Line ends that only fit some width become blanks.
std::string flowing(const std::string& text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_end = text[at] == '\n';
    const bool stays = is_end && (text.compare(at + 1, 2, "  ") == 0 || text[at + 1] == '\n' ||
                                  (at > 0 && text[at - 1] == '\n'));
    result += is_end && !stays ? ' ' : text[at];
  }
  return result;
}

OptionDescription describe_option(const CLI::Option& option) {
  OptionDescription result;
  result.is_argument = option.get_positional();
  for (const std::string& name : option.get_snames()) result.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) result.names.push_back("--" + name);
  if (result.names.empty()) result.names.push_back(option.get_name(true));
  const bool is_flag = option.get_items_expected_max() == 0;
  if (!is_flag) result.value = option.get_type_name();
  result.words = words_of(option);
  result.about = flowing(option.get_description());
  if (!is_flag && !option.get_default_str().empty()) {
    result.about += " [" + option.get_default_str() + "]";
  }
  const auto add_names = [&](const char* words, const std::set<CLI::Option*>& others) {
    for (const CLI::Option* other : others) {
      result.about += std::string(words) + other->get_name();
    }
  };
  add_names("; needs ", option.get_needs());
  add_names("; not with ", option.get_excludes());
  if (!option.get_envname().empty()) result.about += "; environment: " + option.get_envname();
  result.group = option.get_group();
  result.is_required = option.get_required();
  result.may_repeat = option.get_items_expected_max() > 1;
  return result;
}

}  // namespace

CommandDescription describe(const std::string& name, const CLI::App& app) {
  CommandDescription result;
  result.name = name;
  const std::string text = app.get_description();
  const std::size_t end = std::min(text.find(kPart), text.size());
  result.summary = text.substr(0, end);
  if (end < text.size()) result.details = flowing(text.substr(end + 1));
  std::vector<OptionDescription> options;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // hidden
    options.push_back(describe_option(*option));
  }
  std::stable_partition(options.begin(), options.end(),
                        [](const OptionDescription& option) { return option.is_argument; });
  result.options = std::move(options);
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    result.commands.push_back(describe(name + ' ' + command->get_name(), *command));
  }
  for (const std::string& example : parts_of(app.get_footer(), kPart)) {
    const std::vector<std::string> fields = parts_of(example, kField);
    result.examples.push_back({fields.at(0), fields.size() > 1 ? fields[1] : ""});
  }
  return result;
}

void set_description(CLI::App& app, const std::string& summary, const std::string& details,
                     const std::vector<Example>& examples) {
  app.description(summary + kPart + details);
  std::string footer;
  for (const Example& example : examples) {
    footer +=
        (footer.empty() ? "" : std::string(1, kPart)) + example.command + kField + example.about;
  }
  app.footer(footer);
}

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& summary,
                      const std::string& details, const std::vector<Example>& examples) {
  CLI::App* const command = parent.add_subcommand(name, summary);
  set_description(*command, summary, details, examples);
  return command;
}

}  // namespace dcnsim::cli

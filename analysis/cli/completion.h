// SPDX-License-Identifier: Apache-2.0
// Completion of command lines by shells.
#pragma once

#include <string>
#include <vector>

namespace dcnsim::cli {

struct CommandDescription;
struct OptionDescription;

/// What may be called by name.
struct KnownNames {
  std::vector<std::string> networks, presets;
};

/// What completes the value of an option or an argument.
struct Completions {
  std::vector<std::string> words;
  bool files = false;    ///< folders included
  bool folders = false;  ///< and no files
};
Completions completions_of(const OptionDescription& option, const KnownNames& names);

/// Each is the text of the file that the shell loads.
std::string bash_completion(const CommandDescription& program, const KnownNames& names);
std::string zsh_completion(const CommandDescription& program, const KnownNames& names);
std::string fish_completion(const CommandDescription& program, const KnownNames& names);

}  // namespace dcnsim::cli

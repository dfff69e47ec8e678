// SPDX-License-Identifier: Apache-2.0
// The files beside a program that say what it is: manual pages and completion for shells.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace dcnsim::cli {

/// What a program is called with, and a folder behind it, to write them when it is built. Nobody
/// else needs it, so no help says so.
inline constexpr const char* kWriteDocumentation = "--write-documentation";

/// Into FOLDER/man1, bash, zsh and fish, whose files lie under their names where a program with
/// this name is installed. Throws std::runtime_error.
void write_documentation(const std::string& program, const CLI::App& app,
                         const std::string& folder);

}  // namespace dcnsim::cli

// SPDX-License-Identifier: Apache-2.0
// The help of a command.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace dcnsim::cli {

struct CommandDescription;

/// On lines of at most `columns`. Options stand as "  -w,--weights BITS  what it is".
std::string help_text(const CommandDescription& command, std::size_t columns);

/// "[OPTIONS] [network]": what follows the command's name.
std::string usage_of(const CommandDescription& command);

/// What exit codes mean, a line each: "  0    done".
std::string exit_codes();

/// What programs take from the environment, by name.
std::vector<std::pair<std::string, std::string>> environment_variables();

}  // namespace dcnsim::cli

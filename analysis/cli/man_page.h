// SPDX-License-Identifier: Apache-2.0
// Manual pages in the macros of man(7).
#pragma once

#include <map>
#include <string>

namespace dcnsim::cli {

struct CommandDescription;

/// By file name: "dcnsim.1", "dcnsim-run.1", for a command and those in it. `version`: of the
/// program.
std::map<std::string, std::string> man_pages(const CommandDescription& command,
                                             const std::string& version);

}  // namespace dcnsim::cli

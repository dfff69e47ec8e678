// SPDX-License-Identifier: Apache-2.0
// What every command does with its command line: parse, act, print one line if something is wrong.
#pragma once

#include "analysis/cli/command.h"

namespace dcnsim::cli {

/// Parses, then calls `action`, which parsing may have set. Returns the exit code: 0 ok, 1 failed,
/// 2 usage, 130 interrupted. Error messages begin with `name`.
int parse_and_act(const char* name, CLI::App& app, const Action& action, int argc, char** argv);

}  // namespace dcnsim::cli

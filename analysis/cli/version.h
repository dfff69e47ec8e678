// SPDX-License-Identifier: Apache-2.0
// What --version says.
#pragma once

#include <string>

namespace dcnsim::cli {

/// The program with its version and revision, then a line with compiler and libraries.
std::string version_text(const std::string& program);

}  // namespace dcnsim::cli

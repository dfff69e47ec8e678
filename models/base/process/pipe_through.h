// SPDX-License-Identifier: Apache-2.0
// Another program as a function from bytes to bytes.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dcnsim {

struct PipeLimits {
  std::chrono::milliseconds time{60'000};
  std::size_t output_bytes = std::size_t{64} << 20U;
};

/// What a program sees of the environment.
enum class Environment {
  kBare,       ///< where things are (PATH, HOME, the library path, the font cache), the C locale
  kInherited,  ///< everything
};

/// Runs `command` (looked up in PATH, no shell between) with `input` on its standard input and
/// returns its standard output. A program that stops reading early does no harm. Throws
/// std::runtime_error, one line beginning with the program's name, if it cannot be started, exits
/// with other than 0 or exceeds a limit; it is killed then.
std::string pipe_through(const std::vector<std::string>& command, std::string_view input,
                         const PipeLimits& limits = {},
                         Environment environment = Environment::kBare);

}  // namespace dcnsim

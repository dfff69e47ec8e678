// SPDX-License-Identifier: Apache-2.0
// What values an option takes: for its help, for completion, and for the message when a value is
// none of them. Each gives the option back.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "analysis/cli/file_kind.h"

namespace CLI {
class Option;
}

namespace dcnsim::cli {

inline constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

/// A whole number low..high, decimal.
CLI::Option* whole(CLI::Option* option, std::int64_t low, std::int64_t high = kNoLimit,
                   const std::string& type = "N");

/// A number of 64 bits from 0 on, decimal or, behind 0x, hexadecimal.
CLI::Option* address(CLI::Option* option);

inline constexpr double kNoBound = std::numeric_limits<double>::max();

/// A finite number, low..high or, with `above`, more than low.
struct RealRange {
  double low = -kNoBound;
  double high = kNoBound;
  bool above = false;
};
CLI::Option* real(CLI::Option* option, const RealRange& range, const std::string& type);

/// One of these words.
CLI::Option* one_of(CLI::Option* option, const std::vector<std::string>& words);

/// A file, folder or name of one of these kinds, the first of which is expected, or of no kind that
/// is known.
CLI::Option* file_of(CLI::Option* option, const std::vector<FileKind>& kinds,
                     const std::string& type);

/// The words of one_of(); none for other options.
std::vector<std::string> words_of(const CLI::Option& option);

}  // namespace dcnsim::cli

// SPDX-License-Identifier: Apache-2.0
// What a name on a command line is, where it stands in the wrong place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dcnsim::cli {

enum class FileKind : std::uint8_t {
  kNothing,  ///< no file and no name
  kUnknown,  ///< a file of no kind that is known
  kNetwork,
  kPreset,
  kAccelerator,
  kSweep,
  kWidths,
  kMapping,
  kPlatform,
  kRunResult,
  kOtherResult,
  kTrace,
  kStore,
  kImages,
};

/// At most `bytes` of a file; "" of one that cannot be read.
std::string beginning_of_file(const std::string& path, std::size_t bytes);

/// Whether what begins so is no text: it holds control characters other than tabs and line ends.
bool has_control_characters(std::string_view text);

/// By its first bytes and keys; what is no regular file is not read.
FileKind kind_of(const std::string& name);

/// "an accelerator file".
std::string words_for(FileKind kind);

/// "that is an accelerator file: --accelerator m.yaml", if its option is among `options`, or the
/// command that reads it; for what only an option takes, "that is an accelerator file, EXPECTED".
/// "" for what is of no known kind.
std::string belongs_to_option(const std::string& name, const std::vector<std::string>& options,
                              const std::string& expected);

/// "that is an accelerator file: dcnsim run --accelerator m.yaml"; "" for what is of no known kind.
std::string belongs_to_command(const std::string& name);

}  // namespace dcnsim::cli

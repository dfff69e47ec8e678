// SPDX-License-Identifier: Apache-2.0
// What a path names when it is to be written.
#pragma once

#include <string>

namespace dcnsim {

/// Standard output, where a path is expected.
inline constexpr const char* kStandardOutput = "-";

struct OutputPlace {
  enum class Kind {
    kFile,        ///< a regular file, or none yet: a new one takes its place when complete
    kStream,      ///< a pipe or character device: written to as it is
    kDescriptor,  ///< a stream this process has open ("-", /dev/stdout, /dev/fd/N): likewise
  };
  Kind kind = Kind::kFile;
  std::string path;     ///< of a file behind all symbolic links
  int descriptor = -1;  ///< of kDescriptor
};

/// As messages call it, on one line: "standard output", or the path.
std::string output_name(const std::string& path);

/// Throws std::runtime_error, one line, with the reason: an empty path, a folder, a link to
/// nowhere, another kind of file, no permission to write what is there.
OutputPlace output_place(const std::string& path);

/// Throws std::runtime_error: `path` cannot be written for this reason, "" for what errno says.
[[noreturn]] void fail_to_write(const std::string& path, std::string reason = "");

}  // namespace dcnsim

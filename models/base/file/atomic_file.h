// SPDX-License-Identifier: Apache-2.0
// Files that appear whole or not at all.
#pragma once

#include <string>
#include <string_view>

namespace dcnsim {

/// A file written piece by piece: to a temporary file beside `path` that commit() renames, so that
/// whoever looks sees the old file or the new one, and a failure leaves the old one. Throws
/// std::runtime_error naming the file and the reason; refuses to replace anything but a regular
/// file.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  /// Without commit() nothing has happened.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);
  void commit();

 private:
  [[noreturn]] void fail(const std::string& reason) const;

  const std::string path_;
  std::string target_, temporary_;
  int descriptor_ = -1;
};

/// All at once.
void write_file_atomically(const std::string& path, std::string_view bytes);

/// Throws std::runtime_error if a file cannot be made at `path`; leaves what is there untouched.
/// For before long work.
void require_writable(const std::string& path);

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// Files that appear whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "models/base/file/output_place.h"

namespace dcnsim {

/// A file written piece by piece: to a temporary file in the folder of `path` that commit()
/// renames, so that whoever looks sees the old file or the new one, and a failure leaves the old
/// one. Pipes, character devices and "-", standard output, are written to as the bytes come. Throws
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
  /// With kLater a machine that loses its power may leave an empty or shorter file in its place.
  enum class OnDisk { kNow, kLater };
  void commit(OnDisk on_disk = OnDisk::kNow);

 private:
  void open_temporary();
  /// errno, or 0.
  int give_name();

  const std::string path_;
  const OutputPlace place_;
  std::string temporary_;  ///< "" for a stream
  bool has_name_ = false;  ///< whether there is a file of that name
  int descriptor_ = -1;
};

/// All at once.
void write_file_atomically(const std::string& path, std::string_view bytes,
                           AtomicFile::OnDisk on_disk = AtomicFile::OnDisk::kNow);

/// Throws std::runtime_error if `path` cannot be written; leaves what is there untouched. For
/// before long work.
void require_writable(const std::string& path);

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// The files that a piece of work reads and writes, looked at before it begins: nothing it writes
// may be something that it reads, or be written twice.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dcnsim {

/// Files are the same if device and inode are: links and other spellings of a path are seen
/// through. `what` is how messages call a file: an option ("--json") or a role ("network").
class FileClaims {
 public:
  /// A file that is read; "" for none. One that is not there is its reader's to complain of.
  void reads(const std::string& what, const std::string& path);
  /// The files in a folder whose names end so (".bin"); what is no folder is read itself.
  void reads_folder(const std::string& what, const std::string& path, const std::string& ending);
  /// A file, if there is one, that is written as AtomicFile does; "-" is standard output.
  void writes(const std::string& what, const std::optional<std::string>& path);
  /// A file that is changed in place, or made: a regular one.
  void updates(const std::string& what, const std::string& path);
  /// Files that end so, under names not known yet, in a folder that is made if need be.
  void writes_into(const std::string& what, const std::string& folder,
                   const std::vector<std::string>& endings);

  /// Throws std::invalid_argument, one line, if something written is something read or is written
  /// twice (standard output and standard error are, if they are files); std::runtime_error if
  /// something cannot be written. Changes nothing.
  void check() const;
  /// Whether one of the outputs is standard output.
  bool standard_output_is_taken() const;

 private:
  struct File {
    std::string what, path;
  };
  struct Folder {
    std::string what, path;
    std::vector<std::string> endings;
  };

  void require_distinct() const;
  void require_folders_apart() const;
  /// What is there already may be a link to anything.
  void require_entries_apart(const Folder& folder) const;

  std::vector<File> inputs_, outputs_, updated_;
  std::vector<Folder> folders_;
};

}  // namespace dcnsim

// SPDX-License-Identifier: Apache-2.0
// A copy of an SQLite file that a writer holds, or that lies where nothing may be written: for
// those who only want to look.
#pragma once

#include <string>

namespace dcnsim {

/// The file and its journal in a folder of their own, gone with the object. What is copied is what
/// the file held at one instant. Nothing depends on memory shared with the writer, which may be on
/// another machine.
class Snapshot {
 public:
  /// Throws std::runtime_error "PATH: problem": it changes too often, there is no room.
  explicit Snapshot(const std::string& path);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  const std::string& path() const { return copy_; }

 private:
  std::string folder_, copy_;
};

}  // namespace dcnsim
